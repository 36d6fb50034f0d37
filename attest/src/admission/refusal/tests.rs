use super::*;
use Cloud::{Aws, Azure, Google};

#[test]
fn every_refusal_says_what_is_the_matter_and_what_to_do() {
    let text = || "X".to_owned();
    let cases = [
        (
            Refusal::Disabled { cloud: Aws },
            "the key is disabled; enable it (aws kms enable-key) or configure another key",
        ),
        (
            Refusal::Disabled { cloud: Azure },
            "the key is disabled; enable it (az keyvault key set-attributes --enabled true) or configure another key",
        ),
        (
            Refusal::Disabled { cloud: Google },
            "the key is disabled; enable it (gcloud kms keys versions enable) or configure another version",
        ),
        (
            Refusal::Exportable { what: "exportable is true" },
            "the private key may be handed out: exportable is true; create a key that is not exportable and has no release policy",
        ),
        (
            Refusal::External { level: text() },
            "the key's protection level is X: it lives outside of Google Cloud; create a key with protection level HSM",
        ),
        (
            Refusal::Imported { cloud: Aws },
            "the key material was imported, so a copy may exist outside the HSM; create a key with Origin AWS_KMS, or set allow_imported = true in [admission] and accept that no CA can attest it",
        ),
        (
            Refusal::Imported { cloud: Google },
            "the key material was imported, so a copy may exist outside the HSM; create a key in the HSM, or set allow_imported = true in [admission] and accept that no CA can attest it",
        ),
        (
            Refusal::LevelsDiffer { version: "HSM".to_owned(), public_key: "X\n".to_owned() },
            "the key version states protection level HSM, its public key X\\n; configure another key version, and ask Google why",
        ),
        (
            Refusal::NotForSigning { cloud: Azure, usage: text() },
            "the key's usage is X; create an RSA-HSM or EC-HSM key with the operation sign",
        ),
        (
            Refusal::NotForSigning { cloud: Google, usage: text() },
            "the key's usage is X; create a key with purpose ASYMMETRIC_SIGN",
        ),
        (
            Refusal::NotReady { cloud: Aws, state: text() },
            "the key is in state X; wait until it is Enabled, or configure another key",
        ),
        (
            Refusal::NotReady { cloud: Google, state: text() },
            "the key is in state X; wait until it is ENABLED, or configure another version",
        ),
        (
            Refusal::NotReady { cloud: Google, state: "DESTROYED".to_owned() },
            "the key is in state DESTROYED; configure another version: this one never comes back",
        ),
        (
            Refusal::NotReady { cloud: Google, state: "GENERATION_FAILED".to_owned() },
            "the key is in state GENERATION_FAILED; configure another version: this one never comes back",
        ),
        (
            Refusal::PendingDeletion { cloud: Aws },
            "the key waits for deletion; cancel that (aws kms cancel-key-deletion, then enable-key) or configure another key",
        ),
        (
            Refusal::PendingDeletion { cloud: Google },
            "the key waits for deletion; cancel that (gcloud kms keys versions restore, then enable) or configure another version",
        ),
        (
            Refusal::Platform { platform: "0".to_owned() },
            "the key's hsmPlatform is 0, a software module; create a new version of the key in a Premium vault or in a Managed HSM",
        ),
        (
            Refusal::Software { cloud: Azure, kind: "kty RSA".to_owned() },
            "the key is a software key (kty RSA); create a key of type RSA-HSM or EC-HSM, in a Managed HSM or in a vault of the SKU Premium: a Standard one has none, and a Premium one holds software keys too",
        ),
        (
            Refusal::Software { cloud: Google, kind: text() },
            "the key is a software key (X); create a key with protection level HSM",
        ),
        (
            Refusal::TemplateOnly { level: "SOFTWARE".to_owned() },
            "the key's template asks for an HSM, but this version's own protection level is SOFTWARE; create a new version, and use that",
        ),
        (
            Refusal::Unstated { field: "kty", value: None },
            "the key service did not state kty, so the key's protection is unknown; update Hardkey, or configure another key",
        ),
        (
            Refusal::Unstated { field: "kty", value: Some(text()) },
            "the key service states kty X, which this version cannot judge; update Hardkey, or configure another key",
        ),
    ];
    for (refusal, sentence) in cases {
        assert_eq!(refusal.to_string(), sentence);
        assert_eq!(refusal.can_change(), matches!(refusal.code(), "disabled" | "not-ready" | "pending-deletion"));
    }
}
