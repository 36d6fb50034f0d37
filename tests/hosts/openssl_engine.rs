//! The `openssl` command with libp11's engine.

use hardkey_tests::cloud::{CLOUDS, Kind};

use crate::scene::{Scene, engine, has, private, public, those_of};

const KEYS: [(Kind, &str); 5] = [
    (Kind::AnyRsa3072, "rsa-3072"),
    (Kind::P256, "p-256"),
    (Kind::P384, "p-384"),
    (Kind::P521, "p-521"),
    (Kind::Secp256k1, "secp256k1"),
];
/// What OpenSSL itself says whenever an engine is used, and so the whole of what may be on standard error.
const ENGINE_SET: &str = "Engine \"pkcs11\" set.\n";
const ENGINE: [&str; 4] = ["-engine", "pkcs11", "-keyform", "engine"];

fn is_here() -> bool {
    has(&["openssl", &engine()])
}

impl Scene {
    fn with_engine(&self, command: &str, arguments: &[&str]) -> String {
        let outcome = self.run("openssl", &[&[command][..], &ENGINE[..], arguments].concat()).success();
        assert_eq!(outcome.stderr, ENGINE_SET, "{command} {arguments:?}");
        outcome.text()
    }
}

/// A scene for each cloud, with its keys.
fn scenes() -> impl Iterator<Item = (Scene, Vec<&'static str>)> {
    CLOUDS.iter().map(|cloud| {
        let keys = those_of(cloud, &KEYS);
        (Scene::start(cloud, &keys), keys.into_iter().map(|(_, label)| label).collect())
    })
}

#[test]
fn dgst_signs_and_verifies_with_every_hash() {
    if !is_here() {
        return;
    }
    for (scene, labels) in scenes() {
        let (data, signature) = (scene.write("data", "what is signed\n"), scene.path("signature"));
        for alias in labels {
            let public_key = scene.public_key(alias);
            for hash in ["-sha256", "-sha384", "-sha512"] {
                scene.with_engine("dgst", &[hash, "-sign", &private(alias), "-out", &signature, &data]);
                let verified =
                    scene.with_engine("dgst", &[hash, "-verify", &public(alias), "-signature", &signature, &data]);
                assert_eq!(verified, "Verified OK\n", "{alias} {hash}");
                scene
                    .run("openssl", &["dgst", hash, "-verify", &public_key, "-signature", &signature, &data])
                    .success();
            }
        }
    }
}

#[test]
fn req_makes_a_certificate_that_is_signed_by_its_own_key() {
    if !is_here() {
        return;
    }
    for (scene, labels) in scenes() {
        for alias in labels {
            let (certificate, subject) = (scene.path("certificate.pem"), format!("/CN={alias}"));
            scene.with_engine(
                "req",
                &["-x509", "-key", &private(alias), "-subj", &subject, "-days", "2", "-out", &certificate],
            );
            let verified =
                scene.run("openssl", &["verify", "-CAfile", &certificate, "-check_ss_sig", &certificate]).success();
            assert_eq!(verified.text(), format!("{certificate}: OK\n"));
        }
    }
}

#[test]
fn cms_signs_a_message() {
    if !is_here() {
        return;
    }
    for (scene, labels) in scenes() {
        let (data, message, opened) =
            (scene.write("data", "what is signed\n"), scene.path("message"), scene.path("opened"));
        for alias in labels {
            let certificate = scene.certificate(alias);
            let arguments = ["-sign", "-inkey", &private(alias), "-signer", &certificate, "-md", "sha384", "-nodetach"];
            scene.with_engine(
                "cms",
                &[&arguments[..], &["-binary", "-in", &data, "-outform", "DER", "-out", &message]].concat(),
            );
            let arguments = ["cms", "-verify", "-inform", "DER", "-in", &message, "-binary", "-CAfile", &certificate];
            scene.run("openssl", &[&arguments[..], &["-purpose", "any", "-out", &opened]].concat()).success();
            assert_eq!(std::fs::read(&opened).unwrap(), b"what is signed\n");
        }
    }
}
