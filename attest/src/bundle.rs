//! What a subscriber hands in, taken apart into evidence.
//!
//! A kind is told by content, never by a file's name, and anything that is not plainly one of them is refused with what
//! was expected and what was found.

mod answer;

pub(crate) use answer::is_report;

use std::io::{Cursor, Read};

use der::Document;

use crate::evidence::{Evidence, google_statement};
use crate::form::{self, Form};
use crate::malformed::Malformed;
use crate::shown;

/// A file that was handed in. The name is for messages.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct File {
    /// Its name, as the person who runs the verifier knows it.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// The largest file that is looked at: a hundred times a genuine bundle.
pub const LARGEST_FILE: usize = 1 << 20;
/// Google's zip has two entries.
const MOST_ENTRIES: usize = 16;
/// Digests are written every hour: those of two days, and some logs.
const MOST_OF_TRAIL: usize = 64;
/// A chain has 10 kB; a request and a statement less.
const LARGEST_ENTRY: usize = 256 << 10;
/// Twice the six of Google's chain, and some.
const MOST_CERTIFICATES: usize = 16;

/// What a file is.
enum Kind {
    Zip,
    Gzip,
    Pem,
    Json,
}

fn kind(bytes: &[u8]) -> Option<Kind> {
    // APPNOTE §4.3.7; RFC 1952 §2.3.1; RFC 7468 §2; RFC 8259 §2.
    match bytes {
        [b'P', b'K', 3, 4, ..] => Some(Kind::Zip),
        [0x1f, 0x8b, ..] => Some(Kind::Gzip),
        _ if bytes.starts_with(b"-----BEGIN ") => Some(Kind::Pem),
        _ if bytes.first() == Some(&b'{') => Some(Kind::Json),
        _ => None,
    }
}

/// Takes files apart: zips, a statement and its certificates, answers of clouds, a report.
///
/// A statement inside of an answer is evidence of its own, with the certificates of the answer and of the other files.
///
/// # Errors
/// [`Malformed`] names the file, what was expected and what was found.
pub fn evidence(files: &[File]) -> Result<Vec<Evidence>, Malformed> {
    let mut statement: Option<Vec<u8>> = None;
    let mut certificates: Vec<Vec<u8>> = Vec::new();
    let mut answered: Vec<Vec<u8>> = Vec::new();
    let mut all: Vec<Evidence> = Vec::new();
    for File { name, bytes } in opened(files)? {
        let inside = |error: Malformed| error.inside(&name);
        let one = |statement: &mut Option<Vec<u8>>, compressed: Vec<u8>| match statement.replace(compressed) {
            Some(known) if statement.as_ref() != Some(&known) => {
                Err(inside(Malformed::new("bundle", "one statement", "a second one")))
            }
            Some(_) | None => Ok(()),
        };
        match kind(&bytes) {
            Some(Kind::Gzip) => match answer::of_trail(&bytes) {
                Some(make) => {
                    count_of_trail(&all).map_err(inside)?;
                    all.push(make(bytes));
                }
                None => one(&mut statement, bytes)?,
            },
            Some(Kind::Pem) => certificates.extend(chain(&bytes).map_err(inside)?),
            Some(Kind::Json) => {
                let answer = answer::evidence(&bytes).map_err(inside)?;
                if all.iter().filter(|known| !is_of_trail(known)).count() == MOST_ENTRIES {
                    return Err(inside(Malformed::new("bundle", format!("at most {MOST_ENTRIES} answers"), "more")));
                }
                let is_report = |evidence: &Evidence| matches!(evidence, Evidence::Report(_));
                if !form::has(Form::OneReport, !(is_report(&answer) && all.iter().any(is_report))) {
                    return Err(inside(Malformed::new("bundle", "one report", "a second one")));
                }
                if let Evidence::GoogleVersion(json) = &answer
                    && let Some((compressed, chain)) = google_statement(json).map_err(inside)?
                {
                    one(&mut statement, compressed)?;
                    answered.extend(chain);
                }
                all.push(answer);
            }
            Some(Kind::Zip) => return Err(inside(Malformed::new("bundle", "files", "a zip inside of a zip"))),
            None => {
                let expected = "a zip, a gzip, certificates in PEM, or JSON without a byte order mark";
                return Err(inside(Malformed::new("bundle", expected, shown::start_of(&bytes)).at(0)));
            }
        }
    }
    // An answer's certificates may be in a file as well; within one of the two, none may be there twice.
    let missing: Vec<Vec<u8>> = answered.into_iter().filter(|der| !certificates.contains(der)).collect();
    certificates.extend(missing);
    match statement {
        Some(compressed) => all.insert(0, Evidence::GoogleStatement { compressed, certificates }),
        None if all.is_empty() || !certificates.is_empty() => {
            let expected =
                "a report, a statement (the .dat file of Google's attestation bundle), or the answer of a cloud's API";
            return Err(Malformed::new("bundle", expected, "none"));
        }
        None => {}
    }
    Ok(all)
}

