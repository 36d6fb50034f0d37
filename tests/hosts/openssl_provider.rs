//! The `openssl` command with pkcs11-provider.

use std::process::Command;

use hardkey_tests::cloud::{CLOUDS, Cloud, Kind, Which};

use crate::scene::{Scene, has, private, provider, public, skip_this, those_of};

const KEYS: [(Kind, &str); 4] =
    [(Kind::AnyRsa3072, "rsa-3072"), (Kind::P256, "p-256"), (Kind::P384, "p-384"), (Kind::P521, "p-521")];

/// Whether OpenSSL 3 and a provider are here.
fn is_here() -> bool {
    if !has(&["openssl", &provider()]) {
        return false;
    }
    let version = Command::new("openssl").arg("version").output().unwrap().stdout;
    let version = String::from_utf8(version).unwrap();
    let has_providers = !version.starts_with("OpenSSL 1.");
    if !has_providers {
        skip_this(&format!("providers need OpenSSL 3, here is {}", version.trim()));
    }
    has_providers
}

impl Scene {
    fn start_with_provider(cloud: &'static Cloud, keys: &[(Kind, &str)]) -> Self {
        let mut scene = Self::start(cloud, keys);
        let (provider, module) = (provider(), &scene.environment["PKCS11_MODULE_PATH"]);
        let configuration = format!(
            "openssl_conf = main\n[main]\nproviders = providers\n[providers]\ndefault = built_in\npkcs11 = hardkey\n\
             [built_in]\nactivate = 1\n[hardkey]\nmodule = {provider}\npkcs11-module-path = {module}\nactivate = 1\n\
             [req]\ndistinguished_name = name\n[name]\n"
        );
        let path = scene.write("provider.cnf", configuration);
        scene.set("OPENSSL_CONF", &path);
        scene
    }

    /// OpenSSL calls `C_Finalize` from an exit handler: its status is 0 and standard error has what is expected.
    fn openssl(&self, arguments: &[&str], stderr: &str) -> String {
        let outcome = self.run("openssl", arguments).success();
        assert_eq!(outcome.stderr, stderr, "{arguments:?}");
        outcome.text()
    }
}

/// A scene for each cloud, with its keys.
fn scenes() -> impl Iterator<Item = (Scene, Vec<&'static str>)> {
    CLOUDS.iter().map(|cloud| {
        let keys = those_of(cloud, &KEYS);
        (Scene::start_with_provider(cloud, &keys), keys.into_iter().map(|(_, label)| label).collect())
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
            for hash in ["-sha256", "-sha384", "-sha512"] {
                scene.world.emulator.reset_counts();
                scene.openssl(&["dgst", hash, "-sign", &private(alias), "-out", &signature, &data], "");
                assert_eq!(scene.world.requests(&scene.world.cloud.sign), 1, "{alias} {hash}");
                for key in [public(alias), scene.public_key(alias)] {
                    let verified = scene.openssl(&["dgst", hash, "-verify", &key, "-signature", &signature, &data], "");
                    assert_eq!(verified, "Verified OK\n", "{alias} {hash}");
                }
            }
        }
    }
}

#[test]
fn dgst_signs_pss_with_a_salt_as_long_as_the_digest_and_says_so_otherwise() {
    if !is_here() {
        return;
    }
    for cloud in &CLOUDS {
        let scene = Scene::start_with_provider(cloud, &[(Kind::Pss3072, "pss-3072"), (Kind::Pss4096, "pss-4096")]);
        let (data, signature) = (scene.write("data", "what is signed\n"), scene.path("signature"));
        let pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt"];
        let sign = |hash: &str, label: &str, salt: &str| {
            let sign = ["dgst", hash, "-sign", &private(label), "-out", &signature];
            scene.run("openssl", &[&sign[..], &pss, &[salt, &data]].concat())
        };
        let fits = [("-sha256", "pss-3072"), ("-sha512", "pss-4096"), ("-sha384", "pss-3072")];
        // A Google key has one hash, and none has SHA-384 for PSS.
        for (hash, label) in if cloud.which == Which::Google { &fits[..2] } else { &fits[..] } {
            sign(hash, label, "rsa_pss_saltlen:digest").success();
            let key = scene.public_key(label);
            let verify = ["dgst", hash, "-verify", &key, "-signature", &signature];
            let verified = scene.openssl(&[&verify[..], &pss, &["rsa_pss_saltlen:digest", &data]].concat(), "");
            assert_eq!(verified, "Verified OK\n", "{hash}");
        }
        let refused = sign("-sha256", "pss-3072", "rsa_pss_saltlen:max");
        assert_eq!(refused.status, Some(1));
        let line = "hardkey: C_SignInit: CKR_MECHANISM_PARAM_INVALID: CKM_SHA256_RSA_PKCS_PSS: sLen is 350; it must be 32 (openssl: -sigopt rsa_pss_saltlen:digest): key services use the message's hash in MGF1 too, and a salt as long as the digest";
        assert_eq!(refused.hardkey_lines(), [line]);
    }
}

