//! Google Cloud HSM: a statement of the HSM and its certificates.

use crate::anchor::Anchors;
use crate::claim::{Topic, Value};
use crate::finding::Basis;
use crate::liquid_security::{CardCertificates, Framing, Key, Statement, gunzip};
use crate::malformed::Malformed;

use super::Gathered;
use super::binding::{Name, Piece};
use super::hardware::{self, FROM};

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
    let parsed = hardware::certificates(certificates)?;
    let signer = CardCertificates::assign(&parsed, anchors, true, &mut gathered.ledger).and_then(|chain| {
        hardware::of_chain(&chain, gathered);
        chain.verify(anchors, &mut gathered.ledger)
    });
    hardware::signature(&statement, signer.as_ref(), &mut gathered.ledger);
    gathered.claim(Topic::Format, Value::Text("CAVIUM_V2_COMPRESSED".to_owned()), Basis::Attested, FROM);
    if let Some(key) = Key::find(&statement, &mut gathered.ledger) {
        hardware::of_key(&key, gathered);
        let mut piece = Piece { with_key: true, ..Piece::new(FROM) };
        if let Some(hash) = name_hash(key.id()) {
            gathered.claim(Topic::NameHash, Value::Text(hash.to_owned()), Basis::Attested, FROM);
            piece.names.push(Name::Hash(hash.to_owned()));
        }
        gathered.piece(piece);
        gathered.about(key.public_key);
    }
    Ok(())
}

/// The id has 128 hexadecimal digits; what the first 64 mean is not published.
fn name_hash(id: &[u8]) -> Option<&str> {
    let id = std::str::from_utf8(id).ok()?;
    let is_hex = id.len() == 128 && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if is_hex { id.get(64..) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_128_lower_case_hexadecimal_digits_hold_the_hash_of_a_name() {
        let good = format!("{}{}", "0".repeat(64), "a".repeat(64));
        assert_eq!(name_hash(good.as_bytes()), Some("a".repeat(64).as_str()));
        for bad in [
            "",
            &good[1..],
            &format!("{good}0"),
            &good.replace('a', "A"),
            &good.replace('0', "g"),
            &good.replace('0', " "),
        ] {
            assert_eq!(name_hash(bad.as_bytes()), None, "{bad:?}");
        }
        assert_eq!(name_hash(&[0xff; 128]), None);
    }
}
