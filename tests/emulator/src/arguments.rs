//! The command line.

use crate::aws::key_description::KeyDescription;
use crate::azure::key_description::KeyDescription as AzureKeyDescription;
use crate::google::key_description::GoogleKeyDescription;
use clap::Parser;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Cloud key services on loopback, with real cryptography and faults on demand. For tests only.
///
/// Prints one line of JSON with its addresses and keys when it is ready.
#[derive(Debug, Parser)]
#[command(version, rename_all = "kebab-case")]
pub(crate) struct Arguments {
    /// Where the clouds are served over http.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = loopback)]
    pub(crate) aws: SocketAddr,

    /// Where the clouds are served over https as well.
    #[arg(long, value_name = "ADDRESS", value_parser = loopback, requires = "ca_file")]
    pub(crate) aws_tls: Option<SocketAddr>,

    /// Where counts, faults, connections, credentials and keys are controlled.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = loopback)]
    pub(crate) control: SocketAddr,

    /// Region of keys that name none.
    #[arg(long, value_name = "REGION", default_value = "eu-west-1")]
    pub(crate) region: String,

    /// Account of every key.
    #[arg(long, value_name = "ACCOUNT", default_value = "111122223333", value_parser = account)]
    pub(crate) account: String,

    /// Where the certificate of the https listener's authority is written, as PEM.
    #[arg(long, value_name = "PATH")]
    pub(crate) ca_file: Option<PathBuf>,

    /// A folder in which the roots of the HSMs here are written, as `hardkey-attest-for-tests` takes them.
    #[arg(long, value_name = "PATH")]
    pub(crate) roots: Option<PathBuf>,

    /// One more name that the certificate of the https listener is for.
    #[arg(long = "name", value_name = "HOST")]
    pub(crate) names: Vec<String>,

    /// URLs in answers of a vault have the host that Azure would give it, whoever was asked.
    #[arg(long)]
    pub(crate) azure_names: bool,

    /// Also ends when stdin does.
    #[arg(long)]
    pub(crate) until_stdin_closes: bool,

    /// Logs every request to stderr.
    #[arg(long)]
    pub(crate) verbose: bool,

    /// A key that is there from the start:
    /// `SPEC[,alias=NAME][,origin=EXTERNAL][,disabled][,region=REGION][,multi-region][,custom-key-store=ID]`
    /// `[,usage=USAGE][,pending-deletion][,pending-import][,manager=AWS][,description=TEXT]`.
    #[arg(long = "key", value_name = "DESCRIPTION", value_parser = KeyDescription::parse, verbatim_doc_comment)]
    pub(crate) keys: Vec<KeyDescription>,

    /// Project of Google's keys that name none.
    #[arg(long, value_name = "PROJECT", default_value = "emulated-project")]
    pub(crate) google_project: String,

    /// Location of Google's keys that name none.
    #[arg(long, value_name = "LOCATION", default_value = "europe-west1")]
    pub(crate) google_location: String,

    /// A version of Google's that is there from the start, with its key and its ring:
    /// `ALGORITHM[,protection=LEVEL][,template-protection=LEVEL][,project=ID][,location=ID][,ring=ID][,key=ID]`
    /// `[,state=STATE][,imported]`.
    #[arg(long = "google-key", value_name = "DESCRIPTION", value_parser = GoogleKeyDescription::parse, verbatim_doc_comment)]
    pub(crate) google_keys: Vec<GoogleKeyDescription>,

    /// A key in a vault or Managed HSM of Azure's that is there from the start:
    /// `KTY[,name=NAME][,vault=VAULT][,size=BITS][,curve=CURVE][,hsm-platform=PLATFORM][,exportable][,release-policy]`
    /// `[,managed][,imported][,disabled][,expired][,not-yet-valid]`.
    #[arg(long = "azure-key", value_name = "DESCRIPTION", value_parser = AzureKeyDescription::parse, verbatim_doc_comment)]
    pub(crate) azure_keys: Vec<AzureKeyDescription>,
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| format!("'{text}' is not ADDRESS:PORT, such as 127.0.0.1:0"))?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(format!(
            "{} is not a loopback address; anyone could sign with the keys here, so only 127.0.0.0/8 and ::1 are served",
            address.ip()
        ))
    }
}

/// AWS account ids have 12 digits (AWS Account Management Reference Guide).
fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account is 12 digits".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_are_taken() {
        assert!(loopback("127.0.0.1:0").is_ok());
        assert!(loopback("[::1]:4566").is_ok());
        for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80", "localhost:1"] {
            assert!(loopback(address).is_err(), "{address}");
        }
    }

    #[test]
    fn tls_needs_a_place_for_its_authority() {
        let parse = |arguments: &[&str]| Arguments::try_parse_from(arguments);
        assert!(parse(&["x", "--aws-tls", "127.0.0.1:0"]).is_err());
        assert!(parse(&["x", "--aws-tls", "127.0.0.1:0", "--ca-file", "ca.pem"]).is_ok());
    }
}
