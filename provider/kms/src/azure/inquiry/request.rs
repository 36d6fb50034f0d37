//! The request of each question that no vault answers.

use azure_core::http::Method;
use hardkey_attest::confirmation::Kind;
use reqwest::Url;
use serde_json::{Value, json};

use super::query;
use crate::azure::error::Action;
use crate::azure::name::KeyName;

/// Versions of the interfaces: azure-rest-api-specs, read November 2026. The newest that is stable, but for diagnostic settings, which have
/// none.
const VAULTS: &str = "2023-07-01";
const SETTINGS: &str = "2021-05-01-preview";
const ROLES: &str = "2022-04-01";
const GRAPH: &str = "2024-04-01";

/// One request, whoever it is for.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) action: Action,
    pub(super) method: Method,
    path: String,
    version: Option<&'static str>,
    pub(super) body: Option<Value>,
    /// Codes of a refusal with status 400 that say that there is nothing to ask.
    pub(super) absent: &'static [&'static str],
}

impl Request {
    /// The request for a question about a vault with this whole name.
    pub(super) fn of(kind: Kind, of: &str, key: &KeyName) -> Option<Self> {
        let get = |name, path: &str, version| {
            let path = format!("{of}{path}");
            Self {
                action: Action::Elsewhere(name),
                method: Method::Get,
                path,
                version: Some(version),
                body: None,
                absent: &[],
            }
        };
        match kind {
            Kind::AzureVault => Some(get("the vault", "", VAULTS)),
            Kind::AzureDiagnosticSettings => {
                Some(get("its diagnostic settings", "/providers/Microsoft.Insights/diagnosticSettings", SETTINGS))
            }
            Kind::AzureRoleAssignments => {
                Some(get("its role assignments", "/providers/Microsoft.Authorization/roleAssignments", ROLES))
            }
            Kind::AzureKeyEvents => Some(Self {
                action: Action::Elsewhere("a query of its log"),
                method: Method::Post,
                path: format!("/v1{of}/query"),
                version: None,
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

    /// Finds a resource by the end of its name. Azure Resource Graph answers with what the asker may read anyway, wherever that is, and
    /// needs no right of its own; to list subscriptions and their resources would need one request for each.
    pub(super) fn search(end: &str) -> Option<Self> {
        let mut parts = end.strip_prefix("/providers/Microsoft.KeyVault/")?.split('/');
        let (resource_type, name) = (parts.next()?, parts.next()?);
        Some(Self {
            action: Action::Elsewhere("a search for the vault"),
            method: Method::Post,
            path: "/providers/Microsoft.ResourceGraph/resources".to_owned(),
            version: Some(GRAPH),
            body: Some(json!({ "query": query::of_resource(resource_type, name) })),
            absent: &[],
        })
    }

    /// Where to send it.
    pub(super) fn url(&self, place: &Url) -> Url {
        let mut url = place.clone();
        url.set_path(&self.path);
        url.set_query(self.version.map(|version| format!("api-version={version}")).as_deref());
        url
    }

    /// The same for people.
    pub(super) fn shown(&self, place: &Url) -> String {
        format!("{} {}", self.method.as_ref(), self.url(place))
    }
}
