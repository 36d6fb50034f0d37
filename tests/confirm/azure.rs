//! Azure, from order to verdict: keys of a vault, of which Azure's answers and the vault's log are all there is, and of a Managed HSM.

use std::time::Duration;

use hardkey_tests::emulator::Emulator;
use hardkey_tests::host::Outcome;
use hardkey_tests::scene::Scene;
use serde_json::{Value, json};

/// An order: the subscriber's key, the CA's challenge and what the subscriber makes for it, and the CA's key of records and policy.
struct Order {
    scene: Scene,
    policy: String,
}

impl Order {
    fn of(vault: &str, more: Value) -> Self {
        let mut key = json!({ "kty": "EC-HSM", "name": "release", "vault": vault });
        key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let scene = Scene::with_azure(&[key]);
        scene.challenge("challenge.json", Duration::from_secs(3600));
        scene.order().answer(&[]);
        let made = scene.hardkey_confirm(&["init", "--out", &scene.path("record.key")], &scene.environment).success();
        // No genuine statement has confirmed the format of a Managed HSM's: a CA that takes it says so.
        let format = if vault == "hsm" { "[rules]\nformat = \"off\"\n" } else { "" };
        let policy = format!("name = \"example-ca\"\nbased_on = \"csbr\"\n{format}{}", made.text());
        let policy = scene.write("policy.toml", policy);
        // What the CA trusts is in its own configuration alone.
        scene.write("ca.toml", format!("[network]\nca_file = {:?}\n", scene.emulator.ca()));
        Self { scene, policy }
    }

    fn emulator(&self) -> &Emulator {
        &self.scene.emulator
    }

    /// Asks Azure, as the CA.
    fn confirm(&self) -> Outcome {
        let [report, key, record, config] =
            ["report.json", "record.key", "record.json", "ca.toml"].map(|name| self.scene.path(name));
        let arguments = [&report, "--key", &key, "--out", &record, "--config", &config];
        self.scene.hardkey_confirm(&arguments, &self.scene.environment)
    }

    /// What the CA reads, with the record; status, first line, and the rules that are not met.
    fn verdict(&self) -> (Option<i32>, String, Vec<String>) {
        let more = ["--confirmation", &self.scene.path("record.json"), "--policy", &self.policy];
        let verdict = self.scene.verifier_under_test_roots(&self.scene.order().verify(&more));
        let text = verdict.text();
        let headline = text.lines().nth(2).unwrap_or_default().to_owned();
        let unmet = text.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(' '));
        let unmet = unmet.filter(|(_, rest)| rest.starts_with("failed") || rest.starts_with("missing"));
        let mut unmet: Vec<String> = unmet.map(|(id, _)| id.to_owned()).collect();
        unmet.sort();
        unmet.dedup();
        (verdict.status, headline, unmet)
    }

    /// The verdict on a record that was made.
    fn confirmed(&self) -> (Option<i32>, String, Vec<String>) {
        self.confirm().success();
        self.verdict()
    }

    /// The rows of the vault's log.
    fn events(&self, rows: &Value) {
        self.emulator().azure_vault(json!({ "name": "vault", "events": rows }));
    }

    fn kid(&self) -> &str {
        &self.scene.azure[0].id
    }
}

const METHOD_5: &str = "confirmed: the cloud vouches to this CA that the key was generated in its HSM and cannot leave it; this supports \
    CSBR method 5.";

fn rejected(status: Option<i32>, headline: &str) {
    assert_eq!(status, Some(1), "{headline}");
    assert!(headline.starts_with("rejected: "), "{headline}");
}

#[test]
fn a_vaults_key_whose_creation_was_logged_is_confirmed_and_supports_method_5() {
    let order = Order::of("vault", json!({}));
    let (status, headline, unmet) = order.confirmed();
    assert_eq!((status, headline.as_str(), unmet), (Some(0), METHOD_5, vec![]));
    let record = order.scene.read("record.json");
    assert!(!String::from_utf8_lossy(&record).contains("eyJ0eXAi"), "a token has no place in a record");
}

#[test]
fn a_managed_hsms_key_is_confirmed_where_the_ca_takes_the_format_of_its_statement() {
    let order = Order::of("hsm", json!({}));
    let (status, headline, unmet) = order.confirmed();
    assert_eq!((status, unmet), (Some(0), vec![]), "{headline}");
    assert!(headline.starts_with("confirmed: "), "{headline}");
}

#[test]
fn a_key_that_the_log_shows_imported_is_rejected() {
    let order = Order::of("vault", json!({ "imported": true }));
    let (status, headline, unmet) = order.confirmed();
    rejected(status, &headline);
    assert_eq!(unmet, ["generated"]);
}

#[test]
fn neither_another_versions_import_nor_its_creation_is_this_ones() {
    let order = Order::of("vault", json!({}));
    let other = order.kid().replace(&order.scene.azure[0].version, "00000000000000000000000000000000");
    let row = |operation: &str, id: &str| json!({ "operation": operation, "id": id });
    order.events(&json!([row("KeyImport", &other), row("KeyCreate", order.kid())]));
    assert_eq!(order.confirmed().0, Some(0));
    order.events(&json!([row("KeyCreate", &other)]));
    assert_eq!(order.confirmed().2, ["generated"]);
    order.events(&json!([row("KeyCreate", order.kid()), row("KeyRestore", &other)]));
    assert_eq!(order.confirmed().2, ["generated"]);
}

