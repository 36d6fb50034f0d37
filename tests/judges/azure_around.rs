//! What is around a vault of Azure, through Azure's own Python clients of Resource Manager, Resource Graph and logs.

use hardkey_tests::azure::RESOURCES;
use hardkey_tests::emulator::Emulator;
use hardkey_tests::skip::skip;
use serde_json::{Value, json};

use crate::{kql, python};

#[test]
fn azures_python_clients_take_every_answer_around_a_vault() {
    let emulator = Emulator::start(&[]);
    let key = emulator.azure_key(json!({ "kty": "EC-HSM", "name": "release" }));
    let (role, scope) = ("11111111-2222-3333-4444-555555555555", format!("{RESOURCES}/vaults/vault"));
    emulator.azure_roles(json!({
        "definitions": [{ "id": role, "name": "reads", "actions": ["a/read"], "data_actions": ["b/read"] }],
        "assignments": [{ "principal": "judge", "role": role, "scope": scope }],
    }));
    let query = kql::of_key(&key.name);
    let ready = json!({ "aws_tls": emulator.tls_endpoint(), "ca": emulator.ca() }).to_string();
    let Some(output) = python("azure-around", &[&ready, &query]) else {
        return skip(
            "azures_python_clients_take_every_answer_around_a_vault",
            "its environment is not there; run: tests/judges/install.sh azure-around",
        );
    };
    let seen: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let columns = ["TimeGenerated", "SourceTable", "ResourceId", "OperationName", "HttpStatus", "Id", "RequestUri"];
    assert_eq!(
        seen,
        json!({
            "vault": ["premium", "https://vault.vault.azure.net/", true],
            "hsm": ["Standard_B1", "https://hsm.managedhsm.azure.net/"],
            "settings": [["audit", true]],
            "assigned": [["judge", true]],
            "role": [["a/read"], ["b/read"]],
            "found": [true],
            "columns": columns,
            "rows": [["AZKVAuditLogs", "KeyCreate", 200, true]],
        })
    );
}
