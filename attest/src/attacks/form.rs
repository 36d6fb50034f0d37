//! Evidence whose bytes two readers could read in two ways, or that is made to exhaust one.

use hardkey_synthetic::{Bundle, Name, Object, Pki, Request, Signing, Statement, attribute, gzip};

use super::Vector;
use super::attempt::{Attempt, pair, subject};
use crate::form::Form;
use crate::verdict::Level;

fn with(change: fn(&mut Statement)) -> Attempt {
    let mut statement = pair();
    change(&mut statement);
    Attempt::of(&Pki::new(), &statement)
}

/// A good statement in another gzip.
fn compressed(compress: fn(&[u8]) -> Vec<u8>) -> Attempt {
    let pki = Pki::new();
    let statement = pair().signed(&Signing::by(pki.partition));
    Attempt::bundle(Bundle { compressed: compress(&statement), ..Bundle::of(&pki, &pair()) })
}

/// Genuine private halves on a curve have 35 attributes.
fn with_more_attributes(more: u32) -> Attempt {
    let fill = |object: &mut Object| (0..more).for_each(|number| _ = object.set(0x4000_0000 + number, &[0]));
    Attempt::of(&Pki::new(), &pair().private(fill))
}

#[test]
fn an_object_with_64_attributes_is_read() {
    assert_eq!(with_more_attributes(29).judged(None).unwrap().level(), Level::Attested);
}

pub(super) const VECTORS: &[Vector] = &[
    Vector::by_form(
        "16.1",
        "another gzip member after the first",
        Form::OneMember,
        "the end after one gzip member",
        || compressed(|statement| [gzip::gzip(statement), gzip::gzip(b"another statement")].concat()),
    ),
    Vector::by_form("16.2", "bytes after the gzip member", Form::OneMember, "the end after one gzip member", || {
        compressed(|statement| gzip::with_rest(statement, b"more"))
    }),
    Vector::by_form(
        "16.3",
        "a gzip bomb: a statement with a label of 16 MB",
        Form::Limits,
        "at most 65536 bytes when decompressed",
        || {
            let statement = pair().only(1).private(|object| _ = object.set(attribute::LABEL, &[0; 16 << 20]));
            Attempt::of(&Pki::new(), &statement)
        },
    ),
    Vector::by_form("16.4", "a gzip whose header has 70 kB", Form::Limits, "at most 65536 bytes", || {
        compressed(|statement| gzip::with_long_header(statement, 35_000))
    }),
    Vector::by_form("16.5", "an object with 65 attributes", Form::Limits, "at most 64 attributes", || {
        with_more_attributes(30)
    }),
    Vector::by_form(
        "16.6",
        "seventeen certificates, most of them pinned roots",
        Form::Limits,
        "at most 16 certificates",
        || {
            let mut bundle = Bundle::of(&Pki::new(), &pair());
            bundle.certificates.extend(vec![bundle.certificates[0].clone(); 11]);
            Attempt::bundle(bundle)
        },
    ),
    Vector::by_form(
        "16.7",
        "bytes after the signature",
        Form::WholeLength,
        "2116 as the length of the statement",
        || compressed(|statement| gzip::gzip(&[statement, b"more"].concat())),
    ),
    Vector::by_form(
        "16.8",
        "bytes between the last object and the signature",
        Form::NoGap,
        "the signature, 256 bytes before the end",
        || with(|statement| statement.rest = vec![0; 12]),
    ),
    Vector::by_form(
        "16.9",
        "the second object is said to be where the first is",
        Form::Offsets,
        "916 as the offset of the second object",
        || with(|statement| statement.second = Some(8)),
    ),
    Vector::by_form(
        "16.10",
        "the first object is said to be elsewhere",
        Form::FixedNumbers,
        "8 as the offset of the first object",
        || with(|statement| statement.first = Some(916)),
    ),
    Vector::by_form(
        "16.11",
        "a statement of another version of the layout",
        Form::FixedNumbers,
        "1 as the version of the attribute buffer",
        || with(|statement| statement.version = 2),
    ),
    Vector::by_form("16.12", "an answer with an error code", Form::FixedNumbers, "0 as the response code", || {
        with(|statement| statement.response = 0x0100_0001)
    }),
    Vector::by_form(
        "16.13",
        "an object that says it is shorter than it is",
        Form::ObjectLength,
        "896 as the length of the attributes",
        || with(|statement| statement.objects[1].length = Some(880)),
    ),
    Vector::by_form(
        "16.14",
        "EXTRACTABLE twice in one object, 0 and then 1",
        Form::EachOnce,
        "each attribute once",
        || Attempt::of(&Pki::new(), &pair().private(|object| _ = object.repeat(attribute::EXTRACTABLE, &[1]))),
    ),
    Vector::by_form("16.15", "a request of 70 kB", Form::Limits, "at most 65536 bytes", || {
        let name = Name::plain(&[("O", &"a".repeat(70_000)), ("CN", "Example GmbH")]);
        Attempt::honest().request(Request { subject: name, ..Request::of(subject()) })
    }),
    Vector::by_form("16.16", "a certificate of 20 kB", Form::Limits, "at most 16384 bytes", || {
        let mut pki = Pki::new();
        pki.operator_card.subject.0.insert(0, vec![("O", "a".repeat(20_000))]);
        Attempt::of(&pki, &pair())
    }),
];
