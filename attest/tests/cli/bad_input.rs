//! Input that cannot be read ends with exit status 2 and one sentence: what was expected, what was found, and where.

use flate2::Compression;
use serde_json::{Value, json};

use crate::made::{attributes, certificate, dat, gzip, packed, request, statement_of, zip_of};
use crate::program::{AT, Folder, words};

/// Runs `verify` in three formats: the sentence is the same in all, and no older page is left to be taken for the answer.
fn is_undecided(folder: &Folder, arguments: &str, part: &str, position: Option<usize>, expected: &str, found: &str) {
    let place = position.map(|position| format!(", byte {position}")).unwrap_or_default();
    let sentence = format!("{part}{place}: expected {expected}, found {found}");
    let error = format!("hardkey-attest: could not be decided: {sentence}\n");
    std::fs::write(folder.path().join("page.html"), "<h1>attested</h1>").unwrap();
    let text = folder.run(words(&format!("verify {arguments} --at {AT} --html page.html")));
    assert_eq!((text.status, text.out.as_str(), text.err.as_str()), (Some(2), "", error.as_str()));
    let page = folder.read("page.html");
    assert!(page.contains("<h1>could not be decided</h1>") && !page.contains("<h1>attested"), "{page}");
    let json = folder.run(words(&format!("verify {arguments} --at {AT} --json")));
    assert_eq!((json.status, json.err.as_str()), (Some(2), error.as_str()));
    assert_eq!(
        serde_json::from_str::<Value>(&json.out).unwrap(),
        json!({
            "schema": 1,
            "tool": concat!("hardkey-attest ", env!("CARGO_PKG_VERSION")),
            "verdict": null,
            "accepted": false,
            "exit_status": 2,
            "sentence": sentence,
            "error": {"part": part, "position": position, "expected": expected, "found": found},
        })
    );
}

fn file_is_undecided(bytes: impl AsRef<[u8]>, part: &str, position: Option<usize>, expected: &str, found: &str) {
    let part = part.replace("FILE", "input");
    is_undecided(&Folder::new().with("input", bytes), "input", &part, position, expected, found);
}

const KINDS: &str = "a zip, a gzip, certificates in PEM, or JSON without a byte order mark";
const NO_FILE: &str = "a file that can be read";

#[test]
fn a_missing_file() {
    is_undecided(&Folder::new(), "none.zip", "none.zip", None, NO_FILE, "No such file or directory (os error 2)");
}

#[test]
fn a_directory() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    is_undecided(&folder, "folder", "folder", None, "a file", "a directory");
    is_undecided(&folder, "folder --csr folder", "folder", None, "a file", "a directory");
    is_undecided(&folder, "folder --policy folder", "folder", None, "a file", "a directory");
}

#[test]
fn an_empty_file() {
    file_is_undecided("", "FILE: bundle", Some(0), KINDS, "nothing");
}

#[test]
fn an_oversized_file() {
    file_is_undecided(vec![0x1f; (1 << 20) + 1], "FILE", None, "at most 1048576 bytes", "1048577 bytes");
}

#[test]
fn the_largest_file_is_looked_at() {
    file_is_undecided(vec![0; 1 << 20], "FILE: bundle", Some(0), KINDS, "00 00 00 00 00 00 00 00");
}

#[test]
fn a_file_without_an_end() {
    is_undecided(&Folder::new(), "/dev/zero", "/dev/zero", None, "at most 1048576 bytes", "more");
}

#[test]
fn a_truncated_zip() {
    let zip = zip_of(&[("key.dat", &dat("release"))]);
    file_is_undecided(&zip[..zip.len() / 2], "FILE", None, "a zip", "invalid Zip archive: Could not find EOCD");
}

#[test]
fn a_truncated_gzip() {
    let dat = dat("release");
    file_is_undecided(
        &dat[..dat.len() - 9],
        "compressed statement",
        None,
        "one whole gzip member",
        "incomplete deflate stream",
    );
}

#[test]
fn a_truncated_statement() {
    let whole = statement_of(&attributes("release"));
    file_is_undecided(
        gzip(&whole[..whole.len() - 1]),
        "statement",
        Some(8),
        "833 as the length of the statement",
        "834",
    );
}

#[test]
fn a_truncated_certificate() {
    let pem = certificate("x");
    let folder = Folder::new().with("key.dat", dat("release")).with("chain.pem", &pem[..pem.len() - 30]);
    is_undecided(
        &folder,
        "key.dat chain.pem",
        "chain.pem: certificate chain",
        Some(0),
        "BEGIN and END CERTIFICATE",
        "-----BEGIN CERTIFICATE-----",
    );
}

