use super::super::Evidence;
use super::super::specimen::{
    P256, P384, RSA3072, failed, is_accepted_by_none, malformed, only, pem, read, said, spoiled,
};
use crate::check::Check;
use crate::policy::{Expected, Policy};
use crate::verdict::Level;

const ARN: &str = "arn:aws:kms:us-west-2:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";

/// As the API reference shows it.
const DESCRIPTION: &str = r#"{"KeyMetadata":{"AWSAccountId":"111122223333","KeyId":"0987dcba-09fe-87dc-65ba-ab0987654321",
 "Arn":"arn:aws:kms:us-west-2:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321",
 "CreationDate":1571767572.317,"Enabled":true,"Description":"","KeyUsage":"SIGN_VERIFY","KeyState":"Enabled","Origin":"AWS_KMS",
 "KeyManager":"CUSTOMER","KeySpec":"RSA_3072","CustomerMasterKeySpec":"RSA_3072",
 "SigningAlgorithms":["RSASSA_PKCS1_V1_5_SHA_256"],"MultiRegion":false}}"#;

fn described(from: &str, to: &str) -> Evidence {
    assert!(DESCRIPTION.contains(from), "{from}");
    Evidence::AwsDescribeKey(DESCRIPTION.replacen(from, to, 1).into_bytes())
}

fn description() -> Evidence {
    described("{", "{")
}

fn public_key_json(vector: &str, arn: &str, spec: &str) -> String {
    let base64: String = pem(vector).lines().filter(|line| !line.starts_with('-')).collect();
    format!(
        r#"{{"KeyId":"{arn}","PublicKey":"{base64}","CustomerMasterKeySpec":"{spec}","KeySpec":"{spec}","KeyUsage":"SIGN_VERIFY","SigningAlgorithms":["RSASSA_PSS_SHA_256"]}}"#
    )
}

fn public_key(vector: &str, arn: &str, spec: &str) -> Evidence {
    Evidence::AwsPublicKey(public_key_json(vector, arn, spec).into_bytes())
}

#[test]
fn what_aws_states_of_a_key_is_claimed_as_reported_and_nothing_else_is() {
    let claims = read(&[description(), public_key(RSA3072, ARN, "RSA_3072")]);
    assert_eq!(failed(&claims), []);
    let spki = crate::shown::hex(&crate::certificate::sha256(super::super::specimen::key(RSA3072).spki()));
    assert_eq!(
        said(&claims),
        [
            "reported hsm: yes".to_owned(),
            "reported local: yes".to_owned(),
            "reported extractable: no".to_owned(),
            "reported operator: Amazon Web Services".to_owned(),
            "reported sign: yes".to_owned(),
            format!("reported resource: {ARN}"),
            "reported protection-level: Origin AWS_KMS".to_owned(),
            "reported state: Enabled".to_owned(),
            "reported sign: yes".to_owned(),
            format!("reported resource: {ARN}"),
            format!("reported spki: {spki}"),
            "reported algorithm: RSA-3072".to_owned(),
        ]
    );
    assert_eq!(claims.key(), Some(&super::super::specimen::key(RSA3072)));
    assert!(is_accepted_by_none(&claims));
}

