//! Which questions there are about a key, who may answer them, and how an administrator marks a key. Records are held to their form in
//! the tests of the schema, and to their terms in those of the attacks.

use super::*;
use crate::instant::Instant;
use crate::report::Kind as Of;

const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";
const KID: &str = "https://release.vault.azure.net/keys/code/0123456789abcdef0123456789abcdef";
const MANAGED: &str = "https://release.managedhsm.usgovcloudapi.net/keys/code/0123456789abcdef0123456789abcdef";
const VERSION: &str = "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";

/// Kind, subject and hosts, a line each.
fn asked(resource: &str) -> Vec<String> {
    let line = |question: Question| {
        let Question { kind, of, hosts, around: None } = question else { panic!("{question:?}") };
        assert!(kind.is_about(&of, resource), "{of}");
        format!("{} of {of} at {}", kind.name(), hosts.join(" "))
    };
    Kind::questions(resource).into_iter().map(line).collect()
}

#[test]
fn what_to_ask_and_where_follows_from_the_name_of_the_key() {
    let (kms, trails) = (
        "kms.eu-west-1.amazonaws.com kms-fips.eu-west-1.amazonaws.com",
        "cloudtrail.eu-west-1.amazonaws.com \
        cloudtrail-fips.eu-west-1.amazonaws.com",
    );
    assert_eq!(
        asked(ARN),
        [
            format!("aws.describe-key of {ARN} at {kms}"),
            format!("aws.get-public-key of {ARN} at {kms}"),
            format!("aws.list-resource-tags of {ARN} at {kms}"),
            format!("aws.get-key-policy of {ARN} at {kms}"),
            format!("aws.list-grants of {ARN} at {kms}"),
            format!("aws.describe-trails of 111122223333 at {trails}"),
        ]
    );
    assert_eq!(
        asked(KID),
        [
            format!("azure.key of {KID} at release.vault.azure.net"),
            "azure.vault of /providers/Microsoft.KeyVault/vaults/release at management.azure.com".to_owned(),
        ]
    );
    let hsm = "release.managedhsm.usgovcloudapi.net";
    assert_eq!(
        asked(MANAGED),
        [
            format!("azure.key of {MANAGED} at {hsm}"),
            format!("azure.attestation of {MANAGED} at {hsm}"),
            "azure.vault of /providers/Microsoft.KeyVault/managedHSMs/release at management.usgovcloudapi.net"
                .to_owned(),
        ]
    );
    let google = "cloudkms.googleapis.com";
    assert_eq!(
        asked(VERSION),
        [
            format!("google.crypto-key-version of {VERSION} at {google}"),
            format!("google.public-key of {VERSION} at {google}"),
            format!("google.crypto-key of projects/p/locations/l/keyRings/r/cryptoKeys/k at {google}"),
            "google.iam-policy of projects/p at cloudresourcemanager.googleapis.com".to_owned(),
            "google.parent of projects/p at cloudresourcemanager.googleapis.com".to_owned(),
            format!("google.key-iam-policy of projects/p/locations/l/keyRings/r/cryptoKeys/k at {google}"),
        ]
    );
    let first = |resource: &str| asked(resource)[0].rsplit_once(' ').unwrap().1.to_owned();
    assert_eq!(first(&ARN.replace("arn:aws:", "arn:aws-eusc:")), "kms-fips.eu-west-1.amazonaws.eu");
    assert_eq!(first(&ARN.replace("arn:aws:", "arn:aws-us-gov:")), "kms-fips.eu-west-1.amazonaws.com");
}

#[test]
fn a_name_that_is_no_key_of_a_cloud_or_would_make_another_host_is_asked_about_nowhere() {
    for resource in [
        "",
        "alias/release",
        "arn:aws:kms:eu-west-1:111122223333:alias/release",
        "arn:aws:kms:eu-west-1:111122223333:key/",
        "arn:aws:s3:eu-west-1:111122223333:key/1",
        "arn:aws-cn:kms:cn-north-1:111122223333:key/1",
        "arn:aws:kms:evil.example/:111122223333:key/1",
        "arn:aws:kms:eu-west-1.evil:111122223333:key/1",
        "arn:aws:kms::111122223333:key/1",
        "arn:aws:kms:eu-west-1:1111:key/1",
        "arn:aws:kms:eu-west-1:11112222333a:key/1",
        "arn:aws:kms:eu-west-1:111122223333:key/1:2",
        "https://release.vault.azure.cn/keys/code/1",
        "https://release.vault.azure.net.evil.example/keys/code/1",
        "https://release.vault.azure.net/keys/code",
        "projects/p/locations/l/keyRings/r/cryptoKeys/k",
    ] {
        assert_eq!(asked(resource), [""; 0], "{resource}");
        assert_eq!(Kind::Key(Of::AwsDescribeKey).hosts(resource, resource), [""; 0], "{resource}");
    }
}

