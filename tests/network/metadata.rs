//! What is on this machine or belongs to it is never asked of a proxy; everything else is.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::namespace;
use crate::scene::{Scene, TOKEN};
use crate::server::Server;
use hardkey_tests::proxy::{Manner, Proxy};

const KMS: &str = "CONNECT kms.eu-west-1.amazonaws.com:443";
/// All that instance metadata is asked for.
const INSTANCE: [&str; 3] = [
    "PUT /latest/api/token",
    "GET /latest/meta-data/iam/security-credentials/",
    "GET /latest/meta-data/iam/security-credentials/signer",
];

/// Without credentials of its own, and with a proxy for everything.
fn proxied() -> (Scene, Proxy) {
    let scene = Scene::new().without_credentials();
    let proxy = Proxy::start(Manner::Leads(scene.secure()));
    (scene.with("ALL_PROXY", proxy.url()), proxy)
}

#[test]
fn instance_metadata_on_loopback_is_not_asked_of_the_proxy() {
    for loopback in ["127.0.0.1", "127.1.2.3", "[::1]"] {
        let (scene, proxy) = proxied();
        let metadata = Server::instance_metadata(&format!("{loopback}:0"));
        scene.with("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.url()).finds();
        assert_eq!(metadata.asked(), INSTANCE, "{loopback}");
        assert_eq!(proxy.asked(), [KMS], "{loopback}");
    }
}

#[test]
fn container_credentials_on_loopback_are_not_asked_of_the_proxy() {
    for host in ["127.0.0.1", "localhost"] {
        let (scene, proxy) = proxied();
        let credentials = Server::container_credentials("127.0.0.1:0");
        let url = format!("http://{host}:{}/role", credentials.port());
        scene.with("AWS_CONTAINER_CREDENTIALS_FULL_URI", url).finds();
        assert_eq!(credentials.asked(), ["GET /role"]);
        assert_eq!(proxy.asked(), [KMS]);
    }
}

#[test]
fn instance_metadata_of_another_name_is_not_asked_of_the_proxy() {
    let (scene, proxy) = proxied();
    let scene = scene.with("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://metadata.example").network("timeout = 5");
    let outcome = scene.list();
    let [line] = outcome.hardkey_lines()[..] else { panic!("{}", outcome.stderr) };
    assert!(line.starts_with(&format!("{TOKEN}no AWS credentials; tried: ")), "{line}");
    assert_eq!(proxy.asked(), [""; 0]);
}

/// Where EC2 and ECS, and EC2 and EKS over IPv6, keep what this test asks them for.
const INSTANCE_V4: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
const TASK: Ipv4Addr = Ipv4Addr::new(169, 254, 170, 2);
const POD: Ipv4Addr = Ipv4Addr::new(169, 254, 170, 23);
const INSTANCE_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
const POD_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23);

#[test]
fn metadata_at_its_own_addresses_is_not_asked_of_the_proxy() {
    let test = "metadata_at_its_own_addresses_is_not_asked_of_the_proxy";
    if !namespace::enter(test, &[INSTANCE_V4, TASK, POD], &[INSTANCE_V6, POD_V6]) {
        return;
    }
    for (address, name, value) in [
        (INSTANCE_V4.to_string(), "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv4"),
        (format!("[{INSTANCE_V6}]"), "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6"),
    ] {
        let (scene, proxy) = proxied();
        let metadata = Server::instance_metadata(&format!("{address}:80"));
        scene.with(name, value).finds();
        assert_eq!((metadata.asked(), proxy.asked()), (INSTANCE.map(str::to_owned).to_vec(), vec![KMS.to_owned()]));
    }
    let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    for (address, name, value) in [
        (TASK.to_string(), "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/role".to_owned()),
        (POD.to_string(), full, format!("http://{POD}/role")),
        (format!("[{POD_V6}]"), full, format!("http://[{POD_V6}]/role")),
    ] {
        let (scene, proxy) = proxied();
        let credentials = Server::container_credentials(&format!("{address}:80"));
        scene.with(name, value).finds();
        assert_eq!((credentials.asked(), proxy.asked()), (vec!["GET /role".to_owned()], vec![KMS.to_owned()]));
    }
}

#[test]
fn an_endpoint_on_loopback_is_not_asked_of_the_proxy() {
    for secure in [false, true] {
        let scene = Scene::new();
        let proxy = Proxy::start(Manner::Answers(502));
        let url = if secure { scene.emulator.tls_endpoint() } else { scene.emulator.endpoint() }.to_owned();
        scene.with("AWS_ENDPOINT_URL_KMS", url).network(format!("proxy = \"{}\"", proxy.url())).finds();
        assert_eq!(proxy.asked(), [""; 0]);
    }
}

/// Has the host look for credentials where a proxy must lead to, and tells which host the proxy was asked for.
fn asked_first(scene: Scene) -> Vec<String> {
    let proxy = Proxy::start(Manner::Answers(407));
    let outcome = scene.with("HTTPS_PROXY", proxy.url()).list();
    let [line] = outcome.hardkey_lines()[..] else { panic!("{}", outcome.stderr) };
    let start = format!("{TOKEN}no AWS credentials; tried: ");
    let named = format!("the proxy {} (HTTPS_PROXY) asks for a user name and a password (407)", proxy.url());
    assert!(line.starts_with(&start) && line.contains(&named), "{line}");
    proxy.asked()
}

#[test]
fn sts_is_asked_through_the_proxy() {
    let scene = Scene::new().without_credentials();
    let token = scene.file("token", "token");
    let scene = scene
        .with("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().unwrap())
        .with("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/signer");
    assert_eq!(asked_first(scene), ["CONNECT sts.eu-west-1.amazonaws.com:443"]);
}

#[test]
fn sso_is_asked_through_the_proxy() {
    let scene = Scene::new().without_credentials();
    let profile = scene.file(
        "config",
        "[default]\nsso_session = s\nsso_account_id = 111122223333\nsso_role_name = signer\n[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\nsso_registration_scopes = sso:account:access\n",
    );
    // The name is the SHA-1 of the session's: AWS SDKs and Tools Reference Guide, IAM Identity Center credential provider.
    scene.file(
        ".aws/sso/cache/a0f1490a20d0211c997b44bc357e1972deab8ae3.json",
        r#"{"accessToken":"token","expiresAt":"2099-01-01T00:00:00Z","region":"eu-west-1","startUrl":"https://example.awsapps.com/start"}"#,
    );
    let home = scene.emulator.folder();
    let scene = scene.with("AWS_CONFIG_FILE", profile.to_str().unwrap()).with("HOME", home.to_str().unwrap());
    assert_eq!(asked_first(scene), ["CONNECT portal.sso.eu-west-1.amazonaws.com:443"]);
}