#[test]
fn keys_that_admission_refuses_fail_a_check_and_claim_what_is_stated() {
    let cases = [
        (described("AWS_KMS", "EXTERNAL"), "(imported)", Some("reported local: no"), "reported local: yes"),
        (described("AWS_KMS", "AWS_CLOUDHSM"), "(custom-key-store)", Some("reported hsm: no"), "reported local: yes"),
        (
            described("\"Description\":\"\"", "\"CustomKeyStoreId\":\"cks-1\""),
            "(custom-key-store)",
            Some("reported hsm: no"),
            "reported local: yes",
        ),
        (
            described("\"Description\":\"\"", "\"XksKeyConfiguration\":{}"),
            "(custom-key-store)",
            Some("reported hsm: no"),
            "reported hsm: yes",
        ),
        (described("SIGN_VERIFY", "ENCRYPT_DECRYPT"), "(not-for-signing)", Some("reported sign: no"), "sign: yes"),
        (described("\"Origin\":\"AWS_KMS\",", ""), "(unstated)", None, "reported hsm: yes"),
        (described("\"Origin\":\"AWS_KMS\",", "\"Origin\":\"ELSEWHERE\","), "(unstated)", None, "reported hsm: yes"),
        (described("arn:aws:kms:us-west-2", "arn:aws-cn:kms:cn-north-1"), "(partition)", None, "-"),
        (
            described(
                "\"Enabled\":true,\"Description\":\"\",\"KeyUsage\":\"SIGN_VERIFY\",\"KeyState\":\"Enabled\"",
                "\"KeyUsage\":\"SIGN_VERIFY\",\"KeyState\":\"PendingDeletion\"",
            ),
            "(pending-deletion)",
            Some("reported state: PendingDeletion"),
            "-",
        ),
    ];
    for (evidence, code, claimed, unclaimed) in cases {
        let found = only(Check::Admission, std::slice::from_ref(&evidence));
        assert_eq!(found.len(), 1, "{code}");
        assert!(found[0].1.starts_with("the answer to kms:DescribeKey: "), "{found:?}");
        assert!(found[0].1.ends_with(code), "{found:?}");
        let said = said(&read(&[evidence]));
        assert!(claimed.is_none_or(|claimed| said.iter().any(|line| line == claimed)), "{code}: {said:?}");
        assert!(!said.iter().any(|line| line == unclaimed), "{code}: {said:?}");
    }
}

#[test]
fn a_description_of_one_key_with_the_public_key_of_another_fails() {
    let other = "arn:aws:kms:us-west-2:111122223333:key/11111111-2222-3333-4444-555555555555";
    let found = only(Check::OneName, &[description(), public_key(RSA3072, other, "RSA_3072")]);
    let observed = format!("the answer to kms:DescribeKey names {ARN}, the answer to kms:GetPublicKey names {other}");
    assert_eq!(found, [("one-name", observed)]);
}

#[test]
fn a_public_key_of_another_kind_than_the_stated_one_fails() {
    let found = only(Check::StatedKind, &[description(), public_key(P256, ARN, "ECC_NIST_P256")]);
    let observed = "the answer to kms:DescribeKey states KeySpec RSA_3072, the key is P-256".to_owned();
    assert_eq!(found, [("stated-kind", observed)]);
    for (vector, spec) in [(P384, "ECC_NIST_P256"), (P384, "RSA_3072"), (P384, "ML_DSA_65")] {
        assert_eq!(only(Check::StatedKind, &[public_key(vector, ARN, spec)]).len(), 1, "{spec}");
    }
}

#[test]
fn two_public_keys_of_one_name_fail() {
    let two = [public_key(RSA3072, ARN, "RSA_3072"), public_key(P256, ARN, "ECC_NIST_P256")];
    let mut found: Vec<&str> = failed(&read(&two)).iter().map(|(id, _)| *id).collect();
    found.dedup();
    assert_eq!(found, ["one-key", "stated-kind"]);
}

#[test]
fn fields_that_contradict_each_other_fail() {
    for (from, to, observed) in [
        ("\"AWSAccountId\":\"111122223333\"", "\"AWSAccountId\":\"999999999999\"", "AWSAccountId 999999999999"),
        ("\"KeyId\":\"0987dcba", "\"KeyId\":\"1987dcba", "KeyId 1987dcba-09fe-87dc-65ba-ab0987654321"),
        ("\"Enabled\":true", "\"Enabled\":false", "Enabled false and KeyState Enabled"),
        ("\"KeySpec\":\"RSA_3072\"", "\"KeySpec\":\"RSA_2048\"", "KeySpec RSA_2048 and CustomerMasterKeySpec RSA_3072"),
    ] {
        let found = only(Check::AnswerConsistent, &[described(from, to)]);
        assert!(found.len() == 1 && found[0].1.ends_with(observed), "{found:?}");
    }
}

#[test]
fn an_answer_as_the_second_command_line_writes_it_is_read() {
    let claims = read(&[described("1571767572.317", "\"2019-10-22T18:06:12.317000+00:00\"")]);
    assert_eq!(failed(&claims), []);
    let crlf = DESCRIPTION.replace('\n', "\r\n");
    assert_eq!(failed(&read(&[Evidence::AwsDescribeKey(crlf.into_bytes())])), []);
}

