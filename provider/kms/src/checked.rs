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

/// The `DigestInfo` of the digest, where the service pads any bytes with this key: it then makes none itself.
fn info(key: &UsableKey, input: SignInput<'_>) -> Option<Vec<u8>> {
    let Scheme::RsaPkcs1(hash) = input.scheme else { return None };
    let pads = key.schemes.contains(&Scheme::RsaPkcs1Raw);
    pads.then(|| [hash.digest_info_prefix(), input.digest].concat())
}
