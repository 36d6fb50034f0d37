//! How much memory a parser takes, whatever the input claims. What AWS-LC takes for keys, of which each has at most 1 kB, is not
//! counted: it is not Rust's.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod counted;
mod large;
#[path = "../properties/made.rs"]
mod made;

use counted::peak;
use large::large;
use made::{Parser, parsers};

/// The most that a parser may hold at once for an input of [`large::LARGE`] bytes, by the parser's name.
fn limit(name: &str) -> usize {
    match name {
        // Sixteen files of 256 KiB, each in a buffer that grows by doubling, and one more while it is moved.
        "zip" | "chain" | "chains" => 9 << 20,
        // The TOML reader keeps about 100 bytes for each token, and a token may have one byte. The policy is the CA's own.
        "policy" => 8 << 20,
        // A text of one character takes four bytes of JSON, and 32 in a list that grows by doubling.
        "aws-describe-key" | "aws-public-key" | "key-vault-key" | "managed-hsm-key" | "google-version"
        | "google-public-key" | "report" | "report-payload" | "record" | "record-payload" => 1 << 20,
        // 8 MiB of a log in a buffer that grows by doubling, and one more while it is moved.
        "cloudtrail-log" => 26 << 20,
        // 1 MiB of a digest in the same.
        "cloudtrail-digest" => 4 << 20,
        "cloudtrail-signature" => 1 << 20,
        // The same in a record that is made around them: 85 KiB as base64, and 114 as base64 of that, each more than once.
        name if name.contains('.') => 2 << 20,
        // The input once as a whole and once in parts. Of a gzip: 64 KiB in a buffer of 128, another of 64 while it is moved, and the
        // 43 KiB that miniz_oxide inflates with.
        _ => 256 << 10,
    }
}

#[test]
fn no_input_of_64_kib_takes_more_than_the_caps_allow() {
    for Parser { name, good, read, .. } in parsers() {
        for (number, bytes) in large(&good[0]).into_iter().enumerate() {
            assert!(bytes.len() <= large::LARGE, "{number}");
            let most = peak(|| read(&bytes));
            assert!(most <= limit(name), "{name} takes {most} bytes for large input {number}");
        }
    }
}

/// A length is a claim until the bytes are there.
#[test]
fn an_input_that_claims_to_be_longer_takes_no_more_memory_than_one_that_does_not() {
    // For a line that says what is wrong, while it is being made.
    const LINE: usize = 4 << 10;
    const LENGTHS: [&[u8]; 5] = [
        &[0xff; 8],
        &[0x7f, 0xff, 0xff, 0xff],
        &[0xff, 0xff],
        &[0x84, 0x7f, 0xff, 0xff, 0xff],
        &[0x83, 0xff, 0xff, 0xff],
    ];
    for Parser { name, good, read, .. } in parsers() {
        // JSON claims no lengths, and around each answer in a record one is made and signed.
        let places = if name.contains('.') { 100 } else { 3000 };
        for good in good {
            let expected = peak(|| read(&good)) + LINE;
            for at in (0..good.len()).step_by(good.len() / places + 1) {
                for length in LENGTHS {
                    let mut bytes = good.clone();
                    bytes[at..].iter_mut().zip(length).for_each(|(byte, value)| *byte = *value);
                    let most = peak(|| read(&bytes));
                    assert!(most <= expected, "{name} takes {most} bytes, not {expected}, with {length:02x?} at {at}");
                }
            }
        }
    }
}
