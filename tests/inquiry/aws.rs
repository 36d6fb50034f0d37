//! AWS: the role of `hardkey grant-ca aws`, as it is printed, on a ministack that enforces policies.

mod asked;
mod granted;

use hardkey_tests::realm::{self, Realm};
use serde_json::{Value, json};

use asked::{FIRST_QUESTIONS, PERMISSIONS, ask, ask_as, ask_in, ask_with, refused_role};

/// What is asked of a key with a trail, in order.
const QUESTIONS: [&str; 9] = [
    "aws.describe-key",
    "aws.get-public-key",
    "aws.list-resource-tags",
    "aws.get-key-policy",
    "aws.list-grants",
    "aws.describe-trails",
    "aws.lookup-events",
    "aws.get-trail-status",
    "aws.get-event-selectors",
];

#[test]
fn the_printed_role_is_all_that_it_takes_to_ask_everything() {
    let Some(realm) = Realm::prepared("the_printed_role_is_all_that_it_takes_to_ask_everything") else { return };
    let answers = ask(&realm);
    let kinds: Vec<&str> = answers.iter().map(|answer| answer["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, QUESTIONS, "{answers:#?}");
    let host = realm.ca.endpoint.trim_start_matches("http://");
    for answer in &answers {
        assert!(answer["data"].is_string(), "{answer:#}");
        assert_eq!(answer["endpoint"], host);
        let request = answer["request"].as_str().unwrap();
        assert!(request.ends_with(&format!(" as {}", realm.role_arn())), "{request}");
    }
    let description: Value = serde_json::from_str(answers[0]["data"].as_str().unwrap()).unwrap();
    assert_eq!(description["KeyMetadata"]["Arn"], realm.key.arn.as_str());
}

/// The name of the permission is that of the question; without it, that question alone is refused.
#[test]
fn without_one_permission_one_question_is_refused() {
    let Some(realm) = Realm::prepared("without_one_permission_one_question_is_refused") else { return };
    for (permission, kind) in PERMISSIONS {
        realm.without_permission(permission);
        let answers = ask(&realm);
        let refused: Vec<&Value> = answers.iter().filter(|answer| answer["data"].is_null()).collect();
        let [refused] = refused.as_slice() else { panic!("{permission}: {answers:#?}") };
        assert_eq!(
            (&refused["kind"], &refused["code"]),
            (&json!(kind), &json!("AccessDeniedException")),
            "{refused:#}"
        );
        let message = refused["message"].as_str().unwrap();
        assert!(message.contains(&format!("is not authorized to perform: {permission}")), "{message}");
    }
}

/// No grant, another external id, a role that is gone, a role of another account: STS says the same of all.
#[test]
fn where_the_role_is_refused_the_questions_that_need_it_are_refused_in_the_words_of_sts() {
    let test = "where_the_role_is_refused_the_questions_that_need_it_are_refused_in_the_words_of_sts";
    let Some(realm) = Realm::prepared(test) else { return };
    let denied = |answers: &[Value]| refused_role(answers, &realm);
    denied(&ask_with(&realm, &realm.configuration("hardkey-confirm", "another-order")));
    denied(&ask_with(&realm, &realm.configuration("no-such-role", realm::EXTERNAL_ID)));
    realm.subscriber.iam("DeleteRolePolicy", &["RoleName=hardkey-confirm", "PolicyName=hardkey-confirm-reads"]);
    realm.subscriber.iam("DeleteRole", &["RoleName=hardkey-confirm"]);
    denied(&ask(&realm));
}

#[test]
fn a_role_for_another_ca_is_none_for_this_one() {
    let Some(realm) = Realm::prepared("a_role_for_another_ca_is_none_for_this_one") else { return };
    let other = realm.another_user_of_the_ca();
    let answers = ask_as(&realm, &other, &realm.configuration("hardkey-confirm", realm::EXTERNAL_ID));
    refused_role(&answers, &realm);
}

#[test]
fn where_the_key_names_the_ca_it_is_read_with_the_cas_own_credentials_and_the_logs_are_not() {
    let test = "where_the_key_names_the_ca_it_is_read_with_the_cas_own_credentials_and_the_logs_are_not";
    let Some(realm) = Realm::prepared(test) else { return };
    let user = realm.user_of_two_permissions();
    for configuration in [
        realm.configuration("no-such-role", realm::EXTERNAL_ID),
        // Without a role at all.
        realm.endpoints(),
    ] {
        let answers = ask_as(&realm, &user, &configuration);
        let data: Vec<&str> =
            answers.iter().filter(|one| one["data"].is_string()).map(|one| one["kind"].as_str().unwrap()).collect();
        assert_eq!(data, ["aws.describe-key", "aws.get-public-key"], "{answers:#?}");
        let request = answers[0]["request"].as_str().unwrap();
        assert_eq!(request, format!("kms:DescribeKey {} as the CA itself", realm.key.arn));
    }
    let answers = ask_as(&realm, &user, &realm.endpoints());
    let trails = answers.iter().find(|one| one["kind"] == "aws.describe-trails").unwrap();
    assert_eq!(trails["code"], "NotAsked");
    let lacks = "the CA's configuration names no role of the key's account; set role and external_id in [aws]";
    assert_eq!(trails["message"], lacks);
}

#[test]
fn nothing_in_the_environment_or_the_profile_leads_a_question_elsewhere() {
    let test = "nothing_in_the_environment_or_the_profile_leads_a_question_elsewhere";
    let Some(realm) = Realm::prepared(test) else { return };
    let nowhere = "http://127.0.0.1:9";
    let profile = realm.write("profile", "[default]\nregion = us-west-1\nendpoint_url = http://127.0.0.1:9\nservices = all\n[services all]\nkms =\n  endpoint_url = http://127.0.0.1:9\ncloudtrail =\n  endpoint_url = http://127.0.0.1:9\nsts =\n  endpoint_url = http://127.0.0.1:9\n");
    let mut environment = realm.environment();
    for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL_CLOUDTRAIL", "AWS_ENDPOINT_URL_STS"] {
        environment.insert(name.to_owned(), nowhere.to_owned());
    }
    let in_environment = ask_in(&realm, &environment, &realm.whole());
    assert_eq!(
        in_environment.iter().filter(|one| one["data"].is_string()).count(),
        QUESTIONS.len(),
        "{in_environment:#?}"
    );
    let mut environment = realm.environment();
    environment.remove("AWS_REGION");
    environment.insert("AWS_CONFIG_FILE".to_owned(), profile);
    let in_profile = ask_in(&realm, &environment, &realm.whole());
    assert_eq!(in_profile.iter().filter(|one| one["data"].is_string()).count(), QUESTIONS.len(), "{in_profile:#?}");
}

#[test]
fn a_cloud_that_does_not_answer_leaves_every_question_undecided() {
    let Some(realm) = Realm::prepared("a_cloud_that_does_not_answer_leaves_every_question_undecided") else { return };
    let configuration = realm.whole().replace(&realm.ca.endpoint, "http://127.0.0.1:9");
    let answers = ask_with(&realm, &format!("{configuration}[network]\ntimeout = 3\n"));
    assert_eq!(answers.len(), FIRST_QUESTIONS, "{answers:#?}");
    for answer in &answers {
        let error = answer["error"].as_str().unwrap();
        assert!(error.starts_with("AWS STS could not be reached for sts:AssumeRole: "), "{error}");
    }
}
