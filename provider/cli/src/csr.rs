//! `csr`: a request for a certificate, PKCS#10 (RFC 2986), signed by the key.

mod alternative;
mod attestation;
mod configuration;
mod extension;
mod request;
mod subject;

use std::path::Path;

use hardkey_attest::challenge::{self, Challenge};
use hardkey_attest::instant::Instant;
use hardkey_attest::signature::Hash;
use hardkey_kms::signing::Way;
use x509_cert::attr::Attribute;

use crate::arguments::CsrOptions;
use crate::attest::now;
use crate::choice::Choice;
use crate::failure::Failure;
use crate::{files, output};
use configuration::RequestConfiguration;
use request::Request;

pub(crate) fn run(options: &CsrOptions) -> Result<(), Failure> {
    if let Some(out) = &options.out {
        files::is_none_of("--out", out, &[options.config.as_deref(), options.challenge.as_deref()])?;
    }
    let configured = options.config.as_deref().map(RequestConfiguration::read).transpose()?.unwrap_or_default();
    let subject = match &options.subject {
        Some(text) => subject::parse(text)?,
        None => configured.subject,
    };
    let mut alternatives = configured.alternatives;
    for text in &options.san {
        alternatives.push(alternative::parse(text)?);
    }
    let challenge = options.challenge.as_deref().map(|path| read_challenge(path, now()?)).transpose()?;
    let choice = Choice::of(options.key.as_deref())?;
    let way = way(&choice, options.hash.map(Hash::from).or(configured.hash))?;
    let mut attributes: Vec<Attribute> = Vec::new();
    if let Some(challenge) = &challenge {
        attributes.push(request::challenge_password(&challenge.nonce())?);
    }
    if options.attestation {
        attributes.push(attestation::attribute(&choice)?);
    }
    let mut extensions = configured.extensions;
    extension::add_alternatives(&mut extensions, &alternatives)?;
    let der = Request { subject, extensions, attributes }.signed(&choice, way)?;
    let written = if options.der { der } else { request::pem(&der)?.into_bytes() };
    output::product(&written, options.out.as_deref())
}

fn way(choice: &Choice, hash: Option<Hash>) -> Result<Way, Failure> {
    let key = &choice.key;
    let way = match hash {
        None => Way::of(key),
        Some(hash) => Way::with(key, hash),
    };
    way.ok_or_else(|| {
        let can: Vec<String> = Hash::ALL.into_iter().filter(|hash| Way::with(key, *hash).is_some()).map(name).collect();
        let can =
            if can.is_empty() { "none of those that requests are signed with".to_owned() } else { can.join(", ") };
        let wanted = hash.map(|hash| format!(" {}", name(hash))).unwrap_or_default();
        Failure::unusable(format!(
            "--hash{wanted}: the key {} does not sign with it; it signs with {can}",
            choice.shown()
        ))
    })
}

fn name(hash: Hash) -> String {
    format!("{hash:?}").to_lowercase()
}

/// Reads a CA's challenge that may still be answered. Only the CA can tell whether it is genuine.
pub(crate) fn read_challenge(path: &Path, now: Instant) -> Result<Challenge, Failure> {
    const OPTION: &str = "--challenge";
    let bytes = files::read(OPTION, path, challenge::LARGEST)?;
    let challenge = Challenge::parse(&bytes).map_err(|error| {
        Failure::unusable(format!("{OPTION}: {}: {error}; ask the CA for it again", path.display()))
    })?;
    challenge.in_time(now).map_err(|why| Failure::unusable(format!("{OPTION}: {why}")))?;
    Ok(challenge)
}
