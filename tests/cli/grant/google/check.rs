//! `hardkey grant-ca google --check`: what a subscriber's administrator is told of what a CA was given.

use std::collections::BTreeMap;

use hardkey_tests::google::SIGNER;
use hardkey_tests::host::Outcome;
use hardkey_tests::scene::Scene;
use serde_json::{Value, json};

use super::{CA, VERSION, printed};

const PROJECT: &str = "projects/emulated-project";
const ORGANIZATION: &str = "organizations/9";
const ABOVE: [&str; 2] = ["--organization", "9"];
/// What README.md says that the administrator needs: first without what is above the project.
const ADMINISTRATOR: [(&str, &str); 8] = [
    ("cloudkms.cryptoKeys.getIamPolicy", "key"),
    ("cloudkms.keyRings.getIamPolicy", "key ring"),
    ("resourcemanager.projects.getIamPolicy", "project"),
    ("iam.roles.get", "project"),
    ("resourcemanager.projects.get", "project"),
    ("resourcemanager.folders.get", "folder"),
    ("resourcemanager.folders.getIamPolicy", "folder"),
    ("resourcemanager.organizations.getIamPolicy", "organization"),
];

fn key() -> &'static str {
    VERSION.split_once("/cryptoKeyVersions/").unwrap().0
}

fn ring() -> &'static str {
    VERSION.split_once("/cryptoKeys/").unwrap().0
}

/// IAM as the script leaves it, for an administrator who may look at it and do nothing else.
struct Granted {
    scene: Scene,
    roles: BTreeMap<String, Vec<String>>,
    grants: Vec<(String, String, String)>,
    administrator: Vec<&'static str>,
}

impl Granted {
    fn new(more: &[&str]) -> Self {
        let mut scene = Scene::with_google(&["EC_SIGN_P256_SHA256,ring=emulated,key=release"]);
        assert_eq!(scene.emulator.google_version(0), VERSION);
        for api in ["CLOUDRESOURCEMANAGER", "IAM"] {
            let endpoint = scene.emulator.endpoint().to_owned();
            scene.set(&format!("CLOUDSDK_API_ENDPOINT_OVERRIDES_{api}"), &endpoint);
        }
        let roles: BTreeMap<String, Vec<String>> = roles(&printed(&scene, more));
        let places = |role: &str| match role.rsplit('/').next().unwrap() {
            "hardkeyConfirmKey" => vec![key()],
            "hardkeyConfirmProject" => vec![PROJECT],
            "hardkeyConfirmFolder" => vec!["folders/7", "folders/8"],
            "hardkeyConfirmOrganization" => vec![ORGANIZATION],
            other => panic!("{other}"),
        };
        let to_ca = |role: &String| places(role).into_iter().map(|place| grant(CA, role, place)).collect::<Vec<_>>();
        let grants = roles.keys().flat_map(to_ca).collect();
        let administrator = ADMINISTRATOR.iter().take(if more.is_empty() { 4 } else { 8 });
        let administrator = administrator.map(|(permission, _)| *permission).collect();
        Self { scene, roles, grants, administrator }
    }

    fn checked(&self, more: &[&str]) -> Outcome {
        let own = format!("{PROJECT}/roles/administrator");
        let mut roles: BTreeMap<&str, Value> =
            self.roles.iter().map(|(role, permissions)| (role.as_str(), json!(permissions))).collect();
        roles.insert(&own, json!(self.administrator));
        let given = grant(&format!("serviceAccount:{SIGNER}"), &own, ORGANIZATION);
        let grants: Vec<Value> = self
            .grants
            .iter()
            .chain([&given])
            .map(|(member, role, place)| json!({ "member": member, "role": role, "resource": place }))
            .collect();
        let parents = json!({ PROJECT: "folders/7", "folders/7": "folders/8", "folders/8": ORGANIZATION });
        let iam = json!({ "enforced": true, "roles": roles, "grants": grants, "parents": parents });
        self.scene.emulator.set_google_iam(&iam);
        let arguments = ["grant-ca", "google", "--ca", CA, "--key", VERSION, "--check"];
        self.scene.hardkey(&[&arguments as &[&str], more].concat())
    }

    fn passes(&self, more: &[&str]) {
        let good = self.checked(more);
        let line = format!("{} gives this CA what it asks for, and nothing else\n", key());
        assert_eq!((good.status, good.stderr.as_str(), good.text()), (Some(0), "", line));
    }

    /// The one line of what is not as printed.
    fn wrong(&self, more: &[&str]) -> String {
        let outcome = self.checked(more);
        assert_eq!((outcome.status, outcome.text().as_str()), (Some(1), ""), "{}", outcome.stderr);
        let start = format!("hardkey: --check: the key {}: ", key());
        let line = outcome.stderr.strip_prefix(&start).unwrap_or_else(|| panic!("{}", outcome.stderr));
        let end = "; run what hardkey grant-ca google prints, and remove what is too much\n";
        line.strip_suffix(end).unwrap_or_else(|| panic!("{line}")).to_owned()
    }
}

