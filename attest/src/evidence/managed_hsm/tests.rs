use base64ct::{Base64UrlUnpadded, Encoding};

use super::super::specimen::{P256, failed, is_accepted_by_none, key, said, spoiled};
use super::super::{Claims, Evidence, verify, verify_with};
use super::pki::{CARD, PARTITION, ROOT, anchors, attributes, certificate, pem, pki, statement};
use crate::anchor::{ForTests, Release};
use crate::check::{Check, Ledger};
use crate::finding::Outcome;
use crate::malformed::Malformed;
use crate::policy::{Expected, Policy};
use crate::public_key::PublicKey;

const ID: &str = "hsm/0a1b/code/0123456789abcdef";
const KID: &str = "https://release.managedhsm.azure.net/keys/code/0123456789abcdef";

/// What an answer is made of, each part to be spoiled.
struct Answer {
    kid: String,
    key: PublicKey,
    chain: String,
    private: Vec<u8>,
    public: Vec<u8>,
    version: &'static str,
}

fn chain() -> String {
    let pki = pki();
    let (root, card, partition) = (&pki.root, &pki.card, &pki.partition);
    [
        certificate(CARD, &card.spki, ROOT, root),
        certificate(PARTITION, &partition.spki, CARD, card),
        certificate("Azure", &pki.stranger.spki, "Azure", &pki.stranger),
        certificate(PARTITION, &partition.spki, "Azure", &pki.stranger),
        certificate(ROOT, &root.spki, ROOT, root),
    ]
    .concat()
}

fn good() -> Answer {
    let (key, signer) = (key(P256), &pki().partition);
    let private = statement(&attributes(3, &key, ID), signer);
    let public = statement(&attributes(2, &key, ID), signer);
    Answer { kid: KID.to_owned(), key, chain: chain(), private, public, version: ",\"version\":\"MRVL-1\"" }
}

impl Answer {
    fn json(&self) -> String {
        let url = |bytes: &[u8]| Base64UrlUnpadded::encode_string(bytes);
        let (_, point) = self.key.curve_and_point().unwrap();
        let (x, y) = (url(&point[1..33]), url(&point[33..]));
        let (chain, private, public) = (url(self.chain.as_bytes()), url(&self.private), url(&self.public));
        format!(
            r#"{{"key":{{"kid":"{}","kty":"EC-HSM","key_ops":["sign","verify"],"crv":"P-256","x":"{x}","y":"{y}"}},
 "attributes":{{"enabled":true,"created":1493942451,"updated":1493942451,"recoveryLevel":"Recoverable+Purgeable",
 "recoverableDays":90,"exportable":false,"hsmPlatform":"2","attestation":{{"certificatePemFile":"{chain}",
 "privateKeyAttestation":"{private}","publicKeyAttestation":"{public}"{}}}}},"tags":{{}}}}"#,
            self.kid, self.version
        )
    }

    fn evidence(&self) -> [Evidence; 1] {
        [Evidence::ManagedHsmKey(self.json().into_bytes())]
    }

    fn claims(&self) -> Claims<ForTests> {
        verify(&self.evidence(), &anchors()).unwrap()
    }

    fn malformed(&self) -> Malformed {
        verify(&self.evidence(), &anchors()).unwrap_err()
    }

    /// What this check alone finds.
    fn only(&self, check: Check) -> Vec<String> {
        let mut ledger = Ledger::default();
        ledger.without = Some(check);
        let without = verify_with(&self.evidence(), &anchors(), ledger).unwrap();
        assert_eq!(failed(&without), [], "without {}", check.id());
        let found = failed(&self.claims());
        assert!(found.iter().all(|(id, _)| *id == check.id()), "{found:?}");
        found.into_iter().map(|(_, observed)| observed).collect()
    }
}

fn another_key() -> PublicKey {
    // The curve's generator, SEC 2 §2.4.2: a key nobody should have.
    let hex = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
               4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    let point: Vec<u8> = (0..65).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
    PublicKey::from_point(crate::public_key::Algorithm::P256, &point).unwrap()
}

#[test]
fn a_statement_of_a_managed_hsm_claims_all_but_who_runs_it() {
    let claims = good().claims();
    assert_eq!(failed(&claims), []);
    let said = said(&claims);
    let spki = crate::shown::hex(&crate::certificate::sha256(key(P256).spki()));
    for line in [
        "attested hsm: yes",
        "attested local: yes",
        "attested extractable: no",
        "attested never-extractable: yes",
        "attested sign: yes",
        "attested split: no",
        "attested vendor: Maker of tests",
        "attested hwserial: 1.2-TEST",
        "attested partition: 7",
        "attested fipsboot: yes",
        "attested identifier: code/0123456789abcdef",
        "attested format: MRVL-1 (unconfirmed format)",
        "reported hsm: yes",
        "reported operator: Microsoft Azure",
        "reported state: enabled",
        &format!("reported resource: {KID}"),
        &format!("attested spki: {spki}"),
    ] {
        assert!(said.iter().any(|known| known == line), "{line}: {said:#?}");
    }
    assert!(
        !said.iter().any(|line| line.contains("attested operator") || line.starts_with("reported spki")),
        "{said:#?}"
    );
    assert_eq!(claims.key(), Some(&key(P256)));
}

