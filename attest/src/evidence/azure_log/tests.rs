use hardkey_synthetic::record::{VAULT, audit_rows};
use serde_json::{Value as Json, json};

use super::*;
use crate::check::Ledger;
use crate::finding::Basis;

const KID: &str = "https://release.vault.azure.net/keys/code/0123456789abcdef0123456789abcdef";
const OTHER_VERSION: &str = "https://release.vault.azure.net/keys/code/1123456789abcdef0123456789abcdef";
const OTHER_KEY: &str = "https://release.vault.azure.net/keys/codes/0123456789abcdef0123456789abcdef";
const NEW: &str = "AZKVAuditLogs";
const OLD: &str = "AzureDiagnostics";

fn judged(events: &Json) -> Result<Vec<String>, String> {
    let mut gathered = Gathered::by(Basis::Confirmed, Ledger::default());
    let read = gather(events.to_string().as_bytes(), VAULT, KID, &mut gathered);
    read.map_err(|error| error.to_string())?;
    let line = |claim: &crate::claim::Claim| format!("{} {}: {}", claim.basis, claim.topic.name(), claim.value);
    Ok(gathered.claims.iter().map(line).collect())
}

fn read(rows: &[(&str, &str, u16, &str)]) -> Vec<String> {
    judged(&audit_rows(rows)).unwrap()
}

fn told(what: &str) -> String {
    format!("confirmed events: the audit log of Azure: {what}")
}

fn at(operation: &str, table: &str) -> String {
    told(&format!("{operation} at 2026-11-20T10:00:00.1234567Z, in {table}"))
}

fn local(flag: &str, events: String) -> Vec<String> {
    vec![format!("confirmed local: {flag}"), events]
}

fn unknown() -> Vec<String> {
    vec![told(
        "it has no KeyCreate of this version: none was kept then, it is not kept so long, or it goes where it cannot be read",
    )]
}

#[test]
fn a_key_create_of_this_very_version_shows_that_it_was_generated() {
    for table in [NEW, OLD] {
        assert_eq!(read(&[("KeyCreate", table, 200, KID)]), local("yes", at("KeyCreate", table)));
    }
    let spelled = "https://RELEASE.vault.azure.net:443/KEYS/Code/0123456789ABCDEF0123456789abcdef?api-version=7.4";
    assert_eq!(read(&[("KeyCreate", NEW, 200, spelled)]), local("yes", at("KeyCreate", NEW)), "without case");
}

#[test]
fn no_row_of_something_else_shows_it() {
    for row in [
        ("KeyCreate", NEW, 200, OTHER_VERSION),
        ("KeyCreate", NEW, 200, OTHER_KEY),
        ("KeyCreate", NEW, 403, KID),
        ("KeyCreate", NEW, 200, "https://release2.vault.azure.net/keys/code/0123456789abcdef0123456789abcdef"),
        ("KeyCreate", NEW, 200, "https://release.vault.azure.net/keys/code/create"),
        ("KeyCreate", NEW, 200, "https://release.vault.azure.net/secrets/code/0123456789abcdef0123456789abcdef"),
        ("KeyCreate", NEW, 200, ""),
        ("KeyRotate", NEW, 200, KID),
        ("KeyRecover", NEW, 200, KID),
        ("keycreate", NEW, 200, KID),
        ("KeyImport", NEW, 403, KID),
    ] {
        assert_eq!(read(&[row]), unknown(), "{row:?}");
    }
    assert_eq!(read(&[]), unknown());
    let mut unsaid = audit_rows(&[("KeyCreate", NEW, 200, KID)]);
    unsaid["tables"][0]["rows"][0][4] = Json::Null;
    assert_eq!(judged(&unsaid), Ok(unknown()), "whether it was done, it does not say");
}

