//! Azure: the key at its vault, and Resource Manager and the log around it, each right by itself.

use std::time::Duration;

use hardkey_tests::azure::RESOURCES;
use hardkey_tests::host::run;
use hardkey_tests::scene::Scene;
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(120);
/// The CA's application, as the emulator knows its tokens.
const CA: &str = "hardkey-tests";
const ROLE: &str = "11111111-2222-3333-4444-555555555555";
const ROLE_OF_THE_KEY: &str = "21111111-2222-3333-4444-555555555555";
/// What is asked of a vault's key, in order.
const QUESTIONS: [&str; 5] =
    ["azure.key", "azure.vault", "azure.diagnostic-settings", "azure.role-assignments", "azure.key-events"];
/// The questions that come to nothing without a right; what is asked of two tables has rows of the other.
const NEEDED_BY: [(&str, &[&str]); 5] = [
    ("Microsoft.KeyVault/vaults/read", &["azure.vault"]),
    ("Microsoft.Insights/diagnosticSettings/read", &["azure.diagnostic-settings"]),
    ("Microsoft.Authorization/roleAssignments/read", &["azure.role-assignments"]),
    ("Microsoft.Insights/logs/AZKVAuditLogs/read", &[]),
    ("Microsoft.Insights/logs/AzureDiagnostics/read", &[]),
];

/// The rights in the roles that `hardkey grant-ca azure` prints for the key: around the vault, and of the key.
struct Printed {
    actions: Vec<String>,
    data_actions: Vec<String>,
}

impl Printed {
    fn of(scene: &Scene) -> Self {
        let ca = "7c9d2e4f-6a8b-4d1c-b3e5-f7081a2b3c4d";
        let template = scene.hardkey(&["grant-ca", "azure", "--ca", ca, "--key", &scene.azure[0].id]).success().text();
        let list = |name: &str| -> Vec<String> {
            let start = format!("  {name}: [");
            let lists = template.split(start.as_str()).skip(1);
            let quoted = lists.flat_map(|list| list.split(']').next().unwrap().split('\'').skip(1).step_by(2));
            quoted.map(str::to_owned).collect()
        };
        Self { actions: list("actions"), data_actions: list("dataActions") }
    }

    fn without(&self, action: &str) -> Vec<&str> {
        self.actions.iter().map(String::as_str).filter(|other| *other != action).collect()
    }
}

fn scene(vault: &str) -> Scene {
    let scene = Scene::with_azure(&[json!({ "kty": "EC-HSM", "name": "release", "vault": vault })]);
    scene.write("confirm.toml", "");
    scene
}

/// What each question came to, in order.
fn asked(scene: &Scene) -> Vec<Value> {
    asked_in(scene, &[])
}

fn asked_in(scene: &Scene, variables: &[(&str, &str)]) -> Vec<Value> {
    let mut environment = scene.environment.clone();
    environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let arguments = [scene.path("confirm.toml"), scene.azure[0].id.clone()];
    let outcome = run(env!("CARGO_BIN_EXE_asker"), arguments, &environment, LIMIT);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));
    outcome.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn kinds<'a>(answers: &'a [Value], member: &str) -> Vec<&'a str> {
    let has = answers.iter().filter(|answer| answer[member].is_string());
    has.map(|answer| answer["kind"].as_str().unwrap()).collect()
}

/// Gives the CA these rights at the vault and at the key, and nothing else.
fn grant(scene: &Scene, actions: &[&str], data_actions: &[String]) {
    let (vault, key) = (format!("{RESOURCES}/vaults/vault"), "keys/release");
    scene.emulator.azure_vault(json!({ "name": "vault", "authorization": "rbac" }));
    scene.emulator.azure_roles(json!({
        "enforced": true,
        "definitions": [
            { "id": ROLE, "name": "around", "actions": actions },
            { "id": ROLE_OF_THE_KEY, "name": "of the key", "data_actions": data_actions },
        ],
        "assignments": [
            { "principal": CA, "role": ROLE, "scope": vault },
            { "principal": CA, "role": ROLE_OF_THE_KEY, "scope": format!("{vault}/{key}") },
        ],
    }));
}

