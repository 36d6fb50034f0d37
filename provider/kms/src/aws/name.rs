//! The names AWS KMS keys go by.

use std::fmt;

/// A key's name as an administrator writes it. Which key an alias means is decided by AWS, once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyName {
    text: String,
    region: Option<String>,
    alias: Option<String>,
}

/// The forms a name may have, for messages.
const FORMS: &str =
    "expected arn:aws:kms:REGION:ACCOUNT:key/ID, arn:aws:kms:REGION:ACCOUNT:alias/NAME, alias/NAME or a key id";

/// A token is called `hardkey REGION` where several regions are in use, in the 32 bytes of `CK_TOKEN_INFO.label` (PKCS#11
/// v3.1 §3.2). The longest name that AWS has, `ap-southeast-1`, has 14 (AWS general reference, read 2026-11-21).
const LONGEST_REGION: usize = 24;

impl KeyName {
    /// Parses a key ARN, an alias ARN, an alias name or a key id.
    ///
    /// # Errors
    /// One sentence that shows the name and what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| Err(format!("{text:?} {why}; {FORMS}"));
        if text.starts_with("https://") || text.starts_with("projects/") {
            return wrong("is not a key of AWS KMS");
        }
        let mut region = None;
        let mut rest = text;
        if text.starts_with("arn:") {
            let parts: Vec<&str> = text.splitn(6, ':').collect();
            let [_, partition, service, place, account, resource] = parts.as_slice() else {
                return wrong("is an incomplete ARN");
            };
            if *service != "kms" || partition.is_empty() {
                return wrong("is not the ARN of a KMS key");
            }
            if !Self::is_region(place) {
                return wrong("has no region");
            }
            // Twelve digits: AWS account identifiers, IAM user guide.
            if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
                return wrong("has no account of twelve digits");
            }
            region = Some((*place).to_owned());
            rest = resource;
            if let Some(id) = resource.strip_prefix("key/") {
                rest = id;
            } else if !resource.starts_with("alias/") {
                return wrong("is not the ARN of a KMS key");
            }
        }
        let alias = match rest.strip_prefix("alias/") {
            Some(alias) if is_alias(alias) => Some(alias.to_owned()),
            Some(_) => return wrong("is not an alias name"),
            None if is_key_id(rest) => None,
            None => return wrong("is not a key name"),
        };
        Ok(Self { text: text.to_owned(), region, alias })
    }

    /// The name as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The region, where the name says one.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The alias without its `alias/`, where the name is one.
    #[must_use]
    pub fn alias(&self) -> Option<&str> {
        self.alias.as_deref()
    }

    /// Whether this name can be that of the key with this ARN. What an alias means only AWS knows.
    #[must_use]
    pub fn may_be(&self, arn: &str) -> bool {
        if self.alias.is_some() {
            return true;
        }
        if self.region.is_some() { self.text == arn } else { arn.ends_with(&format!(":key/{}", self.text)) }
    }

    /// Whether the text has the shape of a region's name: `eu-west-1`, `us-gov-east-1`.
    #[must_use]
    pub fn is_region(text: &str) -> bool {
        let parts: Vec<&str> = text.split('-').collect();
        text.len() <= LONGEST_REGION
            && parts.len() >= 3
            && parts.iter().all(|part| {
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            })
            && parts.last().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// `^[a-zA-Z0-9/_-]+$`, at most 256 with the prefix: AWS KMS API reference, CreateAlias.
fn is_alias(text: &str) -> bool {
    (1..=250).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-'))
}

/// A UUID, or `mrk-` and 32 hexadecimal digits: AWS KMS developer guide, key identifiers.
fn is_key_id(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix("mrk-") {
        return rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0987dcba-09fe-87dc-65ba-ab0987654321";

    #[test]
    fn every_form_aws_documents_is_read() {
        let arn = format!("arn:aws:kms:eu-west-1:111122223333:key/{ID}");
        assert_eq!(KeyName::parse(&arn).unwrap().region(), Some("eu-west-1"));
        let alias_arn = KeyName::parse("arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/team/release").unwrap();
        assert_eq!((alias_arn.region(), alias_arn.alias()), (Some("us-gov-west-1"), Some("team/release")));
        assert_eq!(KeyName::parse("alias/release").unwrap().alias(), Some("release"));
        assert_eq!(KeyName::parse(ID).unwrap().region(), None);
        KeyName::parse("mrk-1234abcd12ab34cd56ef1234567890ab").unwrap();
    }

    #[test]
    fn only_an_alias_may_be_any_key() {
        let arn = format!("arn:aws:kms:eu-west-1:111122223333:key/{ID}");
        let other = format!("arn:aws:kms:eu-west-1:111122223333:key/1{}", &ID[1..]);
        let elsewhere = arn.replace("eu-west-1", "us-east-1");
        let may_be = |name: &str, arn: &str| KeyName::parse(name).unwrap().may_be(arn);
        assert!(may_be(&arn, &arn) && !may_be(&arn, &other) && !may_be(&arn, &elsewhere));
        assert!(may_be(ID, &arn) && may_be(ID, &elsewhere) && !may_be(ID, &other));
        assert!(may_be("alias/release", &arn) && may_be("alias/release", &other));
    }

    #[test]
    fn anything_else_is_refused_with_the_name_and_the_forms() {
        for (text, why) in [
            ("release", "is not a key name"),
            ("alias/", "is not an alias name"),
            ("alias/with space", "is not an alias name"),
            ("arn:aws:kms:eu-west-1:111122223333", "is an incomplete ARN"),
            ("arn:aws:s3:eu-west-1:111122223333:key/x", "is not the ARN of a KMS key"),
            ("arn:aws:kms::111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321", "has no region"),
            (
                "arn:aws:kms:eu-wwwwwwwwwwwwwwwwwest-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321",
                "has no region",
            ),
            ("arn:aws:kms:eu-west-1:1:key/0987dcba-09fe-87dc-65ba-ab0987654321", "has no account of twelve digits"),
            ("arn:aws:kms:eu-west-1:111122223333:grant/1", "is not the ARN of a KMS key"),
            ("https://example.vault.azure.net/keys/k/1", "is not a key of AWS KMS"),
        ] {
            assert_eq!(KeyName::parse(text).unwrap_err(), format!("{text:?} {why}; {FORMS}"));
        }
    }
}