#[test]
fn a_bomb() {
    let bomb = packed(&vec![0; 1 << 20], Compression::best());
    file_is_undecided(&bomb, "compressed statement", None, "at most 65536 bytes when decompressed", "more");
    let zip = zip_of(&[("key.dat", &vec![0; 1 << 20])]);
    file_is_undecided(&zip, "FILE", None, "at most 262144 bytes in a file", "more in key.dat");
}

#[test]
fn a_zip_of_too_many_files() {
    let names: Vec<String> = (0..17).map(|index| index.to_string()).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    file_is_undecided(zip_of(&files), "FILE", None, "at most 16 files", "17");
}

#[test]
fn an_attribute_twice() {
    let mut twice = attributes("release");
    twice.push((0x0163, vec![1]));
    file_is_undecided(gzip(&statement_of(&twice)), "statement", Some(578), "each attribute once", "0x0163 again");
}

#[test]
fn a_field_of_a_policy_twice_or_unknown() {
    for (policy, found) in [
        ("name = \"a\"\nname = \"b\"\n[rules]\nhsm = \"attested\"\n", "line 2: duplicate key"),
        (
            "name = \"a\"\nanchors = \"mine\"\n[rules]\nhsm = \"attested\"\n",
            "line 2: unknown field `anchors`, expected one of `name`, `based_on`, `demanded`, \
             `confirmation_max_age`, `confirmation_endpoints`, `rules`, `confirmer`",
        ),
        (
            "name = \"a\"\n[rules]\nhms = \"attested\"\n",
            "there is no rule \"hms\"; there are hsm, generated, not-extractable, never-extractable, sensitive, always-sensitive, \
             signs, does-not-wrap, not-split, format, operator, fips-certificate, certificates-in-time, key-size, resource-name, csr-key, \
             csr-signature, nonce, logging, one-region, ownership",
        ),
        (
            "name = \"a\"\n[rules]\nhsm = \"maybe\"\n",
            "rule hsm is \"maybe\"; it must be attested, confirmed, recorded, reported or off",
        ),
        (
            "name = \"csbr\"\n[rules]\nhsm = \"attested\"\n",
            "name is \"csbr\": that is the name of a built-in policy; verdicts must tell them apart",
        ),
        ("name = \"a\"\n", "it has no rule, and would accept nothing"),
        ("-----BEGIN CERTIFICATE-----\n", "line 1: key with no value, expected `=`"),
    ] {
        let folder = Folder::new().with("key.dat", dat("release")).with("ca.toml", policy);
        is_undecided(&folder, "key.dat --policy ca.toml", "ca.toml: policy", None, "one that can be read", found);
    }
}

#[test]
fn base64_that_is_none() {
    let pem = certificate("x").replacen("MII", "M*I", 1);
    let folder = Folder::new().with("key.dat", dat("release")).with("chain.pem", pem);
    is_undecided(
        &folder,
        "key.dat chain.pem",
        "chain.pem: certificate chain",
        Some(0),
        "a certificate in PEM",
        "PEM error: PEM Base64 error: invalid Base64 encoding",
    );
}

#[test]
fn a_statement_that_went_through_a_text_mode() {
    let mut mangled = Vec::new();
    for byte in dat("line\nline") {
        mangled.extend(if byte == b'\n' { vec![b'\r', b'\n'] } else { vec![byte] });
    }
    file_is_undecided(
        mangled,
        "compressed statement",
        None,
        "one whole gzip member",
        "corrupt gzip stream does not have a matching checksum",
    );
}

#[test]
fn a_byte_order_mark() {
    let pem = format!("\u{feff}{}", certificate("x"));
    file_is_undecided(pem, "FILE: bundle", Some(0), KINDS, "ef bb bf 2d 2d 2d 2d 2d");
}

#[test]
fn a_name_in_a_zip_that_is_a_path() {
    for name in ["../key.dat", "/etc/passwd", "a/b", "a\\b", "C:key.dat"] {
        let zip = zip_of(&[(name, &dat("release"))]);
        file_is_undecided(zip, "FILE", None, "files without folders", name);
    }
}

#[test]
fn a_zip_in_a_zip() {
    let inner = zip_of(&[("key.dat", &dat("release"))]);
    let zip = zip_of(&[("inner.zip", &inner)]);
    file_is_undecided(zip, "inner.zip: bundle", None, "files", "a zip inside of a zip");
}

