//! What is read at `C_Initialize`: `HARDKEY_KEY`, a file, certificates.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;
use std::{fs, str};

use hardkey_fuzz_service::aws::{AwsConfig, KeyName};
use hardkey_fuzz_service::azure::{AzureConfig, KeyName as AzureName};
use hardkey_fuzz_service::config::{Certificate, Config, Environment, ServiceConfig, TokenConfig, load};
use hardkey_fuzz_service::google::{GoogleConfig, KeyName as GoogleName, is_location};
use openssl::x509::X509;

use crate::scene;

/// The longest line a person has to read: what a packet of syslog holds (RFC 3164 §4.1).
const LONGEST_LINE: usize = 1024;

/// A file that names the certificates which are the input.
const CERTIFICATES: &str = r#"
[[token]]
label = "a"
discover = true
certificates = ["input.pem"]
"#;

/// Where the files of this process are, with a good `chain.pem` among them.
fn folder() -> &'static PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap().keep();
        fs::write(folder.join("chain.pem"), scene::chain()).unwrap();
        scene::end_at_a_panic();
        folder
    })
}

/// One input: a byte that says what it is, then the text or the bytes.
pub fn configuration(input: &[u8]) {
    let Some((choice, data)) = input.split_first() else { return };
    let folder = folder();
    let file = folder.join("hardkey.toml");
    let mut environment = Environment { config: Some(file.clone()), ..Environment::default() };
    match choice % 4 {
        0 => environment.key = Some(String::from_utf8_lossy(data).into_owned()),
        1 => fs::write(file, data).unwrap(),
        2 => {
            fs::write(folder.join("input.pem"), data).unwrap();
            fs::write(file, CERTIFICATES).unwrap();
        }
        _ => {
            // Bytes that a mutation would hardly turn into base64 by itself.
            let lines: Vec<String> = data.chunks(48).map(openssl::base64::encode_block).collect();
            let text = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
            fs::write(folder.join("input.pem"), text).unwrap();
            fs::write(file, CERTIFICATES).unwrap();
        }
    }
    match load(&environment) {
        Ok(config) => check(&config),
        Err(error) => check_line(&error.to_string()),
    }
}

fn check_line(line: &str) {
    assert!(!line.trim().is_empty());
    let hidden = |character: &char| !"\"'\\".contains(*character) && character.escape_debug().len() != 1;
    assert_eq!(line.chars().find(hidden), None, "a character that does not print, in the line {line:?}");
    assert!(line.len() <= LONGEST_LINE, "a line of {} bytes: {line:?}", line.len());
}

/// What the documentation of the settings promises.
fn check(config: &Config) {
    for (index, token) in config.tokens.iter().enumerate() {
        check_token(token);
        assert!(config.tokens[..index].iter().all(|other| other.label != token.label), "a label occurs twice");
    }
    let network = &config.network;
    assert!((1..=10).contains(&network.attempts) && (1..=256).contains(&network.lanes));
    for time in [network.attempt_timeout, network.connect_timeout, network.timeout] {
        assert!((Duration::from_millis(100)..=Duration::from_secs(600)).contains(&time));
    }
}

fn check_token(token: &TokenConfig) {
    let label = &token.label;
    assert!((1..=32).contains(&label.len()) && label.trim() == label, "the label {label:?}");
    assert!(!label.chars().any(char::is_control), "the label {label:?}");
    for certificate in &token.certificates {
        check_certificate(certificate);
    }
    match &token.service {
        ServiceConfig::Aws(aws) => check_aws(aws),
        ServiceConfig::Azure(azure) => check_azure(azure),
        ServiceConfig::Google(google) => check_google(google),
    }
}

fn check_aws(aws: &AwsConfig) {
    assert!(aws.discover || !aws.keys.is_empty());
    for key in &aws.keys {
        assert_eq!(KeyName::parse(key.as_str()).as_ref(), Ok(key));
        assert!(key.region().is_none() || key.region() == aws.region.as_deref(), "{key:?} in {:?}", aws.region);
    }
    assert!(aws.region.as_ref().is_none_or(|region| KeyName::is_region(region)));
    assert!(aws.endpoint.as_ref().is_none_or(|url| url.starts_with("https://") || url.starts_with("http://")));
}

fn check_azure(azure: &AzureConfig) {
    assert!(azure.discover || !azure.keys.is_empty());
    for key in &azure.keys {
        assert_eq!(AzureName::parse(key.as_str()).as_ref(), Ok(key));
        assert_eq!(key.place(), &azure.place);
    }
    assert!(azure.endpoint.as_ref().is_none_or(|url| url.scheme() == "https" && url.path() == "/"));
}

fn check_google(google: &GoogleConfig) {
    assert!(google.key_ring.is_some() || !google.keys.is_empty());
    for key in &google.keys {
        assert_eq!(GoogleName::parse(key.as_str()).as_ref(), Ok(key));
        assert_eq!(key.location(), google.location);
    }
    assert!(is_location(&google.location));
    assert!(google.endpoint.as_ref().is_none_or(|url| url.starts_with("https://") || url.starts_with("http://")));
}

fn check_certificate(certificate: &Certificate) {
    for date in [&certificate.not_before, &certificate.not_after] {
        assert!(date.iter().all(u8::is_ascii_digit));
    }
    // OpenSSL is not as strict; where it reads the certificate too, it reads the same.
    if let Ok(theirs) = X509::from_der(&certificate.der) {
        assert_eq!(theirs.subject_name().to_der().unwrap(), certificate.subject, "subject");
        assert_eq!(theirs.issuer_name().to_der().unwrap(), certificate.issuer, "issuer");
    }
    assert!(certificate.common_name.as_ref().is_none_or(|name| !name.is_empty()));
}
