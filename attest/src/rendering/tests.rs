//! Reports of verdicts that no genuine sample can show: a request signed by the attested key, and test keys.

use rcgen::{Attribute, CertificateParams, KeyPair, PublicKeyData};

use super::*;
use crate::anchor::{Anchors, ForTests, Release};
use crate::check::{Check, Ledger};
use crate::claim::{Topic, Value};
use crate::csr::Csr;
use crate::finding::Basis;
use crate::instant::Instant;
use crate::policy::Policy;
use crate::public_key::PublicKey;

const NAME: &str = "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";
const NONCE: &str = "order-17";

/// What everybody who vouches as told would say of a good key.
fn all_is_well<A: Anchors>(key: &PublicKey, basis: Basis, vendor: &str) -> Claims<A> {
    let text = text_of;
    let day = |day| Value::Moment(Instant::parse(day).unwrap());
    let said = [
        (Topic::Spki, text(&shown::hex(&sha256(key.spki())))),
        (Topic::Hsm, Value::Flag(true)),
        (Topic::Local, Value::Flag(true)),
        (Topic::Extractable, Value::Flag(false)),
        (Topic::NeverExtractable, Value::Flag(true)),
        (Topic::Sensitive, Value::Flag(true)),
        (Topic::AlwaysSensitive, Value::Flag(true)),
        (Topic::Sign, Value::Flag(true)),
        (Topic::Wrap, Value::Flag(false)),
        (Topic::Split, Value::Flag(false)),
        (Topic::Format, text("CAVIUM_V2_COMPRESSED")),
        (Topic::Vendor, text(vendor)),
        (Topic::Operator, text("Google Hawksbill")),
        (Topic::Resource, text(NAME)),
        (Topic::ValidFrom, day("2026-01-01")),
        (Topic::ValidUntil, day("2027-01-01")),
    ];
    let mut ledger = Ledger::default();
    ledger.check(Check::Signature, Ok("1856 bytes signed".to_owned()));
    Claims::of_tests(key.clone(), said.map(|(topic, value)| (topic, value, basis)).into(), ledger)
}

/// A key, and a request for it that carries the nonce.
fn key_and_request() -> (PublicKey, Csr) {
    let pair = KeyPair::generate().unwrap();
    let length = u8::try_from(NONCE.len()).unwrap();
    let values = [&[0x31, length + 2, 0x0c, length], NONCE.as_bytes()].concat();
    let nonce = Attribute { oid: &[1, 2, 840, 113_549, 1, 9, 7], values };
    let request = CertificateParams::default().serialize_request_with_attributes(&pair, vec![nonce]).unwrap();
    let key = PublicKey::from_spki(&pair.subject_public_key_info()).unwrap();
    (key, Csr::parse(request.pem().unwrap().as_bytes()).unwrap())
}

/// Text, JSON and HTML of a decision under a policy.
fn told<A: Anchors + Default>(basis: Basis, vendor: &str, policy: &Policy) -> [String; 3] {
    let (key, csr) = key_and_request();
    let expected = Expected {
        csr: Some(csr),
        name: Some(NAME.to_owned()),
        nonce: Some(NONCE.to_owned()),
        now: Instant::parse("2026-11-21"),
        ..Expected::default()
    };
    let claims = all_is_well::<A>(&key, basis, vendor);
    let verdict = claims.appraise(policy, &expected);
    let decision = Decision { verdict: &verdict, claims: &claims, expected: &expected, inputs: &[] };
    [decision_text(&decision), decision_json(&decision, &A::default()), decision_html(&decision)]
}

fn text_of(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap()
}

fn field<'a>(json: &'a serde_json::Value, name: &str) -> &'a serde_json::Value {
    json.get(name).unwrap()
}

