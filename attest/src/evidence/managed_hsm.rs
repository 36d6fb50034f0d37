//! Azure Managed HSM: two statements of the HSM, one of each half of a key, and an unsigned bundle around them.
//!
//! Sources: Azure REST API, `GetKeyAttestation`; Azure/azure-managed-hsm-key-attestation, read November 2026. No complete
//! genuine sample is public, so that the layout is not confirmed: the verdict says so, and no built-in policy accepts it.
//! Statements of older firmware, whose signatures have other padding, are not accepted at all: Microsoft's own tool
//! compares the last 32 bytes of those, which is easy to forge.
//!
//! Microsoft's chain is not looked at beyond whether it is about the same keys: its root is published nowhere, and anybody
//! with an HSM of this maker can make such a chain.

use crate::anchor::{Anchors, Role};
use crate::bundle;
use crate::certificate::Certificate;
use crate::check::{Check, Ledger};
use crate::claim::{Topic, Value};
use crate::finding::Basis;
use crate::liquid_security::{
    CardCertificates, Framing, Key, Names, Object, PUBLIC_KEY, Statement, attribute, is_half_of,
};
use crate::malformed::Malformed;
use crate::public_key::PublicKey;
use crate::shown;

use super::Gathered;
use super::answer;
use super::binding::{Name, Piece};
use super::hardware::{self, FROM};
use super::key_vault::{self, Attestation, Bundle};

/// What the rule about formats sees.
const FORMAT: &str = "MRVL-1 (unconfirmed format)";

/// Makes every check of the statements, their chain and what stands around them, and gathers what they say.
pub(super) fn gather(json: &[u8], anchors: &impl Anchors, gathered: &mut Gathered) -> Result<(), Malformed> {
    let bundle: Bundle = answer::read(key_vault::FROM, json)?;
    let part = key_vault::FROM;
    let Some(answer::Object(attestation)) = &bundle.attributes.0.attestation else {
        return Err(Malformed::new(part, "attributes.attestation", "none"));
    };
    match attestation.version.as_deref() {
        Some("MRVL-1") => {}
        other => {
            let found = shown::text(other.unwrap_or("none"));
            return Err(Malformed::new(part, "MRVL-1, in attributes.attestation.version", found));
        }
    }
    let Attestation { certificate_pem_file, private_key_attestation, public_key_attestation, .. } = attestation;
    let private = statement("privateKeyAttestation", private_key_attestation)?;
    let public = statement("publicKeyAttestation", public_key_attestation)?;
    let pem = answer::base64url(part, "certificatePemFile", certificate_pem_file)?;
    let ders = bundle::chain(&pem).map_err(|error| error.inside("certificatePemFile"))?;
    let certificates = hardware::certificates(&ders)?;
    let unsigned = bundle.key.0.public_key()?;
    key_vault::gather_stated(&bundle, gathered);

    let (of_maker, others): (Vec<Certificate>, Vec<Certificate>) =
        certificates.into_iter().partition(|certificate| is_of_maker(certificate, anchors));
    let signer = CardCertificates::assign(&of_maker, anchors, false, &mut gathered.ledger).and_then(|chain| {
        hardware::of_chain(&chain, gathered);
        same_keys(&chain, &others, &mut gathered.ledger);
        chain.verify(anchors, &mut gathered.ledger)
    });
    for statement in [&private, &public] {
        hardware::signature(statement, signer.as_ref(), &mut gathered.ledger);
    }
    gathered.claim(Topic::Format, Value::Text(FORMAT.to_owned()), Basis::Attested, FROM);
    let mut piece = Piece { names: bundle.key.0.names(), ..Piece::new(key_vault::FROM) };
    if let Some(key) = Key::find(&private, &mut gathered.ledger) {
        gathered.ledger.check(Check::PublicHalf, public_half(&public, key.object));
        gathered.ledger.check(Check::StatedKey, stated_key(&unsigned, &key.public_key));
        hardware::of_key(&key, gathered);
        piece.with_key = true;
        if let Some(tail) = tail(key.id()) {
            gathered.claim(Topic::KeyId, Value::Text(tail.clone()), Basis::Attested, FROM);
            piece.names.push(Name::Tail(tail));
        }
        gathered.about(key.public_key);
    }
    gathered.piece(piece);
    Ok(())
}

fn statement(field: &str, text: &str) -> Result<Statement, Malformed> {
    let blob = answer::base64url(key_vault::FROM, field, text)?;
    let statement = Statement::parse(&blob).map_err(|error| error.inside(field))?;
    if statement.framing == Framing::Azure {
        return Ok(statement);
    }
    Err(Malformed::new(field, "Azure's framing, one number of 4 bytes before the attributes", "Google's"))
}

/// Whether a certificate says that it was issued by the maker's root or by a card.
fn is_of_maker(certificate: &Certificate, anchors: &impl Anchors) -> bool {
    let issuer = certificate.issuer_common_name.as_deref().unwrap_or_default();
    let by_root = anchors.all().iter().any(|anchor| anchor.role == Role::Manufacturer && anchor.common_name == issuer);
    by_root || Names::parse(issuer).is_some()
}

/// What Microsoft's chain certifies, whoever made it, must be what the maker certifies.
fn same_keys(chain: &CardCertificates<'_>, others: &[Certificate], ledger: &mut Ledger) {
    let mut makers = chain.certificates();
    let (card, partition) = (makers.next(), makers.next());
    for other in others {
        let Some(names) = other.common_name.as_deref().and_then(Names::parse) else { continue };
        let (check, known) = match names.partition {
            None => (Check::SameCardKey, card),
            Some(_) => (Check::SamePartitionKey, partition),
        };
        let hash = shown::hex(&other.key_hash());
        let same = known.is_some_and(|known| known.spki == other.spki);
        ledger.check(check, if same { Ok(hash) } else { Err(format!("another certificate is about {hash}")) });
    }
}

/// Whether the second statement is about the public half of the first one's key.
fn public_half(public: &Statement, private: &Object) -> Result<String, String> {
    match public.objects.as_slice() {
        [half] if half.value(attribute::CLASS) == Some(PUBLIC_KEY) => is_half_of(half, private),
        _ => Err("publicKeyAttestation is not about one public key".to_owned()),
    }
}

fn stated_key(unsigned: &PublicKey, attested: &PublicKey) -> Result<String, String> {
    if unsigned == attested {
        return Ok("the same key".to_owned());
    }
    Err(format!("the bundle has {unsigned:?}, the statement {attested:?}"))
}

/// The id is text, filled up with zeros, that ends in `/KEY/VERSION`. Anything else names nothing.
fn tail(id: &[u8]) -> Option<String> {
    let end = id.iter().rposition(|byte| *byte != 0)?;
    let text = std::str::from_utf8(id.get(..=end)?).ok()?;
    let mut parts = text.rsplit('/');
    let (version, key) = (parts.next()?, parts.next()?);
    // Azure documentation, "Key Vault object identifiers": letters, digits and hyphens.
    let is_plain =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    // Without a slash before the key's name, that name may be a part of another.
    parts.next()?;
    (is_plain(key) && is_plain(version)).then(|| format!("{key}/{version}"))
}

#[cfg(test)]
mod pki;
#[cfg(test)]
mod tests;
