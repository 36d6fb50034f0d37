//! Temporary credentials as AWS hands them out: new ones on every fetch.

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
    asked: Vec<Value>,
}

/// Who hands credentials out; each has access key ids of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Issuer {
    /// A container's credential endpoint.
    Container,
    /// AWS STS.
    Sts,
    /// EC2 instance metadata.
    Metadata,
    /// The portal of IAM Identity Center.
    Sso,
    /// Microsoft Entra ID.
    Entra,
    /// The managed identity of Azure's App Service.
    AppService,
    /// The managed identity of a virtual machine of Azure's.
    Machine,
    /// Google's OAuth 2.0 token endpoint.
    GoogleOauth,
    /// Google's Security Token Service.
    GoogleSts,
    /// Google's IAM Service Account Credentials.
    GoogleImpersonation,
    /// The metadata server of a virtual machine of Google's.
    GoogleMetadata,
}

impl Issuer {
    fn name(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Sts => "sts",
            Self::Metadata => "imds",
            Self::Sso => "sso",
            Self::Entra => "entra",
            Self::AppService => "app-service",
            Self::Machine => "azure-imds",
            Self::GoogleOauth => "google-oauth",
            Self::GoogleSts => "google-sts",
            Self::GoogleImpersonation => "google-impersonation",
            Self::GoogleMetadata => "google-metadata",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Container => "AKIATEST",
            Self::Sts => "ASIASTS",
            Self::Metadata => "ASIAIMDS",
            Self::Sso => "ASIASSO",
            // Their tokens have no such ids.
            Self::Entra
            | Self::AppService
            | Self::Machine
            | Self::GoogleOauth
            | Self::GoogleSts
            | Self::GoogleImpersonation
            | Self::GoogleMetadata => "",
        }
    }
}

/// New credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Granted {
    pub(crate) access_key: String,
    pub(crate) secret: String,
    pub(crate) token: String,
    /// Seconds since 1970.
    pub(crate) expires: u64,
}

impl Granted {
    /// In the form of container and instance metadata.
    pub(crate) fn as_document(&self) -> Value {
        json!({
            "AccessKeyId": self.access_key,
            "SecretAccessKey": self.secret,
            "Token": self.token,
            "Expiration": clock::iso_8601(self.expires),
        })
    }
}

/// The answer in place of credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    /// This very body, whatever the issuer's form is.
    pub(crate) body: Option<String>,
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
    code: Option<String>,
    message: Option<String>,
    body: Option<String>,
}

impl Behaviour {
    fn life(&self) -> Result<f64, Refusal> {
        let Behaviour { status, code, message, body, .. } = self.clone();
        let status = status.unwrap_or(200);
        if status != 200 || body.is_some() {
            return Err(Refusal { status, code, message, body });
        }
        Ok(self.expires_in_seconds.unwrap_or(DEFAULT_LIFE_SECONDS))
    }
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
        if change.status == Some(200) {
            (behaviour.code, behaviour.message, behaviour.body) = (None, None, None);
        }
        behaviour.code = change.code.or_else(|| behaviour.code.take());
        behaviour.message = change.message.or_else(|| behaviour.message.take());
        behaviour.body = change.body.or_else(|| behaviour.body.take());
    }

    /// How long the next fetch waits, in milliseconds.
    pub(crate) fn latency_ms(&self) -> u64 {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.behaviour.latency_ms.unwrap_or(0)
    }

    /// Remembers what an issuer was asked with.
    pub(crate) fn record(&self, issuer: Issuer, asked: Value) {
        let asked = with(asked, "issuer", json!(issuer.name()));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).asked.push(asked);
    }

    /// What the issuers were asked with, in order.
    pub(crate) fn asked(&self) -> Vec<Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).asked.clone()
    }

    /// How long what is handed out now lives, in seconds, or the refusal that was asked for.
    pub(crate) fn life(&self) -> Result<f64, Refusal> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.behaviour.life()
    }

    /// New credentials, or the refusal that was asked for.
    pub(crate) fn issue(&self, issuer: Issuer) -> Result<Granted, Refusal> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let life = state.behaviour.life()?;
        let number = state.issued.len() + 1;
        let access_key = format!("{}{number:04}", issuer.prefix());
        let token = format!("token-{number:04}");
        let expires = clock::seconds() + life;
        state.issued.insert(access_key.clone(), Issued { token: token.clone(), expires });
        Ok(Granted { access_key, secret: format!("secret-{number:04}"), token, expires: whole(expires) })
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

/// A JSON object with one more member.
pub(crate) fn with(mut object: Value, name: &str, value: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
    object
}

/// Whole seconds of a moment; the standard library has no conversion that cannot fail.
pub(crate) fn whole(seconds: f64) -> u64 {
    std::time::Duration::try_from_secs_f64(seconds.max(0.0)).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fetch_hands_out_a_new_identity_that_expires() {
        let credentials = Credentials::default();
        let first = credentials.issue(Issuer::Container).unwrap();
        assert_eq!(first.access_key, "AKIATEST0001");
        credentials.behave(serde_json::from_str(r#"{"expires_in_seconds":-1}"#).unwrap());
        let second = credentials.issue(Issuer::Sts).unwrap();
        assert_eq!(second.access_key, "ASIASTS0002");
        let standing = |id, token| credentials.standing(id, token);
        assert_eq!(standing("AKIATEST0001", Some("token-0001")), Standing::Good);
        assert_eq!(standing("AKIATEST0001", Some("token-0002")), Standing::WrongToken);
        assert_eq!(standing("ASIASTS0002", Some("token-0002")), Standing::Expired);
        assert_eq!(standing("AKIAELSEWHERE", None), Standing::Foreign);
    }

    #[test]
    fn a_failing_endpoint_answers_its_status_until_told_otherwise() {
        let credentials = Credentials::default();
        credentials.behave(serde_json::from_str(r#"{"status":500}"#).unwrap());
        assert_eq!(credentials.issue(Issuer::Sso).unwrap_err().status, 500);
        credentials.behave(serde_json::from_str(r#"{"status":200}"#).unwrap());
        assert!(credentials.issue(Issuer::Sso).is_ok());
    }
}
