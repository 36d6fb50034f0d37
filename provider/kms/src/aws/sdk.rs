//! What the SDK's crates have in common and no trait of theirs says: how a client is made, and how one request is watched.

use aws_config::SdkConfig;
use aws_sdk_kms::config::Intercept;
use aws_smithy_runtime_api::client::retries::classifiers::ClassifyRetry;

/// The client of one service.
pub(super) trait ServiceClient: Clone + Send + 'static {
    /// The settings of one request.
    type Own: Settings;

    /// One that asks where the settings say, or at this URL and nowhere else.
    fn of(settings: &SdkConfig, endpoint: Option<&str>) -> Self;
}

/// What one request of a client is sent with besides.
pub(super) trait Settings: Default {
    /// Has somebody see every attempt, and say whether there is to be another.
    fn watched(self, watch: impl Intercept + ClassifyRetry + Clone + 'static) -> Self;

    /// Has somebody see what is sent and what comes back.
    #[cfg(feature = "inquiry")]
    fn kept(self, kept: impl Intercept + 'static) -> Self;
}

macro_rules! service {
    ($sdk:ident) => {
        impl ServiceClient for $sdk::Client {
            type Own = $sdk::config::Builder;

            fn of(settings: &SdkConfig, endpoint: Option<&str>) -> Self {
                let mut config = $sdk::config::Builder::from(settings);
                if let Some(endpoint) = endpoint {
                    config = config.endpoint_url(endpoint);
                }
                Self::from_conf(config.build())
            }
        }

        impl Settings for $sdk::config::Builder {
            fn watched(self, watch: impl Intercept + ClassifyRetry + Clone + 'static) -> Self {
                self.interceptor(watch.clone()).retry_classifier(watch)
            }

            #[cfg(feature = "inquiry")]
            fn kept(self, kept: impl Intercept + 'static) -> Self {
                self.interceptor(kept)
            }
        }
    };
}

service!(aws_sdk_kms);
#[cfg(feature = "inquiry")]
service!(aws_sdk_cloudtrail);
#[cfg(feature = "inquiry")]
service!(aws_sdk_sts);
#[cfg(feature = "grants")]
service!(aws_sdk_iam);
