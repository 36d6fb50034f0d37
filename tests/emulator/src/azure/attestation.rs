//! GetKeyAttestation: the key with what its HSM says of it, as tests/synthetic makes it.

use crate::azure::KeyVault;
use crate::azure::error::Refused;
use crate::azure::record::bundle;
use crate::azure::request::Request;
use crate::azure::vault::Kind;
use crate::credentials::with;
use hardkey_synthetic::key::Key;
use hardkey_synthetic::{Pki, Signing, Statement, azure};
use serde_json::Value;
use std::sync::OnceLock;

/// The longest name that the id in a statement has room for; how an HSM writes a longer one is not known.
const LONGEST_NAME: usize = 128 - "synthetic//".len() - 32;

/// GetKeyAttestation. Without a version it is the current one's.
pub(crate) fn get(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    if !request.speaks("7.6-preview.2") {
        return Err(Refused::parameter("Key attestation is not supported by this version of the interface."));
    }
    let vaults = service.vaults();
    let version = vaults.version(request)?;
    if vaults.of(request)?.kind != Kind::ManagedHsm {
        // Azure's own words are not public: a vault has no such operation.
        return Err(Refused::new(400, "BadParameter", "Key attestation is supported by Managed HSM alone."));
    }
    let key = version.material.as_ref().and_then(|material| Key::from_pkcs8(&material.pkcs8().ok()?));
    let Some(key) = key.filter(|_| request.name.len() <= LONGEST_NAME) else {
        return Err(Refused::new(501, "NotImplemented", "This emulator has no statement for such a key."));
    };
    let signing = Signing::by(pki().partition);
    let private = Statement::azure_private(&key, &request.name, &version.id).private(|object| {
        if version.imported {
            object.imported();
        }
        if version.exportable {
            object.extractable();
        }
    });
    let public = Statement::azure_public(&key, &request.name, &version.id);
    let attestation = azure::attestation(&private.signed(&signing), &public.signed(&signing), certificates());
    let mut answer = bundle(request, &request.name, version)?;
    if let Some(attributes) = answer.get_mut("attributes") {
        *attributes = with(attributes.take(), "attestation", attestation);
    }
    Ok(answer)
}

fn pki() -> &'static Pki {
    static PKI: OnceLock<Pki> = OnceLock::new();
    PKI.get_or_init(Pki::new)
}

fn certificates() -> &'static [Vec<u8>] {
    static CERTIFICATES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    CERTIFICATES.get_or_init(|| azure::certificates(pki()))
}

#[cfg(test)]
mod tests {
    use crate::azure::base64url;
    use crate::azure::rehearsal::Rehearsal;
    use hardkey_attest::anchor::{Anchor, ForTests, Role};
    use hardkey_attest::evidence::{Evidence, verify};
    use hardkey_attest::finding::Outcome;
    use hardkey_attest::policy::{Expected, Policy};
    use hardkey_synthetic::Root;
    use serde_json::{Value, json};

    const HSM: &str = "hsm.managedhsm.azure.net";

    #[test]
    fn a_managed_hsm_makes_statements_that_name_the_key_and_its_version() {
        let rehearsal = Rehearsal::new();
        let (status, made) = rehearsal.ask_host(HSM, "POST", "/keys/release/create", &json!({"kty": "EC-HSM"}));
        assert_eq!(status, 200);
        let version = made["key"]["kid"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let path = format!("/keys/release/{version}/attestation");
        let (status, answer) = rehearsal.ask_host(HSM, "GET", &path, &Value::Null);
        assert_eq!((status, &answer["key"]), (200, &made["key"]));
        let attestation = &answer["attributes"]["attestation"];
        assert_eq!(attestation["version"], "MRVL-1");
        let id = format!("/release/{version}");
        for half in ["privateKeyAttestation", "publicKeyAttestation"] {
            let statement = base64url::decode(attestation[half].as_str().unwrap()).unwrap();
            assert!(statement.windows(id.len()).any(|part| part == id.as_bytes()), "{half}");
        }
    }

    /// The roots of this process as a CA would have them.
    fn anchors() -> ForTests {
        let anchor = |root: &&'static Root| Anchor {
            id: root.id,
            name: root.name,
            role: if root.is_manufacturer { Role::Manufacturer } else { Role::Operator },
            common_name: root.common_name,
            key: &root.key_pem,
            key_hash: &root.key_hash,
            origin: "hardkey-synthetic",
            published: &[],
        };
        ForTests { anchors: Root::all().iter().map(anchor).collect(), denied: Vec::new() }
    }

    #[test]
    fn the_verifier_reads_what_was_done_with_a_key_from_its_statement() {
        let rehearsal = Rehearsal::new();
        for (kty, size_or_curve, imported, exportable, expected) in [
            ("EC-HSM", json!("P-384"), false, false, &["format"][..]),
            ("RSA-HSM", json!(3072), false, false, &["format"][..]),
            ("EC-HSM", json!("P-384"), true, false, &["generated", "never-extractable", "always-sensitive", "format"]),
            ("EC-HSM", json!("P-384"), false, true, &["admission"]),
        ] {
            let member = if size_or_curve.is_string() { "curve" } else { "size" };
            let description = json!({
                "vault": "hsm", "kty": kty, member: size_or_curve, "imported": imported, "exportable": exportable,
            });
            let made = rehearsal.service.make(&serde_json::from_value(description).unwrap()).unwrap();
            let path = made["id"].as_str().unwrap().strip_prefix("https://hsm.managedhsm.azure.net").unwrap();
            let (status, answer) = rehearsal.ask_host(HSM, "GET", &format!("{path}/attestation"), &Value::Null);
            assert_eq!(status, 200);
            let claims = verify(&[Evidence::ManagedHsmKey(answer.to_string().into_bytes())], &anchors()).unwrap();
            let expectation = Expected { name: Some(made["id"].as_str().unwrap().to_owned()), ..Expected::default() };
            let verdict = claims.appraise(&Policy::statement(), &expectation);
            let all = claims.checks().iter().chain(verdict.rules());
            let failed = all.filter(|rule| rule.outcome == Outcome::Failed);
            // No genuine statement of Azure's is public, so the verifier takes the format of none.
            assert_eq!(failed.map(|rule| rule.id).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn a_vault_makes_no_statements_and_a_managed_hsm_no_software_keys() {
        let rehearsal = Rehearsal::new();
        rehearsal.ask("POST", "/keys/release/create", &json!({"kty": "EC-HSM"}));
        assert_eq!(rehearsal.ask("GET", "/keys/release/attestation", &Value::Null).0, 400);
        assert_eq!(rehearsal.ask_host(HSM, "POST", "/keys/soft/create", &json!({"kty": "EC"})).0, 400);
    }
}
