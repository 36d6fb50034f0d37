//! `id-aa-attestation`: the HSM's statement inside of the request, draft-ietf-lamps-csr-attestation-29.

use der::asn1::{Any, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Sequence, Tag};

use super::request::{self, unwritten};
use crate::choice::Choice;
use crate::failure::Failure;
use crate::statement::Statement;

const OPTION: &str = "--attestation";
/// `id-aa-attestation`, assigned early as `id-aa-evidence`: IANA, SMI Security for S/MIME Attributes.
const ID_AA_ATTESTATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.59");
/// The content of the identifier 2.25.283491542849941202769988448827440925705, which stands for a statement of Marvell's
/// LiquidSecurity as Google gives it, `CAVIUM_V2_COMPRESSED`. Nobody has registered one. Any UUID is one under 2.25 (ITU-T X.667
/// §7), and this is d5467c31-d779-41ce-a382-550be8e88c09; its number is longer than the library's identifiers.
const CAVIUM_V2_COMPRESSED: [u8; 20] = [
    0x69, 0x83, 0xaa, 0xc6, 0xbe, 0x8c, 0xba, 0xf7, 0xca, 0x87, 0x9d, 0xa3, 0xc1, 0x95, 0xa1, 0xbe, 0xc7, 0xa2, 0x98,
    0x09,
];

/// `AttestationBundle`: statements, and certificates that help to verify them. Of `LimitedCertChoices` this is the one for
/// X.509, which has no tag of its own.
#[derive(Sequence)]
struct Bundle {
    attestations: Vec<Attestation>,
    #[asn1(optional = "true")]
    certs: Option<Vec<Any>>,
}

/// `AttestationStatement`. What is not ASN.1 stands in an `OCTET STRING`.
#[derive(Sequence)]
struct Attestation {
    kind: Any,
    statement: OctetString,
}

/// The attribute for a key.
pub(super) fn attribute(choice: &Choice) -> Result<x509_cert::attr::Attribute, Failure> {
    match Statement::of(choice, OPTION)? {
        Statement::Google { compressed, certificates } => {
            made(&compressed, &certificates).map_err(|error| unwritten(&error))
        }
        // One attestation in the bundle is one statement of one HSM; nobody has said how Azure's two would stand in it.
        Statement::ManagedHsm { .. } => Err(Failure::refused(format!(
            "{OPTION}: key {}: there is no form for the two statements of {} in a request; leave {OPTION} out, and hand them in beside it (hardkey attest)",
            choice.shown(),
            choice.service_name()
        ))),
    }
}

fn made(compressed: &[u8], certificates: &[Vec<u8>]) -> der::Result<x509_cert::attr::Attribute> {
    let certs: Vec<Any> =
        certificates.iter().map(|certificate| Any::from_der(certificate)).collect::<der::Result<_>>()?;
    let bundle = Bundle {
        attestations: vec![Attestation {
            kind: Any::new(Tag::ObjectIdentifier, CAVIUM_V2_COMPRESSED)?,
            statement: OctetString::new(compressed)?,
        }],
        certs: (!certs.is_empty()).then_some(certs),
    };
    request::attribute(ID_AA_ATTESTATION, Any::from_der(&bundle.to_der()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundle_has_the_shape_of_the_draft() {
        let certificate = [0x30, 0x03, 0x02, 0x01, 0x07].to_vec();
        let der = |certificates: Vec<Vec<u8>>| {
            made(&[0x1f, 0x8b], &certificates).unwrap().values.get(0).unwrap().to_der().unwrap()
        };
        let mut inner = vec![0x30, 0x1a, 0x06, 0x14];
        inner.extend(CAVIUM_V2_COMPRESSED);
        inner.extend([0x04, 0x02, 0x1f, 0x8b]);
        let attestations = [&[0x30, 0x1c], inner.as_slice()].concat();
        assert_eq!(der(vec![]), [&[0x30, 0x1e], attestations.as_slice()].concat());
        let certs = [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x07];
        assert_eq!(der(vec![certificate]), [&[0x30, 0x25], attestations.as_slice(), &certs].concat());
    }

    #[test]
    fn the_number_of_the_statement_s_kind_is_that_of_the_uuid() {
        let number = CAVIUM_V2_COMPRESSED[1..].iter().fold(0u128, |value, byte| value << 7 | u128::from(byte & 0x7f));
        assert_eq!(CAVIUM_V2_COMPRESSED[0], 2 * 40 + 25);
        assert_eq!(format!("{number:032x}"), "d5467c31d77941cea382550be8e88c09");
        assert_eq!(number, 283_491_542_849_941_202_769_988_448_827_440_925_705);
    }
}
