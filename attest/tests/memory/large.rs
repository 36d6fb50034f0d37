//! Large input.

use std::sync::LazyLock;

use hardkey_synthetic::bundle::RESOURCE;
use hardkey_synthetic::zip::Zip;
use hardkey_synthetic::{Bundle, Pki, Shape, Signing, Statement, attribute, gzip};

/// The most that a statement, a policy and a request may have.
pub(crate) const LARGE: usize = 64 << 10;

/// As large as each may be when it is inflated; made once, because that takes a while.
static DIGEST: LazyLock<Vec<u8>> = LazyLock::new(|| gzip::gzip(&after_of(1 << 20, "{\"logFiles\":[", "{},")));
static LOG: LazyLock<Vec<u8>> =
    LazyLock::new(|| gzip::gzip(&after_of(8 << 20, "{\"Records\":[", "{\"eventName\":\"CreateKey\"},")));

/// So many bytes of this, over and over, after a start.
fn after_of(size: usize, start: &str, unit: &str) -> Vec<u8> {
    let mut bytes = [start, &unit.repeat(size / unit.len())].concat().into_bytes();
    bytes.truncate(size);
    bytes
}

/// Input that is as large as it may be, or becomes it: what is good and more, and what each reader has most trouble with.
pub(crate) fn large(good: &[u8]) -> Vec<Vec<u8>> {
    let filled = |unit: &str| {
        let mut bytes = unit.repeat(LARGE / unit.len() + 1).into_bytes();
        bytes.truncate(LARGE);
        bytes
    };
    let after = |start: &str, unit: &str| {
        let mut bytes = [start.as_bytes(), &filled(unit)].concat();
        bytes.truncate(LARGE);
        bytes
    };
    let mut padded = good.to_vec();
    padded.resize(LARGE, 0);
    let zeros = vec![0; 1 << 20];
    let mut zip = Zip::default();
    for number in 0..16 {
        zip = zip.with(&format!("{number}"), &zeros[..256 << 10]);
    }
    let mut chain = Zip::default();
    let text = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n".repeat(4000);
    for number in 0..16 {
        chain = chain.with(&format!("{number}"), text.as_bytes());
    }
    let statement = Statement::generated(Bundle::key(Shape::P256), RESOURCE)
        .private(|object| _ = object.set(attribute::LABEL, &vec![7; 62_000]));
    let mut members = "{".to_owned();
    for number in 0..6000 {
        members.push_str(&format!("\"{number}\":1,"));
    }
    let mut tags = "{\"tags\":{".to_owned();
    for number in 0..6000 {
        tags.push_str(&format!("\"{number}\":\"\","));
    }
    // Texts of JSON in JSON, the outer one whole.
    let inside = |field: &str, start: &str, unit: &str| {
        let text = [start, &unit.repeat(LARGE / (2 * unit.len()))].concat();
        serde_json::json!({ field: text }).to_string()
    };
    let policy = inside("Policy", "{\"Statement\":[", "{\"Effect\":\"\"},");
    let event =
        inside("CloudTrailEvent", "{\"resources\":[", "{},").replacen('{', "{\"Events\":[{\"EventId\":\"\",", 1) + "]}";
    vec![
        padded,
        good.repeat(LARGE / good.len().max(1)),
        filled("{\"a\":"),
        after("{\"key\":{\"kid\":\"", "a"),
        after("{\"key\":{\"key_ops\":[\"", "a\",\""),
        after("{\"KeyMetadata\":{\"SigningAlgorithms\":[\"", "a\",\""),
        after("{\"name\":\"", "\\n"),
        after("{\"payloadType\":\"x\",\"signatures\":[", "{\"sig\":\"\"},"),
        after("{\"signatures\":[],\"payload\":\"", "AAAA"),
        after("{\"evidence\":[", "{\"kind\":\"\",\"collected\":\"\",\"request\":\"\",\"data\":\"\"},"),
        after("{\"trailList\":[", "{},"),
        after("{\"AdvancedEventSelectors\":[{\"FieldSelectors\":[", "{},"),
        after("{\"Grants\":[", "{\"GrantId\":\"\",\"KeyId\":\"\"},"),
        after("{\"Events\":[", "{\"EventId\":\"\"},"),
        policy.into_bytes(),
        event.into_bytes(),
        DIGEST.clone(),
        LOG.clone(),
        after("{\"PublicKeyList\":[", "{\"Value\":\"\"},"),
        after("{\"value\":[", "{\"properties\":{\"principalId\":\"\",\"roleDefinitionId\":\"\"}},"),
        after("{\"tables\":[{\"name\":\"\",\"columns\":[],\"rows\":[", "[\"\",\"\",\"\",\"\",null,null,null],"),
        after("{\"id\":\"\",\"properties\":{\"accessPolicies\":[", "{\"objectId\":\"\",\"permissions\":{}},"),
        after("{\"auditConfigs\":[{\"auditLogConfigs\":[", "{},"),
        members.into_bytes(),
        tags.into_bytes(),
        after("-----BEGIN CERTIFICATE-----\n", "MAA="),
        after("-----BEGIN ", "\u{202e}"),
        filled("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"),
        filled("a.a.a="),
        after("a = ", "["),
        after("a = ", "{a="),
        after("a = [", "1,"),
        after("[a]\n", "[[a.a.a.a.a.a.a.a]]\n"),
        filled("\"\\u202e\"."),
        gzip::bomb(32 << 20),
        gzip::bomb(1 << 16),
        zip.bytes(),
        chain.bytes(),
        statement.signed(&Signing::by(Pki::new().partition)),
    ]
}
