use base64ct::{Base64UrlUnpadded, Encoding};

use super::super::Evidence;
use super::super::specimen::{P256, RSA3072, failed, is_accepted_by_none, key, malformed, only, read, said, spoiled};
use super::Store;
use crate::check::Check;

const KID: &str = "https://release.vault.azure.net/keys/code/0123456789abcdef0123456789abcdef";

fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// As the REST reference shows it.
fn bundle() -> String {
    let key = key(RSA3072);
    let (n, e) = key.rsa_parts().unwrap();
    format!(
        r#"{{"key":{{"kid":"{KID}","kty":"RSA-HSM","key_ops":["sign","verify"],"n":"{}","e":"{}"}},
 "attributes":{{"enabled":true,"created":1493942451,"updated":1493942451,"recoveryLevel":"Recoverable+Purgeable",
 "recoverableDays":90,"exportable":false,"hsmPlatform":"2"}},"tags":{{"purpose":"unit test","team":""}}}}"#,
        base64url(n),
        base64url(e)
    )
}

fn curve_bundle() -> String {
    let key = key(P256);
    let (_, point) = key.curve_and_point().unwrap();
    let (x, y) = (base64url(&point[1..33]), base64url(&point[33..]));
    let bundle = bundle().replace("RSA-HSM", "EC-HSM");
    let (start, end) = (bundle.find("\"n\"").unwrap(), bundle.find("},").unwrap());
    format!("{}\"crv\":\"P-256\",\"x\":\"{x}\",\"y\":\"{y}\"{}", &bundle[..start], &bundle[end..])
}

fn changed(from: &str, to: &str) -> Evidence {
    let bundle = bundle();
    assert!(bundle.contains(from), "{from}");
    Evidence::KeyVaultKey(bundle.replacen(from, to, 1).into_bytes())
}

#[test]
fn what_a_bundle_states_is_claimed_as_reported_and_its_origin_is_not() {
    let claims = read(&[changed("{", "{")]);
    assert_eq!(failed(&claims), []);
    let spki = crate::shown::hex(&crate::certificate::sha256(key(RSA3072).spki()));
    assert_eq!(
        said(&claims),
        [
            "reported hsm: yes".to_owned(),
            "reported extractable: no".to_owned(),
            "reported sign: yes".to_owned(),
            "reported decrypt: no".to_owned(),
            "reported operator: Microsoft Azure".to_owned(),
            format!("reported resource: {KID}"),
            "reported protection-level: kty RSA-HSM, hsmPlatform 2".to_owned(),
            "reported state: enabled".to_owned(),
            format!("reported spki: {spki}"),
            "reported algorithm: RSA-3072".to_owned(),
        ]
    );
    assert!(is_accepted_by_none(&claims));
    assert_eq!(read(&[Evidence::KeyVaultKey(curve_bundle().into_bytes())]).key(), Some(&key(P256)));
}

#[test]
fn two_versions_of_one_key_fail() {
    let other = KID.replace("code/0", "code/1");
    let found = only(Check::OneName, &[changed("{", "{"), changed(KID, &other)]);
    let observed = format!("the key bundle of Azure names {KID}, the key bundle of Azure names {other}");
    assert_eq!(found, [("one-name", observed)]);
}

#[test]
fn a_managed_hsm_s_key_need_not_state_its_platform() {
    let bundle = bundle().replace(".vault.", ".managedhsm.").replace(",\"hsmPlatform\":\"2\"", "");
    let claims = read(&[Evidence::KeyVaultKey(bundle.into_bytes())]);
    assert_eq!(failed(&claims), []);
    assert!(said(&claims).contains(&"reported hsm: yes".to_owned()));
    assert_eq!(super::key_version(KID).map(|(store, _, _)| store), Some(Store::Vault));
}

