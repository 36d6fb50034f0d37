//! A token has one region, and nothing outside of it is asked or believed.

use serde_json::json;

use crate::scene::{Scene, TOKEN};
use crate::server::Server;
use hardkey_tests::proxy::{Manner, Proxy};

const ABROAD: [&str; 5] = [
    "https://kms.us-east-1.amazonaws.com",
    "https://kms-fips.us-east-1.amazonaws.com",
    "https://kms.us-east-1.api.aws",
    "https://vpce-0123456789abcdef0-12345678.kms.us-east-1.vpce.amazonaws.com",
    "http://kms.us-east-1.amazonaws.com:8080/path",
];
const ID: &str = "0987dcba-09fe-87dc-65ba-ab0987654321";

/// Everything leads to the service, so that only a refusal of the module's own keeps a request from it.
fn open() -> (Scene, Proxy) {
    let scene = Scene::new();
    let proxy = Proxy::start(Manner::Leads(scene.secure()));
    (scene.with("ALL_PROXY", proxy.url()), proxy)
}

fn refused_at_once(scene: &Scene, line: usize, cause: &str) {
    let expected =
        format!("hardkey: C_Initialize: CKR_GENERAL_ERROR: {} line {line}: {cause}", scene.config().display());
    scene.says("C_Initialize 0x5", &[&expected]);
}

#[test]
fn an_endpoint_in_the_file_must_be_in_the_region_of_the_token() {
    for url in ABROAD {
        let scene = Scene::new().token("region = \"eu-west-1\"").token(format!("endpoint = \"{url}\""));
        refused_at_once(
            &scene,
            5,
            &format!(
                "endpoint {url:?} is in us-east-1, but token \"release\" is in eu-west-1; correct the endpoint, or make a [[token]] for us-east-1"
            ),
        );
    }
}

#[test]
fn the_region_of_a_key_s_arn_pins_the_endpoint_as_well() {
    let url = ABROAD[0];
    let keys = format!("keys = [\"arn:aws:kms:eu-west-1:111122223333:key/{ID}\"]");
    let scene = Scene::new().token(keys).token(format!("endpoint = \"{url}\""));
    refused_at_once(
        &scene,
        4,
        &format!(
            "endpoint {url:?} is in us-east-1, but token \"release\" is in eu-west-1; correct the endpoint, or make a [[token]] for us-east-1"
        ),
    );
}

fn refused_when_asked(scene: &Scene, proxy: &Proxy, origin: &str, url: &str) {
    scene.loses(&format!(
        "{TOKEN}{origin} is {url:?}, in us-east-1, but this token is in eu-west-1; unset it, or name the endpoint of eu-west-1; keys in us-east-1 take a token of their own"
    ));
    assert_eq!(proxy.asked(), [""; 0]);
}

#[test]
fn an_endpoint_of_the_environment_must_be_in_the_region_of_the_token() {
    for name in ["AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL"] {
        for url in ABROAD {
            let (scene, proxy) = open();
            let scene = scene.token("region = \"eu-west-1\"").with(name, url).with("AWS_REGION", "us-east-1");
            refused_when_asked(&scene, &proxy, name, url);
        }
    }
}

#[test]
fn an_endpoint_of_the_profile_must_be_in_the_region_of_the_token() {
    for text in [
        "[default]\nendpoint_url = https://kms.us-east-1.amazonaws.com\n",
        "[default]\nservices = s\n[services s]\nkms =\n  endpoint_url = https://kms.us-east-1.amazonaws.com\n",
    ] {
        let (scene, proxy) = open();
        let profile = scene.file("config", text);
        let scene = scene.token("region = \"eu-west-1\"").with("AWS_CONFIG_FILE", profile.to_str().unwrap());
        refused_when_asked(&scene, &proxy, "endpoint_url of the profile", "https://kms.us-east-1.amazonaws.com");
    }
}

#[test]
fn an_endpoint_in_the_file_is_held_against_the_region_of_the_environment_too() {
    let (scene, proxy) = open();
    let scene = scene.token(format!("endpoint = \"{}\"", ABROAD[0]));
    refused_when_asked(&scene, &proxy, "endpoint of the [[token]]", ABROAD[0]);
}

#[test]
fn an_endpoint_in_the_region_and_one_that_names_none_are_accepted() {
    for url in ["https://kms.eu-west-1.amazonaws.com", "https://kms.eu-west-1.api.aws", "https://kms.private.example"] {
        let (scene, proxy) = open();
        scene.token("region = \"eu-west-1\"").token(format!("endpoint = \"{url}\"")).finds();
        assert_eq!(proxy.asked(), [format!("CONNECT {}:443", url.trim_start_matches("https://"))]);
    }
}

#[test]
fn a_key_elsewhere_is_refused_before_anybody_is_asked() {
    for id in [ID, "mrk-1234abcd12ab34cd56ef1234567890ab"] {
        let arn = format!("arn:aws:kms:us-east-1:111122223333:key/{id}");
        let scene = Scene::new().token("region = \"eu-west-1\"").token(format!("keys = [\"{arn}\"]"));
        refused_at_once(
            &scene,
            4,
            &format!(
                "keys: {arn:?} is in us-east-1, but token \"release\" is in eu-west-1; a token has one region: make a [[token]] for us-east-1"
            ),
        );
    }
}

#[test]
fn a_replica_elsewhere_is_refused_beside_the_key_it_is_one_of() {
    let arn = |region: &str| format!("arn:aws:kms:{region}:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab");
    let scene = Scene::new().token(format!("keys = [\"{}\", \"{}\"]", arn("eu-west-1"), arn("us-east-1")));
    refused_at_once(
        &scene,
        3,
        &format!(
            "keys: {:?} is in us-east-1, but token \"release\" is in eu-west-1; a token has one region: make a [[token]] for us-east-1",
            arn("us-east-1")
        ),
    );
}

#[test]
fn an_alias_that_leads_to_a_key_elsewhere_is_refused() {
    // An endpoint without a region in its name, which answers for another one.
    let arn = format!("arn:aws:kms:us-east-1:111122223333:key/{ID}");
    let body = json!({ "KeyMetadata": {
        "Arn": arn, "KeyId": ID, "KeyManager": "CUSTOMER", "KeySpec": "ECC_NIST_P256", "KeyState": "Enabled",
        "KeyUsage": "SIGN_VERIFY", "Origin": "AWS_KMS",
    } });
    let service = Server::start("127.0.0.1:0", move |_| body.to_string());
    let scene = Scene::new().token("region = \"eu-west-1\"").token(format!("endpoint = \"{}\"", service.url()));
    scene.loses(&format!(
        "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key alias/release: AWS KMS answered kms:DescribeKey with {arn:?}, but this token is in eu-west-1; check the endpoint, and that the key is in the region of the token"
    ));
    assert_eq!(service.asked(), ["POST /"], "its public key is not asked for");
}
