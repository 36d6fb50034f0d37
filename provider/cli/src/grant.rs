//! `grant-ca`: what gives a CA the reads that it confirms a key by, and nothing else.

mod aws;
mod azure;
mod google;
mod rights;

use clap::Subcommand;

use crate::failure::Failure;

/// One cloud each.
#[derive(Debug, Subcommand)]
pub(crate) enum Grant {
    /// AWS: a role in the key's account, as a template for CloudFormation or Terraform.
    Aws(aws::Options),
    /// Azure: roles at the key's vault and at the key, as a template for Bicep.
    Azure(azure::Options),
    /// Google: roles on the key and its project, as a script for gcloud.
    Google(google::Options),
}

pub(crate) fn run(grant: &Grant) -> Result<(), Failure> {
    match grant {
        Grant::Aws(options) => aws::run(options),
        Grant::Azure(options) => azure::run(options),
        Grant::Google(options) => google::run(options),
    }
}
