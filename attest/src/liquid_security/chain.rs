//! The certificates of a card and its partition: two chains of fixed depth over the same two keys.
//!
//! ```text
//! manufacturer's root ─► card ─► partition
//! operator's root ─► card,  operator's root ─► partition
//! ```
//!
//! Names are read first, to learn which certificate plays which part; then each part is checked. Roots in the input are
//! ignored: the pinned keys stand in their place.

use aws_lc_rs::signature::ParsedPublicKey;

use crate::anchor::{Anchor, Anchors, Denied, Role};
use crate::certificate::Certificate;
use crate::check::{Check, Ledger};
use crate::public_key::PublicKey;
use crate::shown;

/// What the common name of a card's or a partition's certificate says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Names {
    /// Serial number of the card.
    pub serial: String,
    /// Number of the partition, in its certificates.
    pub partition: Option<String>,
    /// The mode the card is in: `FIPS`.
    pub mode: String,
}

impl Names {
    /// Takes `HSM:<serial>, for FIPS mode` or `HSM:<serial>:PARTN:<n>, for FIPS mode` apart.
    pub(crate) fn parse(common_name: &str) -> Option<Self> {
        let (card, mode) = common_name.strip_prefix("HSM:")?.split_once(", for ")?;
        let mode = mode.strip_suffix(" mode")?;
        let (serial, partition) = match card.split_once(":PARTN:") {
            Some((serial, number)) => (serial, Some(number.to_owned())),
            None => (card, None),
        };
        let is_plain = |text: &str| !text.is_empty() && !text.contains(':');
        let plain = is_plain(serial) && partition.as_deref().is_none_or(is_plain);
        plain.then(|| Self { serial: serial.to_owned(), partition, mode: mode.to_owned() })
    }
}

/// The four certificates, by part. Not verified by existing.
#[derive(Clone, Debug)]
pub struct CardCertificates<'a> {
    manufacturer: (&'a Anchor, Part<'a>, Part<'a>),
    operator: Option<(&'a Anchor, Part<'a>, Part<'a>)>,
}

#[derive(Clone, Debug)]
struct Part<'a> {
    certificate: &'a Certificate,
    names: Names,
}

impl<'a> CardCertificates<'a> {
    /// Finds out which certificate plays which part, and checks that each part is played once and that no certificate plays
    /// none. Answers nothing when a part is not played at all; otherwise, whatever else is wrong, the first of each, so that
    /// the other checks can be made and seen.
    pub(crate) fn assign(
        certificates: &'a [Certificate],
        anchors: &'a impl Anchors,
        with_operator: bool,
        ledger: &mut Ledger,
    ) -> Option<Self> {
        let (mut parts, mut strangers): (Vec<Part<'a>>, Vec<String>) = (Vec::new(), Vec::new());
        for certificate in certificates.iter().filter(|certificate| !is_root(certificate, anchors)) {
            let name = certificate.common_name.as_deref().unwrap_or_default();
            match Names::parse(name) {
                Some(names) => parts.push(Part { certificate, names }),
                None => strangers.push(format!(
                    "a certificate of \"{}\", which is neither a card, a partition, nor a pinned root",
                    shown::text(name)
                )),
            }
        }
        let issued_by = |part: &Part<'a>, role: Role| {
            anchors.all().iter().find(|anchor| {
                anchor.role == role && part.certificate.issuer_common_name.as_deref() == Some(anchor.common_name)
            })
        };
        let mut manufacturer_card = Vec::new();
        let (mut operator_card, mut operator_partition, mut other_partition) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts {
            let (maker, operator) = (issued_by(&part, Role::Manufacturer), issued_by(&part, Role::Operator));
            match (part.names.partition.is_some(), maker, operator) {
                (false, Some(anchor), None) => manufacturer_card.push((anchor, part)),
                (false, None, Some(anchor)) => operator_card.push((anchor, part)),
                (true, None, Some(anchor)) => operator_partition.push((anchor, part)),
                (true, None, None) => other_partition.push(part),
                _ => strangers.push(format!("a certificate of \"{}\" from an unknown issuer", name_of(&part))),
            }
        }
        let counts = [manufacturer_card.len(), other_partition.len(), operator_card.len(), operator_partition.len()];
        let expected = if with_operator { [1, 1, 1, 1] } else { [1, 1, 0, 0] };
        let outcome = match strangers.into_iter().next() {
            Some(stranger) => Err(stranger),
            None if counts == expected => Ok(format!("{} certificates besides roots", counts.iter().sum::<usize>())),
            None => Err(format!(
                "{} card and {} partition certificates of the manufacturer, {} and {} of the operator",
                counts[0], counts[1], counts[2], counts[3]
            )),
        };
        ledger.check(Check::CertificateRoles, outcome);
        let (maker, card) = manufacturer_card.into_iter().next()?;
        let partition = other_partition.into_iter().next()?;
        let operator = match (operator_card.into_iter().next(), operator_partition.into_iter().next()) {
            (Some((anchor, card)), Some((_, partition))) => Some((anchor, card, partition)),
            _ if with_operator => return None,
            _ => None,
        };
        Some(Self { manufacturer: (maker, card, partition), operator })
    }

