//! `hardkey_kms` as the module knows it, with a key service in this process in the place of AWS KMS.
//!
//! Everything but the service itself is the real crate. What the service answers is written down beforehand, in a
//! [`Script`].

mod material;
mod script;
mod stand_in;

pub use hardkey_kms::*;
pub use material::{Material, materials, pss};
pub use script::{KeyAnswer, Listing, Script, SignAnswer, left_to_sign, play};

/// AWS KMS, as far as the module names it.
pub mod aws {
    pub use crate::stand_in::StandIn as AwsKms;
    pub use hardkey_kms::aws::*;
}

/// Azure Key Vault, as far as the module names it.
pub mod azure {
    pub use crate::stand_in::StandIn as AzureKeys;
    pub use hardkey_kms::azure::*;
}

/// Google Cloud KMS, as far as the module names it.
pub mod google {
    pub use crate::stand_in::StandIn as GoogleKms;
    pub use hardkey_kms::google::*;
}
