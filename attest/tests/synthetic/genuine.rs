//! The shape of synthetic statements and certificates beside that of genuine ones, where those are at hand.

use std::fs;

use der::{Decode, Encode};
use hardkey_attest::liquid_security::{self as hsm, attribute, gunzip};
use hardkey_synthetic::{Bundle, Pki, Root, Shape, Signing, Statement, bundle, gzip};
use spki::AlgorithmIdentifierOwned;
use x509_cert::Certificate;
use x509_cert::certificate::Version;
use x509_cert::ext::Extension;

use super::samples;

#[test]
fn an_imported_key_has_a_statement_of_the_size_that_was_seen() {
    // One genuine statement of an imported RSA-4096 key is known, by its size.
    let imported = Statement::imported(Bundle::key(Shape::RSA_4096), bundle::RESOURCE);
    assert_eq!(imported.signed(&Signing::by(Pki::new().partition)).len(), 1666);
}

#[test]
fn synthetic_statements_have_the_shape_of_genuine_ones() {
    let Some(folder) = samples::folder("synthetic_statements_have_the_shape_of_genuine_ones") else { return };
    let key = |shape| Statement::generated(Bundle::key(shape), bundle::RESOURCE);
    for (name, statement) in [
        ("gcp-smallstep/ec.dat", key(Shape::P256)),
        ("gcp-smallstep/rsa.dat", key(Shape::RSA_2048)),
        ("gcp-smallstep/aes.dat", Statement::secret(bundle::RESOURCE)),
        ("gcp-carbon/attestation.dat", key(Shape::SECP256K1)),
    ] {
        let compressed = fs::read(folder.join(name)).unwrap();
        let genuine = gunzip(&compressed).unwrap();
        let synthetic = statement.signed(&Signing::by(Pki::new().partition));
        assert_eq!(synthetic.len(), genuine.len(), "{name}");
        assert_eq!(synthetic[..16], genuine[..16], "{name}");
        assert_eq!(gzip::gzip(&synthetic)[..10], compressed[..10], "{name}");
        let [genuine, synthetic] = [genuine, synthetic].map(|bytes| hsm::Statement::parse(&bytes).unwrap());
        assert_eq!(synthetic.framing, genuine.framing, "{name}");
        assert_eq!(shape(&synthetic), shape(&genuine), "{name}");
    }
}

#[test]
fn synthetic_certificates_have_the_shape_of_genuine_ones() {
    let Some(folder) = samples::folder("synthetic_certificates_have_the_shape_of_genuine_ones") else { return };
    let read = |name: &str| Certificate::load_pem_chain(&fs::read(folder.join(name)).unwrap()).unwrap();
    let mut synthetic = Pki::new().serial("5.2G1804-ICM000678").certificates_with_roots();
    // The samples are from before the manufacturer's root was issued again.
    synthetic[0] = Root::ls1().certificates[1].certificate();
    let mut genuine = read("gcp-smallstep/ec.certs");
    for (name, root) in [
        ("roots/marvell-liquidsecurity-root-2024-2034.pem", Root::ls1()),
        ("roots/marvell-ls2-root-2024-2034.pem", Root::ls2()),
    ] {
        genuine.extend(read(name));
        synthetic.push(root.certificates[0].certificate());
    }
    assert_eq!(genuine.len(), 8);
    for (number, (genuine, synthetic)) in genuine.iter().zip(&synthetic).enumerate() {
        let synthetic = Certificate::from_der(synthetic).unwrap();
        assert_eq!(outline(&synthetic), outline(genuine), "certificate {number}");
    }
}

type Outline = (Version, Vec<u8>, Vec<u8>, AlgorithmIdentifierOwned, usize, Vec<(String, bool, Option<Vec<u8>>)>);

/// Version, issuer, subject, algorithm, length of the key, and extensions with their values unless those name keys.
fn outline(certificate: &Certificate) -> Outline {
    let tbs = certificate.tbs_certificate();
    let extensions = tbs.extensions().map_or_else(Vec::new, |extensions| {
        let value = |extension: &Extension| {
            let names_key = ["2.5.29.14", "2.5.29.35"].contains(&extension.extn_id.to_string().as_str());
            (!names_key).then(|| extension.extn_value.as_bytes().to_vec())
        };
        extensions.iter().map(|known| (known.extn_id.to_string(), known.critical, value(known))).collect()
    });
    (
        tbs.version(),
        tbs.issuer().to_der().unwrap(),
        tbs.subject().to_der().unwrap(),
        certificate.signature_algorithm().clone(),
        tbs.subject_public_key_info().to_der().unwrap().len(),
        extensions,
    )
}

type ObjectOutline = Vec<(u32, usize, Option<Vec<u8>>)>;

/// Every attribute of every object: its type, its length, and its value unless that is the key's own.
fn shape(statement: &hsm::Statement) -> Vec<ObjectOutline> {
    let own = [attribute::ID, attribute::KCV, attribute::EKCV, attribute::MODULUS];
    let object = |object: &hsm::Object| {
        let is_rsa = object.value(attribute::KEY_TYPE) == Some(&[0]);
        object
            .attributes
            .iter()
            .map(|known| {
                // The private half of an RSA key has a few bytes more or less, as its numbers have.
                let is_own = own.contains(&known.code) || is_rsa && known.code == attribute::VALUE_LEN;
                (known.code, known.value.len(), (!is_own).then(|| known.value.clone()))
            })
            .collect()
    };
    statement.objects.iter().map(object).collect()
}
