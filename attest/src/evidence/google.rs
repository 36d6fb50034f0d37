//! Google Cloud HSM: a statement of the HSM and its certificates.

use crate::anchor::Anchors;
use crate::certificate::{Certificate, sha256};
use crate::check::Check;
use crate::claim::{Topic, Value};
use crate::finding::Basis;
use crate::liquid_security::{CardCertificates, Framing, Key, Statement, attribute, gunzip};
use crate::malformed::Malformed;
use crate::shown;

use super::Gathered;

/// Google's console gives six certificates, its API four.
const MOST_CERTIFICATES: usize = 16;
const FROM: &str = "the HSM's statement";

/// Makes every check of a statement and its chains, and gathers what it says.
pub(super) fn gather(
    compressed: &[u8],
    certificates: &[Vec<u8>],
    anchors: &impl Anchors,
    gathered: &mut Gathered,
) -> Result<(), Malformed> {
    let statement = Statement::parse(&gunzip(compressed)?)?;
    if statement.framing != Framing::Google {
        return Err(Malformed::new("statement", "Google's framing, a handle of 8 bytes per object", "Azure's"));
    }
    if certificates.len() > MOST_CERTIFICATES {
        let found = format!("{} certificates", certificates.len());
        return Err(Malformed::new("certificate chain", format!("at most {MOST_CERTIFICATES} certificates"), found));
    }
    let mut parsed = Vec::new();
    for (index, der) in certificates.iter().enumerate() {
        let place = format!("certificate {}", index.saturating_add(1));
        parsed.push(Certificate::parse(der).map_err(|error| error.inside(&place))?);
    }
    let signer = match CardCertificates::assign(&parsed, anchors, true) {
        Ok(chain) => {
            let counted = format!("{} certificates besides roots", chain.certificates().count());
            gathered.ledger.check(Check::CertificateRoles, Ok(counted));
            of_chain(&chain, gathered);
            chain.verify(anchors, &mut gathered.ledger)
        }
        Err(why) => {
            gathered.ledger.check(Check::CertificateRoles, Err(why));
            None
        }
    };
    let verifies = signer.is_some_and(|key| key.verify_sig(statement.signed(), statement.signature()).is_ok());
    let observed = format!("{} bytes signed", statement.signed().len());
    let outcome = if verifies { Ok(observed) } else { Err(format!("{observed} by another key, or changed since")) };
    gathered.ledger.check(Check::Signature, outcome);
    gathered.claim(Topic::Format, Value::Text("CAVIUM_V2_COMPRESSED".to_owned()), Basis::Attested, FROM);
    if let Some(key) = Key::find(&statement, &mut gathered.ledger) {
        of_key(&key, gathered);
        gathered.about(key.public_key);
    }
    Ok(())
}

fn of_chain(chain: &CardCertificates<'_>, gathered: &mut Gathered) {
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

fn of_key(key: &Key<'_>, gathered: &mut Gathered) {
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
    // 128 hexadecimal digits; what the first 64 mean is not published.
    if let Ok(id) = std::str::from_utf8(key.id())
        && id.len() == 128
        && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        && let Some(hash) = id.get(64..)
    {
        claim(Topic::NameHash, Value::Text(hash.to_owned()));
    }
}
