//! One emulator and one initialised module for all tests of this file.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use cryptoki_sys as ck;
use hardkey_tests::built;
use hardkey_tests::emulator::Emulator;
use hardkey_tests::module::Module;

/// What the tests share.
pub struct Fixture {
    pub emulator: Emulator,
    pub module: Module,
    pub folder: PathBuf,
    turn: RwLock<()>,
}

/// The slot with one key of each kind, by alias.
pub const KINDS: ck::CK_SLOT_ID = 0;
/// The slot with one key under several names, a refused key, and certificates.
pub const NAMES: ck::CK_SLOT_ID = 1;
/// The slot that lists what there is.
pub const DISCOVERED: ck::CK_SLOT_ID = 2;

/// RSA and elliptic curve keys by label, as the emulator is told to make them.
pub const KEYS: [(&str, &str); 7] = [
    ("RSA_2048", "rsa2048"),
    ("RSA_3072", "rsa3072"),
    ("RSA_4096", "rsa4096"),
    ("ECC_NIST_P256", "p256"),
    ("ECC_NIST_P384", "p384"),
    ("ECC_NIST_P521", "p521"),
    ("ECC_SECG_P256K1", "secp256k1"),
];

impl Fixture {
    /// A test that does not mind others beside it.
    pub fn shared(&self) -> RwLockReadGuard<'_, ()> {
        self.turn.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// A test that counts requests, or makes the emulator misbehave.
    pub fn alone(&self) -> RwLockWriteGuard<'_, ()> {
        self.turn.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The fixture, made by the first test that asks.
pub fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        let mut keys: Vec<String> = KEYS.iter().map(|(spec, alias)| format!("{spec},alias={alias}")).collect();
        keys.push("RSA_2048,alias=imported,origin=EXTERNAL".to_owned());
        keys.push("SYMMETRIC_DEFAULT,alias=encryption".to_owned());
        keys.push("ECC_NIST_EDWARDS25519,alias=ed25519".to_owned());
        let emulator = Emulator::start(&keys.iter().map(String::as_str).collect::<Vec<_>>());
        let folder = emulator.folder();
        make_chain(&folder);
        let arn = emulator.key(3).arn;
        let config = format!(
            r#"
            [[token]]
            label = "kinds"
            keys = ["alias/rsa2048", "alias/rsa3072", "alias/rsa4096", "alias/p256", "alias/p384", "alias/p521", "alias/secp256k1"]
            region = "eu-west-1"
            endpoint = "{endpoint}"

            [[token]]
            label = "names"
            keys = ["alias/p256", "{arn}", "{id}", "alias/imported"]
            certificates = ["chain.pem"]
            region = "eu-west-1"
            endpoint = "{endpoint}"

            [[token]]
            label = "discovered"
            discover = true
            region = "eu-west-1"
            endpoint = "{endpoint}"

            [log]
            level = "debug"
            file = "hardkey.log"
            "#,
            endpoint = emulator.endpoint(),
            id = emulator.key(3).id,
        );
        let file = folder.join("hardkey.toml");
        std::fs::write(&file, config).unwrap();
        let mut environment = emulator.environment();
        environment.remove("AWS_ENDPOINT_URL_KMS");
        environment.insert("HARDKEY_CONFIG".to_owned(), file.to_str().unwrap().to_owned());
        for (name, value) in environment {
            // SAFETY: every test waits here before it does anything, so no other thread reads the environment.
            unsafe { std::env::set_var(name, value) };
        }
        // SAFETY: as above.
        unsafe { std::env::remove_var("HARDKEY_KEY") };
        let module = Module::load(&built::module());
        module.initialize().unwrap();
        Fixture { emulator, module, folder, turn: RwLock::new(()) }
    })
}

/// A leaf without its key here, and the authority above it: `chain.pem`.
fn make_chain(folder: &std::path::Path) {
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
        assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    openssl(&[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "root.key",
        "-subj",
        "/CN=Test Root",
        "-days",
        "30",
        "-out",
        "root.pem",
    ]);
    // The system's own settings would make every certificate one of an authority.
    let settings = "[req]\ndistinguished_name = name\n[name]\n[leaf]\nbasicConstraints = critical, CA:FALSE\n";
    std::fs::write(folder.join("leaf.cnf"), settings).unwrap();
    openssl(&[
        "req",
        "-config",
        "leaf.cnf",
        "-extensions",
        "leaf",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "leaf.key",
        "-subj",
        "/CN=Somebody else",
        "-days",
        "30",
        "-CA",
        "root.pem",
        "-CAkey",
        "root.key",
        "-out",
        "leaf.pem",
    ]);
    let mut chain = std::fs::read(folder.join("leaf.pem")).unwrap();
    chain.extend(std::fs::read(folder.join("root.pem")).unwrap());
    std::fs::write(folder.join("chain.pem"), chain).unwrap();
}
