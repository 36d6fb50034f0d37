//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// The program's name.
pub(crate) const NAME: &str = "hardkey-attest";

const AFTER: &str = "\
Exit status of verify:
  0  every rule of the policy is met
  1  not; the first part of the output says why, and what to do
  2  could not be decided; standard error says what was expected, and what was found where

Examples:
  hardkey-attest challenge --audience \"Example CA\" --order 4711 > c.json
  hardkey-attest verify report.json --csr request.csr --challenge c.json
  hardkey-attest verify report.json --csr request.csr --challenge c.json \\
    --confirmation record.json --policy policy.toml
  hardkey-attest verify bundle.zip --csr request.csr \\
    --name projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";

/// Decides, offline, whether a key lives in an HSM and cannot leave.
///
/// For certification authorities: reads what a subscriber hands in, checks it against the HSM vendors' pinned keys, and says
/// what follows. No network, no cloud account.
#[derive(Debug, Parser)]
#[command(name = NAME, version, after_help = AFTER, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Decide: may the key in this request have a certificate?
    #[command(after_help = AFTER)]
    Verify(Box<VerifyOptions>),
    /// Make a nonce for one order, for a report or a request to carry; writes JSON.
    Challenge(ChallengeOptions),
    /// Show every field of what was handed in, and judge nothing.
    Inspect(InspectOptions),
    /// Policies: what is demanded of a key.
    Policy {
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Show the pinned keys of the HSM vendors, with origin and dates; warn a year before an end.
    Anchors(AnchorsOptions),
    /// Write a completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write a page for man(1): of the program, or of one of its commands.
    Man {
        /// verify, inspect, policy, …
        command: Option<String>,
    },
}

#[derive(Args, Debug)]
pub(crate) struct VerifyOptions {
    /// What the subscriber handed in: a report; or the zip of Google's console, or its two files.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// The request for the certificate: PKCS#10, PEM or DER.
    #[arg(long, value_name = "FILE")]
    pub(crate) csr: Option<PathBuf>,

    /// The full name of the key version that the subscriber gave you; a report has it.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// What is demanded: csbr (CA/Browser Forum, code signing), statement (the HSM's word alone, to look at samples), or a file.
    #[arg(long, value_name = "csbr|statement|FILE", default_value = "csbr")]
    pub(crate) policy: PathBuf,

    /// The nonce that you gave the subscriber; the request must carry it as its challenge password.
    #[arg(long, value_name = "NONCE", conflicts_with = "challenge")]
    pub(crate) nonce: Option<String>,

    /// The challenge that you gave the subscriber. A report must carry it, or the request its nonce as challenge password.
    #[arg(long, value_name = "FILE")]
    pub(crate) challenge: Option<PathBuf>,

    /// The key that the challenge was made with [default: ~/.config/hardkey-attest/challenge.key].
    #[arg(long, value_name = "FILE", requires = "challenge")]
    pub(crate) challenge_key: Option<PathBuf>,

    /// The record of what the cloud told you itself about the key of the report; your policy must list the key that signed it.
    #[arg(long, value_name = "FILE")]
    pub(crate) confirmation: Option<PathBuf>,

    /// Who you are: a report or challenge for another CA is rejected.
    #[arg(long, value_name = "CA")]
    pub(crate) audience: Option<String>,

    /// Which order you decide: a report or challenge for another is rejected.
    #[arg(long, value_name = "ORDER")]
    pub(crate) order: Option<String>,

    /// A list of the challenges that were answered, and by which keys: what is on it is rejected, what is accepted is added.
    #[arg(long, value_name = "FILE", requires = "challenge")]
    pub(crate) seen: Option<PathBuf>,

    /// Decide as of this moment, and not of now: 2026-11-21T01:23:45Z, or a day.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,

    /// Write JSON: docs/attest-json.md says what is in it.
    #[arg(long)]
    pub(crate) json: bool,

    /// Also write a page for a person to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// Write nothing to standard output: the exit status says it.
    #[arg(short, long, conflicts_with = "json")]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ChallengeOptions {
    /// Who you are, as subscribers know you.
    #[arg(long, value_name = "CA")]
    pub(crate) audience: String,

    /// The order that it is for.
    #[arg(long, value_name = "ORDER")]
    pub(crate) order: String,

    /// For how long it may be answered: a number with s, m, h or d, 30 days at most.
    #[arg(long, value_name = "TIME", default_value = "24h")]
    pub(crate) valid: String,

    /// Your key, made if it is not there [default: ~/.config/hardkey-attest/challenge.key].
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct InspectOptions {
    /// What the subscriber handed in.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// A request for a certificate.
    #[arg(long, value_name = "FILE")]
    pub(crate) csr: Option<PathBuf>,

    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Show each rule, the weakest basis it accepts, what it demands, and where that comes from.
    Show(PolicyOptions),
}

#[derive(Args, Debug)]
pub(crate) struct PolicyOptions {
    /// csbr, statement, or a file.
    #[arg(value_name = "csbr|statement|FILE", default_value = "csbr")]
    pub(crate) policy: PathBuf,

    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct AnchorsOptions {
    /// Warn as of this moment, and not of now: 2026-11-21T01:23:45Z, or a day.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,

    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
