//! RSASSA-PKCS1-v1_5 around bytes that are no `DigestInfo`: RFC 8017 §8.2.2 and §9.2, from step 3 on.
//!
//! AWS-LC checks digests only. What is public needs no constant time.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};

use super::SignatureError;

/// At least eight bytes of padding, and three around them: RFC 8017 §9.2, step 3.
pub(super) const SMALLEST_PADDING: usize = 11;

/// Whether the signature opens to these bytes, padded to the length of the modulus.
pub(super) fn verify(modulus: &[u8], exponent: &[u8], data: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    let padding = modulus.len().checked_sub(data.len()).ok_or(SignatureError::Mismatch)?;
    let filling = padding.checked_sub(SMALLEST_PADDING).ok_or(SignatureError::Mismatch)?.saturating_add(8);
    let mut expected = vec![0x00, 0x01];
    expected.resize(filling.saturating_add(2), 0xff);
    expected.push(0x00);
    expected.extend_from_slice(data);
    let modulus = BoxedUint::from_be_slice_vartime(modulus);
    let signature = BoxedUint::from_be_slice_vartime(signature);
    // RFC 8017 §5.2.2, step 1: one signature has one spelling.
    if signature >= modulus {
        return Err(SignatureError::Wrong);
    }
    let modulus = Option::from(Odd::new(modulus)).ok_or(SignatureError::Mismatch)?;
    let opened = BoxedMontyForm::new(signature, &BoxedMontyParams::new_vartime(modulus))
        .pow(&BoxedUint::from_be_slice_vartime(exponent))
        .retrieve();
    if *opened.to_be_bytes() == *expected { Ok(()) } else { Err(SignatureError::Wrong) }
}
