//! Where credentials come from: AWS's sources, asked in AWS's documented order, each with the reason why it had none.
//!
//! The SDK's own chain keeps the reasons to itself once a source fails, and gives a profile that it could not read up for
//! good. Here every search makes its sources anew, so that files and tokens that were rotated meanwhile are read again.

mod reason;

use std::fmt;
use std::sync::OnceLock;

use aws_config::default_provider::use_fips::use_fips_provider;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::credentials::EnvironmentVariableCredentialsProvider;
use aws_config::imds::{self, credentials::ImdsCredentialsProvider};
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;

use crate::credentials::Tried;
use crate::failure::Failure;

/// EC2 user guide, "Use the Instance Metadata Service".
const METADATA: &str = "http://169.254.169.254";

/// A source of credentials.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Source {
    Environment,
    Profile(String),
    WebIdentity,
    Container,
    InstanceMetadata,
}

/// What is kept from one search to the next: instance metadata repeats its last answer while it is out of order, as AWS
/// asks of its SDKs ("static stability").
#[derive(Debug, Default)]
pub(super) struct Memory(OnceLock<ImdsCredentialsProvider>);

/// One search. It is read after the search was given up, too.
#[derive(Debug)]
pub(super) struct Search {
    profile: Option<String>,
    /// Whether the environment, and every file and address it can name, belongs to somebody with fewer rights.
    privileged: bool,
    tried: Tried<Source>,
}

impl Search {
    /// A search with this profile of the shared files, if one is configured. In a privileged process it is one for the
    /// role of the instance.
    pub(super) fn new(profile: Option<String>, privileged: bool) -> Self {
        Self { profile, privileged, tried: Tried::new("AWS") }
    }

    /// Asks one source after the other; the first that has credentials ends the search.
    pub(super) async fn run(&self, settings: &SdkConfig, memory: &Memory) -> Option<Credentials> {
        let config = self.provider_config(settings).await;
        for source in self.sources() {
            self.tried.begin(source.clone());
            let not_set_up = if self.privileged { None } else { reason::not_set_up(&source) };
            let (reason, goes_on) = match not_set_up {
                Some(reason) => (reason, true),
                None => match self.ask(&source, &config, memory).await {
                    Ok(credentials) => return Some(credentials),
                    Err(error) => {
                        (reason::why(&source, &error), matches!(error, CredentialsError::CredentialsNotLoaded(_)))
                    }
                },
            };
            self.tried.failed(reason, goes_on);
            if !goes_on {
                return None;
            }
        }
        None
    }

    /// The settings of the SDK's providers: those of the clients.
    async fn provider_config(&self, settings: &SdkConfig) -> ProviderConfig {
        let mut config = ProviderConfig::without_region()
            .with_behavior_version(Some(BehaviorVersion::v2026_01_12()))
            .with_region(settings.region().cloned())
            .with_use_fips(settings.use_fips())
            .with_use_dual_stack(settings.use_dual_stack());
        if let Some(http) = settings.http_client() {
            config = config.with_http_client(http);
        }
        if let Some(retry) = settings.retry_config() {
            config = config.with_retry_config(retry.clone());
        }
        if let Some(timeout) = settings.timeout_config() {
            config = config.with_timeout_config(timeout.clone());
        }
        // Has the shared files read: what they say of endpoints reaches the providers only once somebody has asked for them.
        if !self.privileged {
            let _ = use_fips_provider(&config).await;
        }
        config
    }

    /// The order: AWS SDKs and tools reference guide, "Standardized credential providers", read November 2026.
    fn sources(&self) -> Vec<Source> {
        if self.privileged {
            return vec![Source::InstanceMetadata];
        }
        let named = self.profile.clone().or_else(|| std::env::var("AWS_PROFILE").ok());
        let profile = Source::Profile(named.unwrap_or_else(|| "default".to_owned()));
        vec![Source::Environment, profile, Source::WebIdentity, Source::Container, Source::InstanceMetadata]
    }

    async fn ask(
        &self,
        source: &Source,
        config: &ProviderConfig,
        memory: &Memory,
    ) -> Result<Credentials, CredentialsError> {
        match source {
            Source::Environment => EnvironmentVariableCredentialsProvider::new().provide_credentials().await,
            Source::Profile(_) => {
                let mut builder = ProfileFileCredentialsProvider::builder().configure(config);
                if let Some(profile) = &self.profile {
                    builder = builder.profile_name(profile);
                }
                builder.build().provide_credentials().await
            }
            Source::WebIdentity => {
                let provider = WebIdentityTokenCredentialsProvider::builder().configure(config).build();
                provider.provide_credentials().await
            }
            Source::Container => {
                EcsCredentialsProvider::builder().configure(config).build().provide_credentials().await
            }
            Source::InstanceMetadata => {
                let provider = match memory.0.get() {
                    Some(provider) => provider,
                    None => {
                        let made = self.metadata(config)?;
                        memory.0.get_or_init(|| made)
                    }
                };
                provider.provide_credentials().await
            }
        }
    }

    fn metadata(&self, config: &ProviderConfig) -> Result<ImdsCredentialsProvider, CredentialsError> {
        let provider = ImdsCredentialsProvider::builder().configure(config);
        if !self.privileged {
            return Ok(provider.build());
        }
        // Otherwise the environment and the shared files may name another address.
        let client = imds::Client::builder().configure(config).endpoint(METADATA);
        let client = client.map_err(CredentialsError::invalid_configuration)?;
        Ok(provider.imds_client(client.build()).build())
    }

    /// What it came to.
    pub(super) fn tried(&self) -> &Tried<Source> {
        &self.tried
    }

    /// Why the search found nothing.
    pub(super) fn failure(&self) -> Failure {
        self.tried.failure(if self.privileged {
            "attach a role to this instance: a set-user-id program believes no other source"
        } else {
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role is attached"
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => out.write_str("environment"),
            Self::Profile(name) => write!(out, "profile {}", name.escape_debug()),
            Self::WebIdentity => out.write_str("web identity"),
            Self::Container => out.write_str("container"),
            Self::InstanceMetadata => out.write_str("instance metadata"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_in_a_privileged_process_is_for_the_role_of_the_instance_alone() {
        let search = Search::new(Some("release".to_owned()), true);
        assert_eq!(search.sources(), [Source::InstanceMetadata]);
        let sources = Search::new(Some("release".to_owned()), false).sources();
        assert_eq!(sources.len(), 5);
        assert!(sources.contains(&Source::Profile("release".to_owned())));
    }
}
