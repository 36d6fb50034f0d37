//! Requests to AWS KMS that the subscriber signed and did not send: the CA sends them, and has the answers first-hand without any grant.
//!
//! What a signature is good for is what its signer chose. So everything is held against what the CA would have asked itself: two requests
//! about one key, in these very bytes, at the key's own endpoint, with the CA's nonce among what was signed. Experimental: AWS documents that
//! it takes signed headers that it does not know (AWS General Reference, "Create a signed AWS API request"); no real one was asked.

use std::fmt;

use serde::Deserialize;

use super::kind::Kind;
use super::payload::Record;
use super::place::Place;
use crate::evidence::answer::{self, Object};
use crate::instant::Instant;
use crate::malformed::Malformed;
use crate::report;
use crate::shown;

/// Two requests with two tokens of at most 4 kB each, which is twice what AWS gives.
pub const LARGEST_REQUESTS: usize = 16 << 10;
/// The header that carries the CA's nonce.
pub const NONCE_HEADER: &str = "x-hardkey-challenge";
/// "A request must reach AWS within five minutes of the time stamp": AWS General Reference, "Create a signed AWS API request".
const LIFE: u64 = 5 * 60;

const PART: &str = "request";
const VERSION: u32 = 1;
/// AWS's JSON protocol 1.1.
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
const DESCRIBE: &str = "TrentService.DescribeKey";
const PUBLIC_KEY: &str = "TrentService.GetPublicKey";

/// One request that was found to be just what the CA would ask. Who has it can send it for five minutes.
pub struct SignedRequest {
    kind: Kind,
    host: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    requests: Vec<Object<WrittenRequest>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRequest {
    headers: Object<Headers>,
    body: String,
}

/// Every header that may be there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Headers {
    authorization: String,
    content_type: String,
    host: String,
    x_amz_date: String,
    x_amz_security_token: Option<String>,
    x_amz_target: String,
    x_hardkey_challenge: String,
}

impl SignedRequest {
    /// Reads a pair of requests about the key of a report, and holds it against what the CA would ask. `subject` is the report's.
    ///
    /// # Errors
    /// The field, what is wrong with it and what would be right, in a sentence. No token and no signature is shown.
    pub fn pair(json: &[u8], subject: &Record, now: Instant) -> Result<[Self; 2], String> {
        // What was found may be a token: it is not shown.
        let unread = |Malformed { position, expected, .. }: Malformed| match position {
            Some(position) => format!("{PART}, byte {position}: expected {expected}"),
            None => format!("{PART}: expected {expected}"),
        };
        let written: Written = answer::read_up_to(PART, json, LARGEST_REQUESTS).map_err(unread)?;
        if written.version != VERSION {
            return Err(format!("version: {}; {VERSION} is the one that is read", written.version));
        }
        let Ok([first, second]) = <[Object<WrittenRequest>; 2]>::try_from(written.requests) else {
            return Err(format!("requests: two are wanted, {DESCRIBE} and {PUBLIC_KEY}"));
        };
        let requests = [first.0.checked(0, subject, now)?, second.0.checked(1, subject, now)?];
        if requests[0].kind == requests[1].kind {
            return Err(format!(
                "requests: both are {}; {DESCRIBE} and {PUBLIC_KEY} are wanted",
                requests[0].kind.name()
            ));
        }
        Ok(requests)
    }

    /// Which question it asks.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The host that it was signed for, which is one of the key's own.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What to send, by lower-case names.
    #[must_use]
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// What to send.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }
}

/// Neither signature nor token.
impl fmt::Debug for SignedRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SignedRequest").field("kind", &self.kind).field("host", &self.host).finish_non_exhaustive()
    }
}

