//! What a CA asks Azure about a key version: the vault, and around it Resource Manager and the log.
//!
//! There is no maintained official crate for either, so these are asked through the SDK's own pipeline. Where, is a host of the
//! question's or what the CA's configuration has instead. Tokens are of the vault's tenant.

use azure_security_keyvault_keys::models::{KeyClientGetKeyAttestationOptions, KeyClientGetKeyOptions};
use hardkey_attest::confirmation::{Answer, Kind, Question, Said};
use hardkey_attest::report;
use reqwest::Url;

use super::client::{Client, Clients};
use super::desk::{Desk, Request, refusal};
use super::error::Action;
use super::evidence;
use super::name::KeyName;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::inquiry::{Inquiry, InquiryConfig, host_of};
use crate::network::SharedNetwork;
use crate::service::{ServiceError, ServiceErrorKind};

/// Azure, asked about one key version.
pub(crate) struct AzureInquiry {
    resource: String,
    name: KeyName,
    config: InquiryConfig,
    vault: Clients,
    /// Resource Manager, and the log.
    desks: [Desk; 2],
}

impl AzureInquiry {
    /// For the URL of a key version.
    ///
    /// # Errors
    /// [`ServiceError`] for another name.
    pub(crate) fn new(resource: &str, config: InquiryConfig, network: &SharedNetwork) -> Result<Self, ServiceError> {
        let wrong = |why: String| ServiceError {
            kind: ServiceErrorKind::Unsupported,
            cause: why,
            remedy: "ask the subscriber for a report of hardkey attest".to_owned(),
            request_id: None,
        };
        let name = KeyName::parse(resource).map_err(wrong)?;
        if name.version().is_none() {
            return Err(wrong(format!("{} names no version of a key", resource.escape_debug())));
        }
        let place = name.place().clone();
        let endpoint = config.endpoints.get(place.host()).cloned().unwrap_or_else(|| place.url());
        let vault = Clients::of_strangers(place.clone(), endpoint, network.clone());
        let [management, logs] = place.cloud().scopes;
        let desk =
            |service, scope| Desk::new(service, vault.identity().elsewhere(scope), place.clone(), network.clone());
        let desks = [desk("Azure Resource Manager", management), desk("Azure Monitor", logs)];
        Ok(Self { resource: resource.to_owned(), name, config, vault, desks })
    }

    /// Asks the vault itself, for the key or for the statement of its HSM.
    fn key(&self, statement: bool, deadline: &Deadline) -> Result<(String, Said), ServiceError> {
        self.vault.call(&self.resource, deadline, |client| {
            let name = self.name.clone();
            async move { of_key(&client, &name, statement).await }
        })
    }

    /// Asks somebody else about the vault, by its whole name.
    fn around(
        &self,
        question: &Question,
        of: &str,
        url: &Url,
        deadline: &Deadline,
    ) -> Result<(String, Said), ServiceError> {
        let request = Request::of(question.kind, of, &self.name).ok_or_else(|| unknown(question))?;
        let [management, logs] = &self.desks;
        let desk = if question.kind == Kind::AzureKeyEvents { logs } else { management };
        let said = desk.ask(&request, url, deadline)?;
        Ok((request.shown(url), said))
    }

    /// The whole name of the vault; or what is said where the CA may not see it.
    fn whole_name(
        &self,
        question: &Question,
        url: &Url,
        deadline: &Deadline,
    ) -> Result<Result<String, (String, Said)>, ServiceError> {
        if !question.kind.is_about(&question.of, &self.resource) {
            return Err(unknown(question));
        }
        if question.of.starts_with("/subscriptions/") {
            return Ok(Ok(question.of.clone()));
        }
        let search = Request::search(&question.of).ok_or_else(|| unknown(question))?;
        let [management, _] = &self.desks;
        match management.find(&search, url, deadline)? {
            Err(said) => Ok(Err((search.shown(url), said))),
            Ok(found) if question.kind.is_about(&found, &self.resource) => Ok(Ok(found)),
            Ok(_) => {
                let what = format!("Azure Resource Graph was asked for {}, and found another resource", question.of);
                Err(Failure::malformed("Azure Resource Manager", &what).error)
            }
        }
    }
}

impl Inquiry for AzureInquiry {
    fn ask(&self, question: &Question, deadline: &Deadline) -> Result<Answer, ServiceError> {
        let url = self.config.place(question)?;
        let attestation = Kind::Key(report::Kind::AzureAttestation);
        let is_of_key = question.kind == attestation || question.kind == Kind::Key(report::Kind::AzureKey);
        let (of, (request, said)) = if is_of_key && question.of == self.resource {
            let statement = question.kind == attestation;
            (question.of.clone(), self.key(statement, deadline)?)
        } else {
            match self.whole_name(question, &url, deadline)? {
                Ok(of) => {
                    let answered = self.around(question, &of, &url, deadline)?;
                    (of, answered)
                }
                Err(refused) => (question.of.clone(), refused),
            }
        };
        Ok(Answer { kind: question.kind, of, endpoint: host_of(&url), asked: evidence::now(), request, said })
    }
}

fn unknown(question: &Question) -> ServiceError {
    ServiceError {
        kind: ServiceErrorKind::Unsupported,
        cause: format!("{} of {} is no question to Azure", question.kind.name(), question.of.escape_debug()),
        remedy: "report this as a bug, with this line".to_owned(),
        request_id: None,
    }
}

async fn of_key(client: &Client, key: &KeyName, statement: bool) -> Result<(String, Said), Failure> {
    let (path, action) = if statement { ("/attestation", Action::GetKeyAttestation) } else { ("", Action::GetKey) };
    let send = || async {
        let key_version = key.version().map(str::to_owned);
        let answered = if statement {
            let options = KeyClientGetKeyAttestationOptions { key_version, ..Default::default() };
            client
                .sdk
                .keys
                .get_key_attestation(key.name(), Some(options))
                .await
                .map(|answer| answer.into_body().to_vec())
        } else {
            let options = KeyClientGetKeyOptions { key_version, ..Default::default() };
            client.sdk.keys.get_key(key.name(), Some(options)).await.map(|answer| answer.into_body().to_vec())
        };
        match answered {
            Ok(data) => Ok(Said::Data(data)),
            Err(error) => refusal(error, &[]),
        }
    };
    let said = client.attempts.ask(action, send).await?;
    if let Said::Data(data) = &said {
        evidence::check(client, key, action, data)?;
    }
    let endpoint = client.endpoint.origin().ascii_serialization();
    let version = key.version().unwrap_or_default();
    Ok((format!("GET {endpoint}/keys/{}/{version}{path}", key.name()), said))
}
