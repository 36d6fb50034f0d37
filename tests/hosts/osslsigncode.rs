//! osslsigncode through libp11's engine: the way a pipeline on Linux signs Windows programs.

use std::fs;

use hardkey_tests::cloud::{CLOUDS, Cloud, Kind, Which};
use hardkey_tests::host::Outcome;
use serde_json::json;

use crate::scene::{Scene, engine, has, private, skip_this};

/// `SPC_INDIRECT_DATA`, 1.3.6.1.4.1.311.2.1.4: the content an Authenticode signature signs.
const INDIRECT_DATA: [u8; 12] = [0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x04];

fn is_here() -> bool {
    has(&["osslsigncode", "openssl", &engine()])
}

impl Scene {
    /// The engine is the one in OpenSSL's own folder, unless `more` names another.
    fn sign_program(&self, key: &str, certificate: [&str; 2], signed: &str, more: &[&str]) -> Outcome {
        let (module, hello) = (&self.environment["PKCS11_MODULE_PATH"], self.hello());
        let [option, certificate] = certificate;
        let arguments = ["sign", "-pkcs11module", module, "-key", key, option, certificate];
        let rest = ["-h", "sha256", "-in", &hello, "-out", signed];
        self.run("osslsigncode", &[&arguments[..], more, &rest[..]].concat())
    }

    fn verify_program(&self, authority: &str, signed: &str) -> Outcome {
        self.run("osslsigncode", &["verify", "-CAfile", authority, "-in", signed])
    }

    /// Has OpenSSL itself verify the signature inside a program, over the content that it says it signs.
    fn verify_with_openssl(&self, authority: &str, signed: &str, content: impl Fn(&mut [u8])) -> Outcome {
        let (pem, signature) = (self.path("signature.pem"), self.path("signature.der"));
        // Without -pem, version 2.5 leaves the header of the program's certificate table in front.
        self.run("osslsigncode", &["extract-signature", "-pem", "-in", signed, "-out", &pem]).success();
        self.run("openssl", &["pkcs7", "-in", &pem, "-outform", "DER", "-out", &signature]).success();
        fs::remove_file(pem).unwrap();
        let mut indirect_data = indirect_data(&fs::read(&signature).unwrap());
        content(&mut indirect_data);
        let content = self.write("content", indirect_data);
        let arguments = ["smime", "-verify", "-inform", "DER", "-binary", "-in", &signature, "-content", &content];
        let rest = ["-CAfile", authority, "-purpose", "any", "-out", "/dev/null"];
        self.run("openssl", &[&arguments[..], &rest[..]].concat())
    }
}

/// Requests to the cloud, and connections, that one signature takes in a new process.
fn once(cloud: &Cloud) -> (u64, u64) {
    match cloud.which {
        // The key's record, its public half and the signature.
        Which::Aws | Which::Google => (3, 1),
        // One record has both; before it the vault is asked where tokens are to be had, and one is fetched there.
        Which::Azure => (4, 3),
    }
}

#[test]
fn a_program_signed_with_any_kind_of_key_is_verified_by_osslsigncode_and_by_openssl() {
    if !is_here() {
        return;
    }
    let kinds = [(Kind::Rsa3072, "rsa-3072"), (Kind::P256, "p-256"), (Kind::P384, "p-384")];
    for (cloud, (kind, alias)) in CLOUDS.iter().flat_map(|cloud| kinds.map(|kind| (cloud, kind))) {
        let scene = Scene::start(cloud, &[(kind, alias)]);
        let kind = format!("{} {kind:?}", cloud.service);
        let (certificate, signed) = (scene.certificate(alias), scene.path("signed.exe"));

        scene.world.emulator.reset_counts();
        let outcome = scene.sign_program(&private(alias), ["-certs", &certificate], &signed, &[]).success();
        assert_eq!(
            (outcome.text().as_str(), outcome.stderr.as_str()),
            ("Engine \"pkcs11\" set.\nSucceeded\n", ""),
            "{kind}"
        );
        let counts = scene.world.emulator.counts();
        assert_eq!(counts.requests(cloud.sign.counted), 1, "{kind}: {counts:?}");
        let asked = (counts.all_requests(), counts.connections());
        assert_eq!(asked, once(cloud), "{kind}: {counts:?}");

        let verified = scene.verify_program(&certificate, &signed).success();
        assert!(verified.text().contains("\nSignature verification: ok\n"), "{kind}: {}", verified.text());
        let verified = scene.verify_with_openssl(&certificate, &signed, |_| {}).success();
        assert_eq!(verified.stderr, "Verification successful\n", "{kind}");
    }
}

