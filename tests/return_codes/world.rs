//! What all tests of this suite share: one emulator, a configuration of two tokens, and certificates.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use hardkey_tests::emulator::Emulator;
use hardkey_tests::sdk;

/// The emulator and the folder beside it.
pub struct World {
    pub emulator: Emulator,
    pub folder: PathBuf,
}

/// Keys of the first token, by alias, in the order the emulator made them.
pub const P256: (usize, &str) = (0, "p256");
pub const RSA: (usize, &str) = (1, "rsa2048");
/// The key of the second token.
const P384: &str = "p384";

/// The world, made by the first test that asks.
pub fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let emulator =
            Emulator::start(&["ECC_NIST_P256,alias=p256", "RSA_2048,alias=rsa2048", "ECC_NIST_P384,alias=p384"]);
        let world = World { folder: emulator.folder(), emulator };
        world.make_chain();
        let config = format!(
            r#"
            [[token]]
            label = "first"
            keys = ["alias/{}", "alias/{}"]
            certificates = ["chain.pem"]
            region = "eu-west-1"
            endpoint = "{endpoint}"

            [[token]]
            label = "second"
            keys = ["alias/{P384}"]
            region = "eu-west-1"
            endpoint = "{endpoint}"

            [log]
            level = "error"
            file = "hardkey.log"
            "#,
            P256.1,
            RSA.1,
            endpoint = world.emulator.endpoint(),
        );
        let file = world.folder.join("hardkey.toml");
        std::fs::write(&file, config).unwrap();
        let mut environment = world.emulator.environment();
        environment.remove("AWS_ENDPOINT_URL_KMS");
        environment.insert("HARDKEY_CONFIG".to_owned(), file.to_str().unwrap().to_owned());
        for (name, value) in environment {
            // SAFETY: every test waits here before it does anything, so no other thread reads the environment.
            unsafe { std::env::set_var(name, value) };
        }
        // SAFETY: as above.
        unsafe { std::env::remove_var("HARDKEY_KEY") };
        world
    })
}

impl World {
    /// A key's SubjectPublicKeyInfo as the emulator has it, without the module.
    pub fn public_key(&self, alias: &str) -> Vec<u8> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = sdk::client(self.emulator.endpoint(), None);
        let answer = runtime.block_on(client.get_public_key().key_id(format!("alias/{alias}")).send()).unwrap();
        answer.public_key.unwrap().into_inner()
    }

    /// The bytes of a certificate that [`Self::make_chain`] made.
    pub fn certificate(&self, name: &str) -> Vec<u8> {
        self.openssl(&["x509", "-in", &format!("{name}.pem"), "-outform", "DER"])
    }

    /// `chain.pem`: a leaf for the P-256 key, and the authority above it.
    fn make_chain(&self) {
        std::fs::write(self.folder.join("p256.der"), self.public_key(P256.1)).unwrap();
        self.openssl(&["pkey", "-pubin", "-inform", "DER", "-in", "p256.der", "-out", "p256.pub"]);
        let new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        let root = ["req", "-x509", "-subj", "/CN=Test Root", "-days", "30", "-keyout", "root.key", "-out", "root.pem"];
        self.openssl(&[&root[..], &new_key].concat());
        let request = ["req", "-subj", "/O=Test/CN=Test Leaf", "-keyout", "leaf.key", "-out", "leaf.csr"];
        self.openssl(&[&request[..], &new_key].concat());
        let mut leaf = vec!["x509", "-req", "-in", "leaf.csr", "-force_pubkey", "p256.pub", "-days", "2"];
        leaf.extend(["-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "0x00f1e2d3c4", "-out", "leaf.pem"]);
        self.openssl(&leaf);
        let file = |name| std::fs::read(self.folder.join(name)).unwrap();
        std::fs::write(self.folder.join("chain.pem"), [file("leaf.pem"), file("root.pem")].concat()).unwrap();
    }

    fn openssl(&self, arguments: &[&str]) -> Vec<u8> {
        let output = Command::new("openssl").args(arguments).current_dir(&self.folder).output().unwrap();
        assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }
}
