//! The metadata server of a virtual machine: who it is, and a token for its service account.

use crate::credentials::Issuer;
use crate::form::form;
use crate::google::issuer::{Desk, METADATA, SCOPE, header, oauth_refusal, plain};
use crate::google::{GoogleKms, envelope};
use crate::service::Answer;
use hyper::http::request::Parts;
use serde_json::json;

impl GoogleKms {
    /// Compute Engine documentation, "About VM metadata": whoever does not say that he knows whom he talks to gets nothing.
    pub(crate) fn metadata(&self, desk: Desk, head: &Parts) -> Answer {
        if header(head, "metadata-flavor") != Some("Google") {
            return flavoured(plain(403, "Missing Metadata-Flavor:Google header.\n".to_owned()));
        }
        let email = format!("emulator@{}.iam.gserviceaccount.com", self.project());
        let query = form(head.uri.query().unwrap_or_default());
        if desk == Desk::MetadataToken {
            let asked = json!({"path": head.uri.path(), "scopes": query.get("scopes")});
            let member = format!("serviceAccount:{email}");
            return flavoured(match self.issue(Issuer::GoogleMetadata, "metadata", &member, asked) {
                Ok((token, life)) => {
                    envelope(200, &json!({"access_token": token, "expires_in": life, "token_type": "Bearer"}))
                }
                Err(refusal) => oauth_refusal(refusal),
            });
        }
        let of_the_account = |path: &str| {
            let (_, rest) = path.strip_prefix("instance/service-accounts/")?.split_once('/')?;
            Some(rest.to_owned())
        };
        let path = head.uri.path().strip_prefix(METADATA).unwrap_or_default();
        let account = json!({"aliases": ["default"], "email": email, "scopes": [SCOPE]});
        flavoured(match (path, of_the_account(path).as_deref()) {
            ("", _) => plain(200, "computeMetadata/\n".to_owned()),
            ("project/project-id", _) => plain(200, self.project().to_owned()),
            ("project/numeric-project-id", _) => plain(200, "111122223333".to_owned()),
            ("universe/universe-domain", _) => plain(200, "googleapis.com".to_owned()),
            (_, Some("email")) => plain(200, email),
            (_, Some("scopes")) => plain(200, format!("{SCOPE}\n")),
            (_, Some("")) => envelope(200, &account),
            _ => plain(404, String::new()),
        })
    }
}

fn flavoured(mut answer: Answer) -> Answer {
    answer.headers.push(("metadata-flavor", "Google".to_owned()));
    answer
}
