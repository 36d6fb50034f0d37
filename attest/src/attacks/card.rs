//! Cards, partitions and their certificates that are not what they should be.

use hardkey_synthetic::{Bundle, Draft, Hash, Key, Name, Pki, Request, Root, Shape, Signing, Statement, bundle};

use super::Vector;
use super::attempt::{Attempt, other, pair, stopped};
use crate::anchor::Denied;
use crate::check::Check;

/// A good statement under certificates with something wrong. The key is not the one of any certificate.
fn with(change: fn(&mut Pki)) -> Attempt {
    let mut pki = Pki::new();
    change(&mut pki);
    Attempt::of(&pki, &pair())
}

fn signed(signing: fn(&Pki) -> Signing) -> Attempt {
    let pki = Pki::new();
    Attempt::bundle(Bundle::signed(&pki, &pair().signed(&signing(&pki))))
}

fn own() -> &'static Key {
    Key::of(Shape::RSA_2048, "attacker")
}

fn denied() -> Denied {
    Denied { key_hash: Pki::new().card.spki_hash().leak(), date: "2026-01-02", reason: "its key was published" }
}

#[test]
fn of_a_denied_card_it_is_said_when_and_why() {
    let verdict = Attempt { denied: vec![denied()], ..Attempt::honest() }.judged(None).unwrap();
    let seen = verdict.checks().iter().find(|check| check.id == "not-denied").unwrap();
    let said = format!("{} was denied on 2026-01-02: its key was published", Pki::new().card.spki_hash());
    assert_eq!(seen.observed, said);
}

