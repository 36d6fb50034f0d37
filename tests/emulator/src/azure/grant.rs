//! Where tokens are handed out: Microsoft Entra ID, the managed identity of App Service and that of virtual machines.

use crate::azure::application::Proof;
use crate::azure::token::TENANT;
use crate::azure::{KeyVault, asked_host, envelope};
use crate::clock;
use crate::credentials::{Issuer, Refusal, whole};
use crate::form::form;
use crate::identifier::uuid;
use crate::service::Answer;
use hyper::Method;
use hyper::http::request::Parts;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `IDENTITY_HEADER` of App Service, which every request to its endpoint must repeat.
const IDENTITY_HEADER: &str = "hardkey-identity-header";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endpoint {
    /// `/{tenant}/oauth2/v2.0/token`.
    Entra,
    /// `IDENTITY_ENDPOINT`.
    AppService,
    /// Instance metadata of a virtual machine.
    Machine,
    /// `/{tenant}/v2.0/.well-known/openid-configuration`.
    Configuration,
}

fn endpoint(path: &str) -> Option<Endpoint> {
    // MSAL for JavaScript ends the path of a machine's metadata with a slash.
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match segments[..] {
        [_, "oauth2", "v2.0", "token"] => Some(Endpoint::Entra),
        ["msi", "token"] => Some(Endpoint::AppService),
        ["metadata", "identity", "oauth2", "token"] => Some(Endpoint::Machine),
        [_, "v2.0", ".well-known", "openid-configuration"] => Some(Endpoint::Configuration),
        _ => None,
    }
}

/// Whether a path is one of these.
pub(crate) fn serves(path: &str) -> bool {
    endpoint(path).is_some()
}

/// The name under which counts and faults have them.
pub(crate) fn operation(head: &Parts) -> Option<&'static str> {
    endpoint(head.uri.path()).map(|endpoint| match endpoint {
        Endpoint::Entra | Endpoint::AppService | Endpoint::Machine => "GetToken",
        Endpoint::Configuration => "GetConfiguration",
    })
}

/// A refusal in the form of Microsoft Entra ID: RFC 6749 §5.2, with members of its own.
pub(crate) fn refusal(head: &Parts, status: Option<u16>, error: Option<&str>, message: Option<&str>) -> Answer {
    let status = status.unwrap_or(400);
    let usual = match status {
        401 => "invalid_client",
        429 | 503 => "temporarily_unavailable",
        500.. => "server_error",
        _ => "invalid_request",
    };
    let description = message.unwrap_or_default();
    let number = description.strip_prefix("AADSTS").and_then(|rest| rest.split_once(':')?.0.parse::<u64>().ok());
    let [trace, correlation] = [(); 2].map(|()| uuid().unwrap_or_default());
    let body = json!({
        "error": error.unwrap_or(usual), "error_description": description, "error_codes": Vec::from_iter(number),
        "timestamp": clock::iso_8601(clock::whole_seconds()).replace('T', " "), "trace_id": trace,
        "correlation_id": correlation,
    });
    envelope(head, status, body.to_string().into())
}

impl KeyVault {
    /// The answer of one of these endpoints, if the path is one of theirs.
    pub(crate) fn grant(&self, head: &Parts, body: &[u8]) -> Option<Answer> {
        let refuse = |refusal: Refusal| match refusal.body {
            Some(body) => envelope(head, refusal.status, body.into()),
            None => self::refusal(head, Some(refusal.status), refusal.code.as_deref(), refusal.message.as_deref()),
        };
        let granted = match endpoint(head.uri.path())? {
            Endpoint::Configuration => Ok(configuration(head)),
            Endpoint::Entra => self.entra(head, body),
            Endpoint::AppService => self.app_service(head),
            Endpoint::Machine => self.machine(head),
        };
        Some(match granted {
            Ok(value) => envelope(head, 200, value.to_string().into()),
            Err(refusal) => refuse(refusal),
        })
    }

