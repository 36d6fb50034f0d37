//! Which request a question to Google is, and what its answer has to be.

use google_cloud_kms_v1::model::{CryptoKey, CryptoKeyVersion, PublicKey};
use hardkey_attest::confirmation::{Kind, Question};
use hardkey_attest::instant::Instant;
use hardkey_attest::report;
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::super::action::Action;
use super::super::integrity::{self, Damage};
use super::super::surroundings::{self, Reading, read};

/// An event's time is when the service had carried it out: within seconds of the version's `createTime`. So many seconds before and after.
const AROUND: u64 = 600;
/// An entry has about 2 kB, and an answer of a record 128 kB at most. There is one event for each version.
const MOST_EVENTS: u32 = 50;
/// A record's field for what was asked has 2048 characters.
const LONGEST_REQUEST: usize = 2048;

/// What an answer must be about.
type Check = fn(&str, &[u8]) -> Result<(), Damage>;

/// One request.
#[derive(Clone)]
pub(super) struct Request {
    action: Action,
    /// What is sent, if it is not a GET.
    body: Option<Value>,
    path: String,
    of: String,
    check: Check,
}

impl Request {
    /// Names come from the question, whose parts were checked when it was made: nothing in them needs escaping.
    pub(super) fn of(question: &Question, resource: &str) -> Option<Self> {
        let of = question.of.as_str();
        if !question.kind.is_about(of, resource) {
            return None;
        }
        let (action, path, body, check): (Action, String, Option<Value>, Check) = match question.kind {
            Kind::Key(report::Kind::GoogleCryptoKeyVersion) => {
                (Action::GetCryptoKeyVersion, format!("v1/{of}"), None, |of, data| {
                    integrity::of_version(of, &read::<CryptoKeyVersion>(data)?)
                })
            }
            Kind::Key(report::Kind::GooglePublicKey) => {
                (Action::GetPublicKey, format!("v1/{of}/publicKey"), None, |of, data| {
                    integrity::of_public_key(of, &read::<PublicKey>(data)?)
                })
            }
            Kind::GoogleCryptoKey => (Action::GetCryptoKey, format!("v1/{of}"), None, |of, data| {
                integrity::of_key(of, &read::<CryptoKey>(data)?)
            }),
            Kind::GoogleKeyIamPolicy | Kind::GoogleIamPolicy => {
                let Reading { action, path, body } = Reading::policy(of);
                (action, path, body, is_object)
            }
            Kind::GoogleParent => {
                let Reading { action, path, body } = Reading::itself(of);
                (action, path, body, surroundings::names_it)
            }
            Kind::GoogleKeyEvents => {
                let body = events(of, question.around?)?;
                (Action::ListLogEntries, "v2/entries:list".to_owned(), Some(body), is_object)
            }
            Kind::Key(_)
            | Kind::AwsListResourceTags
            | Kind::AwsDescribeTrails
            | Kind::AwsGetTrailStatus
            | Kind::AwsGetEventSelectors
            | Kind::AwsGetKeyPolicy
            | Kind::AwsListGrants
            | Kind::AwsLookupEvents
            | Kind::AwsListPublicKeys
            | Kind::AzureVault
            | Kind::AzureDiagnosticSettings
            | Kind::AzureRoleAssignments
            | Kind::AzureKeyEvents => return None,
        };
        Some(Self { action, body, path, of: of.to_owned(), check })
    }

    pub(super) fn action(&self) -> Action {
        self.action
    }

    pub(super) fn method(&self) -> Method {
        surroundings::method(self.body.as_ref())
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// What is sent, for the rest of a list if there is a token of it.
    pub(super) fn body(&self, token: Option<&str>) -> Vec<u8> {
        let Some(mut body) = self.body.clone() else { return Vec::new() };
        if let (Some(token), Some(members)) = (token, body.as_object_mut()) {
            members.insert("pageToken".to_owned(), token.into());
        }
        body.to_string().into_bytes()
    }

    /// For people: nothing in it is a secret.
    pub(super) fn shown(&self, url: &Url) -> String {
        let body = self.body.as_ref().map(|body| format!(" {body}")).unwrap_or_default();
        let url = url.as_str().trim_end_matches('/');
        format!("{} {url}/{}{body}", self.method(), self.path).chars().take(LONGEST_REQUEST).collect()
    }

    /// Whether an answer is readable and about what was asked.
    pub(super) fn check(&self, data: &[u8]) -> Result<(), Damage> {
        (self.check)(&self.of, data)
    }

    /// The token of the rest, where the service is still searching and has found nothing so far.
    pub(super) fn rest(&self, data: &[u8]) -> Option<String> {
        if self.action != Action::ListLogEntries {
            return None;
        }
        let answer: Value = read(data).ok()?;
        let found = answer.get("entries").and_then(Value::as_array).is_some_and(|entries| !entries.is_empty());
        let token = answer.get("nextPageToken").and_then(Value::as_str);
        token.filter(|token| !found && !token.is_empty()).map(str::to_owned)
    }
}

/// Cloud Logging API reference, `entries.list`, and "Logging query language": `:` finds a part of a text.
fn events(version: &str, around: Instant) -> Option<Value> {
    let (project, _) = version.split_once("/locations/")?;
    let (key, _) = version.split_once("/cryptoKeyVersions/")?;
    let [from, to] =
        [around.unix().saturating_sub(AROUND), around.unix().saturating_add(AROUND)].map(Instant::from_unix);
    let filter = format!(
        "logName=\"{project}/logs/cloudaudit.googleapis.com%2Factivity\" AND \
         protoPayload.serviceName=\"cloudkms.googleapis.com\" AND \
         (protoPayload.methodName:\"CreateCryptoKey\" OR protoPayload.methodName:\"ImportCryptoKeyVersion\") AND \
         (protoPayload.resourceName:\"{key}\" OR protoPayload.response.name:\"{key}\") AND \
         timestamp>=\"{from}\" AND timestamp<=\"{to}\""
    );
    Some(json!({ "resourceNames": [project], "filter": filter, "orderBy": "timestamp asc", "pageSize": MOST_EVENTS }))
}

fn is_object(_: &str, data: &[u8]) -> Result<(), Damage> {
    read::<serde_json::Map<String, Value>>(data).map(|_| ())
}
