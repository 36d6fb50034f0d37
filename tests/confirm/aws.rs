//! From an order to the verdict for a key of AWS, in another account than the CA's, through the role that `hardkey grant-ca aws` prints: on
//! a ministack that checks signatures and policies.

use std::collections::BTreeMap;
use std::time::Duration;

use hardkey_tests::host::Outcome;
use hardkey_tests::realm::{self, Realm};
use hardkey_tests::scene::Scene;
use serde_json::json;

use crate::desk::unmet;

/// A subscriber's order at a CA that has a role in the subscriber's account.
struct Order {
    realm: Realm,
    scene: Scene,
    /// The challenge's nonce.
    nonce: String,
}

impl Order {
    /// Up to the report; nothing where no ministack runs.
    fn placed(test: &str) -> Option<Self> {
        let realm = Realm::prepared(test)?;
        let mut scene = Scene::start(&[]);
        scene.environment = realm.subscriber.root_environment();
        scene.set("HOME", &scene.path("").clone());
        scene.set("HARDKEY_KEY", &realm.key.arn.clone());
        let (challenge, _) = scene.challenge("challenge.json", Duration::from_secs(3600));
        scene.order().answer(&[]);
        let order = Self { realm, scene, nonce: challenge.nonce() };
        let made = order.confirm(&["init", "--out", &order.scene.path("record.key")]).success();
        let host = order.realm.ca.endpoint.trim_start_matches("http://").to_owned();
        order.scene.write("ca.toml", format!("key = \"record.key\"\n{}[network]\ntimeout = 10\n", order.realm.whole()));
        let lines = made.text().replace("name = \"…\"", "name = \"desk\"");
        order.scene.write(
            "policy.toml",
            format!("name = \"example-ca\"\nbased_on = \"csbr\"\nconfirmation_endpoints = [\"{host}\"]\n{lines}"),
        );
        Some(order)
    }

    fn confirm(&self, arguments: &[&str]) -> Outcome {
        let mut environment: BTreeMap<String, String> = self.realm.environment();
        environment.insert("HOME".to_owned(), self.scene.path(""));
        self.scene.hardkey_confirm(arguments, &environment)
    }

    /// The CA asks.
    fn asked(&self) -> Outcome {
        let [report, config, out] = ["report.json", "ca.toml", "record.json"].map(|name| self.scene.path(name));
        self.confirm(&[&report, "--config", &config, "--out", &out])
    }

    /// The CA asks, and decides.
    fn verdict(&self) -> Outcome {
        self.asked().success();
        let [record, policy] = ["record.json", "policy.toml"].map(|name| self.scene.path(name));
        self.scene.hardkey_attest(&self.scene.order().verify(&["--confirmation", &record, "--policy", &policy]))
    }
}

#[test]
fn an_order_for_a_key_whose_every_use_is_logged_ends_confirmed_under_method_5() {
    let test = "an_order_for_a_key_whose_every_use_is_logged_ends_confirmed_under_method_5";
    let Some(order) = Order::placed(test) else { return };
    let verdict = order.verdict();
    assert_eq!((verdict.status, verdict.stderr.as_str()), (Some(0), ""), "{}", verdict.text());
    let first = "confirmed: the cloud vouches to this CA that the key was generated in its HSM and cannot leave it; this supports \
        CSBR method 5.\n";
    assert!(verdict.text().starts_with(first), "{}", verdict.text());
    let account = order.realm.account();
    let trail = format!("the trail arn:aws:cloudtrail:eu-west-1:{account}:trail/all takes every event of AWS KMS");
    assert!(verdict.text().contains(&trail), "{}", verdict.text());
    let signers = format!("by the key's policy: whomever the account lets (arn:aws:iam::{account}:root)");
    assert!(verdict.text().contains(&signers), "{}", verdict.text());
    // The administrator marks the key, and the CA demands it.
    let tags = json!([{"TagKey": "hardkey-challenge", "TagValue": order.nonce}]);
    let policy = String::from_utf8(order.scene.read("policy.toml")).unwrap();
    order.scene.write("policy.toml", policy.replacen("based_on", "demanded = [\"ownership\"]\nbased_on", 1));
    assert_eq!(unmet(&order.verdict()), ["ownership"]);
    order.realm.subscriber.kms("TagResource", &json!({"KeyId": order.realm.key.arn, "Tags": tags}));
    let verdict = order.verdict();
    assert_eq!(verdict.status, Some(0), "{}", verdict.text());
}