#[test]
fn a_key_of_a_vault_is_asked_about_at_its_vault_and_around_it_and_nowhere_else() {
    let scene = scene("vault");
    let answers = asked(&scene);
    assert_eq!(kinds(&answers, "data"), QUESTIONS, "{answers:#?}");
    let (kid, key) = (&scene.azure[0].id, &scene.azure[0]);
    let vault = format!("{RESOURCES}/vaults/vault");
    let management = "https://management.azure.com";
    let requests: Vec<&str> = answers.iter().map(|answer| answer["request"].as_str().unwrap()).collect();
    assert_eq!(
        requests,
        [
            format!("GET https://vault.vault.azure.net/keys/release/{}", key.version),
            format!("GET {management}{vault}?api-version=2023-07-01"),
            format!(
                "GET {management}{vault}/providers/Microsoft.Insights/diagnosticSettings?api-version=2021-05-01-preview"
            ),
            format!("GET {management}{vault}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01"),
            format!("POST https://api.loganalytics.azure.com/v1{vault}/query"),
        ]
    );
    let hosts: Vec<&str> = answers.iter().map(|answer| answer["endpoint"].as_str().unwrap()).collect();
    assert_eq!(hosts[0], "vault.vault.azure.net");
    assert_eq!(hosts[1..4], ["management.azure.com"; 3]);
    assert_eq!(hosts[4], "api.loganalytics.azure.com");
    let bundle: Value = serde_json::from_str(answers[0]["data"].as_str().unwrap()).unwrap();
    assert_eq!(bundle["key"]["kid"], kid.as_str());
    let events: Value = serde_json::from_str(answers[4]["data"].as_str().unwrap()).unwrap();
    let row = &events["tables"][0]["rows"][0];
    assert_eq!((&row[3], &row[5]), (&json!("KeyCreate"), &json!(kid)));
}

#[test]
fn a_key_of_a_managed_hsm_has_a_statement_and_no_roles_of_azures() {
    let scene = scene("hsm");
    let answers = asked(&scene);
    let expected = ["azure.key", "azure.attestation", "azure.vault", "azure.diagnostic-settings", "azure.key-events"];
    assert_eq!(kinds(&answers, "data"), expected, "{answers:#?}");
    assert!(answers[2]["request"].as_str().unwrap().contains("/managedHSMs/hsm?"), "{answers:#?}");
}

#[test]
fn the_printed_roles_are_all_it_takes_and_without_one_right_exactly_what_needs_it_is_refused() {
    let scene = scene("vault");
    let printed = Printed::of(&scene);
    let known: Vec<&str> = NEEDED_BY.iter().map(|(action, _)| *action).collect();
    assert_eq!(
        (&printed.actions, printed.data_actions.len()),
        (&known.iter().map(|one| (*one).to_owned()).collect(), 1)
    );
    grant(&scene, &printed.without(""), &printed.data_actions);
    assert_eq!(kinds(&asked(&scene), "data"), QUESTIONS);
    for (action, refused) in NEEDED_BY {
        grant(&scene, &printed.without(action), &printed.data_actions);
        let answers = asked(&scene);
        assert_eq!(kinds(&answers, "code"), refused, "{action}: {answers:#?}");
        for answer in answers.iter().filter(|answer| answer["code"].is_string()) {
            let expected = if answer["kind"] == "azure.vault" { "NotListed" } else { "AuthorizationFailed" };
            assert_eq!(answer["code"], expected, "{answer:#}");
        }
    }
    grant(&scene, &known[..3], &printed.data_actions);
    let answers = asked(&scene);
    let refused = (kinds(&answers, "code"), answers[4]["code"].as_str());
    assert_eq!(refused, (vec!["azure.key-events"], Some("InsufficientAccessError")));
    grant(&scene, &known, &[]);
    let answers = asked(&scene);
    assert_eq!((kinds(&answers, "code"), answers[0]["code"].as_str()), (vec!["azure.key"], Some("ForbiddenByRbac")));
}

