//! Certificates that stand beside keys they do not belong to.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use hardkey_tests::emulator::Emulator;

use crate::{expect, host};

/// A self-signed certificate of a new key in `leaf.pem`, with this line in its extensions.
fn certificate(emulator: &Emulator, extension: &str) -> BTreeMap<String, String> {
    let folder = emulator.folder();
    let settings = format!("[req]\ndistinguished_name = name\n[name]\n[more]\n{extension}\n");
    fs::write(folder.join("openssl.cnf"), settings).unwrap();
    let made = Command::new("openssl")
        .args(["req", "-config", "openssl.cnf", "-extensions", "more", "-x509", "-nodes", "-days", "30"])
        .args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", "leaf.key", "-out", "leaf.pem"])
        .args(["-subj", "/O=Example/CN=Somebody else"])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let file = folder.join("hardkey.toml");
    let config = "[[token]]\nlabel = \"t\"\nkeys = [\"alias/release\"]\ncertificates = [\"leaf.pem\"]\n";
    fs::write(&file, config).unwrap();
    let mut environment = emulator.environment();
    environment.insert("HARDKEY_CONFIG".to_owned(), file.to_str().unwrap().to_owned());
    environment
}

fn line(emulator: &Emulator, keys: &str) -> String {
    format!(
        "hardkey: token \"t\": the certificate \"CN=Somebody else,O=Example\" ({}, certificate 1) belongs to no key of this token ({keys}); name its key in keys, or take it out of certificates",
        emulator.folder().join("leaf.pem").display()
    )
}

#[test]
fn a_leaf_that_matches_no_key_is_told_once_with_its_file_and_the_keys_there_are() {
    let emulator = Emulator::start(&["RSA_2048,alias=release"]);
    let environment = certificate(&emulator, "basicConstraints = CA:FALSE");
    let stdout = "slot 0 key release generated\nslot 0 key release generated";
    expect(&host(&["list-twice", "0"], &environment), stdout, &[&line(&emulator, "it has release")]);
}

#[test]
fn a_leaf_on_a_token_that_shows_no_key_is_told_after_the_reason() {
    let emulator = Emulator::start(&["RSA_2048,alias=release,origin=EXTERNAL"]);
    let environment = certificate(&emulator, "basicConstraints = CA:FALSE");
    let refused = format!(
        "hardkey: token \"t\": key alias/release ({}) is hidden: refused (imported): the key material was imported, so a copy may exist outside the HSM; create a key with Origin AWS_KMS, or set allow_imported = true in [admission] and accept that no CA can attest it",
        emulator.key(0).arn
    );
    expect(&host(&["list"], &environment), "", &[&refused, &line(&emulator, "it shows none")]);
}

#[test]
fn an_authority_needs_no_key() {
    let emulator = Emulator::start(&["RSA_2048,alias=release"]);
    for extension in ["basicConstraints = critical, CA:TRUE", "keyUsage = keyCertSign"] {
        let environment = certificate(&emulator, extension);
        expect(&host(&["list"], &environment), "slot 0 key release generated", &[]);
    }
}
