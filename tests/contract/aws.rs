//! AWS KMS, real or played: makes keys with the SDK, then holds the service to the contract.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use aws_sdk_kms::Client;
use aws_sdk_kms::types::{KeySpec, KeyUsageType, OriginType, Tag};
use hardkey_attest::admission::Exceptions;
use hardkey_attest::public_key::Algorithm;
use hardkey_kms::KeyService;
use hardkey_kms::aws::{AwsConfig, AwsKms, KEY_SPECS, KeyName};
use hardkey_kms::config::NetworkConfig;
use hardkey_kms::network::SharedNetwork;
use hardkey_kms::service::{KeyId, Marking, Standing};
use hardkey_tests::sdk;
use tokio::runtime::Runtime;

use crate::contract::{Prepared, Usable, contract, soon, trusting};

/// Keys made for one run, under aliases that no other run has.
struct Made {
    runtime: Runtime,
    client: Client,
    mark: String,
}

impl Made {
    fn new(endpoint: &str, ca: Option<&Path>) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let moment = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
        Self { client: sdk::client(endpoint, ca), runtime, mark: format!("{}-{moment}", std::process::id()) }
    }

    /// A key and its ARN.
    fn key(&self, spec: KeySpec, origin: OriginType, usage: KeyUsageType, multi_region: bool) -> String {
        let request =
            self.client.create_key().key_spec(spec).origin(origin).key_usage(usage).multi_region(multi_region);
        let answer = self.runtime.block_on(request.send()).unwrap();
        answer.key_metadata.unwrap().arn.unwrap()
    }

    fn signing_key(&self, spec: KeySpec) -> String {
        self.key(spec, OriginType::AwsKms, KeyUsageType::SignVerify, false)
    }

    /// An alias for a key, without its prefix.
    fn alias(&self, name: &str, arn: &str) -> String {
        let alias = format!("{name}-{}", self.mark);
        let id = arn.rsplit('/').next().unwrap();
        let request = self.client.create_alias().alias_name(format!("alias/{alias}")).target_key_id(id);
        self.runtime.block_on(request.send()).unwrap();
        alias
    }
}

/// Over plain HTTP.
pub fn keeps_the_contract(endpoint: &str) {
    let made = Made::new(endpoint, None);
    run(&made, endpoint, NetworkConfig::default());
    lists_with_paging(&made, endpoint);
    marks_beside_other_tags(&made, endpoint);
}

/// Over TLS, with an authority named in the configuration.
pub fn keeps_the_contract_over_tls(endpoint: &str, ca: &Path) {
    run(&Made::new(endpoint, Some(ca)), endpoint, trusting(ca));
}

fn service(endpoint: &str, keys: &[String], discover: bool, network: NetworkConfig) -> AwsKms {
    let config = AwsConfig {
        keys: keys.iter().map(|name| KeyName::parse(name).unwrap()).collect(),
        region: Some("eu-west-1".to_owned()),
        profile: None,
        endpoint: Some(endpoint.to_owned()),
        discover,
    };
    static CREDENTIALS: std::sync::Once = std::sync::Once::new();
    CREDENTIALS.call_once(|| {
        for (name, value) in [
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ] {
            // SAFETY: set once, before any service of this process has read the environment.
            unsafe { std::env::set_var(name, value) };
        }
    });
    AwsKms::new(config, Exceptions::default(), SharedNetwork::new(network))
}

/// A key that signs in every way AWS KMS does with its kind.
fn usable(algorithm: Algorithm, label: String) -> Usable {
    let row = KEY_SPECS.iter().find(|row| row.algorithm == algorithm).unwrap();
    Usable { algorithm, label, schemes: row.signing.iter().map(|(_, scheme)| *scheme).collect() }
}

