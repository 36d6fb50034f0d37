//! Good evidence, and a request that does not go with it.

use hardkey_synthetic::{Bundle, Key, Request, Shape, Spelling};

use super::Vector;
use super::attempt::{Attempt, NONCE, other, subject};
use crate::form::Form;

/// A request whose key is written in another way.
fn spelled(attempt: Attempt, key: &'static Key, spelling: Spelling) -> Attempt {
    attempt.request(Request { spki: Some(spelling.of(key)), ..Request::of(key) })
}

fn of_rsa(spelling: Spelling) -> Attempt {
    spelled(Attempt::of_rsa(), Bundle::key(Shape::RSA_3072), spelling)
}

/// What is expected in place of a key in another encoding.
const ONE_ENCODING: &str = "a key that can be certified, in its one encoding";

pub(super) const VECTORS: &[Vector] = &[
    Vector::by_rule("1.1", "a request for a software key beside the statement of an HSM's key", "csr-key", || {
        Attempt::honest().request(Request::of(other()))
    }),
    Vector::by_rule("1.3", "a request for the HSM's key, signed by a software key", "csr-signature", || {
        Attempt::honest().request(Request { signer: other(), ..Request::of(subject()) })
    }),
    Vector::by_rule("1.4", "a request changed after it was signed", "csr-signature", || {
        Attempt::honest().request(Request { broken: true, ..Request::of(subject()) })
    }),
    Vector::by_rule("6.1", "a request made for an earlier order, with its nonce", "nonce", || Attempt {
        request: Request::of(subject()).challenge("example-ca/order-4710/00112233").der(),
        ..Attempt::honest()
    }),
    Vector::by_rule("6.2", "a request made before there was a nonce", "nonce", || Attempt {
        request: Request::of(subject()).der(),
        ..Attempt::honest()
    }),
    Vector::by_form(
        "6.3",
        "a request with two challenge passwords, the CA's and another",
        Form::OneChallenge,
        "at most one challenge password",
        || Attempt {
            request: Request::of(subject()).challenge(NONCE).challenge(&format!("{NONCE}, and another")).der(),
            ..Attempt::honest()
        },
    ),
    Vector::by_rule(
        "17.2",
        "a request for somebody else's key, which the subscriber cannot sign with",
        "csr-signature",
        || Attempt::honest().request(Request { signer: Key::of(Shape::P256, "attacker"), ..Request::of(subject()) }),
    ),
    Vector::by_form("23.3", "RSA with the exponent 3", Form::Exponent, ONE_ENCODING, || {
        let key = Key::of(Shape::Rsa { bits: 3072, exponent: 3 }, "subject");
        let statement = hardkey_synthetic::Statement::generated(key, hardkey_synthetic::bundle::RESOURCE);
        Attempt::of(&hardkey_synthetic::Pki::new(), &statement).request(Request::of(key))
    }),
    Vector::by_form("f.2", "the request has the curve's point compressed", Form::OneSpelling, ONE_ENCODING, || {
        spelled(Attempt::honest(), subject(), Spelling::Compressed)
    }),
    Vector::by_form(
        "f.3",
        "the request has the curve's numbers, not its name",
        Form::OneSpelling,
        ONE_ENCODING,
        || spelled(Attempt::honest(), subject(), Spelling::Explicit),
    ),
    Vector::by_form("f.4", "the request has RSA without the NULL", Form::OneSpelling, ONE_ENCODING, || {
        of_rsa(Spelling::WithoutNull)
    }),
    Vector::by_form("f.5", "the request has RSA as id-RSASSA-PSS", Form::OneSpelling, ONE_ENCODING, || {
        of_rsa(Spelling::Pss)
    }),
];