#[test]
fn two_statements() {
    let folder = Folder::new().with("a.dat", dat("a")).with("b.dat", dat("b"));
    is_undecided(&folder, "a.dat b.dat", "b.dat: bundle", None, "one statement", "a second one");
}

#[test]
fn json_that_is_no_evidence() {
    // What a report's envelope of another tool would hold.
    let statement = r#"{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x"}"#;
    let expected = "a report, or one answer of DescribeKey or GetPublicKey (AWS KMS), GetKey or GetKeyAttestation (Azure), GetCryptoKeyVersion or GetPublicKey (Google), as the API gives it";
    file_is_undecided(statement, "FILE: answer", None, expected, "an object of _type, subject, predicateType");
}

#[test]
fn an_envelope_of_something_else() {
    let envelope = |payload_type: &str, payload: &str, signatures: &str| {
        format!(r#"{{"payloadType":"{payload_type}","payload":"{payload}","signatures":{signatures}}}"#)
    };
    let (ours, one) = ("application/vnd.hardkey.report.v1+json", r#"[{"sig":"AAAA"}]"#);
    let in_toto = envelope("application/vnd.in-toto+json", "e30=", one);
    file_is_undecided(
        in_toto,
        "report",
        None,
        "the payload type application/vnd.hardkey.report.v1+json",
        "\"application/vnd.in-toto+json\"",
    );
    let expected = "one signature, by the key that the report is about";
    file_is_undecided(envelope(ours, "e30=", "[]"), "report", None, expected, "0");
    file_is_undecided(envelope(ours, "e30=", r#"[{"sig":""},{"sig":""}]"#), "report", None, expected, "2");
    file_is_undecided(envelope(ours, "e30=", one), "report", Some(1), "the field `report_id`", "none");
    let not_base64 = "4 characters, starting \"_-_-\"";
    file_is_undecided(
        envelope(ours, "_-_-", one),
        "report",
        None,
        "base64 with padding, on one line, in payload",
        not_base64,
    );
}

#[test]
fn certificates_alone() {
    let expected =
        "a report, a statement (the .dat file of Google's attestation bundle), or the answer of a cloud's API";
    file_is_undecided(certificate("x"), "bundle", None, expected, "none");
}

#[test]
fn another_thing_in_the_place_of_the_request() {
    for (bytes, expected, found) in [
        (certificate("x"), "BEGIN CERTIFICATE REQUEST", "BEGIN CERTIFICATE"),
        (
            "{}".to_owned(),
            "a PKCS#10 request in DER or PEM",
            "unexpected ASN.1 DER tag: expected SEQUENCE, got APPLICATION [27] (constructed)",
        ),
        (
            String::new(),
            "a PKCS#10 request in DER or PEM",
            "ASN.1 DER message is incomplete: expected 1, actual 0 at DER byte 0",
        ),
        (
            request("x").replacen("\nM", "\n*", 1),
            "a PKCS#10 request in DER or PEM",
            "PEM error: PEM Base64 error: invalid Base64 encoding",
        ),
    ] {
        let folder = Folder::new().with("key.dat", dat("release")).with("request.csr", bytes);
        let part = "request.csr: certificate request";
        is_undecided(&folder, "key.dat --csr request.csr", part, None, expected, found);
    }
}

#[test]
fn a_moment_that_is_none_and_values_that_are_empty() {
    let folder = Folder::new().with("key.dat", dat("release"));
    for (arguments, sentence) in [
        (
            vec!["verify", "key.dat", "--at", "tomorrow"],
            "--at: expected a moment in UTC such as 2026-11-21T01:23:45Z, or a day, found tomorrow",
        ),
        (vec!["verify", "key.dat", "--name", ""], "--name: expected a value, found an empty one"),
        (vec!["verify", "key.dat", "--nonce", ""], "--nonce: expected a value, found an empty one"),
    ] {
        let said = folder.run(arguments);
        let error = format!("hardkey-attest: could not be decided: {sentence}\n");
        assert_eq!((said.status, said.out.as_str(), said.err.as_str()), (Some(2), "", error.as_str()));
    }
}

#[test]
fn what_cannot_be_verified_cannot_be_inspected_either() {
    let said = Folder::new().with("input", "").run(["inspect", "input"]);
    let error =
        format!("hardkey-attest: could not be decided: input: bundle, byte 0: expected {KINDS}, found nothing\n");
    assert_eq!((said.status, said.out.as_str(), said.err.as_str()), (Some(2), "", error.as_str()));
}
