//! Azure Monitor: what the audit log of a vault or Managed HSM has of one key. Key Vault itself keeps no origin with a key; its log has
//! whether a version was created there or brought in.
//!
//! Rows come from two tables that Azure alone writes, by the query that `hardkey-kms` sends, for this resource alone. Whoever administers a
//! workspace can delete rows of them and cannot add or change any: neither takes what is sent to the Logs Ingestion API, nor a
//! transformation (Azure documentation, "Supported logs for Microsoft.KeyVault/vaults", read November 2026). So what is believed
//! is a row that is there, of this very version, whose name Azure made up at random; that none is there shows nothing.
//!
//! Names of operations: Azure documentation, "Azure Key Vault logging" (read November 2026).

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::claim::{Topic, Value};
use crate::confirmation::vault_and_key;
use crate::malformed::Malformed;
use crate::shown;

use super::Gathered;
use super::answer::{self, Object};

const FROM: &str = "the audit log of Azure";
/// The tables that Key Vault's diagnostic settings fill, and nobody else can.
const TABLES: [&str; 2] = ["AZKVAuditLogs", "AzureDiagnostics"];
/// The columns that the query asks for.
const COLUMNS: [&str; 7] =
    ["TimeGenerated", "SourceTable", "ResourceId", "OperationName", "HttpStatus", "Id", "RequestUri"];
/// The rows that the query takes. Where there are as many there may be more.
const MOST_ROWS: usize = 200;

/// A new version, made where the key is. A rotation makes one too, and the documentation does not say which version its row names.
const CREATED: &str = "KeyCreate";
/// What brings a version in from elsewhere: a certificate has its key with it.
const IMPORTS: [&str; 2] = ["KeyImport", "CertificateImport"];
/// What brings in a backup of another vault, in which it may have been imported.
const RESTORES: [&str; 2] = ["KeyRestore", "CertificateRestore"];
const NOT_THERE: &str = "it has no KeyCreate of this version: none was kept then, it is not kept so long, or it goes where it cannot be read";

/// Log Analytics API, `QueryResults` (azure-rest-api-specs, read November 2026).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Results {
    tables: Vec<Object<Table>>,
    error: Option<IgnoredAny>,
    #[serde(rename = "statistics")]
    _statistics: Option<IgnoredAny>,
    #[serde(rename = "render")]
    _render: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(rename = "name")]
    _name: String,
    columns: Vec<Object<Column>>,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    name: String,
    #[serde(rename = "type")]
    _type: String,
}

/// The values of [`COLUMNS`].
#[derive(Deserialize)]
struct Row(String, String, String, String, Option<u16>, Option<String>, Option<String>);

/// Gathers whether this version was created in the vault or brought in, and whether copies were taken out.
pub(super) fn gather(json: &[u8], of: &str, resource: &str, gathered: &mut Gathered) -> Result<(), Malformed> {
    let rows = rows(json, of)?;
    let key = Key::of(resource);
    let find = |names: &[&str], wanted: &dyn Fn(&Subject) -> bool| {
        rows.iter().find(|row| names.contains(&row.operation()) && row.succeeded() && wanted(&row.subject(&key)))
    };
    let foreign = find(&IMPORTS, &|subject| matches!(subject, Subject::Version | Subject::Key));
    // A restored key comes with all its versions, of which the log names one.
    let foreign = foreign.or_else(|| find(&RESTORES, &Subject::is_of_the_key));
    let unsaid = find(&[IMPORTS, RESTORES].concat(), &|subject| *subject == Subject::Unsaid);
    let created = rows.iter().find(|row| row.is_done() && row.3 == CREATED && row.subject(&key) == Subject::Version);
    let (local, text) = match (foreign, unsaid, created) {
        (Some(row), _, _) => (Some(false), row.told()),
        (None, _, Some(_)) if rows.len() >= MOST_ROWS => {
            (None, format!("it has {MOST_ROWS} rows about this key, and may have more that were not read"))
        }
        (None, Some(row), _) => (None, format!("{}, and does not say of which key", row.told())),
        (None, None, Some(row)) => (Some(true), row.told()),
        (None, None, None) => (None, NOT_THERE.to_owned()),
    };
    if let Some(local) = local {
        gathered.answered(FROM, Topic::Local, Value::Flag(local));
    }
    gathered.answered(FROM, Topic::Events, Value::Text(format!("{FROM}: {text}")));
    if let Some(row) = find(&["KeyBackup"], &Subject::is_of_the_key) {
        gathered.answered(FROM, Topic::Copies, Value::Text(format!("a backup was taken ({})", row.told())));
    }
    if find(&["KeyRelease"], &Subject::is_of_the_key).is_some() {
        gathered.answered(FROM, Topic::Extractable, Value::Flag(true));
    }
    Ok(())
}

