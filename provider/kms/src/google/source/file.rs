//! A file of credentials: what kind it is, what stands in the way, and a token from Google's library.

use std::any::Any;
use std::env;
use std::fs;
use std::future::Future;
use std::io::ErrorKind;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use google_cloud_auth::build_errors;
use google_cloud_auth::credentials::{
    CacheableResource, Credentials, external_account, impersonated, service_account, user_account,
};
use google_cloud_auth::errors::CredentialsError;
use google_cloud_gax::retry_policy::{Aip194Strict, RetryPolicyExt};
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::Value;
use tokio::time::timeout;

use super::reason;
use crate::google::identity::Pass;
use crate::network::Network;
use crate::proxy::Proxies;

/// Credentials have a page of text; anything bigger is another file.
const LARGEST_FILE: u64 = 1 << 20;
/// Tokens are good for an hour (Google Cloud, "Token types", access tokens), unless what they were exchanged for ends before.
/// Google's library keeps the end to itself; one that ended early is renewed when Google says so.
const RENEWED_AFTER: Duration = Duration::from_secs(55 * 60);
/// Google's token services, where the file names none.
const TOKEN_SERVICE: &str = "https://oauth2.googleapis.com/token";
/// A project that pays for the requests: the variable of Google's own libraries.
const QUOTA_PROJECT: &str = "GOOGLE_CLOUD_QUOTA_PROJECT";

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    External,
    Impersonated,
    ServiceAccount,
    User,
}

impl Kind {
    /// The `type` in the file: AIP-4110 and its relatives.
    const NAMES: [(&'static str, Self); 4] = [
        ("authorized_user", Self::User),
        ("external_account", Self::External),
        ("impersonated_service_account", Self::Impersonated),
        ("service_account", Self::ServiceAccount),
    ];

    fn of(json: &Value) -> Result<Self, String> {
        let names = Self::NAMES.map(|(name, _)| name).join(", ");
        match json.get("type").and_then(Value::as_str) {
            None => Err(format!("it is no file of credentials: it has no type, one of {names}")),
            Some(found) => Self::NAMES
                .iter()
                .find(|(name, _)| *name == found)
                .map(|(_, kind)| *kind)
                .ok_or_else(|| format!("its type is {found:?}, which is not supported; supported are {names}")),
        }
    }
}

/// Gets a token with what is in a file, or says why there is none.
pub(super) async fn ask(path: &Path, network: &Arc<Network>) -> Result<Pass, String> {
    let json = read(path)?;
    let kind = Kind::of(&json)?;
    // A service account's key signs its tokens here, without asking anybody.
    if kind != Kind::ServiceAccount {
        reaches(network, &json)?;
        has_subject_token(&json)?;
    }
    // Google's library takes TLS and signatures from rustls's default, which is this process's own copy of it.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let settings = network.settings();
    let retries = Aip194Strict.with_attempt_limit(settings.attempts);
    let quota = if settings.privileged { None } else { env::var(QUOTA_PROJECT).ok().filter(|text| !text.is_empty()) };
    // The library's own names for the same four kinds.
    macro_rules! made {
        ($builder:expr) => {{
            let builder = $builder;
            match quota {
                Some(project) => builder.with_quota_project_id(project).build(),
                None => builder.build(),
            }
        }};
    }
    let begun = SystemTime::now();
    let token = guarded(async {
        let credentials: Result<Credentials, build_errors::Error> = match kind {
            Kind::External => made!(external_account::Builder::new(json).with_retry_policy(retries)),
            Kind::Impersonated => made!(impersonated::Builder::new(json).with_retry_policy(retries)),
            Kind::ServiceAccount => made!(service_account::Builder::new(json)),
            Kind::User => made!(user_account::Builder::new(json).with_retry_policy(retries)),
        };
        let credentials = credentials.map_err(|error| reason::unusable(&error))?;
        // The type of the extensions is that of another crate, and there are none.
        match timeout(settings.timeout, credentials.headers(Default::default())).await {
            Ok(Ok(CacheableResource::New { data, .. })) => Ok(data),
            Ok(Ok(CacheableResource::NotModified)) => Err("Google's library gave no token".to_owned()),
            Ok(Err(error)) => Err(why(&error)),
            Err(_) => Err("no answer in time".to_owned()),
        }
    });
    let mut headers = token.await?;
    hide(&mut headers);
    Ok(Pass { headers, expiry: None, renewal: begun.checked_add(RENEWED_AFTER) })
}

fn why(error: &CredentialsError) -> String {
    reason::why(error)
}

/// Google's library ends some errors in a panic: a token whose end is in the past, a server without a name.
async fn guarded<Answer>(token: impl Future<Output = Result<Answer, String>>) -> Result<Answer, String> {
    match AssertUnwindSafe(token).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(payload) => {
            drop::<Box<dyn Any + Send>>(payload);
            Err("Google's library gave up on it".to_owned())
        }
    }
}

