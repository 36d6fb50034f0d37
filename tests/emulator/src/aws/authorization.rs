//! Who a request says it is from. Signatures are not checked: any secret will do.

use crate::aws::error::{KmsError, usual_message};
use crate::clock;
use crate::credentials::{Credentials, Standing};
use hyper::http::request::Parts;

/// The credential scope of an `Authorization` header (AWS Signature Version 4).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    /// Access key id.
    pub(crate) access_key: String,
    /// Region the request is signed for.
    pub(crate) region: String,
    service: String,
}

/// The access key id a head carries, if any.
pub(crate) fn access_key(head: &Parts) -> Option<String> {
    scope(header(head, "authorization")?).map(|scope| scope.access_key)
}

/// The scope of a request that may be served.
pub(crate) fn authorize(head: &Parts, credentials: &Credentials) -> Result<Scope, KmsError> {
    let Some(authorization) = header(head, "authorization") else {
        return Err(refused("MissingAuthenticationTokenException"));
    };
    let incomplete =
        |what: &str| KmsError::new("IncompleteSignatureException", format!("Authorization header requires {what}."));
    for part in ["Signature=", "SignedHeaders="] {
        if !authorization.contains(part) {
            let name = part.trim_end_matches('=');
            return Err(incomplete(&format!("'{name}' parameter")));
        }
    }
    if header(head, "x-amz-date").or(header(head, "date")).is_none() {
        return Err(incomplete("existence of either a 'X-Amz-Date' or a 'Date' header"));
    }
    let Some(scope) = scope(authorization) else {
        return Err(incomplete("'Credential' parameter of five parts"));
    };
    if scope.service != "kms" {
        return Err(KmsError::new(
            "InvalidSignatureException",
            "Credential should be scoped to correct service: 'kms'. ",
        ));
    }
    let token = header(head, "x-amz-security-token");
    match credentials.standing(&scope.access_key, token) {
        Standing::Foreign | Standing::Good => Ok(scope),
        Standing::Expired => Err(refused("ExpiredTokenException")),
        Standing::WrongToken => Err(refused("UnrecognizedClientException")),
    }
}

/// How far a request's date may be from the service's clock: AWS IAM user guide, "Elements of an AWS API request
/// signature".
const TOLERANCE: u64 = 5 * 60;

/// Refuses a request whose date is too far from this moment, in whole seconds since 1970, in AWS's words.
pub(crate) fn check_date(head: &Parts, now: u64) -> Result<(), KmsError> {
    let date = header(head, "x-amz-date").unwrap_or_default();
    let shown = |moment: u64| clock::basic(moment);
    // All dates have one length and one form, so that their order is that of time.
    let (earliest, latest) = (shown(now.saturating_sub(TOLERANCE)), shown(now + TOLERANCE));
    let refused = |message: String| Err(KmsError::new("InvalidSignatureException", message));
    if date < earliest.as_str() {
        return refused(format!("Signature expired: {date} is now earlier than {earliest} ({} - 5 min.)", shown(now)));
    }
    if date > latest.as_str() {
        return refused(format!(
            "Signature not yet current: {date} is still later than {latest} ({} + 5 min.)",
            shown(now)
        ));
    }
    Ok(())
}

/// A header's text.
pub(crate) fn header<'a>(head: &'a Parts, name: &str) -> Option<&'a str> {
    head.headers.get(name)?.to_str().ok()
}

fn refused(name: &str) -> KmsError {
    KmsError::new(name, usual_message(name))
}

fn scope(authorization: &str) -> Option<Scope> {
    let parameters = authorization.strip_prefix("AWS4-HMAC-SHA256 ")?;
    let credential = parameters.split(',').find_map(|parameter| parameter.trim().strip_prefix("Credential="))?;
    let parts: Vec<&str> = credential.split('/').collect();
    let [access_key, _, region, service, "aws4_request"] = parts.as_slice() else {
        return None;
    };
    Some(Scope { access_key: (*access_key).to_owned(), region: (*region).to_owned(), service: (*service).to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    const GOOD: &str = "AWS4-HMAC-SHA256 Credential=AKIA1/20261121/eu-west-1/kms/aws4_request, SignedHeaders=host;x-amz-date, Signature=00";

    fn head(headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::post("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn outcome(headers: &[(&str, &str)]) -> Result<Scope, String> {
        authorize(&head(headers), &Credentials::default()).map_err(|error| error.name)
    }

    #[test]
    fn region_and_access_key_come_from_the_credential_scope() {
        let date = ("x-amz-date", "20261121T000000Z");
        let scope = outcome(&[("authorization", GOOD), date]).unwrap();
        assert_eq!((scope.access_key.as_str(), scope.region.as_str()), ("AKIA1", "eu-west-1"));
    }

    #[test]
    fn a_date_may_be_five_minutes_off_and_no_more() {
        // 2026-11-21T00:00:00Z
        let now = 1_795_219_200;
        let refusal = |date: &str| check_date(&head(&[("x-amz-date", date)]), now).err().map(|error| error.message);
        assert_eq!(refusal("20261120T235500Z"), None);
        assert_eq!(refusal("20261121T000500Z"), None);
        assert_eq!(
            refusal("20261120T235459Z").unwrap(),
            "Signature expired: 20261120T235459Z is now earlier than 20261120T235500Z (20261121T000000Z - 5 min.)"
        );
        assert_eq!(
            refusal("20261121T000501Z").unwrap(),
            "Signature not yet current: 20261121T000501Z is still later than 20261121T000500Z (20261121T000000Z + 5 min.)"
        );
    }

    #[test]
    fn what_is_not_signed_for_kms_is_refused_by_name() {
        let date = ("x-amz-date", "20261121T000000Z");
        let name = |headers: &[(&str, &str)]| outcome(headers).unwrap_err();
        assert_eq!(name(&[date]), "MissingAuthenticationTokenException");
        assert_eq!(name(&[("authorization", GOOD)]), "IncompleteSignatureException");
        let bearer = [("authorization", "Bearer x"), date];
        assert_eq!(name(&bearer), "IncompleteSignatureException");
        let other = GOOD.replace("/kms/", "/s3/");
        assert_eq!(name(&[("authorization", &other), date]), "InvalidSignatureException");
    }
}