fn grant(member: &str, role: &str, place: &str) -> (String, String, String) {
    (member.to_owned(), role.to_owned(), place.to_owned())
}

/// The roles of a printed script: `role NAME "--project=$project" 'PERMISSION,PERMISSION'`.
fn roles(script: &str) -> BTreeMap<String, Vec<String>> {
    let lines = script.lines().filter_map(|line| line.strip_prefix("role "));
    let words = lines.filter_map(|line| line.split(' ').collect::<Vec<_>>().try_into().ok());
    let role = |[name, place, permissions]: [&str; 3]| {
        let of = if place.contains("--project") { PROJECT } else { ORGANIZATION };
        let permissions = permissions.trim_matches('\'').split(',').map(str::to_owned).collect();
        (format!("{of}/roles/{name}"), permissions)
    };
    words.map(role).collect()
}

#[test]
fn roles_as_they_were_printed_pass_and_each_permission_that_is_missing_is_named() {
    for (more, permissions) in [(&[] as &[&str], 7), (&ABOVE, 10)] {
        let mut granted = Granted::new(more);
        granted.passes(more);
        assert_eq!(granted.roles.values().map(Vec::len).sum::<usize>(), permissions);
        for (role, all) in granted.roles.clone() {
            let places =
                granted.grants.iter().filter(|(_, given, _)| *given == role).map(|(_, _, place)| place.clone());
            let places: Vec<String> = places.collect();
            let missing = |lacking: &[&String]| {
                let of = |place: &String| {
                    lacking.iter().map(|one| format!("missing is {one} on {place}")).collect::<Vec<_>>()
                };
                places.iter().flat_map(of).collect::<Vec<_>>().join("; ")
            };
            for lacking in &all {
                let others = all.iter().filter(|one| *one != lacking).cloned().collect();
                granted.roles.insert(role.clone(), others);
                assert_eq!(granted.wrong(more), missing(&[lacking]));
            }
            granted.roles.insert(role.clone(), all.clone());
            let kept = granted.grants.clone();
            granted.grants.retain(|(_, given, _)| *given != role);
            assert_eq!(granted.wrong(more), missing(&all.iter().collect::<Vec<_>>()), "not granted");
            granted.grants = kept;
        }
        granted.passes(more);
    }
}

#[test]
fn what_is_too_much_is_named_wherever_and_to_whomever_it_is_granted() {
    let mut granted = Granted::new(&ABOVE);
    let of_key = format!("{PROJECT}/roles/hardkeyConfirmKey");
    let sign = "cloudkms.cryptoKeyVersions.useToSign";
    granted.roles.get_mut(&of_key).unwrap().push(sign.to_owned());
    assert_eq!(granted.wrong(&ABOVE), format!("too much is {sign} on {}", key()));
    granted.roles.get_mut(&of_key).unwrap().pop();
    let own = format!("{PROJECT}/roles/signing");
    granted.roles.insert(own.clone(), vec![sign.to_owned()]);
    let domain = "domain:example-ca.iam.gserviceaccount.com";
    let signer = "roles/cloudkms.signer";
    let members = [CA, "allUsers", "allAuthenticatedUsers", domain];
    for place in [key(), ring(), PROJECT, "folders/7", "folders/8", ORGANIZATION] {
        let as_printed = granted.grants.clone();
        granted.grants.push(grant("user:release@example.com", signer, place));
        let mut rights = Vec::new();
        for (role, right) in [(own.as_str(), sign), (signer, signer)] {
            for member in members {
                granted.grants.push(grant(member, role, place));
                let to = if member == CA { String::new() } else { format!(", for {member}") };
                rights.push(format!("too much is {right} on {place}{to}"));
            }
        }
        assert_eq!(granted.wrong(&ABOVE), rights.join("; "));
        granted.grants = as_printed;
    }
    granted.grants.push(grant("user:release@example.com", signer, key()));
    granted.passes(&ABOVE);
    let elsewhere = granted.checked(&["--organization", "10"]);
    let line = format!(
        "hardkey: --organization \"10\": above {PROJECT} is {ORGANIZATION}; name what is there, or leave it out\n"
    );
    assert_eq!((elsewhere.status, elsewhere.stderr.as_str(), elsewhere.text().as_str()), (Some(2), line.as_str(), ""));
}

#[test]
fn who_may_not_look_is_told_what_it_takes() {
    let mut granted = Granted::new(&ABOVE);
    let all = granted.administrator.clone();
    for (permission, place) in ADMINISTRATOR {
        granted.administrator = all.iter().filter(|one| **one != permission).copied().collect();
        let outcome = granted.checked(&ABOVE);
        assert_eq!((outcome.status, outcome.text().as_str()), (Some(1), ""), "{}", outcome.stderr);
        let answered =
            outcome.stderr.starts_with("hardkey: Google ") && outcome.stderr.contains(" with PERMISSION_DENIED: ");
        let remedy = format!(
            "; grant {permission} on this {place}, and check that its name is right: Google does not tell the two apart\n"
        );
        assert!(answered && outcome.stderr.ends_with(&remedy), "{}", outcome.stderr);
    }
}
