//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use hardkey_attest::signature::Hash;

use crate::grant::Grant;

/// The program's name.
pub(crate) const NAME: &str = "hardkey";

const AFTER: &str = "\
Keys, credentials and the network are configured as for the PKCS#11 module: HARDKEY_KEY, or a file.

Exit status:
  0  done
  1  refused: by the key service, by admission, or because the key service could not be asked;
     or grant-ca --check found something
  2  the command line, the configuration or a file cannot be used
Standard error says which, in one line, and what to do.

Example:
  export HARDKEY_KEY=arn:aws:kms:eu-west-1:111122223333:alias/release
  hardkey csr --subject 'CN=Example GmbH,O=Example GmbH,C=DE' --challenge challenge.json --out request.csr
  hardkey attest --csr request.csr --challenge challenge.json --out report.json";

/// For those who hold a key in a cloud's HSM: looks at it, requests a certificate for it, shows a CA where it lives.
#[derive(Debug, Parser)]
#[command(name = NAME, version, after_help = AFTER, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show every configured key, and whether programs may see it; if not, why not.
    Keys(KeysOptions),
    /// Make a request for a certificate, PKCS#10, signed by the key.
    #[command(after_help = AFTER)]
    Csr(CsrOptions),
    /// Make a report for a CA, signed by the key: what its cloud and its HSM say of it.
    #[command(after_help = AFTER)]
    Attest(AttestOptions),
    /// Print what gives a CA the rights to confirm a key, and no others: a template for the cloud.
    GrantCa {
        /// The cloud.
        #[command(subcommand)]
        cloud: Grant,
    },
    /// Write a completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write a page for man(1): of the program, or of one of its commands.
    Man {
        /// keys, csr, grant-ca aws, …
        command: Vec<String>,
    },
}

#[derive(Args, Debug)]
pub(crate) struct KeysOptions {
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct CsrOptions {
    /// The key: its name in the configuration, its label, or its full name. Needed where more than one is usable.
    #[arg(long, value_name = "NAME")]
    pub(crate) key: Option<String>,

    /// Whom the certificate is for, as RFC 4514 writes it: 'CN=Example GmbH,O=Example GmbH,C=DE'.
    #[arg(long, value_name = "NAME", required_unless_present = "config")]
    pub(crate) subject: Option<String>,

    /// Take subject, alternative names, key usage and hash from a configuration for "openssl req", with prompt = no.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// One more name of the subject; any number of times.
    #[arg(long, value_name = "dns:…|email:…|uri:…|ip:…")]
    pub(crate) san: Vec<String>,

    /// The hash that is signed; otherwise one that goes with the key.
    #[arg(long)]
    pub(crate) hash: Option<HashName>,

    /// The CA's challenge: the request carries its nonce as challenge password.
    #[arg(long, value_name = "FILE")]
    pub(crate) challenge: Option<PathBuf>,

    /// Put the HSM's own statement into the request (id-aa-attestation). Not every CA takes such a request.
    #[arg(long)]
    pub(crate) attestation: bool,

    /// Write to this file, not to standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Write DER, not PEM.
    #[arg(long)]
    pub(crate) der: bool,
}

/// SHA-2, as `openssl req` names it.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum HashName {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl From<HashName> for Hash {
    fn from(name: HashName) -> Self {
        match name {
            HashName::Sha256 => Self::Sha256,
            HashName::Sha384 => Self::Sha384,
            HashName::Sha512 => Self::Sha512,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct AttestOptions {
    /// The key: its name in the configuration, its label, or its full name. Needed where more than one is usable.
    #[arg(long, value_name = "NAME")]
    pub(crate) key: Option<String>,

    /// The request that the report goes with.
    #[arg(long, value_name = "FILE")]
    pub(crate) csr: Option<PathBuf>,

    /// The CA's challenge, which says for whom and for which order the report is.
    #[arg(long, value_name = "FILE", conflicts_with = "bundle")]
    pub(crate) challenge: Option<PathBuf>,

    /// Show that whoever makes the report administers the key: sets the tag or label hardkey-challenge of the key to the nonce of the
    /// challenge, where the CA reads it. It takes a right that signing does not.
    #[arg(long, conflicts_with = "bundle")]
    pub(crate) mark_owner: bool,

    /// The CA that the report is for, if there is no challenge.
    #[arg(long, value_name = "NAME", conflicts_with = "bundle")]
    pub(crate) audience: Option<String>,

    /// The CA's order, if there is no challenge.
    #[arg(long, value_name = "NUMBER", conflicts_with = "bundle")]
    pub(crate) order: Option<String>,

    /// Write the report to this file, not to standard output.
    #[arg(long, value_name = "FILE", conflicts_with = "bundle")]
    pub(crate) out: Option<PathBuf>,

    /// Write no report, but what the cloud itself gives, for CAs that ask for that: of Google a zip, the "attestation bundle" of its
    /// console; of Azure Managed HSM its answer to GetKeyAttestation, JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
}
