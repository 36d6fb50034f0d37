//! Where tokens are handed out: OAuth's token endpoint, the exchange of workload identity federation, impersonation, and
//! the metadata server of a virtual machine (`metadata`). Each is one more operation, under a path of its own on the clouds' listener.

use crate::clock;
use crate::credentials::{Issuer, Refusal};
use crate::form::form;
use crate::google::GoogleKms;
use crate::google::error::GoogleError;
use crate::google::service_account::claims;
use crate::google::{envelope, refuse};
use crate::service::Answer;
use hyper::Method;
use hyper::body::Bytes;
use hyper::http::request::Parts;
use serde_json::{Map, Value, json};

/// Who refreshes a token, whoever's the refresh token is.
const DEVELOPER: &str = "user:developer@example.com";
/// RFC 7523 §2.1 and RFC 8693 §2.1.
const SIGNED_GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const EXCHANGE_GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// AIP-4117: a request to AWS STS, signed but not sent.
const AWS_REQUEST: &str = "urn:ietf:params:aws:token-type:aws4_request";
/// Where the metadata server keeps everything.
pub(crate) const METADATA: &str = "/computeMetadata/v1/";
/// What every token is good for.
pub(crate) const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// A place where tokens come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Desk {
    /// `token_uri` of users and service accounts: `/google/token`.
    Token,
    /// `token_url` of workload identity federation: `/v1/token`.
    ExchangeToken,
    /// `service_account_impersonation_url`: `/v1/projects/-/serviceAccounts/…:generateAccessToken`.
    GenerateAccessToken,
    /// `GCE_METADATA_HOST`: a token.
    MetadataToken,
    /// The same: everything else it knows.
    Metadata,
    /// `credential_source.url` of workload identity federation: `/google/subject-token`.
    SubjectToken,
}

impl Desk {
    /// The desk a request is for.
    pub(crate) fn of(head: &Parts) -> Option<Desk> {
        let path = head.uri.path();
        match (&head.method, path) {
            (&Method::POST, "/google/token") => Some(Desk::Token),
            (&Method::POST, "/v1/token") => Some(Desk::ExchangeToken),
            (&Method::POST, path) if account(path).is_some() => Some(Desk::GenerateAccessToken),
            (&Method::GET, "/google/subject-token") => Some(Desk::SubjectToken),
            (&Method::GET, path) if path.starts_with(METADATA) && path.ends_with("/token") => Some(Desk::MetadataToken),
            (&Method::GET, path) if path.starts_with(METADATA) => Some(Desk::Metadata),
            // Clients knock before they ask.
            (&Method::GET, "/") if header(head, "metadata-flavor").is_some() => Some(Desk::Metadata),
            _ => None,
        }
    }

    /// The operation's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Desk::Token => "Token",
            Desk::ExchangeToken => "ExchangeToken",
            Desk::GenerateAccessToken => "GenerateAccessToken",
            Desk::MetadataToken => "MetadataToken",
            Desk::Metadata => "Metadata",
            Desk::SubjectToken => "SubjectToken",
        }
    }
}

impl GoogleKms {
    /// The answer of a desk.
    pub(crate) fn hand_out(&self, desk: Desk, head: &Parts, body: &[u8]) -> Answer {
        match desk {
            Desk::Token => self.refresh(body),
            Desk::ExchangeToken => self.exchange(body),
            Desk::GenerateAccessToken => self.impersonate(head, body),
            Desk::MetadataToken | Desk::Metadata => self.metadata(desk, head),
            Desk::SubjectToken => subject_token(head),
        }
    }

    /// RFC 6749 §6 for users, RFC 7523 §2.1 for service accounts. Clients send forms or JSON.
    fn refresh(&self, body: &[u8]) -> Answer {
        let fields = fields(body);
        let field = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
        let grant = field("grant_type");
        let asked =
            json!({"grant_type": grant, "client_id": field("client_id"), "refresh_token": field("refresh_token")});
        let member = match grant {
            "refresh_token" if !field("refresh_token").is_empty() => DEVELOPER.to_owned(),
            SIGNED_GRANT => match self.accounts.claimed(field("assertion")) {
                Some(claimed) if claimed.known && !claimed.expired => format!("serviceAccount:{}", claimed.email),
                _ => return oauth_error(400, "invalid_grant", "Invalid JWT Signature."),
            },
            "refresh_token" => return oauth_error(400, "invalid_request", "Missing required parameter: refresh_token"),
            other => return oauth_error(400, "unsupported_grant_type", &format!("Invalid grant_type: {other}")),
        };
        match self.issue(Issuer::GoogleOauth, "oauth", &member, asked) {
            Ok((token, life)) => envelope(
                200,
                &json!({"access_token": token, "expires_in": life, "scope": SCOPE, "token_type": "Bearer"}),
            ),
            Err(refusal) => oauth_refusal(refusal),
        }
    }

