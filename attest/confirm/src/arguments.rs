//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// The program's name.
pub(crate) const NAME: &str = "hardkey-confirm";

const AFTER: &str = "\
Exit status:
  0  done: what was asked for was written
  1  of recheck: something that passed does not pass any more, whatever else is undecided
  2  undecided: no credentials, a cloud that does not answer, a file that cannot be used; there is no record of it

A cloud that says no has answered: the record says so, and the verdict of hardkey-attest what is missing for it.
docs/confirm.md says how a CA sets it up and runs it, docs/confirmation.md what is asked.

Example:
  hardkey-confirm init --out record.key
  hardkey-confirm report.json --config ca.toml --out record.json
  hardkey-attest verify report.json --csr request.csr --challenge c.json --confirmation record.json --policy policy.toml";

/// Asks the cloud itself about the key of a report, with a CA's own credentials, and makes a record of its answers.
///
/// For certification authorities, of keys in AWS KMS, Azure Key Vault, Azure Managed HSM and Google Cloud KMS. Reads only; decides
/// nothing.
#[derive(Debug, Parser)]
#[command(name = NAME, version, after_help = AFTER, max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Arguments {
    /// The report that the subscriber handed in.
    #[arg(value_name = "REPORT", required = true)]
    pub(crate) report: Option<PathBuf>,

    /// Of a key of AWS, ask CloudTrail as well for the keys that its digest files are signed with: for files that the subscriber handed
    /// in, which show how the key was made.
    #[arg(long)]
    pub(crate) digest_keys: bool,

    #[command(flatten)]
    pub(crate) asking: AskOptions,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Args, Debug)]
pub(crate) struct AskOptions {
    /// Write the record to this file, not to standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) own: OwnOptions,
}

/// What is the CA's own.
#[derive(Args, Debug)]
pub(crate) struct OwnOptions {
    /// Your configuration: role, external id, key, network [default: ~/.config/hardkey-confirm/config.toml, if it is there].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Your key that signs records; the configuration may name one, or one in an HSM.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a key that signs records, and show the lines that put it on a policy's list.
    Init(InitOptions),
    /// Ask again about the keys of earlier records, and tell what changed.
    #[command(after_help = AFTER)]
    Recheck(RecheckOptions),
    /// EXPERIMENTAL: make a record of what AWS answers to two requests that the subscriber signed for you, without any grant. No real AWS
    /// was ever asked this way. docs/confirm.md says how the requests are made.
    Replay(ReplayOptions),
    /// Write a completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write a page for man(1): of the program, or of one of its commands.
    Man {
        /// init, recheck, replay, …
        command: Option<String>,
    },
}

#[derive(Args, Debug)]
pub(crate) struct InitOptions {
    /// The file to make. One that is there is left alone.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct ReplayOptions {
    /// The two requests, JSON, signed within the last five minutes.
    #[arg(value_name = "REQUESTS")]
    pub(crate) requests: PathBuf,

    /// The report that the subscriber handed in; the requests must be about its key, and carry its nonce.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: PathBuf,

    #[command(flatten)]
    pub(crate) asking: AskOptions,
}

#[derive(Args, Debug)]
pub(crate) struct RecheckOptions {
    /// The folder of the records of certificates that are still in use: every file whose name ends in .json.
    #[arg(value_name = "FOLDER")]
    pub(crate) records: PathBuf,

    /// The folder for the new records, by the names of the old. What is there already is not asked again: call once more with the
    /// same folder to go on.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,

    /// What is demanded: csbr, statement, or a file.
    #[arg(long, value_name = "csbr|statement|FILE", default_value = "csbr")]
    pub(crate) policy: PathBuf,

    /// At most so many keys in a minute. Of one key, CloudTrail is asked once for events, which it takes twice a second from an account.
    #[arg(long, value_name = "NUMBER", default_value = "60", value_parser = clap::value_parser!(u32).range(1..=6000))]
    pub(crate) per_minute: u32,

    /// Write what changed as JSON, a line for each record.
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) own: OwnOptions,
}