    /// Makes every check of the chains. Answers the partition's key.
    pub(crate) fn verify(&self, anchors: &impl Anchors, ledger: &mut Ledger) -> Option<ParsedPublicKey> {
        let (maker, card, partition) = &self.manufacturer;
        let signed = |certificate: &Certificate, key: Option<ParsedPublicKey>, by: &str| {
            let verifies = key.is_some_and(|key| certificate.is_signed_by(&key));
            let name = shown::text(certificate.common_name.as_deref().unwrap_or_default());
            if verifies {
                Ok(format!("\"{name}\", signed by {by}"))
            } else {
                Err(format!("\"{name}\" is not signed by {by}"))
            }
        };
        ledger.check(Check::ManufacturerCard, signed(card.certificate, maker.verifier(), maker.name));
        ledger
            .check(Check::ManufacturerPartition, signed(partition.certificate, card.certificate.rsa_key(), "the card"));
        let mut parts = vec![card, partition];
        if let Some((operator, operator_card, operator_partition)) = &self.operator {
            ledger.check(Check::OperatorCard, signed(operator_card.certificate, operator.verifier(), operator.name));
            ledger.check(
                Check::OperatorPartition,
                signed(operator_partition.certificate, operator.verifier(), operator.name),
            );
            for (check, one, other) in
                [(Check::SameCardKey, card, operator_card), (Check::SamePartitionKey, partition, operator_partition)]
            {
                let hashes = [one, other].map(|part| shown::hex(&part.certificate.key_hash()));
                let same = one.certificate.spki == other.certificate.spki;
                let [one, other] = hashes;
                ledger.check(check, if same { Ok(one) } else { Err(format!("{one} and {other}")) });
            }
            parts.extend([operator_card, operator_partition]);
        }
        let modes: Vec<&str> = parts.iter().map(|part| part.names.mode.as_str()).collect();
        let in_fips_mode = modes.iter().all(|mode| *mode == "FIPS");
        let shown_modes = modes.iter().map(|mode| shown::text(mode)).collect::<Vec<_>>().join(", ");
        ledger.check(Check::FipsMode, if in_fips_mode { Ok(shown_modes) } else { Err(shown_modes) });
        let cards: Vec<(&str, Option<&str>)> =
            parts.iter().map(|part| (part.names.serial.as_str(), part.names.partition.as_deref())).collect();
        let one_card = cards.iter().all(|(serial, _)| *serial == card.names.serial);
        let one_partition =
            cards.iter().all(|(_, number)| number.is_none() || *number == partition.names.partition.as_deref());
        let seen: Vec<String> = cards
            .iter()
            .map(|(serial, number)| match number {
                Some(number) => format!("{} partition {}", shown::text(serial), shown::text(number)),
                None => shown::text(serial),
            })
            .collect();
        let seen = seen.join(", ");
        ledger.check(Check::SameSerial, if one_card && one_partition { Ok(seen) } else { Err(seen) });
        let card_hash = shown::hex(&card.certificate.key_hash());
        ledger.check(
            Check::NotDenied,
            match anchors.denied().iter().find(|denied| denied.key_hash == card_hash) {
                None => Ok(card_hash),
                Some(Denied { date, reason, .. }) => Err(format!("{card_hash} was denied on {date}: {reason}")),
            },
        );
        let key = PublicKey::from_spki(&partition.certificate.spki);
        let described = key.as_ref().map_or_else(ToString::to_string, |key| {
            let exponent = key.rsa_parts().map(|(_, exponent)| shown::hex(exponent)).unwrap_or_default();
            format!("{}, exponent {exponent}", key.algorithm().name())
        });
        let sound = described == "RSA-2048, exponent 010001";
        ledger.check(Check::PartitionKey, if sound { Ok(described) } else { Err(described) });
        partition.certificate.rsa_key()
    }

    /// Serial number of the card and number of the partition.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.manufacturer.2.names
    }

    /// The manufacturer's anchor.
    #[must_use]
    pub fn manufacturer(&self) -> &Anchor {
        self.manufacturer.0
    }

    /// The operator's anchor, where there is a chain of an operator.
    #[must_use]
    pub fn operator(&self) -> Option<&Anchor> {
        self.operator.as_ref().map(|(anchor, _, _)| *anchor)
    }

    /// All certificates of both chains.
    pub fn certificates(&self) -> impl Iterator<Item = &'a Certificate> {
        let (_, card, partition) = &self.manufacturer;
        let operator = self.operator.iter().flat_map(|(_, card, partition)| [card.certificate, partition.certificate]);
        [card.certificate, partition.certificate].into_iter().chain(operator)
    }
}

/// A certificate of a pinned key: ignored, because the key itself is here. Its signature is of no interest.
fn is_root(certificate: &Certificate, anchors: &impl Anchors) -> bool {
    let hash = shown::hex(&certificate.key_hash());
    anchors.all().iter().any(|anchor| anchor.key_hash == hash)
}

fn name_of(part: &Part<'_>) -> String {
    shown::text(part.certificate.common_name.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_serial_number_one_mode_and_at_most_one_partition() {
        let names = |serial: &str, partition: Option<&str>| {
            let (serial, partition) = (serial.to_owned(), partition.map(str::to_owned));
            Some(Names { serial, partition, mode: "FIPS".to_owned() })
        };
        assert_eq!(Names::parse("HSM:5.3G2041, for FIPS mode"), names("5.3G2041", None));
        assert_eq!(Names::parse("HSM:5.3G2041:PARTN:1, for FIPS mode"), names("5.3G2041", Some("1")));
        for other in [
            "HSM:, for FIPS mode",
            "HSM::PARTN:1, for FIPS mode",
            "HSM:5.3G2041:PARTN:, for FIPS mode",
            "HSM:5.3G2041:PARTN:1:PARTN:2, for FIPS mode",
            "HSM:5.3G2041:5.3G2042, for FIPS mode",
            "HSM:5.3G2041:PART:1, for FIPS mode",
            "HSM:5.3G2041, for FIPS",
            "HSM:5.3G2041",
            "5.3G2041, for FIPS mode",
        ] {
            assert_eq!(Names::parse(other), None, "{other}");
        }
    }
}
