//! Which requests go through which proxy.

use crate::front::Front;
use crate::scene::{FOUND, KEY, Scene};
use hardkey_tests::proxy::{Manner, Proxy};

const KMS: &str = "kms.eu-west-1.amazonaws.com";
const CONNECT: &str = "CONNECT kms.eu-west-1.amazonaws.com:443";

/// A proxy that leads to the service.
fn leading(scene: &Scene) -> Proxy {
    Proxy::start(Manner::Leads(scene.secure()))
}

/// Expects the module to go straight to the service, whose name nobody resolves here.
fn goes_without(scene: Scene, proxy: &Proxy) {
    let outcome = scene.list();
    let [line] = outcome.hardkey_lines()[..] else { panic!("{}", outcome.stderr) };
    assert!(line.contains("could not be resolved") || line.contains("did not answer"), "{line}");
    assert_eq!(proxy.asked(), [""; 0]);
}

#[test]
fn each_variable_that_names_a_proxy_is_used() {
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let scene = Scene::new();
        let proxy = leading(&scene);
        scene.with(name, proxy.url()).finds();
        assert_eq!(proxy.asked(), [CONNECT], "{name}");
    }
}

#[test]
fn a_proxy_may_be_named_without_a_scheme() {
    let scene = Scene::new();
    let proxy = leading(&scene);
    scene.with("HTTPS_PROXY", proxy.authority()).finds();
    assert_eq!(proxy.asked(), [CONNECT]);
}

#[test]
fn the_variable_of_the_scheme_wins_over_the_one_for_all() {
    let scene = Scene::new();
    let (right, wrong) = (leading(&scene), Proxy::start(Manner::Answers(502)));
    scene.with("HTTPS_PROXY", right.url()).with("ALL_PROXY", wrong.url()).with("HTTP_PROXY", wrong.url()).finds();
    assert_eq!((right.asked(), wrong.asked()), (vec![CONNECT.to_owned()], vec![]));
}

#[test]
fn an_endpoint_over_http_has_the_proxy_for_http() {
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let scene = Scene::new();
        let proxy = Proxy::start(Manner::Leads(scene.plain()));
        scene.with(name, proxy.url()).with("AWS_ENDPOINT_URL_KMS", "http://kms.private.example").finds();
        assert_eq!(proxy.asked(), ["POST http://kms.private.example/"], "{name}");
    }
}

#[test]
fn the_file_s_proxy_replaces_those_of_the_environment_and_their_exceptions() {
    let scene = Scene::new();
    let (right, wrong) = (leading(&scene), Proxy::start(Manner::Answers(502)));
    scene
        .with("HTTPS_PROXY", wrong.url())
        .with("NO_PROXY", "*")
        .network(format!("proxy = \"{}\"", right.url()))
        .finds();
    assert_eq!((right.asked(), wrong.asked()), (vec![CONNECT.to_owned()], vec![]));
}

#[test]
fn an_empty_proxy_in_the_file_means_none() {
    let scene = Scene::new();
    let proxy = leading(&scene);
    goes_without(short(scene).with("HTTPS_PROXY", proxy.url()).network("proxy = \"\""), &proxy);
}

/// Where no name can be resolved, the search for a name server is not what these tests wait for.
fn short(scene: Scene) -> Scene {
    scene.network("timeout = 2")
}

#[test]
fn what_no_proxy_lists_is_reached_directly() {
    for list in [KMS, "amazonaws.com", ".amazonaws.com", "*.amazonaws.com", "*", "a.example, .amazonaws.com"] {
        let scene = Scene::new();
        let proxy = leading(&scene);
        goes_without(short(scene).with("HTTPS_PROXY", proxy.url()).with("NO_PROXY", list), &proxy);
    }
    let scene = Scene::new();
    let proxy = leading(&scene);
    goes_without(short(scene).with("HTTPS_PROXY", proxy.url()).with("no_proxy", KMS), &proxy);
}

#[test]
fn what_no_proxy_does_not_list_is_not() {
    for list in ["amazon.com", "eu-west-1", "kms.eu-west-1.amazonaws.com:8443", "10.0.0.0/8", ""] {
        let scene = Scene::new();
        let proxy = leading(&scene);
        scene.with("HTTPS_PROXY", proxy.url()).with("NO_PROXY", list).finds();
        assert_eq!(proxy.asked(), [CONNECT], "{list}");
    }
}

/// 192.0.2.0/24 is for documentation and leads nowhere: RFC 5737.
#[test]
fn no_proxy_takes_networks_and_ports() {
    for (list, direct) in [("192.0.2.0/24", true), ("192.0.2.1:8443", true), ("192.0.3.0/24", false)] {
        let scene = Scene::new();
        let proxy = Proxy::start(Manner::Leads(scene.plain()));
        let scene = scene
            .with("HTTP_PROXY", proxy.url())
            .with("NO_PROXY", list)
            .with("AWS_ENDPOINT_URL_KMS", "http://192.0.2.1:8443")
            .network("timeout = 2");
        if direct {
            let outcome = scene.list();
            assert_eq!(outcome.hardkey_lines().len(), 1, "{}", outcome.stderr);
            assert_eq!(proxy.asked(), [""; 0], "{list}");
        } else {
            scene.finds();
            assert_eq!(proxy.asked(), ["POST http://192.0.2.1:8443/"], "{list}");
        }
    }
}