    /// RFC 8693 §2: Security Token Service API, `token`.
    fn exchange(&self, body: &[u8]) -> Answer {
        let fields = fields(body);
        let field = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
        if field("grant_type") != EXCHANGE_GRANT {
            return oauth_error(400, "unsupported_grant_type", "Invalid grant type.");
        }
        for name in ["audience", "subject_token", "subject_token_type"] {
            if field(name).is_empty() {
                return oauth_error(400, "invalid_request", &format!("Missing required field: {name}"));
            }
        }
        let subject = subject(field("subject_token"), field("subject_token_type"));
        let pool = field("audience").trim_start_matches("//").split("/providers/").next().unwrap_or_default();
        let member = format!("principal://{pool}/subject/{subject}");
        let asked = json!({
            "audience": field("audience"),
            "subject_token": field("subject_token"),
            "subject_token_type": field("subject_token_type"),
            "scope": field("scope"),
        });
        match self.issue(Issuer::GoogleSts, "federated", &member, asked) {
            Ok((token, life)) => envelope(
                200,
                &json!({
                    "access_token": token,
                    "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
                    "token_type": "Bearer",
                    "expires_in": life,
                }),
            ),
            Err(refusal) => oauth_refusal(refusal),
        }
    }

    /// IAM Service Account Credentials API, `generateAccessToken`.
    fn impersonate(&self, head: &Parts, body: &[u8]) -> Answer {
        let account = account(head.uri.path()).unwrap_or_default();
        if let Err(error) = self.authorize_impersonation(head, &account) {
            return refuse(&error);
        }
        let fields = fields(body);
        let asked = json!({
            "account": account,
            "lifetime": fields.get("lifetime"),
            "scope": fields.get("scope"),
            "delegates": fields.get("delegates"),
        });
        match self.issue(Issuer::GoogleImpersonation, "impersonated", &format!("serviceAccount:{account}"), asked) {
            Ok((token, life)) => {
                let expires = clock::iso_8601(clock::whole_seconds() + life);
                envelope(200, &json!({"accessToken": token, "expireTime": expires}))
            }
            Err(Refusal { body: Some(body), status, .. }) => plain(status, body),
            Err(Refusal { status, code, message, .. }) => refuse(&GoogleError {
                code: status,
                ..GoogleError::new(&code.unwrap_or_else(|| "PERMISSION_DENIED".to_owned()), message.unwrap_or_default())
            }),
        }
    }

    /// Counts the request, remembers what it came with, and answers a token and its life, or the refusal that was asked for.
    pub(crate) fn issue(
        &self,
        issuer: Issuer,
        kind: &str,
        member: &str,
        asked: Value,
    ) -> Result<(String, u64), Refusal> {
        self.stage.counts.credential_fetch();
        self.stage.credentials.record(issuer, asked);
        let life = self.stage.credentials.life()?;
        let whole = std::time::Duration::try_from_secs_f64(life.max(0.0)).unwrap_or_default().as_secs();
        Ok((self.tokens.issue(kind, member, life), whole))
    }
}

/// The account of a path that ends in `:generateAccessToken`.
fn account(path: &str) -> Option<String> {
    let account = path.strip_prefix("/v1/projects/-/serviceAccounts/")?.strip_suffix(":generateAccessToken")?;
    Some(account.replace("%40", "@"))
}

/// Whose a token is that comes from elsewhere: the subject of a JWT, the access key of a request to AWS.
fn subject(token: &str, kind: &str) -> String {
    if kind == AWS_REQUEST {
        let request: Value = serde_json::from_str(&crate::form::decoded(token)).unwrap_or_default();
        let headers = request.get("headers").and_then(Value::as_array).cloned().unwrap_or_default();
        let values = headers.iter().filter_map(|header| header.get("value")?.as_str());
        let credential = values.filter_map(|value| value.split("Credential=").nth(1)).next();
        return credential.and_then(|text| text.split('/').next()).unwrap_or("unknown").to_owned();
    }
    let subject = claims(token).and_then(|claims| Some(claims.get("sub")?.as_str()?.to_owned()));
    subject.unwrap_or_else(|| "unknown".to_owned())
}

