//! More names of the subject: `subjectAltName`, RFC 5280 §4.2.1.6.

use std::net::IpAddr;

use der::asn1::Ia5String;
use x509_cert::ext::pkix::name::GeneralName;

use crate::failure::Failure;

/// The kinds that certificates for programs, servers and people have.
const KINDS: &str = "dns:example.com, email:release@example.com, uri:https://example.com/, ip:192.0.2.1";

/// Reads what `--san` was given.
pub(super) fn parse(text: &str) -> Result<GeneralName, Failure> {
    let wrong = |why: &str| Failure::unusable(format!("--san {text:?} {why}; write one of {KINDS}"));
    let (kind, value) = text.split_once(':').ok_or_else(|| wrong("has no kind"))?;
    name(kind, value).map_err(|why| wrong(&why))
}

/// A name of a kind.
pub(super) fn name(kind: &str, value: &str) -> Result<GeneralName, String> {
    let text = || Ia5String::new(value).map_err(|_| "is not ASCII".to_owned());
    // Text that could be read in two ways, or that shows otherwise than it reads.
    if value.is_empty() || value.chars().any(|character| character.is_whitespace() || character.is_control()) {
        return Err("is empty, or has spaces in it".to_owned());
    }
    match kind.to_ascii_lowercase().as_str() {
        "dns" if is_domain(value) => Ok(GeneralName::DnsName(text()?)),
        "dns" => Err("is not a domain name; names of other scripts are written as xn--…".to_owned()),
        "email" if is_mailbox(value) => Ok(GeneralName::Rfc822Name(text()?)),
        "email" => Err("is not an e-mail address".to_owned()),
        "uri" if has_scheme(value) => Ok(GeneralName::UniformResourceIdentifier(text()?)),
        "uri" => Err("is not a URI with its scheme".to_owned()),
        "ip" => value.parse::<IpAddr>().map(GeneralName::from).map_err(|_| "is not an IP address".to_owned()),
        _ => Err("has a kind that is not known".to_owned()),
    }
}

/// RFC 1034 §3.5, with a wildcard as the first label and underscores, which CAs judge.
fn is_domain(text: &str) -> bool {
    let rest = text.strip_prefix("*.").unwrap_or(text);
    // RFC 1035 §2.3.4.
    text.len() <= 253
        && rest.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        })
}

/// RFC 5280 §4.2.1.6: a mailbox, without a name before it or angle brackets around it.
fn is_mailbox(text: &str) -> bool {
    match text.rsplit_once('@') {
        Some((local, domain)) => {
            !local.is_empty()
                && !local.contains(['<', '>', '@', '(', ')', ',', ';', ':', '"', '\\'])
                && !domain.starts_with('*')
                && is_domain(domain)
        }
        None => false,
    }
}

/// RFC 3986 §3.1.
fn has_scheme(text: &str) -> bool {
    match text.split_once(':') {
        Some((scheme, rest)) => {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
                && !rest.is_empty()
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_becomes_its_own_name() {
        let text = |text: &str| Ia5String::new(text).unwrap();
        for (given, expected) in [
            ("dns:example.com", GeneralName::DnsName(text("example.com"))),
            ("DNS:*.example.com", GeneralName::DnsName(text("*.example.com"))),
            ("email:release@example.com", GeneralName::Rfc822Name(text("release@example.com"))),
            ("uri:https://example.com/a?b", GeneralName::UniformResourceIdentifier(text("https://example.com/a?b"))),
            ("URI:urn:uuid:0", GeneralName::UniformResourceIdentifier(text("urn:uuid:0"))),
            ("ip:192.0.2.1", GeneralName::from(IpAddr::from([192, 0, 2, 1]))),
            ("IP:2001:db8::1", GeneralName::from("2001:db8::1".parse::<IpAddr>().unwrap())),
        ] {
            assert_eq!(parse(given).unwrap(), expected, "{given}");
        }
    }

    #[test]
    fn what_is_none_of_its_kind_is_told_with_the_kinds() {
        for (given, why) in [
            ("example.com", "has no kind"),
            ("rid:1.2.3", "has a kind that is not known"),
            ("dns:", "is empty, or has spaces in it"),
            ("dns:a b", "is empty, or has spaces in it"),
            ("dns:exämple.com", "is not a domain name; names of other scripts are written as xn--…"),
            ("dns:a..b", "is not a domain name; names of other scripts are written as xn--…"),
            ("dns:-a.b", "is not a domain name; names of other scripts are written as xn--…"),
            ("dns:https://a.b", "is not a domain name; names of other scripts are written as xn--…"),
            ("email:release", "is not an e-mail address"),
            ("email:Release<release@example.com>", "is not an e-mail address"),
            ("email:@example.com", "is not an e-mail address"),
            ("uri:example.com/a", "is not a URI with its scheme"),
            ("uri:https://exämple.com/", "is not ASCII"),
            ("ip:192.0.2", "is not an IP address"),
        ] {
            let told = parse(given).unwrap_err().to_string();
            assert_eq!(told, format!("--san {given:?} {why}; write one of {KINDS}"));
        }
    }
}
