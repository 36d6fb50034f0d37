//! What a key's policy of AWS KMS says, statement by statement.
//!
//! Fields: IAM user guide, "Grammar of the IAM JSON policy language" (read November 2026).

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::evidence::answer::{self, Object};
use crate::malformed::Malformed;

/// One statement. Its condition is read as a `Condition`, and not looked into unless the caller does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct Statement<Condition = IgnoredAny> {
    /// Patterns of what it is about.
    pub action: Option<Texts>,
    /// When it counts.
    pub condition: Option<Condition>,
    effect: String,
    /// Patterns of all that it is not about.
    pub not_action: Option<Texts>,
    /// All whom it is not about.
    pub not_principal: Option<Principal>,
    /// Patterns of the keys that it is not about.
    pub not_resource: Option<Texts>,
    /// Whom it is about.
    pub principal: Option<Principal>,
    /// Patterns of the keys that it is about.
    pub resource: Option<Texts>,
    #[serde(rename = "Sid")]
    _sid: Option<String>,
}

/// One text, or a list of them.
#[derive(Clone, Debug)]
pub struct Texts(pub Vec<String>);

/// Of whom a statement speaks.
#[derive(Clone, Debug)]
pub enum Principal {
    /// `*`
    Everybody,
    /// Names by their kind, `AWS` or `Service`; a name may be `*` too.
    Named(BTreeMap<String, Texts>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Document<Condition> {
    _id: Option<String>,
    #[serde(bound(deserialize = "Condition: Deserialize<'de>"))]
    statement: Statements<Condition>,
    _version: Option<String>,
}

/// Reads a policy, which `part` names in errors; AWS keeps the blanks around it.
///
/// # Errors
/// [`Malformed`] for what is no policy, or has a field that no policy has.
pub fn statements<Condition: DeserializeOwned>(
    part: &str,
    json: &[u8],
) -> Result<Vec<Statement<Condition>>, Malformed> {
    let Document { statement: Statements(statements), .. } = answer::read(part, json.trim_ascii())?;
    Ok(statements.into_iter().map(|Object(statement)| statement).collect())
}

impl<Condition> Statement<Condition> {
    /// Whether it allows what it is about.
    #[must_use]
    pub fn allows(&self) -> bool {
        self.effect == "Allow"
    }

    /// Whether it denies what it is about.
    #[must_use]
    pub fn denies(&self) -> bool {
        self.effect == "Deny"
    }

    /// Whether it is about an action.
    #[must_use]
    pub fn covers(&self, action: &str) -> bool {
        let has = |Texts(list): &Texts| list.iter().any(|pattern| fits(pattern, action));
        self.action.as_ref().is_some_and(has) || self.not_action.as_ref().is_some_and(|list| !has(list))
    }

    /// Whom it is about, in words.
    #[must_use]
    pub fn whom(&self) -> String {
        let condition = if self.condition.is_some() { ", under a condition" } else { "" };
        let whom = match (&self.principal, &self.not_principal) {
            (Some(principal), _) => principal.to_string(),
            (None, Some(principal)) => format!("everybody but {principal}"),
            (None, None) => "nobody who is named".to_owned(),
        };
        format!("{whom}{condition}")
    }
}

/// Whether a text fits a pattern: without case, `*` for any characters and `?` for one.
#[must_use]
pub fn fits(pattern: &str, text: &str) -> bool {
    let mut places = vec![true];
    places.resize(text.len().saturating_add(1), false);
    for sign in pattern.bytes() {
        let mut next = vec![false; places.len()];
        let mut reached = false;
        for (at, place) in places.iter().enumerate() {
            reached |= *place;
            let byte = at.checked_sub(1).and_then(|before| text.as_bytes().get(before));
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

/// One statement, or a list of them.
struct Statements<Condition>(Vec<Object<Statement<Condition>>>);

impl<'de, Condition: Deserialize<'de>> Deserialize<'de> for Statements<Condition> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<Condition>(PhantomData<Condition>);
        impl<'de, Condition: Deserialize<'de>> Visitor<'de> for Either<Condition> {
            type Value = Statements<Condition>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a statement or a list of them")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let one = Statement::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Statements(vec![Object(one)]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = list.next_element()? {
                    all.push(one);
                }
                Ok(Statements(all))
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
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
