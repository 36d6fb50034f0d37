//! What a statement says of a key that it should not say.

use hardkey_synthetic::{Bundle, Key, Object, Pki, Request, Shape, Statement, attribute, bundle, statement};

use super::attempt::{Attempt, other, pair, subject};
use super::{Seen, Vector};
use crate::attacks::attempt::Guard;
use crate::check::Check;
use crate::form::Form;

/// A good statement but for one attribute of the private object.
fn with(code: u32, value: &[u8]) -> Attempt {
    Attempt::of(&Pki::new(), &pair().private(|object| _ = object.set(code, value)))
}

fn of(key: &'static Key) -> Attempt {
    Attempt::of(&Pki::new(), &Statement::generated(key, bundle::RESOURCE)).request(Request::of(key))
}

pub(super) const VECTORS: &[Vector] = &[
    Vector::by_check(
        "1.2",
        "the statement holds a software key under the hashes of the HSM's key",
        Check::KeyCheckValue,
        || {
            let point = other().modulus_or_point();
            let statement = pair().each(|object| _ = object.set(attribute::MODULUS, &point));
            Attempt::of(&Pki::new(), &statement).request(Request::of(other()))
        },
    ),
    Vector::by_check("1.5", "EKCV alone is another key's", Check::KeyCheckValue, || {
        with(attribute::EKCV, &hardkey_synthetic::Hash::Sha256.of(other().spki()))
    }),
    Vector::by_check("1.6", "KCV alone is another key's", Check::KeyCheckValue, || {
        with(attribute::KCV, &hardkey_synthetic::Hash::Sha1.of(other().spki())[..3])
    }),
    Vector::by_check("1.7", "EKCV is absent", Check::KeyCheckValue, || {
        Attempt::of(&Pki::new(), &pair().private(|object| _ = object.remove(attribute::EKCV)))
    }),
    Vector::by_rule("3.1", "the key was not generated inside (LOCAL is 0)", "generated", || {
        with(attribute::LOCAL, &[0])
    }),
    Vector::by_rule("3.2", "the key was outside once (NEVER_EXTRACTABLE is 0)", "never-extractable", || {
        with(attribute::NEVER_EXTRACTABLE, &[0])
    }),
    Vector::by_rule("3.3", "the key was shown in the clear once (ALWAYS_SENSITIVE is 0)", "always-sensitive", || {
        with(attribute::ALWAYS_SENSITIVE, &[0])
    }),
    Vector::by_rule("4.1", "the key can be taken out (EXTRACTABLE is 1)", "not-extractable", || {
        with(attribute::EXTRACTABLE, &[1])
    }),
    Vector::by_rule("4.2", "EXTRACTABLE is 2, neither yes nor no", "not-extractable", || {
        with(attribute::EXTRACTABLE, &[2])
    }),
    Vector::by_rule("4.3", "EXTRACTABLE is absent", "not-extractable", || {
        Attempt::of(&Pki::new(), &pair().private(|object| _ = object.remove(attribute::EXTRACTABLE)))
    }),
    Vector::by_rule("4.4", "EXTRACTABLE is 0 in four bytes", "not-extractable", || {
        with(attribute::EXTRACTABLE, &[0, 0, 0, 0])
    }),
    Vector::by_rule("4.5", "the key is shown in the clear (SENSITIVE is 0)", "sensitive", || {
        with(attribute::SENSITIVE, &[0])
    }),
    Vector::by_rule("4.6", "the key takes other keys out (WRAP is 1)", "does-not-wrap", || with(attribute::WRAP, &[1])),
    Vector::by_rule("4.7", "the key may be shared out in parts (SPLITTABLE is 1)", "not-split", || {
        with(attribute::SPLITTABLE, &[1])
    }),
    Vector::by_rule("4.8", "the key is shared out in parts (IS_SPLIT is 1)", "not-split", || {
        with(attribute::IS_SPLIT, &[1])
    }),
    Vector::by_rule("4.9", "one of the two that tell of parts is absent", "not-split", || {
        Attempt::of(&Pki::new(), &pair().private(|object| _ = object.remove(attribute::IS_SPLIT)))
    }),
    Vector::by_check("5.1", "two private objects, the first of which is good", Check::PrivateObject, || {
        let second = Object::private(other(), &statement::google_id(bundle::RESOURCE));
        Attempt::of(&Pki::new(), &pair().two_private(second).swapped())
    }),
    Vector::by_check(
        "5.2",
        "a private object, and a secret key in the place of its public half",
        Check::PrivateObject,
        || {
            let secret = Object::secret(&statement::google_id(bundle::RESOURCE));
            Attempt::of(&Pki::new(), &pair().two_private(secret))
        },
    ),
    Vector::by_check("5.3", "the public object has another id", Check::PublicHalf, || {
        Attempt::of(&Pki::new(), &pair().public(|object| _ = object.set(attribute::ID, &[b'0'; 128])))
    }),
    Vector::by_check("5.4", "the public object is of another type", Check::PublicHalf, || {
        Attempt::of(&Pki::new(), &pair().public(|object| _ = object.set(attribute::KEY_TYPE, &[0])))
    }),
    Vector::by_check("5.5", "the public object is on another curve", Check::PublicHalf, || {
        Attempt::of(&Pki::new(), &pair().public(|object| _ = object.set(attribute::MODULUS_BITS, &[0, 0, 2, 0xca])))
    }),
    Vector::by_check("5.6", "the public object has another exponent", Check::PublicHalf, || {
        let key = Bundle::key(Shape::RSA_3072);
        let statement = Statement::generated(key, bundle::RESOURCE);
        let statement = statement.public(|object| _ = object.set(attribute::PUBLIC_EXPONENT, &[3]));
        Attempt::of(&Pki::new(), &statement).request(Request::of(key))
    }),
    Vector::by_rule("8.1", "version 1 is attested, version 2 is named", "resource-name", || Attempt {
        name: bundle::RESOURCE.replace("cryptoKeyVersions/1", "cryptoKeyVersions/2"),
        ..Attempt::honest()
    }),
    Vector::by_rule("8.2", "the id of the key is in capitals, as no HSM writes it", "resource-name", || {
        let id = statement::google_id(bundle::RESOURCE).to_ascii_uppercase();
        Attempt::of(&Pki::new(), &pair().each(|object| _ = object.set(attribute::ID, &id)))
    }),
    Vector::by_rule("8.3", "the name has a space after it", "resource-name", || Attempt {
        name: format!("{} ", bundle::RESOURCE),
        ..Attempt::honest()
    }),
    Vector::by_rule("8.4", "the id of the key is the hash of the name alone", "resource-name", || {
        let id = statement::google_id(bundle::RESOURCE);
        Attempt::of(&Pki::new(), &pair().each(|object| _ = object.set(attribute::ID, &id[64..])))
    }),
    Vector::by_rule("8.5", "the id of the key has a digit more", "resource-name", || {
        let id = [&statement::google_id(bundle::RESOURCE)[..], b"0"].concat();
        Attempt::of(&Pki::new(), &pair().each(|object| _ = object.set(attribute::ID, &id)))
    }),
    Vector::by_rule(
        "17.1",
        "the key of somebody else's project, named as the subscriber's own",
        "resource-name",
        || Attempt { name: bundle::RESOURCE.replace("projects/synthetic", "projects/own"), ..Attempt::honest() },
    ),
    Vector::by_rule("23.1", "RSA with 2048 bits", "key-size", || of(Bundle::key(Shape::RSA_2048))),
    Vector::by_rule("23.2", "the curve secp256k1", "key-size", || of(Bundle::key(Shape::SECP256K1))),
    Vector::by_rule("28.1", "the key may not sign (SIGN is 0)", "signs", || with(attribute::SIGN, &[0])),
    Vector {
        seen: Seen::Fails(Check::KeyRebuilt),
        guard: Guard::Form(Form::OneSpelling),
        ..Vector::by_form("f.1", "the statement has the curve's point compressed", Form::OneSpelling, "", || {
            let point = hardkey_synthetic::Spelling::compressed_point(subject());
            Attempt::of(&Pki::new(), &pair().each(|object| _ = object.set(attribute::MODULUS, &point)))
        })
    },
    Vector::by_check("h.2", "the private half of one key beside the public half of another", Check::PublicHalf, || {
        let public = Object::public(other(), &statement::google_id(bundle::RESOURCE));
        let mut statement = pair();
        statement.objects[0] = public;
        Attempt::of(&Pki::new(), &statement)
    }),
];
