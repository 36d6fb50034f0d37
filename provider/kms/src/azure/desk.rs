//! Somebody of Azure's who is no vault: Resource Manager, or the log. One token, one set of lanes.

mod query;
mod request;

use std::sync::{Arc, OnceLock};

use azure_core::credentials::TokenCredential;
use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::{ACCEPT, CONTENT_TYPE};
use azure_core::http::policies::auth::BearerTokenAuthorizationPolicy;
use azure_core::http::{Context, Pipeline, Request as Sent, Transport};
use hardkey_attest::confirmation::Said;
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;

use super::attempts::Attempts;
use super::client::client_options;
use super::error::{Asked, Words};
use super::identity::{Identity, Issued};
use super::place::Place;
use super::transport::DeskTransport;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::lane::Lanes;
use crate::network::{SharedNetwork, Wire};
use crate::repetition::Repetition;
use crate::service::ServiceError;
pub(super) use request::Request;

const JSON: &str = "application/json";

/// One of them.
pub(super) struct Desk {
    service: &'static str,
    identity: Identity,
    place: Place,
    network: SharedNetwork,
    lanes: OnceLock<Lanes<Pipeline>>,
}

/// Azure Resource Graph REST API, `QueryResponse`.
#[derive(Deserialize)]
struct Found {
    data: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
}

impl Desk {
    pub(super) fn new(service: &'static str, identity: Identity, place: Place, network: SharedNetwork) -> Self {
        Self { service, identity, place, network, lanes: OnceLock::new() }
    }

    /// Sends a request, and keeps the answer as it came.
    pub(super) fn ask(&self, request: &Request, place: &Url, deadline: &Deadline) -> Result<Said, ServiceError> {
        let issued = self.identity.issued();
        issued.use_for(|| {
            self.identity.refresh(deadline)?;
            let tenant = issued.get().and_then(|pass| pass.challenge.tenant().map(str::to_owned));
            let attempts = Attempts {
                asked: Asked { place: self.place.clone(), tenant, desk: Some(self.service) },
                repetition: Repetition { most: self.network.get().settings().attempts, deadline: *deadline },
            };
            let outcome = self.lanes().run(self.service, deadline, |pipeline| {
                let (pipeline, request, url) = (pipeline.clone(), request.clone(), request.url(place));
                async move {
                    let said = attempts.ask(request.action, || send(&pipeline, &request, &url)).await?;
                    if let Said::Data(data) = &said
                        && !is_whole(data)
                    {
                        return Err(attempts.asked.malformed(request.action));
                    }
                    Ok(said)
                }
            });
            outcome.map_err(|error| Failure::of_lane(self.service, error))?
        })
    }

    /// The whole name of the one resource that a search finds; or what is said where there is none that the asker may read.
    pub(super) fn find(
        &self,
        search: &Request,
        place: &Url,
        deadline: &Deadline,
    ) -> Result<Result<String, Said>, ServiceError> {
        let data = match self.ask(search, place, deadline)? {
            Said::Data(data) => data,
            refused @ Said::Refused { .. } => return Ok(Err(refused)),
        };
        let found: Result<Found, _> = serde_json::from_slice(&data);
        let found = found.map_err(|_| Failure::foreign(self.service, search.action.name(), 200).error)?;
        Ok(found.data.into_iter().next().map(|row| row.id).ok_or_else(|| Said::Refused {
            // Resource Graph leaves out what the asker may not read, and says no more.
            code: "NotListed".to_owned(),
            message: "Azure Resource Graph lists no such resource that this CA may read".to_owned(),
        }))
    }

    fn lanes(&self) -> &Lanes<Pipeline> {
        self.lanes.get_or_init(|| {
            let (network, issued) = (self.network.get(), Arc::clone(self.identity.issued()));
            let cap = network.settings().lanes;
            Lanes::new(cap, move || {
                let settings = network.settings();
                let wire = Wire::new(Arc::clone(&network), settings.connect_timeout);
                let transport = Transport::new(Arc::new(DeskTransport { wire, limit: settings.attempt_timeout }));
                let credential: Arc<dyn TokenCredential> = Arc::<Issued>::clone(&issued);
                // The credential has one token, whatever it is asked for.
                let auth = Arc::new(BearerTokenAuthorizationPolicy::new(credential, [""; 0]));
                let name = option_env!("CARGO_PKG_NAME");
                let version = option_env!("CARGO_PKG_VERSION");
                Pipeline::new(name, version, client_options(transport), Vec::new(), vec![auth], None)
            })
        })
    }
}

async fn send(pipeline: &Pipeline, request: &Request, url: &Url) -> azure_core::Result<Said> {
    let mut sent = Sent::new(url.clone(), request.method);
    sent.insert_header(ACCEPT, JSON);
    if let Some(body) = &request.body {
        sent.insert_header(CONTENT_TYPE, JSON);
        sent.set_body(body.to_string());
    }
    match pipeline.send(&Context::new(), &mut sent, None).await {
        Ok(response) => Ok(Said::Data(response.into_body().to_vec())),
        Err(error) => refusal(error, request.absent),
    }
}

/// A JSON object, and all of it: a query that was carried out in part is answered with 200 and `error`.
fn is_whole(data: &[u8]) -> bool {
    matches!(serde_json::from_slice(data), Ok(Value::Object(members)) if !members.contains_key("error"))
}

/// What Azure does not let the CA know, and what is not there, in Azure's words: an answer like any other.
pub(super) fn refusal(error: Error, absent: &[&str]) -> azure_core::Result<Said> {
    let ErrorKind::HttpResponse { status, raw_response: Some(response), .. } = error.kind() else { return Err(error) };
    let Some(words) = Words::of(response) else { return Err(error) };
    match u16::from(*status) {
        403 | 404 => {}
        400 if absent.contains(&words.code.as_str()) => {}
        _ => return Err(error),
    }
    let code = words.exact_code().to_owned();
    Ok(Said::Refused { code, message: words.message })
}
