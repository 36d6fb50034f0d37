//! Genuine statements of Google Cloud HSM, where they are at hand.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::made::zip_of;
use crate::program::{AT, Folder, is_golden, words};

/// A folder with a genuine statement, its certificates and the zip of both; or nothing, said aloud and counted.
fn genuine(test: &str, name: &str) -> Option<Folder> {
    let samples = std::env::var_os("HARDKEY_TEST_SAMPLES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples"), PathBuf::from);
    let folder = samples.join("gcp-smallstep");
    let read = |ending: &str| std::fs::read(folder.join(format!("{name}.{ending}")));
    let (Ok(dat), Ok(certificates)) = (read("dat"), read("certs")) else {
        let why = format!("no genuine statement {name} in {} (HARDKEY_TEST_SAMPLES)", folder.display());
        eprintln!("SKIPPED {test}: {why}");
        if let Some(path) = std::env::var_os("HARDKEY_TEST_SKIPS") {
            let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
            writeln!(file, "{test}: {why}").unwrap();
        }
        return None;
    };
    let zip = zip_of(&[("ring-key-1-attestation.dat", &dat), ("ring-key-1-combined-chain.pem", &certificates)]);
    let crlf = String::from_utf8(certificates.clone()).unwrap().replace('\n', "\r\n");
    let folder = Folder::new().with("key.dat", dat).with("chain.pem", certificates);
    Some(folder.with("bundle.zip", zip).with("crlf.pem", crlf))
}

#[test]
fn a_genuine_statement_of_a_p_256_key_is_attested_under_the_policy_statement() {
    let test = "a_genuine_statement_of_a_p_256_key_is_attested_under_the_policy_statement";
    let Some(folder) = genuine(test, "ec") else { return };
    let line = format!("verify key.dat chain.pem --policy statement --at {AT}");
    let text = folder.run(words(&format!("{line} --html page.html")));
    assert_eq!((text.status, text.err.as_str()), (Some(0), ""));
    is_golden("ec-statement.txt", &text.out);
    is_golden("ec-statement.html", &folder.read("page.html"));
    let json = folder.run(words(&format!("{line} --json")));
    assert_eq!((json.status, json.err.as_str()), (Some(0), ""));
    is_golden("ec-statement.json", &json.out);
    let quiet = folder.run(words(&format!("{line} -q")));
    assert_eq!((quiet.status, quiet.out.as_str(), quiet.err.as_str()), (Some(0), "", ""));
}

#[test]
fn the_zip_of_the_console_and_certificates_with_other_line_ends_say_the_same() {
    let test = "the_zip_of_the_console_and_certificates_with_other_line_ends_say_the_same";
    let Some(folder) = genuine(test, "ec") else { return };
    let without_files =
        |out: &str| out.lines().filter(|line| !line.starts_with("  evidence: ")).collect::<Vec<_>>().join("\n");
    let run = |files: &str| folder.run(words(&format!("verify {files} --policy statement --at {AT}")));
    let expected = without_files(&run("key.dat chain.pem").out);
    for files in ["bundle.zip", "chain.pem key.dat", "key.dat crlf.pem"] {
        let said = run(files);
        assert_eq!((said.status, without_files(&said.out)), (Some(0), expected.clone()), "{files}");
    }
}

#[test]
fn a_genuine_rsa_2048_key_is_too_small_under_csbr() {
    let Some(folder) = genuine("a_genuine_rsa_2048_key_is_too_small_under_csbr", "rsa") else { return };
    let said = folder.run(words(&format!("verify key.dat chain.pem --at {AT}")));
    assert_eq!((said.status, said.err.as_str()), (Some(1), ""));
    is_golden("rsa-csbr.txt", &said.out);
    assert!(said.out.contains("\n  key-size failed\n"));
}

#[test]
fn a_genuine_aes_key_is_rejected_by_its_class() {
    let Some(folder) = genuine("a_genuine_aes_key_is_rejected_by_its_class", "aes") else { return };
    let said = folder.run(words(&format!("verify key.dat chain.pem --at {AT} --html page.html")));
    assert_eq!((said.status, said.err.as_str()), (Some(1), ""));
    is_golden("aes-csbr.txt", &said.out);
    is_golden("aes-csbr.html", &folder.read("page.html"));
    assert!(said.out.contains("\n  private-object failed\n"));
}

#[test]
fn a_genuine_statement_is_rejected_before_and_after_its_certificates() {
    let test = "a_genuine_statement_is_rejected_before_and_after_its_certificates";
    let Some(folder) = genuine(test, "ec") else { return };
    for (at, status) in [
        ("2018-09-21T21:23:35Z", 1),
        ("2018-09-21T21:23:36Z", 0),
        ("2028-04-16T20:05:17Z", 0),
        ("2028-04-16T20:05:18Z", 1),
    ] {
        let said = folder.run(words(&format!("verify bundle.zip --policy statement --at {at}")));
        assert_eq!(said.status, Some(status), "{at}");
    }
}

#[test]
fn every_attribute_and_certificate_of_a_genuine_bundle_is_shown_and_not_judged() {
    let test = "every_attribute_and_certificate_of_a_genuine_bundle_is_shown_and_not_judged";
    let Some(folder) = genuine(test, "ec") else { return };
    let said = folder.run(words("inspect bundle.zip"));
    assert_eq!((said.status, said.err.as_str()), (Some(0), ""));
    let count = |start: &str| said.out.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((count("Certificate "), count("  Object "), count("    0x")), (6, 2, 70));
    for word in ["ok", "valid", "passed", "attested", "genuine", "verified"] {
        assert!(!said.out.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|one| one == word), "{word}");
    }
}
