//! Where the configuration comes from.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::name::Group;
use super::{Config, ConfigError, NetworkConfig, TokenConfig, file};
use crate::proxy::Proxies;

/// Read by everybody, written by the administrator.
const SYSTEM_FILE: &str = "/etc/hardkey/config.toml";
/// A configuration is a page of text; anything bigger is another file.
const LARGEST_FILE: u64 = 1 << 20;

/// What the process was started with, as far as it concerns the configuration.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `HARDKEY_KEY`: names of keys, separated by spaces. Replaces every file.
    pub key: Option<String>,
    /// `HARDKEY_CONFIG`: path of a file.
    pub config: Option<PathBuf>,
    /// `pReserved` of `C_Initialize`: path of a file.
    pub reserved: Option<PathBuf>,
    /// `$XDG_CONFIG_HOME`, else `$HOME/.config`.
    pub user_directory: Option<PathBuf>,
    /// `HTTPS_PROXY`, `NO_PROXY` and their relatives.
    pub proxies: Proxies,
    /// Whether the process is set-user-id or the like (`AT_SECURE`).
    pub privileged: bool,
}

impl Environment {
    /// Of this process. A set-user-id process is `privileged` (`AT_SECURE`): its environment belongs to somebody
    /// with fewer rights and is not looked at.
    #[must_use]
    pub fn of_process(reserved: Option<PathBuf>, privileged: bool) -> Self {
        if privileged {
            return Self { privileged, ..Self::default() };
        }
        let text = |name: &str| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        let path = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            key: text("HARDKEY_KEY"),
            config: path("HARDKEY_CONFIG"),
            reserved,
            user_directory: path("XDG_CONFIG_HOME").or_else(|| path("HOME").map(|home| home.join(".config"))),
            proxies: Proxies::from_environment(text),
            privileged,
        }
    }

    /// The network as it is where no file says otherwise.
    pub(super) fn network(&self) -> NetworkConfig {
        NetworkConfig { privileged: self.privileged, proxies: self.proxies.clone(), ..NetworkConfig::default() }
    }
}

/// Finds, reads and checks the configuration. Without any there are no tokens, which is not an error: modules are
/// loaded into many programs that never asked for one.
///
/// # Errors
/// [`ConfigError`] when there is a configuration and it cannot be used.
pub fn load(environment: &Environment) -> Result<Config, ConfigError> {
    if let Some(names) = &environment.key {
        return from_names(names, environment.network());
    }
    for (path, origin) in [(&environment.config, "HARDKEY_CONFIG"), (&environment.reserved, "C_Initialize pReserved")] {
        if let Some(path) = path {
            return read(path, environment.network())?
                .ok_or_else(|| ConfigError::new(format!("{origin} names {}, which does not exist", path.display())));
        }
    }
    let user_file = environment.user_directory.as_ref().map(|directory| directory.join("hardkey").join("config.toml"));
    for path in user_file.iter().map(PathBuf::as_path).chain([Path::new(SYSTEM_FILE)]) {
        if let Some(config) = read(path, environment.network())? {
            return Ok(config);
        }
    }
    Ok(Config::default())
}

/// One token per cloud and region, because a token is one key service; both stand in the name.
fn from_names(names: &str, network: NetworkConfig) -> Result<Config, ConfigError> {
    let mut groups: Vec<Group> = Vec::new();
    for name in names.split_whitespace() {
        Group::add(&mut groups, name).map_err(|reason| ConfigError::new(format!("HARDKEY_KEY: {reason}")))?;
    }
    if groups.is_empty() {
        return Err(ConfigError::new("HARDKEY_KEY is empty; set it to the full name of a key, or unset it"));
    }
    let alone = groups.len() == 1;
    let names: Vec<Option<&str>> = groups.iter().map(Group::region).collect();
    if let Some(twice) = names.iter().enumerate().find_map(|(at, name)| names.get(..at)?.contains(name).then_some(name))
    {
        return Err(ConfigError::new(format!(
            "HARDKEY_KEY has keys in two places called {:?}; write a file with a [[token]] for each (HARDKEY_CONFIG)",
            twice.unwrap_or_default()
        )));
    }
    let token = |group: Group| TokenConfig {
        label: match group.region() {
            Some(region) if !alone => format!("hardkey {region}"),
            Some(_) | None => "hardkey".to_owned(),
        },
        service: group.service(),
        certificates: Vec::new(),
    };
    Ok(Config { tokens: groups.into_iter().map(token).collect(), network, ..Config::default() })
}

/// `None` when there is no such file.
fn read(path: &Path, network: NetworkConfig) -> Result<Option<Config>, ConfigError> {
    text(path)?.map(|text| file::parse(path, &text, network)).transpose()
}