#[test]
fn no_built_in_policy_accepts_the_unconfirmed_format() {
    let claims = good().claims();
    assert!(is_accepted_by_none(&claims));
    let verdict = claims.appraise(&Policy::statement(), &Expected::default());
    let format = verdict.rules().iter().find(|finding| finding.id == "format").unwrap();
    assert_eq!(format.outcome, Outcome::Failed);
    assert_eq!(format.observed, "format of the statement: MRVL-1 (unconfirmed format) (the HSM's statement)");
    let operator = verdict.rules().iter().find(|finding| finding.id == "operator").unwrap();
    assert_eq!(operator.outcome, Outcome::Missing);
}

#[test]
fn the_name_a_ca_expects_is_compared_with_the_part_that_the_statement_has() {
    let claims = good().claims();
    let judged = |name: &str| {
        let expected = Expected { name: Some(name.to_owned()), ..Expected::default() };
        let verdict = claims.appraise(&Policy::csbr(), &expected);
        let finding = verdict.rules().iter().find(|finding| finding.id == "resource-name").unwrap();
        (finding.outcome, finding.observed.clone())
    };
    let observed = format!("code/0123456789abcdef, as the statement has it; the host in {KID} is unproven");
    assert_eq!(judged(KID), (Outcome::Passed, observed));
    for other in [&KID.replace("release", "other"), &KID.replace("code", "cod"), &KID.replace("0123", "1123"), "code"] {
        assert_eq!(judged(other).0, Outcome::Failed, "{other}");
    }
}

#[test]
fn the_vendors_pinned_keys_do_not_vouch_for_a_made_up_maker() {
    let claims = verify(&good().evidence(), &Release).unwrap();
    let ids: Vec<&str> = failed(&claims).iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, ["certificate-roles", "statement-signature", "statement-signature"]);
}

#[test]
fn the_key_beside_the_statement_must_be_the_statement_s() {
    let answer = Answer { key: another_key(), ..good() };
    assert_eq!(answer.only(Check::StatedKey).len(), 1);
    assert_eq!(answer.claims().key(), Some(&key(P256)), "the key is the statement's");
}

#[test]
fn the_private_statement_of_one_key_with_the_public_one_of_another_fails() {
    let signer = &pki().partition;
    let other = statement(&attributes(2, &another_key(), ID), signer);
    assert_eq!(Answer { public: other, ..good() }.only(Check::PublicHalf), ["another MODULUS"]);
    let other_id = statement(&attributes(2, &key(P256), "hsm/0a1b/code/1"), signer);
    assert_eq!(Answer { public: other_id, ..good() }.only(Check::PublicHalf), ["another ID"]);
    let private_again = Answer { public: good().private, ..good() };
    assert_eq!(private_again.only(Check::PublicHalf), ["publicKeyAttestation is not about one public key"]);
}

#[test]
fn the_name_in_the_bundle_must_end_as_the_statement_s() {
    let answer = Answer { kid: KID.replace("code", "other"), ..good() };
    let observed = "the key bundle of Azure names https://release.managedhsm.azure.net/keys/other/0123456789abcdef, \
                    the key bundle of Azure names …/code/0123456789abcdef";
    assert_eq!(answer.only(Check::OneName), [observed]);
}

#[test]
fn an_id_that_is_no_path_names_nothing() {
    for id in ["", "code/1", "/code/", "a/co de/1", "hsm/co\u{e9}de/1"] {
        assert_eq!(super::tail(id.as_bytes()), None, "{id}");
    }
    assert_eq!(super::tail(b"/code/1\0\0"), Some("code/1".to_owned()));
    assert_eq!(super::tail(b"a/b\0/code/1"), Some("code/1".to_owned()));
    assert_eq!(super::tail(&[0; 4]), None);
    assert_eq!(super::tail(b"/a/\xff"), None);
}

#[test]
fn both_statements_must_be_signed_by_the_partition() {
    let (key, stranger) = (key(P256), &pki().stranger);
    let private = Answer { private: statement(&attributes(3, &key, ID), stranger), ..good() };
    let public = Answer { public: statement(&attributes(2, &key, ID), stranger), ..good() };
    for answer in [private, public] {
        assert_eq!(answer.only(Check::Signature).len(), 1);
    }
}

