use hardkey_synthetic::bundle::RESOURCE;
use hardkey_synthetic::{Bundle, Pki, Shape, Statement, attribute};

use super::{Field, Section, inspect};
use crate::evidence::Evidence;

fn one(evidence: &Evidence) -> Section {
    let mut sections = inspect(evidence).unwrap();
    assert_eq!(sections.len(), 1);
    sections.remove(0)
}

fn shown(fields: &[Field]) -> Vec<String> {
    let line = |Field { name, bytes, value }: &Field| match bytes {
        None => format!("{name}: {value}"),
        Some(bytes) => format!("{name} ({bytes} bytes): {value}"),
    };
    fields.iter().map(line).collect()
}

#[test]
fn every_member_of_an_answer_is_shown_by_its_path() {
    let [longest, longer, wide] = ["a".repeat(96), "a".repeat(97), "é".repeat(96)];
    let json = format!(
        r#"{{"a":{{"b":[1,{{"c":null}},[]],"d":{{}}}},"e\n":"\u001b","f":"{longest}","g":"{longer}","h":"{wide}","i":true}}"#
    );
    let section = one(&Evidence::AwsDescribeKey(json.into_bytes()));
    assert_eq!((section.title.as_str(), section.sections.len()), ("AWS's answer to kms:DescribeKey", 0));
    assert_eq!(
        shown(&section.fields),
        [
            "a.b[0]: 1",
            "a.b[1].c: null",
            "a.b[2]: []",
            "a.d: {}",
            "e\\n: \\u{1b}",
            &format!("f: {longest}"),
            &format!("g (97 bytes): {longest}…"),
            &format!("h: {wide}"),
            "i: true",
        ]
    );
}

#[test]
fn each_kind_of_answer_has_its_title() {
    let json = || b"{\"a\":1}".to_vec();
    for (evidence, title) in [
        (Evidence::AwsDescribeKey(json()), "AWS's answer to kms:DescribeKey"),
        (Evidence::AwsPublicKey(json()), "AWS's answer to kms:GetPublicKey"),
        (Evidence::KeyVaultKey(json()), "Azure's bundle of a key"),
        (Evidence::ManagedHsmKey(json()), "Azure Managed HSM's attestation of a key"),
        (Evidence::GoogleVersion(json()), "Google's answer to GetCryptoKeyVersion"),
        (Evidence::GooglePublicKey(json()), "Google's answer to GetPublicKey"),
    ] {
        let section = one(&evidence);
        assert_eq!((section.title.as_str(), shown(&section.fields)), (title, vec!["a: 1".to_owned()]));
    }
    let error = inspect(&Evidence::GoogleVersion(b"{".to_vec())).unwrap_err();
    assert_eq!(
        (error.part.as_str(), error.expected.as_str()),
        ("Google's answer to GetCryptoKeyVersion", "an answer in JSON")
    );
}

/// What is shown of the objects of a statement, attribute by attribute.
fn of_objects(statement: &Statement) -> Vec<Vec<String>> {
    let Bundle { compressed, .. } = Bundle::of(&Pki::new(), statement);
    let section = one(&Evidence::GoogleStatement { compressed, certificates: Vec::new() });
    section.sections.iter().map(|object| shown(&object.fields)).collect()
}

#[test]
fn objects_and_keys_are_called_what_they_are() {
    let [public, private] = ["02, a public key", "03, a private key"];
    for (statement, kind, classes) in [
        (Statement::generated(Bundle::key(Shape::P256), RESOURCE), "03, elliptic curve", &[public, private][..]),
        (Statement::generated(Bundle::key(Shape::RSA_2048), RESOURCE), "00, RSA", &[public, private]),
        (Statement::secret(RESOURCE), "1f, AES", &["04, a secret key"]),
    ] {
        let expected: Vec<[String; 2]> = classes
            .iter()
            .map(|class| {
                [format!("0x00000000 CLASS (1 bytes): {class}"), format!("0x00000100 KEY_TYPE (1 bytes): {kind}")]
            })
            .collect();
        let seen: Vec<[String; 2]> =
            of_objects(&statement).iter().map(|fields| [fields[2].clone(), fields[3].clone()]).collect();
        assert_eq!(seen, expected);
    }
}

#[test]
fn a_value_is_in_words_where_it_has_the_form_that_belongs_to_it() {
    let line = |code: u32, value: &[u8]| {
        let statement = Statement::generated(Bundle::key(Shape::P256), RESOURCE).only(1);
        let statement = statement.private(|object| _ = object.set(code, value));
        let name = format!("{code:#010x} ");
        let line = of_objects(&statement).remove(0).into_iter().find(|line| line.starts_with(&name)).unwrap();
        line.split_once("): ").unwrap().1.to_owned()
    };
    for (code, value, words) in [
        (attribute::CLASS, &[1][..], "01"),
        (attribute::KEY_TYPE, &[1], "01"),
        (attribute::TOKEN, &[1], "01"),
        (attribute::SIGN, &[0], "00, no"),
        (attribute::SIGN, &[1], "01, yes"),
        (attribute::SIGN, &[2], "02"),
        (attribute::SIGN, &[], "empty"),
        (attribute::MODULUS_BITS, &[0, 0, 1, 0x9f], "415"),
        (attribute::MODULUS_BITS, &[1, 0x9f], "019f"),
        (attribute::LABEL, b"a\0b\0\0", "\"a\\u{0}b\""),
        (attribute::LABEL, &[0xff], "ff"),
    ] {
        assert_eq!(line(code, value), words, "{code:#x} {value:x?}");
    }
}
