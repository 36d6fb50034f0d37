//! What a key itself lets people do: its policy, and its grants.

use aws_sdk_kms::config::Builder;
use aws_sdk_kms::types::{GrantListEntry, GrantOperation};

use super::Grants;
use crate::aws::attempts::Attempts;
use crate::aws::error::Action;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::service::ServiceError;

/// One grant on a key, in AWS's words.
#[derive(Clone, Debug)]
pub struct KeyGrant {
    /// Who may use it: an ARN, or the name of a service.
    pub grantee: Option<String>,
    /// Who may end it.
    pub retiring: Option<String>,
    /// What it allows.
    pub operations: Vec<String>,
}

impl Grants {
    /// A key's policy, JSON.
    ///
    /// # Errors
    /// [`ServiceError`], also where it may not be read.
    pub fn key_policy(&self, key: &str, deadline: &Deadline) -> Result<String, ServiceError> {
        self.keys.call(key, deadline, |client| {
            let (key, deadline) = (key.to_owned(), *deadline);
            async move {
                let answer = Attempts::ask(Action::named("kms:GetKeyPolicy"), deadline, |settings: Builder| {
                    client.get_key_policy().key_id(key).customize().config_override(settings).send()
                })
                .await?;
                answer.policy.ok_or_else(|| malformed("the answer to kms:GetKeyPolicy holds no policy"))
            }
        })
    }

    /// All grants on a key.
    ///
    /// # Errors
    /// [`ServiceError`], also where they may not be read.
    pub fn key_grants(&self, key: &str, deadline: &Deadline) -> Result<Vec<KeyGrant>, ServiceError> {
        self.keys.call(key, deadline, |client| {
            let (key, deadline) = (key.to_owned(), *deadline);
            async move {
                let (mut all, mut marker) = (Vec::new(), None);
                loop {
                    let answer = Attempts::ask(Action::named("kms:ListGrants"), deadline, |settings: Builder| {
                        let request = client.list_grants().key_id(&key).set_marker(marker.take());
                        request.customize().config_override(settings).send()
                    })
                    .await?;
                    all.extend(answer.grants.unwrap_or_default().into_iter().map(KeyGrant::from));
                    marker = answer.next_marker;
                    match (answer.truncated, &marker) {
                        (false, _) => return Ok(all),
                        (true, Some(_)) => {}
                        (true, None) => return Err(malformed("AWS KMS did not list all grants of the key")),
                    }
                }
            }
        })
    }
}

impl From<GrantListEntry> for KeyGrant {
    fn from(entry: GrantListEntry) -> Self {
        let operations = entry.operations.unwrap_or_default();
        Self {
            grantee: entry.grantee_principal.or(entry.grantee_service_principal),
            retiring: entry.retiring_principal.or(entry.retiring_service_principal),
            operations: operations.iter().map(GrantOperation::as_str).map(str::to_owned).collect(),
        }
    }
}

fn malformed(what: &str) -> Failure {
    Failure::malformed("AWS KMS", what)
}
