//! Synthetic evidence is of the genuine shape, the verifier takes it under test anchors, and what is made wrong is noticed.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr, reason = "tests")]

#[path = "../anchors/mod.rs"]
mod anchors;
mod flaws;
mod genuine;
#[path = "../samples/mod.rs"]
mod samples;

use anchors::anchors;
use hardkey_attest::anchor::{Anchors, ForTests, Release};
use hardkey_attest::check::Check;
use hardkey_attest::claim::{Topic, Value};
use hardkey_attest::csr::Csr;
use hardkey_attest::evidence::{Claims, Evidence, verify};
use hardkey_attest::finding::Outcome;
use hardkey_attest::liquid_security::{self as hsm, attribute};
use hardkey_synthetic::{Azure, Bundle, Hash, Key, Pki, Request, Root, Shape, Statement, bundle};

fn verified<A: Anchors>(bundle: &Bundle, anchors: &A) -> Claims<A> {
    let (compressed, certificates) = (bundle.compressed.clone(), bundle.certificates.clone());
    verify(&[Evidence::GoogleStatement { compressed, certificates }], anchors).unwrap()
}

/// Checks with an outcome other than passed.
fn failed<A: Anchors>(bundle: &Bundle, anchors: &A) -> Vec<&'static str> {
    let claims = verified(bundle, anchors);
    claims.checks().iter().filter(|check| check.outcome != Outcome::Passed).map(|check| check.id).collect()
}

fn flag(claims: &Claims<ForTests>, topic: Topic) -> bool {
    let claim = claims.all().iter().find(|claim| claim.topic == topic);
    let claim = claim.unwrap_or_else(|| panic!("no claim about {topic:?}"));
    let Value::Flag(flag) = claim.value else { panic!("{:?} is no truth value", claim.value) };
    flag
}

fn pair() -> Statement {
    Statement::generated(Bundle::key(Shape::P256), bundle::RESOURCE)
}

/// Every check that is made of a statement and its certificates, in the order they are made. The others are of answers.
const OF_A_STATEMENT: [Check; 16] = [
    Check::CertificateRoles,
    Check::ManufacturerCard,
    Check::ManufacturerPartition,
    Check::OperatorCard,
    Check::OperatorPartition,
    Check::SameCardKey,
    Check::SamePartitionKey,
    Check::FipsMode,
    Check::SameSerial,
    Check::NotDenied,
    Check::PartitionKey,
    Check::Signature,
    Check::PrivateObject,
    Check::KeyRebuilt,
    Check::KeyCheckValue,
    Check::PublicHalf,
];

#[test]
fn evidence_of_every_kind_of_key_passes_every_check_under_either_root() {
    let all: Vec<_> = OF_A_STATEMENT.iter().map(|check| (check.id(), Outcome::Passed)).collect();
    for root in [Root::ls1(), Root::ls2()] {
        for (kind, shape) in Shape::SIGNING {
            let key = Bundle::key(shape);
            let bundle = Bundle::of(&Pki::under(root), &Statement::generated(key, bundle::RESOURCE));
            let claims = verified(&bundle, &anchors());
            let checks: Vec<_> = claims.checks().iter().map(|check| (check.id, check.outcome)).collect();
            assert_eq!(checks, all, "{kind} under {}: {:#?}", root.id, claims.checks());
            assert_eq!(claims.key().unwrap().spki(), key.spki(), "{kind}");
            let name_hash = hardkey_synthetic::key::hex(&Hash::Sha256.of(bundle.resource.as_bytes()));
            let claimed = claims.all().iter().find(|claim| claim.topic == Topic::NameHash).unwrap();
            assert_eq!(claimed.value, Value::Text(name_hash), "{kind}");
        }
    }
    for (kind, shape) in Shape::SIGNING {
        let plain = Bundle::of(&Pki::new(), &Statement::generated(Bundle::key(shape), bundle::RESOURCE));
        assert_eq!(Bundle::generated(shape), plain, "{kind}");
    }
}

