//! What a configuration for `openssl req` says of a request: `[req]` with `prompt = no`, its `distinguished_name` and its
//! `req_extensions`. OpenSSL's manual, openssl-req(1) and x509v3_config(5), version 3.0.

mod sections;

use std::path::Path;
use std::str::FromStr;

use der::asn1::ObjectIdentifier;
use der::oid::db::DB;
use hardkey_attest::signature::Hash;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;

use super::{alternative, extension, subject};
use crate::failure::Failure;
use crate::files;
use sections::{Entry, Mistake, Section};

/// OpenSSL's own has 12 kB, most of it comments.
const LARGEST: usize = 256 << 10;

/// Lines of `[req]` that say nothing about a request for a key that is there already.
const OF_NO_CONCERN: [&str; 9] = [
    "default_bits",
    "default_keyfile",
    "encrypt_key",
    "encrypt_rsa_key",
    "input_password",
    "output_password",
    "string_mask",
    "utf8",
    "x509_extensions",
];

/// EV Guidelines 9.2.4, by OpenSSL's names for them.
const JURISDICTION: [(&str, &str); 6] = [
    ("jurisdictionL", "1.3.6.1.4.1.311.60.2.1.1"),
    ("jurisdictionLocalityName", "1.3.6.1.4.1.311.60.2.1.1"),
    ("jurisdictionST", "1.3.6.1.4.1.311.60.2.1.2"),
    ("jurisdictionStateOrProvinceName", "1.3.6.1.4.1.311.60.2.1.2"),
    ("jurisdictionC", JURISDICTION_COUNTRY),
    ("jurisdictionCountryName", JURISDICTION_COUNTRY),
];
const JURISDICTION_COUNTRY: &str = "1.3.6.1.4.1.311.60.2.1.3";

/// What is asked for.
#[derive(Debug, Default)]
pub(super) struct RequestConfiguration {
    pub(super) subject: Name,
    pub(super) alternatives: Vec<GeneralName>,
    pub(super) extensions: Vec<Extension>,
    pub(super) hash: Option<Hash>,
}

impl RequestConfiguration {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        const OPTION: &str = "--config";
        let bytes = files::read(OPTION, path, LARGEST)?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::unusable(format!("{OPTION}: {} is not UTF-8; write it in UTF-8", path.display())))?;
        Self::parse(&text).map_err(|mistake| {
            Failure::unusable(format!("{OPTION}: {} line {}: {}", path.display(), mistake.line, mistake.what))
        })
    }

    fn parse(text: &str) -> Result<Self, Mistake> {
        let sections = sections::read(text)?;
        let named = |name: &str| sections.iter().find(|section| section.name == name);
        let request = named("req").ok_or_else(|| Mistake::new(1, "there is no section [req]; write one"))?;
        let section = |entry: &Entry| {
            let name = entry.value()?;
            named(name).ok_or_else(|| Mistake::new(entry.line, format!("there is no section [{name}]; write one")))
        };
        let prompt = request.entry("prompt")?;
        if prompt.map(Entry::value).transpose()? != Some("no") {
            let line = prompt.map_or(request.line, |entry| entry.line);
            let what = "without prompt = no the values are questions, and nobody is asked here; write prompt = no";
            return Err(Mistake::new(line, what));
        }
        let mut found = Self::default();
        let mut names = None;
        for entry in &request.entries {
            match entry.name.as_str() {
                "prompt" => {}
                "distinguished_name" => names = Some(section(entry)?),
                "req_extensions" => found.take_extensions(section(entry)?, &named)?,
                "default_md" => found.hash = Some(hash(entry)?),
                name if OF_NO_CONCERN.contains(&name) => {}
                name => {
                    let what = format!("{name} is not read here; leave it out, or make the request with openssl");
                    return Err(Mistake::new(entry.line, what));
                }
            }
        }
        let names = names.ok_or_else(|| {
            Mistake::new(request.line, "[req] has no distinguished_name; name the section with the subject")
        })?;
        found.subject = distinguished_name(names)?;
        Ok(found)
    }

    fn take_extensions<'a>(
        &mut self,
        section: &Section,
        named: &impl Fn(&str) -> Option<&'a Section>,
    ) -> Result<(), Mistake> {
        for entry in &section.entries {
            section.entry(&entry.name)?;
            let value = entry.value()?;
            let wrong = |what: String| Mistake::new(entry.line, format!("{}: {what}", entry.name));
            if entry.name == "subjectAltName" {
                self.alternatives.extend(alternatives(entry, value, named)?);
                continue;
            }
            let made = extension::configured(&entry.name, value).map_err(wrong)?;
            self.extensions.push(made.ok_or_else(|| {
                wrong(
                    "is not read here, but subjectAltName, keyUsage, extendedKeyUsage and basicConstraints are; leave it out"
                        .to_owned(),
                )
            })?);
        }
        Ok(())
    }
}

