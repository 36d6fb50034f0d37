//! What a vault answers to a request without a token: for which resource it wants one, and from whose tenant.

use reqwest::Url;

use super::place::Place;
use crate::wording::clean;

/// A challenge that was read and found to be of this place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Challenge {
    resource: String,
    authority: Option<Url>,
}

impl Challenge {
    /// Reads `WWW-Authenticate` of a 401.
    ///
    /// A token is good for every vault of a cloud, so it is asked for the resource that Azure documents for this place's
    /// domain, and for no other, whatever a server says.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence that begins with who answered.
    pub(super) fn read<'a>(place: &Place, headers: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let expected = place.resource();
        let mut other = None;
        for header in headers {
            let parameters = parameters(header);
            let value = |names: &[&str]| {
                parameters.iter().find(|(name, _)| names.iter().any(|known| known.eq_ignore_ascii_case(name)))
            };
            let scope = value(&["scope"]).map(|(_, scope)| scope.strip_suffix("/.default").unwrap_or(scope));
            let resource = scope.or_else(|| value(&["resource"]).map(|(_, resource)| *resource));
            let Some(resource) = resource.map(|resource| resource.trim_end_matches('/')) else { continue };
            if resource != expected {
                other = Some(resource);
                continue;
            }
            let authority = value(&["authorization", "authorization_uri"]).and_then(|(_, text)| Url::parse(text).ok());
            return Ok(Self { resource: expected, authority });
        }
        Err(match other {
            Some(other) => format!("asks for a token for {}, and not for {expected}", clean(other)),
            None => format!("asks for no token for {expected}"),
        })
    }

    /// What a token is to be asked for.
    pub(super) fn scope(&self) -> String {
        format!("{}/.default", self.resource)
    }

    /// The tenant of the vault: a token of another one is not taken.
    pub(super) fn tenant(&self) -> Option<&str> {
        let tenant = self.authority.as_ref()?.path_segments()?.next()?;
        // A GUID, or a domain.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        (!tenant.is_empty() && tenant.len() <= 255 && tenant.bytes().all(is_plain)).then_some(tenant)
    }

    /// The header in our words.
    pub(super) fn header(&self) -> String {
        format!("Bearer resource=\"{}\"", self.resource)
    }
}

/// `name="value"`, or `name=value`, anywhere behind the scheme: RFC 9110 §11.2. Servers put them in any order.
fn parameters(header: &str) -> Vec<(&str, &str)> {
    let header = header.trim();
    let rest = match header.split_once(char::is_whitespace) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest,
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    let mut rest = rest.trim_start_matches([' ', ',']);
    while let Some((name, behind)) = rest.split_once('=') {
        let (value, behind) = match behind.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => behind.split_once(',').unwrap_or((behind, "")),
        };
        found.push((name.trim(), value.trim()));
        rest = behind.trim_start_matches([' ', ',']);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(place: &str, header: &str) -> Result<Challenge, String> {
        Challenge::read(&Place::parse(place).unwrap(), std::iter::once(header))
    }

    const VAULT: &str = "https://example.vault.azure.net";

    #[test]
    fn the_forms_azure_and_its_gateways_send_are_read() {
        for header in [
            r#"Bearer authorization="https://login.microsoftonline.com/tenant-1", resource="https://vault.azure.net""#,
            r#"Bearer resource="https://vault.azure.net", authorization="https://login.microsoftonline.com/tenant-1""#,
            r#"bearer authorization_uri="https://login.microsoftonline.com/tenant-1",resource="https://vault.azure.net/""#,
            r#"Bearer authorization="https://login.windows.net/tenant-1", scope="https://vault.azure.net/.default""#,
            r"Bearer authorization=https://login.microsoftonline.com/tenant-1, resource=https://vault.azure.net",
        ] {
            let challenge = read(VAULT, header).unwrap();
            assert_eq!(challenge.scope(), "https://vault.azure.net/.default", "{header}");
            assert_eq!(challenge.tenant(), Some("tenant-1"), "{header}");
            assert_eq!(challenge.header(), "Bearer resource=\"https://vault.azure.net\"");
        }
        let hsm = read(
            "https://pool.managedhsm.usgovcloudapi.net",
            "Bearer resource=\"https://managedhsm.usgovcloudapi.net\"",
        );
        assert_eq!(hsm.unwrap().tenant(), None);
    }

    #[test]
    fn a_resource_that_is_not_the_vault_s_own_is_never_asked_for() {
        for (header, why) in [
            (
                r#"Bearer resource="https://management.azure.com""#,
                "asks for a token for https://management.azure.com, and not for https://vault.azure.net",
            ),
            (
                r#"Bearer resource="https://vault.azure.net.evil.example""#,
                "asks for a token for https://vault.azure.net.evil.example, and not for https://vault.azure.net",
            ),
            (
                r#"Bearer scope="https://managedhsm.azure.net/.default""#,
                "asks for a token for https://managedhsm.azure.net, and not for https://vault.azure.net",
            ),
            ("Basic realm=\"x\"", "asks for no token for https://vault.azure.net"),
            ("Bearer", "asks for no token for https://vault.azure.net"),
            ("Negotiate", "asks for no token for https://vault.azure.net"),
        ] {
            assert_eq!(read(VAULT, header).unwrap_err(), why, "{header}");
        }
    }

    #[test]
    fn the_bearer_s_challenge_is_found_among_others() {
        let place = Place::parse(VAULT).unwrap();
        let headers = ["PoP resource=\"https://vault.azure.net\"", "Bearer resource=\"https://vault.azure.net\""];
        assert!(Challenge::read(&place, headers.into_iter()).is_ok());
        assert_eq!(
            Challenge::read(&place, std::iter::empty()).unwrap_err(),
            "asks for no token for https://vault.azure.net"
        );
    }

    #[test]
    fn a_tenant_that_is_none_is_not_shown() {
        for authority in ["https://login.microsoftonline.com/", "https://login.microsoftonline.com/a%0ab", "x"] {
            let header = format!("Bearer authorization=\"{authority}\", resource=\"https://vault.azure.net\"");
            assert_eq!(read(VAULT, &header).unwrap().tenant(), None, "{authority}");
        }
    }
}
