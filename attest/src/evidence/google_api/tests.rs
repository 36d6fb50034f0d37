use base64ct::{Base64, Encoding};

use super::super::Evidence;
use super::super::specimen::{P256, P384, failed, is_accepted_by_none, key, malformed, only, pem, read, said, spoiled};
use super::{crc32c, kind, statement};
use crate::check::Check;
use crate::public_key::Algorithm;

const NAME: &str = "projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";

/// As the API's reference shows it.
const VERSION_JSON: &str = r#"{"name":"projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
 "state":"ENABLED","protectionLevel":"HSM","algorithm":"EC_SIGN_P256_SHA256","createTime":"2026-01-02T03:04:05.678901234Z",
 "generateTime":"2026-01-02T03:04:06.678901234Z"}"#;

fn changed(from: &str, to: &str) -> Evidence {
    assert!(VERSION_JSON.contains(from), "{from}");
    Evidence::GoogleVersion(VERSION_JSON.replacen(from, to, 1).into_bytes())
}

fn public_key_json(vector: &str, algorithm: &str) -> String {
    let text = pem(vector);
    let pem = text.replace('\n', "\\n");
    format!(
        r#"{{"pem":"{pem}","algorithm":"{algorithm}","pemCrc32c":"{}","name":"{NAME}","protectionLevel":"HSM","publicKeyFormat":"PEM"}}"#,
        crc32c(text.as_bytes())
    )
}

fn public_key(from: &str, to: &str) -> Evidence {
    let json = public_key_json(P256, "EC_SIGN_P256_SHA256");
    assert!(json.contains(from), "{from}");
    Evidence::GooglePublicKey(json.replacen(from, to, 1).into_bytes())
}

#[test]
fn what_google_states_of_a_version_is_claimed_as_reported() {
    let claims = read(&[changed("{", "{"), public_key("{", "{")]);
    assert_eq!(failed(&claims), []);
    let spki = crate::shown::hex(&crate::certificate::sha256(key(P256).spki()));
    assert_eq!(
        said(&claims),
        [
            "reported hsm: yes".to_owned(),
            "reported local: yes".to_owned(),
            "reported extractable: no".to_owned(),
            "reported operator: Google Cloud".to_owned(),
            "reported sign: yes".to_owned(),
            format!("reported resource: {NAME}"),
            "reported protection-level: HSM".to_owned(),
            "reported state: ENABLED".to_owned(),
            "reported hsm: yes".to_owned(),
            "reported protection-level: HSM".to_owned(),
            "reported sign: yes".to_owned(),
            format!("reported resource: {NAME}"),
            format!("reported spki: {spki}"),
            "reported algorithm: P-256".to_owned(),
        ]
    );
    assert_eq!(claims.key(), Some(&key(P256)));
    assert!(is_accepted_by_none(&claims));
}

#[test]
fn a_version_that_does_not_state_when_it_was_generated_claims_no_origin() {
    let said = said(&read(&[changed(",\n \"generateTime\":\"2026-01-02T03:04:06.678901234Z\"", "")]));
    assert!(!said.iter().any(|line| line.contains("local")), "{said:?}");
}

#[test]
fn versions_that_admission_refuses_fail_a_check_and_claim_what_is_stated() {
    let level = |level: &str| changed("\"HSM\"", &format!("\"{level}\""));
    let with = |field: &str| changed("\"state\"", &format!("{field},\"state\""));
    let cases = [
        (level("SOFTWARE"), "(software)", "reported hsm: no", "reported hsm: yes"),
        (level("EXTERNAL"), "(external)", "reported hsm: no", "reported hsm: yes"),
        (level("EXTERNAL_VPC"), "(external)", "reported hsm: no", "reported hsm: yes"),
        (level("HSM_NEXT"), "(unstated)", "reported protection-level: HSM_NEXT", "reported hsm: yes"),
        (with("\"externalProtectionLevelOptions\":{}"), "(external)", "reported hsm: no", "reported hsm: yes"),
        (with("\"importJob\":\"projects/p/x\""), "(imported)", "reported local: no", "reported local: yes"),
        (with("\"importTime\":\"2026-01-02T03:04:05Z\""), "(imported)", "reported local: no", "reported local: yes"),
        (with("\"importFailureReason\":\"x\""), "(imported)", "reported local: no", "reported local: yes"),
        (changed("EC_SIGN_P256_SHA256", "HMAC_SHA256"), "(not-for-signing)", "reported sign: no", "reported sign: yes"),
        (changed("ENABLED", "DISABLED"), "(disabled)", "reported state: DISABLED", "-"),
        (changed("ENABLED", "DESTROYED"), "(not-ready)", "reported state: DESTROYED", "-"),
        (changed("/cryptoKeyVersions/1", ""), "(unstated)", "reported hsm: yes", "-"),
    ];
    for (evidence, code, claimed, unclaimed) in cases {
        let found = only(Check::Admission, std::slice::from_ref(&evidence));
        assert!(found.len() == 1 && found[0].1.ends_with(code), "{code}: {found:?}");
        let said = said(&read(&[evidence]));
        assert!(said.iter().any(|line| line == claimed), "{code}: {said:?}");
        assert!(!said.iter().any(|line| line == unclaimed), "{code}: {said:?}");
    }
}

