//! `hardkey grant-ca azure --check`: what a subscriber's administrator is told of the CA's roles as they are.

use hardkey_tests::azure::RESOURCES;
use hardkey_tests::scene::{Scene, told};
use serde_json::{Value, json};

use super::CA;

/// Whoever looks, as the emulator knows its tokens.
const ADMINISTRATOR: &str = "hardkey-tests";
const AROUND: &str = "11111111-2222-3333-4444-555555555555";
const OF_THE_KEY: &str = "21111111-2222-3333-4444-555555555555";
const OTHER: &str = "31111111-2222-3333-4444-555555555555";
const READER: &str = "41111111-2222-3333-4444-555555555555";
/// What the template for a key of a vault has, which is printed in `golden/grant-azure.bicep`.
const ACTIONS: [&str; 5] = [
    "Microsoft.KeyVault/vaults/read",
    "Microsoft.Insights/diagnosticSettings/read",
    "Microsoft.Authorization/roleAssignments/read",
    "Microsoft.Insights/logs/AZKVAuditLogs/read",
    "Microsoft.Insights/logs/AzureDiagnostics/read",
];
const DATA_ACTION: &str = "Microsoft.KeyVault/vaults/keys/read";
const REMEDY: &str = "look as somebody who may read the vault and its roles (Microsoft.Authorization/roleAssignments/read and \
                      roleDefinitions/read): the role Reader at the vault's resource group has both";

/// The CA's roles around a key.
struct Grant {
    scene: Scene,
    vault: String,
    key: String,
}

impl Grant {
    fn of(vault: &str, resource_type: &str) -> Self {
        let scene = Scene::with_azure(&[json!({ "kty": "EC-HSM", "name": "release", "vault": vault })]);
        let vault = format!("{RESOURCES}/{resource_type}/{vault}");
        Self { scene, key: format!("{vault}/keys/release"), vault }
    }

    fn of_a_vault() -> Self {
        Self::of("vault", "vaults")
    }

    /// Sets the CA's roles, each with its name, where it holds, and what it is beyond a name; the administrator may read.
    fn give(&self, roles: &[(&str, &str, Value)]) {
        let mut definitions = vec![json!({ "id": READER, "name": "Reader", "actions": ["*/read"] })];
        let group = RESOURCES.split("/providers/").next().unwrap();
        let mut assignments = vec![json!({ "principal": ADMINISTRATOR, "role": READER, "scope": group })];
        for (id, scope, role) in roles {
            let mut definition = role.clone();
            definition["id"] = json!(id);
            definition["name"] = json!("a role");
            definitions.push(definition);
            assignments.push(json!({ "principal": CA, "role": id, "scope": scope }));
        }
        let directory = json!({ "enforced": true, "definitions": definitions, "assignments": assignments });
        self.scene.emulator.azure_roles(directory);
    }

    /// As printed, with this role as well.
    fn give_more(&self, scope: &str, role: Value) {
        self.give(&[
            (AROUND, &self.vault, json!({ "actions": ACTIONS })),
            (OF_THE_KEY, &self.key, json!({ "data_actions": [DATA_ACTION] })),
            (OTHER, scope, role),
        ]);
    }

    fn check(&self) -> (Option<i32>, String, String) {
        let id = &self.scene.azure[0].id;
        let outcome = self.scene.hardkey(&["grant-ca", "azure", "--ca", CA, "--key", id, "--check"]);
        (outcome.status, outcome.text(), outcome.stderr)
    }

    fn passes(&self) {
        let line = format!("the roles of {CA} at {} give this CA what it asks for, and nothing else\n", self.vault);
        assert_eq!(self.check(), (Some(0), line, String::new()));
    }

    fn is_wrong(&self, what: &str) {
        let line = format!(
            "hardkey: --check: the roles of {CA} at {}: {what}; put what hardkey grant-ca azure prints in their place\n",
            self.vault
        );
        assert_eq!(self.check(), (Some(1), String::new(), line));
    }
}

#[test]
fn roles_as_they_were_printed_pass_and_each_right_that_is_missing_is_named() {
    let grant = Grant::of_a_vault();
    let template = grant.scene.hardkey(&["grant-ca", "azure", "--ca", CA, "--key", &grant.scene.azure[0].id]).text();
    let printed: Vec<&str> = template.lines().filter_map(|line| line.strip_prefix("          '")).collect();
    let known: Vec<String> = ACTIONS.iter().chain([&DATA_ACTION]).map(|action| format!("{action}'")).collect();
    assert_eq!(printed, known);
    let of_key = || (OF_THE_KEY, grant.key.as_str(), json!({ "data_actions": [DATA_ACTION] }));
    grant.give(&[(AROUND, &grant.vault, json!({ "actions": ACTIONS })), of_key()]);
    grant.passes();
    for missing in ACTIONS {
        let rest: Vec<&str> = ACTIONS.into_iter().filter(|action| *action != missing).collect();
        grant.give(&[(AROUND, &grant.vault, json!({ "actions": rest })), of_key()]);
        grant.is_wrong(&format!("missing is {missing} on {}", grant.vault));
    }
    grant.give(&[(AROUND, &grant.vault, json!({ "actions": ACTIONS }))]);
    grant.is_wrong(&format!("missing is the data action {DATA_ACTION} on {}", grant.key));
}

