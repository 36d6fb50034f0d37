//! The recipes in `examples/`, run on the emulator in place of each cloud.

use std::fs;

use hardkey_tests::built;
use hardkey_tests::cloud::{CLOUDS, Cloud, Kind};
use hardkey_tests::host::Outcome;

use crate::scene::{Scene, engine, has, provider};

const KEYS: [(Kind, &str); 2] = [(Kind::Rsa3072, "release"), (Kind::P256, "release-ec")];
const LABELS: [&str; 2] = ["release", "release-ec"];

impl Scene {
    fn start_recipe(cloud: &'static Cloud) -> Self {
        let mut scene = Self::start(cloud, &KEYS);
        let module = scene.environment["PKCS11_MODULE_PATH"].clone();
        scene.environment.remove("PKCS11_MODULE_PATH");
        scene.set("HARDKEY_MODULE", &module);
        scene.set("PROVIDER", &provider());
        scene
    }

    fn recipe(&self, name: &str, arguments: &[&str]) -> Outcome {
        let outcome = self.run(built::project().join("examples").join(name).to_str().unwrap(), arguments).success();
        assert_eq!(outcome.hardkey_lines(), [""; 0], "{name} {arguments:?}");
        outcome
    }
}

#[test]
fn openssl_engine_makes_what_osslsigncode_and_pkcs11_tool_then_use() {
    if !has(&["openssl", "osslsigncode", "pkcs11-tool", &engine()]) {
        return;
    }
    CLOUDS.iter().for_each(|cloud| makes_what_others_use(&Scene::start_recipe(cloud)));
}

fn makes_what_others_use(scene: &Scene) {
    let (file, folder, signature) =
        (scene.write("file", "what is signed\n"), scene.path("made"), scene.path("signature"));
    let (hello, signed) = (scene.hello(), scene.path("signed.exe"));
    for label in LABELS {
        let outcome = scene.recipe("openssl-engine.sh", &[label, &file, &folder]);
        // Before that, some versions of OpenSSL say here that the request verifies.
        assert!(outcome.text().ends_with("Verified OK\n"), "{label}: {}", outcome.text());
        let certificate = format!("{folder}/certificate.pem");

        scene.recipe("osslsigncode.sh", &[label, &certificate, &hello, &signed]);
        scene.run("osslsigncode", &["verify", "-CAfile", &certificate, "-in", &signed]).success();

        scene.recipe("pkcs11-tool.sh", &[label, &file, &signature]);
        let public_key = format!("{folder}/public.pem");
        scene.run("openssl", &["dgst", "-sha256", "-verify", &public_key, "-signature", &signature, &file]).success();
    }
}

#[test]
fn openssl_provider_signs_a_file_and_a_message() {
    if !has(&["openssl", &provider()]) {
        return;
    }
    CLOUDS.iter().for_each(|cloud| signs_a_file_and_a_message(&Scene::start_recipe(cloud)));
}

fn signs_a_file_and_a_message(scene: &Scene) {
    let (file, folder) = (scene.write("file", "what is signed\n"), scene.path("made"));
    for label in LABELS {
        let outcome = scene.recipe("openssl-provider.sh", &[label, &file, &folder]);
        assert_eq!(
            (outcome.text().as_str(), outcome.stderr.as_str()),
            ("Verified OK\n", "CMS Verification successful\n")
        );
        assert!(fs::metadata(format!("{folder}/signature.p7s")).unwrap().len() > 0);
    }
}