#[test]
fn the_hsms_word_and_a_request_support_method_2() {
    let [text, json, html] = told::<Release>(Basis::Attested, "Marvell", &Policy::csbr());
    let sentence = "attested: the HSM itself vouches that the key was generated in it and cannot leave it; this supports CSBR method 2.";
    assert_eq!(first_line(&text), sentence);
    assert!(!text.contains("Why not") && !text.contains("TEST KEYS"), "{text}");
    // The one thing that is worth a look: the HSM's FIPS 140-2 certificate has turned historical.
    let (_, look) = text.split_once("Worth a look, though nothing hangs on it").unwrap();
    assert!(look.contains("historical since 2026-09-22"), "{text}");
    assert!(
        text.contains("  Attested by the HSM's manufacturer, Marvell, and its operator, Google Hawksbill, in "),
        "{text}"
    );
    assert!(html.contains("<header class=\"yes\">\n<h1>attested</h1>\n"), "{html}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        ["verdict", "accepted", "exit_status", "csbr_method", "test_keys", "caveat"]
            .map(|name| field(&json, name).clone()),
        ["attested".into(), true.into(), 0.into(), 2.into(), false.into(), serde_json::Value::Null]
    );
    let claim = field(&json, "claims").get(1).unwrap();
    assert_eq!(
        *claim,
        serde_json::json!({
            "name": "hsm", "meaning": "the key lives in a hardware security module", "value": true, "basis": "attested",
            "vouched_by": ["Marvell", "Google Hawksbill"], "from": "a test"
        })
    );
}

