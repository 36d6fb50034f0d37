//! `fault-host MODULE search` searches, `fault-host MODULE sign` searches and then signs with the first key.
//!
//! Prints one line: the code of the last call in hexadecimal, its time in milliseconds, and what came of it. A signature
//! is checked by another library than the module's.

use std::env;
use std::path::Path;
use std::time::Instant;

use cryptoki_sys as ck;
use hardkey_tests::module::{Module, attribute};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

const DATA: &[u8] = b"data";

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let module = Module::load(Path::new(&arguments[0]));
    module.initialize().unwrap();
    let session = module.open(module.slots().unwrap()[0]).unwrap();
    let began = Instant::now();
    let keys = of_class(&module, session, ck::CKO_PRIVATE_KEY);
    let took = began.elapsed().as_millis();
    match (arguments[1].as_str(), keys) {
        (_, Err(rv)) => println!("{rv:#x} {took}"),
        ("search", Ok(keys)) if keys.len() == 1 => println!("0x0 {took} one key"),
        ("search", Ok(keys)) => println!("0x0 {took} {} keys", keys.len()),
        ("sign", Ok(keys)) => {
            let began = Instant::now();
            let outcome = module.sign(session, keys[0], ck::CKM_ECDSA_SHA256, DATA);
            let took = began.elapsed().as_millis();
            match outcome {
                Ok(signature) => println!("0x0 {took} {}", judged(&module, session, &signature)),
                Err(rv) => println!("{rv:#x} {took}"),
            }
        }
        (other, _) => panic!("{other}?"),
    }
    module.finalize().unwrap();
}

fn of_class(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    class: ck::CK_OBJECT_CLASS,
) -> Result<Vec<ck::CK_OBJECT_HANDLE>, ck::CK_RV> {
    module.find(session, &[attribute(ck::CKA_CLASS, &class.to_ne_bytes())])
}

fn judged(module: &Module, session: ck::CK_SESSION_HANDLE, signature: &[u8]) -> &'static str {
    let key = of_class(module, session, ck::CKO_PUBLIC_KEY).unwrap()[0];
    let point = module.attribute(session, key, ck::CKA_EC_POINT).unwrap();
    // An OCTET STRING of 65 bytes has a head of two.
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point[2..]);
    if key.verify(DATA, signature).is_ok() { "a signature" } else { "a wrong signature" }
}
