//! Queries in KQL. What is put into them is a name of a key or vault: letters, digits and hyphens.

/// Finds a vault or Managed HSM: Azure Resource Graph, table `resources`. Names of vaults are given once.
pub(super) fn of_resource(resource_type: &str, name: &str) -> String {
    format!("resources | where type =~ 'microsoft.keyvault/{resource_type}' and name =~ '{name}' | project id")
}

#[cfg(feature = "inquiry")]
/// Rows of the audit log about a key, of any version: Azure documentation, "AZKVAuditLogs" and "AzureDiagnostics". Functions of a workspace
/// could have the names of tables, so that these are named as tables. The columns and the number of rows are those that
/// `hardkey-attest` reads (evidence/azure_log).
pub(super) fn of_key(name: &str) -> String {
    let text = r#"let name = "KEY";
union isfuzzy=true
(table("AZKVAuditLogs") | project TimeGenerated, SourceTable = "AZKVAuditLogs", ResourceId = _ResourceId, OperationName, HttpStatus = toint(HttpStatusCode), Id, RequestUri),
(table("AzureDiagnostics") | where Category =~ "AuditEvent" | project TimeGenerated, SourceTable = "AzureDiagnostics", ResourceId = _ResourceId, OperationName, HttpStatus = toint(column_ifexists("httpStatusCode_d", real(null))), Id = tostring(column_ifexists("id_s", "")), RequestUri = tostring(column_ifexists("requestUri_s", "")))
| where OperationName in ("KeyCreate", "KeyImport", "KeyRestore", "KeyBackup", "KeyRelease", "CertificateImport", "CertificateRestore")
| extend Named = tolower(tostring(split(tostring(parse_url(iff(isempty(Id), RequestUri, Id)).Path), "/")[2]))
| where Named in (tolower(name), "restore", "")
| project TimeGenerated, SourceTable, ResourceId, OperationName, HttpStatus, Id, RequestUri
| top 200 by TimeGenerated asc"#;
    text.replace("KEY", name)
}