#[test]
fn the_public_key_must_state_the_version_s_protection_level() {
    for (evidence, code) in [
        (public_key("\"HSM\"", "\"SOFTWARE\""), "(software)"),
        (public_key("\"HSM\"", "\"HSM_SINGLE_TENANT\""), "(levels-differ)"),
        (public_key("\"protectionLevel\":\"HSM\",", ""), "(unstated)"),
    ] {
        let found = only(Check::ProtectionLevel, &[changed("{", "{"), evidence]);
        assert!(found.len() == 1 && found[0].1.ends_with(code), "{code}: {found:?}");
    }
    assert_eq!(only(Check::ProtectionLevel, &[public_key("\"HSM\"", "\"EXTERNAL\"")]).len(), 1);
}

#[test]
fn a_version_with_the_public_key_of_another_fails() {
    let other = NAME.replace("Versions/1", "Versions/2");
    let found = only(Check::OneName, &[changed("{", "{"), public_key(NAME, &other)]);
    let observed = format!("the answer to GetCryptoKeyVersion names {NAME}, the answer to GetPublicKey names {other}");
    assert_eq!(found, [("one-name", observed)]);
    let kind = Evidence::GooglePublicKey(public_key_json(P384, "EC_SIGN_P256_SHA256").into_bytes());
    assert_eq!(only(Check::StatedKind, &[kind]).len(), 1);
    assert_eq!(only(Check::Admission, &[public_key(NAME, "k")]).len(), 1);
}

#[test]
fn anything_but_the_documented_answers_is_malformed_and_says_where() {
    for (what, text, position) in spoiled(VERSION_JSON) {
        let error = malformed(Evidence::GoogleVersion(text.into_bytes()));
        assert_eq!(error.part, "the answer to GetCryptoKeyVersion", "{what}");
        assert!(position.is_none() || error.position == position, "{what}: {error}");
    }
    for (what, text, position) in spoiled(&public_key_json(P256, "EC_SIGN_P256_SHA256")) {
        let error = malformed(Evidence::GooglePublicKey(text.into_bytes()));
        assert_eq!(error.part, "the answer to GetPublicKey", "{what}");
        assert!(position.is_none() || error.position == position, "{what}: {error}");
    }
    for (from, to, found) in [
        ("\"state\":\"ENABLED\"", "\"state\":\"ENABLED\",\"state\":\"ENABLED\"", "duplicate field `state`"),
        ("\"state\":\"ENABLED\"", "\"state\":1", "invalid type: integer `1`"),
        ("\"state\"", "\"protection_level\":\"HSM\",\"state\"", "unknown field `protection_level`"),
    ] {
        assert_eq!(malformed(changed(from, to)).found, found, "{from}");
    }
}

