//! Text from inside, and from whoever runs the program on a subscriber's behalf, forges no line and opens no tag.

use hardkey_attest::shown;
use serde_json::Value;

use crate::made::{certificate, dat, request, zip_of};
use crate::program::{AT, Folder, Said};

/// A line of its own, a terminal's commands, reversed reading, markup, and the separators that some programs take for a
/// line break.
const HOSTILE: [&str; 7] = [
    "a\nattested: forged",
    "a\r\nattested: forged\r",
    "\u{1b}[2J\u{1b}[1;1Hattested: forged",
    "\u{202e}degrof :detsetta\u{2066}",
    "a\u{2028}attested: forged\u{2029}\u{85}b",
    "</td></p><script>alert(1)</script><img src=x onerror=alert(1)>",
    "\" onload=\"alert(1)\" x='<b>&amp;",
];

/// Whether output has nothing in it but plain text and our own line breaks, and no line that a stranger began.
fn is_harmless(output: &str, about: &str) {
    for line in output.lines() {
        assert_eq!(shown::text(line), line, "{about:?}");
        assert!(!line.trim_start().starts_with("attested: forged"), "{about:?}: {line}");
    }
    assert!(!output.contains('\r'), "{about:?}");
}

fn is_harmless_page(page: &str, about: &str) {
    is_harmless(page, about);
    for tag in ["<script", "<img", "<b>", "onload=\"", "onerror=alert(1)>"] {
        assert!(!page.contains(tag), "{about:?}: {tag}");
    }
    assert_eq!(page.matches("<style>").count(), 1);
}

/// What a script takes out of the JSON and prints is as harmless.
fn is_harmless_json(json: &str, about: &str) {
    fn strings<'a>(value: &'a Value, all: &mut Vec<&'a str>) {
        match value {
            Value::String(text) => all.push(text),
            Value::Array(values) => values.iter().for_each(|value| strings(value, all)),
            Value::Object(fields) => fields.values().for_each(|value| strings(value, all)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    is_harmless(json, about);
    let value: Value = serde_json::from_str(json).unwrap();
    let mut all = Vec::new();
    strings(&value, &mut all);
    for text in all {
        assert_eq!(shown::text(text), text, "{about:?}");
    }
}

/// Every output of a run of `verify`.
fn is_harmless_everywhere(folder: &Folder, arguments: &[&str], status: i32, about: &str) -> Said {
    let at = ["--at", AT];
    let text = folder.run(["verify"].iter().chain(&at).chain(&["--html", "page.html"]).chain(arguments));
    assert_eq!(text.status, Some(status), "{about:?}: {}", text.err);
    is_harmless(&text.out, about);
    is_harmless(&text.err, about);
    is_harmless_page(&folder.read("page.html"), about);
    let json = folder.run(["verify", "--json"].iter().chain(&at).chain(arguments));
    assert_eq!(json.status, Some(status), "{about:?}");
    is_harmless_json(&json.out, about);
    is_harmless(&json.err, about);
    text
}

#[test]
fn a_label_stays_in_its_line() {
    for label in HOSTILE {
        let folder = Folder::new().with("key.dat", dat(label));
        let text = folder.run(["inspect", "key.dat"]);
        assert_eq!(text.status, Some(0));
        is_harmless(&text.out, label);
        let shown = format!("    0x00000003 LABEL (128 bytes): \"{}\"\n", shown::text(label));
        assert!(text.out.contains(&shown), "{}", text.out);
        is_harmless_json(&folder.run(["inspect", "--json", "key.dat"]).out, label);
        is_harmless_everywhere(&folder, &["key.dat"], 1, label);
    }
}

#[test]
fn a_common_name_stays_in_its_line() {
    for name in HOSTILE {
        let folder = Folder::new().with("key.dat", dat("release")).with("chain.pem", certificate(name));
        let text = is_harmless_everywhere(&folder, &["key.dat", "chain.pem"], 1, name);
        assert!(text.out.contains(&shown::text(name)), "{}", text.out);
        let inspected = folder.run(["inspect", "key.dat", "chain.pem"]);
        assert_eq!(inspected.status, Some(0));
        is_harmless(&inspected.out, name);
        is_harmless_json(&folder.run(["inspect", "--json", "key.dat", "chain.pem"]).out, name);
    }
}

#[test]
fn names_nonces_and_challenges_stay_in_their_lines() {
    for text in HOSTILE {
        let folder = Folder::new().with("key.dat", dat("release")).with("request.csr", request(text));
        let arguments = ["key.dat", "--csr", "request.csr", "--name", text, "--nonce", text];
        let said = is_harmless_everywhere(&folder, &arguments, 1, text);
        let name =
            format!("  claimed name of the key: {}\n  the CA's nonce: {}\n", shown::text(text), shown::text(text));
        assert!(said.out.contains(&name), "{}", said.out);
        let inspected = folder.run(["inspect", "key.dat", "--csr", "request.csr"]);
        is_harmless(&inspected.out, text);
        assert!(inspected.out.contains(&format!("  challenge password: {}\n", shown::text(text))), "{}", inspected.out);
    }
}

#[test]
fn names_of_files_stay_in_their_lines() {
    for name in HOSTILE {
        // No file can have a slash in its name.
        let name = name.replace('/', "∕");
        let folder = Folder::new().with(&name, dat("release"));
        let said = is_harmless_everywhere(&folder, &[&name], 1, &name);
        assert!(said.out.contains(&format!("  evidence: {}, ", shown::text(&name))), "{}", said.out);
        let empty = Folder::new().with(&name, "");
        let said = is_harmless_everywhere(&empty, &[&name], 2, &name);
        assert_eq!(said.err.lines().count(), 1);
        let missing = is_harmless_everywhere(&Folder::new(), &[&name], 2, &name);
        assert_eq!(missing.err.lines().count(), 1);
    }
}

#[test]
fn names_inside_of_a_zip_stay_in_their_lines() {
    for name in HOSTILE {
        let zip = zip_of(&[(name, b"neither"), ("key.dat", &dat("release"))]);
        let folder = Folder::new().with("bundle.zip", zip);
        let said = is_harmless_everywhere(&folder, &["bundle.zip"], 2, name);
        assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    }
}

#[test]
fn a_policys_name_stays_in_its_line() {
    for name in HOSTILE {
        let policy = format!("name = {}\nbased_on = \"csbr\"\n", serde_json::to_string(name).unwrap());
        let folder = Folder::new().with("key.dat", dat("release")).with("ca.toml", policy);
        let said = is_harmless_everywhere(&folder, &["key.dat", "--policy", "ca.toml"], 1, name);
        assert!(said.out.contains(&format!("\n  policy: {}\n", shown::text(name))), "{}", said.out);
        is_harmless(&folder.run(["policy", "show", "ca.toml"]).out, name);
        is_harmless_json(&folder.run(["policy", "show", "--json", "ca.toml"]).out, name);
    }
}

#[test]
fn complaints_about_the_command_line_forge_nothing_either() {
    for text in HOSTILE {
        let folder = Folder::new().with("key.dat", dat("release"));
        let option = format!("--{text}");
        let runs: [&[&str]; 5] = [
            &[text],
            &["verify", &option],
            &["verify", "key.dat", "--at", text],
            &["completions", text],
            &["man", text],
        ];
        for arguments in runs {
            let said = folder.run(arguments);
            assert_eq!((said.status, said.out.as_str()), (Some(2), ""), "{arguments:?}");
            is_harmless(&said.err, text);
        }
    }
}
