//! Requests that no vault answers: those of the questions, and those about roles.

use azure_core::http::Method;
#[cfg(feature = "inquiry")]
use hardkey_attest::confirmation::Kind;
use reqwest::Url;
use serde_json::{Value, json};

use super::query;
use crate::azure::error::Action;
#[cfg(feature = "inquiry")]
use crate::azure::name::KeyName;

/// Versions of the interfaces: azure-rest-api-specs, read November 2026. The newest that is stable, but for diagnostic settings, which have
/// none.
const VAULTS: &str = "2023-07-01";
#[cfg(feature = "inquiry")]
const SETTINGS: &str = "2021-05-01-preview";
const ROLES: &str = "2022-04-01";
const GRAPH: &str = "2024-04-01";

/// One request, whoever it is for.
#[derive(Clone, Debug)]
pub(in crate::azure) struct Request {
    pub(in crate::azure) action: Action,
    pub(in crate::azure) method: Method,
    path: String,
    version: Option<&'static str>,
    /// `$filter`.
    filter: Option<String>,
    pub(in crate::azure) body: Option<Value>,
    /// Codes of a refusal with status 400 that say that there is nothing to ask.
    pub(in crate::azure) absent: &'static [&'static str],
}

impl Request {
    /// The request for a question about a vault with this whole name.
    #[cfg(feature = "inquiry")]
    pub(in crate::azure) fn of(kind: Kind, of: &str, key: &KeyName) -> Option<Self> {
        match kind {
            Kind::AzureVault => Some(Self::vault(of)),
            Kind::AzureDiagnosticSettings => {
                let path = format!("{of}/providers/Microsoft.Insights/diagnosticSettings");
                Some(Self::get("its diagnostic settings", path, SETTINGS))
            }
            Kind::AzureRoleAssignments => Some(Self::assignments(of)),
            Kind::AzureKeyEvents => Some(Self {
                action: Action::Elsewhere("a query of its log"),
                method: Method::Post,
                path: format!("/v1{of}/query"),
                version: None,
                filter: None,
                body: Some(json!({ "query": query::of_key(key.name()) })),
                // No workspace has one of the tables: Log Analytics API, "Errors".
                absent: &["BadArgumentError"],
            }),
            Kind::Key(_)
            | Kind::AwsListResourceTags
            | Kind::AwsDescribeTrails
            | Kind::AwsGetTrailStatus
            | Kind::AwsGetEventSelectors
            | Kind::AwsGetKeyPolicy
            | Kind::AwsListGrants
            | Kind::AwsLookupEvents
            | Kind::AwsListPublicKeys
            | Kind::GoogleCryptoKey
            | Kind::GoogleIamPolicy
            | Kind::GoogleParent
            | Kind::GoogleKeyIamPolicy
            | Kind::GoogleKeyEvents => None,
        }
    }

    /// The vault itself, by its whole name.
    pub(in crate::azure) fn vault(of: &str) -> Self {
        Self::get("the vault", of.to_owned(), VAULTS)
    }

    /// Who has a role at, above and below the vault.
    fn assignments(of: &str) -> Self {
        let path = format!("{of}/providers/Microsoft.Authorization/roleAssignments");
        Self::get("its role assignments", path, ROLES)
    }

    /// The same of one principal.
    #[cfg(feature = "grants")]
    pub(in crate::azure) fn assignments_to(of: &str, filter: String) -> Self {
        Self { filter: Some(filter), ..Self::assignments(of) }
    }

    /// What a role is, by its whole name.
    #[cfg(feature = "grants")]
    pub(in crate::azure) fn definition(id: &str) -> Self {
        Self::get("the definition of a role", id.to_owned(), ROLES)
    }

    fn get(name: &'static str, path: String, version: &'static str) -> Self {
        Self {
            action: Action::Elsewhere(name),
            method: Method::Get,
            path,
            version: Some(version),
            filter: None,
            body: None,
            absent: &[],
        }
    }

    /// Finds a resource by the end of its name. Azure Resource Graph answers with what the asker may read anyway, wherever that is, and
    /// needs no right of its own; to list subscriptions and their resources would need one request for each.
    pub(in crate::azure) fn search(end: &str) -> Option<Self> {
        let mut parts = end.strip_prefix("/providers/Microsoft.KeyVault/")?.split('/');
        let (resource_type, name) = (parts.next()?, parts.next()?);
        Some(Self {
            action: Action::Elsewhere("a search for the vault"),
            method: Method::Post,
            path: "/providers/Microsoft.ResourceGraph/resources".to_owned(),
            version: Some(GRAPH),
            filter: None,
            body: Some(json!({ "query": query::of_resource(resource_type, name) })),
            absent: &[],
        })
    }

    /// Where to send it.
    pub(in crate::azure) fn url(&self, place: &Url) -> Url {
        let mut url = place.clone();
        url.set_path(&self.path);
        url.set_query(self.version.map(|version| format!("api-version={version}")).as_deref());
        if let Some(filter) = &self.filter {
            url.query_pairs_mut().append_pair("$filter", filter);
        }
        url
    }

    /// The same for people.
    #[cfg(feature = "inquiry")]
    pub(in crate::azure) fn shown(&self, place: &Url) -> String {
        format!("{} {}", self.method.as_ref(), self.url(place))
    }
}