    /// RFC 6749 §4.4: the client credentials grant, with a secret or, RFC 7521 §4.2, an assertion.
    fn entra(&self, head: &Parts, body: &[u8]) -> Result<Value, Refusal> {
        let fields = form(&String::from_utf8_lossy(body));
        let field = |name: &str| fields.get(name).map_or("", String::as_str);
        let tenant = head.uri.path().trim_start_matches('/').split('/').next().unwrap_or_default();
        self.record(
            Issuer::Entra,
            json!({
                "tenant": tenant,
                "grant_type": field("grant_type"),
                "client_id": field("client_id"),
                "scope": field("scope"),
                "assertion": fields.get("client_assertion"),
            }),
        );
        if head.method != Method::POST {
            return Err(refused(405, "invalid_request", "AADSTS900561: The endpoint only accepts POST requests."));
        }
        if tenant != TENANT {
            return Err(refused(400, "invalid_request", &format!("AADSTS90002: Tenant '{tenant}' not found.")));
        }
        if field("grant_type") != "client_credentials" || field("client_id").is_empty() {
            return Err(refused(400, "invalid_request", "AADSTS900144: The request body must contain client_id."));
        }
        self.applications.check(&Proof {
            client_id: field("client_id"),
            secret: field("client_secret"),
            assertion: field("client_assertion"),
            endpoint: &format!("https://{}{}", asked_host(head), head.uri.path()),
        })?;
        let Some(resource) = field("scope").strip_suffix("/.default") else {
            return Err(refused(400, "invalid_scope", "AADSTS1002012: The provided value for scope is not valid."));
        };
        let (token, life, _) = self.issue(field("client_id"), resource)?;
        Ok(json!({"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token}))
    }

    /// Microsoft's documentation, "Managed identities for App Service", REST endpoint reference (2026-11).
    fn app_service(&self, head: &Parts) -> Result<Value, Refusal> {
        let query = form(head.uri.query().unwrap_or_default());
        self.record(
            Issuer::AppService,
            json!({"client_id": query.get("client_id"), "resource": query.get("resource")}),
        );
        if header(head, "x-identity-header") != Some(IDENTITY_HEADER) {
            return Err(refused(401, "Unauthorized", "X-IDENTITY-HEADER is missing or wrong."));
        }
        let holder = query.get("client_id").map_or("app-service-identity", String::as_str);
        let resource = resource(&query)?;
        let (token, _, expires) = self.issue(holder, resource)?;
        Ok(json!({
            "access_token": token, "expires_on": expires.to_string(), "resource": resource, "token_type": "Bearer",
            "client_id": holder,
        }))
    }

    /// Microsoft's documentation, "How managed identities for Azure resources work with virtual machines" (2026-11).
    fn machine(&self, head: &Parts) -> Result<Value, Refusal> {
        let query = form(head.uri.query().unwrap_or_default());
        self.record(Issuer::Machine, json!({"client_id": query.get("client_id"), "resource": query.get("resource")}));
        if header(head, "metadata").is_none_or(|value| !value.eq_ignore_ascii_case("true")) {
            return Err(refused(400, "invalid_request", "Required metadata header not specified"));
        }
        let holder = query.get("client_id").map_or("machine-identity", String::as_str);
        let resource = resource(&query)?;
        let (token, life, expires) = self.issue(holder, resource)?;
        Ok(json!({
            "access_token": token, "client_id": holder, "expires_in": life.to_string(),
            "expires_on": expires.to_string(), "ext_expires_in": life.to_string(),
            "not_before": clock::whole_seconds().to_string(), "resource": resource, "token_type": "Bearer",
        }))
    }

    fn record(&self, issuer: Issuer, asked: Value) {
        self.stage.counts.credential_fetch();
        self.stage.credentials.record(issuer, asked);
    }

    /// A token, the whole seconds it lives and when that ends.
    fn issue(&self, holder: &str, resource: &str) -> Result<(String, u64, u64), Refusal> {
        let life = self.stage.credentials.life()?;
        let token = self.tokens.issue(holder, resource, life);
        let token = token.map_err(|error| refused(500, "server_error", &error.to_string()))?;
        let expires = whole(clock::seconds() + life);
        Ok((token, expires.saturating_sub(clock::whole_seconds()), expires))
    }
}

/// What MSAL reads of a tenant before it asks for a token.
fn configuration(head: &Parts) -> Value {
    let tenant = head.uri.path().trim_start_matches('/').split('/').next().unwrap_or_default();
    let authority = format!("https://{}/{tenant}", asked_host(head));
    json!({
        "token_endpoint": format!("{authority}/oauth2/v2.0/token"),
        "authorization_endpoint": format!("{authority}/oauth2/v2.0/authorize"),
        "issuer": format!("{authority}/v2.0"),
        "jwks_uri": format!("{authority}/discovery/v2.0/keys"),
    })
}

fn resource(query: &BTreeMap<String, String>) -> Result<&str, Refusal> {
    let missing = || refused(400, "invalid_resource", "AADSTS50001: The resource principal is missing.");
    query.get("resource").map(String::as_str).filter(|resource| !resource.is_empty()).ok_or_else(missing)
}

fn header<'a>(head: &'a Parts, name: &str) -> Option<&'a str> {
    head.headers.get(name)?.to_str().ok()
}

fn refused(status: u16, code: &str, message: &str) -> Refusal {
    Refusal { status, code: Some(code.to_owned()), message: Some(message.to_owned()), body: None }
}
