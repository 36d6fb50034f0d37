use super::{LARGEST, Policy};
use crate::finding::Basis;
use crate::policy::Rule;
use crate::policy::rule::Demanded;

fn read(text: &str) -> Policy {
    Policy::from_toml(text).unwrap()
}

fn refused(text: &str) -> String {
    Policy::from_toml(text).unwrap_err().to_string()
}

/// A policy written down rule by rule, the last one first.
fn written(rules: &[Rule]) -> String {
    let lines: Vec<String> =
        rules.iter().rev().map(|rule| format!("{} = \"{}\"", rule.spec.id, rule.weakest.name())).collect();
    format!("name = \"a\"\n[rules]\n{}\n", lines.join("\n"))
}

#[test]
fn a_policy_that_is_written_down_rule_by_rule_is_the_same_in_whatever_order() {
    for built_in in [Policy::statement(), Policy::csbr()] {
        let same = Policy { name: "a".to_owned(), ..built_in };
        assert_eq!(read(&written(&same.rules)), same);
        let mut weaker = same.rules.clone();
        weaker[0].weakest = Basis::Reported;
        assert_ne!(read(&written(&weaker)), same, "{} may be reported", weaker[0].spec.id);
        let other = [Rule { spec: same.rules[1].spec, ..same.rules[0] }];
        assert_ne!(read(&written(&other)).rules, same.rules[..1], "another rule, as strict");
    }
}

#[test]
fn a_policy_that_is_based_on_another_changes_the_rules_it_names_and_no_others() {
    let policy = read("name = \"a\"\nbased_on = \"csbr\"\n[rules]\nnonce = \"off\"\nhsm = \"recorded\"\n");
    let mut expected = Policy::csbr().rules;
    expected.retain(|rule| rule.spec.id != "nonce");
    expected[0].weakest = Basis::Recorded;
    assert_eq!((policy.name.as_str(), policy.rules[0].spec.id), ("a", "hsm"));
    assert_eq!(policy.rules, expected);
}

#[test]
fn a_policy_of_64_kib_is_read_and_a_larger_one_is_not() {
    let policy = "name = \"a\"\n[rules]\nhsm = \"attested\"\n";
    let padded = |size: usize| format!("{policy}#{}", "a".repeat(size - policy.len() - 1));
    assert_eq!(read(&padded(LARGEST)), read(policy));
    assert_eq!(refused(&padded(LARGEST + 1)), "policy: it has 65537 bytes; 65536 are the most");
    assert_eq!(refused(&padded(2 * LARGEST)), "policy: it has 131072 bytes; 65536 are the most");
}

#[test]
fn a_private_endpoint_is_a_host_and_nothing_else() {
    let policy =
        |host: &str| format!("name = \"a\"\nconfirmation_endpoints = [{host:?}]\n[rules]\nhsm = \"attested\"\n");
    for host in ["vpce-1.kms.eu-west-1.vpce.amazonaws.com", "kms.example.com:8443", "[::1]:8443"] {
        assert_eq!(read(&policy(host)).confirmation_endpoints, [host]);
    }
    for text in ["https://kms.example.com", "kms.example.com/", "KMS.example.com", "a b", "me@kms.example.com", ""] {
        let said = "write the host alone, in lower case, with a port if it has one of its own";
        assert_eq!(refused(&policy(text)), format!("policy: confirmation_endpoints has \"{text}\"; {said}"));
    }
}

/// A file that was named by mistake may hold a secret.
#[test]
fn no_line_of_a_file_that_is_no_policy_is_shown() {
    for text in
        ["hardkey-challenge-key-1 84095d2b\n", "[default]\naws_secret_access_key = 84095d2b\n", "{\"k\": \"84095d2b\"}"]
    {
        let said = refused(text);
        assert!(!said.contains("84095d2b"), "{said}");
    }
}

#[test]
fn what_is_wrong_in_a_policy_is_said_with_its_line() {
    let said = "policy: line 3: string values must be quoted, expected literal string";
    assert_eq!(refused("name = \"a\"\n[rules]\n hsm = attested\n"), said);
    let said = "policy: line 2: unknown field `rule`, expected one of `name`, `based_on`, `demanded`, \
        `confirmation_max_age`, `confirmation_endpoints`, `rules`, `confirmer`";
    assert_eq!(refused("name = \"a\"\nrule = {}\n"), said);
}

#[test]
fn a_policy_says_how_old_an_answer_may_be_and_what_it_demands_in_any_case() {
    let policy = "name = \"a\"\nbased_on = \"csbr\"\n";
    let aged = |age: &str| format!("{policy}confirmation_max_age = \"{age}\"\n");
    assert_eq!(read(&aged("397d")).confirmation_max_age.as_secs(), 34_300_800);
    assert_eq!(
        refused(&aged("34300801s")),
        "policy: confirmation_max_age is \"34300801s\"; it must be a number with s, m, h or d after it, 397 days at most"
    );
    let always = |policy: &Policy| -> Vec<&str> {
        let rules = policy.rules.iter().filter(|rule| rule.demanded == Demanded::Always);
        rules.map(|rule| rule.spec.id).collect()
    };
    let (usual, more) = (read(policy), read(&format!("{policy}demanded = [\"logging\"]\n")));
    let added: Vec<&str> = always(&more).into_iter().filter(|id| !always(&usual).contains(id)).collect();
    assert_eq!((added, always(&more).len()), (vec!["logging"], always(&usual).len() + 1));
}
