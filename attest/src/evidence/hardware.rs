//! What a statement of an HSM and its certificates claim, whoever runs the HSM.

use aws_lc_rs::signature::ParsedPublicKey;

use crate::certificate::{Certificate, sha256};
use crate::check::{Check, Ledger};
use crate::claim::{Topic, Value};
use crate::finding::Basis;
use crate::form;
use crate::liquid_security::{CardCertificates, Key, Statement, attribute};
use crate::malformed::Malformed;
use crate::shown;

use super::Gathered;

/// Google's console gives six certificates, its API four.
const MOST_CERTIFICATES: usize = 16;
/// The piece of evidence, in the words of the field.
pub(super) const FROM: &str = "the HSM's statement";

/// Takes certificates in DER apart.
pub(super) fn certificates(ders: &[Vec<u8>]) -> Result<Vec<Certificate>, Malformed> {
    if ders.len() > form::limit(MOST_CERTIFICATES) {
        let found = format!("{} certificates", ders.len());
        return Err(Malformed::new("certificate chain", format!("at most {MOST_CERTIFICATES} certificates"), found));
    }
    let mut parsed = Vec::new();
    for (index, der) in ders.iter().enumerate() {
        let place = format!("certificate {}", index.saturating_add(1));
        parsed.push(Certificate::parse(der).map_err(|error| error.inside(&place))?);
    }
    Ok(parsed)
}

/// Checks the statement's signature with the partition's key.
pub(super) fn signature(statement: &Statement, signer: Option<&ParsedPublicKey>, ledger: &mut Ledger) {
    let verifies = signer.is_some_and(|key| key.verify_sig(statement.signed(), statement.signature()).is_ok());
    let observed = format!("{} bytes signed", statement.signed().len());
    let outcome = if verifies { Ok(observed) } else { Err(format!("{observed} by another key, or changed since")) };
    ledger.check(Check::Signature, outcome);
}

/// What the manufacturer's and the operator's chains say of the HSM.
pub(super) fn of_chain(chain: &CardCertificates<'_>, gathered: &mut Gathered) {
    let mut claim = |topic, value| gathered.claim(topic, value, Basis::Attested, FROM);
    let names = chain.names();
    claim(Topic::Vendor, Value::Text(chain.manufacturer().name.to_owned()));
    claim(Topic::Serial, Value::Text(names.serial.clone()));
    claim(Topic::Partition, Value::Text(names.partition.clone().unwrap_or_default()));
    claim(Topic::FipsMode, Value::Flag(names.mode == "FIPS"));
    if let Some(operator) = chain.operator() {
        claim(Topic::Operator, Value::Text(operator.name.to_owned()));
    }
    let starts = chain.certificates().map(|certificate| certificate.not_before).max();
    let ends = chain.certificates().map(|certificate| certificate.not_after).min();
    if let (Some(start), Some(end)) = (starts, ends) {
        claim(Topic::ValidFrom, Value::Moment(start));
        claim(Topic::ValidUntil, Value::Moment(end));
    }
}

/// What the statement says of the private key.
pub(super) fn of_key(key: &Key<'_>, gathered: &mut Gathered) {
    let mut claim = |topic, value| gathered.claim(topic, value, Basis::Attested, FROM);
    claim(Topic::Hsm, Value::Flag(true));
    claim(Topic::Spki, Value::Text(shown::hex(&sha256(key.public_key.spki()))));
    claim(Topic::Algorithm, Value::Text(key.public_key.algorithm().name().to_owned()));
    for (topic, code) in [
        (Topic::Local, attribute::LOCAL),
        (Topic::Extractable, attribute::EXTRACTABLE),
        (Topic::NeverExtractable, attribute::NEVER_EXTRACTABLE),
        (Topic::Sensitive, attribute::SENSITIVE),
        (Topic::AlwaysSensitive, attribute::ALWAYS_SENSITIVE),
        (Topic::Sign, attribute::SIGN),
        (Topic::Decrypt, attribute::DECRYPT),
        (Topic::Wrap, attribute::WRAP),
        (Topic::Unwrap, attribute::UNWRAP),
    ] {
        // A flag that is absent, or neither 0 nor 1, claims nothing.
        if let Some(flag) = key.flag(code) {
            claim(topic, Value::Flag(flag));
        }
    }
    if let (Some(may), Some(is)) = (key.flag(attribute::SPLITTABLE), key.flag(attribute::IS_SPLIT)) {
        claim(Topic::Split, Value::Flag(may || is));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_certificates_are_taken_apart_than_a_bundle_can_have() {
        let found = |count: usize| certificates(&vec![Vec::new(); count]).unwrap_err().found;
        assert_eq!(found(MOST_CERTIFICATES + 1), "17 certificates");
        assert!(!found(MOST_CERTIFICATES).contains("16"), "these are looked at");
    }
}