#[test]
fn a_program_or_a_content_that_was_changed_does_not_verify() {
    if !is_here() {
        return;
    }
    let scene = Scene::start(Cloud::of(Which::Aws), &[(Kind::P256, "release")]);
    let (certificate, signed) = (scene.certificate("release"), scene.path("signed.exe"));
    scene.sign_program(&private("release"), ["-certs", &certificate], &signed, &[]).success();

    let outcome = scene.verify_with_openssl(&certificate, &signed, |content| content[100] ^= 1);
    assert_ne!(outcome.status, Some(0));
    assert!(outcome.stderr.contains(":digest failure:"), "{}", outcome.stderr);

    let mut program = fs::read(&signed).unwrap();
    // The first byte of the program's code.
    program[0x400] ^= 1;
    let changed = scene.write("changed.exe", program);
    let outcome = scene.verify_program(&certificate, &changed);
    assert_ne!(outcome.status, Some(0));
    assert!(outcome.text().contains("MISMATCH!!!"), "{}", outcome.text());
}

#[test]
fn the_engine_can_be_named_by_its_path() {
    if !is_here() {
        return;
    }
    let scene = Scene::start(Cloud::of(Which::Aws), &[(Kind::P256, "release")]);
    let version = scene.run("osslsigncode", &["--version"]).text();
    if version.starts_with("osslsigncode 2.5,") {
        skip_this("osslsigncode 2.5 loads no engine by its path");
        return;
    }
    let (certificate, signed) = (scene.certificate("release"), scene.path("signed.exe"));
    let engine = ["-pkcs11engine", &engine()];
    scene.sign_program(&private("release"), ["-certs", &certificate], &signed, &engine).success();
    scene.verify_program(&certificate, &signed).success();
}

#[test]
fn over_tls_a_program_is_signed_with_one_handshake_per_connection() {
    if !is_here() {
        return;
    }
    for cloud in &CLOUDS {
        let scene = Scene::start(cloud, &[(Kind::Rsa3072, "release")]).over_tls();
        let (certificate, signed) = (scene.certificate("release"), scene.path("signed.exe"));
        scene.world.emulator.reset_counts();
        scene.sign_program(&private("release"), ["-certs", &certificate], &signed, &[]).success();
        let counts = scene.world.emulator.counts();
        let (_, connections) = once(cloud);
        assert_eq!(counts.requests(cloud.sign.counted), 1, "{counts:?}");
        assert_eq!((counts.handshakes(), counts.connections()), (connections, connections), "{counts:?}");
        scene.verify_program(&certificate, &signed).success();
    }
}

#[test]
fn the_certificate_can_come_from_the_module() {
    if !is_here() {
        return;
    }
    for cloud in &CLOUDS {
        signs_with_the_token_s_certificate(Scene::start(cloud, &[(Kind::Rsa3072, "release")]));
    }
}

fn signs_with_the_token_s_certificate(mut scene: Scene) {
    let ((root, chain), key) = (chain(&scene, "release"), scene.world.name(0));
    scene.configure(&format!("[[token]]\nlabel = \"release\"\nkeys = [\"{key}\"]\ncertificates = [\"{chain}\"]\n"));
    let signed = scene.path("signed.exe");
    let (key, leaf) =
        ("pkcs11:token=release;object=release;type=private", "pkcs11:token=release;object=release;type=cert");
    scene.world.emulator.reset_counts();
    scene.sign_program(key, ["-pkcs11cert", leaf], &signed, &[]).success();
    assert_eq!(scene.world.requests(&scene.world.cloud.sign), 1);
    scene.verify_program(&root, &signed).success();
    scene.verify_with_openssl(&root, &signed, |_| {}).success();
}

