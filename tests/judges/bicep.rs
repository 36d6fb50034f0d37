//! The roles for a CA, as `hardkey grant-ca azure` prints them in Bicep, by a parser that others keep. It knows the language and its
//! functions, and no resource's fields.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use hardkey_tests::skip::skip;
use hardkey_tests::{built, host};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::python;

const LIMIT: Duration = Duration::from_secs(60);
const CA: &str = "7c9d2e4f-6a8b-4d1c-b3e5-f7081a2b3c4d";

/// What a template gives to the CA, by the parser's word: the kind and name of what each role is given on, and what the role has.
fn given(parsed: &Value) -> Value {
    let resources = &parsed["resources"];
    let owns = |value: &Value, name: &str| {
        let operands = &value["operator"]["operands"];
        operands[name].as_str().map(str::to_owned)
    };
    let assignments = resources.as_object().unwrap().values();
    let of = assignments.filter(|resource| resource["type"] == "Microsoft.Authorization/roleAssignments");
    let given = of.map(|assignment| {
        let config = &assignment["config"];
        let scope = match (owns(&config["scope"], "operand_1"), owns(&config["scope"], "operand_2")) {
            (Some(outer), Some(inner)) => format!("{outer}__{inner}"),
            _ => config["scope"].as_str().unwrap().to_owned(),
        };
        let role = owns(&config["properties"]["roleDefinitionId"], "operand_1").unwrap();
        let permissions = &resources[role.as_str()]["config"]["properties"]["permissions"];
        let who = config["properties"]["principalId"].as_str().unwrap();
        json!({
            "to": parsed["parameters"][who]["default"], "on": resources[&scope]["type"],
            "named": resources[&scope]["config"]["name"], "may": permissions,
        })
    });
    given.collect()
}

fn role(kind: &str, name: &str, actions: &[&str], data_actions: &[&str]) -> Value {
    json!({
        "to": CA, "on": kind, "named": name,
        "may": [{ "actions": actions, "notActions": [], "dataActions": data_actions, "notDataActions": [] }],
    })
}

#[test]
fn a_parser_of_others_reads_the_roles_in_bicep() {
    let logs = ["Microsoft.Insights/logs/AZKVAuditLogs/read", "Microsoft.Insights/logs/AzureDiagnostics/read"];
    let [of_a_vault, of_an_hsm] = ["vaults", "managedHSMs"].map(|kind| {
        let mut actions = vec![format!("Microsoft.KeyVault/{kind}/read")];
        actions.push("Microsoft.Insights/diagnosticSettings/read".to_owned());
        actions.extend((kind == "vaults").then(|| "Microsoft.Authorization/roleAssignments/read".to_owned()));
        actions.extend(logs.map(str::to_owned));
        let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
        role(&format!("Microsoft.KeyVault/{kind}"), "example", &actions, &[])
    });
    let of_the_key = role("Microsoft.KeyVault/vaults/keys", "release", &[], &["Microsoft.KeyVault/vaults/keys/read"]);
    for (host_name, expected) in [
        ("example.vault.azure.net", json!([of_a_vault, of_the_key])),
        ("example.managedhsm.azure.net", json!([of_an_hsm])),
    ] {
        let key = format!("https://{host_name}/keys/release");
        let arguments = ["grant-ca", "azure", "--ca", CA, "--key", &key];
        let template = host::run(built::command_lines().0, arguments, &BTreeMap::new(), LIMIT).success().text();
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("roles.bicep");
        fs::write(&file, &template).unwrap();
        let Some(output) = python("bicep", &[file.to_str().unwrap()]) else {
            let why = "its environment is not there; run: tests/judges/install.sh bicep";
            return skip("a_parser_of_others_reads_the_roles_in_bicep", why);
        };
        let objection = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*objection), (Some(0), ""), "{template}");
        assert_eq!(given(&serde_json::from_slice(&output.stdout).unwrap()), expected, "{template}");
    }
}
