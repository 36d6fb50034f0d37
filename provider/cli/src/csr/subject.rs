//! Whom the certificate is for.

use std::str::FromStr;

use der::asn1::{Ia5StringRef, ObjectIdentifier, PrintableStringRef, Utf8StringRef};
use der::oid::db::DB;
use der::oid::db::rfc4519::COUNTRY_NAME;
use der::{Tag, Tagged};
use x509_cert::name::Name;

use crate::failure::Failure;

const RIGHT: &str = "write it like \"CN=Example GmbH,O=Example GmbH,C=DE\" (RFC 4514), without spaces around = and after commas, \
                     and with \\ before a comma that is part of a name";

/// Reads a name as RFC 4514 writes it.
pub(super) fn parse(text: &str) -> Result<Name, Failure> {
    let wrong = |why: &str| Failure::unusable(format!("--subject {text:?} {why}; {RIGHT}"));
    let name = Name::from_str(text).map_err(|_| wrong("is not a name"))?;
    check(&name).map_err(|why| wrong(&why))?;
    Ok(name)
}

/// What every CA would refuse.
pub(super) fn check(name: &Name) -> Result<(), String> {
    if name.is_empty() {
        return Err("is empty".to_owned());
    }
    for part in name.iter() {
        if part.value.value().is_empty() {
            return Err(format!("has nothing after {}=", title(part.oid)));
        }
        // What was given as DER may be of another type: whoever does that knows what it is.
        let value = &part.value;
        let allowed = (value.tag() != Tag::PrintableString || value.decode_as::<PrintableStringRef<'_>>().is_ok())
            && (value.tag() != Tag::Ia5String || value.decode_as::<Ia5StringRef<'_>>().is_ok())
            && (value.tag() != Tag::Utf8String || value.decode_as::<Utf8StringRef<'_>>().is_ok());
        if !allowed {
            return Err(format!("has characters in {} that are not allowed there", title(part.oid)));
        }
        // RFC 5280 appendix A.1: X520countryName has two letters (ISO 3166).
        if part.oid == COUNTRY_NAME && part.value.value().len() != 2 {
            return Err("has a country, C, that is not a code of two letters".to_owned());
        }
    }
    Ok(())
}

/// The shortest of its names.
fn title(oid: ObjectIdentifier) -> String {
    let shortest = DB.find_names_for_oid(oid).min_by_key(|name| name.len());
    shortest.map_or_else(|| oid.to_string(), str::to_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_name_is_read_as_rfc_4514_writes_it_the_most_significant_part_last() {
        let name = parse("CN=Example\\, Inc.,O=Ünlü,emailAddress=a@example.com,C=DE").unwrap();
        assert_eq!(name.iter().next().unwrap().oid, COUNTRY_NAME);
        assert_eq!(name.to_string(), "CN=Example\\, Inc.,O=Ünlü,EMAIL=a@example.com,C=DE");
    }

    #[test]
    fn what_is_no_name_is_told_with_what_would_be_right() {
        for (text, why) in [
            ("Example", "is not a name"),
            ("CN=Example, O=Example", "is not a name"),
            ("", "is not a name"),
            ("CN=", "has nothing after CN="),
            ("CN=Example,emailAddress=é@example.com", "has characters in EMAIL that are not allowed there"),
            ("CN=Example,serialNumber=a@b", "has characters in SERIALNUMBER that are not allowed there"),
            ("CN=Example,C=Germany", "has a country, C, that is not a code of two letters"),
        ] {
            assert_eq!(told(text), format!("--subject {text:?} {why}; {RIGHT}"));
        }
    }
}
