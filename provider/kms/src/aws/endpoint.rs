//! Where AWS KMS is asked, and whether that is in the region of the token.

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use reqwest::Url;

use super::KeyName;
use crate::failure::Failure;
use crate::service::ServiceErrorKind;

/// What the names of AWS's own endpoints end in: `dnsSuffix` and `dualStackDnsSuffix` of every partition, from
/// `partitions.json` of botocore 1.43.11.
const SUFFIXES: [&str; 14] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".api.amazonwebservices.com.cn",
    ".api.amazonwebservices.eu",
    ".api.aws",
    ".api.aws.hci.ic.gov",
    ".api.aws.ic.gov",
    ".api.aws.scloud",
    ".api.cloud-aws.adc-e.uk",
    ".c2s.ic.gov",
    ".cloud.adc-e.uk",
    ".csp.hci.ic.gov",
    ".sc2s.sgov.gov",
];

/// The region in the name of an endpoint of AWS's own, also of one inside a VPC. Other names say nothing.
pub(crate) fn region_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    let host = host.strip_suffix('.').unwrap_or(host);
    let name = SUFFIXES.iter().find_map(|suffix| host.strip_suffix(suffix))?;
    let name = name.strip_suffix(".vpce").unwrap_or(name);
    let last = name.rsplit('.').next()?;
    KeyName::is_region(last).then(|| last.to_owned())
}

/// The endpoint that is set instead of the region's own, if one is and it may be used.
///
/// # Errors
/// [`Failure`] when it is no URL, lies in another region, or is to be a FIPS endpoint as well.
pub(super) fn chosen(settings: &SdkConfig, configured: Option<&str>) -> Result<Option<String>, Failure> {
    let Some((url, origin)) = set(settings, configured) else { return Ok(None) };
    let region = settings.region().map_or("", AsRef::as_ref);
    let refused = |cause: String, remedy: &str| Err(Failure::plain(ServiceErrorKind::Malformed, cause, remedy));
    if !Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return refused(format!("{origin} is {url:?}, which is not a URL"), "unset it, or set it to a URL");
    }
    if let Some(other) = region_of(&url).filter(|other| other != region) {
        return refused(
            format!("{origin} is {url:?}, in {other}, but this token is in {region}"),
            &format!("unset it, or name the endpoint of {region}; keys in {other} take a token of their own"),
        );
    }
    if settings.use_fips() == Some(true) {
        return refused(
            format!("{origin} is {url:?}, and FIPS endpoints are demanded as well"),
            "set one of them: fips, AWS_USE_FIPS_ENDPOINT and use_fips_endpoint choose the endpoint by themselves",
        );
    }
    Ok(Some(url))
}

/// The file's own, else what AWS's SDK would take, and the name of the setting.
fn set(settings: &SdkConfig, configured: Option<&str>) -> Option<(String, &'static str)> {
    if let Some(url) = configured {
        return Some((url.to_owned(), "endpoint of the [[token]]"));
    }
    let key = ServiceConfigKey::builder().service_id("KMS").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let specific = settings.service_config().zip(key.ok()).and_then(|(service, key)| service.load_config(key));
    let url = specific.or_else(|| settings.endpoint_url().map(str::to_owned))?;
    let is = |name: &str| std::env::var(name).is_ok_and(|value| value == url);
    let origin = ["AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL"].into_iter().find(|name| is(name));
    Some((url, origin.unwrap_or("endpoint_url of the profile")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_of_aws_s_own_endpoints_is_read_from_their_names() {
        for (host, region) in [
            ("kms.us-east-1.amazonaws.com", "us-east-1"),
            ("KMS.US-EAST-1.amazonaws.com", "us-east-1"),
            ("kms-fips.us-east-1.amazonaws.com", "us-east-1"),
            ("kms.us-east-1.amazonaws.com.", "us-east-1"),
            ("kms.us-east-1.api.aws", "us-east-1"),
            ("kms-fips.us-gov-west-1.api.aws", "us-gov-west-1"),
            ("kms.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("kms.cn-north-1.api.amazonwebservices.com.cn", "cn-north-1"),
            ("kms.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
            ("kms.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
            ("vpce-0123456789abcdef0-12345678.kms.us-east-1.vpce.amazonaws.com", "us-east-1"),
            ("vpce-0123456789abcdef0-12345678-us-east-1a.kms.us-east-1.vpce.amazonaws.com", "us-east-1"),
        ] {
            for url in [format!("https://{host}"), format!("http://{host}:8080/path")] {
                assert_eq!(region_of(&url).as_deref(), Some(region), "{url}");
            }
        }
    }

    #[test]
    fn other_names_say_nothing_of_a_region() {
        for url in [
            "http://localhost:4566",
            "http://127.0.0.1:4566",
            "https://[::1]",
            "https://kms.internal.example",
            "https://kms.us-east-1.example.com",
            "https://kms.us-east-1.notamazonaws.com",
            "https://kms.amazonaws.com",
            "us-east-1",
        ] {
            assert_eq!(region_of(url), None, "{url}");
        }
    }
}
