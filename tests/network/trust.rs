//! Whom the module believes to be AWS.

use hardkey_tests::emulator::Emulator;

use crate::scene::{KEY, Scene};
use hardkey_tests::proxy::{Manner, Proxy};

const UNKNOWN: &str = "invalid peer certificate: UnknownIssuer; check the endpoint, and that its certificate authority is trusted (ca_file in [network], or SSL_CERT_FILE)";

/// The service over TLS, and nobody said whom to trust.
fn untrusting() -> Scene {
    let scene = Scene::new();
    let url = scene.emulator.tls_endpoint().to_owned();
    scene.with("AWS_ENDPOINT_URL_KMS", url).without("SSL_CERT_FILE")
}

/// A file with an authority that has nothing to do with the service.
fn stranger() -> (Emulator, String) {
    let other = Emulator::start(&[]);
    let path = other.ca().to_str().unwrap().to_owned();
    (other, path)
}

fn own(scene: &Scene) -> String {
    scene.emulator.ca().to_str().unwrap().to_owned()
}

#[test]
fn a_private_authority_is_not_trusted_by_itself() {
    // The system's store, wherever this machine has one, does not hold the emulator's authority.
    let scene = untrusting();
    let outcome = scene.list();
    let [line] = outcome.hardkey_lines()[..] else { panic!("{}", outcome.stderr) };
    let without_store = "no certificate authority is trusted on this machine";
    assert!(line == format!("{KEY}{UNKNOWN}") || line.contains(without_store), "{line}");
    assert_eq!(scene.emulator.counts().all_requests(), 0);
}

#[test]
fn a_private_authority_is_trusted_by_the_file() {
    let scene = untrusting();
    let ca = own(&scene);
    scene.network(format!("ca_file = \"{ca}\"")).finds();
    // Relative to the configuration file.
    untrusting().network("ca_file = \"ca.pem\"").finds();
}

#[test]
fn a_private_authority_is_trusted_by_the_variables() {
    let scene = untrusting();
    let ca = own(&scene);
    scene.with("SSL_CERT_FILE", ca).finds();
    let scene = untrusting();
    let folder = scene.emulator.folder();
    scene.with("SSL_CERT_DIR", folder.to_str().unwrap()).finds();
}

#[test]
fn the_file_s_authority_replaces_every_other() {
    let (_other, strange) = stranger();
    let scene = untrusting();
    let ca = own(&scene);
    let line = format!("{KEY}invalid peer certificate: BadSignature; {}", UNKNOWN.split_once("; ").unwrap().1);
    // The right one in the environment does not help.
    scene.with("SSL_CERT_FILE", ca).network(format!("ca_file = \"{strange}\"")).loses(&line);
    // Nor does the wrong one harm.
    let scene = untrusting();
    let ca = own(&scene);
    scene.with("SSL_CERT_FILE", strange).network(format!("ca_file = \"{ca}\"")).finds();
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let scene = Scene::new();
    let proxy = Proxy::start(Manner::Leads(scene.secure()));
    let scene = scene.with("HTTPS_PROXY", proxy.url()).with("AWS_ENDPOINT_URL_KMS", "https://kms.other.example");
    let outcome = scene.list();
    let [line] = outcome.hardkey_lines()[..] else { panic!("{}", outcome.stderr) };
    // It goes on with every name that the certificate is for.
    let start = format!(
        "{KEY}the proxy {} (HTTPS_PROXY) leads to a server that is not trusted: invalid peer certificate: certificate not valid for name \"kms.other.example\"",
        proxy.url()
    );
    assert!(line.starts_with(&start), "{line}");
    assert_eq!(scene.emulator.counts().all_requests(), 0);
}
