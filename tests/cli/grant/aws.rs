//! The role for a CA in AWS, as `hardkey grant-ca aws` prints it.

use serde_json::Value;

use hardkey_tests::scene::{Scene, is_golden};

const CA: &str = "arn:aws:iam::999988887777:role/confirmation";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";

#[test]
fn the_templates_for_cloudformation_and_terraform_are_printed_without_a_cloud() {
    let mut scene = Scene::start(&[]);
    scene.set("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let arguments = ["grant-ca", "aws", "--ca", CA, "--external-id", "order-4711", "--key", KEY];
    let printed = scene.hardkey(&arguments);
    assert_eq!((printed.status, printed.stderr.as_str()), (Some(0), ""));
    is_golden("grant-aws.json", &printed.text());
    serde_json::from_str::<Value>(&printed.text()).unwrap();
    let printed = scene.hardkey(&[&arguments as &[&str], &["--format", "terraform", "--role", "ca/confirm"]].concat());
    assert_eq!((printed.status, printed.stderr.as_str()), (Some(0), ""));
    is_golden("grant-aws.tf", &printed.text());
}

#[test]
fn a_key_may_be_named_as_it_is_configured() {
    let scene = Scene::start(&["RSA_3072,alias=release"]);
    let printed = scene.hardkey(&["grant-ca", "aws", "--ca", CA, "--external-id", "order-4711"]).success();
    let template: Value = serde_json::from_str(&printed.text()).unwrap();
    let statement =
        &template["Resources"]["HardkeyConfirm"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0];
    let keys: Value = serde_json::from_str(&scene.hardkey(&["keys", "--json"]).text()).unwrap();
    assert_eq!(statement["Resource"], keys["tokens"][0]["keys"][0]["id"]);
}

#[test]
fn a_role_for_everybody_is_refused_in_one_line() {
    let scene = Scene::start(&[]);
    let arguments = ["grant-ca", "aws", "--ca", "*", "--external-id", "order-4711", "--key", KEY];
    let outcome = scene.hardkey(&arguments);
    let line = "hardkey: --ca \"*\": give the role or user that the CA asks as: arn:aws:iam::ACCOUNT:role/NAME\n";
    assert_eq!((outcome.status, outcome.stderr.as_str(), outcome.text().as_str()), (Some(2), line, ""));
}
