//! Google Cloud: the audit configurations of the key's project and of the folders and organization above it. What administers a key is
//! always logged; signatures are reads of data, which are logged where one of these asks for it. What a level asks for, none below
//! takes back, and whom it exempts is exempt below: Cloud Logging, "Enable Data Access audit logs" (read November 2026).
//!
//! Cloud KMS, "Audit logging information": `AsymmetricSign` is `DATA_READ` (read November 2026).

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::claim::{Topic, Value};
use crate::malformed::Malformed;
use crate::shown;

use super::Gathered;
use super::answer::{self, Moment, Object};
use super::google_iam::{AuditLogConfig, Policy};

const FROM: &str = "the IAM policies of the project and of what is above it";
const PARENT: &str = "the answer to projects.get or folders.get";
/// The services whose configuration is for keys.
const SERVICES: [&str; 2] = ["allServices", "cloudkms.googleapis.com"];
/// The logs that have signatures.
const SIGNATURES: &str = "DATA_READ";
/// Resource Manager, "Quotas and limits": folders nest ten deep. With a project and an organization, twelve levels.
const MOST_LEVELS: usize = 12;

/// `Project` and `Folder`, google/cloud/resourcemanager/v3 (read November 2026). Fields with an underscore decide nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Container {
    _configured_capabilities: Option<IgnoredAny>,
    _create_time: Option<Moment>,
    _delete_time: Option<Moment>,
    _display_name: Option<String>,
    _etag: Option<String>,
    _labels: Option<IgnoredAny>,
    _management_project: Option<String>,
    name: String,
    parent: Option<String>,
    project_id: Option<String>,
    _state: Option<String>,
    _tags: Option<IgnoredAny>,
    _update_time: Option<Moment>,
}

/// What answers say of the levels above a key, in any order, until all are there.
#[derive(Default)]
pub(super) struct Levels {
    policies: Vec<(String, Configured)>,
    parents: Vec<(String, Option<String>)>,
}

/// What one level asks for.
#[derive(Clone, Copy)]
struct Configured {
    on: bool,
    exempt: bool,
}

impl Levels {
    /// The policy of a level.
    pub(super) fn policy(&mut self, of: &str, json: &[u8]) -> Result<(), Malformed> {
        let policy: Policy = answer::read(FROM, json)?;
        let services = policy.audit_configs.iter().flatten();
        let of_keys = services.filter(|Object(one)| SERVICES.contains(&one.service.as_str()));
        let configs: Vec<&AuditLogConfig> = of_keys
            .flat_map(|Object(one)| one.audit_log_configs.iter().flatten())
            .map(|Object(one)| one)
            .filter(|config| config.log_type == SIGNATURES)
            .collect();
        // Both services' configurations are put together, exemptions too.
        let exempt = configs.iter().any(|config| config.exempted_members.as_ref().is_some_and(|list| !list.is_empty()));
        self.policies.push((of.to_owned(), Configured { on: !configs.is_empty(), exempt }));
        Ok(())
    }

    /// What is right above a level.
    pub(super) fn parent(&mut self, of: &str, json: &[u8]) -> Result<(), Malformed> {
        self.parents.push((of.to_owned(), parent(of, json)?));
        Ok(())
    }

    /// Says whether signatures are logged, with nobody exempt. What was not shown may ask for logs, and may exempt somebody.
    pub(super) fn conclude(&self, resource: &str, gathered: &mut Gathered) {
        let Some((project, _)) = resource.split_once("/locations/") else { return };
        if self.policies.is_empty() {
            return;
        }
        let (levels, above) = self.above(project);
        let configured =
            |level: &&str| self.policies.iter().find(|(of, _)| of == level).map(|(_, configured)| configured);
        let first = |is: fn(&Configured) -> bool| levels.iter().find(|level| configured(level).is_some_and(is));
        let mut unseen: Vec<String> =
            levels.iter().filter(|level| configured(level).is_none()).map(|level| format!("of {level}")).collect();
        unseen.extend(above.map(|level| format!("above {level}")));
        let unseen =
            (!unseen.is_empty()).then(|| format!("the audit configuration {} was not shown", unseen.join(" and ")));
        let what = "DATA_READ of Cloud KMS, which signatures are";
        let (flag, text) = match (first(|one| one.exempt), first(|one| one.on), unseen) {
            (Some(level), _, _) => (Some(false), format!("{level} logs {what}, but not of everybody")),
            (None, Some(level), None) => (Some(true), format!("{level} logs {what}, of everybody")),
            (None, Some(level), Some(unseen)) => {
                (None, format!("{level} logs {what}; {unseen}, and may exempt somebody"))
            }
            (None, None, None) => (Some(false), format!("neither {project} nor what is above it logs {what}")),
            (None, None, Some(unseen)) => (None, format!("nothing that was shown logs {what}; {unseen}")),
        };
        if let Some(flag) = flag {
            gathered.answered(FROM, Topic::Logging, Value::Flag(flag));
        }
        gathered.answered(FROM, Topic::Logs, Value::Text(text));
    }

    /// The project and what is above it, as far as it is known, and the level above which nothing is known.
    fn above<'a>(&'a self, project: &'a str) -> (Vec<&'a str>, Option<&'a str>) {
        let mut levels = vec![project];
        let mut last = project;
        while !last.starts_with("organizations/") {
            match self.parents.iter().find(|(of, _)| of == last).map(|(_, parent)| parent) {
                Some(Some(parent)) if levels.len() < MOST_LEVELS => {
                    levels.push(parent);
                    last = parent;
                }
                Some(None) => return (levels, None),
                Some(Some(_)) | None => return (levels, Some(last)),
            }
        }
        (levels, None)
    }
}

/// What is right above a project or a folder; nothing above one that no organization has.
fn parent(of: &str, json: &[u8]) -> Result<Option<String>, Malformed> {
    let answer: Container = answer::read(PARENT, json)?;
    // A project is called by its number in `name`.
    let own = [Some(answer.name.clone()), answer.project_id.map(|id| format!("projects/{id}"))];
    if !own.into_iter().flatten().any(|name| name == of) {
        return Err(Malformed::new(PARENT, format!("{of}, in name or projectId"), shown::short(&answer.name)));
    }
    match answer.parent {
        Some(parent) if !is_above(&parent) => {
            Err(Malformed::new(PARENT, "folders/… or organizations/…, in parent", shown::short(&parent)))
        }
        parent => Ok(parent),
    }
}

/// What is right above, for whoever asks on; nothing where the answer cannot be read.
pub(crate) fn parent_of(of: &str, json: &[u8]) -> Option<String> {
    parent(of, json).ok().flatten()
}

/// Whether it is the name of a folder or an organization.
pub(crate) fn is_above(name: &str) -> bool {
    let id = name.strip_prefix("folders/").or_else(|| name.strip_prefix("organizations/"));
    id.is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
