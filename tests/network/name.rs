//! Who resolves the names.

use std::net::UdpSocket;

use hardkey_tests::host::Outcome;

use crate::namespace;
use crate::proxy::{Manner, Proxy};
use crate::scene::{FOUND, Scene};

/// `$0` is the file that takes the place of /etc/resolv.conf; the rest is the command.
const IN_PLACE: &str = r#"mount --bind "$0" /etc/resolv.conf && exec "$@""#;

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
        let outcome = in_place(&scene.with(variable, proxy.url()));
        assert_eq!(outcome.text().trim_end(), FOUND, "{}", outcome.stderr);
        assert_eq!(proxy.asked().len(), 1);
        assert!(!asked(), "{variable}");
    }
    // The server would have heard it.
    in_place(&Scene::new().network("timeout = 2"));
    assert!(asked());
}

fn in_place(scene: &Scene) -> Outcome {
    let resolv = scene.file("resolv.conf", "nameserver 127.0.0.1\n");
    scene.list_through(&["unshare", "--mount", "sh", "-c", IN_PLACE, resolv.to_str().unwrap()]).success()
}
