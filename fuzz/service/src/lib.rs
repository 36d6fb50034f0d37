//! `hardkey_kms` as the module knows it, with a key service in this process in the place of the clouds'.
//!
//! Everything but the service itself is the real crate. What the service answers is written down beforehand, in a
//! [`Script`].

mod material;
mod script;
mod stand_in;

pub use hardkey_kms::*;
pub use material::{Material, materials, pss};
pub use script::{KeyAnswer, Listing, Script, SignAnswer, left_to_sign, play};

/// Key services by their settings: the same for each cloud.
pub mod opening {
    use hardkey_attest::admission::Exceptions;
    use hardkey_kms::config::ServiceConfig;
    use hardkey_kms::network::SharedNetwork;
    use hardkey_kms::service::KeyService;

    use crate::stand_in::StandIn;

    /// Opens one. It sends nothing twice, so that there is nothing to tell.
    #[must_use]
    pub fn open(
        service: ServiceConfig,
        _: Exceptions,
        _: &SharedNetwork,
        _: impl Fn(&str) + Send + Sync + 'static,
    ) -> Box<dyn KeyService> {
        Box::new(StandIn::of(&service))
    }
}