fn is_of_trail(evidence: &Evidence) -> bool {
    matches!(evidence, Evidence::CloudTrailDigest(_) | Evidence::CloudTrailLog(_))
}

fn count_of_trail(all: &[Evidence]) -> Result<(), Malformed> {
    if all.iter().filter(|known| is_of_trail(known)).count() < form::limit(MOST_OF_TRAIL) {
        return Ok(());
    }
    Err(Malformed::new("bundle", format!("at most {MOST_OF_TRAIL} files of CloudTrail"), "more"))
}

/// The files, with those of zips in place of the zips.
fn opened(files: &[File]) -> Result<Vec<File>, Malformed> {
    let mut all = Vec::new();
    for file in files {
        if file.bytes.len() > LARGEST_FILE {
            let found = format!("{} bytes", file.bytes.len());
            return Err(Malformed::new(&file.name, format!("at most {LARGEST_FILE} bytes"), found));
        }
        match kind(&file.bytes) {
            Some(Kind::Zip) => all.extend(unzipped(file)?),
            _ => all.push(file.clone()),
        }
    }
    Ok(all)
}

fn unzipped(file: &File) -> Result<Vec<File>, Malformed> {
    let wrong = |expected: String, found: &dyn std::fmt::Display| Malformed::new(&file.name, expected, found);
    let zip = |error: zip::result::ZipError| wrong("a zip".to_owned(), &error);
    let mut archive = zip::ZipArchive::new(Cursor::new(&file.bytes)).map_err(zip)?;
    if archive.len() > MOST_ENTRIES {
        return Err(wrong(format!("at most {MOST_ENTRIES} files"), &archive.len()));
    }
    // The archive has one of them alone, and another reader may have another.
    if archive.has_duplicate_names() {
        return Err(wrong("each file once".to_owned(), &"one name twice"));
    }
    let mut files: Vec<File> = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(zip)?;
        let name = entry.name().map_err(zip)?.into_owned();
        // Nothing is ever written to a path from inside, but a name that is one has no business here.
        if !entry.is_file() || name.is_empty() || name.contains(['/', '\\', ':', '\0']) || name == ".." {
            return Err(wrong("files without folders".to_owned(), &name));
        }
        let limit = u64::try_from(LARGEST_ENTRY).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        entry.take(limit).read_to_end(&mut bytes).map_err(|error| wrong(format!("{name:?} whole"), &error))?;
        if bytes.len() > LARGEST_ENTRY {
            return Err(wrong(format!("at most {LARGEST_ENTRY} bytes in a file"), &format!("more in {name}")));
        }
        files.push(File { name, bytes });
    }
    Ok(files)
}

/// Certificates in PEM, one after the other; white space between them and nothing else (RFC 7468 §2 allows text there,
/// which a bundle made by a cloud does not have).
pub(crate) fn chain(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Malformed> {
    const PART: &str = "certificate chain";
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Malformed::new(PART, "text", "other bytes").at(error.valid_up_to()))?;
    let mut certificates = Vec::new();
    let mut rest = text;
    while !rest.trim_start().is_empty() {
        rest = rest.trim_start();
        let at = text.len().saturating_sub(rest.len());
        const END: &str = "-----END CERTIFICATE-----";
        let end = rest.find(END).and_then(|start| start.checked_add(END.len()));
        let (Some(end), true) = (end, rest.starts_with("-----BEGIN CERTIFICATE-----")) else {
            let found = shown::text(rest.lines().next().unwrap_or_default());
            return Err(Malformed::new(PART, "BEGIN and END CERTIFICATE", found).at(at));
        };
        if certificates.len() == MOST_CERTIFICATES {
            return Err(Malformed::new(PART, format!("at most {MOST_CERTIFICATES} certificates"), "more").at(at));
        }
        let (one, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let (_, document) =
            Document::from_pem(one).map_err(|error| Malformed::new(PART, "a certificate in PEM", error).at(at))?;
        certificates.push(document.as_bytes().to_vec());
        rest = after;
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests;