fn hide(headers: &mut HeaderMap) {
    if let Some(value) = headers.get_mut(AUTHORIZATION) {
        value.set_sensitive(true);
    }
}

fn read(path: &Path) -> Result<Value, String> {
    let metadata = fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !metadata.is_file() || metadata.len() > LARGEST_FILE {
        return Err("it is no file of credentials".to_owned());
    }
    let text = fs::read(path).map_err(|error| unreadable(&error))?;
    serde_json::from_slice(&text)
        .map_err(|error| format!("it is no JSON at line {}, column {}", error.line(), error.column()))
}

fn unreadable(error: &std::io::Error) -> String {
    if error.kind() == ErrorKind::NotFound {
        "there is no such file".to_owned()
    } else {
        format!("it cannot be read: {}", error.kind())
    }
}

/// Google's library does not say which file it could not read.
fn has_subject_token(json: &Value) -> Result<(), String> {
    let Some(path) = json.pointer("/credential_source/file").and_then(Value::as_str) else { return Ok(()) };
    fs::File::open(path)
        .map(drop)
        .map_err(|error| format!("its credential_source.file {}: {}", path.escape_debug(), unreadable(&error)))
}

/// Google's library has HTTP clients of its own: they go through the proxies of the environment alone, and trust what
/// `SSL_CERT_FILE` and the system say. Settings that would not reach them are not passed over.
fn reaches(network: &Network, json: &Value) -> Result<(), String> {
    let settings = network.settings();
    let environment = if settings.privileged {
        return Err("a set-user-id program asks no token service; name the key of a service account, or attach one to this machine".to_owned());
    } else {
        Proxies::from_environment(|name| env::var(name).ok())
    };
    for url in services(json) {
        let (set, found) = (settings.proxies.for_url(&url), environment.for_url(&url));
        let (Ok(set), Ok(found)) = (&set, &found) else {
            let obstacle = set.err().or(found.err()).map(|obstacle| format!("{obstacle}; {}", obstacle.remedy));
            return Err(obstacle.unwrap_or_default());
        };
        if set.map(crate::proxy::Proxy::url) != found.map(crate::proxy::Proxy::url) {
            let host = url.host_str().unwrap_or_default();
            return Err(format!(
                "proxy and no_proxy of [network] do not reach Google's library, which asks {host} for the token; set HTTPS_PROXY and NO_PROXY to the same"
            ));
        }
    }
    if settings.ca.is_some() && !settings.public_ca && env::var_os("SSL_CERT_FILE").is_none() {
        return Err("ca_file of [network] does not reach Google's library, which asks for the token; set SSL_CERT_FILE to the same file".to_owned());
    }
    // Without an authority to trust the library would panic.
    network.trust().map_err(|obstacle| format!("{obstacle}; {}", obstacle.remedy))
}

/// Whom Google's library will ask.
fn services(json: &Value) -> Vec<Url> {
    const FIELDS: [&str; 3] = ["token_uri", "token_url", "service_account_impersonation_url"];
    let mut found: Vec<Url> = FIELDS
        .iter()
        .filter_map(|field| json.get(field).or_else(|| json.get("source_credentials")?.get(field)))
        .filter_map(|text| Url::parse(text.as_str()?).ok())
        .collect();
    if found.is_empty() {
        found.extend(Url::parse(TOKEN_SERVICE));
    }
    found
}