#[test]
fn a_refused_key_signs_nothing_and_the_reason_is_on_standard_error() {
    if !is_here() {
        return;
    }
    for cloud in &CLOUDS {
        let mut scene = Scene::start(cloud, &[(Kind::Rsa2048, "release")]);
        let (certificate, signed) = (scene.certificate("release"), scene.path("signed.exe"));
        let emulator = &scene.world.emulator;
        let (refused, why) = match cloud.which {
            Which::Aws => {
                let key = emulator.create(json!({ "spec": "RSA_2048", "alias": "refused", "origin": "EXTERNAL" }));
                (
                    key["arn"].as_str().unwrap().to_owned(),
                    "refused (imported): the key material was imported, so a copy may exist outside the HSM; create a key with Origin AWS_KMS, or set allow_imported = true in [admission] and accept that no CA can attest it",
                )
            }
            // In the same premium vault as the good one.
            Which::Azure => (
                emulator.azure_key(json!({ "kty": "RSA", "name": "refused" })).id,
                "refused (software): the key is a software key (kty RSA); create a key of type RSA-HSM or EC-HSM, in a Managed HSM or in a vault of the SKU Premium: a Standard one has none, and a Premium one holds software keys too",
            ),
            // In the same ring as the good one.
            Which::Google => (
                emulator.create_google(
                    json!({ "algorithm": "RSA_SIGN_PKCS1_2048_SHA256", "key": "refused", "protection": "SOFTWARE" }),
                ),
                "refused (software): the key is a software key (protection level SOFTWARE); create a key with protection level HSM",
            ),
        };
        scene.set("HARDKEY_KEY", &format!("{} {refused}", scene.world.id(0)));
        scene.world.emulator.reset_counts();
        let outcome = scene.sign_program(&private("refused"), ["-certs", &certificate], &signed, &[]);
        assert_ne!(outcome.status, Some(0));
        let reason = format!("hardkey: token \"hardkey\": key {refused} is hidden: {why}");
        assert_eq!(outcome.hardkey_lines(), [reason]);
        assert_eq!(scene.world.requests(&cloud.sign), 0);
        assert!(!fs::exists(&signed).unwrap());
    }
}

/// A root with a key of its own, and a certificate that it issued to a key of the module; paths of the root and of
/// the chain, leaf first.
fn chain(scene: &Scene, alias: &str) -> (String, String) {
    let (root, root_key) = (scene.path("root.pem"), scene.path("root.key"));
    let arguments = ["req", "-x509", "-newkey", "rsa:2048", "-noenc", "-keyout", &root_key, "-out", &root];
    let rest = ["-subj", "/CN=root", "-days", "2", "-addext", "basicConstraints=critical,CA:TRUE"];
    scene.run("openssl", &[&arguments[..], &rest[..]].concat()).success();
    let (request, leaf) = (scene.path("request.pem"), scene.path("leaf.pem"));
    let key = private(alias);
    let arguments = ["req", "-new", "-engine", "pkcs11", "-keyform", "engine", "-key", &key, "-out", &request];
    scene.run("openssl", &[&arguments[..], &["-subj", "/CN=release", "-sha256"]].concat()).success();
    let extensions = scene.write("extensions", "keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n");
    let arguments = ["x509", "-req", "-in", &request, "-CA", &root, "-CAkey", &root_key, "-CAcreateserial"];
    let rest = ["-out", &leaf, "-days", "2", "-sha256", "-extfile", &extensions];
    scene.run("openssl", &[&arguments[..], &rest[..]].concat()).success();
    let both = [fs::read(&leaf).unwrap(), fs::read(&root).unwrap()].concat();
    (root, scene.write("chain.pem", both))
}

/// The octets that the signature covers: the value of `SpcIndirectDataContent` without its own tag and length.
fn indirect_data(signature: &[u8]) -> Vec<u8> {
    let start = signature.windows(INDIRECT_DATA.len()).position(|window| window == INDIRECT_DATA).unwrap();
    value(value(&signature[start + INDIRECT_DATA.len()..])).to_vec()
}

/// The value of the DER element at the beginning.
fn value(der: &[u8]) -> &[u8] {
    let (start, length) = match der[1] {
        long @ 0x80.. => {
            let octets = usize::from(long & 0x7f);
            (2 + octets, der[2..2 + octets].iter().fold(0, |length, octet| length << 8 | usize::from(*octet)))
        }
        short => (2, usize::from(short)),
    };
    &der[start..start + length]
}
