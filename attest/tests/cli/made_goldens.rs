//! Whole outputs for input that is made here, so that they are compared everywhere.

use crate::made::{certificate, dat};
use crate::program::{AT, Folder, is_golden, words};

#[test]
fn a_statement_without_certificates_is_rejected_in_every_format() {
    let folder = Folder::new().with("key.dat", dat("release"));
    let line = format!("verify key.dat --at {AT}");
    let text = folder.run(words(&format!("{line} --html page.html")));
    assert_eq!((text.status, text.err.as_str()), (Some(1), ""));
    is_golden("unsigned.txt", &text.out);
    is_golden("unsigned.html", &folder.read("page.html"));
    let json = folder.run(words(&format!("{line} --json")));
    assert_eq!((json.status, json.err.as_str()), (Some(1), ""));
    is_golden("unsigned.json", &json.out);
}

#[test]
fn two_runs_say_the_same_to_the_byte() {
    let folder = Folder::new().with("key.dat", dat("release"));
    for format in ["--json", "--at 2026-11-21"] {
        let line = format!("verify key.dat --at {AT} {format}").replace(&format!("--at {AT} --at"), "--at");
        assert_eq!(folder.run(words(&line)), folder.run(words(&line)));
    }
}

#[test]
fn every_field_of_a_statement_is_shown() {
    let folder = Folder::new().with("key.dat", dat("release"));
    let text = folder.run(words("inspect key.dat"));
    assert_eq!((text.status, text.err.as_str()), (Some(0), ""));
    is_golden("inspect.txt", &text.out);
    let json = folder.run(words("inspect key.dat --json"));
    assert_eq!((json.status, json.err.as_str()), (Some(0), ""));
    is_golden("inspect.json", &json.out);
}

#[test]
fn every_field_of_a_certificate_is_shown() {
    let folder = Folder::new().with("key.dat", dat("release")).with("chain.pem", certificate("HSM:1"));
    let said = folder.run(words("inspect key.dat chain.pem"));
    assert_eq!(said.status, Some(0));
    let (_, shown) = said.out.split_once("\nCertificate 1\n").unwrap();
    let names: Vec<&str> = shown.lines().map(|line| line.trim().split([':', '(']).next().unwrap().trim()).collect();
    assert_eq!(
        names,
        [
            "size",
            "SHA-256",
            "version",
            "serial number",
            "issuer",
            "subject",
            "not before",
            "not after",
            "kind of key",
            "SHA-256 of the public key",
            "public key",
            "signature algorithm",
            "signature"
        ]
    );
    assert!(shown.contains("\n  subject: CN=HSM:1\n") && shown.contains("\n  kind of key: P-256\n"), "{shown}");
}
