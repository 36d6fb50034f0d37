//! Where a token comes from: the sources of Azure's `DefaultAzureCredential`, asked in its documented order, each with the
//! reason why it had none.
//!
//! Azure's Rust SDK has the sources, but no `DefaultAzureCredential`. Each search makes them anew, so that files that were
//! rotated meanwhile are read again.

mod assertion;
mod order;
mod reason;
#[cfg(unix)]
mod tool;

use std::env;
use std::sync::Arc;
use std::time::Duration;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use azure_core::error::Error;
use azure_core::http::{ClientOptions, RawResponse, Transport};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, AzureDeveloperCliCredential, AzureDeveloperCliCredentialOptions,
    ClientAssertionCredential, ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions,
    Executor, ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
};
use reqwest::Url;
use tokio::time::sleep;

use super::attempts::{is_passing, told_to_wait};
use super::client::client_options;
use super::place::{Place, cloud_of_authority};
use super::transport::{Reach, Refused, TokenTransport};
use crate::credentials::Tried;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::network::{Interruption, InterruptionKind, Network, Wire};
use crate::repetition::back_off;
use crate::service::ServiceErrorKind;
use assertion::{ClientCertificate, FederatedToken};
use order::{ORDER, Source};

/// A metadata service answers within a millisecond; elsewhere its address does not answer at all. Azure's other SDKs wait as
/// long.
const METADATA_CONNECT: Duration = Duration::from_secs(1);

/// Where identities get their tokens, if not at the authority of the vault's cloud: Azure SDK documentation, "Environment
/// variables".
const AUTHORITY_HOST: &str = "AZURE_AUTHORITY_HOST";
/// Which of the sources are asked: Azure SDK documentation, "Credential chains", `DefaultAzureCredential`.
const CHOICE: &str = "AZURE_TOKEN_CREDENTIALS";

/// One search. It is read after the search was given up, too.
#[derive(Debug)]
pub(super) struct Search {
    place: Place,
    network: Arc<Network>,
    deadline: Deadline,
    only_azures_authority: bool,
    tried: Tried<Source>,
    refused: Refused,
}

/// Why a source that was asked gave no token.
struct Refusal {
    error: Error,
    /// What was answered, if something was.
    answer: Option<RawResponse>,
}

/// Why a source had nothing.
struct Nothing {
    reason: String,
    /// Whether it is simply not set up, so that the next one is asked.
    goes_on: bool,
}

impl Nothing {
    fn not_set_up(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), goes_on: true }
    }

    fn broken(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), goes_on: false }
    }
}

impl Search {
    /// A search for a token for this place. In a privileged process the environment, and every file, program and address it
    /// can name, belongs to somebody with fewer rights.
    pub(super) fn new(place: Place, network: Arc<Network>, deadline: Deadline) -> Self {
        let (tried, refused) = (Tried::new("Azure"), Refused::default());
        Self { place, network, deadline, only_azures_authority: false, tried, refused }
    }

    /// The same at Azure's own authority, whatever the environment says: for tokens of other people's tenants.
    #[cfg(feature = "inquiry")]
    pub(super) fn at_azures_authority(self, alone: bool) -> Self {
        Self { only_azures_authority: alone, ..self }
    }

    /// Asks one source after the other; the first that has a token ends the search. With a tenant, it is asked for in that one.
    pub(super) async fn run(&self, scope: &str, tenant: Option<&str>) -> Result<AccessToken, Failure> {
        let authority = self.authority()?;
        for source in self.sources()? {
            self.tried.begin(source);
            match self.ask(source, (scope, tenant), &authority).await {
                Ok(token) => return Ok(token),
                Err(Nothing { reason, goes_on }) => {
                    self.tried.failed(reason, goes_on);
                    if !goes_on {
                        break;
                    }
                }
            }
        }
        Err(self.tried.failure(if self.is_privileged() {
            "attach a managed identity to this machine: a set-user-id program believes no other source"
        } else {
            "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, run where a managed identity is attached, or run az login"
        }))
    }

    /// What it came to.
    pub(super) fn tried(&self) -> &Tried<Source> {
        &self.tried
    }

    fn is_privileged(&self) -> bool {
        self.network.settings().privileged
    }

    fn sources(&self) -> Result<Vec<Source>, Failure> {
        if self.is_privileged() {
            return Ok(vec![Source::ManagedIdentity]);
        }
        let Some(choice) = variable(CHOICE) else { return Ok(ORDER.to_vec()) };
        let chosen: Vec<Source> = ORDER.into_iter().filter(|source| source.is_chosen(&choice)).collect();
        if chosen.is_empty() {
            return Err(Failure::plain(
                ServiceErrorKind::Malformed,
                format!("{CHOICE} is {choice:?}, which names no source of credentials that this version has"),
                "unset it, or set it to prod, dev, EnvironmentCredential, WorkloadIdentityCredential, ManagedIdentityCredential, AzureCliCredential or AzureDeveloperCliCredential",
            ));
        }
        Ok(chosen)
    }

