//! A signature that is handed out has been verified.
//!
//! Clouds give no integrity code with a signature (AWS, Azure) or one that covers only the wire (Google). The public
//! key is at hand, so every signature is checked with it: a fault anywhere between the HSM and the host is found here
//! and not by the people who download the release.

use hardkey_attest::signature::{Scheme, SignatureError};

use crate::deadline::Deadline;
use crate::service::{KeyId, KeyService, ServiceError, ServiceErrorKind, SignInput, Signature, UsableKey};

/// Signs, verifies, and asks once more if the answer does not verify. `rejected` is told why before that: the cloud then
/// signs twice.
///
/// # Errors
/// The service's own [`ServiceError`], or one that tells of both answers when neither verified.
pub fn sign(
    service: &dyn KeyService,
    id: &KeyId,
    key: &UsableKey,
    input: SignInput<'_>,
    deadline: &Deadline,
    rejected: impl FnOnce(SignatureError),
) -> Result<Signature, ServiceError> {
    let attempt = || -> Result<Result<Signature, SignatureError>, ServiceError> {
        let info = info(key, input);
        let given =
            info.as_deref().map_or(input, |info| SignInput { scheme: Scheme::RsaPkcs1Raw, digest: info, ..input });
        let signature = service.sign(id, given, deadline)?;
        let verdict = key.public_key.verify(input.scheme, input.digest, signature.as_bytes());
        Ok(verdict.map(|()| signature))
    };
    let first = match attempt()? {
        Ok(signature) => return Ok(signature),
        Err(reason) => reason,
    };
    rejected(first);
    attempt()?.map_err(|second| ServiceError {
        kind: ServiceErrorKind::Malformed,
        cause: format!("the key service answered twice with a wrong signature: first, {first}; second, {second}"),
        remedy: "nothing was handed out; check what stands between this machine and the key service, then retry"
            .to_owned(),
        request_id: None,
    })
}

/// The `DigestInfo` of the digest, where the service makes none itself.
fn info(key: &UsableKey, input: SignInput<'_>) -> Option<Vec<u8>> {
    let Scheme::RsaPkcs1(hash) = input.scheme else { return None };
    key.padding_alone.then(|| [hash.digest_info_prefix(), input.digest].concat())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use der::Document;
    use hardkey_attest::admission::Origin;
    use hardkey_attest::public_key::{Algorithm, PublicKey};
    use hardkey_attest::report::RawEvidence;
    use hardkey_attest::signature::Hash;

    use super::*;
    use crate::service::{KeyFault, KeyRecord};

    /// Writes down what it is given, and signs nothing.
    #[derive(Default)]
    struct Book(Mutex<Vec<(Scheme, usize)>>);

    impl KeyService for Book {
        fn keys(&self, _: &[Arc<KeyRecord>], _: &Deadline) -> Result<Vec<Result<KeyRecord, KeyFault>>, ServiceError> {
            Ok(Vec::new())
        }

        fn sign(&self, _: &KeyId, input: SignInput<'_>, _: &Deadline) -> Result<Signature, ServiceError> {
            self.0.lock().unwrap().push((input.scheme, input.digest.len()));
            Ok(Signature::new(vec![1; 256]))
        }

        fn evidence(&self, _: &KeyId, _: &Deadline) -> Result<Vec<RawEvidence>, ServiceError> {
            Ok(Vec::new())
        }
    }

    #[test]
    fn a_digest_info_is_made_here_only_for_a_service_that_does_nothing_but_pad() {
        let pem = include_str!("../../../attest/tests/vectors/rsa2048.pem");
        let (_, document) = Document::from_pem(&pem[pem.find("-----BEGIN").unwrap()..]).unwrap();
        let scheme = Scheme::RsaPkcs1(Hash::Sha256);
        for (padding_alone, given) in [(false, (scheme, 32)), (true, (Scheme::RsaPkcs1Raw, 51))] {
            let key = UsableKey {
                origin: Origin::Unknown,
                public_key: PublicKey::from_spki(document.as_bytes()).unwrap(),
                schemes: vec![scheme, Scheme::RsaPkcs1Raw],
                padding_alone,
                certificates: Vec::new(),
            };
            let book = Book::default();
            let input = SignInput { algorithm: Algorithm::Rsa2048, scheme, digest: &[7; 32] };
            let id = KeyId::new("key".to_owned());
            sign(&book, &id, &key, input, &Deadline::after(Duration::from_secs(1)), |_| {}).unwrap_err();
            assert_eq!(*book.0.lock().unwrap(), [given, given]);
        }
    }
}
