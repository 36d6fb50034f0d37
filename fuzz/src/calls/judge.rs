//! Whether a signature belongs to its data, by a library that is not the module's.

use hardkey_fuzz_service::{materials, pss};
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::md_ctx::MdCtx;
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;

use super::mechanism::{Family, Hash, Operation};
use crate::digest_info;

/// The judgement.
pub fn is_right(operation: &Operation, signature: &[u8]) -> bool {
    let key = &materials()[operation.material].key;
    if signature.len() != operation.signature_length() {
        return false;
    }
    let mechanism = operation.chosen.mechanism;
    let digest = mechanism.hash.map_or_else(|| operation.data.clone(), |hash| digest(hash, &operation.data));
    match mechanism.family {
        Family::Pkcs1 => {
            let signed = match mechanism.hash {
                None => digest,
                Some(hash) => [digest_info::prefix(hash().size()), &digest].concat(),
            };
            let mut padded = vec![0; signature.len()];
            let length = key.rsa().unwrap().public_decrypt(signature, &mut padded, Padding::PKCS1).unwrap_or(0);
            padded[..length] == signed
        }
        Family::Pss => {
            let hash = operation.chosen.named.expect("the hash of a parameter");
            let mut context = PkeyCtx::new(key).unwrap();
            context.verify_init().unwrap();
            pss(&mut context, hash());
            context.verify(&digest, signature).unwrap_or(false)
        }
        Family::Ecdsa => {
            let (r, s) = signature.split_at(signature.len() / 2);
            let number = |bytes| BigNum::from_slice(bytes).unwrap();
            EcdsaSig::from_private_components(number(r), number(s))
                .and_then(|signature| signature.verify(&digest, &key.ec_key().unwrap()))
                .unwrap_or(false)
        }
    }
}

fn digest(hash: Hash, data: &[u8]) -> Vec<u8> {
    let mut context = MdCtx::new().unwrap();
    context.digest_init(hash()).unwrap();
    context.digest_update(data).unwrap();
    let mut digest = vec![0; hash().size()];
    context.digest_final(&mut digest).unwrap();
    digest
}