#[test]
fn where_the_audit_log_goes_nowhere_the_key_is_rejected_and_where_it_went_nowhere_its_origin_is_missing() {
    let order = Order::of("vault", json!({}));
    order.emulator().azure_vault(json!({ "name": "vault", "diagnostic_settings": [] }));
    let (status, headline, unmet) = order.confirmed();
    rejected(status, &headline);
    assert_eq!(unmet, ["logging"]);
    order.events(&json!([]));
    assert_eq!(order.confirmed().2, ["generated", "logging"]);
}

#[test]
fn rows_of_another_table_or_another_vault_make_no_record() {
    let order = Order::of("vault", json!({}));
    for row in [
        json!({ "operation": "KeyCreate", "id": order.kid(), "table": "AZKVAuditLogs_CL" }),
        json!({ "operation": "KeyCreate", "id": order.kid(), "resource": "/subscriptions/1/resourceGroups/g/providers/Microsoft.KeyVault/vaults/vault" }),
    ] {
        order.events(&json!([row]));
        let outcome = order.confirm();
        assert_eq!((outcome.status, order.scene.exists("record.json")), (Some(2), false), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("the audit log of Azure: expected "), "{}", outcome.stderr);
    }
}

#[test]
fn a_resource_that_is_served_at_another_host_is_not_the_keys_vault() {
    let order = Order::of("vault", json!({}));
    order.emulator().azure_vault(json!({ "name": "vault", "uri": "https://vault2.vault.azure.net/" }));
    let outcome = order.confirm();
    assert_eq!((outcome.status, order.scene.exists("record.json")), (Some(2), false), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("is the vault at vault2.vault.azure.net, and the key is at vault.vault.azure.net"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_key_that_is_disabled_or_deleted_meanwhile_is_rejected() {
    let order = Order::of("vault", json!({}));
    order.emulator().azure_state("vault", &order.scene.azure[0], json!({ "disabled": true }));
    let (status, headline, unmet) = order.confirmed();
    rejected(status, &headline);
    assert_eq!(unmet, ["admission"]);
    order.emulator().delete_azure_key("vault", &order.scene.azure[0]);
    let (status, headline, _) = order.confirmed();
    assert_eq!(status, Some(1), "{headline}");
}

#[test]
fn a_vault_that_is_standard_by_now_holds_no_key_in_an_hsm() {
    let order = Order::of("vault", json!({}));
    order.emulator().azure_vault(json!({ "name": "vault", "kind": "standard" }));
    let (status, headline, unmet) = order.confirmed();
    rejected(status, &headline);
    assert_eq!(unmet, ["hsm"]);
}

#[test]
fn half_a_grant_is_a_record_that_says_what_was_refused_and_no_confirmation() {
    let order = Order::of("vault", json!({}));
    order.emulator().azure_roles(json!({ "enforced": true }));
    order.confirm().success();
    let (status, headline, unmet) = order.verdict();
    rejected(status, &headline);
    assert_eq!(unmet, ["generated", "logging"]);
}

#[test]
fn with_resource_manager_or_the_log_out_of_order_there_is_no_record() {
    let order = Order::of("vault", json!({}));
    for operation in
        ["FindResources", "GetVault", "ListDiagnosticSettings", "ListRoleAssignments", "QueryLogs", "GetKey"]
    {
        order.emulator().clear_faults();
        order.emulator().fault(json!({ "operation": operation, "status": 500, "error": "InternalServerError" }));
        let outcome = order.confirm();
        assert_eq!((outcome.status, outcome.text().as_str()), (Some(2), ""), "{operation}: {}", outcome.stderr);
        assert!(!order.scene.exists("record.json"), "{operation}");
    }
}

/// Each command of the CA's page, in its order, but for that which makes the challenge.
#[test]
fn the_commands_of_the_page_for_a_ca_end_in_a_confirmation() {
    let page = include_str!("../../docs/confirm-azure.md");
    let order = Order::of("vault", json!({}));
    let scene = &order.scene;
    scene.challenge_key();
    let policy = "name = \"example-ca\"\nbased_on = \"csbr\"\n";
    let mut ran = Vec::new();
    for line in page.split("```sh\n").skip(1).flat_map(|block| block.split("```").next().unwrap().lines()) {
        let mut arguments: Vec<String> = Vec::new();
        for (index, part) in line.split('"').enumerate() {
            // What is in quotation marks is one argument.
            if index % 2 == 1 {
                arguments.push(part.to_owned())
            } else {
                arguments.extend(part.split_whitespace().map(str::to_owned))
            }
        }
        let (command, to) = match arguments.iter().position(|argument| argument == ">") {
            Some(at) => (arguments[..at].to_vec(), Some(arguments[at + 1].clone())),
            None => (arguments, None),
        };
        let is_file = |text: &str| [".json", ".csr", ".key", ".toml"].iter().any(|end| text.ends_with(end));
        let files: Vec<String> =
            command.iter().map(|text| if is_file(text) { scene.path(text) } else { text.clone() }).collect();
        let rest: Vec<&str> = files.iter().skip(1).map(String::as_str).collect();
        if rest.first() == Some(&"challenge") {
            continue;
        }
        for made in rest.windows(2).filter(|pair| pair[0] == "--out") {
            std::fs::remove_file(made[1]).ok();
        }
        let outcome = match command[0].as_str() {
            "hardkey" => scene.hardkey(&rest),
            "hardkey-confirm" => scene.hardkey_confirm(&rest, &scene.environment),
            _ => scene.hardkey_attest(&rest),
        };
        assert_eq!(outcome.status, Some(0), "{line}: {}{}", outcome.text(), outcome.stderr);
        if to.is_some() {
            scene.write("policy.toml", format!("{policy}{}", outcome.text()));
        }
        ran.push(outcome);
    }
    assert_eq!(ran.len(), 5);
    assert_eq!(ran[4].text().lines().next(), Some(METHOD_5));
}
