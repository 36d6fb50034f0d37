//! One certificate.

use hardkey_attest::certificate::Certificate;
use openssl::asn1::Asn1Time;
use openssl::x509::X509;

use super::harmless;

/// One input: the bytes.
pub fn certificate(input: &[u8]) {
    let certificate = match Certificate::parse(input) {
        Ok(certificate) => certificate,
        Err(error) => return harmless::refusal(&error),
    };
    // What is compared and hashed stands in the input as it is.
    assert!(
        input.windows(certificate.spki.len()).any(|window| window == certificate.spki),
        "another key than it holds"
    );
    harmless::line(&format!("{certificate:?}"));
    // OpenSSL is not as strict; where it reads the certificate too, it reads the same.
    let Ok(theirs) = X509::from_der(input) else { return };
    for (ours, theirs) in [(certificate.not_before, theirs.not_before()), (certificate.not_after, theirs.not_after())] {
        if let Ok(ours) = Asn1Time::from_unix(i64::try_from(ours.unix()).unwrap()) {
            assert!(ours == theirs, "another moment than {theirs}");
        }
    }
    if let Ok(key) = theirs.public_key().and_then(|key| key.public_key_to_der())
        && hardkey_attest::public_key::PublicKey::from_spki(&certificate.spki).is_ok()
    {
        assert_eq!(key, certificate.spki);
    }
}
