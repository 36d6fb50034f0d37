//! What pkcs11-tool signs, and OpenSSL verifies.

use std::fs;

use hardkey_tests::cloud::{CLOUDS, Kind, Which};

use super::USING_SLOT_0;
use crate::scene::{Scene, has, those_of};

/// Every kind of key that this version can use.
const EVERY_KIND: [(Kind, &str); 7] = [
    (Kind::AnyRsa2048, "rsa-2048"),
    (Kind::AnyRsa3072, "rsa-3072"),
    (Kind::AnyRsa4096, "rsa-4096"),
    (Kind::P256, "p-256"),
    (Kind::P384, "p-384"),
    (Kind::P521, "p-521"),
    (Kind::Secp256k1, "secp256k1"),
];

/// What each kind of key signs, and what OpenSSL calls the hash of it; nothing where the host hashes.
const RSA: [(&str, Option<&str>); 6] = [
    ("RSA-PKCS", Some("sha256")),
    ("RSA-PKCS", Some("sha384")),
    ("RSA-PKCS", Some("sha512")),
    ("SHA256-RSA-PKCS", None),
    ("SHA384-RSA-PKCS", None),
    ("SHA512-RSA-PKCS", None),
];
const EC: [(&str, Option<&str>); 6] = [
    ("ECDSA", Some("sha256")),
    ("ECDSA", Some("sha384")),
    ("ECDSA", Some("sha512")),
    ("ECDSA-SHA256", None),
    ("ECDSA-SHA384", None),
    ("ECDSA-SHA512", None),
];

/// RFC 8017 §9.2 note 1: what stands before the digest in a DigestInfo.
const DIGEST_INFO: [(&str, &[u8]); 3] = [
    ("sha256", b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"),
    ("sha384", b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"),
    ("sha512", b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"),
];

#[test]
fn every_listed_mechanism_signs_with_every_key_it_fits_and_openssl_verifies() {
    if !has(&["pkcs11-tool", "openssl"]) {
        return;
    }
    for cloud in &CLOUDS {
        let keys = those_of(cloud, &EVERY_KIND);
        signs_every_way(&Scene::start(cloud, &keys), &keys);
    }
}

fn signs_every_way(scene: &Scene, keys: &[(Kind, &str)]) {
    let data = scene.write("data", "what is signed\n");
    for (_, key) in keys.iter().copied() {
        let (id, public_key) = (scene.id(key), scene.public_key(key));
        for (mechanism, hashed_here) in if key.starts_with("rsa") { RSA } else { EC } {
            let digest = hashed_here.map(|hash| digest(scene, hash, &data));
            let input = match (hashed_here, &digest) {
                (Some(hash), Some(path)) if mechanism == "RSA-PKCS" => digest_info(scene, hash, path),
                (_, Some(path)) => path.clone(),
                (_, None) => data.clone(),
            };
            let signature = scene.path("signature");
            let arguments = ["--sign", "--id", &id, "-m", mechanism, "--signature-format", "openssl"];
            let files = ["--input-file", &input, "--output-file", &signature];
            let signed = scene.pkcs11_tool(&[&arguments[..], &files[..]].concat()).success();
            assert_eq!(signed.stderr, format!("{USING_SLOT_0}Using signature algorithm {mechanism}\n"), "{key}");

            let verified = match (hashed_here, &digest) {
                (Some(hash), Some(digest)) => {
                    let hash = format!("digest:{hash}");
                    let arguments = ["pkeyutl", "-verify", "-pubin", "-inkey", &public_key, "-in", digest];
                    scene.run("openssl", &[&arguments[..], &["-pkeyopt", &hash, "-sigfile", &signature]].concat())
                }
                (_, _) => {
                    let hash = format!("-{}", mechanism.split('-').find(|part| part.starts_with("SHA")).unwrap());
                    scene.run(
                        "openssl",
                        &["dgst", &hash.to_lowercase(), "-verify", &public_key, "-signature", &signature, &data],
                    )
                }
            };
            assert_eq!(verified.status, Some(0), "{key}, {mechanism}, {hashed_here:?}: {verified:?}");
        }
    }
    let each = RSA.len() as u64;
    assert_eq!(scene.world.requests(&scene.world.cloud.sign), each * keys.len() as u64, "one request per signature");
}

#[test]
fn rsa_pss_signs_with_a_salt_as_long_as_the_digest_and_openssl_verifies() {
    if !has(&["pkcs11-tool", "openssl"]) {
        return;
    }
    for cloud in &CLOUDS {
        let fits = [("sha256", "pss-3072"), ("sha512", "pss-4096"), ("sha384", "pss-3072")];
        // A Google key has one hash, and none has SHA-384 for PSS.
        let fits = if cloud.which == Which::Google { &fits[..2] } else { &fits[..] };
        signs_pss(&Scene::start(cloud, &[(Kind::Pss3072, "pss-3072"), (Kind::Pss4096, "pss-4096")]), fits);
    }
}

fn signs_pss(scene: &Scene, fits: &[(&str, &str)]) {
    let (data, signature) = (scene.write("data", "signed\n"), scene.path("signature"));
    for (hash, label) in fits {
        let (id, public_key) = (scene.id(label), scene.public_key(label));
        let hashing = format!("{}-RSA-PKCS-PSS", hash.to_uppercase());
        let digest = digest(scene, hash, &data);
        for (mechanism, input) in [(hashing.as_str(), &data), ("RSA-PKCS-PSS", &digest)] {
            let (upper, generator) = (hash.to_uppercase(), format!("MGF1-{}", hash.to_uppercase()));
            // -1: as long as the digest.
            let parameter = ["--hash-algorithm", &upper, "--mgf", &generator, "--salt-len=-1"];
            let arguments = ["--sign", "--id", &id, "-m", mechanism];
            let files = ["--input-file", input.as_str(), "--output-file", &signature];
            let parameter = if mechanism == hashing { &parameter[2..] } else { &parameter[..] };
            scene.pkcs11_tool(&[&arguments[..], parameter, &files[..]].concat()).success();
            let options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"];
            let verify = ["dgst", &format!("-{hash}"), "-verify", &public_key, "-signature", &signature];
            scene.run("openssl", &[&verify[..], &options[..], &[&data]].concat()).success();
        }
    }
    let id = scene.id("pss-3072");
    let arguments = ["--sign", "--id", &id, "-m", "SHA256-RSA-PKCS-PSS", "--salt-len=20", "--input-file", &data];
    let refused = scene.pkcs11_tool(&[&arguments[..], &["--output-file", &signature]].concat());
    assert_eq!(refused.status, Some(1));
    assert_eq!(
        refused.hardkey_lines(),
        [
            "hardkey: C_SignInit: CKR_MECHANISM_PARAM_INVALID: CKM_SHA256_RSA_PKCS_PSS: sLen is 20; it must be 32 (openssl: -sigopt rsa_pss_saltlen:digest): key services use the message's hash in MGF1 too, and a salt as long as the digest"
        ]
    );
}

/// Hashes a file with OpenSSL; the path of the digest.
fn digest(scene: &Scene, hash: &str, data: &str) -> String {
    let path = scene.path(hash);
    scene.run("openssl", &["dgst", &format!("-{hash}"), "-binary", "-out", &path, data]).success();
    path
}

/// Puts a digest into a DigestInfo; the path of the file.
fn digest_info(scene: &Scene, hash: &str, digest: &str) -> String {
    let (_, prefix) = DIGEST_INFO.iter().find(|(name, _)| *name == hash).unwrap();
    scene.write("digest-info", [prefix, fs::read(digest).unwrap().as_slice()].concat())
}