/// The provider asks for what the key cannot do, and the person reads what it can.
#[test]
fn dgst_with_another_hash_or_padding_than_that_of_a_google_key_ends_with_what_the_key_can_do() {
    if !is_here() {
        return;
    }
    let google = Cloud::of(Which::Google);
    let scene = Scene::start_with_provider(google, &[(Kind::Rsa3072, "pkcs1"), (Kind::Pss3072, "pss")]);
    let (data, signature) = (scene.write("data", "what is signed\n"), scene.path("signature"));
    for (label, hash, asked, can) in [
        ("pkcs1", "-sha512", "CKM_SHA512_RSA_PKCS", "CKM_RSA_PKCS, CKM_SHA256_RSA_PKCS"),
        ("pss", "-sha256", "CKM_SHA256_RSA_PKCS", "CKM_RSA_PKCS_PSS, CKM_SHA256_RSA_PKCS_PSS"),
    ] {
        let refused = scene.run("openssl", &["dgst", hash, "-sign", &private(label), "-out", &signature, &data]);
        assert_eq!(refused.status, Some(1), "{label} {hash}");
        let key = scene.world.id_of(label);
        let line = format!(
            "hardkey: C_SignInit: CKR_MECHANISM_INVALID: {asked} is not what the key service does with key {key}, which is RSA-3072 and signs with {can}"
        );
        assert_eq!(refused.hardkey_lines(), [line]);
    }
    assert_eq!(scene.world.requests(&google.sign), 0);
}

#[test]
fn pkeyutl_signs_a_digest() {
    if !is_here() {
        return;
    }
    for (scene, labels) in scenes() {
        let (digest, signature) = (scene.write("digest", [0xab; 32]), scene.path("signature"));
        for alias in labels {
            let (key, public_key) = (private(alias), scene.public_key(alias));
            let hash = ["-in", &digest, "-pkeyopt", "digest:sha256"];
            scene.openssl(&[&["pkeyutl", "-sign", "-inkey", &key, "-out", &signature][..], &hash].concat(), "");
            let arguments = ["pkeyutl", "-verify", "-pubin", "-inkey", &public_key, "-sigfile", &signature];
            assert_eq!(
                scene.openssl(&[&arguments[..], &hash].concat(), ""),
                "Signature Verified Successfully\n",
                "{alias}"
            );
        }
    }
}

#[test]
fn req_makes_a_certificate_and_cms_signs_with_it() {
    if !is_here() {
        return;
    }
    for (scene, labels) in scenes() {
        let (data, message) = (scene.write("data", "what is signed\n"), scene.path("message"));
        for alias in labels {
            let (certificate, subject, key) = (scene.path("certificate.pem"), format!("/CN={alias}"), private(alias));
            let arguments = ["req", "-x509", "-new", "-key", &key, "-subj", &subject, "-days", "2", "-sha256"];
            scene.openssl(&[&arguments[..], &["-out", &certificate]].concat(), "");
            let verified = scene.openssl(&["verify", "-CAfile", &certificate, "-check_ss_sig", &certificate], "");
            assert_eq!(verified, format!("{certificate}: OK\n"));

            let arguments = ["cms", "-sign", "-inkey", &key, "-signer", &certificate, "-md", "sha256", "-nodetach"];
            scene.openssl(
                &[&arguments[..], &["-binary", "-in", &data, "-outform", "DER", "-out", &message]].concat(),
                "",
            );
            let arguments = ["cms", "-verify", "-inform", "DER", "-in", &message, "-binary", "-CAfile", &certificate];
            let opened =
                scene.openssl(&[&arguments[..], &["-purpose", "any"]].concat(), "CMS Verification successful\n");
            assert_eq!(opened, "what is signed\n");
        }
    }
}

#[test]
fn storeutl_lists_both_halves_of_each_key() {
    if !is_here() {
        return;
    }
    for (scene, labels) in scenes() {
        lists_both_halves(&scene, labels.len());
    }
}

fn lists_both_halves(scene: &Scene, keys: usize) {
    let listed = scene.openssl(&["storeutl", "-noout", "-text", "pkcs11:"], "");
    // How a public key is spelled out differs between versions.
    let heads: Vec<String> = listed
        .lines()
        .filter(|line| {
            line.starts_with(|first: char| first.is_ascii_digit())
                || ["PKCS11 ", "URI ", "Public-Key: ", "Total "].iter().any(|start| line.starts_with(start))
        })
        .map(|line| line.split_once(";id=").map_or(line, |(before, _)| before).to_owned())
        .collect();
    let uri = &format!("URI {}", scene.token_uri());
    let kinds = [("RSA", "3072"), ("EC", "256"), ("EC", "384"), ("EC", "521")];
    let mut expected = Vec::new();
    for (place, (family, bits)) in kinds.into_iter().take(keys).enumerate() {
        expected.push(format!("{}: Pkey", 2 * place));
        expected.push(format!("PKCS11 {family} Private Key ({bits} bits)"));
        expected.push(uri.clone());
        expected.push(format!("{}: Public key", 2 * place + 1));
        expected.push(format!("Public-Key: ({bits} bit)"));
    }
    expected.push(format!("Total found: {}", 2 * keys));
    assert_eq!(heads, expected);
}