    /// Where identities get their tokens. One of another cloud could not give any that this vault takes.
    fn authority(&self) -> Result<Url, Failure> {
        let cloud = self.place.cloud();
        let believed = !self.is_privileged() && !self.only_azures_authority;
        let set = if believed { variable(AUTHORITY_HOST) } else { None };
        let text = set.as_deref().unwrap_or(cloud.authority);
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let wrong = |why: String| {
            Failure::plain(
                ServiceErrorKind::Malformed,
                format!("{AUTHORITY_HOST} is {text:?}, {why}"),
                &format!("unset it, or set it to {}", cloud.authority),
            )
        };
        let url = Url::parse(&whole).ok().filter(|url| url.scheme() == "https" && url.has_host());
        let url = url.ok_or_else(|| wrong("which is not a URL of scheme https".to_owned()))?;
        match cloud_of_authority(&url) {
            Some(other) if other != cloud => {
                Err(wrong(format!("of {}, but {} is in {}", other.name, self.place.host(), cloud.name)))
            }
            Some(_) | None => Ok(url),
        }
    }

    async fn ask(
        &self,
        source: Source,
        (scope, tenant): (&str, Option<&str>),
        authority: &Url,
    ) -> Result<AccessToken, Nothing> {
        let tenant_id = tenant.map(str::to_owned);
        match source {
            Source::Environment => self.environment(scope, tenant, authority).await,
            Source::WorkloadIdentity => self.workload_identity(scope, tenant, authority).await,
            Source::ManagedIdentity => self.managed_identity(scope).await,
            Source::AzureCli => {
                let options = AzureCliCredentialOptions { executor: executor(), tenant_id, ..Default::default() };
                let credential = AzureCliCredential::new(Some(options)).map_err(|error| wrong_settings(&error))?;
                let found = self.token(&*credential, scope).await;
                found.map_err(|refusal| Nothing::not_set_up(reason::of_tool("az", &refusal.error)))
            }
            Source::AzureDeveloperCli => {
                let options = AzureDeveloperCliCredentialOptions { executor: executor(), tenant_id };
                let credential =
                    AzureDeveloperCliCredential::new(Some(options)).map_err(|error| wrong_settings(&error))?;
                let found = self.token(&*credential, scope).await;
                found.map_err(|refusal| Nothing::not_set_up(reason::of_tool("azd", &refusal.error)))
            }
        }
    }

    /// `EnvironmentCredential`: an application with a secret, else with a certificate.
    async fn environment(&self, scope: &str, tenant: Option<&str>, authority: &Url) -> Result<AccessToken, Nothing> {
        let (tenant, client) = (tenant_or_own(tenant)?, needed("AZURE_CLIENT_ID")?);
        let client_options = self.options(authority);
        if let Some(secret) = variable("AZURE_CLIENT_SECRET") {
            let options = ClientSecretCredentialOptions { client_options };
            let credential = ClientSecretCredential::new(&tenant, client, Secret::new(secret), Some(options));
            let credential = credential.map_err(|error| wrong_settings(&error))?;
            return self.token(&*credential, scope).await.map_err(|refusal| of_authority(authority, &refusal));
        }
        let Some(path) = variable("AZURE_CLIENT_CERTIFICATE_PATH") else {
            return Err(Nothing::not_set_up("neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH is set"));
        };
        let certificate =
            ClientCertificate::load(path.as_ref(), &tenant, &client, authority).map_err(Nothing::broken)?;
        let options = ClientAssertionCredentialOptions { client_options };
        let credential = ClientAssertionCredential::new(tenant, client, certificate, Some(options));
        let credential = credential.map_err(|error| wrong_settings(&error))?;
        self.token(&*credential, scope).await.map_err(|refusal| of_authority(authority, &refusal))
    }

    /// `WorkloadIdentityCredential`: a token of somebody else's, for whom Entra vouches.
    async fn workload_identity(
        &self,
        scope: &str,
        tenant: Option<&str>,
        authority: &Url,
    ) -> Result<AccessToken, Nothing> {
        let path = needed("AZURE_FEDERATED_TOKEN_FILE")?;
        let (tenant, client) = (tenant_or_own(tenant)?, needed("AZURE_CLIENT_ID")?);
        let token = FederatedToken::load(path.as_ref()).map_err(Nothing::broken)?;
        let options = ClientAssertionCredentialOptions { client_options: self.options(authority) };
        let credential = ClientAssertionCredential::new(tenant, client, token, Some(options));
        let credential = credential.map_err(|error| wrong_settings(&error))?;
        self.token(&*credential, scope).await.map_err(|refusal| of_authority(authority, &refusal))
    }