#[test]
fn a_chain_of_somebody_else_must_be_about_the_same_keys_and_changes_nothing_otherwise() {
    let stranger = &pki().stranger;
    let card = certificate(CARD, &stranger.spki, "Azure", stranger);
    let partition = certificate(PARTITION, &stranger.spki, "Azure", stranger);
    let with = |more: String| Answer { chain: chain() + &more, ..good() };
    assert_eq!(with(card).only(Check::SameCardKey).len(), 1);
    assert_eq!(with(partition).only(Check::SamePartitionKey).len(), 1);
    assert_eq!(failed(&with(certificate("x", &stranger.spki, "y", stranger)).claims()), []);
}

#[test]
fn the_maker_s_chain_must_be_whole_and_signed() {
    let pki = pki();
    let forged = [
        certificate(CARD, &pki.stranger.spki, ROOT, &pki.stranger),
        certificate(PARTITION, &pki.partition.spki, CARD, &pki.stranger),
    ];
    let answer = Answer { chain: forged.concat(), ..good() };
    assert_eq!(answer.only(Check::ManufacturerCard).len(), 1);
    let missing = Answer { chain: certificate(CARD, &pki.card.spki, ROOT, &pki.root), ..good() };
    let ids: Vec<&str> = failed(&missing.claims()).iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, ["certificate-roles", "statement-signature", "statement-signature"]);
    let twice = Answer { chain: chain() + &certificate(CARD, &pki.card.spki, ROOT, &pki.root), ..good() };
    assert_eq!(failed(&twice.claims())[0].0, "certificate-roles");
}

#[test]
fn a_statement_in_another_framing_or_of_another_version_is_malformed() {
    for (version, found) in [("", "none"), (",\"version\":\"MRVL-2\"", "MRVL-2"), (",\"version\":\"\"", "")] {
        let error = Answer { version, ..good() }.malformed();
        assert_eq!(error.expected, "MRVL-1, in attributes.attestation.version");
        assert_eq!(error.found, found);
    }
    // The number at 16 repeats the length of the attribute buffer, the flags at 22 are 0, as in the public beginnings.
    for (at, expected) in [(16, "length of the attribute buffer, again"), (22, "flags of the attribute buffer")] {
        let mut private = good().private;
        private[at + 1] ^= 3;
        let error = Answer { private, ..good() }.malformed();
        assert!(error.expected.ends_with(expected), "{error}");
        assert_eq!((error.part.as_str(), error.position), ("privateKeyAttestation: statement", Some(at)));
    }
    let google = [&[0; 8][..], &good().private[20..]].concat();
    let number = |number: usize| u32::try_from(number).unwrap().to_be_bytes();
    let buffer = google.len() - 8 - 256;
    let mut framed = [number(0), number(3), number(16 + google.len()), number(buffer)].concat();
    framed.extend(google);
    framed[27] = 3;
    let error = Answer { public: framed, ..good() }.malformed();
    assert_eq!((error.part.as_str(), error.found.as_str()), ("publicKeyAttestation", "Google's"), "{error}");
}

#[test]
fn anything_but_the_documented_answer_is_malformed_and_says_where() {
    let json = good().json();
    for (what, text, position) in spoiled(&json) {
        let error = verify(&[Evidence::ManagedHsmKey(text.into_bytes())], &anchors()).unwrap_err();
        assert_eq!(error.part, "the key bundle of Azure", "{what}");
        assert!(position.is_none() || error.position == position, "{what}: {error}");
    }
    for (from, to, found) in [
        ("\"version\":\"MRVL-1\"", "\"version\":\"MRVL-1\",\"version\":\"MRVL-1\"", "duplicate field `version`"),
        ("\"version\":\"MRVL-1\"", "\"firmware\":\"MRVL-1\"", "unknown field `firmware`"),
        ("\"publicKeyAttestation\"", "\"version\":\"MRVL-1\",\"publicKeyAttestation\"", "duplicate field `version`"),
    ] {
        let text = json.replacen(from, to, 1);
        let error = verify(&[Evidence::ManagedHsmKey(text.into_bytes())], &anchors()).unwrap_err();
        assert_eq!(error.found, found);
    }
    for field in ["privateKeyAttestation", "publicKeyAttestation", "certificatePemFile"] {
        for spoil in ["=", "\\r\\n", "+", " "] {
            let text = json.replacen(&format!("\"{field}\":\""), &format!("\"{field}\":\"{spoil}"), 1);
            let error = verify(&[Evidence::ManagedHsmKey(text.into_bytes())], &anchors()).unwrap_err();
            assert_eq!(error.expected, format!("base64url without padding, on one line, in {field}"), "{spoil}");
        }
    }
    let not_pem = Answer { chain: "MIIB".to_owned(), ..good() }.malformed();
    assert_eq!(not_pem.part, "certificatePemFile: certificate chain");
    let request = Answer { chain: pem("CERTIFICATE REQUEST", b"0\0"), ..good() }.malformed();
    assert_eq!(request.expected, "BEGIN and END CERTIFICATE");
    let plain = Evidence::KeyVaultKey(json.into_bytes());
    assert_eq!(verify(&[plain], &anchors()).unwrap_err().expected, "a key bundle without attestation");
}
