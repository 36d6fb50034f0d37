//! `grant-ca`: what gives a CA the reads that it confirms a key by, and nothing else.

mod aws;
mod azure;
mod google;
mod rights;

use clap::Subcommand;
use hardkey_kms::{azure as azure_names, google as google_names};

use crate::choice::Choice;
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

/// The clouds by their commands: a template of one is nothing to a key of another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Cloud {
    Aws,
    Azure,
    Google,
}

impl Cloud {
    /// Whose a full name is.
    fn of(name: &str) -> Option<Self> {
        let beginnings = [
            ("arn:", Self::Aws),
            (azure_names::KeyName::BEGINNING, Self::Azure),
            (google_names::KeyName::BEGINNING, Self::Google),
        ];
        beginnings.into_iter().find(|(beginning, _)| name.starts_with(beginning)).map(|(_, cloud)| cloud)
    }

    /// The key's immutable name. What `is_whole` is taken as it is: who prepares a grant need not be who may look at the key.
    fn key(self, named: Option<&str>, is_whole: impl Fn(&str) -> bool) -> Result<String, Failure> {
        if let Some(name) = named {
            self.has(name)?;
            if is_whole(name) {
                return Ok(name.to_owned());
            }
        }
        let choice = Choice::of(named)?;
        self.has(choice.id.as_str())?;
        Ok(choice.id.as_str().to_owned())
    }

    fn has(self, name: &str) -> Result<(), Failure> {
        let (whose, command) = match Self::of(name) {
            Some(cloud) if cloud != self => match cloud {
                Self::Aws => ("AWS KMS", "aws"),
                Self::Azure => ("Azure", "azure"),
                Self::Google => ("Google Cloud KMS", "google"),
            },
            Some(_) | None => return Ok(()),
        };
        Err(Failure::unusable(format!(
            "--key {name:?} is a key of {whose}; use hardkey grant-ca {command}, or name another key"
        )))
    }
}