#[test]
fn a_role_too_much_is_named_whether_it_is_above_the_vault_at_it_or_below_it() {
    let grant = Grant::of_a_vault();
    let subscription = RESOURCES.split("/resourceGroups/").next().unwrap();
    grant.give_more(subscription, json!({ "actions": ["*"] }));
    grant.is_wrong(&format!("too much is * on {subscription}"));
    let writes = ["Microsoft.Authorization/*/Write", "Microsoft.Authorization/*/Delete"];
    grant.give_more(subscription, json!({ "actions": ["*"], "not_actions": writes }));
    grant.is_wrong(&format!("too much is * except {} on {subscription}", writes.join(", ")));
    let sign = "Microsoft.KeyVault/vaults/keys/sign/action";
    for scope in [&grant.vault, &grant.key, &format!("{}/keys/another", grant.vault)] {
        grant.give_more(scope, json!({ "data_actions": [sign] }));
        grant.is_wrong(&format!("too much is the data action {sign} on {scope}"));
    }
    // What is missing where it should be is no less missing for being had elsewhere.
    grant.give(&[
        (AROUND, &grant.vault, json!({ "actions": ACTIONS })),
        (OF_THE_KEY, &grant.vault, json!({ "data_actions": [DATA_ACTION] })),
    ]);
    let [key, vault] = [&grant.key, &grant.vault];
    grant.is_wrong(&format!(
        "missing is the data action {DATA_ACTION} on {key}; too much is the data action {DATA_ACTION} on {vault}"
    ));
}

#[test]
fn a_vault_that_goes_by_access_policies_makes_nothing_of_a_role_on_its_key() {
    let grant = Grant::of_a_vault();
    grant.give_more(&grant.key, json!({}));
    grant.scene.emulator.azure_vault(
        json!({ "name": "vault", "authorization": "policies", "grants": { CA: ["get", "sign"], "another": ["get"] } }),
    );
    grant.is_wrong(
        "the vault goes by access policies, and its role on the key does nothing there; too much is keys get by an access \
         policy; too much is keys sign by an access policy",
    );
}

#[test]
fn what_a_managed_hsm_lets_do_by_roles_of_its_own_is_said_not_to_have_been_looked_at() {
    let grant = Grant::of("hsm", "managedHSMs");
    let actions: Vec<String> = ACTIONS
        .iter()
        .filter(|action| !action.contains("roleAssignments"))
        .map(|action| action.replace("/vaults/", "/managedHSMs/"))
        .collect();
    let unseen = "; the Managed HSM's own roles were not looked at: az keyvault role assignment list --hsm-name hsm has to show \
                  Managed HSM Crypto Auditor on /keys/release of hsm, and nothing else\n";
    let who = format!("the roles of {CA} at {}", grant.vault);
    grant.give(&[(AROUND, &grant.vault, json!({ "actions": actions }))]);
    let line = format!("{who} give this CA what it asks for, and nothing else{unseen}");
    assert_eq!(grant.check(), (Some(0), line, String::new()));
    grant.give(&[(AROUND, &grant.vault, json!({ "actions": &actions[1..] }))]);
    let line = format!(
        "hardkey: --check: {who}: missing is Microsoft.KeyVault/managedHSMs/read on {}; put what hardkey grant-ca azure prints in \
         their place{unseen}",
        grant.vault
    );
    assert_eq!(grant.check(), (Some(1), String::new(), line));
}

#[test]
fn who_may_not_look_is_told_what_it_takes() {
    let grant = Grant::of_a_vault();
    let scene = &grant.scene;
    scene.emulator.azure_roles(json!({ "enforced": true }));
    let line = format!(
        "hardkey: Azure Resource Graph lists no https://vault.vault.azure.net that this identity may read; {REMEDY}\n"
    );
    assert_eq!(grant.check(), (Some(1), String::new(), line));
    scene.emulator.azure_roles(json!({
        "enforced": true,
        "definitions": [{ "id": READER, "name": "only the vault", "actions": [ACTIONS[0]] }],
        "assignments": [{ "principal": ADMINISTRATOR, "role": READER, "scope": grant.vault }],
    }));
    let action = "Microsoft.Authorization/roleAssignments/read";
    let line = format!(
        "hardkey: Azure Resource Manager answered its role assignments with AuthorizationFailed: The client '{ADMINISTRATOR}' with \
         object id '{ADMINISTRATOR}' does not have authorization to perform action '{action}' over scope '{}' or the scope is \
         invalid. If access was recently granted, please refresh your credentials.; {REMEDY}\n",
        grant.vault
    );
    assert_eq!(
        told(&scene.hardkey(&["grant-ca", "azure", "--ca", CA, "--key", &scene.azure[0].id, "--check"])),
        (Some(1), line)
    );
}
