use azure_core::http::{StatusCode, headers::Headers};
use serde_json::json;

use super::*;

fn asked(place: &str) -> Asked {
    Asked { place: Place::parse(place).unwrap(), tenant: Some("tenant-1".to_owned()), desk: None }
}

const VAULT: &str = "https://example.vault.azure.net";
const HSM: &str = "https://pool.managedhsm.azure.net";

fn error(status: u16, body: impl Into<String>) -> Error {
    let status = StatusCode::from(status);
    let mut headers = Headers::new();
    headers.insert("x-ms-request-id", "id-1");
    let response = RawResponse::from_bytes(status, headers, body.into());
    let kind = ErrorKind::HttpResponse { status, error_code: None, raw_response: Some(Box::new(response)) };
    Error::with_message(kind, "nobody reads this")
}

fn refused(code: &str, inner: Option<&str>, message: &str) -> String {
    match inner {
        Some(inner) => json!({"error": {"code": code, "message": message, "innererror": {"code": inner}}}),
        None => json!({"error": {"code": code, "message": message}}),
    }
    .to_string()
}

#[test]
fn each_refusal_has_its_kind_and_its_remedy() {
    for (place, action, status, code, inner, kind, remedy) in [
        (
            VAULT,
            Action::Sign,
            403,
            "Forbidden",
            Some("ForbiddenByRbac"),
            ServiceErrorKind::Denied,
            "grant this identity Microsoft.KeyVault/vaults/keys/sign/action on this key: by the role Key Vault Crypto User, or one of your own; an assignment takes minutes to arrive",
        ),
        (
            VAULT,
            Action::ListKeys,
            403,
            "Forbidden",
            Some("ForbiddenByRbac"),
            ServiceErrorKind::Denied,
            "grant this identity Microsoft.KeyVault/vaults/keys/read on the vault: by the role Key Vault Reader, or one of your own; an assignment takes minutes to arrive",
        ),
        (
            VAULT,
            Action::Sign,
            403,
            "Forbidden",
            Some("AccessDenied"),
            ServiceErrorKind::Denied,
            "give this identity the key permission sign in the vault's access policies (az keyvault set-policy --key-permissions sign)",
        ),
        (
            VAULT,
            Action::GetCertificate,
            403,
            "Forbidden",
            Some("ForbiddenByPolicy"),
            ServiceErrorKind::Denied,
            "give this identity the certificate permission get in the vault's access policies (az keyvault set-policy --certificate-permissions get)",
        ),
        (
            HSM,
            Action::Sign,
            403,
            "AccessDenied",
            None,
            ServiceErrorKind::Denied,
            "grant this identity Microsoft.KeyVault/managedHsm/keys/sign/action on /keys: by the HSM's own role Managed HSM Crypto User (az keyvault role assignment create --hsm-name), or one of your own",
        ),
        (
            VAULT,
            Action::GetKey,
            403,
            "Forbidden",
            Some("ForbiddenByFirewall"),
            ServiceErrorKind::Denied,
            "let this machine through the vault's firewall (az keyvault network-rule add), or go there by a private endpoint",
        ),
        (
            VAULT,
            Action::Sign,
            403,
            "Forbidden",
            Some("KeyDisabled"),
            ServiceErrorKind::Disabled,
            "enable the version (az keyvault key set-attributes --enabled true), or configure another one",
        ),
        (
            VAULT,
            Action::Sign,
            403,
            "Forbidden",
            Some("KeyExpired"),
            ServiceErrorKind::Disabled,
            "set a later date (az keyvault key set-attributes --expires), or configure a newer version",
        ),
        (
            VAULT,
            Action::Sign,
            403,
            "Forbidden",
            Some("KeyNotYetValid"),
            ServiceErrorKind::Disabled,
            "wait, or set an earlier date (az keyvault key set-attributes --not-before)",
        ),
        (
            VAULT,
            Action::Sign,
            403,
            "Forbidden",
            Some("KeyOperationForbidden"),
            ServiceErrorKind::Unsupported,
            "allow the operation sign for this version (az keyvault key set-attributes --ops sign verify)",
        ),
        (
            VAULT,
            Action::GetKey,
            404,
            "KeyNotFound",
            None,
            ServiceErrorKind::NotFound,
            "check the name of the vault, of the key and the version",
        ),
        (
            VAULT,
            Action::Sign,
            429,
            "Throttled",
            None,
            ServiceErrorKind::Throttled,
            "sign less at once (lanes in [network]), or spread the keys over several vaults: the limit is one of the vault's",
        ),
        (
            VAULT,
            Action::Sign,
            400,
            "BadParameter",
            None,
            ServiceErrorKind::Malformed,
            "check the name of the key, and the endpoint",
        ),
        (
            VAULT,
            Action::Sign,
            500,
            "InternalServerError",
            None,
            ServiceErrorKind::Unavailable,
            "try again; if it lasts, look at the Azure status page",
        ),
    ] {
        let failure = asked(place).failure(action, &error(status, refused(code, inner, "in\r\nAzure's words")));
        let service = if place == HSM { "Azure Managed HSM" } else { "Azure Key Vault" };
        let codes = inner.map_or_else(|| code.to_owned(), |inner| format!("{code} ({inner})"));
        let expected =
            format!("{service} answered {} with {codes}: in Azure's words (request id-1); {remedy}", action.name());
        assert_eq!((failure.error.kind, failure.error.to_string()), (kind, expected));
        assert!(!failure.stale_credentials);
    }
}

#[test]
fn a_token_that_is_not_taken_is_worth_one_new_one_and_then_the_tenant_is_named() {
    let body = refused("Unauthorized", None, "AKV10032: Invalid issuer.");
    let failure = asked(VAULT).failure(Action::GetKey, &error(401, body));
    assert!(failure.stale_credentials);
    assert_eq!(
        failure.error.to_string(),
        "Azure Key Vault answered keys/get with Unauthorized: AKV10032: Invalid issuer. (request id-1); a new token was not taken either: check that the identity is of the vault's tenant, tenant-1, and the clock of this machine"
    );
}

#[test]
fn what_is_not_in_azure_s_words_is_called_so() {
    for (status, body) in [(502, "<html>"), (200, ""), (403, "{\"error\": \"text\"}"), (404, "{}"), (500, "")] {
        let failure = asked(VAULT).failure(Action::Sign, &error(status, body));
        let expected =
            format!("keys/sign was answered with HTTP status {status}, and not in the words of Azure Key Vault");
        assert_eq!(failure.error.cause, expected, "{body}");
    }
}