/// The text of a configuration file, which only its owner can write; `None` when there is no such file.
pub(super) fn text(path: &Path) -> Result<Option<String>, ConfigError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        // A directory on the way that may not be entered is somebody else's home, not a configuration of ours.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(ConfigError::new(format!("{} cannot be read: {error}", path.display()))),
    };
    if !metadata.is_file() {
        return Err(ConfigError::new(format!("{} is not a file; name a TOML file", path.display())));
    }
    if metadata.len() > LARGEST_FILE {
        return Err(ConfigError::new(format!(
            "{} has {} bytes; a configuration has at most {LARGEST_FILE}",
            path.display(),
            metadata.len()
        )));
    }
    only_its_owner_writes(path, &metadata)?;
    let text = fs::read_to_string(path)
        .map_err(|error| ConfigError::new(format!("{} cannot be read: {error}", path.display())))?;
    Ok(Some(text))
}

#[cfg(unix)]
fn only_its_owner_writes(path: &Path, metadata: &fs::Metadata) -> Result<(), ConfigError> {
    use std::os::unix::fs::PermissionsExt;
    // S_IWOTH, POSIX sys/stat.h.
    if metadata.permissions().mode() & 0o002 == 0 {
        return Ok(());
    }
    Err(ConfigError::new(format!(
        "{} can be written by everybody on this machine; run: chmod o-w {}",
        path.display(),
        path.display()
    )))
}

#[cfg(not(unix))]
fn only_its_owner_writes(_path: &Path, _metadata: &fs::Metadata) -> Result<(), ConfigError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ServiceConfig;

    const IRELAND: &str = "arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";
    const OHIO: &str = "arn:aws:kms:us-east-2:111122223333:key/1987dcba-09fe-87dc-65ba-ab0987654321";

    fn from_key(names: &str) -> Result<Config, ConfigError> {
        load(&Environment { key: Some(names.to_owned()), ..Environment::default() })
    }

    #[test]
    fn one_variable_is_enough() {
        let config = from_key(IRELAND).unwrap();
        let [token] = config.tokens.as_slice() else { panic!("{config:?}") };
        assert_eq!(token.label, "hardkey");
        let ServiceConfig::Aws(aws) = &token.service else { panic!("{token:?}") };
        assert_eq!(aws.region.as_deref(), Some("eu-west-1"));
        assert_eq!(aws.keys.len(), 1);
    }

    #[test]
    fn keys_of_several_regions_become_one_token_per_region() {
        let config = from_key(&format!("{IRELAND} {OHIO} arn:aws:kms:eu-west-1:111122223333:alias/b")).unwrap();
        let labels: Vec<&str> = config.tokens.iter().map(|token| token.label.as_str()).collect();
        assert_eq!(labels, ["hardkey eu-west-1", "hardkey us-east-2"]);
    }

    #[test]
    fn keys_of_several_clouds_become_one_token_per_cloud_and_region() {
        let google = "projects/p/locations/europe-west3/keyRings/r/cryptoKeys";
        let names = format!("{google}/a/cryptoKeyVersions/1 {IRELAND} {google}/b alias/release");
        let config = from_key(&names).unwrap();
        let labels: Vec<&str> = config.tokens.iter().map(|token| token.label.as_str()).collect();
        assert_eq!(labels, ["hardkey europe-west3", "hardkey eu-west-1", "hardkey"]);
        let ServiceConfig::Google(first) = &config.tokens[0].service else { panic!("{config:?}") };
        assert_eq!((first.location.as_str(), first.keys.len()), ("europe-west3", 2));
    }

    #[test]
    fn an_empty_variable_is_an_error_that_says_what_to_set() {
        let error = from_key("  ").unwrap_err().to_string();
        assert_eq!(error, "HARDKEY_KEY is empty; set it to the full name of a key, or unset it");
    }

    #[test]
    fn nothing_configured_is_no_token_and_no_error() {
        assert!(load(&Environment::default()).unwrap().tokens.is_empty());
    }

    #[test]
    fn a_privileged_process_does_not_look_at_its_environment() {
        let environment = Environment::of_process(Some(PathBuf::from("/tmp/evil.toml")), true);
        assert!(environment.key.is_none() && environment.config.is_none() && environment.reserved.is_none());
        assert!(environment.user_directory.is_none());
        assert!(environment.privileged && environment.network().privileged);
        assert_eq!(format!("{:?}", environment.proxies), format!("{:?}", Proxies::default()));
    }

    #[test]
    fn a_file_that_was_named_and_does_not_exist_is_an_error() {
        let environment = Environment { config: Some(PathBuf::from("/nonexistent/h.toml")), ..Environment::default() };
        let error = load(&environment).unwrap_err().to_string();
        assert_eq!(error, "HARDKEY_CONFIG names /nonexistent/h.toml, which does not exist");
    }
}
