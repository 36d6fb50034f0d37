//! Who resolves the names.

use std::net::UdpSocket;

use hardkey_tests::host::Outcome;

use crate::namespace;
use crate::scene::{FOUND, Scene};
use crate::server::Server;
use hardkey_tests::proxy::{Manner, Proxy};

/// `$0` is the file that takes the place of `$1`; the rest is the command.
const IN_PLACE: &str = r#"mount --bind "$0" "$1" && shift && exec "$@""#;

const SERVER: &str = "nameserver 127.0.0.1\n";

#[test]
fn the_proxy_resolves_names_and_no_name_server_is_asked() {
    // Port 53 of a loopback of the test's own.
    if !namespace::enter("the_proxy_resolves_names_and_no_name_server_is_asked", &[], &[]) {
        return;
    }
    let server = UdpSocket::bind("127.0.0.1:53").unwrap();
    server.set_nonblocking(true).unwrap();
    let asked = || server.recv(&mut [0; 512]).is_ok();

    for (variable, scheme) in [("HTTPS_PROXY", "https"), ("HTTP_PROXY", "http")] {
        let scene = Scene::new();
        let proxy = Proxy::start(Manner::Leads(if scheme == "https" { scene.secure() } else { scene.plain() }));
        let scene = scene.with("AWS_ENDPOINT_URL_KMS", format!("{scheme}://kms.private.example"));
        let outcome = with_file(&scene.with(variable, proxy.url()), "/etc/resolv.conf", SERVER);
        assert_eq!(outcome.text().trim_end(), FOUND, "{}", outcome.stderr);
        assert_eq!(proxy.asked().len(), 1);
        assert!(!asked(), "{variable}");
    }
    // The server would have heard it.
    with_file(&Scene::new().network("timeout = 2"), "/etc/resolv.conf", SERVER);
    assert!(asked());
}

#[test]
fn container_credentials_of_another_name_are_not_asked_of_the_proxy() {
    if !namespace::enter("container_credentials_of_another_name_are_not_asked_of_the_proxy", &[], &[]) {
        return;
    }
    let scene = Scene::new().without_credentials();
    let proxy = Proxy::start(Manner::Leads(scene.secure()));
    let credentials = Server::container_credentials("127.0.0.1:0");
    let url = format!("http://credentials.example:{}/role", credentials.port());
    let scene = scene.with("ALL_PROXY", proxy.url()).with("AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
    let outcome = with_file(&scene, "/etc/hosts", "127.0.0.1 credentials.example\n");
    assert_eq!(outcome.text().trim_end(), FOUND, "{}", outcome.stderr);
    assert_eq!(credentials.asked(), ["GET /role"]);
    assert_eq!(proxy.asked(), ["CONNECT kms.eu-west-1.amazonaws.com:443"]);
}

/// Has the host list its keys while this file has other content.
fn with_file(scene: &Scene, path: &str, content: &str) -> Outcome {
    let file = scene.file("in-place", content);
    scene.list_through(&["unshare", "--mount", "sh", "-c", IN_PLACE, file.to_str().unwrap(), path]).success()
}
