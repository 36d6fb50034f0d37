//! The smallest host there is: `small-host MODULE list`, `small-host MODULE list-twice SECONDS` with a pause between,
//! `small-host MODULE sign LABEL [MECHANISM]`, `small-host MODULE mechanisms`, `small-host MODULE certificates`, or
//! `small-host MODULE sign-lines LABEL`, which signs each line of standard input when it comes.
//!
//! Prints each call's code, and labels of keys, to standard output; the module's own lines go to standard error.

use std::env;
use std::io::stdin;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use cryptoki_sys as ck;
use hardkey_tests::module::{Module, attribute};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let module = Module::load(&PathBuf::from(&arguments[0]));
    if let Err(rv) = module.initialize() {
        println!("C_Initialize {rv:#x}");
        return;
    }
    for slot in module.slots().unwrap() {
        let session = module.open(slot).unwrap();
        match arguments[1].as_str() {
            "list" => list(&module, slot, session),
            "list-twice" => {
                list(&module, slot, session);
                thread::sleep(Duration::from_secs(arguments[2].parse().unwrap()));
                list(&module, slot, session);
            }
            "sign" => sign(&module, session, &arguments[2], arguments.get(3)),
            "mechanisms" => mechanisms(&module, slot, session),
            "certificates" => certificates(&module, session),
            "sign-lines" => sign_lines(&module, slot, session, &arguments[2]),
            other => panic!("{other}?"),
        }
    }
    module.finalize().unwrap();
}

fn list(module: &Module, slot: ck::CK_SLOT_ID, session: ck::CK_SESSION_HANDLE) {
    let class = ck::CKO_PRIVATE_KEY.to_ne_bytes();
    match module.find(session, &[attribute(ck::CKA_CLASS, &class)]) {
        Ok(keys) => {
            for key in keys {
                let label = module.attribute(session, key, ck::CKA_LABEL).unwrap();
                let flags: Vec<u8> = [ck::CKA_LOCAL, ck::CKA_NEVER_EXTRACTABLE, ck::CKA_ALWAYS_SENSITIVE]
                    .into_iter()
                    .flat_map(|kind| module.attribute(session, key, kind).unwrap())
                    .collect();
                let origin = match flags[..] {
                    [1, 1, 1] => "generated",
                    [0, 0, 0] => "imported",
                    _ => panic!("{flags:?}"),
                };
                println!("slot {slot} key {} {origin}", String::from_utf8(label).unwrap());
            }
        }
        Err(rv) => println!("slot {slot} {rv:#x}"),
    }
}

fn sign(module: &Module, session: ck::CK_SESSION_HANDLE, label: &str, mechanism: Option<&String>) {
    let key = module.find_one(session, ck::CKO_PRIVATE_KEY, label);
    let mechanism = mechanism.map_or(ck::CKM_SHA256_RSA_PKCS, |number| number.parse().unwrap());
    match module.sign(session, key, mechanism, b"data") {
        Ok(signature) => println!("{} bytes", signature.len()),
        Err(rv) => println!("C_Sign {rv:#x}"),
    }
}

/// Prints what each key may be used with, and then what the slot lists.
fn mechanisms(module: &Module, slot: ck::CK_SLOT_ID, session: ck::CK_SESSION_HANDLE) {
    let class = ck::CKO_PRIVATE_KEY.to_ne_bytes();
    for key in module.find(session, &[attribute(ck::CKA_CLASS, &class)]).unwrap() {
        let label = module.attribute(session, key, ck::CKA_LABEL).unwrap();
        let allowed = module.attribute(session, key, ck::CKA_ALLOWED_MECHANISMS).unwrap();
        let kinds = allowed.chunks(size_of::<ck::CK_MECHANISM_TYPE>()).map(|kind| {
            let kind = ck::CK_MECHANISM_TYPE::from_ne_bytes(kind.try_into().unwrap());
            format!("{kind:#x}")
        });
        println!("{}: {}", String::from_utf8(label).unwrap(), kinds.collect::<Vec<_>>().join(" "));
    }
    let all = module.mechanisms(slot).unwrap();
    println!("slot: {}", all.iter().map(|kind| format!("{kind:#x}")).collect::<Vec<_>>().join(" "));
}

/// Prints each certificate, and in front of it the label of its key, or a dash.
fn certificates(module: &Module, session: ck::CK_SESSION_HANDLE) {
    let of_class =
        |class: ck::CK_OBJECT_CLASS| module.find(session, &[attribute(ck::CKA_CLASS, &class.to_ne_bytes())]).unwrap();
    let value = |object, kind| module.attribute(session, object, kind).unwrap();
    let keys: Vec<(Vec<u8>, Vec<u8>)> = of_class(ck::CKO_PRIVATE_KEY)
        .into_iter()
        .map(|key| (value(key, ck::CKA_ID), value(key, ck::CKA_LABEL)))
        .collect();
    for certificate in of_class(ck::CKO_CERTIFICATE) {
        let id = value(certificate, ck::CKA_ID);
        let key = keys.iter().find(|(known, _)| *known == id);
        let label = key.map_or("-".to_owned(), |(_, label)| String::from_utf8(label.clone()).unwrap());
        let hex: String = value(certificate, ck::CKA_VALUE).iter().map(|byte| format!("{byte:02x}")).collect();
        println!("{label} {hex}");
    }
}

/// Prints each signature in hexadecimal.
fn sign_lines(module: &Module, slot: ck::CK_SLOT_ID, session: ck::CK_SESSION_HANDLE, label: &str) {
    let class = ck::CKO_PRIVATE_KEY.to_ne_bytes();
    let template = [attribute(ck::CKA_CLASS, &class), attribute(ck::CKA_LABEL, label.as_bytes())];
    for line in stdin().lines() {
        // A search that fails is begun again with the next line.
        match module.find(session, &template) {
            Ok(keys) if keys.is_empty() => println!("slot {slot} no key"),
            Ok(keys) => match module.sign(session, keys[0], ck::CKM_ECDSA_SHA256, line.unwrap().as_bytes()) {
                Ok(signature) => {
                    println!("{}", signature.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
                }
                Err(rv) => println!("C_Sign {rv:#x}"),
            },
            Err(rv) => println!("slot {slot} {rv:#x}"),
        }
    }
}