/// What some pipeline would say of its job: a JWT that nobody signed, as text or in JSON.
fn subject_token(head: &Parts) -> Answer {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let expires = clock::whole_seconds() + 3600;
    let claims = json!({"iss": "https://pipeline.example", "sub": "job:release", "exp": expires});
    let parts = [json!({"alg": "RS256", "typ": "JWT"}), claims]
        .map(|part| Base64UrlUnpadded::encode_string(part.to_string().as_bytes()));
    let token = format!("{}.c2lnbmF0dXJl", parts.join("."));
    if head.uri.query() == Some("format=json") {
        return envelope(200, &json!({"value": token}));
    }
    plain(200, token)
}

/// The fields of a body, be it a form or JSON.
fn fields(body: &[u8]) -> Map<String, Value> {
    if let Ok(Value::Object(members)) = serde_json::from_slice(body) {
        return members;
    }
    form(&String::from_utf8_lossy(body)).into_iter().map(|(name, value)| (name, json!(value))).collect()
}

/// A header's text.
pub(crate) fn header<'a>(head: &'a Parts, name: &str) -> Option<&'a str> {
    head.headers.get(name)?.to_str().ok()
}

/// The refusal that was asked for, in OAuth's form.
pub(crate) fn oauth_refusal(refusal: Refusal) -> Answer {
    match refusal.body {
        Some(body) => plain(refusal.status, body),
        None => oauth_error(
            refusal.status,
            &refusal.code.unwrap_or_else(|| "invalid_grant".to_owned()),
            &refusal.message.unwrap_or_else(|| "Token has been expired or revoked.".to_owned()),
        ),
    }
}

/// RFC 6749 §5.2.
fn oauth_error(status: u16, error: &str, description: &str) -> Answer {
    envelope(status, &json!({"error": error, "error_description": description}))
}

/// An answer that is no JSON.
pub(crate) fn plain(status: u16, body: String) -> Answer {
    Answer { status, headers: vec![("content-type", "application/text".to_owned())], body: Bytes::from(body) }
}

#[cfg(test)]
mod tests {
    use crate::google::rehearsal::Rehearsal;
    use crate::google::token::Standing;
    use crate::service::CloudService;
    use hyper::Request;
    use serde_json::{Value, json};

    fn ask(kms: &Rehearsal, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let head = request.body(()).unwrap().into_parts().0;
        assert!(kms.kms.serves(&head), "{path}");
        let answer = kms.kms.answer(&head, body.as_bytes());
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        (answer.status, serde_json::from_str(&text).unwrap_or_else(|_| json!(text)))
    }

    fn holder(kms: &Rehearsal, token: &Value) -> String {
        match kms.kms.tokens.standing(&kms.kms.accounts, token.as_str().unwrap()) {
            Standing::Good(member) => member,
            Standing::Foreign => panic!("foreign"),
            Standing::Expired => panic!("expired"),
        }
    }

