//! Every key and alias, by region.

use crate::aws::error::KmsError;
use crate::aws::key::{Family, Key, Role};
use crate::aws::key_name::{Caller, KeyName, parse};
use std::collections::BTreeMap;

/// All regions; a region exists from its first key on.
#[derive(Debug, Default)]
pub(crate) struct Keyring {
    regions: BTreeMap<String, Region>,
}

/// One region.
#[derive(Debug, Default)]
pub(crate) struct Region {
    /// Keys by id.
    pub(crate) keys: BTreeMap<String, Key>,
    /// Aliases by name, `alias/` included.
    pub(crate) aliases: BTreeMap<String, Alias>,
}

/// A name for a key.
#[derive(Clone, Debug)]
pub(crate) struct Alias {
    /// Id of the key it stands for.
    pub(crate) target: String,
    /// Seconds since 1970.
    pub(crate) created: f64,
    /// Seconds since 1970.
    pub(crate) updated: f64,
}

impl Keyring {
    /// A region, made on first use.
    pub(crate) fn region(&mut self, name: &str) -> &mut Region {
        self.regions.entry(name.to_owned()).or_default()
    }

    /// The key a request names, by id, ARN or alias.
    pub(crate) fn find(&mut self, name: &str, caller: &Caller) -> Result<&mut Key, KmsError> {
        self.look_up(name, caller, true)
    }

    /// The key a request names, where AWS takes no alias.
    pub(crate) fn find_by_id(&mut self, name: &str, caller: &Caller) -> Result<&mut Key, KmsError> {
        self.look_up(name, caller, false)
    }

    /// Every key of every region.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&str, &Key)> {
        self.regions.iter().flat_map(|(region, entries)| entries.keys.values().map(move |key| (region.as_str(), key)))
    }

    /// Every key of every region, to change.
    pub(crate) fn keys_mut(&mut self) -> impl Iterator<Item = &mut Key> {
        self.regions.values_mut().flat_map(|region| region.keys.values_mut())
    }

    /// The first alias of a key.
    pub(crate) fn alias_of(&self, region: &str, id: &str) -> Option<&str> {
        let aliases = &self.regions.get(region)?.aliases;
        aliases.iter().find(|(_, alias)| alias.target == id).map(|(name, _)| name.as_str())
    }

    /// Where a multi-Region key lives.
    pub(crate) fn family(&self, id: &str) -> Family {
        let mut family = Family::default();
        for (region, key) in self.keys().filter(|(_, key)| key.id == id) {
            let place = (key.arn.clone(), region.to_owned());
            match key.role {
                Some(Role::Primary) => family.primary = Some(place),
                Some(Role::Replica) => family.replicas.push(place),
                None => {}
            }
        }
        family
    }

    fn look_up(&mut self, name: &str, caller: &Caller, aliases: bool) -> Result<&mut Key, KmsError> {
        let region = self.region(&caller.region);
        let id = match parse(name, caller, aliases)? {
            KeyName::Id(id) => id,
            KeyName::Alias(alias) => match region.aliases.get(&alias) {
                Some(alias) => alias.target.clone(),
                None => {
                    let arn = caller.arn(&alias);
                    return Err(KmsError::not_found(format!("Alias {arn} is not found.")));
                }
            },
        };
        let missing = KmsError::not_found(format!("Key '{}' does not exist", caller.arn(&format!("key/{id}"))));
        region.keys.get_mut(&id).ok_or(missing)
    }
}
