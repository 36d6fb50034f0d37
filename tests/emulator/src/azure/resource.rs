//! What is around a vault: Azure Resource Manager, Resource Graph and the Log Analytics API, as far as a CA asks them.
//!
//! Paths and answers: azure-rest-api-specs (2026-11). Refusals: recorded answers in the repositories of Azure's SDKs.

use crate::azure::gate::bearer;
use crate::azure::permission::SUBSCRIPTION;
use crate::azure::role::Plane;
use crate::azure::token::{Standing, TENANT};
use crate::azure::vault::Kind;
use crate::azure::{KeyVault, envelope, error::Refused};
use crate::form::form;
use crate::identifier::uuid;
use crate::service::Answer;
use hyper::http::request::Parts;
use serde_json::{Value, json};

/// What tokens for Resource Manager are for, and for logs.
const MANAGEMENT: &str = "https://management.azure.com";
const LOGS: &str = "https://api.loganalytics.io";
/// The resource group that every vault is in.
const GROUP: &str = "hardkey";
/// The tables that a query of the audit log may read.
const TABLES: [&str; 2] = ["AZKVAuditLogs", "AzureDiagnostics"];

/// A request to one of them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Around {
    /// Resource Graph.
    Search,
    /// The vault of this name, as a resource.
    Vault(String),
    /// Its diagnostic settings.
    Settings(String),
    /// Role assignments at, above and below it.
    Assignments(String),
    /// A role definition, by its GUID.
    Definition(String),
    /// A query of its log.
    Query(String),
}

