//! Files that are handed in: zips, gzips, certificates in PEM, answers in JSON.

use hardkey_attest::bundle::{File, evidence};
use hardkey_attest::evidence::Evidence;
use hardkey_attest::inspection::inspect;
use hardkey_synthetic::gzip::gzip;
use hardkey_synthetic::zip::Zip;

use super::edit::Script;
use super::harmless;

/// What a zip, and an answer, may hold (`attest/src/bundle.rs`).
const MOST: usize = 16;

/// One input: how many files, what is done to each, how long each is, then their bytes.
pub fn bundle(input: &[u8]) {
    let mut script = Script(input);
    let count = 1 + script.below(3);
    let shapes: Vec<(u8, usize)> = (0..count).map(|_| (script.byte(), script.below(1 << 16))).collect();
    let mut rest = script.0;
    let mut files = Vec::new();
    for (index, (shape, length)) in shapes.into_iter().enumerate() {
        let last = index + 1 == count;
        let (mine, after) = rest.split_at(if last { rest.len() } else { length.min(rest.len()) });
        rest = after;
        let bytes = match shape % 4 {
            0 => mine.to_vec(),
            1 => pem(mine),
            2 => gzip(mine),
            // Up to the first line break it is a name.
            _ => {
                let (name, content) = mine.split_at(mine.iter().position(|byte| *byte == b'\n').unwrap_or_default());
                Zip::default().with(&String::from_utf8_lossy(name), content).bytes()
            }
        };
        files.push(File { name: format!("{index}\u{202e}\n"), bytes });
    }
    look(&files);
}

fn look(files: &[File]) {
    let found = evidence(files);
    assert_eq!(found, evidence(files), "the same files are the same evidence");
    match found {
        Err(error) => harmless::refusal(&error),
        Ok(found) => {
            assert!((1..=MOST + 1).contains(&found.len()), "{} pieces", found.len());
            for (index, piece) in found.iter().enumerate() {
                let is_statement = matches!(piece, Evidence::GoogleStatement { .. });
                assert!(index == 0 || !is_statement, "one statement at most, and it comes first");
                match inspect(piece) {
                    Ok(sections) => harmless::sections(&sections),
                    Err(error) => harmless::refusal(&error),
                }
            }
        }
    }
}

fn pem(der: &[u8]) -> Vec<u8> {
    let lines: Vec<String> = der.chunks(48).map(openssl::base64::encode_block).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n")).into_bytes()
}
