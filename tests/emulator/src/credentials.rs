//! Temporary credentials as a container's credential endpoint hands them out: new ones on every fetch.

use crate::clock;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Credentials live an hour unless told otherwise: the least an assumed role lives by default.
const DEFAULT_LIFE_SECONDS: f64 = 3600.0;

/// Everything handed out so far and how the next fetch behaves.
#[derive(Debug, Default)]
pub(crate) struct Credentials(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    behaviour: Behaviour,
    issued: BTreeMap<String, Issued>,
}

#[derive(Debug)]
struct Issued {
    token: String,
    expires: f64,
}

/// How a fetch behaves; only the fields that are given change.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Behaviour {
    expires_in_seconds: Option<f64>,
    status: Option<u16>,
    latency_ms: Option<u64>,
}

/// What is known of an access key id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Not handed out here: any such id is accepted.
    Foreign,
    /// Handed out here and still good.
    Good,
    /// Handed out here and past its time.
    Expired,
    /// Handed out here, used with another token.
    WrongToken,
}

impl Credentials {
    /// Changes what is given; `status` 200 and `latency_ms` 0 undo earlier trouble.
    pub(crate) fn behave(&self, change: Behaviour) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let behaviour = &mut state.behaviour;
        behaviour.expires_in_seconds = change.expires_in_seconds.or(behaviour.expires_in_seconds);
        behaviour.status = change.status.or(behaviour.status);
        behaviour.latency_ms = change.latency_ms.or(behaviour.latency_ms);
    }

    /// How long the next fetch waits, in milliseconds.
    pub(crate) fn latency_ms(&self) -> u64 {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.behaviour.latency_ms.unwrap_or(0)
    }

    /// New credentials in the form of the ECS container credentials endpoint, or the status to fail with.
    pub(crate) fn issue(&self) -> Result<Value, u16> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(status) = state.behaviour.status.filter(|status| *status != 200) {
            return Err(status);
        }
        let number = state.issued.len() + 1;
        let access_key = format!("AKIATEST{number:04}");
        let token = format!("token-{number:04}");
        let life = state.behaviour.expires_in_seconds.unwrap_or(DEFAULT_LIFE_SECONDS);
        let expires = clock::seconds() + life;
        let answer = json!({
            "AccessKeyId": access_key,
            "SecretAccessKey": format!("secret-{number:04}"),
            "Token": token,
            "Expiration": clock::iso_8601(whole(expires)),
        });
        state.issued.insert(access_key, Issued { token, expires });
        Ok(answer)
    }

    /// Whether an access key id may be used with this token now.
    pub(crate) fn standing(&self, access_key: &str, token: Option<&str>) -> Standing {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.issued.get(access_key) {
            None => Standing::Foreign,
            Some(issued) if token != Some(&issued.token) => Standing::WrongToken,
            Some(issued) if clock::seconds() >= issued.expires => Standing::Expired,
            Some(_) => Standing::Good,
        }
    }
}

/// Whole seconds of a moment; the standard library has no conversion that cannot fail.
fn whole(seconds: f64) -> u64 {
    std::time::Duration::try_from_secs_f64(seconds.max(0.0)).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fetch_hands_out_a_new_identity_that_expires() {
        let credentials = Credentials::default();
        let first = credentials.issue().unwrap();
        assert_eq!(first["AccessKeyId"], "AKIATEST0001");
        credentials.behave(serde_json::from_str(r#"{"expires_in_seconds":-1}"#).unwrap());
        let second = credentials.issue().unwrap();
        assert_eq!(second["AccessKeyId"], "AKIATEST0002");
        let standing = |id, token| credentials.standing(id, token);
        assert_eq!(standing("AKIATEST0001", Some("token-0001")), Standing::Good);
        assert_eq!(standing("AKIATEST0001", Some("token-0002")), Standing::WrongToken);
        assert_eq!(standing("AKIATEST0002", Some("token-0002")), Standing::Expired);
        assert_eq!(standing("AKIAELSEWHERE", None), Standing::Foreign);
    }

    #[test]
    fn a_failing_endpoint_answers_its_status_until_told_otherwise() {
        let credentials = Credentials::default();
        credentials.behave(serde_json::from_str(r#"{"status":500}"#).unwrap());
        assert_eq!(credentials.issue(), Err(500));
        credentials.behave(serde_json::from_str(r#"{"status":200}"#).unwrap());
        assert!(credentials.issue().is_ok());
    }
}
