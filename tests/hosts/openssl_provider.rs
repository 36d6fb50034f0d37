//! The `openssl` command with pkcs11-provider.

use std::process::Command;

use crate::scene::{Scene, has, private, provider, public, skip_this};

const KEYS: [&str; 4] =
    ["RSA_3072,alias=rsa-3072", "ECC_NIST_P256,alias=p-256", "ECC_NIST_P384,alias=p-384", "ECC_NIST_P521,alias=p-521"];
const ALIASES: [&str; 4] = ["rsa-3072", "p-256", "p-384", "p-521"];

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
    fn start_with_provider(keys: &[&str]) -> Self {
        let mut scene = Self::start(keys);
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

#[test]
fn dgst_signs_and_verifies_with_every_hash() {
    if !is_here() {
        return;
    }
    let scene = Scene::start_with_provider(&KEYS);
    let (data, signature) = (scene.write("data", "what is signed\n"), scene.path("signature"));
    for alias in ALIASES {
        for hash in ["-sha256", "-sha384", "-sha512"] {
            scene.emulator.reset_counts();
            scene.openssl(&["dgst", hash, "-sign", &private(alias), "-out", &signature, &data], "");
            assert_eq!(scene.emulator.counts().requests("Sign"), 1, "{alias} {hash}");
            for key in [public(alias), scene.public_key(alias)] {
                let verified = scene.openssl(&["dgst", hash, "-verify", &key, "-signature", &signature, &data], "");
                assert_eq!(verified, "Verified OK\n", "{alias} {hash}");
            }
        }
    }
}

#[test]
fn dgst_signs_pss_with_a_salt_as_long_as_the_digest_and_says_so_otherwise() {
    if !is_here() {
        return;
    }
    let scene = Scene::start_with_provider(&KEYS);
    let (data, signature) = (scene.write("data", "what is signed\n"), scene.path("signature"));
    let pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt"];
    for hash in ["-sha256", "-sha384", "-sha512"] {
        let (sign, key) =
            (["dgst", hash, "-sign", &private("rsa-3072"), "-out", &signature], scene.public_key("rsa-3072"));
        scene.openssl(&[&sign[..], &pss, &["rsa_pss_saltlen:digest", &data]].concat(), "");
        let verify = ["dgst", hash, "-verify", &key, "-signature", &signature];
        let verified = scene.openssl(&[&verify[..], &pss, &["rsa_pss_saltlen:digest", &data]].concat(), "");
        assert_eq!(verified, "Verified OK\n", "{hash}");
    }
    let sign = ["dgst", "-sha256", "-sign", &private("rsa-3072"), "-out", &signature];
    let refused = scene.run("openssl", &[&sign[..], &pss, &["rsa_pss_saltlen:max", &data]].concat());
    assert_eq!(refused.status, Some(1));
    let line = "hardkey: C_SignInit: CKR_MECHANISM_PARAM_INVALID: CKM_SHA256_RSA_PKCS_PSS: sLen is 350; it must be 32 (openssl: -sigopt rsa_pss_saltlen:digest): key services use the message's hash in MGF1 too, and a salt as long as the digest";
    assert_eq!(refused.hardkey_lines(), [line]);
}

#[test]
fn pkeyutl_signs_a_digest() {
    if !is_here() {
        return;
    }
    let scene = Scene::start_with_provider(&KEYS);
    let (digest, signature) = (scene.write("digest", [0xab; 32]), scene.path("signature"));
    for alias in ALIASES {
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

#[test]
fn req_makes_a_certificate_and_cms_signs_with_it() {
    if !is_here() {
        return;
    }
    let scene = Scene::start_with_provider(&KEYS);
    let (data, message) = (scene.write("data", "what is signed\n"), scene.path("message"));
    for alias in ALIASES {
        let (certificate, subject, key) = (scene.path("certificate.pem"), format!("/CN={alias}"), private(alias));
        let arguments = ["req", "-x509", "-new", "-key", &key, "-subj", &subject, "-days", "2", "-sha256"];
        scene.openssl(&[&arguments[..], &["-out", &certificate]].concat(), "");
        let verified = scene.openssl(&["verify", "-CAfile", &certificate, "-check_ss_sig", &certificate], "");
        assert_eq!(verified, format!("{certificate}: OK\n"));

        let arguments = ["cms", "-sign", "-inkey", &key, "-signer", &certificate, "-md", "sha256", "-nodetach"];
        scene.openssl(&[&arguments[..], &["-binary", "-in", &data, "-outform", "DER", "-out", &message]].concat(), "");
        let arguments = ["cms", "-verify", "-inform", "DER", "-in", &message, "-binary", "-CAfile", &certificate];
        let opened = scene.openssl(&[&arguments[..], &["-purpose", "any"]].concat(), "CMS Verification successful\n");
        assert_eq!(opened, "what is signed\n");
    }
}

#[test]
fn storeutl_lists_both_halves_of_each_key() {
    if !is_here() {
        return;
    }
    let scene = Scene::start_with_provider(&KEYS);
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
    let uri = "URI pkcs11:model=AWS%20KMS;manufacturer=Hardkey;serial=28e58f55bc65b0af;token=hardkey";
    assert_eq!(
        heads,
        [
            "0: Pkey",
            "PKCS11 RSA Private Key (3072 bits)",
            uri,
            "1: Public key",
            "Public-Key: (3072 bit)",
            "2: Pkey",
            "PKCS11 EC Private Key (256 bits)",
            uri,
            "3: Public key",
            "Public-Key: (256 bit)",
            "4: Pkey",
            "PKCS11 EC Private Key (384 bits)",
            uri,
            "5: Public key",
            "Public-Key: (384 bit)",
            "6: Pkey",
            "PKCS11 EC Private Key (521 bits)",
            uri,
            "7: Public key",
            "Public-Key: (521 bit)",
            "Total found: 8",
        ]
    );
}
