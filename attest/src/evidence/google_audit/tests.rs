use hardkey_synthetic::record::iam_policy;
use serde_json::{Value as Json, json};

use super::*;
use crate::check::Ledger;
use crate::finding::Basis;

fn read(configs: &Json) -> Vec<String> {
    let mut policy = iam_policy();
    policy["auditConfigs"] = configs.clone();
    let mut gathered = Gathered::by(Basis::Confirmed, Ledger::default());
    gather(policy.to_string().as_bytes(), &mut gathered).unwrap();
    let line = |claim: &crate::claim::Claim| format!("{} {}: {}", claim.basis, claim.topic.name(), claim.value);
    gathered.claims.iter().map(line).collect()
}

fn config(service: &str, log_type: &str, exempt: &[&str]) -> Json {
    json!({ "service": service, "auditLogConfigs": [{ "logType": log_type, "exemptedMembers": exempt }] })
}

const KMS: &str = "cloudkms.googleapis.com";

#[test]
fn signatures_are_logged_where_the_project_asks_for_data_read_of_everybody() {
    let good = [
        "confirmed logging: yes",
        "confirmed logs: the project logs DATA_READ of Cloud KMS, which signatures are, of everybody",
    ];
    assert_eq!(read(&iam_policy()["auditConfigs"]), good);
    for service in ["allServices", KMS] {
        assert_eq!(read(&json!([config(service, "DATA_READ", &[])])), good);
    }
}

#[test]
fn other_logs_other_services_and_exemptions_are_not_enough() {
    let none = [
        "confirmed logging: no",
        "confirmed logs: the project does not log DATA_READ of Cloud KMS, which signatures are",
    ];
    for configs in [
        json!([]),
        Json::Null,
        json!([config(KMS, "DATA_WRITE", &[]), config(KMS, "ADMIN_READ", &[])]),
        json!([config("storage.googleapis.com", "DATA_READ", &[])]),
        json!([{ "service": KMS }]),
    ] {
        assert_eq!(read(&configs), none, "{configs}");
    }
    let exempt = [
        "confirmed logging: no",
        "confirmed logs: the project logs DATA_READ of Cloud KMS, which signatures are, but not of everybody",
    ];
    let some = config("allServices", "DATA_READ", &["user:a@example.com"]);
    assert_eq!(read(&json!([some])), exempt);
    // An exemption for all services holds for this one, whatever its own configuration says.
    assert_eq!(read(&json!([config(KMS, "DATA_READ", &[]), some])), exempt);
}
