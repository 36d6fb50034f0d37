//! Many signatures: about one ECDSA signature in 128 has an r or s with a leading zero byte, which modules have lost.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cryptoki_sys as ck;
use ring::signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, UnparsedPublicKey, VerificationAlgorithm};

use crate::fixture::{KINDS, fixture};
use crate::signing::public_bits;

const SIGNATURES: usize = 5_000;
const THREADS: usize = 4;

fn sign_many(
    label: &str,
    kind: ck::CK_MECHANISM_TYPE,
    size: usize,
    algorithm: &'static (dyn VerificationAlgorithm + Sync),
) {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let short = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..THREADS {
            let short = &short;
            scope.spawn(move || {
                let session = module.open(KINDS).unwrap();
                let key = module.find_one(session, ck::CKO_PRIVATE_KEY, label);
                let bits = public_bits(module, session, key);
                for round in 0..SIGNATURES / THREADS {
                    let message = format!("{number} {round}").into_bytes();
                    let signature = module.sign(session, key, kind, &message).unwrap();
                    assert_eq!(signature.len(), size * 2);
                    if signature[0] == 0 || signature[size] == 0 {
                        short.fetch_add(1, Ordering::Relaxed);
                    }
                    UnparsedPublicKey::new(algorithm, &bits).verify(&message, &signature).unwrap();
                }
                module.close(session).unwrap();
            });
        }
    });
    // 5,000 signatures without a short number have a probability of 10^-17: the case was met.
    assert!(short.load(Ordering::Relaxed) > 0);
}

#[test]
fn five_thousand_p256_signatures_verify() {
    sign_many("p256", ck::CKM_ECDSA_SHA256, 32, &ECDSA_P256_SHA256_FIXED);
}

#[test]
fn five_thousand_p384_signatures_verify() {
    sign_many("p384", ck::CKM_ECDSA_SHA384, 48, &ECDSA_P384_SHA384_FIXED);
}
