//! pkcs11-tool, directly and through pkcs11-spy.

mod signing;

use std::fs;
use std::process::Command;

use hardkey_tests::cloud::{CLOUDS, Cloud, Kind, Which};
use hardkey_tests::host::Outcome;

use crate::scene::{Scene, beside_engines, has, skip_this};

/// The version whose whole output is compared.
const COMPARED: &str = "OpenSC 0.23";

const MECHANISMS: &str = "\
Supported mechanisms:
  RSA-PKCS, keySize={2048,4096}, hw, sign, verify
  SHA256-RSA-PKCS, keySize={2048,4096}, hw, sign, verify
  SHA384-RSA-PKCS, keySize={2048,4096}, hw, sign, verify
  SHA512-RSA-PKCS, keySize={2048,4096}, hw, sign, verify
  RSA-PKCS-PSS, keySize={2048,4096}, hw, sign, verify
  SHA256-RSA-PKCS-PSS, keySize={2048,4096}, hw, sign, verify
  SHA384-RSA-PKCS-PSS, keySize={2048,4096}, hw, sign, verify
  SHA512-RSA-PKCS-PSS, keySize={2048,4096}, hw, sign, verify
  ECDSA, keySize={256,521}, hw, sign, verify, EC F_P, EC OID, EC uncompressed
  ECDSA-SHA256, keySize={256,521}, hw, sign, verify, EC F_P, EC OID, EC uncompressed
  ECDSA-SHA384, keySize={256,521}, hw, sign, verify, EC F_P, EC OID, EC uncompressed
  ECDSA-SHA512, keySize={256,521}, hw, sign, verify, EC F_P, EC OID, EC uncompressed
";

/// What a token lists before its keys were found. Google has no P-521, SHA-512 for PSS with 4096 bits alone, and SHA-384 not.
fn mechanisms_of(which: Which) -> String {
    match which {
        Which::Aws | Which::Azure => MECHANISMS.to_owned(),
        Which::Google => MECHANISMS
            .replace("{256,521}", "{256,384}")
            .replace("  SHA384-RSA-PKCS-PSS, keySize={2048,4096}, hw, sign, verify\n", "")
            .replace("SHA512-RSA-PKCS-PSS, keySize={2048,4096}", "SHA512-RSA-PKCS-PSS, keySize={4096,4096}"),
    }
}

const USING_SLOT_0: &str = "Using slot 0 with a present token (0x0)\n";

impl Scene {
    fn pkcs11_tool(&self, arguments: &[&str]) -> Outcome {
        let module = ["--module", self.environment["PKCS11_MODULE_PATH"].as_str()];
        self.run("pkcs11-tool", &[&module[..], arguments].concat())
    }

    /// A key's `CKA_ID` in hexadecimal, which pkcs11-tool lists under its label.
    fn id(&self, alias: &str) -> String {
        let listed = self.pkcs11_tool(&["--list-objects", "--type", "pubkey"]).success().text();
        let (_, after) = listed.split_once(&format!("  label:      {alias}\n")).unwrap();
        let id = after.lines().find_map(|line| line.strip_prefix("  ID:         ")).unwrap().to_owned();
        assert_eq!(id.len(), 40, "a SHA-1 subject key identifier");
        id
    }
}

/// Whether the tool is here in the version whose output the tests know.
fn is_compared() -> bool {
    if !has(&["pkcs11-tool", "opensc-tool"]) {
        return false;
    }
    // pkcs11-tool does not tell its own version.
    let version = Command::new("opensc-tool").arg("--info").output().unwrap().stdout;
    let version = String::from_utf8(version).unwrap().lines().next().unwrap_or_default().to_owned();
    let known = version.starts_with(COMPARED);
    if !known {
        skip_this(&format!("the output of {COMPARED} is compared, here is {version}"));
    }
    known
}

#[test]
fn slots_mechanisms_and_objects_are_listed_whole() {
    if !is_compared() {
        return;
    }
    for cloud in &CLOUDS {
        lists_all(&Scene::start(cloud, &[(Kind::Rsa3072, "release"), (Kind::P384, "next")]));
    }
}