/// The rows, each from a known table and of this vault.
fn rows(json: &[u8], of: &str) -> Result<Vec<Row>, Malformed> {
    let Results { tables, error, .. } = answer::read(FROM, json)?;
    if error.is_some() {
        return Err(Malformed::new(FROM, "a whole answer", "one with error: some of it is missing"));
    }
    let mut tables = tables.into_iter();
    let (Some(Object(table)), None) = (tables.next(), tables.next()) else {
        return Err(Malformed::new(FROM, "one table", "none, or several"));
    };
    let names: Vec<&str> = table.columns.iter().map(|Object(column)| column.name.as_str()).collect();
    if names != COLUMNS {
        let expected = format!("the columns {}", COLUMNS.join(", "));
        return Err(Malformed::new(FROM, expected, shown::short(&names.join(", "))));
    }
    for row in &table.rows {
        if !TABLES.contains(&row.1.as_str()) {
            return Err(Malformed::new(FROM, format!("{}, in SourceTable", TABLES.join(" or ")), shown::short(&row.1)));
        }
        // Resource Manager's names are compared without case.
        if !row.2.eq_ignore_ascii_case(of) {
            return Err(Malformed::new(FROM, format!("rows of {of}, in ResourceId"), shown::short(&row.2)));
        }
    }
    Ok(table.rows)
}

/// A key version as rows name it: without case, as Azure compares names.
struct Key {
    host: String,
    name: String,
    version: String,
}

impl Key {
    fn of(resource: &str) -> Self {
        let (host, name) = vault_and_key(resource).unwrap_or_default();
        let version = resource.rsplit_once('/').map_or("", |(_, version)| version);
        let [host, name, version] = [host, name, version].map(str::to_ascii_lowercase);
        Self { host, name, version }
    }
}

/// What a row is about.
#[derive(Debug, Eq, PartialEq)]
enum Subject {
    /// This version.
    Version,
    /// This key, and it does not say which version.
    Key,
    /// Another version of this key.
    OtherVersion,
    /// Another key.
    Other,
    /// It does not say.
    Unsaid,
}

impl Subject {
    fn is_of_the_key(&self) -> bool {
        matches!(self, Self::Version | Self::Key | Self::OtherVersion)
    }
}

impl Row {
    fn operation(&self) -> &str {
        &self.3
    }

    /// Not known to have failed.
    fn succeeded(&self) -> bool {
        self.4.is_none_or(|status| (200..300).contains(&status))
    }

    /// Known to have been done.
    fn is_done(&self) -> bool {
        self.4.is_some() && self.succeeded()
    }

    /// By the URL in `Id`, which has the version, else by that of the request, which may have none.
    fn subject(&self, key: &Key) -> Subject {
        let url = [&self.5, &self.6].into_iter().flatten().find(|url| !url.is_empty());
        let url = url.map(|url| url.to_ascii_lowercase()).unwrap_or_default();
        let url = url.split(['?', '#']).next().unwrap_or_default();
        let Some((host, path)) = url.strip_prefix("https://").and_then(|rest| rest.split_once('/')) else {
            return Subject::Unsaid;
        };
        // Logs write out the port of https.
        if host.strip_suffix(":443").unwrap_or(host) != key.host {
            return Subject::Unsaid;
        }
        let mut parts = path.split('/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("keys" | "certificates"), Some(name), version) if name == key.name => match version {
                Some(version) if version == key.version => Subject::Version,
                Some(version) if version.len() == key.version.len() => Subject::OtherVersion,
                Some(_) | None => Subject::Key,
            },
            (Some("keys" | "certificates"), Some("restore"), _) => Subject::Unsaid,
            (Some("keys" | "certificates"), Some(_), _) => Subject::Other,
            _ => Subject::Unsaid,
        }
    }

    fn told(&self) -> String {
        format!("{} at {}, in {}", self.3, self.0, self.1)
    }
}

#[cfg(test)]
mod tests;
