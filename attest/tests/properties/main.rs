//! What holds for every input of every parser, and for every bit of what was signed.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../anchors/mod.rs"]
mod anchors;
mod flips;
mod made;
mod mutator;

use made::{Parser, parsers};
use mutator::Mutator;

/// How often each good input is changed.
const CHANGES: usize = 1000;

/// The longest line that says what is wrong: five texts, each cut at 600 characters of four bytes at most, and what is between
/// them.
const LONGEST_LINE: usize = 16 << 10;

fn is_one_plain_line(name: &str, line: &str) {
    assert!(!line.is_empty() && line.len() <= LONGEST_LINE, "{name}: {} bytes: {line:?}", line.len());
    let acts =
        |character: &char| character.is_control() || "\u{200e}\u{200f}\u{202a}\u{202e}\u{2028}".contains(*character);
    assert_eq!(line.chars().find(acts), None, "{name}: {line:?}");
}

fn of(name: &str) -> Parser {
    parsers().into_iter().find(|parser| parser.name == name).unwrap()
}

/// Good input is read; changed, it is read or refused in one line; cut off, it is refused.
fn holds(name: &str) {
    let Parser { good, read, may_end_early, .. } = of(name);
    for (series, good) in good.iter().enumerate() {
        assert_eq!(read(good), Ok(()), "{name}, as it is");
        let mut mutator = Mutator::new(u64::try_from(series).unwrap());
        for _ in 0..CHANGES {
            if let Err(line) = read(&mutator.changed(good)) {
                is_one_plain_line(name, &line);
            }
        }
        for end in 0..good.len() {
            match read(&good[..end]) {
                Ok(()) => assert!(may_end_early, "{name} without all but its first {end} bytes"),
                Err(line) => is_one_plain_line(name, &line),
            }
        }
    }
}