pub(super) const VECTORS: &[Vector] = &[
    Vector::by_check(
        "11.1",
        "the manufacturer's certificate of the card is home-made",
        Check::ManufacturerCard,
        || with(|pki| pki.manufacturer_card.signer = own()),
    ),
    Vector::by_check("11.2", "a home-made root beside certificates that are good", Check::CertificateRoles, || {
        with(|pki| {
            let name = Name::plain(&[("CN", "localca.liquidsecurity.cavium.com")]);
            pki.others.push(Draft::new(&name, own(), &name, own()));
        })
    }),
    Vector::by_check(
        "11.3",
        "the card's certificate is signed with another hash than it says",
        Check::ManufacturerCard,
        || with(|pki| pki.manufacturer_card.inner_hash = Hash::Sha512),
    ),
    Vector::by_check("12.1", "the operator's certificate of the card is home-made", Check::OperatorCard, || {
        with(|pki| pki.operator_card.signer = own())
    }),
    Vector::by_check(
        "12.2",
        "the operator's certificate of the partition is home-made",
        Check::OperatorPartition,
        || with(|pki| pki.operator_partition.signer = own()),
    ),
    Vector::by_check("12.3", "the operator certifies another card of the same name", Check::SameCardKey, || {
        with(|pki| pki.operator_card.key = own())
    }),
    Vector::by_check(
        "12.4",
        "the operator certifies another partition of the same name",
        Check::SamePartitionKey,
        || with(|pki| pki.operator_partition.key = own()),
    ),
    Vector::by_check("13.1", "a card that is not in FIPS mode", Check::FipsMode, || {
        Attempt::of(&Pki::new().mode("non-FIPS"), &pair())
    }),
    Vector::by_check("13.2", "one certificate of four does not say FIPS mode", Check::FipsMode, || {
        with(|pki| pki.operator_card.subject = Name::card(&pki.serial, "debug"))
    }),
    Vector::by_check("13.3", "the mode is written in small letters", Check::FipsMode, || {
        Attempt::of(&Pki::new().mode("fips"), &pair())
    }),
    Vector::by_check("13.4", "a name that says FIPS mode twice, after another mode", Check::FipsMode, || {
        Attempt::of(&Pki::new().mode("debug mode, for FIPS"), &pair())
    }),
    Vector::by_check("14.1", "certificates of two cards", Check::SameSerial, || {
        Attempt::of(&Pki::new().mixed_serials(), &pair())
    }),
    Vector::by_check("14.2", "certificates of two partitions of one card", Check::SameSerial, || {
        with(|pki| pki.operator_partition.subject = Name::partition(&pki.serial, "2", &pki.mode))
    }),
    Vector::by_check(
        "14.3",
        "a chain one certificate longer, without that certificate",
        Check::ManufacturerPartition,
        || {
            let mut pki = Pki::new().one_deeper();
            pki.others.clear();
            Attempt::of(&pki, &pair())
        },
    ),
    Vector::by_check(
        "14.4",
        "a partition certified by the manufacturer's root itself",
        Check::ManufacturerPartition,
        || with(|pki| pki.manufacturer_partition.signer = pki.manufacturer.key),
    ),
    Vector::by_check(
        "14.5",
        "a partition certified by the operator, as if by the card",
        Check::ManufacturerPartition,
        || with(|pki| pki.manufacturer_partition.signer = pki.operator.key),
    ),
    Vector::by_check("14.6", "a second card of the manufacturer's", Check::CertificateRoles, || {
        with(|pki| {
            let name = Name::card("5.3G2041-ICM900004", "FIPS");
            pki.others.push(Draft::new(&name, own(), &pki.manufacturer.subject, pki.manufacturer.key));
        })
    }),
    Vector::by_check("14.7", "one certificate twice", Check::CertificateRoles, || {
        let mut bundle = Bundle::of(&Pki::new(), &pair());
        bundle.certificates.push(bundle.certificates[1].clone());
        Attempt::bundle(bundle)
    }),
    Vector::by_check("14.8", "a certificate that says nothing of a card", Check::CertificateRoles, || {
        with(|pki| {
            let name = Name::plain(&[("CN", "Example GmbH")]);
            pki.others.push(Draft::new(&name, own(), &pki.operator.subject, pki.operator.key));
        })
    }),
    Vector::by_check("15.1", "a partition whose key has the exponent 3", Check::PartitionKey, || {
        let key = Key::of(Shape::Rsa { bits: 2048, exponent: 3 }, "partition");
        Attempt::of(&Pki::new().partition(key), &pair())
    }),
    Vector::by_check("15.2", "a signature over the bare hash, as firmware 2.x makes", Check::Signature, || {
        signed(|pki| Signing::BareHash(pki.partition))
    }),
    Vector::by_check("15.3", "a signature that ends in the hash, with zeros before it", Check::Signature, || {
        signed(|pki| Signing::ZeroPadded(pki.partition))
    }),
    Vector::by_check("15.4", "a statement signed by the card, not the partition", Check::Signature, || {
        signed(|pki| Signing::by(pki.card))
    }),
    Vector::by_check(
        "15.5",
        "a statement changed after it was signed: a software key's under a genuine signature",
        Check::Signature,
        || {
            let pki = Pki::new();
            let genuine = pair().signed(&Signing::by(pki.partition));
            let signature = genuine[genuine.len() - 256..].to_vec();
            let forged = Statement::generated(other(), bundle::RESOURCE).signed(&Signing::Bytes(signature));
            Attempt::bundle(Bundle::signed(&pki, &forged)).request(Request::of(other()))
        },
    ),
    Vector::by_rule("27.1", "the certificates have ended", "certificates-in-time", || Attempt {
        now: "2049-01-01",
        ..Attempt::honest()
    }),
    Vector::by_rule("27.2", "the certificates have not begun", "certificates-in-time", || Attempt {
        now: "2018-01-01",
        ..Attempt::honest()
    }),
    Vector::by_rule("27.3", "one certificate of four has ended", "certificates-in-time", || {
        with(|pki| pki.operator_card.not_after = "2026-11-21T11:59:59Z".to_owned())
    }),
    Vector::by_rule(
        "27.4",
        "one of two statements about the key is under certificates that have ended",
        "certificates-in-time",
        || {
            let ended = Pki::new().valid("2018-04-19T20:05:17Z", "2026-11-21T11:59:59Z");
            Attempt::of(&ended, &pair()).and(Attempt::honest())
        },
    ),
    Vector::by_check("h.1", "two statements, of two keys", Check::OneKey, || {
        let of_other = Statement::generated(other(), bundle::RESOURCE);
        Attempt::honest().and(Attempt::of(&Pki::new(), &of_other))
    }),
    Vector::by_check(
        "h.3",
        "the other manufacturer's root, not pinned, beside certificates that are good",
        Check::CertificateRoles,
        || {
            with(|pki| {
                let key = Key::of(Shape::RSA_2048, "home-made root");
                pki.others.push(Draft::new(&Root::ls2().subject, key, &Root::ls2().subject, key));
            })
        },
    ),
    Vector::by_check("i.1", "a card that is known to be compromised", Check::NotDenied, || Attempt {
        denied: vec![denied()],
        ..Attempt::honest()
    }),
];

#[test]
fn of_certificates_that_do_not_make_two_chains_it_is_said_which_there_are() {
    let but = |change: fn(&mut Vec<Vec<u8>>)| {
        let mut bundle = Bundle::of(&Pki::new(), &pair());
        change(&mut bundle.certificates);
        Attempt::bundle(bundle)
    };
    let deeper = Attempt::of(&Pki::new().one_deeper(), &pair());
    let [roles, partition, signature] = ["certificate-roles", "manufacturer-partition", "statement-signature"];
    for (attempt, observed, found) in [
        (
            deeper,
            "a certificate of \"HSM:5.3G2041-ICM900003, for FIPS mode\" from an unknown issuer",
            &[roles, partition][..],
        ),
        (
            but(|certificates| certificates.truncate(3)),
            "1 card and 1 partition certificates of the manufacturer, 0 and 0 of the operator",
            &[roles, signature],
        ),
        (
            but(|certificates| _ = certificates.remove(1)),
            "0 card and 1 partition certificates of the manufacturer, 1 and 1 of the operator",
            &[roles, signature],
        ),
    ] {
        let verdict = attempt.judged(None).unwrap();
        assert_eq!(stopped(&verdict), found, "{observed}");
        let seen = verdict.checks().iter().find(|check| check.id == roles).unwrap();
        assert_eq!(seen.observed, observed);
    }
}