impl Around {
    /// What a request is for, if it is one of these. Resource Manager does not tell paths by their case.
    pub(crate) fn of(head: &Parts) -> Option<Around> {
        let path = head.uri.path().trim_start_matches('/').to_lowercase();
        let mut parts: Vec<&str> = path.split('/').collect();
        let is_query = parts.first() == Some(&"v1") && parts.last() == Some(&"query");
        if is_query {
            parts.remove(0);
            parts.pop();
        }
        match parts.as_slice() {
            ["providers", "microsoft.resourcegraph", "resources"] => Some(Around::Search),
            ["subscriptions", SUBSCRIPTION, "providers", "microsoft.authorization", "roledefinitions", id] => {
                Some(Around::Definition((*id).to_owned()))
            }
            [
                "subscriptions",
                SUBSCRIPTION,
                "resourcegroups",
                GROUP,
                "providers",
                "microsoft.keyvault",
                "vaults" | "managedhsms",
                name,
                rest @ ..,
            ] => {
                let name = (*name).to_owned();
                match rest {
                    [] if is_query => Some(Around::Query(name)),
                    [] => Some(Around::Vault(name)),
                    ["providers", "microsoft.insights", "diagnosticsettings"] => Some(Around::Settings(name)),
                    ["providers", "microsoft.authorization", "roleassignments"] => Some(Around::Assignments(name)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Its name in the REST specifications, which counts and faults use.
    pub(crate) fn operation(&self) -> &'static str {
        match self {
            Around::Search => "FindResources",
            Around::Vault(_) => "GetVault",
            Around::Settings(_) => "ListDiagnosticSettings",
            Around::Assignments(_) => "ListRoleAssignments",
            Around::Definition(_) => "GetRoleDefinition",
            Around::Query(_) => "QueryLogs",
        }
    }
}

/// The whole name of a vault.
pub(crate) fn id_of(kind: Kind, name: &str) -> String {
    let resource_type = match kind {
        Kind::Standard | Kind::Premium => "vaults",
        Kind::ManagedHsm => "managedHSMs",
    };
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.KeyVault/{resource_type}/{name}")
}

impl KeyVault {
    /// The answer.
    pub(crate) fn around(&self, head: &Parts, body: &[u8], around: &Around) -> Answer {
        match self.tell(head, body, around) {
            Ok(value) => envelope(head, 200, value.to_string().into()),
            Err(refused) => self.refuse(head, &refused),
        }
    }

    fn tell(&self, head: &Parts, body: &[u8], around: &Around) -> Result<Value, Refused> {
        let query = form(head.uri.query().unwrap_or_default());
        if !matches!(around, Around::Query(_)) && !query.contains_key("api-version") {
            return Err(Refused::new(
                400,
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.",
            ));
        }
        let holder = self.holder_for(head, if matches!(around, Around::Query(_)) { LOGS } else { MANAGEMENT })?;
        let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let asked = body.get("query").and_then(Value::as_str).unwrap_or_default();
        match around {
            Around::Search => Ok(self.search(&holder, asked)),
            Around::Vault(name) => self.resource(&holder, name),
            Around::Settings(name) => {
                let action = "Microsoft.Insights/diagnosticSettings/read";
                let id = self.allowed(&holder, name, action)?;
                let vaults = self.vaults();
                Ok(vaults.get(name).ok_or_else(|| missing(&id))?.watch.settings(&id))
            }
            Around::Assignments(name) => {
                let id = self.allowed(&holder, name, "Microsoft.Authorization/roleAssignments/read")?;
                let filter = query.get("$filter").map_or("", String::as_str);
                let principal = filter.split("assignedTo('").nth(1).or_else(|| filter.split("principalId eq '").nth(1));
                let principal = principal.and_then(|rest| rest.split('\'').next());
                Ok(self.directory().assignments(&id, filter.contains("atScope()"), principal))
            }
            Around::Definition(role) => {
                let scope = format!("/subscriptions/{SUBSCRIPTION}");
                let found = self.directory().definition(role);
                found.ok_or_else(|| {
                    Refused::new(
                        404,
                        "RoleDefinitionDoesNotExist",
                        format!("The specified role definition with ID '{role}' does not exist at {scope}."),
                    )
                })
            }
            Around::Query(name) => self.query(&holder, name, asked),
        }
    }

    /// Who asks, with a token for this.
    fn holder_for(&self, head: &Parts, resource: &str) -> Result<String, Refused> {
        let token = bearer(head).ok_or_else(|| {
            Refused::new(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
        })?;
        let invalid = |message: String| Refused::new(401, "InvalidAuthenticationToken", message);
        match self.tokens.standing(token) {
            Standing::Foreign => Err(invalid("The access token is invalid.".to_owned())),
            Standing::Expired => Err(Refused::new(
                401,
                "ExpiredAuthenticationToken",
                "The access token expiry UTC time is earlier than current UTC time.",
            )),
            Standing::Good { resource: its_own } if its_own != resource => Err(Refused::new(
                401,
                "InvalidAuthenticationTokenAudience",
                format!(
                    "The access token has been obtained for wrong audience or resource '{its_own}'. It should exactly match with one of the allowed audiences '{resource}'."
                ),
            )),
            Standing::Good { .. } => Ok(self.tokens.holder(token).unwrap_or_default()),
        }
    }

    /// The whole name of a vault, for somebody who may do this there.
    fn allowed(&self, holder: &str, name: &str, action: &str) -> Result<String, Refused> {
        let kind = self.vaults().get(name).map(|vault| vault.kind);
        let id = id_of(kind.unwrap_or(Kind::Premium), name);
        if self.directory().allows(holder, Plane::Control, action, &id) {
            return if kind.is_some() { Ok(id) } else { Err(missing(&id)) };
        }
        Err(Refused::new(
            403,
            "AuthorizationFailed",
            format!(
                "The client '{holder}' with object id '{holder}' does not have authorization to perform action '{action}' over scope '{id}' or the scope is invalid. If access was recently granted, please refresh your credentials."
            ),
        ))
    }

    fn resource(&self, holder: &str, name: &str) -> Result<Value, Refused> {
        let kind = self.vaults().get(name).map_or(Kind::Premium, |vault| vault.kind);
        let id = self.allowed(holder, name, &format!("{}/read", type_of(kind)))?;
        let uri = self.vaults().get(name).and_then(|vault| vault.uri.clone());
        let uri = uri.unwrap_or_else(|| format!("https://{name}.{}/", kind.domain()));
        let mut resource = described(kind, &id, name, &uri);
        let policies = self.vaults().get(name).and_then(|vault| vault.rules.access_policies());
        if let (Some(policies), Some(Value::Object(properties))) = (policies, resource.get_mut("properties")) {
            properties.insert("enableRbacAuthorization".to_owned(), json!(false));
            properties.insert("accessPolicies".to_owned(), policies);
        }
        Ok(resource)
    }

    /// The one query that this emulator knows: a vault or Managed HSM by type and name. What the asker may not read is left out.
    fn search(&self, holder: &str, query: &str) -> Value {
        let quoted: Vec<&str> = query.split('\'').collect();
        let found = match quoted.as_slice() {
            ["resources | where type =~ ", kind, " and name =~ ", name, " | project id"] => {
                self.listed(holder, kind, name)
            }
            _ => None,
        };
        let data: Vec<Value> = found.into_iter().map(|id| json!({"id": id})).collect();
        json!({
            "totalRecords": data.len(), "count": data.len(), "data": data, "facets": [], "resultTruncated": "false",
        })
    }

    fn listed(&self, holder: &str, wanted: &str, name: &str) -> Option<String> {
        let kind = self.vaults().get(name)?.kind;
        let id = id_of(kind, name);
        let action = format!("{}/read", type_of(kind));
        let is_seen = self.directory().allows(holder, Plane::Control, &action, &id);
        (type_of(kind).eq_ignore_ascii_case(wanted) && is_seen).then_some(id)
    }

    fn query(&self, holder: &str, name: &str, query: &str) -> Result<Value, Refused> {
        let kind = self.vaults().get(name).map_or(Kind::Premium, |vault| vault.kind);
        let id = id_of(kind, name);
        let may = |table: &&str| {
            let action = format!("Microsoft.Insights/logs/{table}/read");
            self.directory().allows(holder, Plane::Control, &action, &id)
        };
        // Of a table that may not be read, a fuzzy union has no rows.
        let tables: Vec<&str> = TABLES.into_iter().filter(may).collect();
        let vaults = self.vaults();
        let vault = vaults.get(name).ok_or_else(|| missing(&id))?;
        if tables.is_empty() {
            let message = "The provided credentials have insufficient access to perform the requested operation";
            return Err(Refused::new(403, "InsufficientAccessError", message));
        }
        let mut answer = vault.watch.query(query, &id).ok_or_else(|| {
            let words = Refused::new(400, "BadArgumentError", "The request had some invalid properties");
            Refused { inner: Some("SyntaxError".to_owned()), ..words }
        })?;
        if let Some(rows) = answer.pointer_mut("/tables/0/rows").and_then(Value::as_array_mut) {
            rows.retain(|row| {
                !TABLES.iter().any(|table| row[1] == *table) || tables.iter().any(|table| row[1] == *table)
            });
        }
        Ok(answer)
    }
}

fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Standard | Kind::Premium => "Microsoft.KeyVault/vaults",
        Kind::ManagedHsm => "Microsoft.KeyVault/managedHSMs",
    }
}

/// `Vault` or `ManagedHsm` of api-version 2023-07-01.
fn described(kind: Kind, id: &str, name: &str, uri: &str) -> Value {
    let made = "2026-01-02T03:04:05.678Z";
    let system = json!({
        "createdBy": "admin@example.com", "createdByType": "User", "createdAt": made,
        "lastModifiedBy": "admin@example.com", "lastModifiedByType": "User", "lastModifiedAt": made,
    });
    if kind == Kind::ManagedHsm {
        return json!({
            "id": id, "name": name, "type": "Microsoft.KeyVault/managedHSMs", "location": "westeurope", "tags": {},
            "sku": {"family": "B", "name": "Standard_B1"}, "systemData": system,
            "properties": {
                "tenantId": TENANT, "initialAdminObjectIds": [uuid().unwrap_or_default()], "hsmUri": uri,
                "enableSoftDelete": true, "softDeleteRetentionInDays": 90, "enablePurgeProtection": true,
                "provisioningState": "Succeeded", "statusMessage": "The Managed HSM is provisioned and ready to use.",
                "publicNetworkAccess": "Enabled", "networkAcls": {"bypass": "None", "defaultAction": "Allow",
                    "ipRules": [], "virtualNetworkRules": []}, "regions": [], "privateEndpointConnections": [],
                "securityDomainProperties": {"activationStatus": "Active",
                    "activationStatusMessage": "Your HSM has been activated and can be used for cryptographic operations."},
            },
        });
    }
    let sku = if kind == Kind::Standard { "standard" } else { "premium" };
    json!({
        "id": id, "name": name, "type": "Microsoft.KeyVault/vaults", "location": "westeurope", "tags": {},
        "systemData": system,
        "properties": {
            "sku": {"family": "A", "name": sku}, "tenantId": TENANT, "accessPolicies": [],
            "enabledForDeployment": false, "enabledForDiskEncryption": false, "enabledForTemplateDeployment": false,
            "enableSoftDelete": true, "softDeleteRetentionInDays": 90, "enableRbacAuthorization": true,
            "enablePurgeProtection": true, "vaultUri": uri, "provisioningState": "Succeeded",
            "publicNetworkAccess": "Enabled",
        },
    })
}

fn missing(id: &str) -> Refused {
    let name = id.split("/providers/").nth(1).unwrap_or(id);
    Refused::new(
        404,
        "ResourceNotFound",
        format!(
            "The Resource '{name}' under resource group '{GROUP}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
        ),
    )
}
