use hardkey_synthetic::record::{VAULT, role_assignments};
use serde_json::{Value as Json, json};

use super::*;
use crate::check::Ledger;
use crate::finding::Basis;

fn read(assignments: &Json) -> String {
    let mut gathered = Gathered::by(Basis::Confirmed, Ledger::default());
    gather(assignments.to_string().as_bytes(), VAULT, &mut gathered).unwrap();
    let [claim] = gathered.claims.as_slice() else { panic!("{:?}", gathered.claims) };
    format!("{} {}: {}", claim.basis, claim.topic.name(), claim.value)
}

#[test]
fn roles_that_may_sign_are_told_with_who_has_them_and_others_are_counted() {
    let line = "confirmed signers: by roles: ServicePrincipal pipeline (Key Vault Crypto User, at the vault); \
        what 1 assignments of other roles allow was not looked at";
    assert_eq!(read(&role_assignments()), line);
    assert_eq!(read(&json!({ "value": [] })), "confirmed signers: by roles: nobody");
    let mut more = role_assignments();
    more["nextLink"] = "https://management.azure.com/".into();
    assert_eq!(read(&more), format!("{line}; there are more assignments than were read"));
}

#[test]
fn a_role_is_above_at_or_in_the_vault() {
    let at = |scope: String| {
        let mut one = role_assignments();
        one["value"][0]["properties"]["scope"] = scope.into();
        let told = read(&one);
        told.split_once("Crypto User, ").unwrap().1.split_once(')').unwrap().0.to_owned()
    };
    assert_eq!(at(VAULT.to_uppercase()), "at the vault");
    assert_eq!(at(format!("{VAULT}/keys/code")), "in the vault");
    assert_eq!(at("/subscriptions/11111111-2222-3333-4444-555555555555".to_owned()), "above the vault");
}