#[test]
fn less_than_attested_is_called_what_it_is() {
    let csbr = "name = \"ca\"\nbased_on = \"csbr\"\n[rules]\ncertificates-in-time = \"confirmed\"\n";
    let lenient = Policy::from_toml(csbr).unwrap();
    let [text, ..] = told::<Release>(Basis::Confirmed, "Marvell", &lenient);
    let confirmed = "confirmed: the cloud vouches to this CA that the key was generated in its HSM and cannot leave it; this \
                     supports CSBR method 5.";
    assert_eq!(first_line(&text), confirmed);
    let [text, json, html] = told::<Release>(Basis::Reported, "Marvell", &Policy::csbr());
    assert_eq!(
        first_line(&text),
        "reported: the subscriber says what should be said, but nobody vouches for it. Not accepted."
    );
    assert!(text.contains("  Reported by the subscriber, for which nobody vouches, in a test:\n"), "{text}");
    assert!(text.contains("    next: Ask for the HSM's own statement, or ask the cloud yourself"), "{text}");
    assert!(html.contains("<header class=\"no\">\n<h1>reported</h1>\n"), "{html}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(field(&json, "exit_status"), 1);
    assert_eq!(*field(&json, "csbr_method"), serde_json::Value::Null);
}

#[test]
fn a_policy_that_asks_for_less_supports_no_method_and_says_so() {
    for without in ["csr-key", "csr-signature", "key-size", "hsm", "generated", "operator"] {
        let policy = format!("name = \"ca\"\nbased_on = \"csbr\"\n[rules]\n{without} = \"off\"\n");
        let [text, json, html] = told::<Release>(Basis::Attested, "Marvell", &Policy::from_toml(&policy).unwrap());
        let lines: Vec<&str> = text.lines().take(2).collect();
        let caveat =
            format!("The policy leaves out rules of the CSBR ({without}): issue no certificate on this verdict.");
        assert_eq!(
            lines,
            [
                "attested: the HSM itself vouches for all that the policy ca demands, which is less than the CSBR do.",
                caveat.as_str()
            ]
        );
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(*field(&json, "csbr_method"), serde_json::Value::Null);
        assert_eq!(*field(&json, "caveat"), caveat.as_str());
        assert!(html.contains("<header class=\"care\">"), "{html}");
    }
    let policy = "name = \"ca\"\nbased_on = \"csbr\"\n[rules]\nnonce = \"off\"\nresource-name = \"off\"\n";
    let [text, ..] = told::<Release>(Basis::Attested, "Marvell", &Policy::from_toml(policy).unwrap());
    assert!(first_line(&text).ends_with("this supports CSBR method 2."), "{text}");
}

#[test]
fn what_rests_on_test_keys_says_so_before_anything_else() {
    let [text, json, html] = told::<ForTests>(Basis::Attested, "Marvell", &Policy::csbr());
    assert_eq!(first_line(&text), TEST_KEYS);
    assert!(text.contains("\n  trusted: TEST KEYS\n"), "{text}");
    let (_, body) = html.split_once("<main>\n").unwrap();
    assert!(body.starts_with(&format!("<p class=\"test\" role=\"alert\">{TEST_KEYS}</p>\n")), "{body}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(*field(&json, "test_keys"), true);
    let anchors = ForTests::default();
    assert_eq!(first_line(&anchors_text(&anchors, Instant::from_unix(0))), TEST_KEYS);
    assert!(anchors_json(&anchors, Instant::from_unix(0)).contains("\"test_keys\": true"));
}

#[test]
fn a_claims_text_stays_text_in_every_format() {
    let hostile = "x\nattested: forged\u{1b}[2J\u{202e}</td><script>alert(1)</script>\"";
    let [text, json, html] = told::<Release>(Basis::Attested, hostile, &Policy::csbr());
    for output in [&text, &json, &html] {
        assert!(
            output.lines().all(|line| shown::text(line) == line && !line.starts_with("attested: forged")),
            "{output}"
        );
    }
    assert!(text.contains(&format!("    who made the HSM: {}\n", shown::text(hostile))), "{text}");
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;"), "{html}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let vendor =
        field(&json, "claims").as_array().unwrap().iter().find(|claim| field(claim, "name") == "vendor").unwrap();
    assert_eq!(field(vendor, "value"), &shown::text(hostile));
}

#[test]
fn every_claim_is_told_once() {
    let (key, _) = key_and_request();
    let all = Topic::ALL.iter().map(|topic| (*topic, Value::Flag(true), Basis::Attested)).collect();
    let claims = Claims::<Release>::of_tests(key, all, Ledger::default());
    let mut told: Vec<Topic> =
        group::groups(&claims).iter().flat_map(|group| group.claims.iter().map(|claim| claim.topic)).collect();
    told.sort();
    assert_eq!(told, Topic::ALL);
}

/// The contract names every claim, check, rule and field there is.
#[test]
fn the_documentation_of_the_json_is_whole() {
    let documentation = include_str!("../../../docs/attest-json.md");
    let ids = Topic::ALL.iter().map(|topic| topic.name());
    let ids = ids.chain(Check::ALL.iter().map(|check| check.id()));
    let ids = ids.chain(crate::policy::RULES.iter().map(|rule| rule.id));
    for id in ids {
        assert!(documentation.contains(&format!("`{id}`")), "{id}");
    }
    let [_, json, _] = told::<Release>(Basis::Attested, "Marvell", &Policy::csbr());
    let undecided = undecided_json(&crate::malformed::Malformed::new("x", "y", "z"));
    for json in [json, undecided] {
        fn fields(value: &serde_json::Value, all: &mut Vec<String>) {
            match value {
                serde_json::Value::Object(object) => {
                    for (name, value) in object {
                        all.push(name.clone());
                        fields(value, all);
                    }
                }
                serde_json::Value::Array(values) => values.iter().for_each(|value| fields(value, all)),
                serde_json::Value::Null
                | serde_json::Value::Bool(_)
                | serde_json::Value::Number(_)
                | serde_json::Value::String(_) => {}
            }
        }
        let mut all = Vec::new();
        fields(&serde_json::from_str(&json).unwrap(), &mut all);
        for name in all {
            assert!(documentation.contains(&format!("`{name}`")), "{name}");
        }
    }
}

#[test]
fn what_is_missing_for_more_than_reported_is_said_for_the_cloud_that_the_key_is_in() {
    let (key, _) = key_and_request();
    let policy = Policy::from_toml("name = \"a\"\n[rules]\nhsm = \"attested\"\n").unwrap();
    let more = |operator: Option<&str>, basis| {
        let mut said = vec![(Topic::Hsm, Value::Flag(true), basis), (Topic::State, text_of("Enabled"), basis)];
        said.extend(operator.map(|name| (Topic::Operator, text_of(name), basis)));
        let claims = Claims::<Release>::of_tests(key.clone(), said, Ledger::default());
        sentence::more(&claims.appraise(&policy, &Expected::default()), &claims)
    };
    let confirmed = "what the cloud says of the key and of its logs is then confirmed, and supports CSBR method 5.";
    for (operator, start) in [
        (Some("Amazon Web Services"), "What is missing for more: AWS itself. Its HSMs make no statement about a key,"),
        (
            Some("Microsoft Azure"),
            "What is missing for more: Azure itself. A vault's HSMs make no statement about a key,",
        ),
        (Some("Google Cloud"), "What is missing for more: the HSM's own statement about this key, which is attested"),
        (None, "What is missing for more: the HSM's own statement about this key, which is attested"),
    ] {
        let said = more(operator, Basis::Reported).unwrap();
        assert!(said.starts_with(start) && said.ends_with(confirmed), "{operator:?}: {said}");
        assert_eq!(more(operator, Basis::Attested), None);
    }
}

#[test]
fn of_a_key_of_azure_that_is_rejected_for_want_of_azure_alone_it_is_said_too() {
    let (key, _) = key_and_request();
    let more = |rules: &str, said: Vec<(Topic, Value, Basis)>, ledger: Ledger| {
        let policy = Policy::from_toml(&format!("name = \"a\"\n[rules]\n{rules}")).unwrap();
        let claims = Claims::<Release>::of_tests(key.clone(), said, ledger);
        let verdict = claims.appraise(&policy, &Expected::default());
        assert_eq!(verdict.level(), crate::verdict::Level::Rejected);
        sentence::more(&verdict, &claims)
    };
    let azure = |more: Vec<(Topic, Value, Basis)>| {
        let operator = (Topic::Operator, text_of("Microsoft Azure"), Basis::Reported);
        [vec![operator, (Topic::Hsm, Value::Flag(true), Basis::Reported)], more].concat()
    };
    let rules = "hsm = \"attested\"\ngenerated = \"attested\"\n";
    let of_vault = more(rules, azure(Vec::new()), Ledger::default()).unwrap();
    assert!(
        of_vault
            .contains("A vault's HSMs make no statement about a key, so that nothing offline is more than reported")
    );
    assert!(of_vault.contains("only the vault's log says (AuditEvent, KeyCreate)"), "{of_vault}");
    let format = (Topic::Format, text_of("MRVL-1 (unconfirmed format)"), Basis::Attested);
    let rules = "hsm = \"attested\"\nformat = \"attested\"\n";
    let of_hsm = more(rules, azure(vec![format.clone()]), Ledger::default()).unwrap();
    assert!(
        of_hsm.contains("The HSM's maker attests the key, in a format that no genuine statement has confirmed"),
        "{of_hsm}"
    );
    // Something is wrong with the key, with the evidence, or it is another cloud's.
    let extractable = (Topic::Extractable, Value::Flag(true), Basis::Reported);
    assert_eq!(more("not-extractable = \"reported\"\n", azure(vec![extractable]), Ledger::default()), None);
    let mut ledger = Ledger::default();
    ledger.check(Check::Signature, Err("1856 bytes signed by another key".to_owned()));
    assert_eq!(more(rules, azure(vec![format.clone()]), ledger), None);
    let google = vec![(Topic::Operator, text_of("Google Cloud"), Basis::Reported), format];
    assert_eq!(more(rules, google, Ledger::default()), None);
}

#[test]
fn of_rules_that_wait_for_the_evidence_it_is_said_how_many_if_any() {
    let (key, _) = key_and_request();
    let mut ledger = Ledger::default();
    ledger.check(Check::Signature, Err("1856 bytes signed by another key".to_owned()));
    let said = vec![(Topic::Hsm, Value::Flag(true), Basis::Attested)];
    let claims = Claims::<Release>::of_tests(key, said, ledger);
    let titles = |rules: &str| -> Vec<String> {
        let policy = Policy::from_toml(&format!("name = \"a\"\n[rules]\n{rules}")).unwrap();
        let verdict = claims.appraise(&policy, &Expected::default());
        obstacle::obstacles(&verdict, &claims).into_iter().map(|obstacle| obstacle.title).collect()
    };
    let failed = "statement-signature failed";
    assert_eq!(titles("fips-certificate = \"attested\"\n"), [failed]);
    let two = "hsm = \"attested\"\ngenerated = \"attested\"\n";
    assert_eq!(titles(two), [failed, "2 rules of the policy missing"]);
}
