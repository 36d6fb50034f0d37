//! Through the module: one session per thread, the digest handed over ready.

use std::thread;

use cryptoki_sys as ck;
use hardkey_tests::module::Module;

/// Signs `each` times on each of `threads` threads.
pub fn sign(module: &Module, label: &str, digest: usize, threads: usize, each: usize) {
    let kind = if label == "p256" { ck::CKM_ECDSA } else { ck::CKM_RSA_PKCS };
    let data = data(digest);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let session = module.open(0).unwrap();
                let key = module.find_one(session, ck::CKO_PRIVATE_KEY, label);
                for _ in 0..each {
                    module.sign(session, key, kind, &data).unwrap();
                }
                module.close(session).unwrap();
            });
        }
    });
}

/// A digest, or for RSA a DigestInfo of SHA-256.
fn data(length: usize) -> Vec<u8> {
    let mut data = vec![7; length];
    if length == 51 {
        data[..19].copy_from_slice(&[
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
            0x20,
        ]);
    }
    data
}
