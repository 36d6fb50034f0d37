//! Two clouds, an initialised module with a slot for each, and keys that know how to check what they signed.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use cryptoki_sys as ck;
use hardkey_tests::built;
use hardkey_tests::cloud::{Cloud, Kind, Which, World};
use hardkey_tests::emulator::Emulator;
use hardkey_tests::module::{Module, Rv};
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};

/// Keys of the first cloud, by alias.
pub const ALIASES: [&str; 4] = ["first", "second", "rsa", "doomed"];
/// The slot with these keys.
pub const SLOT: ck::CK_SLOT_ID = 0;
/// The slot of the second cloud, Google Cloud KMS, whose key is called `elsewhere`.
pub const ELSEWHERE: ck::CK_SLOT_ID = 1;
/// As many signatures with one key may be under way at once.
pub const LANES: u64 = 16;

pub struct Fixture {
    pub cloud: Emulator,
    pub elsewhere: World,
    pub module: Module,
    keys: BTreeMap<&'static str, Key>,
    turn: Mutex<()>,
}

/// A key on the token, and its public half.
pub struct Key {
    pub handle: ck::CK_OBJECT_HANDLE,
    pub mechanism: ck::CK_MECHANISM_TYPE,
    public: Public,
}

enum Public {
    Point(Vec<u8>),
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
}

impl Fixture {
    /// The tests here come one after the other: each counts requests.
    pub fn turn(&self) -> MutexGuard<'_, ()> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        for cloud in [&self.cloud, &self.elsewhere.emulator] {
            cloud.clear_faults();
            cloud.reset_counts();
        }
        turn
    }

    pub fn key(&self, alias: &str) -> &Key {
        &self.keys[alias]
    }

    /// Signs in one call.
    pub fn sign(&self, session: ck::CK_SESSION_HANDLE, key: &Key, message: &[u8]) -> Result<Vec<u8>, Rv> {
        self.module.sign(session, key.handle, key.mechanism, message)
    }
}

impl Key {
    fn read(module: &Module, slot: ck::CK_SLOT_ID, alias: &str) -> Self {
        let session = module.open(slot).unwrap();
        let handle = module.find_one(session, ck::CKO_PRIVATE_KEY, alias);
        let read = |kind| module.attribute(session, handle, kind);
        let (mechanism, public) = match read(ck::CKA_EC_POINT) {
            // Two bytes of DER around the point.
            Ok(point) => (ck::CKM_ECDSA_SHA256, Public::Point(point[2..].to_vec())),
            Err(_) => {
                let (n, e) = (read(ck::CKA_MODULUS).unwrap(), read(ck::CKA_PUBLIC_EXPONENT).unwrap());
                (ck::CKM_SHA256_RSA_PKCS, Public::Rsa(RsaPublicKeyComponents { n, e }))
            }
        };
        module.close(session).unwrap();
        Self { handle, mechanism, public }
    }

    /// Whether this is this key's signature of this message, says ring.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.public {
            Public::Point(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            Public::Rsa(key) => key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok(),
        }
    }
}

/// The fixture, made by the first test that asks.
pub fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        let specs: Vec<String> = ALIASES
            .iter()
            .map(|alias| format!("{},alias={alias}", if *alias == "rsa" { "RSA_2048" } else { "ECC_NIST_P256" }))
            .collect();
        let cloud = Emulator::start(&specs.iter().map(String::as_str).collect::<Vec<_>>());
        let elsewhere = Cloud::of(Which::Google).world(&[(Kind::P256, "elsewhere")]);
        // Limits far above what is needed here, so that what ends early ended because of an event and not of a limit.
        let config = format!(
            r#"
            [[token]]
            label = "here"
            keys = ["alias/first", "alias/second", "alias/rsa", "alias/doomed"]
            region = "eu-west-1"
            endpoint = "{}"

            [[token]]
            label = "elsewhere"
            keys = ["{}"]
            credentials = "{}"
            endpoint = "{}"

            [network]
            lanes = {LANES}
            timeout = 300
            attempt_timeout = 300

            [log]
            file = "hardkey.log"
            "#,
            cloud.endpoint(),
            elsewhere.id(0),
            elsewhere.emulator.google_signer().display(),
            elsewhere.emulator.endpoint(),
        );
        let file = cloud.folder().join("hardkey.toml");
        std::fs::write(&file, config).unwrap();
        let mut environment = cloud.environment();
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
        let mut keys: BTreeMap<&'static str, Key> =
            ALIASES.iter().map(|alias| (*alias, Key::read(&module, SLOT, alias))).collect();
        keys.insert("elsewhere", Key::read(&module, ELSEWHERE, "elsewhere"));
        Fixture { cloud, elsewhere, module, keys, turn: Mutex::default() }
    })
}
