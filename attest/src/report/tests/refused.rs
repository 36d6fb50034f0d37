//! Drafts of which no report comes.

use super::*;
use crate::challenge::ChallengeKey;

fn refused(change: impl FnOnce(&mut Draft<'_>)) -> String {
    with_draft(|mut draft| {
        change(&mut draft);
        draft.payload().unwrap_err().to_string()
    })
}

#[test]
fn a_draft_that_a_ca_would_refuse_becomes_no_report() {
    assert_eq!(
        refused(|draft| draft.audience = "Other CA"),
        "audience: the challenge is of \"Example CA\", the report for \"Other CA\"; answer the challenge of the CA that the \
         report is for"
    );
    assert_eq!(
        refused(|draft| draft.order = Some("4712")),
        "order: the challenge is for \"4711\", the report for \"4712\"; answer the challenge of that order"
    );
    assert_eq!(
        refused(|draft| draft.order = None),
        "order: the challenge is for \"4711\", the report for none; answer the challenge of that order"
    );
    assert_eq!(
        refused(|draft| {
            draft.created = moment("2026-11-22T06:00:01Z");
            draft.not_after = moment("2026-11-22T06:00:02Z");
        }),
        "challenge: it expired at 2026-11-22T06:00:00Z, and now it is 2026-11-22T06:00:01Z; ask the CA for a new one"
    );
    let days = "is not within 1 second to 30 days after 2026-11-21T08:00:00Z, when the report is made";
    for end in ["2026-11-21T07:59:59Z", "2026-11-21T08:00:00Z", "2026-12-21T08:00:01Z"] {
        assert_eq!(refused(|draft| draft.not_after = moment(end)), format!("not_after: {end} {days}"));
    }
    assert_eq!(
        refused(|draft| draft.scheme = Scheme::RsaPss(Hash::Sha256)),
        "scheme: a key of kind P-256 does not sign by RsaPss(Sha256)"
    );
    let (key, other) = (Bundle::key(Shape::P256), Key::of(Shape::P256, "another"));
    let (of_other, signed_by_other, broken) = (
        Request::of(other).der(),
        Request { signer: other, ..Request::of(key) }.der(),
        Request { broken: true, ..Request::of(key) }.der(),
    );
    let [hash, other_hash] = [key, other].map(Key::spki_hash);
    let refuse_csr = |csr: &[u8]| {
        let (public, challenge) = (public(key), challenge());
        draft(&public, &challenge, csr, google(Shape::P256)).payload().unwrap_err().to_string()
    };
    assert_eq!(
        refuse_csr(&of_other),
        format!(
            "csr: the request is for the key {other_hash}, the report is about {hash}; make the request with this key"
        )
    );
    let unsigned = "csr: the signature does not verify with the key's public half; make the request with this key";
    assert_eq!(refuse_csr(&signed_by_other), unsigned);
    assert_eq!(refuse_csr(&broken), unsigned);
    assert!(refuse_csr(b"nothing").starts_with("csr: certificate request: expected a PKCS#10 request"));
    assert_eq!(
        refused(|draft| draft.requested_as = Some("")),
        "report: expected requested_as with 1 to 2048 characters, all of them visible, found none"
    );
    assert_eq!(
        refused(|draft| draft.version = "1\n2"),
        "report: expected generator.version with 1 to 64 characters, all of them visible, found \"1\\n2\""
    );
}

#[test]
fn a_draft_with_evidence_of_something_else_becomes_no_report() {
    let hash = Bundle::key(Shape::P256).spki_hash();
    let other = Key::of(Shape::P256, "another");
    let of_other = || raw(Kind::GooglePublicKey, &answer::google_public_key(other, bundle::RESOURCE));
    assert_eq!(
        refused(|draft| draft.evidence = vec![of_other()]),
        format!("evidence: the report is about the key {hash}, its evidence about {}", other.spki_hash())
    );
    assert_eq!(
        refused(|draft| draft.evidence.clear()),
        format!("evidence: the report is about the key {hash}, its evidence holds no key")
    );
    let second = bundle::RESOURCE.replace("Versions/1", "Versions/2");
    assert_eq!(
        refused(|draft| {
            let key = Bundle::key(Shape::P256);
            draft.evidence[1] = raw(Kind::GooglePublicKey, &answer::google_public_key(key, &second));
        }),
        format!("evidence: the report is about {}, its evidence about {second}", bundle::RESOURCE)
    );
    assert_eq!(
        refused(|draft| draft.evidence.push(draft.evidence[1].clone())),
        "report: expected each kind of evidence once, found google.public-key again"
    );
    assert_eq!(
        refused(|draft| draft.evidence[0].data.truncate(10)),
        "evidence: google.crypto-key-version: the answer to GetCryptoKeyVersion, byte 9: expected the answer as the API \
         documents it, and nothing after it, found EOF while parsing a string"
    );
    assert_eq!(
        refused(|draft| draft.evidence[1].data.truncate(10)),
        "evidence: the answer to GetPublicKey, byte 9: expected the answer as the API documents it, and nothing after it, \
         found EOF while parsing a string"
    );
    let large = refused(|draft| draft.evidence.iter_mut().for_each(|raw| raw.data.resize(80 << 10, b' ')));
    assert_eq!(
        large.replace(|character: char| character.is_ascii_digit(), ""),
        "evidence: the report would have  bytes,  are the most; leave a piece of evidence out"
    );
}

#[test]
fn the_key_of_a_challenge_is_not_needed_to_answer_it() {
    // The subscriber cannot tell a forged challenge: the CA can.
    let other = ChallengeKey::from_bytes([9; 32]);
    assert!(!other.made(&challenge()));
    assert!(with_draft(|draft| draft.payload()).is_ok());
}

#[test]
fn the_bounds_of_a_draft_are_within() {
    let good = |change: fn(&mut Draft<'_>)| {
        with_draft(|mut draft| {
            change(&mut draft);
            draft.payload().map(|payload| Report::parse(&payload).unwrap())
        })
        .unwrap()
    };
    let report = good(|draft| draft.not_after = moment("2026-11-21T08:00:01Z"));
    assert_eq!(report.not_after.unix() - report.created.unix(), 1);
    let report = good(|draft| draft.not_after = moment("2026-12-21T08:00:00Z"));
    assert_eq!(report.not_after.unix() - report.created.unix(), 30 * 86_400);
    // The challenge expires at this moment, and may still be answered.
    good(|draft| draft.created = moment("2026-11-22T06:00:00Z"));
    for (id, uuid) in [
        ([0; 16], "00000000-0000-4000-8000-000000000000"),
        ([0xff; 16], "ffffffff-ffff-4fff-bfff-ffffffffffff"),
        (std::array::from_fn(|at| u8::try_from(at * 17).unwrap()), "00112233-4455-4677-8899-aabbccddeeff"),
    ] {
        let made = with_draft(|draft| Draft { id, ..draft }.payload()).unwrap();
        assert_eq!(Report::parse(&made).unwrap().report_id, uuid);
    }
}

#[test]
fn a_report_may_be_as_large_as_it_is_read() {
    let padded = |length: usize| {
        with_draft(|mut draft| {
            draft.evidence[0].data.resize(length, b' ');
            draft.evidence[1].data.resize(64 << 10, b' ');
            draft.payload()
        })
    };
    // Whichever is the first that is too large, the one before it can be opened with the longest signature there is.
    let (mut fits, mut does_not) = (64 << 10, 100 << 10);
    assert!(padded(fits).is_ok() && padded(does_not).is_err());
    while does_not - fits > 1 {
        let middle = usize::midpoint(fits, does_not);
        *(if padded(middle).is_ok() { &mut fits } else { &mut does_not }) = middle;
    }
    let text = envelope(&padded(fits).unwrap(), &[1; 512]);
    assert!((LARGEST - 8..=LARGEST).contains(&text.len()), "{}", text.len());
    assert!(Envelope::open(text.as_bytes()).is_ok());
}
