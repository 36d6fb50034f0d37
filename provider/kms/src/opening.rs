//! A key service, by its settings. What stands in for the clouds in tests stands in for this.

use hardkey_attest::admission::Exceptions;

use crate::aws::AwsKms;
use crate::azure::AzureKeys;
use crate::config::ServiceConfig;
use crate::google::GoogleKms;
use crate::network::SharedNetwork;
use crate::service::{KeyService, Marking};

/// Opens it for a host. Nothing is read or connected before the first use. `warn` is told, in one line without a full stop, before something
/// is signed that may have been signed already.
#[must_use]
pub fn open(
    service: ServiceConfig,
    admission: Exceptions,
    network: &SharedNetwork,
    warn: impl Fn(&str) + Send + Sync + 'static,
) -> Box<dyn KeyService> {
    let network = network.clone();
    match service {
        ServiceConfig::Aws(aws) => Box::new(AwsKms::new(aws, admission, network).telling(warn)),
        ServiceConfig::Azure(azure) => Box::new(AzureKeys::new(azure, admission, network).telling(warn)),
        ServiceConfig::Google(google) => Box::new(GoogleKms::new(google, admission, network).telling(warn)),
    }
}

/// Opens it for whoever administers its keys. Nothing is read or connected before the first use.
#[must_use]
pub fn open_for_marking(service: ServiceConfig, admission: Exceptions, network: &SharedNetwork) -> Box<dyn Marking> {
    let network = network.clone();
    match service {
        ServiceConfig::Aws(aws) => Box::new(AwsKms::new(aws, admission, network)),
        ServiceConfig::Azure(azure) => Box::new(AzureKeys::new(azure, admission, network)),
        ServiceConfig::Google(google) => Box::new(GoogleKms::new(google, admission, network)),
    }
}