macro_rules! parsers_hold {
    ($($test:ident: $name:literal;)*) => {
        $(#[test] fn $test() { holds($name); })*

        #[test]
        fn every_parser_is_among_them() {
            let names: Vec<&str> = parsers().iter().map(|parser| parser.name).collect();
            assert_eq!(names, [$($name),*]);
        }
    };
}

parsers_hold! {
    a_changed_statement_is_read_or_refused_and_a_cut_one_refused: "statement";
    a_changed_gzip_is_read_or_refused_and_a_cut_one_refused: "gzip";
    a_changed_certificate_is_read_or_refused_and_a_cut_one_refused: "certificate";
    a_changed_request_is_read_or_refused_and_a_cut_one_refused: "request";
    a_changed_request_in_pem_is_read_or_refused_and_a_cut_one_refused: "request-pem";
    a_changed_public_key_is_read_or_refused_and_a_cut_one_refused: "public-key";
    a_changed_zip_is_read_or_refused_and_a_cut_one_refused: "zip";
    a_changed_certificate_in_pem_is_read_or_refused_and_a_cut_one_refused: "chain";
    a_changed_chain_in_pem_is_read_or_refused: "chains";
    a_changed_policy_is_read_or_refused: "policy";
    a_changed_managed_hsm_key_is_read_or_refused_and_a_cut_one_refused: "managed-hsm-key";
    a_changed_description_of_aws_is_read_or_refused_and_a_cut_one_refused: "aws-describe-key";
    a_changed_public_key_of_aws_is_read_or_refused_and_a_cut_one_refused: "aws-public-key";
    a_changed_key_of_a_vault_is_read_or_refused_and_a_cut_one_refused: "key-vault-key";
    a_changed_version_of_google_is_read_or_refused_and_a_cut_one_refused: "google-version";
    a_changed_public_key_of_google_is_read_or_refused_and_a_cut_one_refused: "google-public-key";
    a_changed_report_is_read_or_refused_and_a_cut_one_refused: "report";
    a_changed_payload_of_a_report_is_read_or_refused_and_a_cut_one_refused: "report-payload";
    a_changed_record_is_read_or_refused_and_a_cut_one_refused: "record";
    a_changed_payload_of_a_record_is_read_or_refused_and_a_cut_one_refused: "record-payload";
    changed_tags_of_aws_are_read_or_refused_and_cut_ones_refused: "aws.list-resource-tags";
    changed_trails_are_read_or_refused_and_cut_ones_refused: "aws.describe-trails";
    a_changed_status_of_a_trail_is_read_or_refused_and_a_cut_one_refused: "aws.get-trail-status";
    changed_selectors_of_a_trail_are_read_or_refused_and_cut_ones_refused: "aws.get-event-selectors";
    a_changed_policy_of_a_key_of_aws_is_read_or_refused_and_a_cut_one_refused: "aws.get-key-policy";
    changed_grants_of_a_key_are_read_or_refused_and_cut_ones_refused: "aws.list-grants";
    changed_events_of_a_key_of_aws_are_read_or_refused_and_cut_ones_refused: "aws.lookup-events";
    changed_keys_of_digests_are_read_or_refused_and_cut_ones_refused: "aws.list-public-keys";
    a_changed_digest_of_a_trail_is_read_or_refused_and_a_cut_one_refused: "cloudtrail-digest";
    a_changed_log_of_a_trail_is_read_or_refused_and_a_cut_one_refused: "cloudtrail-log";
    a_changed_signature_of_a_digest_is_read_or_refused_and_a_cut_one_refused: "cloudtrail-signature";
    changed_settings_of_a_vault_are_read_or_refused_and_cut_ones_refused: "azure.diagnostic-settings";
    a_changed_vault_is_read_or_refused_and_a_cut_one_refused: "azure.vault";
    changed_role_assignments_are_read_or_refused_and_cut_ones_refused: "azure.role-assignments";
    changed_rows_of_a_log_are_read_or_refused_and_cut_ones_refused: "azure.key-events";
    a_changed_iam_policy_is_read_or_refused_and_a_cut_one_refused: "google.iam-policy";
    a_changed_project_is_read_or_refused_and_a_cut_one_refused: "google.parent";
    a_changed_policy_of_a_key_is_read_or_refused_and_a_cut_one_refused: "google.key-iam-policy";
    changed_events_of_a_key_are_read_or_refused_and_cut_ones_refused: "google.key-events";
    a_changed_challenge_is_read_or_refused_and_a_cut_one_refused: "challenge";
    changed_signed_requests_are_read_or_refused_and_cut_ones_refused: "signed-requests";
    a_changed_key_of_challenges_is_read_or_refused_and_a_cut_one_refused: "challenge-key";
    a_changed_line_of_what_was_seen_is_read_or_refused_and_a_cut_one_refused: "seen";
}

/// Strangers write names of files in zips, texts in JSON and lines in PEM as long as they like.
#[test]
fn a_line_about_a_long_text_is_short() {
    use hardkey_attest::bundle::{File, evidence};
    use hardkey_attest::policy::Policy;
    let said = |bytes: Vec<u8>| evidence(&[File { name: "x".repeat(60_000), bytes }]).unwrap_err().to_string();
    let long = "\u{202e}y".repeat(10_000);
    let zip = |name: &str, content: &str| hardkey_synthetic::zip::Zip::default().with(name, content.as_bytes()).bytes();
    let policy = |text: String| Policy::from_toml(&text).unwrap_err().to_string();
    for line in [
        said(format!("-----BEGIN {long}").into_bytes()),
        said(format!("{{\"{long}\":1}}").into_bytes()),
        said(zip(&format!("{long}/a"), "")),
        said(zip(&long, "neither")),
        policy(format!("name = \"a\"\n[rules]\n\"{long}\" = \"off\"")),
        policy(format!("name = \"a\"\n[rules]\nhsm = \"{long}\"")),
        policy(format!("name = \"a\"\nbased_on = \"{long}\"")),
        policy(format!("name = \"a\"\n\"{long}\" = 1")),
    ] {
        assert!(line.contains('…') && line.chars().count() < 3200, "{} characters: {line:?}", line.chars().count());
        is_one_plain_line("a long text", &line);
    }
}
