//! Which endpoint is asked: the region's own, its FIPS one, or one that is set.

use hardkey_tests::emulator::Emulator;

use crate::scene::{FOUND, KEY, Scene, TOKEN};
use hardkey_tests::proxy::{Manner, Proxy};

const FIPS: &str = "CONNECT kms-fips.eu-west-1.amazonaws.com:443";
const PLAIN: &str = "CONNECT kms.eu-west-1.amazonaws.com:443";

fn asks_for(scene: Scene, expected: &str) {
    let proxy = Proxy::start(Manner::Leads(scene.secure()));
    scene.with("HTTPS_PROXY", proxy.url()).finds();
    assert_eq!(proxy.asked(), [expected]);
}

#[test]
fn the_region_s_own_endpoint_is_asked_where_none_is_set() {
    asks_for(Scene::new(), PLAIN);
    asks_for(Scene::new().without("AWS_REGION").token("region = \"eu-west-1\""), PLAIN);
}

#[test]
fn fips_endpoints_are_asked_where_they_are_demanded() {
    asks_for(Scene::new().network("fips = true"), FIPS);
    asks_for(Scene::new().with("AWS_USE_FIPS_ENDPOINT", "true"), FIPS);
    let scene = Scene::new();
    let profile = scene.file("config", "[default]\nuse_fips_endpoint = true\n");
    asks_for(scene.with("AWS_CONFIG_FILE", profile.to_str().unwrap()), FIPS);
}

#[test]
fn the_file_decides_over_the_environment_whether_fips_endpoints_are_asked() {
    asks_for(Scene::new().with("AWS_USE_FIPS_ENDPOINT", "true").network("fips = false"), PLAIN);
    asks_for(Scene::new().with("AWS_USE_FIPS_ENDPOINT", "false").network("fips = true"), FIPS);
}

#[test]
fn dual_stack_endpoints_are_asked_where_the_environment_demands_them() {
    asks_for(Scene::new().with("AWS_USE_DUALSTACK_ENDPOINT", "true"), "CONNECT kms.eu-west-1.api.aws:443");
}

#[test]
fn fips_and_an_endpoint_of_one_s_own_contradict_each_other() {
    let scene = Scene::new().network("fips = true").token("endpoint = \"https://kms.private.example\"");
    let line = format!(
        "hardkey: C_Initialize: CKR_GENERAL_ERROR: {} line 6: fips = true chooses the endpoint, but token \"release\" has one of its own; remove fips and name the FIPS endpoint there, or remove that endpoint",
        scene.config().display()
    );
    scene.says("C_Initialize 0x5", &[&line]);
    let demanded = |origin: &str| {
        format!(
            "{TOKEN}{origin} is \"https://kms.private.example\", and FIPS endpoints are demanded as well; set one of them: fips, AWS_USE_FIPS_ENDPOINT and use_fips_endpoint choose the endpoint by themselves"
        )
    };
    let scene = Scene::new().network("fips = true").with("AWS_ENDPOINT_URL_KMS", "https://kms.private.example");
    scene.loses(&demanded("AWS_ENDPOINT_URL_KMS"));
    let scene = Scene::new().with("AWS_USE_FIPS_ENDPOINT", "true").token("endpoint = \"https://kms.private.example\"");
    scene.loses(&demanded("endpoint of the [[token]]"));
}

/// One way to set an endpoint.
type Setting = fn(Scene, &str) -> Scene;

/// From the strongest to the weakest.
const SETTINGS: [(&str, Setting); 5] = [
    ("the file", |scene, url| scene.token(format!("endpoint = \"{url}\""))),
    ("AWS_ENDPOINT_URL_KMS", |scene, url| scene.with("AWS_ENDPOINT_URL_KMS", url)),
    ("AWS_ENDPOINT_URL", |scene, url| scene.with("AWS_ENDPOINT_URL", url)),
    ("the profile's services", |scene, url| {
        let text = format!("[default]\nservices = mine\n[services mine]\nkms =\n  endpoint_url = {url}\n");
        let profile = scene.file("config", &text);
        scene.with("AWS_CONFIG_FILE", profile.to_str().unwrap())
    }),
    ("the profile", |scene, url| {
        // Beside what the stronger setting wrote, if it wrote here.
        let path = scene.emulator.folder().join("config");
        let rest = std::fs::read_to_string(path).unwrap_or_else(|_| "[default]\n".to_owned());
        let text = rest.replace("[default]\n", &format!("[default]\nendpoint_url = {url}\n"));
        let profile = scene.file("config", &text);
        scene.with("AWS_CONFIG_FILE", profile.to_str().unwrap())
    }),
];

#[test]
fn each_way_to_set_an_endpoint_works_and_wins_over_the_weaker_ones() {
    let weaker = Emulator::start(&["ECC_NIST_P256,alias=release"]);
    for (index, (name, set)) in SETTINGS.iter().enumerate() {
        let scene = Scene::new();
        let url = scene.emulator.endpoint().to_owned();
        set(scene, &url).finds();
        for (other, set_other) in SETTINGS.get(index + 1..).unwrap() {
            let scene = Scene::new();
            let url = scene.emulator.endpoint().to_owned();
            let scene = set_other(set(scene, &url), weaker.endpoint());
            let outcome = scene.list();
            assert_eq!(outcome.text().trim_end(), FOUND, "{name} over {other}: {}", outcome.stderr);
            assert_eq!(scene.emulator.counts().requests("DescribeKey"), 1, "{name} over {other}");
            assert_eq!(weaker.counts().all_requests(), 0, "{name} over {other}");
        }
    }
}

#[test]
fn an_endpoint_of_the_profile_that_is_no_url_is_named() {
    let scene = Scene::new();
    let profile = scene.file("config", "[default]\nendpoint_url = localhost:4566\n");
    let line = format!(
        "{TOKEN}endpoint_url of the profile is \"localhost:4566\", which is not a URL; unset it, or set it to a URL"
    );
    scene.with("AWS_CONFIG_FILE", profile.to_str().unwrap()).loses(&line);
}

#[test]
fn an_endpoint_over_http_needs_no_authority_to_trust() {
    let absent = "/nonexistent/ca.pem";
    let scene = Scene::new().with("SSL_CERT_FILE", absent);
    let url = scene.emulator.endpoint().to_owned();
    scene.with("AWS_ENDPOINT_URL_KMS", url).finds();
    let line = format!(
        "{KEY}no certificate authority is trusted on this machine (failed to read PEM from file: No such file or directory (os error 2) at '{absent}'); install ca-certificates, correct SSL_CERT_FILE, or set ca_file in [network]"
    );
    Scene::new().with("SSL_CERT_FILE", absent).with("AWS_ENDPOINT_URL_KMS", "https://127.0.0.1:1").loses(&line);
}
