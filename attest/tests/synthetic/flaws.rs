//! What is made wrong is what is found, and nothing else is.

use hardkey_attest::liquid_security::{self as hsm, attribute, gunzip};
use hardkey_synthetic::{Bundle, Hash, Key, Object, Pki, Shape, Signing, Statement, bundle, gzip, statement};

use super::{anchors, failed, pair};

#[test]
fn each_flaw_of_a_chain_is_the_one_that_is_found() {
    let other = Key::of(Shape::RSA_2048, "another");
    let changed = |change: fn(&mut Pki, &'static Key)| {
        let mut pki = Pki::new();
        change(&mut pki, other);
        pki
    };
    let small_exponent = Key::of(Shape::Rsa { bits: 2048, exponent: 3 }, "partition");
    let cases: [(Pki, &[&str]); 11] = [
        (Pki::new().mixed_serials(), &["same-serial"]),
        (Pki::new().mode("another"), &["fips-mode"]),
        (Pki::new().one_deeper(), &["certificate-roles", "manufacturer-partition"]),
        (Pki::new().one_shallower(), &["certificate-roles", "statement-signature"]),
        (Pki::new().partition(small_exponent), &["partition-key"]),
        (changed(|pki, other| pki.manufacturer_card.signer = other), &["manufacturer-card"]),
        (changed(|pki, _| pki.manufacturer_partition.broken = true), &["manufacturer-partition"]),
        (changed(|pki, _| pki.operator_card.hash = Hash::Sha1), &["operator-card"]),
        (changed(|pki, _| pki.operator_partition.inner_hash = Hash::Sha512), &["operator-partition"]),
        (changed(|pki, other| pki.operator_card.key = other), &["same-card-key"]),
        (changed(|pki, other| pki.operator_partition.key = other), &["same-partition-key"]),
    ];
    for (number, (pki, expected)) in cases.iter().enumerate() {
        assert_eq!(failed(&Bundle::of(pki, &pair()), &anchors()), *expected, "case {number}");
    }
}

#[test]
fn each_flaw_of_a_statement_is_the_one_that_is_found() {
    let other = Object::private(Key::of(Shape::P256, "another"), &statement::google_id(bundle::RESOURCE));
    let cases: [(Statement, &[&str]); 7] = [
        (pair().swapped(), &[]),
        (pair().only(1), &[]),
        (pair().only(0), &["private-object"]),
        (pair().two_private(other), &["private-object"]),
        (pair().private(|object| _ = object.set(attribute::EKCV, &[7; 32])), &["key-check-value"]),
        (pair().public(|object| _ = object.set(attribute::ID, &[b'0'; 128])), &["public-half"]),
        (Statement::secret(bundle::RESOURCE), &["private-object"]),
    ];
    for (number, (statement, expected)) in cases.iter().enumerate() {
        assert_eq!(failed(&Bundle::of(&Pki::new(), statement), &anchors()), *expected, "case {number}");
    }
    let pki = Pki::new();
    let signings = [
        Signing::by(pki.card),
        Signing::Plain(pki.partition, Hash::Sha512),
        Signing::Pss(pki.partition),
        Signing::BareHash(pki.partition),
        Signing::ZeroPadded(pki.partition),
        Signing::Bytes(vec![0; 256]),
    ];
    for signing in signings {
        let bundle = Bundle::signed(&pki, &pair().signed(&signing));
        assert_eq!(failed(&bundle, &anchors()), ["statement-signature"], "{signing:?}");
    }
}

#[test]
fn every_field_of_a_statement_can_be_made_wrong() {
    let with = |change: fn(&mut Statement)| {
        let mut statement = pair();
        change(&mut statement);
        statement
    };
    let cases = [
        (with(|statement| statement.response = 1), 0),
        (with(|statement| statement.flags = 7), 4),
        (with(|statement| statement.total = Some(2111)), 8),
        (with(|statement| statement.buffer = Some(1823)), 12),
        (with(|statement| statement.handles = Some(vec![0; 7])), 12),
        (with(|statement| statement.version = 2), 32),
        (with(|statement| statement.buffer_flags = Some(0)), 34),
        (with(|statement| statement.first = Some(9)), 36),
        (with(|statement| statement.second = Some(8)), 38),
        (with(|statement| statement.objects[0].count = Some(65)), 44),
        (with(|statement| statement.objects[0].length = Some(895)), 48),
        (with(|statement| statement.objects[0].lengths = vec![(attribute::CLASS, u32::MAX)]), 60),
        (with(|statement| statement.objects[1].gap = vec![0]), 38),
        (with(|statement| statement.rest = vec![0]), 1856),
        (pair().public(|object| _ = object.repeat(attribute::CLASS, &[3])), 948),
    ];
    for (number, (statement, position)) in cases.iter().enumerate() {
        let bytes = statement.signed(&Signing::by(Pki::new().partition));
        let error = hsm::Statement::parse(&bytes).unwrap_err();
        assert_eq!(error.position, Some(*position), "case {number}: {error}");
    }
    let placed = parsed(&pair().private(|object| _ = object.place(attribute::SIGN, 0).remove(attribute::LABEL)));
    assert_eq!(placed.objects[1].attributes[0].code, attribute::SIGN);
    assert_eq!(placed.objects[1].attributes.len(), 34);
}

fn parsed(statement: &Statement) -> hsm::Statement {
    hsm::Statement::parse(&statement.signed(&Signing::by(Pki::new().partition))).unwrap()
}

#[test]
fn only_one_whole_member_of_gzip_is_taken() {
    let statement = pair().signed(&Signing::by(Pki::new().partition));
    assert_eq!(gunzip(&gzip::gzip(&statement)).unwrap(), statement);
    let said = |bytes: &[u8]| gunzip(bytes).unwrap_err().to_string();
    let [members, rest, checksum, bomb] = [
        gzip::two_members(&statement),
        gzip::with_rest(&statement, b"more"),
        gzip::wrong_checksum(&statement),
        gzip::bomb(32 << 20),
    ];
    assert!(said(&members).contains("expected the end after one gzip member"), "{}", said(&members));
    assert!(said(&rest).ends_with("expected the end after one gzip member, found 4 bytes more"), "{}", said(&rest));
    assert!(said(&checksum).contains("expected one whole gzip member"), "{}", said(&checksum));
    assert!(bomb.len() < 64 << 10, "{} bytes", bomb.len());
    let expected = "compressed statement: expected at most 65536 bytes when decompressed, found more";
    assert_eq!(said(&bomb), expected);
}
