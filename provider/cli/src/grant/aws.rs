//! AWS: a role that this CA alone can use, with the CA's external id.

mod check;
mod key;
mod template;

use clap::{Args, ValueEnum};

use super::Cloud;
use crate::failure::Failure;
use crate::output;
use template::Role;

/// What the CA expects unless it says otherwise.
const ROLE: &str = "hardkey-confirm";

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Who asks: the ARN of the CA's role or user, as the CA gave it.
    #[arg(long, value_name = "ARN")]
    ca: String,

    /// What the CA shows whenever it uses the role: a text that the CA made for you alone.
    #[arg(long, value_name = "ID")]
    external_id: String,

    /// The role's name, with its path if it has one: the one that the CA looks for.
    #[arg(long, value_name = "NAME", default_value = ROLE)]
    role: String,

    /// The key: its ARN, its name in the configuration, or its label. Needed where more than one is usable.
    #[arg(long, value_name = "NAME")]
    key: Option<String>,

    /// What the template is for.
    #[arg(long, value_name = "TOOL", default_value = "cloudformation")]
    format: Format,

    /// Print no template: look at the role as it is, and at the key's policy and grants, and say what is missing and what is too much. Needs
    /// rights to read IAM, kms:GetKeyPolicy and kms:ListGrants.
    #[arg(long, conflicts_with = "format")]
    check: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// AWS CloudFormation, JSON.
    Cloudformation,
    /// Terraform, with the provider hashicorp/aws.
    Terraform,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let key = Cloud::Aws.key(options.key.as_deref(), |name| name.contains(":key/"))?;
    let role = Role::parse(&options.ca, &options.external_id, &options.role, &key)?;
    if options.check {
        return check::run(&role);
    }
    let template = match options.format {
        Format::Cloudformation => role.cloudformation(),
        Format::Terraform => role.terraform(),
    };
    output::product(template.as_bytes(), None)
}
