//! The queries that `hardkey-confirm` and `hardkey grant-ca` send to Azure, by Microsoft's own parser and checker of KQL.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use hardkey_tests::skip::skip;
use hardkey_tests::{built, host};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::home;

/// Where the queries are written: a verdict on others shows nothing.
const QUERIES: &str = include_str!("../../provider/kms/src/azure/desk/query.rs");
/// Several times what it takes to load 5 MB of JavaScript on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// The query about a key's events.
pub fn of_key(name: &str) -> String {
    between("r#\"", "\"#").replace("KEY", name)
}

/// The query that finds a vault.
fn of_resource() -> String {
    between("format!(\"", "\")").replace("{resource_type}", "vaults").replace("{name}", "release")
}

fn between(start: &str, end: &str) -> &'static str {
    QUERIES.split(start).nth(1).unwrap().split(end).next().unwrap()
}

/// Columns that are asked for, and others of the same tables. Azure Monitor, "Azure Monitor Logs table reference", `AZKVAuditLogs` and
/// `AzureDiagnostics`; Azure Resource Graph, "Azure Resource Graph table and resource type reference", `resources` (read November 2026).
/// What a column of `AzureDiagnostics` with `_d` or `_s` is called is up to Key Vault, and a workspace has it after the first row.
fn schema(with_rows: bool) -> Value {
    let diagnostics =
        "TimeGenerated: datetime, Category: string, OperationName: string, ResultType: string, _ResourceId: string";
    let rows = if with_rows { ", httpStatusCode_d: real, id_s: string, requestUri_s: string" } else { "" };
    json!({
        "AZKVAuditLogs": "TimeGenerated: datetime, OperationName: string, ResultType: string, HttpStatusCode: int, Id: string, \
                          RequestUri: string, _ResourceId: string, CallerIpAddress: string, DurationMs: int",
        "AzureDiagnostics": format!("{diagnostics}{rows}"),
        "resources": "id: string, name: string, type: string, location: string, properties: dynamic",
    })
}

/// What Microsoft's checker objects to, and the columns that come of a query; `None` if it is not installed.
fn judged(test: &str, with_rows: bool, query: &str) -> Option<Value> {
    let modules = home().join("judge-kql-node/node_modules");
    if !modules.exists() {
        skip(test, "its environment is not there; with node 20 and npm, run: tests/judges/install.sh kql");
        return None;
    }
    // Node looks for packages beside the program.
    let folder = TempDir::new().unwrap();
    let program = folder.path().join("judge.mjs");
    fs::copy(built::project().join("tests/judges/kql/judge.mjs"), &program).unwrap();
    std::os::unix::fs::symlink(modules, folder.path().join("node_modules")).unwrap();
    let arguments = [program.to_str().unwrap(), &schema(with_rows).to_string(), query];
    let outcome = host::run("node", arguments, &BTreeMap::new(), LIMIT).success();
    Some(serde_json::from_slice(&outcome.stdout).unwrap())
}

#[test]
fn microsofts_own_checker_objects_to_nothing_in_the_queries() {
    const TEST: &str = "microsofts_own_checker_objects_to_nothing_in_the_queries";
    let of_key_columns = [
        "TimeGenerated: datetime",
        "SourceTable: string",
        "ResourceId: string",
        "OperationName: string",
        "HttpStatus: int",
        "Id: string",
        "RequestUri: string",
    ];
    for (query, with_rows, columns) in [
        (of_key("release"), true, &of_key_columns[..]),
        (of_key("release"), false, &of_key_columns),
        (of_resource(), true, &["id: string"]),
    ] {
        let Some(said) = judged(TEST, with_rows, &query) else { return };
        assert_eq!(said, json!({ "objections": [], "columns": columns }), "{query}");
    }
}

#[test]
fn microsofts_own_checker_objects_to_a_name_that_is_none() {
    let unknown = |name: &str, what: &str| format!("The name '{name}' does not refer to any known {what}.");
    let column = |name: &str| unknown(name, "column, table, variable or function");
    for (right, wrong, why) in [
        ("extend", "extnd", "Query operator expected.".to_owned()),
        ("OperationName in", "OperationNam in", column("OperationNam")),
        ("HttpStatusCode", "httpStatusCode", column("httpStatusCode")),
        ("parse_url", "parse_ur", unknown("parse_ur", "function")),
        (" asc", " ascending", "Expected: ;".to_owned()),
    ] {
        let query = of_key("release").replacen(right, wrong, 1);
        let Some(said) = judged("microsofts_own_checker_objects_to_a_name_that_is_none", true, &query) else { return };
        assert_eq!(said["objections"][0]["Message"], why, "{query}");
    }
}