#[test]
fn keys_that_admission_refuses_fail_a_check_and_claim_what_is_stated() {
    let cases = [
        (changed("RSA-HSM", "RSA"), "(software)", "reported hsm: no", "reported hsm: yes"),
        (changed("\"hsmPlatform\":\"2\"", "\"hsmPlatform\":\"0\""), "(platform)", "reported hsm: no", "hsm: yes"),
        (changed(",\"hsmPlatform\":\"2\"", ""), "(unstated)", "reported extractable: no", "reported hsm: yes"),
        (changed("\"exportable\":false", "\"exportable\":true"), "(exportable)", "reported extractable: yes", "-"),
        (changed("\"exportable\":false,", ""), "(unstated)", "reported hsm: yes", "reported extractable: no"),
        (
            changed(
                "\"tags\":",
                "\"release_policy\":{\"contentType\":\"a\",\"immutable\":false,\"data\":\"e30\"},\"tags\":",
            ),
            "(exportable)",
            "reported extractable: yes",
            "reported extractable: no",
        ),
        (
            changed("\"verify\"]", "\"export\"]"),
            "(exportable)",
            "reported extractable: yes",
            "reported extractable: no",
        ),
        (changed("\"sign\",\"verify\"", "\"verify\""), "(not-for-signing)", "reported sign: no", "reported sign: yes"),
        (changed("\"enabled\":true", "\"enabled\":false"), "(disabled)", "reported state: disabled", "-"),
        (changed(".vault.azure.net", ".vault.example.net"), "(unstated)", "reported hsm: yes", "-"),
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
fn anything_but_the_documented_bundle_is_malformed_and_says_where() {
    for (what, text, position) in spoiled(&bundle()) {
        let error = malformed(Evidence::KeyVaultKey(text.into_bytes()));
        assert_eq!(error.part, "the key bundle of Azure", "{what}");
        assert!(position.is_none() || error.position == position, "{what}: {error}");
    }
    for (from, to, found) in [
        ("\"enabled\":true", "\"enabled\":true,\"enabled\":true", "duplicate field `enabled`"),
        ("\"team\":\"\"", "\"purpose\":\"\"", "duplicate tag"),
        ("\"team\":\"\"", "\"team\":{}", "invalid type: map"),
        ("\"key_ops\"", "\"keyOps\"", "unknown field `keyOps`"),
        ("\"hsmPlatform\":\"2\"", "\"hsmPlatform\":2", "invalid type: integer `2`"),
        ("\"created\":1493942451", "\"created\":-1", "invalid type: integer `-1`"),
        ("\"recoverableDays\":90", "\"recoverableDays\":99999999999", "invalid value: integer `99999999999`"),
        ("\"kty\"", "\"d\":\"AQAB\",\"kty\"", "the private part key.d"),
        ("\"kty\"", "\"key_hsm\":\"AQAB\",\"kty\"", "the private part key.key_hsm"),
    ] {
        assert_eq!(malformed(changed(from, to)).found, found, "{from}");
    }
}

#[test]
fn a_key_has_one_spelling() {
    let bundle = bundle();
    let n = bundle.split("\"n\":\"").nth(1).unwrap().split('"').next().unwrap();
    let cases = [
        ("AQAB\"", "AQAB==\"", "base64url without padding, on one line, in key.e"),
        ("\"AQAB", "\"AQ\\nAB", "base64url without padding, on one line, in key.e"),
        ("\"AQAB", "\"AQA+", "base64url without padding, on one line, in key.e"),
        // 00 01 00 01
        ("\"AQAB", "\"AAEAAQ", "a key that can be certified, in its one encoding, in key"),
        ("\"AQAB", "\"", "a key that can be certified, in its one encoding, in key"),
        (n, "AQAB", "a key that can be certified, in its one encoding, in key"),
        ("\"kty\"", "\"crv\":\"P-256\",\"kty\"", "n and e of an RSA key, or crv, x and y of an EC key, and no others"),
        ("RSA-HSM", "oct-HSM", "n and e of an RSA key, or crv, x and y of an EC key, and no others"),
    ];
    for (from, to, expected) in cases {
        assert_eq!(malformed(changed(from, to)).expected, expected, "{to}");
    }
    let curve = curve_bundle();
    let x = curve.split("\"x\":\"").nth(1).unwrap().split('"').next().unwrap();
    for (from, to, expected) in [
        (x, "AQAB", "32 bytes, in key.x"),
        ("P-256", "P-256K", "a key that can be certified, in its one encoding, in key"),
        ("P-256", "Ed25519", "P-256, P-384, P-521 or P-256K, in key.crv"),
    ] {
        let error = malformed(Evidence::KeyVaultKey(curve.replacen(from, to, 1).into_bytes()));
        assert_eq!(error.expected, expected, "{to}");
    }
}