#[test]
fn the_file_has_exceptions_of_its_own() {
    let scene = Scene::new();
    let proxy = leading(&scene);
    let listed = format!("proxy = \"{}\"\nno_proxy = [\"a.example\", \".amazonaws.com\"]", proxy.url());
    goes_without(short(scene).network(listed), &proxy);
    let scene = Scene::new();
    let proxy = leading(&scene);
    // They replace the environment's.
    scene.with("HTTPS_PROXY", proxy.url()).with("NO_PROXY", "*").network("no_proxy = [\"a.example\"]").finds();
    assert_eq!(proxy.asked(), [CONNECT]);
}

/// "release:s3cret%" in base64, after percent-decoding.
const PASSWORD: &str = "Basic cmVsZWFzZTpzM2NyZXQl";

#[test]
fn a_password_in_the_url_is_sent_to_the_proxy_and_written_nowhere() {
    for in_file in [false, true] {
        let scene = Scene::new();
        let proxy = Proxy::start(Manner::LeadsWith(PASSWORD, scene.secure()));
        let url = format!("http://release:s3cret%25@{}", proxy.authority());
        let scene = if in_file { scene.network(format!("proxy = \"{url}\"")) } else { scene.with("HTTPS_PROXY", url) };
        let outcome = scene.talkative().list();
        assert_eq!(outcome.text().trim_end(), FOUND, "{}", outcome.stderr);
        assert!(!outcome.stderr.contains("s3cret") && !outcome.stderr.contains("cmVsZWFzZ"), "{}", outcome.stderr);
        assert_eq!(proxy.asked(), [format!("{CONNECT} {PASSWORD}")]);
    }
}

#[test]
fn a_password_is_sent_with_requests_that_are_passed_on_as_well() {
    let scene = Scene::new();
    let proxy = Proxy::start(Manner::LeadsWith(PASSWORD, scene.plain()));
    scene
        .with("HTTP_PROXY", format!("http://release:s3cret%25@{}", proxy.authority()))
        .with("AWS_ENDPOINT_URL_KMS", "http://kms.private.example")
        .finds();
    assert_eq!(proxy.asked(), [format!("POST http://kms.private.example/ {PASSWORD}")]);
}

#[test]
fn a_proxy_that_itself_speaks_tls_is_used_once_its_authority_is_trusted() {
    let scene = Scene::new();
    let proxy = Proxy::start(Manner::LeadsWith(PASSWORD, scene.secure()));
    let front = Front::start(proxy.authority().parse().unwrap());
    let url = format!("https://release:s3cret%25@{}", front.address);
    let both = front.ca.clone() + &std::fs::read_to_string(scene.emulator.ca()).unwrap();
    let both = scene.file("both.pem", &both);
    let scene = scene.with("HTTPS_PROXY", url);
    scene.loses(&format!(
        "{KEY}the proxy https://{} (HTTPS_PROXY) is not trusted itself: invalid peer certificate: UnknownIssuer; trust its certificate authority (ca_file in [network], or SSL_CERT_FILE)",
        front.address
    ));
    assert_eq!(proxy.asked(), [""; 0]);
    scene.with("SSL_CERT_FILE", both.to_str().unwrap()).finds();
    assert_eq!(proxy.asked(), [format!("{CONNECT} {PASSWORD}")]);
}

#[test]
fn a_variable_that_names_no_usable_proxy_is_an_error_and_not_passed_over() {
    for (value, cause) in [
        ("http://u:s3cret@:3128", "HTTPS_PROXY is not the URL of a proxy"),
        ("socks5h://u:s3cret@127.0.0.1:1080", "HTTPS_PROXY names a proxy of kind socks5h, which is not supported"),
    ] {
        let line = format!("{KEY}{cause}; write it like http://proxy.example:3128");
        Scene::new().with("HTTPS_PROXY", value).loses(&line);
    }
}

#[test]
fn a_file_that_names_no_usable_proxy_is_refused_with_its_line() {
    for (line, cause) in [
        (
            "proxy = \"socks5://u:s3cret@a\"",
            "proxy in [network] names a proxy of kind socks5, which is not supported; write it like http://proxy.example:3128",
        ),
        (
            "proxy = \"http://u:s3cret@a:99999\"",
            "proxy in [network] is not the URL of a proxy; write it like http://proxy.example:3128",
        ),
        (
            "no_proxy = [\"10.0.0.0/33\"]",
            "no_proxy: \"10.0.0.0/33\" names no host; write a name, an address, a network like 10.0.0.0/8, or *",
        ),
    ] {
        let scene = Scene::new().network(line);
        let expected =
            format!("hardkey: C_Initialize: CKR_GENERAL_ERROR: {} line 5: {cause}", scene.config().display());
        scene.says("C_Initialize 0x5", &[&expected]);
    }
}