#[test]
fn what_came_from_elsewhere_was_not_generated_here_whatever_else_the_log_has() {
    let created = ("KeyCreate", NEW, 200, KID);
    for (operation, id) in [
        ("KeyImport", KID),
        ("KeyImport", "https://release.vault.azure.net/keys/code"),
        ("CertificateImport", "https://release.vault.azure.net/certificates/code/0123456789abcdef0123456789abcdef"),
        ("KeyRestore", KID),
        ("KeyRestore", OTHER_VERSION),
        ("CertificateRestore", "https://release.vault.azure.net/certificates/CODE"),
    ] {
        let foreign = (operation, OLD, 200, id);
        assert_eq!(read(&[created, foreign]), local("no", at(operation, OLD)), "{operation} {id}");
        assert_eq!(read(&[foreign]), local("no", at(operation, OLD)), "{operation} {id}");
    }
    for (operation, id) in [("KeyImport", OTHER_VERSION), ("KeyImport", OTHER_KEY), ("KeyRestore", OTHER_KEY)] {
        assert_eq!(read(&[(operation, NEW, 200, id), created]), local("yes", at("KeyCreate", NEW)), "{operation} {id}");
    }
}

#[test]
fn a_restore_that_names_no_key_leaves_open_whether_it_was_of_this_one() {
    let restored = ("KeyRestore", NEW, 200, "https://release.vault.azure.net/keys/restore?api-version=7.4");
    let line = "KeyRestore at 2026-11-20T10:00:00.1234567Z, in AZKVAuditLogs, and does not say of which key";
    assert_eq!(read(&[restored, ("KeyCreate", NEW, 200, KID)]), [told(line)]);
}

#[test]
fn as_many_rows_as_are_asked_for_may_not_be_all() {
    let rows = vec![("KeyCreate", NEW, 200, KID); 200];
    let line = "it has 200 rows about this key, and may have more that were not read";
    assert_eq!(read(&rows), [told(line)]);
    assert_eq!(read(&rows[1..]), local("yes", at("KeyCreate", NEW)));
}

#[test]
fn a_backup_is_told_and_a_release_is_a_way_out() {
    let created = ("KeyCreate", NEW, 200, KID);
    let mut all = local("yes", at("KeyCreate", NEW));
    all.push(
        "confirmed copies: a backup was taken (KeyBackup at 2026-11-20T10:00:00.1234567Z, in AZKVAuditLogs)".to_owned(),
    );
    let backup = |id| ("KeyBackup", NEW, 200, id);
    for id in [KID, OTHER_VERSION, "https://release.vault.azure.net/keys/code/backup"] {
        assert_eq!(read(&[created, backup(id)]), all, "{id}: a backup has every version");
    }
    assert_eq!(read(&[created, backup(OTHER_KEY)]), all[..2]);
    all[2] = "confirmed extractable: yes".to_owned();
    assert_eq!(read(&[created, ("KeyRelease", NEW, 200, KID)]), all);
}

#[test]
fn rows_of_another_table_or_vault_and_answers_in_part_are_malformed() {
    let good = || audit_rows(&[("KeyCreate", NEW, 200, KID)]);
    let refused = |change: &dyn Fn(&mut Json)| {
        let mut events = good();
        change(&mut events);
        judged(&events).unwrap_err()
    };
    let error = |rest: &str| format!("the audit log of Azure: expected {rest}");
    assert_eq!(
        refused(&|events| events["tables"][0]["rows"][0][1] = "AZKVAuditLogs_CL".into()),
        error("AZKVAuditLogs or AzureDiagnostics, in SourceTable, found AZKVAuditLogs_CL")
    );
    assert_eq!(
        refused(&|events| events["tables"][0]["rows"][0][2] = format!("{VAULT}2").into()),
        error(&format!("rows of {VAULT}, in ResourceId, found {VAULT}2"))
    );
    assert_eq!(
        refused(&|events| events["error"] = json!({ "code": "PartialError" })),
        error("a whole answer, found one with error: some of it is missing")
    );
    let columns = COLUMNS.join(", ");
    assert_eq!(
        refused(&|events| events["tables"][0]["columns"][5]["name"] = "id_s".into()),
        error(&format!("the columns {columns}, found {}", columns.replace("Id, RequestUri", "id_s, RequestUri")))
    );
    assert_eq!(refused(&|events| events["tables"] = json!([])), error("one table, found none, or several"));
}