impl WrittenRequest {
    fn checked(self, index: usize, subject: &Record, now: Instant) -> Result<SignedRequest, String> {
        let Self { headers: Object(headers), body } = self;
        let place = |field: &str| format!("requests[{index}].{field}");
        let wants = |field: &str, has: &str, wanted: &str| {
            if has == wanted {
                return Ok(());
            }
            Err(format!("{}: \"{}\" is wanted", place(field), shown::text(wanted)))
        };
        let Some(Place::Aws { region, .. }) = Place::of(&subject.resource) else {
            return Err(format!("the report is about {}, which is no key of AWS KMS", shown::text(&subject.resource)));
        };
        let kind = match headers.x_amz_target.as_str() {
            DESCRIBE => report::Kind::AwsDescribeKey,
            PUBLIC_KEY => report::Kind::AwsGetPublicKey,
            _ => return Err(format!("{}: {DESCRIBE} and {PUBLIC_KEY} are wanted", place("x-amz-target"))),
        };
        let kind = Kind::Key(kind);
        let hosts = kind.hosts(&subject.resource, &subject.resource);
        if !hosts.contains(&headers.host) {
            return Err(format!("{}: the key is at {}", place("host"), hosts.join(" or ")));
        }
        wants("content-type", &headers.content_type, CONTENT_TYPE)?;
        wants(NONCE_HEADER, &headers.x_hardkey_challenge, &shown::hex(&subject.nonce))?;
        wants("body", &body, &format!("{{\"KeyId\":\"{}\"}}", subject.resource))?;
        let signed = moment(&headers.x_amz_date)
            .ok_or_else(|| format!("{}: it is no time as in 20261121T012345Z", place("x-amz-date")))?;
        if now.unix().abs_diff(signed.unix()) > LIFE {
            return Err(format!(
                "{}: signed at {signed}, and it is {now}; AWS takes a request for {LIFE} seconds: have it signed again, and check both clocks",
                place("x-amz-date")
            ));
        }
        let token = headers.x_amz_security_token;
        let mut names = vec!["content-type", "host", "x-amz-date"];
        names.extend(token.is_some().then_some("x-amz-security-token"));
        names.extend(["x-amz-target", NONCE_HEADER]);
        let day = headers.x_amz_date.get(..8).unwrap_or_default();
        authorization(&headers.authorization, &format!("{day}/{region}/kms/aws4_request"), &names.join(";"))
            .map_err(|why| format!("{}: {why}", place("authorization")))?;
        if token.as_ref().is_some_and(|token| !token.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(format!("{}: it is no token of AWS's", place("x-amz-security-token")));
        }
        let mut sent = vec![
            ("authorization", headers.authorization),
            ("content-type", headers.content_type),
            ("host", headers.host.clone()),
            ("x-amz-date", headers.x_amz_date),
            ("x-amz-target", headers.x_amz_target),
            (NONCE_HEADER, headers.x_hardkey_challenge),
        ];
        sent.extend(token.map(|token| ("x-amz-security-token", token)));
        Ok(SignedRequest { kind, host: headers.host, headers: sent, body })
    }
}

/// AWS Signature Version 4: `AWS4-HMAC-SHA256 Credential=ID/SCOPE, SignedHeaders=a;b, Signature=HEX`, of this scope and these headers.
fn authorization(header: &str, scope: &str, names: &str) -> Result<(), String> {
    let parts: Vec<&str> = header.strip_prefix("AWS4-HMAC-SHA256 ").unwrap_or_default().split(", ").collect();
    let [credential, signed, signature] = parts.as_slice() else {
        return Err("AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=… is wanted".to_owned());
    };
    let (id, of) = credential.strip_prefix("Credential=").and_then(|rest| rest.split_once('/')).unwrap_or_default();
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) || of != scope {
        return Err(format!("the scope {scope} is wanted"));
    }
    if signed.strip_prefix("SignedHeaders=") != Some(names) {
        return Err(format!("SignedHeaders={names} is wanted"));
    }
    let hex = signature.strip_prefix("Signature=").unwrap_or_default();
    if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f')) {
        return Err("its signature is not 64 hexadecimal digits".to_owned());
    }
    Ok(())
}

/// `20261121T012345Z`.
fn moment(text: &str) -> Option<Instant> {
    if text.len() != 16 || !text.is_ascii() {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to);
    let whole = format!(
        "{}-{}-{}T{}:{}:{}{}",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(9, 11)?,
        part(11, 13)?,
        part(13, 15)?,
        part(15, 16)?
    );
    Instant::parse(&whole).filter(|_| part(8, 9) == Some("T"))
}

#[cfg(test)]
mod tests;
