//! One request for a certificate, and whether its own key signed it.

use hardkey_attest::csr::Csr;
use hardkey_attest::inspection::inspect_request;
use openssl::x509::X509Req;

use super::edit::Script;
use super::harmless;
use super::made::made;

/// One input: a byte that says whether the bytes are all, or changes of a request that is right; then those.
pub fn request(input: &[u8]) {
    let Some((choice, data)) = input.split_first() else { return };
    if choice % 2 == 0 {
        return look(data);
    }
    let mut bytes = made()[usize::from(choice / 2) % made().len()].request.clone();
    let mut script = Script(data);
    while !script.is_over() {
        script.edit(&mut bytes);
    }
    look(&bytes);
}

fn look(bytes: &[u8]) {
    let csr = match Csr::parse(bytes) {
        Ok(csr) => csr,
        Err(error) => return harmless::refusal(&error),
    };
    harmless::sections(&[inspect_request(&csr)]);
    // OpenSSL made none of these signatures' checks here, and must agree with each that passes.
    match csr.verify() {
        Err(why) => harmless::line(&why),
        Ok(()) => {
            let theirs = X509Req::from_der(bytes).or_else(|_| X509Req::from_pem(bytes)).unwrap();
            let key = theirs.public_key().unwrap();
            assert!(theirs.verify(&key).unwrap(), "a signature that OpenSSL does not take");
            assert_eq!(key.public_key_to_der().unwrap(), csr.public_key().spki());
        }
    }
}
