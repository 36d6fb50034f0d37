//! The list of what was accepted: nothing twice, whatever its bytes.

use std::fs;
use std::time::Duration;

use hardkey_synthetic::{Bundle, Challenge, Shape, report};

use crate::folder::{Folder, VERIFY};

fn listed() -> String {
    format!("{VERIFY} --seen list")
}

fn line() -> String {
    format!("{} {} 2026-11-21T12:00:00Z\n", Challenge::new().nonce, Bundle::key(Shape::P256).spki_hash())
}

#[test]
fn what_was_accepted_is_rejected_the_second_time_whatever_its_bytes() {
    let folder = Folder::good();
    assert_eq!(folder.at(&listed()).status, Some(0));
    assert_eq!(folder.read("list"), line());
    let again = || folder.stopped(&listed());
    let seen = vec![("not-seen".to_owned(), "the list has them: this is handed in again".to_owned())];
    assert_eq!(again(), ("rejected".to_owned(), seen.clone()));
    // Another signature by the same key, and another request: other bytes, the same nonce and key.
    let (report, request) = report::good(Shape::P256);
    assert_ne!(report.bytes(), fs::read(folder.path().join("report.json")).unwrap());
    folder.put("report.json", &report.bytes());
    folder.put("request.csr", &request);
    assert_eq!(again(), ("rejected".to_owned(), seen));
    assert_eq!(folder.read("list"), line(), "what was rejected is not added");
    // Another order has another nonce.
    let challenge = Challenge::new().order("4712");
    let next = Folder::of(&report.challenge(&challenge).with("order", "4712".into()), &request, &challenge);
    next.put("list", line().as_bytes());
    assert_eq!(next.at(&listed()).status, Some(0));
    assert!(next.read("list").starts_with(&line()) && next.read("list").lines().count() == 2);
    // Another key, with the same nonce, is another answer.
    let (report, request) = report::good(Shape::P384);
    let other = Folder::of(&report, &request, &Challenge::new());
    other.put("list", line().as_bytes());
    assert_eq!(other.at(&listed()).status, Some(0));
}

#[test]
fn only_what_is_accepted_is_added() {
    let folder = Folder::good();
    assert_eq!(folder.at(&format!("{} --order 4712", listed())).status, Some(1));
    assert_eq!(folder.read("list"), "");
    assert_eq!(folder.at(&format!("{} --html none/page.html", listed())).status, Some(2));
    assert_eq!(folder.read("list"), "", "an answer that could not be written was not given");
    assert_eq!(folder.at(&format!("{} --quiet", listed())).status, Some(0));
    assert_eq!(folder.read("list"), line());
    assert_eq!(folder.at(&format!("{VERIFY} --quiet")).status, Some(0), "without a list there is none to be on");
}

#[test]
fn a_list_that_was_cut_off_or_edited_decides_nothing() {
    let folder = Folder::good();
    let good = line();
    let hash = "a".repeat(64);
    for (list, sentence) in [
        (
            format!("{good}{}", good.trim_end()),
            "list: expected a line break at the end of line 2, of at most 512 bytes, found none: the list was cut off, or is no \
             list"
                .to_owned(),
        ),
        (
            "x".repeat(600),
            "list: expected a line break at the end of line 1, of at most 512 bytes, found none: the list was cut off, or is no \
             list"
                .to_owned(),
        ),
    ] {
        folder.put("list", list.as_bytes());
        let said = folder.at(&listed());
        assert_eq!((said.status, said.err), (Some(2), format!("hardkey-attest: could not be decided: {sentence}\n")));
        assert_eq!(folder.read("list"), list, "nothing is added");
    }
    for wrong in [
        "\n".to_owned(),
        format!("{hash} {hash}\n"),
        format!("{hash} {hash} 2026-11-21T12:00:00Z more\n"),
        format!("{hash} {hash} yesterday\n"),
        format!("{hash}  {hash} 2026-11-21T12:00:00Z\n"),
        format!("{} {hash} 2026-11-21T12:00:00Z\n", &hash[1..]),
        format!("{hash} {} 2026-11-21T12:00:00Z\n", hash.to_uppercase()),
        good.replace('\n', "\r\n"),
    ] {
        folder.put("list", format!("{good}{wrong}").as_bytes());
        let said = folder.at(&listed());
        let start = "hardkey-attest: could not be decided: list, line 2: list: expected a nonce, the SHA-256 of a key and a \
                     moment, as this program writes them, found ";
        assert!(said.status == Some(2) && said.err.starts_with(start), "{wrong:?}: {}", said.err);
    }
}

#[test]
fn of_many_who_decide_the_same_at_once_one_accepts() {
    let folder = Folder::good();
    let line = listed();
    let mut statuses: Vec<Option<i32>> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..6).map(|_| scope.spawn(|| folder.at(&line).status)).collect();
        asked.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    statuses.sort();
    assert_eq!(statuses, [Some(0), Some(1), Some(1), Some(1), Some(1), Some(1)]);
    assert_eq!(folder.read("list").lines().count(), 1);
}

#[test]
fn a_list_that_somebody_holds_is_waited_for() {
    let folder = Folder::good();
    folder.put("list", b"");
    let held = fs::OpenOptions::new().append(true).open(folder.path().join("list")).unwrap();
    held.lock().unwrap();
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| folder.at(&listed()).status);
        // It cannot be done, however long one looks; and is, as soon as the list is free.
        std::thread::sleep(Duration::from_millis(300));
        assert!(!asked.is_finished());
        assert_eq!(folder.read("list"), "");
        held.unlock().unwrap();
        assert_eq!(asked.join().unwrap(), Some(0));
    });
    assert_eq!(folder.read("list"), line());
}
