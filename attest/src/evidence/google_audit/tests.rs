use hardkey_synthetic::record::{iam_policy, project};
use serde_json::{Value as Json, json};

use super::*;
use crate::check::Ledger;
use crate::finding::Basis;

const RESOURCE: &str = "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";
const KMS: &str = "cloudkms.googleapis.com";
const WHAT: &str = "DATA_READ of Cloud KMS, which signatures are";

fn policy(configs: &Json) -> Vec<u8> {
    let mut policy = iam_policy();
    policy["auditConfigs"] = configs.clone();
    policy.to_string().into_bytes()
}

/// What is said of levels, each with its audit configurations if they were shown and what is above it if that was.
fn said(levels: &[(&str, Option<Json>, Option<Json>)]) -> Vec<String> {
    let mut asked = Levels::default();
    for (of, configs, above) in levels {
        if let Some(configs) = configs {
            asked.policy(of, &policy(configs)).unwrap();
        }
        if let Some(above) = above {
            let container =
                if of.starts_with("projects/") { project("p", above) } else { json!({ "name": of, "parent": above }) };
            asked.parent(of, container.to_string().as_bytes()).unwrap();
        }
    }
    let mut gathered = Gathered::by(Basis::Confirmed, Ledger::default());
    asked.conclude(RESOURCE, &mut gathered);
    let line = |claim: &crate::claim::Claim| format!("{} {}: {}", claim.basis, claim.topic.name(), claim.value);
    gathered.claims.iter().map(line).collect()
}

/// A project that no organization has.
fn alone(configs: &Json) -> Vec<String> {
    said(&[("projects/p", Some(configs.clone()), Some(Json::Null))])
}

fn config(service: &str, log_type: &str, exempt: &[&str]) -> Json {
    json!({ "service": service, "auditLogConfigs": [{ "logType": log_type, "exemptedMembers": exempt }] })
}

fn on() -> Option<Json> {
    Some(json!([config(KMS, "DATA_READ", &[])]))
}

fn off() -> Option<Json> {
    Some(json!([]))
}

fn above(name: &str) -> Option<Json> {
    Some(json!(name))
}

#[test]
fn signatures_are_logged_where_the_project_asks_for_data_read_of_everybody() {
    let good = ["confirmed logging: yes".to_owned(), format!("confirmed logs: projects/p logs {WHAT}, of everybody")];
    assert_eq!(alone(&iam_policy()["auditConfigs"]), good);
    for service in ["allServices", KMS] {
        assert_eq!(alone(&json!([config(service, "DATA_READ", &[])])), good);
    }
}

#[test]
fn other_logs_other_services_and_exemptions_are_not_enough() {
    let none = [
        "confirmed logging: no".to_owned(),
        format!("confirmed logs: neither projects/p nor what is above it logs {WHAT}"),
    ];
    for configs in [
        json!([]),
        Json::Null,
        json!([config(KMS, "DATA_WRITE", &[]), config(KMS, "ADMIN_READ", &[])]),
        json!([config("storage.googleapis.com", "DATA_READ", &[])]),
        json!([{ "service": KMS }]),
    ] {
        assert_eq!(alone(&configs), none, "{configs}");
    }
    let exempt =
        ["confirmed logging: no".to_owned(), format!("confirmed logs: projects/p logs {WHAT}, but not of everybody")];
    let some = config("allServices", "DATA_READ", &["user:a@example.com"]);
    assert_eq!(alone(&json!([some])), exempt);
    // An exemption for all services holds for this one, whatever its own configuration says.
    assert_eq!(alone(&json!([config(KMS, "DATA_READ", &[]), some])), exempt);
}

#[test]
fn what_a_folder_or_the_organization_asks_for_and_whom_it_exempts_holds_for_the_project() {
    let top = "organizations/9";
    let good = |level: &str| {
        ["confirmed logging: yes".to_owned(), format!("confirmed logs: {level} logs {WHAT}, of everybody")]
    };
    let at = |project, folder, organization| {
        said(&[
            (top, organization, None),
            ("projects/p", project, above("folders/7")),
            ("folders/7", folder, above(top)),
        ])
    };
    assert_eq!(at(off(), off(), on()), good(top));
    assert_eq!(at(off(), on(), off()), good("folders/7"));
    assert_eq!(at(on(), on(), on()), good("projects/p"));
    assert_eq!(at(off(), off(), off())[0], "confirmed logging: no");
    let some = Some(json!([config("allServices", "DATA_READ", &["user:a@example.com"])]));
    let exempt =
        ["confirmed logging: no".to_owned(), format!("confirmed logs: {top} logs {WHAT}, but not of everybody")];
    assert_eq!(at(on(), off(), some), exempt);
}

#[test]
fn what_was_not_shown_is_missing_and_never_off() {
    let none = |text: &str| [format!("confirmed logs: {text}")];
    let unshown = "the audit configuration of folders/7 and above folders/7 was not shown";
    assert_eq!(
        said(&[("projects/p", off(), above("folders/7"))]),
        none(&format!("nothing that was shown logs {WHAT}; {unshown}"))
    );
    assert_eq!(
        said(&[("projects/p", on(), above("folders/7"))]),
        none(&format!("projects/p logs {WHAT}; {unshown}, and may exempt somebody"))
    );
    assert_eq!(
        said(&[("projects/p", on(), None)]),
        none(&format!(
            "projects/p logs {WHAT}; the audit configuration above projects/p was not shown, and may exempt somebody"
        ))
    );
    assert_eq!(
        said(&[("projects/p", None, above("organizations/9")), ("organizations/9", on(), None)]),
        none(&format!(
            "organizations/9 logs {WHAT}; the audit configuration of projects/p was not shown, and may exempt somebody"
        ))
    );
    assert_eq!(said(&[("projects/p", None, above("organizations/9"))]), [""; 0]);
}

#[test]
fn what_is_not_above_the_project_counts_for_nothing() {
    let other = [("projects/p", off(), Some(Json::Null)), ("organizations/9", on(), None), ("folders/7", on(), None)];
    assert_eq!(said(&other)[0], "confirmed logging: no");
    // Folders that are above each other come to no end.
    let round = [("projects/p", on(), above("folders/7")), ("folders/7", on(), above("folders/7"))];
    assert!(said(&round)[0].ends_with("above folders/7 was not shown, and may exempt somebody"), "{:?}", said(&round));
}

#[test]
fn an_answer_about_another_project_or_with_another_kind_of_parent_is_not_read() {
    let why = |of: &str, json: &Json| parent(of, json.to_string().as_bytes()).unwrap_err().to_string();
    let other = why("projects/q", &project("p", &Json::Null));
    assert!(other.contains("projects/q, in name or projectId"), "{other}");
    let strange = why("projects/p", &project("p", &json!("billingAccounts/1")));
    assert!(strange.contains("folders/… or organizations/…, in parent"), "{strange}");
    for name in ["folders/", "folders/7/8", "folders/..", "projects/1", "organizations/x", "7"] {
        assert!(!is_above(name), "{name}");
    }
    assert_eq!(parent_of("projects/p", project("p", &json!("folders/7")).to_string().as_bytes()).unwrap(), "folders/7");
}