fn lists_all(scene: &Scene) {
    let (service, which) = (scene.world.cloud.service, scene.world.cloud.which);
    let slots = scene.pkcs11_tool(&["-L"]).success();
    assert_eq!(
        (slots.text().as_str(), slots.stderr.as_str()),
        (
            format!(
                "\
Available slots:
Slot 0 (0x0): hardkey ({service})
  token label        : hardkey
  token manufacturer : Hardkey
  token model        : {service}
  token flags        : token initialized, PIN initialized
  hardware version   : 0.0
  firmware version   : 0.1
  serial num         : 28e58f55bc65b0af
  pin min/max        : 0/255
"
            )
            .as_str(),
            ""
        )
    );
    let mechanisms = scene.pkcs11_tool(&["-M"]).success();
    assert_eq!((mechanisms.text(), mechanisms.stderr.as_str()), (mechanisms_of(which), USING_SLOT_0));
    assert_eq!(scene.world.emulator.counts().all_requests(), 0, "slots and mechanisms need nobody");

    let objects = scene.pkcs11_tool(&["-O"]).success();
    assert_eq!(objects.stderr, USING_SLOT_0);
    let point = objects.text().lines().find_map(|line| line.strip_prefix("  EC_POINT:   ").map(str::to_owned)).unwrap();
    assert_eq!((point.len(), &point[..6]), (2 * 99, "046104"), "a DER OCTET STRING with an uncompressed point");
    let expected = format!(
        "\
Private Key Object; RSA 
  label:      release
  ID:         {release_id}
  Usage:      sign
  Access:     {private}
  Allowed mechanisms: {rsa}
  Unique ID:  {release}#private
Public Key Object; RSA 3072 bits
  label:      release
  ID:         {release_id}
  Usage:      verify
  Access:     {public}
  Unique ID:  {release}#public
Private Key Object; EC
  label:      next
  ID:         {next_id}
  Usage:      sign
  Access:     {private}
  Allowed mechanisms: ECDSA,ECDSA-SHA256,ECDSA-SHA384,ECDSA-SHA512
  Unique ID:  {next}#private
Public Key Object; EC  EC_POINT 384 bits
  EC_POINT:   {point}
  EC_PARAMS:  06052b81040022
  label:      next
  ID:         {next_id}
  Usage:      verify
  Access:     {public}
  Unique ID:  {next}#public
",
        rsa = match which {
            Which::Aws | Which::Azure => {
                "RSA-PKCS,SHA256-RSA-PKCS,SHA384-RSA-PKCS,SHA512-RSA-PKCS,RSA-PKCS-PSS,SHA256-RSA-PKCS-PSS,SHA384-RSA-PKCS-PSS,SHA512-RSA-PKCS-PSS"
            }
            Which::Google => "RSA-PKCS,SHA256-RSA-PKCS",
        },
        // Azure does not say where a key comes from.
        private = match which {
            Which::Azure => "sensitive",
            Which::Aws | Which::Google => "sensitive, always sensitive, never extractable, local",
        },
        public = if which == Which::Azure { "none" } else { "local" },
        release_id = scene.id("release"),
        release = scene.world.id(0),
        next_id = scene.id("next"),
        next = scene.world.id(1),
    );
    // This version ends some lines and not others.
    assert_eq!(objects.text().trim_end(), expected.trim_end());
}

/// PKCS#11 lets a host log in whenever it likes; the cloud's credentials decide who may sign.
#[test]
fn a_login_with_any_pin_changes_nothing() {
    if !has(&["pkcs11-tool", "openssl"]) {
        return;
    }
    let scene = Scene::start(Cloud::of(Which::Aws), &[(Kind::P256, "release")]);
    let (data, signature, id) = (scene.write("data", "signed\n"), scene.path("signature"), scene.id("release"));
    let arguments = ["--login", "--pin", "1234", "--sign", "--id", &id, "-m", "ECDSA-SHA256"];
    let files = ["--signature-format", "openssl", "--input-file", &data, "--output-file", &signature];
    scene.pkcs11_tool(&[&arguments[..], &files[..]].concat()).success();
    let public_key = scene.public_key("release");
    scene.run("openssl", &["dgst", "-sha256", "-verify", &public_key, "-signature", &signature, &data]).success();
}

#[test]
fn its_own_test_passes_on_a_token_with_ec_keys() {
    if !is_compared() {
        return;
    }
    for cloud in &CLOUDS {
        passes_with_ec_keys(&Scene::start(cloud, &[(Kind::P256, "p-256"), (Kind::P384, "p-384")]));
    }
}

