//! One signature by one process, as a pipeline makes it: osslsigncode over TLS, with the system's own authorities to
//! parse, beside the same command with SoftHSM.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hardkey_tests::built;
use hardkey_tests::emulator::Emulator;
use hardkey_tests::host::{is_installed, run};

use crate::median;

const RUNS: usize = 15;
const ENGINE: &str = "/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so";
const SOFTHSM: &str = "/usr/lib/softhsm/libsofthsm2.so";
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Prints both times and their difference.
pub fn compare() {
    let missing = [ENGINE, SOFTHSM, AUTHORITIES].into_iter().find(|path| !Path::new(path).exists());
    let missing = missing
        .or_else(|| ["osslsigncode", "softhsm2-util", "pkcs11-tool"].into_iter().find(|tool| !is_installed(tool)));
    if let Some(missing) = missing {
        println!("one shot: SKIPPED, {missing} is not installed");
        return;
    }
    let emulator = Emulator::start(&["RSA_3072,alias=release"]);
    let folder = emulator.folder();
    let mut ours = emulator.tls_environment();
    ours.insert("HARDKEY_KEY".to_owned(), "alias/release".to_owned());
    let mut authorities = fs::read(AUTHORITIES).unwrap();
    authorities.extend(fs::read(emulator.ca()).unwrap());
    let store = folder.join("authorities.pem");
    fs::write(&store, authorities).unwrap();
    ours.insert("SSL_CERT_FILE".to_owned(), store.to_str().unwrap().to_owned());
    let soft = soft_token(&folder);

    let sides =
        [Side::new("module", &built::module(), ours, &folder), Side::new("SoftHSM", Path::new(SOFTHSM), soft, &folder)];
    emulator.reset_counts();
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..RUNS {
        for (side, times) in sides.iter().zip(&mut times) {
            times.push(side.sign().as_secs_f64() * 1e3);
        }
    }
    let counts = emulator.counts();
    let runs = RUNS as u64;
    println!(
        "one shot: TLS handshakes {}, requests {} per signature, Sign {}",
        counts.handshakes() / runs,
        counts.all_requests() / runs,
        counts.requests("Sign") / runs
    );
    let differences = times[0].iter().zip(&times[1]).map(|(our, their)| our - their).collect();
    let [ours, soft] = times.map(median);
    println!(
        "one shot: osslsigncode takes {ours:.1} ms through the module, {soft:.1} ms with SoftHSM; {:.1} ms more (limit: 25)",
        median(differences)
    );
}

/// One way to sign.
struct Side {
    module: PathBuf,
    environment: BTreeMap<String, String>,
    certificate: PathBuf,
    folder: PathBuf,
}

impl Side {
    fn new(name: &str, module: &Path, environment: BTreeMap<String, String>, folder: &Path) -> Self {
        let certificate = folder.join(format!("{name}.pem"));
        let mut with_module = environment.clone();
        with_module.insert("PKCS11_MODULE_PATH".to_owned(), module.to_str().unwrap().to_owned());
        let arguments = [
            "req",
            "-new",
            "-x509",
            "-engine",
            "pkcs11",
            "-keyform",
            "engine",
            "-key",
            "pkcs11:object=release;type=private?pin-value=1234",
            "-subj",
            "/CN=Benchmark",
            "-sha256",
            "-days",
            "2",
            "-out",
            certificate.to_str().unwrap(),
        ];
        run("openssl", arguments, &with_module, Duration::from_secs(30)).success();
        Self { module: module.to_path_buf(), environment, certificate, folder: folder.to_path_buf() }
    }

    fn sign(&self) -> Duration {
        let signed = self.folder.join("signed.exe");
        let _ = fs::remove_file(&signed);
        let program = built::project().join("examples/hello.exe");
        let path = |path: &Path| path.to_str().unwrap().to_owned();
        let arguments = [
            "sign".to_owned(),
            "-pkcs11module".to_owned(),
            path(&self.module),
            "-certs".to_owned(),
            path(&self.certificate),
            "-key".to_owned(),
            "pkcs11:object=release;type=private?pin-value=1234".to_owned(),
            "-h".to_owned(),
            "sha256".to_owned(),
            "-in".to_owned(),
            path(&program),
            "-out".to_owned(),
            path(&signed),
        ];
        run("osslsigncode", arguments, &self.environment, Duration::from_secs(30)).success().took
    }
}

/// A SoftHSM token with an RSA-3072 key.
fn soft_token(folder: &Path) -> BTreeMap<String, String> {
    let tokens = folder.join("tokens");
    fs::create_dir(&tokens).unwrap();
    let config = folder.join("softhsm2.conf");
    fs::write(
        &config,
        format!("directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n", tokens.display()),
    )
    .unwrap();
    let environment = BTreeMap::from([("SOFTHSM2_CONF".to_owned(), config.to_str().unwrap().to_owned())]);
    let limit = Duration::from_secs(60);
    run(
        "softhsm2-util",
        ["--init-token", "--free", "--label", "bench", "--pin", "1234", "--so-pin", "1234"],
        &environment,
        limit,
    )
    .success();
    let generate = [
        "--module",
        SOFTHSM,
        "--login",
        "--pin",
        "1234",
        "--keypairgen",
        "--key-type",
        "rsa:3072",
        "--label",
        "release",
        "--id",
        "01",
    ];
    run("pkcs11-tool", generate, &environment, limit).success();
    environment
}