#[test]
fn the_order_of_certificates_and_the_presence_of_roots_do_not_matter() {
    let pki = Pki::new();
    let mut bundle = Bundle::of(&pki, &pair());
    assert_eq!(bundle.certificates.len(), 6);
    bundle.certificates.reverse();
    assert_eq!(failed(&bundle, &anchors()), [""; 0]);
    bundle.certificates = pki.certificates();
    assert_eq!(bundle.certificates.len(), 4);
    assert_eq!(failed(&bundle, &anchors()), [""; 0]);
    // The manufacturer's root of 2015 had another certificate over the same key.
    bundle.certificates.push(Root::ls1().certificates[1].certificate());
    assert_eq!(failed(&bundle, &anchors()), [""; 0]);
}

#[test]
fn imported_and_extractable_keys_are_claimed_as_what_they_are() {
    let topics = [Topic::Local, Topic::NeverExtractable, Topic::AlwaysSensitive, Topic::Sensitive, Topic::Extractable];
    let key = Bundle::key(Shape::RSA_3072);
    let imported = Statement::imported(key, bundle::RESOURCE);
    let extractable = Statement::generated(key, bundle::RESOURCE).private(|object| {
        object.extractable();
    });
    for (statement, expected) in [
        (Statement::generated(key, bundle::RESOURCE), [true, true, true, true, false]),
        (imported, [false, false, false, true, false]),
        (extractable, [true, false, true, true, true]),
    ] {
        let bundle = Bundle::of(&Pki::new(), &statement);
        assert_eq!(failed(&bundle, &anchors()), [""; 0]);
        let claims = verified(&bundle, &anchors());
        assert_eq!(topics.map(|topic| flag(&claims, topic)), expected);
    }
}

#[test]
fn nothing_here_passes_under_the_vendors_keys() {
    let mut bundle = Bundle::of(&Pki::new(), &pair());
    let unsigned = ["manufacturer-card", "operator-card", "operator-partition"];
    assert_eq!(failed(&bundle, &Release), [&["certificate-roles"], &unsigned[..]].concat());
    bundle.certificates = Pki::new().certificates();
    assert_eq!(failed(&bundle, &Release), unsigned);
}

#[test]
fn azures_statements_have_one_object_each_and_azures_framing() {
    for (kind, shape) in Shape::SIGNING {
        let azure = Azure::generated(&Pki::new(), Bundle::key(shape));
        for (bytes, class) in [(&azure.public, 2), (&azure.private, 3)] {
            let statement = hsm::Statement::parse(bytes).unwrap();
            assert_eq!(statement.framing, hsm::Framing::Azure, "{kind}");
            assert_eq!(statement.objects.len(), 1, "{kind}");
            assert_eq!(statement.objects[0].value(attribute::CLASS), Some(&[class][..]), "{kind}");
        }
    }
}

#[test]
fn requests_are_signed_by_the_key_they_are_for_unless_made_otherwise() {
    for (kind, shape) in Shape::SIGNING {
        let key = Bundle::key(shape);
        for bytes in [Request::of(key).der(), Request::of(key).pem().into_bytes()] {
            let csr = Csr::parse(&bytes).unwrap();
            assert_eq!(csr.verify(), Ok(()), "{kind}");
            assert_eq!(csr.public_key().spki(), key.spki(), "{kind}");
            assert_eq!(csr.challenge(), None, "{kind}");
        }
    }
    let request = Request::of(Bundle::key(Shape::P256));
    let challenged = Csr::parse(&request.clone().challenge("a nonce").der()).unwrap();
    assert_eq!((challenged.challenge().map(String::as_str), challenged.verify()), (Some("a nonce"), Ok(())));
    let twice = Csr::parse(&request.clone().challenge("one").challenge("two").der()).unwrap_err();
    assert_eq!(twice.expected, "at most one challenge password");
    let wrong = Err("the signature does not verify with the key's public half".to_owned());
    let by_another = Request { signer: Key::of(Shape::P256, "another"), ..request.clone() };
    assert_eq!(Csr::parse(&by_another.der()).unwrap().verify(), wrong);
    assert_eq!(Csr::parse(&Request { broken: true, ..request }.der()).unwrap().verify(), wrong);
}
