//! `--check`: the CA's roles as they are, held against the template.

use std::fmt;

use hardkey_kms::Deadline;
use hardkey_kms::azure::{Grants, Held, HeldRole, Permissions};
use hardkey_kms::config::ServiceConfig;
use hardkey_kms::network::SharedNetwork;

use super::super::rights;
use super::template::Reads;
use crate::failure::Failure;
use crate::{output, token};

pub(super) fn run(reads: &Reads) -> Result<(), Failure> {
    let config = token::configuration()?;
    let place = reads.key().place();
    let network = SharedNetwork::new(config.network);
    // Where the configuration has the vault asked.
    let endpoint = config.tokens.iter().find_map(|token| match &token.service {
        ServiceConfig::Azure(azure) if azure.place == *place => azure.endpoint.clone(),
        ServiceConfig::Azure(_) | ServiceConfig::Aws(_) | ServiceConfig::Google(_) => None,
    });
    let grants = Grants::new(place.clone(), endpoint, network.clone())?;
    let held = grants.held(reads.ca(), &Deadline::after(network.timeout()))?;
    let who = format!("the roles of {} at {}", reads.ca(), held.vault);
    let unseen = reads.of_the_hsm().map(|role| {
        let hsm = place.name();
        format!("; the Managed HSM's own roles were not looked at: az keyvault role assignment list --hsm-name {hsm} has to show {role}, and nothing else")
    });
    let unseen = unseen.unwrap_or_default();
    let wrong = differences(&reads.rights(&held.vault), &held);
    if wrong.is_empty() {
        let line = format!("{who} give this CA what it asks for, and nothing else{unseen}\n");
        return output::product(line.as_bytes(), None);
    }
    let remedy = "put what hardkey grant-ca azure prints in their place";
    Err(Failure::refused(format!("--check: {who}: {}; {remedy}{unseen}", wrong.join("; "))))
}

/// One right. Azure does not tell actions and scopes by their case.
#[derive(Clone, Debug)]
pub(crate) struct Right {
    kind: &'static str,
    what: String,
    scope: String,
}

impl Right {
    /// Something that Resource Manager lets do.
    pub(crate) fn action(action: &str, scope: &str) -> Self {
        Self { kind: "", what: action.to_owned(), scope: scope.to_owned() }
    }

    /// Something that the vault itself lets do.
    pub(crate) fn data_action(action: &str, scope: &str) -> Self {
        Self { kind: "the data action ", ..Self::action(action, scope) }
    }
}

impl PartialEq for Right {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.what.eq_ignore_ascii_case(&other.what)
            && self.scope.trim_end_matches('/').eq_ignore_ascii_case(other.scope.trim_end_matches('/'))
    }
}

impl fmt::Display for Right {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{} on {}", self.kind, self.what, self.scope)
    }
}

/// What is missing, and what is too much.
fn differences(expected: &[Right], held: &Held) -> Vec<String> {
    let found: Vec<Right> = held.roles.iter().flat_map(rights_of).collect();
    let mut wrong = Vec::new();
    if !held.goes_by_roles {
        wrong.push("the vault goes by access policies, and its role on the key does nothing there".to_owned());
        for (of, permissions) in held.policies.iter().flatten() {
            let permissions = permissions.iter().flatten();
            wrong.extend(permissions.map(|one| format!("too much is {of} {one} by an access policy")));
        }
    }
    wrong.extend(rights::differences(expected, &found));
    wrong
}

/// Every action that a role allows, where it does. One with an exception or a condition is a right of its own, which no template has.
fn rights_of(role: &HeldRole) -> Vec<Right> {
    let mut all = Vec::new();
    for permissions in &role.permissions {
        let Permissions { actions, not_actions, data_actions, not_data_actions, condition } = permissions;
        let condition = role.condition.as_ref().or(condition.as_ref());
        let except = |list: &[String]| match (list, condition) {
            ([], None) => String::new(),
            ([], Some(condition)) => format!(" where {condition}"),
            (list, None) => format!(" except {}", list.join(", ")),
            (list, Some(condition)) => format!(" except {} where {condition}", list.join(", ")),
        };
        let except_actions = except(not_actions);
        all.extend(actions.iter().map(|action| Right::action(&format!("{action}{except_actions}"), &role.scope)));
        let except_data = except(not_data_actions);
        all.extend(
            data_actions.iter().map(|action| Right::data_action(&format!("{action}{except_data}"), &role.scope)),
        );
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const VAULT: &str = "/subscriptions/1/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v";

    fn role(scope: &str, permissions: Permissions) -> HeldRole {
        HeldRole { scope: scope.to_owned(), condition: None, permissions: vec![permissions] }
    }

    fn said(roles: Vec<HeldRole>) -> Vec<String> {
        let expected = [Right::action("A/read", VAULT), Right::data_action("K/read", &format!("{VAULT}/keys/k"))];
        let held = Held { vault: VAULT.to_owned(), roles, goes_by_roles: true, policies: Vec::new() };
        differences(&expected, &held)
    }

    fn around() -> Permissions {
        Permissions { actions: vec!["A/read".to_owned()], ..Permissions::default() }
    }

    fn of_key() -> Permissions {
        Permissions { data_actions: vec!["K/read".to_owned()], ..Permissions::default() }
    }

    #[test]
    fn rights_are_the_same_whatever_their_case_and_however_they_are_parted_among_roles() {
        let upper = Permissions { actions: vec!["a/READ".to_owned()], ..of_key() };
        let key = format!("{VAULT}/keys/k");
        assert_eq!(said(vec![role(&VAULT.to_uppercase(), around()), role(&key, of_key())]), Vec::<String>::new());
        let everywhere = said(vec![role(VAULT, upper), role(&key, of_key())]);
        assert_eq!(everywhere, [format!("too much is the data action K/read on {VAULT}")]);
    }

    #[test]
    fn an_action_of_resource_managers_is_no_data_action_of_the_same_name() {
        let wrong = Permissions { actions: vec!["K/read".to_owned()], ..Permissions::default() };
        let key = format!("{VAULT}/keys/k");
        let lines = [format!("missing is the data action K/read on {key}"), format!("too much is K/read on {key}")];
        assert_eq!(said(vec![role(VAULT, around()), role(&key, wrong)]), lines);
    }

    #[test]
    fn what_is_said_with_an_exception_or_a_condition_is_a_right_of_its_own() {
        let key = format!("{VAULT}/keys/k");
        let except = Permissions { not_actions: vec!["B".to_owned()], ..around() };
        let except_data = Permissions { not_data_actions: vec!["C".to_owned()], ..of_key() };
        let inner = Permissions { condition: Some("inner".to_owned()), ..around() };
        let conditional = HeldRole { condition: Some("outer".to_owned()), ..role(VAULT, except.clone()) };
        for (wrong, shown) in [
            (role(VAULT, except), "A/read except B"),
            (role(VAULT, inner), "A/read where inner"),
            (conditional, "A/read except B where outer"),
        ] {
            let lines = [format!("missing is A/read on {VAULT}"), format!("too much is {shown} on {VAULT}")];
            assert_eq!(said(vec![wrong, role(&key, of_key())]), lines);
        }
        let lines = [
            format!("missing is the data action K/read on {key}"),
            format!("too much is the data action K/read except C on {key}"),
        ];
        assert_eq!(said(vec![role(VAULT, around()), role(&key, except_data)]), lines);
    }
}
