//! Azure Monitor: the diagnostic settings of a vault or Managed HSM, which say whether its audit log goes anywhere.
//!
//! Fields: Azure REST API, Diagnostic Settings - List, 2021-05-01-preview (read November 2026).

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::claim::{Topic, Value};
use crate::malformed::Malformed;
use crate::shown;

use super::Gathered;
use super::answer::{self, Object};

const FROM: &str = "the diagnostic settings of Azure";
/// Azure Key Vault logging: the category that has every call on keys; and the groups of categories that hold it.
const CATEGORY: &str = "AuditEvent";
const GROUPS: [&str; 2] = ["audit", "allLogs"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Settings {
    value: Vec<Object<Setting>>,
    _next_link: Option<String>,
}

/// Every documented field; those with an underscore decide nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Setting {
    id: String,
    _identity: Option<IgnoredAny>,
    _kind: Option<IgnoredAny>,
    _location: Option<IgnoredAny>,
    name: String,
    properties: Object<Properties>,
    _system_data: Option<IgnoredAny>,
    _tags: Option<IgnoredAny>,
    #[serde(rename = "type")]
    _type: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Properties {
    event_hub_authorization_rule_id: Option<String>,
    _event_hub_name: Option<String>,
    _log_analytics_destination_type: Option<String>,
    logs: Option<Vec<Object<Log>>>,
    marketplace_partner_id: Option<String>,
    _metrics: Option<IgnoredAny>,
    _service_bus_rule_id: Option<String>,
    storage_account_id: Option<String>,
    workspace_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Log {
    category: Option<String>,
    category_group: Option<String>,
    enabled: bool,
    _retention_policy: Option<IgnoredAny>,
}

/// Gathers whether one setting at least sends the audit log somewhere.
pub(super) fn gather(json: &[u8], of: &str, gathered: &mut Gathered) -> Result<(), Malformed> {
    let Settings { value, .. } = answer::read(FROM, json)?;
    // Resource Manager's names are compared without case.
    let own = format!("{of}/providers/").to_ascii_lowercase();
    let stranger = value.iter().find(|Object(setting)| !setting.id.to_ascii_lowercase().starts_with(&own));
    if let Some(Object(setting)) = stranger {
        return Err(Malformed::new(FROM, format!("settings of {of}, in id"), shown::short(&setting.id)));
    }
    let good = value.iter().map(|Object(setting)| setting).find(|setting| setting.properties.0.audits());
    let text = match good {
        Some(setting) => {
            format!("the setting {} sends {CATEGORY} to {}", setting.name, setting.properties.0.sinks().join(", "))
        }
        None => format!("none of {} diagnostic settings sends {CATEGORY} anywhere", value.len()),
    };
    gathered.answered(FROM, Topic::Logging, Value::Flag(good.is_some()));
    gathered.answered(FROM, Topic::Logs, Value::Text(text));
    Ok(())
}

impl Properties {
    fn audits(&self) -> bool {
        let takes = |log: &Log| {
            let of_group = log.category_group.as_deref().is_some_and(|group| GROUPS.contains(&group));
            log.enabled && (of_group || log.category.as_deref() == Some(CATEGORY))
        };
        self.logs.iter().flatten().any(|Object(log)| takes(log)) && !self.sinks().is_empty()
    }

    fn sinks(&self) -> Vec<&'static str> {
        let sinks = [
            (&self.workspace_id, "a workspace"),
            (&self.storage_account_id, "a storage account"),
            (&self.event_hub_authorization_rule_id, "an event hub"),
            (&self.marketplace_partner_id, "a partner"),
        ];
        sinks
            .into_iter()
            .filter(|(id, _)| id.as_deref().is_some_and(|id| !id.is_empty()))
            .map(|(_, sink)| sink)
            .collect()
    }
}

#[cfg(test)]
mod tests;