#[test]
fn a_public_key_is_whole_or_malformed() {
    let text = pem(P256);
    let crc = crc32c(text.as_bytes());
    let data = |bytes: &[u8]| {
        format!(
            "\"publicKey\":{{\"crc32cChecksum\":\"{}\",\"data\":\"{}\"}},\"name\"",
            crc32c(bytes),
            Base64::encode_string(bytes)
        )
    };
    assert_eq!(failed(&read(&[public_key("\"name\"", &data(text.as_bytes()))])), []);
    for (evidence, expected) in [
        (public_key("\"pemCrc32c\":\"", "\"pemCrc32c\":\"1"), format!("{crc}, the CRC32C, in pemCrc32c")),
        (public_key("\"PEM\"", "\"DER\""), "PEM, in publicKeyFormat".to_owned()),
        (public_key("\"name\"", &data(b"other")), "the same text in pem and in publicKey.data".to_owned()),
        (
            public_key("\"name\"", &data(text.as_bytes()).replacen("m\":\"", "m\":\"1", 1)),
            format!("{crc}, the CRC32C, in publicKey.crc32cChecksum"),
        ),
        (
            public_key("\"name\"", &data(text.as_bytes()).replacen("a\":\"", "a\":\"\\r\\n", 1)),
            "base64 with padding, on one line, in publicKey.data".to_owned(),
        ),
    ] {
        assert_eq!(malformed(evidence).expected, expected);
    }
    let request = Evidence::GooglePublicKey(
        format!("{{\"pem\":\"{}\",\"name\":\"{NAME}\"}}", text.replace('\n', "\\n").replace("PUBLIC", "ANY"))
            .into_bytes(),
    );
    assert_eq!(malformed(request).found, "BEGIN ANY KEY");
}

#[test]
fn the_checksum_is_that_of_rfc_3720() {
    assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
    assert_eq!(crc32c(b"123456789"), 0xe306_9283);
}

#[test]
fn names_of_algorithms_tell_kinds_of_keys() {
    for (name, expected) in [
        ("RSA_SIGN_PSS_2048_SHA256", Some(Algorithm::Rsa2048)),
        ("RSA_SIGN_PKCS1_3072_SHA256", Some(Algorithm::Rsa3072)),
        ("RSA_SIGN_RAW_PKCS1_4096", Some(Algorithm::Rsa4096)),
        ("EC_SIGN_P384_SHA384", Some(Algorithm::P384)),
        ("EC_SIGN_SECP256K1_SHA256", Some(Algorithm::Secp256k1)),
        ("EC_SIGN_ED25519", None),
        ("RSA_SIGN_PSS_8192_SHA512", None),
        ("RSA_DECRYPT_OAEP_2048_SHA256", None),
        ("RSA_DECRYPT_OAEP_3072_SHA256", None),
        ("RSA_DECRYPT_OAEP_4096_SHA512", None),
    ] {
        assert_eq!(kind(name.to_owned()).1, expected, "{name}");
    }
}

#[test]
fn a_statement_in_a_version_s_record_is_taken_out_and_older_formats_are_refused_by_name() {
    let with = |format: &str, content: &str| {
        let attestation = format!("\"attestation\":{{\"format\":\"{format}\",\"content\":\"{content}\"}},\"state\"");
        VERSION_JSON.replacen("\"state\"", &attestation, 1).into_bytes()
    };
    assert_eq!(statement(VERSION_JSON.as_bytes()), Ok(None));
    assert_eq!(statement(&with("CAVIUM_V2_COMPRESSED", "H4sI")), Ok(Some((vec![0x1f, 0x8b, 8], Vec::new()))));
    let error = statement(&with("CAVIUM_V1_COMPRESSED", "H4sI")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the answer to GetCryptoKeyVersion: expected CAVIUM_V2_COMPRESSED as the format of the statement, found CAVIUM_V1_COMPRESSED"
    );
    let error = statement(&with("CAVIUM_V2_COMPRESSED", "H4\\r\\nsI")).unwrap_err();
    assert_eq!(error.expected, "base64 with padding, on one line, in attestation.content");
    let chains = "\"attestation\":{\"certChains\":{\"caviumCerts\":[\"x\"]},\"format\"";
    let json = String::from_utf8(with("CAVIUM_V2_COMPRESSED", "H4sI")).unwrap();
    let with_chain = |pem: &str| {
        let chains = chains.replace("\"x\"", &format!("\"{}\"", pem.replace('\n', "\\n")));
        statement(json.replacen("\"attestation\":{\"format\"", &chains, 1).as_bytes())
    };
    for (pem, found) in [("x", "PEM"), (pem(P256), "BEGIN PUBLIC KEY")] {
        let error = with_chain(pem).unwrap_err();
        assert_eq!(error.expected, "certificates in PEM, one a text, in attestation.certChains");
        assert!(error.found.contains(found), "{error}");
    }
    let good = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    assert_eq!(with_chain(good).map(|found| found.map(|(_, chain)| chain)), Ok(Some(vec![vec![0x30, 0]])));
}
