//! Azure Monitor: diagnostic settings of a vault, and the rows that they brought into a workspace.

use crate::azure::permission::SUBSCRIPTION;
use crate::clock;
use serde::Deserialize;
use serde_json::{Value, json};

/// What is watched of a vault.
#[derive(Debug)]
pub(crate) struct Watch {
    /// Diagnostic settings: `properties` of each, as Azure Monitor has them.
    pub(crate) settings: Vec<Value>,
    /// What came into the workspace, oldest first.
    pub(crate) events: Vec<Event>,
}

/// A row.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    pub(crate) operation: String,
    #[serde(default = "usual_table")]
    pub(crate) table: String,
    #[serde(default = "success")]
    pub(crate) status: Option<u16>,
    #[serde(default)]
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) request_uri: String,
    /// When; now if empty.
    #[serde(default)]
    pub(crate) time: String,
    /// Another resource than the vault.
    pub(crate) resource: Option<String>,
}

fn usual_table() -> String {
    "AZKVAuditLogs".to_owned()
}

#[expect(clippy::unnecessary_wraps, reason = "the form that the field has")]
fn success() -> Option<u16> {
    Some(200)
}

impl Default for Watch {
    /// One setting that sends the audit log to a workspace.
    fn default() -> Watch {
        let workspace = "/resourceGroups/logs/providers/Microsoft.OperationalInsights/workspaces/audit";
        let setting = json!({
            "storageAccountId": null, "serviceBusRuleId": null, "eventHubAuthorizationRuleId": null, "eventHubName": null,
            "workspaceId": format!("/subscriptions/{SUBSCRIPTION}{workspace}"), "metrics": [],
            "logs": [{"category": null, "categoryGroup": "audit", "enabled": true,
                "retentionPolicy": {"enabled": false, "days": 0}}],
            "logAnalyticsDestinationType": "Dedicated",
        });
        Watch { settings: vec![setting], events: Vec::new() }
    }
}

impl Watch {
    /// Keeps what happened, if a setting sends it to a workspace now.
    pub(crate) fn see(&mut self, operation: &str, id: String) {
        let is_kept = |setting: &Value| {
            let logs = setting["logs"].as_array().is_some_and(|logs| logs.iter().any(|log| log["enabled"] == true));
            setting["workspaceId"].is_string() && logs
        };
        if self.settings.iter().any(is_kept) {
            self.events.push(
                Event {
                    operation: operation.to_owned(),
                    table: usual_table(),
                    status: success(),
                    id,
                    request_uri: String::new(),
                    time: String::new(),
                    resource: None,
                }
                .now(),
            );
        }
    }

    /// `DiagnosticSettingsResourceCollection` of api-version 2021-05-01-preview.
    pub(crate) fn settings(&self, of: &str) -> Value {
        let shown = |(index, properties): (usize, &Value)| {
            let name = format!("setting-{index}");
            // Azure Monitor writes names of resources in small letters.
            json!({
                "id": format!("{}/providers/microsoft.insights/diagnosticSettings/{name}", of.to_lowercase()),
                "type": "Microsoft.Insights/diagnosticSettings", "name": name, "location": null, "kind": null,
                "tags": null, "properties": properties, "identity": null,
            })
        };
        json!({"value": self.settings.iter().enumerate().map(shown).collect::<Vec<_>>()})
    }

    /// What the query of `hardkey-confirm` finds, the one query that this emulator knows: rows about the key that it names in its first
    /// line. `None` for another query.
    pub(crate) fn query(&self, query: &str, of: &str) -> Option<Value> {
        let name = query.strip_prefix("let name = \"")?.split('"').next()?.to_lowercase();
        let known = ["table(\"AZKVAuditLogs\")", "table(\"AzureDiagnostics\")", "| top 200 by TimeGenerated asc"];
        if !known.iter().all(|part| query.contains(part)) {
            return None;
        }
        let asked = |event: &&Event| query.contains(&format!("\"{}\"", event.operation)) && event.names(&name);
        let row = |event: &Event| {
            let resource = event.resource.clone().unwrap_or_else(|| of.to_lowercase());
            json!([event.time, event.table, resource, event.operation, event.status, event.id, event.request_uri])
        };
        let column = |(name, kind): (&str, &str)| json!({"name": name, "type": kind});
        let columns = [
            ("TimeGenerated", "datetime"),
            ("SourceTable", "string"),
            ("ResourceId", "string"),
            ("OperationName", "string"),
            ("HttpStatus", "int"),
            ("Id", "string"),
            ("RequestUri", "string"),
        ];
        let rows: Vec<Value> = self.events.iter().filter(asked).take(200).map(row).collect();
        Some(json!({"tables": [{"name": "PrimaryResult", "columns": columns.map(column), "rows": rows}]}))
    }
}

impl Event {
    /// With a time.
    pub(crate) fn now(mut self) -> Event {
        if self.time.is_empty() {
            self.time = clock::iso_8601(clock::whole_seconds());
        }
        self
    }

    /// `Named in (tolower(name), "restore", "")` of that query.
    fn names(&self, name: &str) -> bool {
        let url = if self.id.is_empty() { &self.request_uri } else { &self.id };
        let path = url.split("://").nth(1).and_then(|rest| rest.split_once('/')).map_or("", |(_, path)| path);
        let named = path.split(['/', '?']).nth(1).unwrap_or_default().to_lowercase();
        [name, "restore", ""].contains(&named.as_str())
    }
}