    #[test]
    fn every_desk_hands_out_a_token_of_its_own_for_the_one_who_asks() {
        let kms = Rehearsal::new();
        let flavour = [("metadata-flavor", "Google")];
        let token = "/computeMetadata/v1/instance/service-accounts/default/token";
        let (_, machine) = ask(&kms, "GET", token, &flavour, "");
        assert_eq!(machine, json!({"access_token": "ya29.metadata-0001", "expires_in": 3600, "token_type": "Bearer"}));
        assert_eq!(holder(&kms, &machine["access_token"]), "serviceAccount:emulator@p.iam.gserviceaccount.com");
        let body = r#"{"grant_type":"refresh_token","client_id":"c","client_secret":"s","refresh_token":"r"}"#;
        let (_, user) = ask(&kms, "POST", "/google/token", &[], body);
        assert_eq!(user["access_token"], "ya29.oauth-0002");
        assert_eq!(holder(&kms, &user["access_token"]), "user:developer@example.com");
        let (_, subject) = ask(&kms, "GET", "/google/subject-token", &[], "");
        let body = format!(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token_type=jwt&subject_token={}&audience=%2F%2Fiam.googleapis.com%2Fprojects%2F1%2Flocations%2Fglobal%2FworkloadIdentityPools%2Fpool%2Fproviders%2Fx",
            subject.as_str().unwrap()
        );
        let (_, federated) = ask(&kms, "POST", "/v1/token", &[], &body);
        assert_eq!(federated["issued_token_type"], "urn:ietf:params:oauth:token-type:access_token");
        assert_eq!(
            holder(&kms, &federated["access_token"]),
            "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/subject/job:release"
        );
        let path = "/v1/projects/-/serviceAccounts/ci@p.iam.gserviceaccount.com:generateAccessToken";
        let (_, played) = ask(&kms, "POST", path, &[], r#"{"scope":["s"],"lifetime":"3600s"}"#);
        assert!(played["expireTime"].as_str().unwrap().ends_with('Z'));
        assert_eq!(holder(&kms, &played["accessToken"]), "serviceAccount:ci@p.iam.gserviceaccount.com");
        let issuers: Vec<Value> =
            kms.kms.stage.credentials.asked().iter().map(|asked| asked["issuer"].clone()).collect();
        assert_eq!(issuers, ["google-metadata", "google-oauth", "google-sts", "google-impersonation"]);
    }

    #[test]
    fn the_metadata_server_speaks_to_nobody_who_does_not_name_it() {
        let kms = Rehearsal::new();
        let path = "/computeMetadata/v1/instance/service-accounts/default/token";
        assert_eq!(ask(&kms, "GET", path, &[], "").0, 403);
        assert!(kms.kms.stage.credentials.asked().is_empty());
    }

    #[test]
    fn to_play_a_service_account_needs_a_grant_where_iam_is_enforced() {
        let kms = Rehearsal::new();
        let path = "/v1/projects/-/serviceAccounts/ci@p.iam.gserviceaccount.com:generateAccessToken";
        let token = format!("Bearer {}", kms.kms.tokens.issue("given", "user:a@example.com", 60.0));
        let ask = || ask(&kms, "POST", path, &[("authorization", &token)], "{}");
        let enforce = |grants: Value| {
            kms.kms.set_iam(serde_json::from_value(json!({"enforced": true, "grants": grants})).unwrap());
        };
        enforce(json!([]));
        let (status, refusal) = ask();
        assert_eq!(
            (status, refusal["error"]["message"].as_str().unwrap()),
            (403, "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).")
        );
        let resource = "projects/-/serviceAccounts/ci@p.iam.gserviceaccount.com";
        let role = "roles/iam.serviceAccountTokenCreator";
        enforce(json!([{"member": "user:a@example.com", "role": role, "resource": resource}]));
        assert_eq!(ask().0, 200);
    }

    #[test]
    fn a_token_that_a_service_account_signed_itself_is_its_own() {
        use crate::material::{Hash, Material, Scheme};
        use base64ct::{Base64UrlUnpadded, Encoding};
        let kms = Rehearsal::new();
        let file = kms.kms.accounts.make("ci@p.iam", "p", "http://localhost/token").unwrap();
        let key = openssl::pkey::PKey::private_key_from_pem(file["private_key"].as_str().unwrap().as_bytes()).unwrap();
        let material = Material::from_pkcs8(&key.private_key_to_pkcs8().unwrap()).unwrap();
        let token = |expires: u64| {
            let claims = json!({"iss": "ci@p.iam", "exp": expires, "scope": "s"});
            let parts = [json!({"alg": "RS256"}), claims]
                .map(|part| Base64UrlUnpadded::encode_string(part.to_string().as_bytes()));
            let signed = parts.join(".");
            let digest = Hash::Sha256.digest(signed.as_bytes()).unwrap();
            let signature = material.sign(Scheme::Pkcs1, Hash::Sha256, &digest).unwrap();
            format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature))
        };
        let later = crate::clock::whole_seconds() + 60;
        assert_eq!(holder(&kms, &json!(token(later))), "serviceAccount:ci@p.iam");
        let standing = |token: &str| kms.kms.tokens.standing(&kms.kms.accounts, token);
        assert_eq!(standing(&token(1)), Standing::Expired);
        // The claims of one token with the signature of another.
        let (claims, signature) = (token(later + 1), token(later));
        let forged = format!("{}.{}", claims.rsplit_once('.').unwrap().0, signature.rsplit_once('.').unwrap().1);
        assert_eq!(standing(&forged), Standing::Foreign);
    }
}
