use hardkey_synthetic::record::{VAULT, vault};
use serde_json::{Value as Json, json};

use super::*;
use crate::check::Ledger;
use crate::finding::Basis;

fn read(resource: &Json, of: &str) -> Result<Vec<String>, String> {
    let mut gathered = Gathered::by(Basis::Confirmed, Ledger::default());
    gather(resource.to_string().as_bytes(), of, &mut gathered).map_err(|error| error.to_string())?;
    let line = |claim: &crate::claim::Claim| format!("{} {}: {}", claim.basis, claim.topic.name(), claim.value);
    Ok(gathered.claims.iter().map(line).collect())
}

fn with(field: &str, value: Json) -> Json {
    let mut resource = vault();
    resource["properties"][field] = value;
    resource
}

fn told(rest: &str) -> String {
    format!("confirmed vault: {VAULT}, {rest}")
}

#[test]
fn a_vault_says_what_it_can_hold_and_who_decides_in_it() {
    assert_eq!(read(&vault(), VAULT), Ok(vec![told("SKU premium, access by roles of Azure, purge protection on")]));
    assert_eq!(read(&vault(), &VAULT.to_uppercase()).unwrap().len(), 1, "without case");
    let standard = with("sku", json!({ "family": "A", "name": "Standard" }));
    let off = "SKU Standard, access by roles of Azure, purge protection on";
    assert_eq!(read(&standard, VAULT), Ok(vec!["confirmed hsm: no".to_owned(), told(off)]));
    let unstated = "SKU not stated, access by roles of Azure, purge protection on";
    assert_eq!(read(&with("sku", Json::Null), VAULT), Ok(vec![told(unstated)]));
    let error = format!("the vault, as Azure Resource Manager has it: expected {VAULT}2, in id, found {VAULT}");
    assert_eq!(read(&vault(), &format!("{VAULT}2")), Err(error));
}

#[test]
fn where_access_policies_decide_they_say_who_may_sign() {
    let policy = |id: &str, keys: Json| json!({ "tenantId": "t", "objectId": id, "permissions": { "keys": keys, "secrets": [] } });
    let mut policies = with("enableRbacAuthorization", false.into());
    let mut signers = |list: Json| {
        policies["properties"]["accessPolicies"] = list;
        read(&policies, VAULT).unwrap().pop().unwrap()
    };
    let some = json!([policy("a", json!(["get", "Sign"])), policy("b", json!(["all"])), policy("c", json!(["get"]))]);
    assert_eq!(signers(some), "confirmed signers: by access policies: a, b");
    assert_eq!(signers(json!([])), "confirmed signers: by access policies: nobody");
    let many: Vec<Json> = (0..15).map(|number| policy(&number.to_string(), json!(["sign"]))).collect();
    let line = "confirmed signers: by access policies: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, and 3 more";
    assert_eq!(signers(many.into()), line);
}

#[test]
fn a_managed_hsm_is_read_too() {
    let id = VAULT.replace("/vaults/", "/managedHSMs/");
    let hsm = json!({
        "id": id, "name": "release", "type": "Microsoft.KeyVault/managedHSMs", "location": "westeurope",
        "sku": { "family": "B", "name": "Standard_B1" },
        "properties": { "tenantId": "t", "initialAdminObjectIds": ["a"], "hsmUri": "https://Release.managedhsm.azure.net/" },
    });
    let line = format!("confirmed vault: {id}, SKU Standard_B1, access by its own roles, purge protection off");
    assert_eq!(read(&hsm, &id), Ok(vec![line]));
    assert_eq!(host(hsm.to_string().as_bytes()).unwrap(), "release.managedhsm.azure.net");
    let error = host(with("vaultUri", "release".into()).to_string().as_bytes()).unwrap_err();
    let line = "the vault, as Azure Resource Manager has it: expected https:// and a host, in vaultUri or hsmUri, found release";
    assert_eq!(error.to_string(), line);
}
