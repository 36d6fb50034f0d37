//! Files of a trail that a subscriber hands in beside a report, as the program is given them.

use hardkey_synthetic::trail::{self, Trail};
use hardkey_synthetic::{Challenge, record as made};

use crate::folder::{Folder, VERIFY};

const FILES: &str = "digest-0.json.gz digest-1.json.gz digest-2.json.gz log.json.gz";

/// A report with a record that has AWS's keys, and the files of a trail.
fn folder(trail: &Trail) -> Folder {
    let (report, request) = made::aws_report();
    let folder = Folder::of(&report, &request, &Challenge::new());
    folder.put("ca.toml", made::policy().as_bytes());
    folder.put("record.json", &trail::record(&report).bytes());
    let files = trail.files();
    for (number, digest) in files.digests.iter().enumerate() {
        folder.put(&format!("digest-{number}.json.gz"), digest);
    }
    folder.put("log.json.gz", &files.log);
    folder
}

fn verify(folder: &Folder, files: &str) -> crate::folder::Said {
    let line = VERIFY.replacen("report.json", &format!("report.json {files}"), 1);
    folder.at(&format!("{line} --confirmation record.json --policy ca.toml"))
}

#[test]
fn the_files_of_a_trail_say_on_awss_word_how_the_key_was_made() {
    let said = verify(&folder(&Trail::default()), FILES);
    assert_eq!((said.status, said.err.as_str()), (Some(0), ""), "{}", said.out);
    for line in ["passed digest-signature", "passed digest-chain", "passed log-digested", "passed creation-logged"] {
        assert!(said.out.contains(line), "{line}: {}", said.out);
    }
    let recorded =
        format!("CreateKey at {}, in a log that AWS signed; it has the ARN, no log has the public key", trail::CREATED);
    assert!(said.out.contains(&recorded), "{}", said.out);
}

#[test]
fn a_log_that_somebody_changed_or_a_digest_that_is_left_out_rejects() {
    let folder = folder(&Trail::default());
    let other = Trail { events: vec![trail::create_key(hardkey_synthetic::answer::ARN)], ..Trail::default() };
    folder.put("log.json.gz", &other.files().log);
    let changed = verify(&folder, FILES);
    assert_eq!(changed.status, Some(1));
    assert!(changed.out.contains("log-digested failed"), "{}", changed.out);
    let gap = verify(&folder, &FILES.replace("digest-1.json.gz ", ""));
    assert_eq!(gap.status, Some(1));
    assert!(gap.out.contains("digest-chain failed"), "{}", gap.out);
}
