use hardkey_synthetic::record::{VAULT, diagnostic_settings};
use serde_json::{Value as Json, json};

use super::*;
use crate::check::Ledger;
use crate::finding::Basis;

fn read(settings: &Json) -> Result<Vec<String>, String> {
    let mut gathered = Gathered::by(Basis::Confirmed, Ledger::default());
    gather(settings.to_string().as_bytes(), VAULT, &mut gathered).map_err(|error| error.to_string())?;
    let line = |claim: &crate::claim::Claim| format!("{} {}: {}", claim.basis, claim.topic.name(), claim.value);
    Ok(gathered.claims.iter().map(line).collect())
}

fn with(field: &str, value: Json) -> Json {
    let mut settings = diagnostic_settings();
    settings["value"][0]["properties"][field] = value;
    settings
}

fn log(log: Json) -> Json {
    with("logs", json!([log]))
}

fn on(sinks: &str) -> Vec<String> {
    vec!["confirmed logging: yes".to_owned(), format!("confirmed logs: the setting audit sends AuditEvent to {sinks}")]
}

fn off(count: usize) -> Vec<String> {
    vec![
        "confirmed logging: no".to_owned(),
        format!("confirmed logs: none of {count} diagnostic settings sends AuditEvent anywhere"),
    ]
}

#[test]
fn one_setting_that_sends_the_audit_log_somewhere_is_enough() {
    let good = Ok(on("a workspace"));
    assert_eq!(read(&diagnostic_settings()), good);
    for good_log in
        [json!({ "categoryGroup": "allLogs", "enabled": true }), json!({ "category": "AuditEvent", "enabled": true })]
    {
        assert_eq!(read(&log(good_log)), good);
    }
    let mut two = with("logs", json!([]));
    two["value"].as_array_mut().unwrap().push(diagnostic_settings()["value"][0].clone());
    assert_eq!(read(&two), good);
    for (field, sink) in [
        ("storageAccountId", "a storage account"),
        ("eventHubAuthorizationRuleId", "an event hub"),
        ("marketplacePartnerId", "a partner"),
    ] {
        let mut settings = with("workspaceId", Json::Null);
        settings["value"][0]["properties"][field] = "/subscriptions/1".into();
        assert_eq!(read(&settings), Ok(on(sink)));
    }
}

#[test]
fn what_is_not_enabled_not_audited_or_sent_nowhere_is_not_logged() {
    assert_eq!(read(&json!({ "value": [] })), Ok(off(0)));
    for bad in [
        log(json!({ "categoryGroup": "audit", "enabled": false })),
        log(json!({ "categoryGroup": "Audit events", "enabled": true })),
        log(json!({ "category": "AzurePolicyEvaluationDetails", "enabled": true })),
        log(json!({ "category": "audit", "enabled": true })),
        with("logs", Json::Null),
        with("workspaceId", Json::Null),
        with("workspaceId", "".into()),
    ] {
        assert_eq!(read(&bad), Ok(off(1)), "{bad}");
    }
}

#[test]
fn settings_of_another_vault_are_malformed() {
    let mut settings = diagnostic_settings();
    let id = format!("{VAULT}2/providers/microsoft.insights/diagnosticSettings/audit");
    settings["value"][0]["id"] = id.clone().into();
    let error = format!("the diagnostic settings of Azure: expected settings of {VAULT}, in id, found {id}");
    assert_eq!(read(&settings), Err(error));
}