#[test]
fn a_trail_is_asked_about_in_the_keys_region_and_in_its_own() {
    let trail = "arn:aws:cloudtrail:us-east-1:111122223333:trail/all";
    for kind in [Kind::AwsGetTrailStatus, Kind::AwsGetEventSelectors] {
        let hosts: Vec<String> = ["eu-west-1", "us-east-1"]
            .iter()
            .flat_map(|region| ["cloudtrail", "cloudtrail-fips"].map(|name| format!("{name}.{region}.amazonaws.com")))
            .collect();
        assert_eq!(kind.hosts(trail, ARN), hosts);
        assert_eq!(kind.hosts(&trail.replace("us-east-1", "eu-west-1"), ARN), hosts[..2]);
        assert_eq!(kind.hosts(&trail.replace("us-east-1", "evil.example/"), ARN), hosts[..2]);
        assert!(kind.is_about(trail, ARN));
        for other in [ARN, "all", "arn:aws-us-gov:cloudtrail:us-east-1:111122223333:trail/all", ""] {
            assert!(!kind.is_about(other, ARN), "{other}");
        }
        assert!(!kind.is_about(trail, KID));
    }
}

#[test]
fn settings_are_of_the_vault_that_the_key_is_in() {
    let settings = |name: &str| format!("/subscriptions/1/resourceGroups/g/providers/{name}");
    let about = |of: &str, resource| Kind::AzureDiagnosticSettings.is_about(of, resource);
    assert!(about(&settings("Microsoft.KeyVault/vaults/release"), KID));
    assert!(about(&settings("microsoft.keyvault/VAULTS/Release"), KID), "without case");
    assert!(about(&settings("Microsoft.KeyVault/managedHSMs/release"), MANAGED));
    for other in [
        "Microsoft.KeyVault/vaults/release2",
        "Microsoft.KeyVault/vaults/my-release",
        "Microsoft.Storage/vaults/release",
        "Microsoft.Web/sites/a/providers/Microsoft.KeyVault/vaults/release",
    ] {
        assert!(!about(&settings(other), KID), "{other}");
    }
    assert!(!about(&settings("Microsoft.KeyVault/vaults/release"), MANAGED));
    assert!(!about("/providers/Microsoft.KeyVault/vaults/release", KID), "of no subscription");
    assert!(!about(&settings("Microsoft.KeyVault/vaults/release"), VERSION));
    assert!(
        Kind::AzureVault.is_about("/providers/Microsoft.KeyVault/vaults/release", KID),
        "a vault that was not found"
    );
    assert!(!Kind::AzureVault.is_about("/providers/Microsoft.KeyVault/vaults/release2", KID));
}

#[test]
fn names_of_kinds_are_unique_and_read_again() {
    for (index, kind) in Kind::ALL.iter().enumerate() {
        assert_eq!(Kind::named(kind.name()), Some(*kind));
        assert!(Kind::ALL[index + 1..].iter().all(|other| other != kind));
    }
    assert!(Of::ALL.iter().all(|kind| Kind::ALL.contains(&Kind::Key(*kind))));
    assert_eq!(Kind::named("aws.sign"), None);
}

#[test]
fn a_mark_is_the_nonce_as_far_as_the_cloud_has_room() {
    let nonce = "0123456789abcdef".repeat(4);
    assert_eq!(mark::value(&nonce, ARN), nonce);
    assert_eq!(mark::value(&nonce, KID), nonce);
    assert_eq!(mark::value(&nonce, VERSION), nonce[..63]);
}

