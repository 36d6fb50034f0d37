//! Google: custom roles with the reads of a confirmation, granted to the CA's service account on the key and on its project.

mod check;
mod script;

use clap::Args;
use hardkey_kms::google::KeyName;

use super::Cloud;
use crate::failure::Failure;
use crate::output;
use script::Script;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Who asks: the CA's principal as IAM writes it, serviceAccount:NAME@PROJECT.iam.gserviceaccount.com, as the CA gave it.
    #[arg(long, value_name = "PRINCIPAL")]
    ca: String,

    /// The key: its full name, its name in the configuration, or its label. Needed where more than one is usable.
    #[arg(long, value_name = "NAME")]
    key: Option<String>,

    /// The organization above the key's project, by its number: the CA may then read what it, and folders between, have logged. It
    /// takes an administrator of the organization.
    #[arg(long, value_name = "NUMBER")]
    organization: Option<String>,

    /// Print no script: look at what the CA was given as it is, and say what is missing and what is too much. Needs rights to read policies
    /// and roles of IAM.
    #[arg(long)]
    check: bool,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let key = Cloud::Google.key(options.key.as_deref(), |name| KeyName::parse(name).is_ok())?;
    let key = KeyName::parse(&key).map_err(|why| Failure::unusable(format!("--key {why}")))?;
    let script = Script::parse(&options.ca, &key, options.organization.as_deref())?;
    if options.check {
        return check::run(&script, &key);
    }
    output::product(script.to_string().as_bytes(), None)
}