#[test]
fn with_no_grant_and_with_one_that_was_revoked_every_question_has_an_answer_and_it_is_no() {
    let scene = scene("vault");
    let printed = Printed::of(&scene);
    grant(&scene, &printed.without(""), &printed.data_actions);
    assert_eq!(kinds(&asked(&scene), "data"), QUESTIONS);
    scene.emulator.azure_roles(json!({ "enforced": true }));
    let answers = asked(&scene);
    assert_eq!((kinds(&answers, "code"), answers.len()), (vec!["azure.key", "azure.vault"], 2), "{answers:#?}");
    assert_eq!(answers[1]["message"], "Azure Resource Graph lists no such resource that this CA may read");
    assert!(
        answers[1]["request"]
            .as_str()
            .unwrap()
            .starts_with("POST https://management.azure.com/providers/Microsoft.ResourceGraph/")
    );
}

#[test]
fn a_key_that_is_gone_is_an_answer() {
    let scene = scene("vault");
    scene.emulator.delete_azure_key("vault", &scene.azure[0]);
    let answers = asked(&scene);
    assert_eq!((kinds(&answers, "code"), &answers[0]["code"]), (vec!["azure.key"], &json!("KeyNotFound")));
}

#[test]
fn tokens_are_of_the_vaults_tenant_whatever_the_cas_own_is_and_for_three_resources() {
    let scene = scene("vault");
    let answers = asked_in(&scene, &[("AZURE_TENANT_ID", "00000000-0000-0000-0000-0000000000ca")]);
    assert_eq!(kinds(&answers, "data"), QUESTIONS, "{answers:#?}");
    let wanted = scene.emulator.asked();
    let text = wanted.to_string();
    for scope in ["https://vault.azure.net", "https://management.azure.com", "https://api.loganalytics.io"] {
        assert_eq!(text.matches(&format!("{scope}/.default")).count(), 1, "{wanted:#}");
    }
    assert!(!text.contains("0000000000ca"), "{wanted:#}");
}

#[test]
fn what_proves_who_the_ca_is_goes_to_azures_own_authority_whatever_the_environment_says() {
    let scene = scene("vault");
    let answers = asked_in(&scene, &[("AZURE_AUTHORITY_HOST", "https://127.0.0.1:1")]);
    assert_eq!(kinds(&answers, "data"), QUESTIONS, "{answers:#?}");
}

#[test]
fn what_azure_leaves_open_leaves_the_question_undecided() {
    let scene = scene("vault");
    let cases = [
        ("GetVault", json!({ "status": 503, "error": "ServiceUnavailable" }), "azure.vault"),
        ("FindResources", json!({ "status": 429, "error": "RateLimiting" }), "azure.vault"),
        (
            "ListDiagnosticSettings",
            json!({ "status": 500, "error": "InternalServerError" }),
            "azure.diagnostic-settings",
        ),
        ("QueryLogs", json!({ "corrupt": "body" }), "azure.key-events"),
        ("QueryLogs", json!({ "replace": { "/error": { "code": "PartialError" } } }), "azure.key-events"),
        ("GetKey", json!({ "corrupt": "key-id" }), "azure.key"),
        ("GetKey", json!({ "corrupt": "html", "status": 403 }), "azure.key"),
    ];
    for (operation, mut fault, kind) in cases {
        scene.emulator.clear_faults();
        fault["operation"] = json!(operation);
        scene.emulator.fault(fault.clone());
        let answers = asked(&scene);
        assert_eq!((kinds(&answers, "error"), kinds(&answers, "code")), (vec![kind], vec![]), "{fault}: {answers:#?}");
    }
}
