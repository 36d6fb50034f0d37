//! The roles for a CA in Azure, as `hardkey grant-ca azure` prints them.

mod checked;

use hardkey_tests::scene::{Scene, is_golden, told};

const CA: &str = "7c9d2e4f-6a8b-4d1c-b3e5-f7081a2b3c4d";
const KEY: &str = "https://example.vault.azure.net/keys/release/0123456789abcdef0123456789abcdef";

#[test]
fn the_template_for_bicep_is_printed_without_a_cloud_for_a_vault_and_for_a_managed_hsm() {
    let mut scene = Scene::start(&[]);
    scene.set("HTTPS_PROXY", "http://127.0.0.1:9");
    let hsm = KEY.replace("vault.azure", "managedhsm.azure");
    for (key, golden) in [(KEY, "grant-azure.bicep"), (hsm.as_str(), "grant-azure-hsm.bicep")] {
        let printed = scene.hardkey(&["grant-ca", "azure", "--ca", CA, "--key", key]);
        assert_eq!((printed.status, printed.stderr.as_str()), (Some(0), ""));
        is_golden(golden, &printed.text());
        // The same for every version: roles are given on keys.
        let versionless = key.rsplit_once('/').unwrap().0;
        assert_eq!(scene.hardkey(&["grant-ca", "azure", "--ca", CA, "--key", versionless]).text(), printed.text());
    }
}

#[test]
fn who_asks_is_one_principal_by_its_id_and_the_key_is_one_of_azures() {
    let scene = Scene::start(&[]);
    let refused = |ca: &str, key: &str| told(&scene.hardkey(&["grant-ca", "azure", "--ca", ca, "--key", key]));
    for ca in ["*", "", "ca@example.com", "7c9d2e4f-6a8b-4d1c-b3e5-f7081a2b3c4'"] {
        let line =
            format!("hardkey: --ca {ca:?}: give the object id of the CA's service principal in your tenant, a GUID\n");
        assert_eq!(refused(ca, KEY), (Some(2), line));
    }
    let (status, line) = refused(CA, "https://example.com/keys/release");
    assert_eq!(status, Some(2));
    assert!(line.starts_with("hardkey: --key \"https://example.com/keys/release\" is not a host of Azure Key Vault or Azure Managed HSM; "), "{line}");
}
