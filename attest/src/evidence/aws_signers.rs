//! AWS KMS: who may sign with a key, by its policy and its grants.
//!
//! Fields: AWS KMS API reference, `GetKeyPolicy`, `ListGrants`; IAM user guide, "Grammar of the IAM JSON policy language" (read November
//! 2026). Policies of users and roles count where the key's policy lets the account decide, and are in neither.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::claim::{Topic, Value};
use crate::malformed::Malformed;

use super::Gathered;
use super::answer::{self, Object};

const POLICY: &str = "the answer to kms:GetKeyPolicy";
const GRANTS: &str = "the answer to kms:ListGrants";
/// A key's policy has 32 KB, and a line that people read this many characters.
const LONGEST: usize = 600;
const SIGN: &str = "kms:Sign";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct KeyPolicy {
    policy: String,
    _policy_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Document {
    _id: Option<String>,
    statement: Statements,
    _version: Option<String>,
}

/// Fields with an underscore narrow what is said, and are not looked into.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Statement {
    action: Option<Texts>,
    condition: Option<IgnoredAny>,
    effect: String,
    not_action: Option<Texts>,
    not_principal: Option<Principal>,
    _not_resource: Option<Texts>,
    principal: Option<Principal>,
    _resource: Option<Texts>,
    _sid: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Grants {
    grants: Vec<Object<Grant>>,
    _next_marker: Option<String>,
    truncated: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Grant {
    _constraints: Option<IgnoredAny>,
    _creation_date: Option<IgnoredAny>,
    _grant_id: IgnoredAny,
    grantee_principal: Option<String>,
    grantee_service_principal: Option<String>,
    _issuing_account: Option<IgnoredAny>,
    _key_id: IgnoredAny,
    _name: Option<IgnoredAny>,
    operations: Option<Vec<String>>,
    _retiring_principal: Option<IgnoredAny>,
    _retiring_service_principal: Option<IgnoredAny>,
}

/// Gathers whom the key's own policy lets sign.
pub(super) fn gather_policy(json: &[u8], gathered: &mut Gathered) -> Result<(), Malformed> {
    let answer: KeyPolicy = answer::read(POLICY, json)?;
    let Document { statement: Statements(statements), .. } =
        answer::read(POLICY, answer.policy.trim().as_bytes()).map_err(|error| error.inside("Policy"))?;
    let signers: Vec<String> =
        statements.iter().filter(|Object(one)| one.lets_sign()).map(|Object(one)| one.whom()).collect();
    let listed = if signers.is_empty() { "nobody".to_owned() } else { signers.join("; ") };
    gathered.answered(POLICY, Topic::Signers, Value::Text(cut(format!("by the key's policy: {listed}"))));
    Ok(())
}

/// Gathers whom grants let sign.
pub(super) fn gather_grants(json: &[u8], gathered: &mut Gathered) -> Result<(), Malformed> {
    let answer: Grants = answer::read(GRANTS, json)?;
    let signs = |grant: &Grant| grant.operations.iter().flatten().any(|operation| operation == "Sign");
    let signing = answer.grants.iter().map(|Object(grant)| grant).filter(|grant| signs(grant));
    let mut signers: Vec<String> = signing
        .map(|grant| {
            let whom = grant.grantee_principal.clone().or(grant.grantee_service_principal.clone());
            whom.unwrap_or_else(|| "somebody whom the grant does not name".to_owned())
        })
        .collect();
    if answer.truncated == Some(true) {
        signers.push("grants that were not shown".to_owned());
    }
    let listed = if signers.is_empty() { "nobody".to_owned() } else { signers.join(", ") };
    gathered.answered(GRANTS, Topic::Signers, Value::Text(cut(format!("by grants: {listed}"))));
    Ok(())
}

impl Statement {
    fn lets_sign(&self) -> bool {
        let has =
            |list: &Option<Texts>| list.as_ref().map(|Texts(list)| list.iter().any(|pattern| fits(pattern, SIGN)));
        self.effect == "Allow" && (has(&self.action) == Some(true) || has(&self.not_action) == Some(false))
    }

    fn whom(&self) -> String {
        let condition = if self.condition.is_some() { ", under a condition" } else { "" };
        let whom = match (&self.principal, &self.not_principal) {
            (Some(principal), _) => principal.to_string(),
            (None, Some(principal)) => format!("everybody but {principal}"),
            (None, None) => "nobody who is named".to_owned(),
        };
        format!("{whom}{condition}")
    }
}

/// Whether an action fits a pattern: without case, `*` for any characters and `?` for one.
fn fits(pattern: &str, action: &str) -> bool {
    let mut places = vec![true];
    places.resize(action.len().saturating_add(1), false);
    for sign in pattern.bytes() {
        let mut next = vec![false; places.len()];
        let mut reached = false;
        for (at, place) in places.iter().enumerate() {
            reached |= *place;
            let byte = at.checked_sub(1).and_then(|before| action.as_bytes().get(before));
            let before = at.checked_sub(1).and_then(|before| places.get(before)).copied().unwrap_or_default();
            let holds = match sign {
                b'*' => reached,
                b'?' => before,
                _ => before && byte.is_some_and(|byte| byte.eq_ignore_ascii_case(&sign)),
            };
            if let Some(slot) = next.get_mut(at) {
                *slot = holds;
            }
        }
        places = next;
    }
    places.last().copied().unwrap_or_default()
}

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// One statement, or a list of them.
struct Statements(Vec<Object<Statement>>);

/// One text, or a list of them.
#[derive(Debug)]
struct Texts(Vec<String>);

/// `*`, or who of which kind.
enum Principal {
    Everybody,
    Named(BTreeMap<String, Texts>),
}

impl fmt::Display for Principal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Named(named) = self else { return out.write_str("everybody (*)") };
        for (index, name) in named.values().flat_map(|Texts(names)| names).enumerate() {
            if index > 0 {
                out.write_str(", ")?;
            }
            match name.as_str() {
                "*" => out.write_str("everybody (*)")?,
                account if account.ends_with(":root") => write!(out, "whomever the account lets ({account})")?,
                other => out.write_str(other)?,
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Statements {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Statements;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a statement or a list of them")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Statements, A::Error> {
                let one = Statement::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Statements(vec![Object(one)]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Statements, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = list.next_element()? {
                    all.push(one);
                }
                Ok(Statements(all))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Texts;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a text or a list of them")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Texts, A::Error> {
                let mut all = Vec::new();
                while let Some(text) = list.next_element()? {
                    all.push(text);
                }
                Ok(Texts(all))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for Principal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Principal;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("* or an object of principals")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Principal, E> {
                if text == "*" {
                    return Ok(Principal::Everybody);
                }
                Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Principal, A::Error> {
                let mut named = BTreeMap::new();
                while let Some((kind, names)) = map.next_entry::<String, Texts>()? {
                    if named.insert(kind, names).is_some() {
                        return Err(A::Error::custom("duplicate kind of principal"));
                    }
                }
                Ok(Principal::Named(named))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests;
