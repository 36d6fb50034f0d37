//! What gives a CA its reads, cloud by cloud.

mod aws;
mod azure;
mod google;

use hardkey_tests::scene::{Scene, told};

#[test]
fn a_key_of_another_cloud_is_told_with_the_command_for_it() {
    const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:alias/release";
    const URL: &str = "https://example.vault.azure.net/keys/release";
    const VERSION: &str = "projects/p/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";
    let mut scene = Scene::start(&["RSA_3072,alias=release"]);
    let (aws, azure, google): (&[&str], &[&str], &[&str]) = (
        &["aws", "--external-id", "order-4711", "--ca", "arn:aws:iam::999988887777:role/confirmation"],
        &["azure", "--ca", "00000000-0000-0000-0000-000000000000"],
        &["google", "--ca", "serviceAccount:confirmation@example-ca.iam.gserviceaccount.com"],
    );
    let grant = |scene: &Scene, cloud: &[&str], more: &[&str]| {
        let outcome = scene.hardkey(&[&["grant-ca"] as &[&str], cloud, more].concat());
        assert_eq!(outcome.text(), "");
        told(&outcome)
    };
    let tries = [
        (aws, URL, "Azure", "azure"),
        (aws, VERSION, "Google Cloud KMS", "google"),
        (azure, ARN, "AWS KMS", "aws"),
        (azure, VERSION, "Google Cloud KMS", "google"),
        (google, ARN, "AWS KMS", "aws"),
        (google, URL, "Azure", "azure"),
    ];
    let line = |key: &str, whose: &str, command: &str| {
        let remedy = format!("use hardkey grant-ca {command}, or name another key");
        (Some(2), format!("hardkey: --key {key:?} is a key of {whose}; {remedy}\n"))
    };
    for (cloud, key, whose, command) in tries {
        assert_eq!(grant(&scene, cloud, &["--key", key]), line(key, whose, command), "{cloud:?}");
    }
    assert_eq!(scene.emulator.counts().all_requests(), 0, "whose a full name is needs no cloud");
    // The one that is configured is found, and is another cloud's.
    let arn = scene.emulator.key(0).arn;
    assert_eq!(grant(&scene, google, &[]), line(&arn, "AWS KMS", "aws"));
    scene.environment.remove("HARDKEY_KEY");
    assert_eq!(grant(&scene, azure, &["--key", &arn]), line(&arn, "AWS KMS", "aws"));
}
