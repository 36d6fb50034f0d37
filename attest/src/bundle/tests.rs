use hardkey_synthetic::zip::Zip;

use super::{Evidence, File, answer, evidence};

const VERSION: &str = r#"{"name":"n","protectionLevel":"HSM"}"#;

fn file(name: &str, text: &str) -> File {
    File { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

const ANSWER: &str = "{\"KeyMetadata\":{}}";

/// The same in so many bytes.
fn padded(size: usize) -> String {
    format!("{ANSWER}{}", " ".repeat(size - ANSWER.len()))
}

fn zipped(zip: &Zip) -> File {
    File { name: "z.zip".to_owned(), bytes: zip.bytes() }
}

fn refused_zip(zip: &Zip) -> (String, String) {
    let error = evidence(&[zipped(zip)]).unwrap_err();
    (error.expected, error.found)
}

fn refused(text: &str) -> (String, String, String) {
    let error = evidence(&[file("a.json", text)]).unwrap_err();
    (error.part, error.expected, error.found)
}

#[test]
fn an_answer_is_told_by_its_members() {
    type Is = fn(&Evidence) -> bool;
    let cases: [(&str, Is); 8] = [
        (r#"{"payload":"","payloadType":"","signatures":[]}"#, |evidence| matches!(evidence, Evidence::Report(_))),
        (r#"{"KeyMetadata":{}}"#, |evidence| matches!(evidence, Evidence::AwsDescribeKey(_))),
        (r#"{"KeyId":"a","PublicKey":""}"#, |evidence| matches!(evidence, Evidence::AwsPublicKey(_))),
        (r#"{"key":{"kid":""},"attributes":{}}"#, |evidence| matches!(evidence, Evidence::KeyVaultKey(_))),
        (r#"{"key":{"kid":""},"attributes":{"attestation":{}}}"#, |evidence| {
            matches!(evidence, Evidence::ManagedHsmKey(_))
        }),
        (r#"{"pem":"","pemCrc32c":"","name":"","protectionLevel":"HSM"}"#, |evidence| {
            matches!(evidence, Evidence::GooglePublicKey(_))
        }),
        (VERSION, |evidence| matches!(evidence, Evidence::GoogleVersion(_))),
        ("{\"KeyMetadata\":{}}\r\n", |evidence| matches!(evidence, Evidence::AwsDescribeKey(_))),
    ];
    for (text, is) in cases {
        let found = evidence(&[file("x", text)]).unwrap();
        assert!(found.len() == 1 && is(&found[0]), "{text}: {found:?}");
    }
    let all: Vec<File> = cases.iter().map(|(text, _)| file("x", text)).collect();
    assert_eq!(evidence(&all).unwrap().len(), 8);
}

#[test]
fn a_gzip_of_json_is_a_file_of_a_trail_and_any_other_a_statement() {
    let files = hardkey_synthetic::trail::Trail::default().files();
    let spaced = hardkey_synthetic::gzip::gzip(b"{ \n\"Records\": []}");
    let of = |bytes: &[u8]| evidence(&[File { name: "x".to_owned(), bytes: bytes.to_vec() }]).unwrap();
    assert_eq!(of(&files.digests[0]), [Evidence::CloudTrailDigest(files.digests[0].clone())]);
    for log in [files.log, spaced] {
        assert_eq!(of(&log), [Evidence::CloudTrailLog(log)]);
    }
    assert_eq!(
        of(files.head.to_string().as_bytes()),
        [Evidence::CloudTrailSignature(files.head.to_string().into_bytes())]
    );
    let statement = hardkey_synthetic::gzip::gzip(b" {}");
    assert!(matches!(of(&statement)[..], [Evidence::GoogleStatement { .. }]));
}

#[test]
fn anything_else_is_refused_with_what_was_expected() {
    let expected = "a report, or one answer of DescribeKey or GetPublicKey (AWS KMS), GetKey or GetKeyAttestation (Azure), \
                    GetCryptoKeyVersion or GetPublicKey (Google), as the API gives it";
    for (text, found) in [
        ("{}", "an object of "),
        (r#"{"policy":1,"rules":2}"#, "an object of policy, rules"),
        (r#"{"KeyId":"a"}"#, "an object of KeyId"),
        (r#"{"PublicKey":""}"#, "an object of PublicKey"),
        (r#"{"key":{"kid":""}}"#, "an object of key"),
        (r#"{"attributes":{}}"#, "an object of attributes"),
        (r#"{"attributes":{"attestation":{}}}"#, "an object of attributes"),
        (r#"{"pem":"","name":"","protectionLevel":"HSM"}"#, "an object of pem, name, protectionLevel"),
        (r#"{"protectionLevel":"HSM"}"#, "an object of protectionLevel"),
        (
            r#"{"name":"k","purpose":"ASYMMETRIC_SIGN","versionTemplate":{}}"#,
            "an object of name, purpose, versionTemplate",
        ),
        (r#"{"KeyMetadata":{},"PublicKey":"","KeyId":""}"#, "an object of KeyMetadata, PublicKey, KeyId"),
    ] {
        assert_eq!(refused(text), ("a.json: answer".to_owned(), expected.to_owned(), found.to_owned()));
    }
    for (text, found) in [
        (r#"{"KeyMetadata":{},"KeyMetadata":{}}"#, "duplicate field `KeyMetadata`"),
        (r#"{"KeyMetadata":{}} {}"#, "trailing characters"),
        (r#"{"key":[]}"#, "invalid type: sequence"),
        (&format!("{{\"a\":{}", "[".repeat(100_000)), "EOF while parsing a list"),
        (
            &format!("{{{}\"z\":1}}", (0..70).map(|at| format!("\"a{at}\":1,")).collect::<String>()),
            "more members than any answer has",
        ),
    ] {
        assert_eq!(refused(text).2, found, "{found}");
    }
    for not_an_object in ["[]", "1"] {
        assert_eq!(refused(&format!("{{\"attributes\":{not_an_object}}}")).1, "an object");
        assert_eq!(answer::evidence(not_an_object.as_bytes()).unwrap_err().expected, "an object");
    }
    let (part, expected, found) = refused("\u{feff}{}");
    assert_eq!((part.as_str(), found.as_str()), ("a.json: bundle", "ef bb bf 7b 7d"));
    assert_eq!(expected, "a zip, a gzip, certificates in PEM, or JSON without a byte order mark");
    assert!(evidence(&[]).is_err());
}

#[test]
fn a_statement_inside_an_answer_is_evidence_of_its_own() {
    let version = |content: &str, format: &str| {
        format!(r#"{{"name":"n","protectionLevel":"HSM","attestation":{{"format":"{format}","content":"{content}"}}}}"#)
    };
    let gzip = |last: u8| File { name: "a.dat".to_owned(), bytes: vec![0x1f, 0x8b, last] };
    let answer = file("v.json", &version("H4sI", "CAVIUM_V2_COMPRESSED"));
    let expected = vec![
        Evidence::GoogleStatement { compressed: vec![0x1f, 0x8b, 8], certificates: Vec::new() },
        Evidence::GoogleVersion(answer.bytes.clone()),
    ];
    assert_eq!(evidence(std::slice::from_ref(&answer)), Ok(expected.clone()));
    assert_eq!(evidence(&[gzip(8), answer.clone()]), Ok(expected), "the same twice is the same");
    let error = evidence(&[gzip(9), answer]).unwrap_err();
    assert_eq!((error.part.as_str(), error.found.as_str()), ("v.json: bundle", "a second one"));
    let error = evidence(&[file("v.json", &version("H4sI", "CAVIUM_V1_COMPRESSED"))]).unwrap_err();
    assert_eq!(error.part, "v.json: the answer to GetCryptoKeyVersion");
    assert_eq!(error.found, "CAVIUM_V1_COMPRESSED");
}

#[test]
fn certificates_without_a_statement_are_no_evidence() {
    let root = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    let error = evidence(&[file("chain.pem", root), file("v.json", VERSION)]).unwrap_err();
    assert_eq!(error.found, "none", "{error}");
}

#[test]
fn certificates_of_an_answer_are_joined_with_those_of_a_file() {
    let certificate = |der: &str| format!("-----BEGIN CERTIFICATE-----\n{der}\n-----END CERTIFICATE-----\n");
    let (one, two) = (certificate("MAA="), certificate("MAEA"));
    let answer = format!(
        r#"{{"name":"n","protectionLevel":"HSM","attestation":{{"format":"CAVIUM_V2_COMPRESSED","content":"H4sI",
           "certChains":{{"caviumCerts":["{}"],"googleCardCerts":["{}"]}}}}}}"#,
        one.replace('\n', "\\n"),
        two.replace('\n', "\\n")
    );
    let chain = |files: &[File]| {
        let Evidence::GoogleStatement { certificates, .. } = evidence(files).unwrap().swap_remove(0) else {
            panic!("no statement");
        };
        certificates
    };
    let (first, second) = (vec![0x30, 0], vec![0x30, 1, 0]);
    let answer = file("v.json", &answer);
    assert_eq!(chain(std::slice::from_ref(&answer)), [first.clone(), second.clone()]);
    assert_eq!(chain(&[answer.clone(), file("chain.pem", &two)]), [second.clone(), first.clone()]);
    let twice = file("chain.pem", &two.repeat(2));
    assert_eq!(chain(&[twice, answer]), [second.clone(), second, first], "what a file has twice stays there twice");
}

#[test]
fn a_zip_is_the_files_in_it() {
    let chain = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    let zip = Zip::default().with("a.dat", &[0x1f, 0x8b, 8]).with("chain.pem", chain.as_bytes());
    let files = [File { name: "a.dat".to_owned(), bytes: vec![0x1f, 0x8b, 8] }, file("chain.pem", chain)];
    assert_eq!(evidence(&[zipped(&zip)]), evidence(&files));
    assert_eq!(evidence(&files).map(|evidence| evidence.len()), Ok(1));
}

#[test]
fn a_zip_has_sixteen_files_at_most_and_none_of_more_than_256_kib() {
    let of = |count: usize| (0..count).fold(Zip::default(), |zip, at| zip.with(&at.to_string(), ANSWER.as_bytes()));
    let with = |size: usize| Zip::default().with("a.json", padded(size).as_bytes());
    assert_eq!(evidence(&[zipped(&of(16))]).map(|evidence| evidence.len()), Ok(16));
    assert_eq!(refused_zip(&of(17)), ("at most 16 files".to_owned(), "17".to_owned()));
    assert_eq!(refused_zip(&of(18)), ("at most 16 files".to_owned(), "18".to_owned()));
    assert_eq!(evidence(&[zipped(&with(262_144))]).map(|evidence| evidence.len()), Ok(1));
    for size in [262_145, 1 << 20] {
        let expected = ("at most 262144 bytes in a file".to_owned(), "more in a.json".to_owned());
        assert_eq!(refused_zip(&with(size)), expected);
    }
}

#[test]
fn a_file_of_more_than_1_mib_is_not_looked_at() {
    assert_eq!(evidence(&[file("a.json", &padded(1_048_576))]).map(|evidence| evidence.len()), Ok(1));
    for size in [1_048_577, 1 << 21] {
        let error = evidence(&[file("a.json", &padded(size))]).unwrap_err();
        assert_eq!(error.to_string(), format!("a.json: expected at most 1048576 bytes, found {size} bytes"));
    }
}

#[test]
fn a_name_in_a_zip_is_the_name_of_a_file_and_there_once() {
    for name in ["", "..", "a/b", "/a", "a/", "a\\b", "c:a", "a\0b"] {
        let zip = Zip::default().with(name, ANSWER.as_bytes());
        assert_eq!(refused_zip(&zip), ("files without folders".to_owned(), crate::shown::text(name)), "{name:?}");
    }
    let mut link = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    link.add_symlink("a.json", "/etc/passwd", zip::write::SimpleFileOptions::default()).unwrap();
    let link = File { name: "z.zip".to_owned(), bytes: link.finish().unwrap().into_inner() };
    let error = evidence(&[link]).unwrap_err();
    assert_eq!((error.expected.as_str(), error.found.as_str()), ("files without folders", "a.json"));
    let twice = Zip::default().with("a.json", ANSWER.as_bytes()).with("a.json", ANSWER.as_bytes());
    assert_eq!(refused_zip(&twice), ("each file once".to_owned(), "one name twice".to_owned()));
}
