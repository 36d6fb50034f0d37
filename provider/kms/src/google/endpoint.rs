//! Where requests go.

use reqwest::Url;

use super::name::is_location;
use crate::failure::Failure;
use crate::service::ServiceErrorKind;

/// The endpoint of every location: Cloud KMS API reference.
pub(super) const GLOBAL: &str = "https://cloudkms.googleapis.com";

/// The variable by which gcloud is told of another endpoint: its property `api_endpoint_overrides/cloudkms`.
const VARIABLE: &str = "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS";

/// The location in the name of an endpoint of Google's own: `cloudkms.LOCATION.rep.googleapis.com` (Cloud KMS, "Regional
/// endpoints") and `cloudkms-LOCATION.p.googleapis.com` or its relatives name none that could be relied on.
pub(crate) fn location_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    let host = host.strip_suffix('.').unwrap_or(host);
    let location = host.strip_prefix("cloudkms.")?.strip_suffix(".rep.googleapis.com")?;
    is_location(location).then(|| location.to_owned())
}

/// The endpoint in force: the file's own, else the one gcloud is told of, else Google's.
///
/// # Errors
/// [`Failure`] when it is no URL or lies in another location.
pub(super) fn chosen(configured: Option<&str>, location: &str, privileged: bool) -> Result<String, Failure> {
    let (url, origin) = match (configured, told(VARIABLE, privileged)) {
        (Some(url), _) => (url.to_owned(), "endpoint of the [[token]]"),
        (None, Some(url)) => (url, VARIABLE),
        (None, None) => return Ok(GLOBAL.to_owned()),
    };
    let refused = |cause: String, remedy: &str| Err(Failure::plain(ServiceErrorKind::Malformed, cause, remedy));
    check_url(origin, &url)?;
    if let Some(other) = location_of(&url).filter(|other| other != location) {
        return refused(
            format!("{origin} is {url:?}, in {other}, but this token is in {location}"),
            &format!("unset it, or name the endpoint of {location}; keys in {other} take a token of their own"),
        );
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// The endpoint of another service of Google's, by its host: the one gcloud is told of, else Google's.
///
/// # Errors
/// [`Failure`] when it is no URL.
#[cfg(feature = "grants")]
pub(super) fn of_service(host: &str, privileged: bool) -> Result<String, Failure> {
    let name = host.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let variable = format!("CLOUDSDK_API_ENDPOINT_OVERRIDES_{name}");
    let Some(url) = told(&variable, privileged) else { return Ok(format!("https://{host}")) };
    check_url(&variable, &url)?;
    Ok(url.trim_end_matches('/').to_owned())
}

/// What a variable says, where the environment is to be believed.
fn told(variable: &str, privileged: bool) -> Option<String> {
    if privileged { None } else { std::env::var(variable).ok().filter(|text| !text.trim().is_empty()) }
}

fn check_url(origin: &str, url: &str) -> Result<(), Failure> {
    if Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Ok(());
    }
    let cause = format!("{origin} is {url:?}, which is not a URL");
    Err(Failure::plain(ServiceErrorKind::Malformed, cause, "unset it, or set it to a URL"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_location_of_a_regional_endpoint_is_read_from_its_name() {
        for (url, location) in [
            ("https://cloudkms.europe-west3.rep.googleapis.com", Some("europe-west3")),
            ("https://CLOUDKMS.us-central1.rep.googleapis.com./", Some("us-central1")),
            ("https://cloudkms.googleapis.com", None),
            ("https://cloudkms.europe-west3.example.com", None),
            ("https://kms.europe-west3.rep.googleapis.com", None),
            ("http://127.0.0.1:4566", None),
            ("europe-west3", None),
        ] {
            assert_eq!(location_of(url).as_deref(), location, "{url}");
        }
    }

    #[test]
    fn an_endpoint_elsewhere_is_refused_with_both_locations() {
        let url = "https://cloudkms.us-central1.rep.googleapis.com";
        let failure = chosen(Some(url), "europe-west3", true).unwrap_err();
        assert_eq!(
            failure.error.to_string(),
            format!(
                "endpoint of the [[token]] is {url:?}, in us-central1, but this token is in europe-west3; unset it, or name the endpoint of europe-west3; keys in us-central1 take a token of their own"
            )
        );
        assert_eq!(chosen(Some("http://127.0.0.1:1/"), "europe-west3", true).unwrap(), "http://127.0.0.1:1");
        assert_eq!(chosen(None, "europe-west3", true).unwrap(), GLOBAL);
    }
}