fn run(made: &Made, endpoint: &str, network: NetworkConfig) {
    let rsa2048 = made.signing_key(KeySpec::Rsa2048);
    let rsa3072 = made.signing_key(KeySpec::Rsa3072);
    let rsa4096 = made.signing_key(KeySpec::Rsa4096);
    let p256 = made.signing_key(KeySpec::EccNistP256);
    let p384 = made.signing_key(KeySpec::EccNistP384);
    let p521 = made.signing_key(KeySpec::EccNistP521);
    let secp256k1 = made.signing_key(KeySpec::EccSecgP256K1);
    let replicated = made.key(KeySpec::EccNistP256, OriginType::AwsKms, KeyUsageType::SignVerify, true);
    let disabled = made.signing_key(KeySpec::EccNistP256);
    made.runtime.block_on(made.client.disable_key().key_id(&disabled).send()).unwrap();
    let imported = made.key(KeySpec::Rsa2048, OriginType::External, KeyUsageType::SignVerify, false);
    let encryption = made.key(KeySpec::SymmetricDefault, OriginType::AwsKms, KeyUsageType::EncryptDecrypt, false);
    let waiting = made.signing_key(KeySpec::EccNistP256);
    made.runtime
        .block_on(made.client.schedule_key_deletion().key_id(&waiting).pending_window_in_days(7).send())
        .unwrap();
    let alias = made.alias("p384", &p384);
    let id = |arn: &str| arn.rsplit('/').next().unwrap().to_owned();
    assert!(id(&replicated).starts_with("mrk-"));
    let unknown = rsa2048.replace(&id(&rsa2048), "00000000-0000-4000-8000-000000000000");

    let names = [
        rsa2048.clone(),
        id(&rsa3072),
        rsa4096.clone(),
        p256.clone(),
        format!("alias/{alias}"),
        p521.clone(),
        secp256k1.clone(),
        replicated.clone(),
        disabled.clone(),
        imported.clone(),
        encryption.clone(),
        waiting.clone(),
        unknown.clone(),
    ];
    let prepared = Prepared {
        usable: vec![
            usable(Algorithm::Rsa2048, id(&rsa2048)),
            usable(Algorithm::Rsa3072, id(&rsa3072)),
            usable(Algorithm::Rsa4096, id(&rsa4096)),
            usable(Algorithm::P256, id(&p256)),
            usable(Algorithm::P384, alias),
            usable(Algorithm::P521, id(&p521)),
            usable(Algorithm::Secp256k1, id(&secp256k1)),
            usable(Algorithm::P256, id(&replicated)),
        ],
        refused: vec![
            (disabled, "disabled"),
            (imported, "imported"),
            (encryption, "not-for-signing"),
            (waiting, "pending-deletion"),
        ],
        unknown: vec![unknown],
    };
    contract(&service(endpoint, &names, false, network), &prepared, &[]);
}

/// More keys than the smallest page, found by listing, each once.
fn lists_with_paging(made: &Made, endpoint: &str) {
    let many: Vec<String> = (0..105).map(|_| made.signing_key(KeySpec::EccNistP256)).collect();
    let alias = made.alias("listed", &many[104]);
    let service = service(endpoint, &[], true, NetworkConfig::default());
    let answers = service.keys(&[], &soon()).unwrap();
    let records: Vec<_> = answers.into_iter().map(|answer| Arc::new(answer.unwrap())).collect();
    for arn in &many {
        let found: Vec<_> = records.iter().filter(|record| record.id.as_str() == arn).collect();
        let [record] = found.as_slice() else { panic!("{arn} was listed {} times", found.len()) };
        assert!(matches!(record.standing, Standing::Usable(_)));
    }
    let last = records.iter().find(|record| record.id.as_str() == many[104]).unwrap();
    assert_eq!(last.label, alias, "a listed key goes by its alias");
    assert!(service.keys(&records, &soon()).unwrap().is_empty(), "nothing is asked for twice");
}

/// A mark is one tag: set, and set anew, while the others and other keys stay as they are.
fn marks_beside_other_tags(made: &Made, endpoint: &str) {
    let [first, second] = [0, 1].map(|_| made.signing_key(KeySpec::EccNistP256));
    let team = Tag::builder().tag_key("team").tag_value("release").build().unwrap();
    made.runtime.block_on(made.client.tag_resource().key_id(&first).tags(team).send()).unwrap();
    let tags = |arn: &str| -> BTreeMap<String, String> {
        let answer = made.runtime.block_on(made.client.list_resource_tags().key_id(arn).send()).unwrap();
        answer.tags().iter().map(|tag| (tag.tag_key().to_owned(), tag.tag_value().to_owned())).collect()
    };
    let service = service(endpoint, std::slice::from_ref(&first), false, NetworkConfig::default());
    let id = KeyId::new(first.clone());
    for nonce in ["first", "second"] {
        service.mark(&id, "hardkey-challenge", nonce, &soon()).unwrap();
        let expected = [("hardkey-challenge", nonce), ("team", "release")];
        assert_eq!(tags(&first), expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }
    assert_eq!(tags(&second), BTreeMap::new());
}
