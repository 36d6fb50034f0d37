//! The commands beside verify and inspect.

use std::process::Stdio;

use crate::made::dat;
use crate::program::{AT, Folder, is_golden, words};

#[test]
fn the_built_in_policies_are_shown_whole() {
    let folder = Folder::new();
    for name in ["csbr", "statement"] {
        let text = folder.run(["policy", "show", name]);
        assert_eq!((text.status, text.err.as_str()), (Some(0), ""));
        is_golden(&format!("policy-{name}.txt"), &text.out);
    }
    let json = folder.run(words("policy show --json"));
    assert_eq!(json.status, Some(0));
    is_golden("policy-csbr.json", &json.out);
}

#[test]
fn a_policy_of_the_ca_is_shown_with_what_it_leaves_out() {
    let policy = "name = \"example\"\n[rules]\nkey-size = \"reported\"\n";
    let said = Folder::new().with("ca.toml", policy).run(words("policy show ca.toml"));
    assert_eq!((said.status, said.err.as_str()), (Some(0), ""));
    assert!(said.out.starts_with("The policy example has 1 of 21 rules."), "{}", said.out);
    assert!(said.out.contains("\n  key-size (reported): the key is RSA"), "{}", said.out);
    assert!(said.out.contains("\nRules that it leaves out\n  hsm, generated, "), "{}", said.out);
}

#[test]
fn pinned_keys_are_shown_with_a_warning_a_year_before_an_end() {
    let folder = Folder::new();
    let said = folder.run(["anchors", "--at", AT]);
    assert_eq!((said.status, said.err.as_str()), (Some(0), ""));
    is_golden("anchors.txt", &said.out);
    let json = folder.run(["anchors", "--json", "--at", "2029-06-01"]);
    is_golden("anchors-late.json", &json.out);
    let warnings = |at: &str| {
        let said = folder.run(["anchors", "--at", at]);
        said.out.lines().filter(|line| line.contains("WARNING")).map(str::to_owned).collect::<Vec<_>>()
    };
    let of_google =
        |text: &str| vec![format!("  WARNING: its last certificate {text}; look for a newer version of this program")];
    assert_eq!(warnings("2028-12-31T23:59:59Z"), [""; 0]);
    assert_eq!(warnings("2029-01-01"), of_google("ends on 2030-01-01, in 365 days"));
    assert_eq!(warnings("2030-01-01T23:59:59Z"), of_google("ends on 2030-01-01, in 0 days"));
    assert_eq!(warnings("2030-01-02"), of_google("ended on 2030-01-01"));
}

#[test]
fn completions_and_manual_pages_are_written() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = folder.run(["completions", shell]);
        assert_eq!((said.status, said.err.as_str()), (Some(0), ""), "{shell}");
        assert!(said.out.contains("nonce"), "{shell}");
    }
    let page = folder.run(["man"]);
    assert_eq!((page.status, page.err.as_str()), (Some(0), ""));
    assert!(page.out.contains(".TH hardkey-attest 1") && page.out.contains("Exit status of verify"), "{}", page.out);
    for command in ["verify", "challenge", "inspect", "policy", "anchors", "completions", "man"] {
        let page = folder.run(["man", command]);
        assert_eq!(page.status, Some(0), "{command}");
        assert_eq!(page.out.contains("Exit status of verify"), command == "verify");
        assert!(page.out.contains(&format!(".TH hardkey-attest-{command} 1")), "{}", page.out);
    }
    let none = folder.run(["man", "x"]);
    assert_eq!(
        (none.status, none.err.as_str()),
        (
            Some(2),
            "hardkey-attest: could not be decided: man: expected one of verify, challenge, inspect, policy, anchors, completions, man, \
             help, found x\n"
        )
    );
}

#[test]
fn an_answer_that_cannot_be_written_is_no_answer() {
    let folder = Folder::new().with("key.dat", dat("release"));
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let said = folder.run_to(["verify", "key.dat"], Stdio::from(full));
    assert_eq!(said.status, Some(2));
    assert_eq!(
        said.err,
        "hardkey-attest: could not be decided: standard output: expected to be able to write the answer, found No space left on \
         device (os error 28)\n"
    );
}

#[test]
fn a_page_is_never_written_over_what_was_handed_in() {
    let folder = Folder::new().with("key.dat", dat("release"));
    let said = folder.run(words("verify key.dat --html ./key.dat"));
    assert_eq!(
        (said.status, said.out.as_str(), said.err.as_str()),
        (
            Some(2),
            "",
            "hardkey-attest: could not be decided: --html: expected a file to write, found ./key.dat, which was handed in\n"
        )
    );
    assert_eq!(std::fs::read(folder.path().join("key.dat")).unwrap(), dat("release"));
}
