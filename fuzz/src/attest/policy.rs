//! A policy that a CA writes, in TOML.

use hardkey_attest::policy::Policy;
use hardkey_attest::rendering::{policy_json, policy_text};

use hardkey_synthetic::hex;

use super::harmless;

/// One input: the text.
pub fn policy(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let policy = match Policy::from_toml(&text) {
        Ok(policy) => policy,
        Err(error) => return harmless::line(&error),
    };
    assert!(!policy.rules.is_empty(), "a policy without a rule");
    assert!(Policy::built_in(&policy.name).is_none());
    for (index, rule) in policy.rules.iter().enumerate() {
        assert!(policy.rules[..index].iter().all(|other| other.spec.id != rule.spec.id), "a rule twice");
    }
    harmless::text(&policy_text(&policy));
    harmless::json(&policy_json(&policy));
    // Written down in full it is the same policy.
    let list = |texts: Vec<&str>| texts.into_iter().map(toml_text).collect::<Vec<_>>().join(", ");
    let demanded = policy.rules.iter().filter(|rule| rule.demanded != rule.spec.demanded);
    let mut file = format!(
        "name = {}\ndemanded = [{}]\nconfirmation_max_age = \"{}s\"\nconfirmation_endpoints = [{}]\n[rules]\n",
        toml_text(&policy.name),
        list(demanded.map(|rule| rule.spec.id).collect()),
        policy.confirmation_max_age.as_secs(),
        list(policy.confirmation_endpoints.iter().map(String::as_str).collect())
    );
    for rule in &policy.rules {
        file.push_str(&format!("{} = \"{}\"\n", rule.spec.id, rule.weakest.name()));
    }
    for confirmer in &policy.confirmers {
        let hash = hex(&confirmer.spki_sha256);
        file.push_str(&format!("[[confirmer]]\nname = {}\nspki_sha256 = \"{hash}\"\n", toml_text(&confirmer.name)));
    }
    assert_eq!(Policy::from_toml(&file), Ok(policy));
}

fn toml_text(text: &str) -> String {
    let units = text.chars().map(|character| format!("\\U{:08x}", u32::from(character)));
    format!("\"{}\"", units.collect::<String>())
}
