//! The ways a request can name a key: id, ARN, alias, alias ARN.

use crate::aws::error::KmsError;

/// `KeyIdType` of the service model.
pub(crate) const LONGEST_KEY_ID: usize = 2048;

/// Who asks, and where.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Region of the credential scope.
    pub(crate) region: String,
    /// The account everything belongs to.
    pub(crate) account: String,
    /// The operation, for texts.
    pub(crate) operation: String,
}

/// A name that was read, not yet looked up. Names of other regions and accounts end here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum KeyName {
    /// A key id.
    Id(String),
    /// An alias with its `alias/`.
    Alias(String),
}

impl Caller {
    /// ARN of a key or alias of this region.
    pub(crate) fn arn(&self, resource: &str) -> String {
        arn(&self.region, &self.account, resource)
    }
}

/// ARN of a key or alias.
pub(crate) fn arn(region: &str, account: &str, resource: &str) -> String {
    format!("arn:{}:kms:{region}:{account}:{resource}", partition(region))
}

/// Reads a `KeyId` parameter; `aliases` says whether the operation takes aliases.
pub(crate) fn parse(name: &str, caller: &Caller, aliases: bool) -> Result<KeyName, KmsError> {
    if name.starts_with("arn:") {
        return parse_arn(name, caller, aliases);
    }
    if aliases && name.starts_with("alias/") {
        return Ok(KeyName::Alias(name.to_owned()));
    }
    parse_id(name)
}

fn parse_arn(name: &str, caller: &Caller, aliases: bool) -> Result<KeyName, KmsError> {
    let malformed = || KmsError::new("InvalidArnException", format!("Invalid arn {name}"));
    let parts: Vec<&str> = name.splitn(6, ':').collect();
    let ["arn", partition_of_arn, "kms", region, account, resource] = parts.as_slice() else {
        return Err(malformed());
    };
    if *partition_of_arn != partition(&caller.region) {
        return Err(malformed());
    }
    if *region != caller.region {
        return Err(KmsError::not_found(format!("Invalid arn {region}")));
    }
    if *account != caller.account {
        return Err(KmsError::new(
            "AccessDeniedException",
            format!(
                "User: arn:{partition_of_arn}:iam::{}:user/emulator is not authorized to perform: kms:{} on resource: {name} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
                caller.account, caller.operation
            ),
        ));
    }
    match resource.split_once('/') {
        Some(("key", id)) => parse_id(id),
        Some(("alias", _)) if aliases => Ok(KeyName::Alias((*resource).to_owned())),
        Some(("alias", _)) => {
            Err(KmsError::new("InvalidArnException", "Key Aliases are not supported for this operation."))
        }
        Some(_) | None => Err(malformed()),
    }
}

fn parse_id(id: &str) -> Result<KeyName, KmsError> {
    if is_uuid(id) || id.strip_prefix("mrk-").is_some_and(is_mrk_digits) {
        Ok(KeyName::Id(id.to_owned()))
    } else {
        Err(KmsError::not_found(format!("Invalid keyId '{id}'")))
    }
}

fn is_uuid(id: &str) -> bool {
    let lengths: Vec<usize> = id.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && id.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

fn is_mrk_digits(digits: &str) -> bool {
    digits.len() == 32 && digits.chars().all(|c| c.is_ascii_hexdigit())
}

/// The AWS partition of a region (AWS General Reference, "Partitions").
fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0987dcba-09fe-87dc-65ba-ab0987654321";

    fn caller() -> Caller {
        Caller { region: "eu-west-1".to_owned(), account: "111122223333".to_owned(), operation: "Sign".to_owned() }
    }

    fn refusal(name: &str, aliases: bool) -> (String, String) {
        let error = parse(name, &caller(), aliases).unwrap_err();
        (error.name, error.message)
    }

    #[test]
    fn ids_arns_and_aliases_are_read() {
        let read = |name: &str| parse(name, &caller(), true).unwrap();
        let arn = format!("arn:aws:kms:eu-west-1:111122223333:key/{ID}");
        assert_eq!(read(ID), KeyName::Id(ID.to_owned()));
        assert_eq!(read(&arn), KeyName::Id(ID.to_owned()));
        let alias = KeyName::Alias("alias/a/b".to_owned());
        assert_eq!(read("alias/a/b"), alias);
        assert_eq!(read("arn:aws:kms:eu-west-1:111122223333:alias/a/b"), alias);
    }

    #[test]
    fn an_arn_of_another_region_is_not_found_there() {
        let arn = format!("arn:aws:kms:us-east-1:111122223333:key/{ID}");
        assert_eq!(refusal(&arn, true), ("NotFoundException".to_owned(), "Invalid arn us-east-1".to_owned()));
    }

    #[test]
    fn an_arn_of_another_account_is_denied() {
        let arn = format!("arn:aws:kms:eu-west-1:444455556666:key/{ID}");
        assert_eq!(refusal(&arn, true).0, "AccessDeniedException");
    }

    #[test]
    fn what_is_no_uuid_is_an_invalid_key_id() {
        let message = "Invalid keyId 'mrk-fake'".to_owned();
        assert_eq!(refusal("mrk-fake", true).1, message);
        assert_eq!(refusal("134f2428cec14b25a1ae9048164dba47", true).0, "NotFoundException");
    }

    #[test]
    fn an_alias_is_refused_where_only_keys_are_taken() {
        assert_eq!(refusal("alias/a", false).0, "NotFoundException");
        let arn = "arn:aws:kms:eu-west-1:111122223333:alias/a";
        assert_eq!(refusal(arn, false).0, "InvalidArnException");
        assert_eq!(refusal("arn:aws:s3:::bucket", true).0, "InvalidArnException");
    }
}