fn alternatives<'a>(
    entry: &Entry,
    value: &str,
    named: &impl Fn(&str) -> Option<&'a Section>,
) -> Result<Vec<GeneralName>, Mistake> {
    let read = |line: usize, kind: &str, value: &str| {
        alternative::name(kind.trim(), value.trim())
            .map_err(|why| Mistake::new(line, format!("subjectAltName: {kind}:{value} {why}; correct it")))
    };
    if let Some(name) = value.strip_prefix('@') {
        let section =
            named(name).ok_or_else(|| Mistake::new(entry.line, format!("there is no section [{name}]; write one")))?;
        // OpenSSL tells several of a kind apart by what follows a dot.
        let kind = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
        return section.entries.iter().map(|entry| read(entry.line, &kind(&entry.name), entry.value()?)).collect();
    }
    let (critical, parts) = extension::parts(value);
    if critical {
        return Err(Mistake::new(entry.line, "subjectAltName: a CA decides what is critical; leave critical out"));
    }
    let part = |part: &str| match part.split_once(':') {
        Some((kind, value)) => read(entry.line, kind, value),
        None => Err(Mistake::new(
            entry.line,
            format!("subjectAltName: {part:?} has no kind; write it like DNS:example.com"),
        )),
    };
    parts.into_iter().map(part).collect()
}

fn hash(entry: &Entry) -> Result<Hash, Mistake> {
    match entry.value()?.to_ascii_lowercase().as_str() {
        "sha256" => Ok(Hash::Sha256),
        "sha384" => Ok(Hash::Sha384),
        "sha512" => Ok(Hash::Sha512),
        other => Err(Mistake::new(
            entry.line,
            format!("default_md: {other} is not one of sha256, sha384, sha512; write one"),
        )),
    }
}

/// The lines of the section, the first one first in the name. Put through the one parser of names there is, so that the types of
/// values are the same whichever way a name was given.
fn distinguished_name(section: &Section) -> Result<Name, Mistake> {
    let mut parts: Vec<String> = Vec::new();
    for entry in &section.entries {
        let value = entry.value()?;
        // openssl-req(1): what stands before a dot tells several lines of a name apart.
        let name = entry.name.split_once('.').map_or(entry.name.as_str(), |(_, name)| name);
        let (plus, name) = name.strip_prefix('+').map_or((false, name), |name| (true, name));
        let part = part(name, value).ok_or_else(|| {
            let what = format!("{name} is no part of a name that is known; write CN, O, OU, L, ST, C, serialNumber, …");
            Mistake::new(entry.line, what)
        })?;
        match (plus, parts.last_mut()) {
            (true, Some(last)) => *last = format!("{last}+{part}"),
            (true, None) => {
                return Err(Mistake::new(entry.line, "the first part of a name has nothing to add to; leave + out"));
            }
            (false, _) => parts.push(part),
        }
    }
    parts.reverse();
    let wrong = |what: String| Mistake::new(section.line, format!("the subject in [{}] {what}", section.name));
    let name = Name::from_str(&parts.join(",")).map_err(|_| wrong("cannot be written; correct it".to_owned()))?;
    subject::check(&name).map_err(|why| wrong(format!("{why}; correct it")))?;
    Ok(name)
}

/// RFC 4514 with every byte escaped.
fn part(name: &str, value: &str) -> Option<String> {
    let oid = match JURISDICTION.iter().find(|(known, _)| *known == name) {
        Some((_, number)) => ObjectIdentifier::new(number).ok()?,
        None => *DB.by_name(name)?,
    };
    let hex = |bytes: &[u8], before: &str| bytes.iter().map(|byte| format!("{before}{byte:02x}")).collect::<String>();
    if oid.to_string() == JURISDICTION_COUNTRY {
        // A PrintableString of two letters: EV Guidelines 9.2.4, RFC 5280 appendix A.1.
        let letters = value.as_bytes();
        return (letters.len() == 2).then(|| format!("{oid}=#1302{}", hex(letters, "")));
    }
    Some(format!("{oid}={}", hex(value.as_bytes(), "\\")))
}

#[cfg(test)]
mod tests;