#[test]
fn a_trail_that_is_off_or_leaves_kms_out_rejects_with_the_reason() {
    let Some(order) = Order::placed("a_trail_that_is_off_or_leaves_kms_out_rejects_with_the_reason") else { return };
    let rejected = |why: &str| {
        let verdict = order.verdict();
        assert_eq!((verdict.status, unmet(&verdict)), (Some(1), vec!["logging".to_owned()]), "{}", verdict.text());
        assert!(verdict.text().contains(why), "{}", verdict.text());
    };
    let subscriber = &order.realm.subscriber;
    subscriber.cloudtrail("StopLogging", &json!({"Name": "all"}));
    rejected("it does not log now: IsLogging is false");
    subscriber.cloudtrail("StartLogging", &json!({"Name": "all"}));
    let selector = json!({
        "ReadWriteType": "All", "IncludeManagementEvents": true, "ExcludeManagementEventSources": ["kms.amazonaws.com"],
    });
    subscriber.cloudtrail("PutEventSelectors", &json!({"TrailName": "all", "EventSelectors": [selector]}));
    rejected("it leaves out AWS KMS: ExcludeManagementEventSources has kms.amazonaws.com");
    subscriber.cloudtrail("DeleteTrail", &json!({"Name": "all"}));
    rejected("the account has no trail in the key's region");
}

#[test]
fn half_a_grant_shows_where_the_key_lives_and_says_that_the_logs_were_not_shown() {
    let test = "half_a_grant_shows_where_the_key_lives_and_says_that_the_logs_were_not_shown";
    let Some(order) = Order::placed(test) else { return };
    order.realm.with_permissions(&["kms:DescribeKey", "kms:GetPublicKey"]);
    let verdict = order.verdict();
    assert_eq!((verdict.status, unmet(&verdict)), (Some(1), vec!["logging".to_owned()]), "{}", verdict.text());
    let refused = format!("aws.describe-trails of {}: AccessDeniedException", order.realm.account());
    assert!(verdict.text().contains(&refused), "{}", verdict.text());
    let generated = "the key was generated inside the HSM, and not imported: yes (the answer to kms:DescribeKey)";
    assert!(verdict.text().contains(generated), "{}", verdict.text());
}

#[test]
fn another_external_id_leaves_the_report_with_what_sts_said_and_what_to_compare() {
    let test = "another_external_id_leaves_the_report_with_what_sts_said_and_what_to_compare";
    let Some(order) = Order::placed(test) else { return };
    let config = String::from_utf8(order.scene.read("ca.toml")).unwrap();
    order.scene.write("ca.toml", config.replace(realm::EXTERNAL_ID, "another-order"));
    let verdict = order.verdict();
    let text = verdict.text();
    assert_eq!(verdict.status, Some(1), "{text}");
    assert!(text.starts_with("reported: "), "{text}");
    assert!(
        text.contains("; refused: AccessDenied, ") && text.contains("to perform: sts:AssumeRole on resource: "),
        "{text}"
    );
    let next = "next: The cloud refused you, in the words that the record has. Compare as whom you asked with whom the subscriber let \
        ask (of AWS role and external id), ";
    assert!(text.contains(next) && !text.contains("ask the cloud yourself"), "{text}");
}

#[test]
fn a_key_that_is_to_be_deleted_is_rejected_and_a_cloud_that_is_down_leaves_no_record() {
    let test = "a_key_that_is_to_be_deleted_is_rejected_and_a_cloud_that_is_down_leaves_no_record";
    let Some(order) = Order::placed(test) else { return };
    let config = String::from_utf8(order.scene.read("ca.toml")).unwrap();
    order.scene.write("ca.toml", config.replace(&order.realm.ca.endpoint, "http://127.0.0.1:9"));
    let down = order.asked();
    assert_eq!((down.status, order.scene.exists("record.json")), (Some(2), false), "{}", down.stderr);
    assert!(down.stderr.contains("AWS STS could not be reached for sts:AssumeRole: "), "{}", down.stderr);
    order.scene.write("ca.toml", config);
    let body = json!({"KeyId": order.realm.key.arn, "PendingWindowInDays": 7});
    order.realm.subscriber.kms("ScheduleKeyDeletion", &body);
    let verdict = order.verdict();
    assert_eq!(verdict.status, Some(1), "{}", verdict.text());
    assert!(
        verdict.text().starts_with("rejected: ") && verdict.text().contains("PendingDeletion"),
        "{}",
        verdict.text()
    );
}