#[test]
fn anything_but_the_documented_answer_is_malformed_and_says_where() {
    let good = public_key_json(RSA3072, ARN, "RSA_3072");
    type Make = fn(Vec<u8>) -> Evidence;
    let kinds: [(&str, &str, Make); 2] = [
        ("the answer to kms:DescribeKey", DESCRIPTION, Evidence::AwsDescribeKey),
        ("the answer to kms:GetPublicKey", &good, Evidence::AwsPublicKey),
    ];
    for (part, good, make) in kinds {
        for (what, text, position) in spoiled(good) {
            let error = malformed(make(text.into_bytes()));
            assert_eq!(error.part, part, "{what}");
            assert!(position.is_none() || error.position == position, "{what}: {error}");
        }
    }
    let cases = [
        ("\"Description\":\"\"", "\"Origin\":\"EXTERNAL\"", "duplicate field `Origin`"),
        ("\"Description\":\"\"", "\"description\":\"\"", "unknown field `description`"),
        ("\"MultiRegion\":false", "\"MultiRegion\":\"no\"", "invalid type: string \"no\""),
        ("1571767572.317", "1e400", "number out of range"),
        ("1571767572.317", "\"tomorrow\"", "invalid value: string \"tomorrow\""),
        ("{\"KeyMetadata\":{", "{\"KeyMetadata\":[{", "invalid type: sequence"),
        ("\"MultiRegion\":false", "\"MultiRegionConfiguration\":[]", "invalid type: sequence"),
    ];
    for (from, to, found) in cases {
        let error = malformed(described(from, to));
        assert_eq!(error.found, found, "{error}");
    }
    let error = malformed(described("\"Description\":\"\"", "\"Origin\":\"EXTERNAL\""));
    let at = DESCRIPTION.find("\"Description\"").unwrap() + "\"Origin".len();
    // The second of the two is where it is found out.
    assert!(error.position.is_some_and(|position| position > at), "{error}");
    let error = malformed(described("\"KeyId\":\"0987dcba-09fe-87dc-65ba-ab0987654321\",", ""));
    assert_eq!((error.expected.as_str(), error.found.as_str()), ("the field `KeyId`", "none"));
}

#[test]
fn a_public_key_must_be_base64_of_one_key() {
    let good = public_key_json(RSA3072, ARN, "RSA_3072");
    let broken = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        malformed(Evidence::AwsPublicKey(good.replacen(from, to, 1).into_bytes()))
    };
    for to in ["\"PublicKey\":\"MII\\r\\n", "\"PublicKey\":\" MII", "\"PublicKey\":\"-_II", "\"PublicKey\":\"II"] {
        let error = broken("\"PublicKey\":\"MII", to);
        assert_eq!(error.expected, "base64 with padding, on one line, in PublicKey", "{to}: {error}");
    }
    let error = broken("\"PublicKey\":\"MIIB", "\"PublicKey\":\"MIIA");
    assert_eq!(error.expected, "a key that can be certified, in its one encoding, in PublicKey", "{error}");
    let error = broken(ARN, "alias/release");
    assert_eq!((error.expected.as_str(), error.found.as_str()), ("the key's ARN, in KeyId", "alias/release"));
}

#[test]
fn reported_is_the_best_that_answers_alone_can_reach() {
    let claims = read(&[description(), public_key(RSA3072, ARN, "RSA_3072")]);
    let level = |rules: &str| {
        let policy = Policy::from_toml(&format!("name = \"a\"\n[rules]\n{rules}")).unwrap();
        claims.appraise(&policy, &Expected::default()).level()
    };
    assert_eq!(level("hsm = \"reported\"\ngenerated = \"reported\"\nkey-size = \"reported\""), Level::Reported);
    assert_eq!(level("hsm = \"confirmed\"\ngenerated = \"attested\""), Level::Reported);
    assert_eq!(level("hsm = \"reported\"\ncsr-key = \"reported\""), Level::Rejected, "there is no request");
}

#[test]
fn no_policy_can_let_a_refused_key_through() {
    let policy = Policy::from_toml("name = \"lax\"\n[rules]\nkey-size = \"reported\"").unwrap();
    let key = || public_key(RSA3072, ARN, "RSA_3072");
    let level = |evidence: &[Evidence]| read(evidence).appraise(&policy, &Expected::default()).level();
    assert_eq!(level(&[description(), key()]), Level::Reported);
    assert_eq!(level(&[described("AWS_KMS", "EXTERNAL"), key()]), Level::Rejected);
}
