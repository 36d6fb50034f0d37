//! What each question came to.

use std::collections::BTreeMap;
use std::time::Duration;

use hardkey_tests::host::run;
use hardkey_tests::realm::{Realm, credentials};
use hardkey_tests::stack::User;
use serde_json::Value;

/// Several times what a few refused connections take.
const LIMIT: Duration = Duration::from_secs(120);

/// Which permission each question needs.
pub const PERMISSIONS: [(&str, &str); 9] = [
    ("kms:DescribeKey", "aws.describe-key"),
    ("kms:GetPublicKey", "aws.get-public-key"),
    ("kms:ListResourceTags", "aws.list-resource-tags"),
    ("kms:GetKeyPolicy", "aws.get-key-policy"),
    ("kms:ListGrants", "aws.list-grants"),
    ("cloudtrail:LookupEvents", "aws.lookup-events"),
    ("cloudtrail:DescribeTrails", "aws.describe-trails"),
    ("cloudtrail:GetTrailStatus", "aws.get-trail-status"),
    ("cloudtrail:GetEventSelectors", "aws.get-event-selectors"),
];
/// How many questions no answer leads to.
pub const FIRST_QUESTIONS: usize = 6;

pub fn ask(realm: &Realm) -> Vec<Value> {
    ask_with(realm, &realm.whole())
}

pub fn ask_with(realm: &Realm, configuration: &str) -> Vec<Value> {
    ask_as(realm, &realm.user, configuration)
}

pub fn ask_as(realm: &Realm, user: &User, configuration: &str) -> Vec<Value> {
    ask_in(realm, &credentials(&realm.ca, user), configuration)
}

/// What each question came to, in order.
pub fn ask_in(realm: &Realm, environment: &BTreeMap<String, String>, configuration: &str) -> Vec<Value> {
    let path = realm.write("confirm.toml", configuration);
    let outcome = run(env!("CARGO_BIN_EXE_asker"), [path.as_str(), realm.key.arn.as_str()], environment, LIMIT);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));
    outcome.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Nothing was answered: STS refused the role, and without it there is no such key. AWS says of the key that access is denied; ministack
/// finds none of another account.
pub fn refused_role(answers: &[Value], realm: &Realm) {
    let kinds: Vec<(&str, &str)> =
        answers.iter().map(|one| (one["kind"].as_str().unwrap(), one["code"].as_str().unwrap())).collect();
    let expected = [
        ("aws.describe-key", "NotFoundException"),
        ("aws.get-public-key", "NotFoundException"),
        ("aws.list-resource-tags", "AccessDeniedException"),
        ("aws.get-key-policy", "AccessDenied"),
        ("aws.list-grants", "AccessDenied"),
        ("aws.describe-trails", "AccessDenied"),
    ];
    assert_eq!(kinds, expected, "{answers:#?}");
    let message = answers.last().unwrap()["message"].as_str().unwrap();
    assert!(message.contains("is not authorized to perform: sts:AssumeRole on resource: "), "{message}");
    assert!(message.contains(realm.account()), "{message}");
}
