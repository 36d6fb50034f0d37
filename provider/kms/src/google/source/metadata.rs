//! The service account of this machine: Compute Engine, "About VM metadata", and the same on GKE and Cloud Run.

use std::env;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use serde::Deserialize;
use tokio::time::sleep;

use crate::google::identity::Pass;
use crate::network::{Interruption, Message, Network, Wire};
use crate::obstacle::Obstacle;
use crate::wording::{chain, clean};

/// The address of `metadata.google.internal`: "About VM metadata". The name would need a name server to say that this is
/// not a machine of Google's.
const ADDRESS: &str = "169.254.169.254";
/// Where another address stands: the variable of Google's own libraries.
const VARIABLE: &str = "GCE_METADATA_HOST";
const PATH: &str = "/computeMetadata/v1/instance/service-accounts/default/token";
/// Sent with every request and every answer, so that neither is mistaken for something else.
const FLAVOR: HeaderName = HeaderName::from_static("metadata-flavor");
/// A metadata server answers within a millisecond; elsewhere the address does not answer at all.
const CONNECT: Duration = Duration::from_secs(1);
/// A pod's metadata server may need seconds to start: GKE, "Workload Identity Federation", limitations.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Deserialize)]
struct Token {
    access_token: String,
    expires_in: u64,
}

/// Asks for an access token.
pub(super) async fn ask(network: &Arc<Network>) -> Result<Pass, String> {
    let settings = network.settings();
    let host = if settings.privileged { None } else { env::var(VARIABLE).ok().filter(|host| !host.trim().is_empty()) };
    let host = host.as_deref().unwrap_or(ADDRESS);
    let url =
        Url::parse(&format!("http://{host}{PATH}")).map_err(|_| format!("{VARIABLE} is {host:?}, which is no host"))?;
    let wire = Wire::new(Arc::clone(network), CONNECT.min(settings.connect_timeout));
    let mut attempts = 0;
    loop {
        attempts += 1;
        let message = Message {
            method: Method::GET,
            url: url.clone(),
            headers: HeaderMap::from_iter([(FLAVOR, HeaderValue::from_static("Google"))]),
            body: Vec::new(),
            limit: Some(settings.attempt_timeout),
            direct: true,
        };
        let asked = SystemTime::now();
        let (reason, passing) = match wire.exchange(message).await {
            Ok(answer) if answer.headers.get(FLAVOR).is_none_or(|flavor| flavor != "Google") => {
                (format!("what answers at {host} is not a metadata server"), false)
            }
            Ok(answer) if answer.status.is_success() => return pass(&answer.body, asked),
            Ok(answer) if answer.status == StatusCode::NOT_FOUND => {
                ("no service account is attached to this machine".to_owned(), false)
            }
            Ok(answer) => {
                let status = answer.status;
                (format!("it answered with HTTP status {}", status.as_u16()), status.is_server_error() || status == 429)
            }
            Err(interruption) => (why(&interruption), interruption.sent),
        };
        if !passing || attempts >= settings.attempts {
            return Err(reason);
        }
        sleep(PAUSE).await;
    }
}

fn why(interruption: &Interruption) -> String {
    Obstacle::of(interruption).map_or_else(|| chain(interruption), |obstacle| clean(&obstacle.cause))
}

fn pass(body: &[u8], asked: SystemTime) -> Result<Pass, String> {
    let token: Token = serde_json::from_slice(body).map_err(|_| "its answer holds no token".to_owned())?;
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.access_token))
        .map_err(|_| "its answer holds a token that is no text".to_owned())?;
    value.set_sensitive(true);
    let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
    let expiry = asked.checked_add(Duration::from_secs(token.expires_in));
    Ok(Pass { headers, expiry, renewal: None })
}