fn passes_with_ec_keys(scene: &Scene) {
    let outcome = scene.pkcs11_tool(&["--test", "--login", "--pin", "1234"]).success();
    // That it means RSA keys, its standard output says.
    let no_rsa_key = "Digests: not implemented\nSignatures: no private key found in this slot\n";
    assert_eq!(outcome.stderr, format!("{USING_SLOT_0}{no_rsa_key}"));
    assert_eq!(
        outcome.text(),
        "\
C_SeedRandom() and C_GenerateRandom():
  RNG not available
Signatures (currently only for RSA)
  testing key 0 (p-256)  -- non-RSA, skipping
  testing key 1 (p-384)  -- non-RSA, skipping
Verify (currently only for RSA)
  testing key 0 (p-256) -- non-RSA, skipping
  testing key 1 (p-384) with 1 mechanism -- non-RSA, skipping
Decrypt: not implemented
No errors
"
    );
}

/// It signs a DigestInfo of SHA-1 with an RSA key, which no key service does.
#[test]
fn its_own_test_of_an_rsa_key_ends_at_sha_1_with_the_reason() {
    if !is_compared() {
        return;
    }
    for cloud in &CLOUDS {
        ends_at_sha_1(&Scene::start(cloud, &[(Kind::Rsa2048, "release")]));
    }
}

fn ends_at_sha_1(scene: &Scene) {
    let outcome = scene.pkcs11_tool(&["--test"]);
    assert_eq!(outcome.status, Some(1));
    assert_eq!(
        outcome.stderr,
        "\
Using slot 0 with a present token (0x0)
Digests: not implemented
hardkey: C_SignUpdate: CKR_OPERATION_NOT_INITIALIZED: CKM_RSA_PKCS takes its data in one piece; use a mechanism that hashes, or C_Sign
  ERR: C_SignUpdate failed: CKR_OPERATION_NOT_INITIALIZED (0x91)
hardkey: C_Sign: CKR_DATA_INVALID: the data is a DigestInfo of SHA-1, which no key service signs; use SHA-256, SHA-384 or SHA-512
error: PKCS11 function C_Sign failed: rv = CKR_DATA_INVALID (0x20)
Aborting.
"
    );
    assert_eq!(scene.world.requests(&scene.world.cloud.sign), 0);
}

#[test]
fn a_forked_child_initialises_again() {
    if !has(&["pkcs11-tool"]) {
        return;
    }
    for cloud in &CLOUDS {
        let scene = Scene::start(cloud, &[(Kind::Rsa2048, "release")]);
        let outcome = scene.pkcs11_tool(&["--test-fork"]).success();
        assert_eq!(outcome.text(), "*** Calling C_Initialize in forked child process ***\n");
        assert_eq!(outcome.stderr, USING_SLOT_0);
    }
}

#[test]
fn pkcs11_spy_sees_what_the_host_sees() {
    let spy = beside_engines("pkcs11-spy.so");
    if !has(&["pkcs11-tool", "openssl", &spy]) {
        return;
    }
    let mut scene = Scene::start(Cloud::of(Which::Aws), &[(Kind::P256, "release")]);
    let (direct, id) = (scene.pkcs11_tool(&["-O"]).success().text(), scene.id("release"));
    let log = scene.path("spy.log");
    let module = scene.environment["PKCS11_MODULE_PATH"].clone();
    scene.set("PKCS11SPY", &module);
    scene.set("PKCS11SPY_OUTPUT", "/dev/null");
    scene.set("PKCS11_MODULE_PATH", &spy);
    assert_eq!(scene.pkcs11_tool(&["-O"]).success().text(), direct);
    scene.set("PKCS11SPY_OUTPUT", &log);

    let (data, signature) = (scene.write("data", "signed\n"), scene.path("signature"));
    let arguments = ["--sign", "--id", &id, "-m", "ECDSA-SHA256", "--signature-format", "openssl"];
    let files = ["--input-file", &data, "--output-file", &signature];
    scene.pkcs11_tool(&[&arguments[..], &files[..]].concat()).success();
    let public_key = scene.public_key("release");
    scene.run("openssl", &["dgst", "-sha256", "-verify", &public_key, "-signature", &signature, &data]).success();
    let log = fs::read_to_string(log).unwrap();
    let failed: Vec<&str> =
        log.lines().filter(|line| line.starts_with("Returned:") && !line.ends_with("CKR_OK")).collect();
    assert!(log.contains(": C_Sign\n"), "{log}");
    assert_eq!(failed, [""; 0], "{log}");
}
