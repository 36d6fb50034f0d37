//! An application that signs in with a certificate.

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use hardkey_tests::azure::TENANT;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, PublicKeyData};
use ring::digest::{SHA256, digest};
use ring::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};

use super::{Scene, broken};

struct Made {
    key: KeyPair,
    certificate: rcgen::Certificate,
}

fn made() -> &'static Made {
    // One for all: making an RSA key takes a moment.
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let certificate = CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
        Made { key, certificate }
    })
}

fn with_certificate(scene: Scene, content: &[u8]) -> Scene {
    let path = scene.path("application.pem");
    std::fs::write(&path, content).unwrap();
    scene.emulator.azure_application(json!({ "client_id": "application", "certificate": made().certificate.pem() }));
    scene.application().with("AZURE_CLIENT_CERTIFICATE_PATH", path.to_str().unwrap())
}

fn part(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).unwrap()
}

/// Header and claims of the assertion, whose signature belongs to the certificate.
fn assertion(scene: &Scene) -> (Value, Value) {
    let asked = scene.asked();
    let text = asked[0]["assertion"].as_str().unwrap();
    let parts: Vec<&str> = text.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("{text}") };
    let public = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, made().key.der_bytes());
    public.verify(format!("{header}.{claims}").as_bytes(), &part(signature)).unwrap();
    (serde_json::from_slice(&part(header)).unwrap(), serde_json::from_slice(&part(claims)).unwrap())
}

#[test]
fn an_application_signs_with_its_certificate() {
    let pem = made().key.serialize_pem() + "\nwhat people write between\n" + &made().certificate.pem();
    let scene = with_certificate(Scene::new(), pem.as_bytes());
    scene.signs_as("application");
    let (header, claims) = assertion(&scene);
    assert_eq!((&header["alg"], &header["typ"], &header["x5c"]), (&json!("PS256"), &json!("JWT"), &Value::Null));
    let fingerprint = digest(&SHA256, made().certificate.der());
    assert_eq!(part(header["x5t#S256"].as_str().unwrap()), fingerprint.as_ref());
    assert_eq!(claims["aud"], json!(format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token")));
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!("application"), &json!("application")));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (begin, end) = (claims["nbf"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
    assert!(begin <= now && end - begin == 300 && claims["jti"].as_str().unwrap().len() >= 20, "{claims}");
}

#[test]
fn the_certificates_are_sent_along_where_the_environment_says_so() {
    let pem = made().certificate.pem() + &made().key.serialize_pem();
    let scene = with_certificate(Scene::new(), pem.as_bytes()).with("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", "true");
    scene.signs_as("application");
    let (header, _) = assertion(&scene);
    let sent = header["x5c"][0].as_str().unwrap();
    assert_eq!(Base64::decode_vec(sent).unwrap(), made().certificate.der().to_vec());
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_the_reason_and_none_of_its_content() {
    let (key, certificate) = (made().key.serialize_pem(), made().certificate.pem());
    let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let curve = KeyPair::generate().unwrap().serialize_pem();
    let cases = [
        (certificate.clone(), "holds no private key"),
        (key.clone(), "holds no certificate"),
        (locked.to_owned() + &certificate, "holds a key with a password; take it off: openssl pkey -in FILE.pem"),
        (curve + &certificate, "holds a key that is not RSA, which is all that Entra takes"),
        (
            key + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "holds a certificate that cannot be read",
        ),
        ("0\u{1}".to_owned(), "is not PEM; convert it: openssl pkcs12 -in FILE.pfx -out FILE.pem -nodes"),
    ];
    for (content, why) in cases {
        let scene = with_certificate(Scene::new(), content.as_bytes());
        scene.fails_with(&broken(&format!("environment (the certificate file HOME/application.pem {why})")));
    }
    let scene = Scene::new().application().with("AZURE_CLIENT_CERTIFICATE_PATH", "/nowhere.pem");
    scene.fails_with(&broken(
        "environment (the certificate file /nowhere.pem cannot be read: No such file or directory)",
    ));
}