#[test]
fn the_lines_for_a_policy_are_read_by_it() {
    let key = crate::public_key::PublicKey::from_spki(hardkey_synthetic::record::confirmer().spki()).unwrap();
    let text = format!("name = \"a\"\nbased_on = \"csbr\"\n{}\n", Confirmer::lines(&key).join("\n"));
    let policy = crate::policy::Policy::from_toml(&text).unwrap();
    assert!(policy.confirmers[0].is(&key));
    let lines = Confirmer::lines(&key);
    assert_eq!(lines[2], format!("spki_sha256 = \"{}\"", hardkey_synthetic::record::confirmer_sha256()));
}

fn answer(kind: Kind, of: &str, said: Said) -> Answer {
    let (of, endpoint) = (of.to_owned(), "cloudtrail.eu-west-1.amazonaws.com".to_owned());
    Answer { kind, of, endpoint, asked: crate::instant::Instant::from_unix(0), request: String::new(), said }
}

#[test]
fn a_vault_leads_to_what_is_around_it_by_its_whole_name() {
    let vault = "/subscriptions/1/resourceGroups/g/providers/Microsoft.KeyVault/vaults/release";
    let next = |resource, of: &str, said| -> Vec<String> {
        let line = |Question { kind, of, hosts, around }: Question| {
            assert_eq!(around, None);
            format!("{} of {of} at {}", kind.name(), hosts.join(" "))
        };
        follow_ups(resource, &answer(Kind::AzureVault, of, said)).into_iter().map(line).collect()
    };
    let data = || Said::Data(b"{}".to_vec());
    assert_eq!(
        next(KID, vault, data()),
        [
            format!("azure.diagnostic-settings of {vault} at management.azure.com"),
            format!("azure.role-assignments of {vault} at management.azure.com"),
            format!("azure.key-events of {vault} at api.loganalytics.azure.com"),
        ]
    );
    let hsm = vault.replace("/vaults/", "/managedHSMs/");
    assert_eq!(
        next(MANAGED, &hsm, data()),
        [
            format!("azure.diagnostic-settings of {hsm} at management.usgovcloudapi.net"),
            format!("azure.key-events of {hsm} at api.loganalytics.us"),
        ]
    );
    assert_eq!(next(KID, &format!("{vault}2"), data()), [""; 0]);
    let refused = Said::Refused { code: "AuthorizationFailed".to_owned(), message: "no".to_owned() };
    assert_eq!(next(KID, vault, refused), [""; 0]);
}

#[test]
fn trails_lead_to_two_questions_each_and_only_those_of_the_keys_partition() {
    let arn = |partition: &str, region: &str| format!("arn:{partition}:cloudtrail:{region}:111122223333:trail/audit");
    let (own, other) = (arn("aws", "us-east-1"), arn("aws-us-gov", "us-gov-west-1"));
    let data = format!("{{\"trailList\":[{{\"TrailARN\":\"{own}\"}},{{\"TrailARN\":\"{other}\"}}]}}").into_bytes();
    let next = |said| follow_ups(ARN, &answer(Kind::AwsDescribeTrails, "111122223333", said));
    let asked: Vec<String> = next(Said::Data(data))
        .into_iter()
        .map(|Question { kind, of, hosts, around }| {
            assert_eq!(around, None);
            format!("{} of {of} at {}", kind.name(), hosts.join(" "))
        })
        .collect();
    let hosts = "cloudtrail.eu-west-1.amazonaws.com cloudtrail-fips.eu-west-1.amazonaws.com \
        cloudtrail.us-east-1.amazonaws.com cloudtrail-fips.us-east-1.amazonaws.com";
    assert_eq!(
        asked,
        [format!("aws.get-trail-status of {own} at {hosts}"), format!("aws.get-event-selectors of {own} at {hosts}"),]
    );
    assert_eq!(next(Said::Data(b"no JSON".to_vec())), []);
    assert_eq!(next(Said::Refused { code: "AccessDenied".to_owned(), message: "no".to_owned() }), []);
}

