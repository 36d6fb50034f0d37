//! Azure: roles of its own for this CA, at the vault and at the key, as a template for Bicep.

mod check;
mod template;

use clap::Args;
use hardkey_kms::azure::KeyName;

use super::Cloud;
use crate::failure::Failure;
use crate::output;
use template::Reads;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Who asks: the object id of the CA's service principal in the vault's tenant (az ad sp create --id APPLICATION, then --query id).
    #[arg(long, value_name = "PRINCIPAL-OBJECT-ID")]
    ca: String,

    /// The key: its URL with the version or without, its name in the configuration, or its label. Needed where more than one is usable.
    #[arg(long, value_name = "NAME")]
    key: Option<String>,

    /// Print no template: look at the CA's roles as they are, and say what is missing and what is too much. Needs rights to read roles.
    #[arg(long)]
    check: bool,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let key = Cloud::Azure.key(options.key.as_deref(), |name| name.starts_with(KeyName::BEGINNING))?;
    let reads = Reads::parse(&options.ca, &key)?;
    if options.check {
        return check::run(&reads);
    }
    output::product(reads.bicep().as_bytes(), None)
}
