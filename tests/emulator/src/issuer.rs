//! Where credentials are handed out: a container's endpoint, STS, instance metadata and the portal of IAM Identity Center,
//! each under a path of the control listener. What they were asked with is kept for tests to look at.

use crate::aws::authorization::access_key;
use crate::clock;
use crate::credentials::{Granted, Issuer, Refusal, with};
use crate::exchange::Stage;
use crate::form::form;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::http::request::Parts;
use hyper::{Method, Response};
use serde_json::{Value, json};
use std::time::Duration;

/// The session token of instance metadata, without which it answers 401: version 1 is switched off.
const METADATA_TOKEN: &str = "hardkey-metadata-token";
const METADATA_ROLE: &str = "hardkey-instance-role";

struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

/// The answer, if the path is one of theirs.
pub(crate) async fn answer(stage: &Stage, head: &Parts, body: &[u8]) -> Option<Response<Full<Bytes>>> {
    let reply = match (&head.method, head.uri.path()) {
        (&Method::GET, "/credentials") => container(stage, head).await,
        (&Method::POST, "/sts" | "/sts/") => sts(stage, head, body).await,
        (method, path) if path.starts_with("/imds/") => metadata(stage, head, method, path).await,
        (&Method::GET, "/sso/federation/credentials") => portal(stage, head).await,
        _ => return None,
    };
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(*name, value);
    }
    Some(response.body(Full::from(reply.body)).unwrap_or_default())
}

/// Counts the request, waits as told, and answers new credentials or the refusal that was asked for.
async fn issue(stage: &Stage, issuer: Issuer, asked: Value) -> Result<Granted, Refusal> {
    stage.counts.credential_fetch();
    stage.credentials.record(issuer, asked);
    tokio::time::sleep(Duration::from_millis(stage.credentials.latency_ms())).await;
    stage.credentials.issue(issuer)
}

/// ECS developer guide, "Amazon ECS task IAM role"; the refusal's form is that of EKS Pod Identity.
async fn container(stage: &Stage, head: &Parts) -> Reply {
    let asked = json!({"authorization": header(head, "authorization")});
    match issue(stage, Issuer::Container, asked).await {
        Ok(granted) => json_reply(200, &granted.as_document()),
        Err(refusal) => json_refusal(refusal),
    }
}

/// AWS STS API reference: AssumeRole and AssumeRoleWithWebIdentity.
async fn sts(stage: &Stage, head: &Parts, body: &[u8]) -> Reply {
    let form = form(&String::from_utf8_lossy(body));
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    let action = field("Action");
    let asked = json!({"action": action, "role_arn": field("RoleArn"), "session_name": field("RoleSessionName")});
    let asked = if action == "AssumeRoleWithWebIdentity" {
        with(asked, "token", json!(field("WebIdentityToken")))
    } else {
        with(asked, "caller", json!(access_key(head)))
    };
    let granted = match issue(stage, Issuer::Sts, asked).await {
        Ok(granted) => granted,
        Err(refusal) => return xml_refusal(refusal),
    };
    let role = field("RoleArn").replace(":iam:", ":sts:").replace(":role/", ":assumed-role/");
    let body = format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result>\
         <AssumedRoleUser><Arn>{role}/{}</Arn><AssumedRoleId>AROATEST:x</AssumedRoleId></AssumedRoleUser>\
         <Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey><SessionToken>{}</SessionToken>\
         <Expiration>{}</Expiration></Credentials></{action}Result></{action}Response>",
        field("RoleSessionName"),
        granted.access_key,
        granted.secret,
        granted.token,
        clock::iso_8601(granted.expires),
    );
    Reply { status: 200, headers: vec![("content-type", "text/xml".to_owned())], body }
}

/// EC2 user guide, "Use the Instance Metadata Service", version 2.
async fn metadata(stage: &Stage, head: &Parts, method: &Method, path: &str) -> Reply {
    let path = path.trim_start_matches("/imds");
    let role = format!("/latest/meta-data/iam/security-credentials/{METADATA_ROLE}");
    match (method.as_str(), path) {
        ("PUT", "/latest/api/token") => {
            let life = header(head, "x-aws-ec2-metadata-token-ttl-seconds").unwrap_or_else(|| "0".to_owned());
            Reply {
                status: 200,
                headers: vec![("x-aws-ec2-metadata-token-ttl-seconds", life)],
                body: METADATA_TOKEN.to_owned(),
            }
        }
        ("GET", _) if header(head, "x-aws-ec2-metadata-token").as_deref() != Some(METADATA_TOKEN) => text(401, ""),
        // Google's client asks without the slash at the end, and where the machine is.
        ("GET", "/latest/meta-data/iam/security-credentials/" | "/latest/meta-data/iam/security-credentials") => {
            text(200, METADATA_ROLE)
        }
        ("GET", "/latest/meta-data/placement/availability-zone") => text(200, "eu-west-1a"),
        ("GET", path) if path == role => match issue(stage, Issuer::Metadata, json!({"role": METADATA_ROLE})).await {
            Ok(granted) => json_reply(200, &with(granted.as_document(), "Code", json!("Success"))),
            // Instance metadata refuses in the body.
            Err(Refusal { code: Some(code), message, .. }) => {
                json_reply(200, &json!({"Code": code, "Message": message.unwrap_or_default()}))
            }
            Err(refusal) => json_refusal(refusal),
        },
        _ => text(404, ""),
    }
}

/// IAM Identity Center portal API reference: GetRoleCredentials.
async fn portal(stage: &Stage, head: &Parts) -> Reply {
    let query = form(head.uri.query().unwrap_or_default());
    let asked = json!({
        "role_name": query.get("role_name"),
        "account_id": query.get("account_id"),
        "token": header(head, "x-amz-sso_bearer_token"),
    });
    match issue(stage, Issuer::Sso, asked).await {
        Ok(granted) => json_reply(
            200,
            &json!({"roleCredentials": {
                "accessKeyId": granted.access_key,
                "secretAccessKey": granted.secret,
                "sessionToken": granted.token,
                "expiration": granted.expires.saturating_mul(1000),
            }}),
        ),
        Err(refusal) => {
            let code = refusal.code.clone().unwrap_or_default();
            let mut reply = json_refusal(refusal);
            reply.headers.push(("x-amzn-errortype", code));
            reply
        }
    }
}

fn header(head: &Parts, name: &str) -> Option<String> {
    head.headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn text(status: u16, body: &str) -> Reply {
    Reply { status, headers: Vec::new(), body: body.to_owned() }
}

fn json_reply(status: u16, body: &Value) -> Reply {
    Reply { status, headers: vec![("content-type", "application/json".to_owned())], body: body.to_string() }
}

fn json_refusal(refusal: Refusal) -> Reply {
    if let Some(body) = refusal.body {
        return text(refusal.status, &body);
    }
    let code = refusal.code.unwrap_or_else(|| "Refused".to_owned());
    json_reply(refusal.status, &json!({"code": code, "message": refusal.message.unwrap_or_default()}))
}

fn xml_refusal(refusal: Refusal) -> Reply {
    let body = refusal.body.unwrap_or_else(|| {
        format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
             <Code>{}</Code><Message>{}</Message></Error></ErrorResponse>",
            refusal.code.unwrap_or_else(|| "Refused".to_owned()),
            refusal.message.unwrap_or_default()
        )
    });
    Reply { status: refusal.status, headers: vec![("content-type", "text/xml".to_owned())], body }
}