#[test]
fn the_creation_of_a_key_of_aws_is_looked_for_in_its_hour_while_cloudtrail_keeps_it() {
    let next = |created: &str, asked: u64| -> Vec<String> {
        let said = Said::Data(format!(r#"{{"KeyMetadata": {{"CreationDate": {created}}}}}"#).into_bytes());
        let asked = Instant::from_unix(asked);
        let described = Answer { asked, ..answer(Kind::Key(Of::AwsDescribeKey), ARN, said) };
        let line = |Question { kind, of, hosts, around }: Question| {
            format!("{} of {of} at {} around {}", kind.name(), hosts.join(" "), around.unwrap())
        };
        follow_ups(ARN, &described).into_iter().map(line).collect()
    };
    let trails = "cloudtrail.eu-west-1.amazonaws.com cloudtrail-fips.eu-west-1.amazonaws.com";
    let events = [format!("aws.lookup-events of {ARN} at {trails} around 2026-09-21T14:13:20Z")];
    let (created, days) = (1_790_000_000, 24 * 60 * 60);
    for written in ["1790000000", "1790000000.987", "1.790000000987E9"] {
        assert_eq!(next(written, created + 90 * days), events, "{written}");
    }
    assert_eq!(next("1790000000", created + 90 * days + 1), [""; 0]);
    assert_eq!(next("\"yesterday\"", created), [""; 0]);
    assert_eq!(next("-1", created), [""; 0]);
    assert!(Kind::AwsLookupEvents.is_about(ARN, ARN) && !Kind::AwsLookupEvents.is_about("111122223333", ARN));
}

#[test]
fn what_is_above_a_project_of_google_s_is_asked_about_level_by_level_and_events_when_it_is_known_when() {
    let manager = "cloudresourcemanager.googleapis.com";
    let next = |kind, of: &str, data: &str| {
        let said = Said::Data(data.as_bytes().to_vec());
        let asked = Instant::parse("2026-11-21T10:00:00Z").unwrap();
        let (endpoint, request) = (manager.to_owned(), "r".to_owned());
        follow_ups(VERSION, &Answer { kind, of: of.to_owned(), endpoint, asked, request, said })
            .into_iter()
            .map(|Question { kind, of, hosts, around }| {
                let around = around.map(|around| format!(" around {around}")).unwrap_or_default();
                format!("{} of {of} at {}{around}", kind.name(), hosts.join(" "))
            })
            .collect::<Vec<_>>()
    };
    let parent =
        |of: &str, above: &str| next(Kind::GoogleParent, of, &format!(r#"{{"name": "{of}", "parent": "{above}"}}"#));
    assert_eq!(
        parent("projects/p", "folders/7"),
        [format!("google.iam-policy of folders/7 at {manager}"), format!("google.parent of folders/7 at {manager}")]
    );
    assert_eq!(parent("folders/7", "organizations/9"), [format!("google.iam-policy of organizations/9 at {manager}")]);
    assert_eq!(parent("folders/7", "billingAccounts/9"), [""; 0]);
    let version = |created: &str| {
        let record = format!(r#"{{"name": "{VERSION}", "createTime": "{created}"}}"#);
        next(Kind::Key(Of::GoogleCryptoKeyVersion), VERSION, &record)
    };
    let events = [format!("google.key-events of {VERSION} at logging.googleapis.com around 2026-11-21T09:59:58Z")];
    assert_eq!(version("2026-11-21T09:59:58.123456789Z"), events);
    assert_eq!(version("2026-11-21T09:59:58Z"), events);
    assert_eq!(version("yesterday"), [""; 0]);
}

#[test]
fn an_answer_about_what_cannot_be_above_a_project_says_nothing_of_its_keys() {
    for (kind, of, is_about) in [
        (Kind::GoogleIamPolicy, "projects/p", true),
        (Kind::GoogleIamPolicy, "projects/q", false),
        (Kind::GoogleIamPolicy, "folders/7", true),
        (Kind::GoogleIamPolicy, "organizations/9", true),
        (Kind::GoogleIamPolicy, "folders/..", false),
        (Kind::GoogleParent, "organizations/9", false),
        (Kind::GoogleKeyIamPolicy, "projects/p/locations/l/keyRings/r/cryptoKeys/k", true),
        (Kind::GoogleKeyIamPolicy, "projects/p/locations/l/keyRings/r/cryptoKeys/j", false),
        (Kind::GoogleKeyEvents, VERSION, true),
        (Kind::GoogleKeyEvents, "projects/p", false),
    ] {
        assert_eq!(kind.is_about(of, VERSION), is_about, "{} of {of}", kind.name());
    }
}
