//! What a person reads when the proxy is what is wrong.

use std::net::TcpListener;

use hardkey_tests::emulator::Emulator;

use crate::scene::{KEY, Scene};
use hardkey_tests::proxy::{Manner, Proxy};

const CONNECT: &str = "CONNECT kms.eu-west-1.amazonaws.com:443";

fn refused(manner: Manner, attempts: usize, cause: impl Fn(&Proxy) -> String) {
    let scene = Scene::new().network("connect_timeout = 0.5");
    let proxy = Proxy::start(manner);
    scene.with("HTTPS_PROXY", proxy.url()).loses(&format!(
        "{KEY}the proxy {} (HTTPS_PROXY) {}",
        proxy.url(),
        cause(&proxy)
    ));
    assert_eq!(proxy.asked(), vec![CONNECT; attempts]);
}

#[test]
fn a_proxy_that_asks_for_a_password_is_asked_once_and_named() {
    refused(Manner::Answers(407), 1, |_| {
        "asks for a user name and a password (407); write them into HTTPS_PROXY, like http://USER:PASSWORD@proxy.example:3128".to_owned()
    });
}

#[test]
fn a_proxy_that_does_not_accept_the_password_is_named_without_it() {
    for in_file in [false, true] {
        let proxy = Proxy::start(Manner::Answers(407));
        let url = format!("http://release:s3cret@{}", proxy.authority());
        let (scene, origin) = if in_file {
            (Scene::new().network(format!("proxy = \"{url}\"")), "proxy in [network]")
        } else {
            (Scene::new().with("HTTPS_PROXY", url), "HTTPS_PROXY")
        };
        let line = format!(
            "{KEY}the proxy {} ({origin}) does not accept its user name and password (407); correct them in {origin}",
            proxy.url()
        );
        scene.loses(&line);
    }
}

#[test]
fn a_proxy_that_passes_requests_on_and_asks_for_a_password_is_named_too() {
    let proxy = Proxy::start(Manner::Answers(407));
    let line = format!(
        "{KEY}the proxy {} (HTTP_PROXY) asks for a user name and a password (407); write them into HTTP_PROXY, like http://USER:PASSWORD@proxy.example:3128",
        proxy.url()
    );
    let scene = Scene::new().with("HTTP_PROXY", proxy.url());
    scene.with("AWS_ENDPOINT_URL_KMS", "http://kms.private.example").loses(&line);
    assert_eq!(proxy.asked(), ["POST http://kms.private.example/"]);
}

#[test]
fn a_proxy_that_refuses_the_host_is_asked_within_the_attempts_and_named() {
    for status in [403, 502] {
        refused(Manner::Answers(status), 3, |_| {
            "refused to connect to kms.eu-west-1.amazonaws.com:443; allow that host in the proxy, or list it in NO_PROXY".to_owned()
        });
    }
    refused(Manner::HangsUp, 3, |_| {
        "refused to connect to kms.eu-west-1.amazonaws.com:443; allow that host in the proxy, or list it in NO_PROXY"
            .to_owned()
    });
}

#[test]
fn a_proxy_that_does_not_answer_is_named() {
    refused(Manner::Silent, 3, |_| {
        "gave no connection to kms.eu-west-1.amazonaws.com:443 in time; check that proxy, correct HTTPS_PROXY, or raise connect_timeout in [network]".to_owned()
    });
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    // A port that was free a moment ago.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (name, endpoint) in
        [("HTTPS_PROXY", "https://kms.private.example"), ("HTTP_PROXY", "http://kms.private.example")]
    {
        let line = format!(
            "{KEY}the proxy http://{gone} ({name}) could not be reached: tcp connect error: Connection refused (os error 111); check that proxy, or correct {name}"
        );
        Scene::new().with(name, format!("http://{gone}")).with("AWS_ENDPOINT_URL_KMS", endpoint).loses(&line);
    }
}

#[test]
fn a_proxy_that_looks_into_tls_needs_its_authority_to_be_trusted() {
    // The other emulator's certificate is as good as one that a proxy makes up.
    let scene = Scene::new();
    let inside = Emulator::named(&["ECC_NIST_P256,alias=release"], &["kms.eu-west-1.amazonaws.com"]);
    let address = inside.tls_endpoint().replace("https://localhost", "127.0.0.1").parse().unwrap();
    let proxy = Proxy::start(Manner::Leads(address));
    let scene = scene.with("HTTPS_PROXY", proxy.url());
    let line = format!(
        "{KEY}the proxy {} (HTTPS_PROXY) leads to a server that is not trusted: invalid peer certificate: BadSignature; if that proxy looks into TLS, trust its certificate authority (ca_file in [network], or SSL_CERT_FILE)",
        proxy.url()
    );
    scene.loses(&line);
    assert_eq!(proxy.asked(), [CONNECT]);
    scene.network(format!("ca_file = {:?}", inside.ca())).finds();
}
