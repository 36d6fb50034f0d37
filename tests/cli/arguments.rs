//! The command line itself.

use hardkey_tests::scene::{Scene, is_golden};

#[test]
fn help_completions_and_manual_pages_are_written() {
    let scene = Scene::start(&[]);
    let help = scene.hardkey(&["--help"]);
    assert_eq!((help.status, help.stderr.as_str()), (Some(0), ""));
    is_golden("help.txt", &help.text());
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = scene.hardkey(&["completions", shell]);
        assert_eq!((script.status, script.stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(script.text().contains("attestation"), "{shell}");
    }
    let page = scene.hardkey(&["man"]);
    assert_eq!((page.status, page.stderr.as_str()), (Some(0), ""));
    assert!(page.text().contains(".TH hardkey 1") && page.text().contains("Exit status"), "{}", page.text());
    let clouds = ["grant-ca aws", "grant-ca azure", "grant-ca google"];
    for command in ["keys", "csr", "attest", "grant-ca", "completions", "man"].into_iter().chain(clouds) {
        let words: Vec<&str> = ["man"].into_iter().chain(command.split(' ')).collect();
        let page = scene.hardkey(&words);
        assert_eq!((page.status, page.stderr.as_str()), (Some(0), ""), "{command}");
        assert!(page.text().contains(&format!(".TH hardkey-{} 1", command.replace(' ', "-"))), "{}", page.text());
    }
    for (words, line) in [
        (["grant-ca", "ibm"], "hardkey: man \"ibm\": there is no such command; name one of aws, azure, google, help\n"),
        (["csr", "aws"], "hardkey: man \"aws\": there is no such command; leave it out\n"),
    ] {
        let none = scene.hardkey(&[&["man"] as &[&str], &words].concat());
        assert_eq!((none.status, none.stderr.as_str(), none.text().as_str()), (Some(2), line, ""));
    }
    let none = scene.hardkey(&["man", "sign\u{1b}[2J"]);
    let line = "hardkey: man \"sign\\u{1b}[2J\": there is no such command; name one of keys, csr, attest, grant-ca, completions, man, help\n";
    assert_eq!((none.status, none.stderr.as_str(), none.text().as_str()), (Some(2), line, ""));
}

#[test]
fn a_command_line_that_cannot_be_read_is_status_2_with_nothing_on_standard_output() {
    let scene = Scene::start(&[]);
    for arguments in [
        &["sign"] as &[&str],
        &[],
        &["csr"],
        &["csr", "--subject"],
        &["csr", "--subject", "CN=a", "--hash", "sha1"],
        &["grant-ca"],
        &["grant-ca", "aws", "--ca", "arn:aws:iam::999988887777:role/a"],
        &["attest", "--bundle", "a.zip", "--out", "b.json"],
        &["attest", "--bundle", "a.zip", "--challenge", "c.json"],
        &["keys", "--nothing\u{1b}[2J"],
    ] {
        let outcome = scene.hardkey(arguments);
        assert_eq!((outcome.status, outcome.text().as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!outcome.stderr.is_empty() && !outcome.stderr.contains('\u{1b}'), "{}", outcome.stderr);
    }
}