    /// `ManagedIdentityCredential`: the identity of this machine, or of this App Service.
    async fn managed_identity(&self, scope: &str) -> Result<AccessToken, Nothing> {
        let privileged = self.is_privileged();
        let client = if privileged { None } else { variable("AZURE_CLIENT_ID") };
        let reach = if privileged { Reach::MachineAlone } else { Reach::Metadata };
        let options = ManagedIdentityCredentialOptions {
            user_assigned_id: client.map(UserAssignedId::ClientId),
            client_options: client_options(self.transport(reach)),
        };
        let credential = ManagedIdentityCredential::new(Some(options)).map_err(|error| wrong_settings(&error))?;
        let set_up = !privileged && variable("IDENTITY_ENDPOINT").is_some();
        self.token(&*credential, scope).await.map_err(|refusal| {
            let (reason, in_trouble) = reason::of_metadata(&refusal);
            Nothing { reason, goes_on: !set_up && !in_trouble }
        })
    }

    /// A token, asked for as often as is configured: a token service may be out of order for a moment.
    async fn token(&self, credential: &dyn TokenCredential, scope: &str) -> Result<AccessToken, Refusal> {
        let mut made = 0;
        loop {
            let error = match credential.get_token(&[scope], None).await {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
            made += 1;
            let answer = self.refused.take();
            let (passing, wait) = match (&answer, Interruption::among(&error)) {
                (Some(answer), _) => (is_passing(answer.status().into()), told_to_wait(answer)),
                // Where there is no metadata service nothing is ever sent.
                (None, Some(interruption)) => (interruption.kind != InterruptionKind::Final && interruption.sent, None),
                (None, None) => (false, None),
            };
            let wait = wait.unwrap_or_else(|| back_off(made));
            if !passing || made >= self.network.settings().attempts || wait >= self.deadline.remaining() {
                return Err(Refusal { error, answer });
            }
            sleep(wait).await;
        }
    }

    fn options(&self, authority: &Url) -> ClientOptions {
        let mut custom = CustomConfiguration::default();
        custom.authority_host = authority.origin().ascii_serialization();
        let cloud = Some(Arc::new(CloudConfiguration::from(custom)));
        ClientOptions { cloud, ..client_options(self.transport(Reach::Authority)) }
    }

    fn transport(&self, reach: Reach) -> Transport {
        let settings = self.network.settings();
        let connect = match reach {
            Reach::Authority => settings.connect_timeout,
            Reach::Metadata | Reach::MachineAlone => METADATA_CONNECT.min(settings.connect_timeout),
        };
        let wire = Wire::new(Arc::clone(&self.network), connect);
        Transport::new(Arc::new(TokenTransport {
            wire,
            limit: settings.attempt_timeout,
            reach,
            refused: self.refused.clone(),
        }))
    }
}

/// What the SDK says of settings before it asks anybody.
fn wrong_settings(error: &Error) -> Nothing {
    Nothing::broken(reason::of_settings(error))
}

fn of_authority(authority: &Url, refusal: &Refusal) -> Nothing {
    Nothing::broken(reason::of_authority(authority, refusal))
}

fn executor() -> Option<Arc<dyn Executor>> {
    #[cfg(unix)]
    return Some(Arc::new(tool::Runner));
    #[cfg(not(unix))]
    return None;
}

/// A variable that is set and empty counts as not set: pipelines make such variables.
fn variable(name: &str) -> Option<String> {
    env::var_os(name).map(|value| value.to_string_lossy().trim().to_owned()).filter(|value| !value.is_empty())
}

fn needed(name: &str) -> Result<String, Nothing> {
    variable(name).ok_or_else(|| Nothing::not_set_up(format!("{name} is not set")))
}

/// The tenant that a token is asked for in. That none is configured is a source that is not set up, whoever names another.
fn tenant_or_own(tenant: Option<&str>) -> Result<String, Nothing> {
    let own = needed("AZURE_TENANT_ID")?;
    Ok(tenant.map_or(own, str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::NetworkConfig;
    use crate::network::SharedNetwork;

    fn search(privileged: bool) -> Search {
        let network = SharedNetwork::new(NetworkConfig { privileged, ..NetworkConfig::default() });
        let place = Place::parse("https://example.vault.azure.net").unwrap();
        Search::new(place, network.get(), Deadline::after(Duration::from_secs(1)))
    }

    #[test]
    fn a_search_in_a_privileged_process_is_for_the_identity_of_the_machine_alone() {
        assert_eq!(search(true).sources().unwrap(), [Source::ManagedIdentity]);
        assert_eq!(search(true).authority().unwrap().as_str(), "https://login.microsoftonline.com/");
        assert_eq!(search(false).sources().unwrap(), ORDER);
    }
}
