//! Refusals that faults ask for, as they would be in answer to the very request.

use crate::azure::error::{Refused, Unusable};
use crate::azure::gate::{EXPIRED, bearer};
use crate::azure::permission::Ask;
use crate::azure::route::Route;
use crate::azure::vault::Kind;
use crate::azure::{KeyVault, asked_host};
use hyper::http::request::Parts;

impl KeyVault {
    /// The refusal of this code, inner code or status; what the fault says itself is as it says.
    pub(crate) fn usual(
        &self,
        head: &Parts,
        status: Option<u16>,
        error: Option<&str>,
        message: Option<&str>,
    ) -> Refused {
        let wanted = error.unwrap_or_else(|| code_of(status.unwrap_or(400)));
        let mut refused = self
            .in_context(head, wanted)
            .or_else(|| in_general(wanted))
            .unwrap_or_else(|| Refused::new(400, wanted, "The request was refused."));
        refused.status = status.unwrap_or(refused.status);
        if let Some(message) = message {
            message.clone_into(&mut refused.message);
        }
        refused
    }

    fn in_context(&self, head: &Parts, wanted: &str) -> Option<Refused> {
        let route = Route::of(head)?;
        let vaults = self.vaults();
        let vault = vaults.named_by(asked_host(head))?;
        let kind = vaults.get(&vault)?.kind;
        let holder = bearer(head).and_then(|token| self.tokens.holder(token)).unwrap_or_default();
        let ask = Ask { holder: &holder, vault: &vault, kind, route: &route, by_role: false };
        let operation = route.row.access.permission;
        match wanted {
            "ForbiddenByFirewall" => Some(ask.by_firewall()),
            "AccessDenied" if kind != Kind::ManagedHsm => Some(ask.by_policy()),
            // What newer vaults say in the place of AccessDenied, in the same words.
            "ForbiddenByPolicy" => Some(Refused { inner: Some(wanted.to_owned()), ..ask.by_policy() }),
            "Forbidden" | "ForbiddenByRbac" | "AccessDenied" => Some(ask.by_role()),
            "KeyDisabled" => Some(Refused::unusable(Unusable::Disabled, operation)),
            "KeyExpired" => Some(Refused::unusable(Unusable::Expired, operation)),
            "KeyNotYetValid" => Some(Refused::unusable(Unusable::NotYetValid, operation)),
            "KeyOperationForbidden" => Some(Refused::unusable(Unusable::Forbidden, operation)),
            "KeyNotFound" => Some(Refused::no_key(route.name.as_deref().unwrap_or_default())),
            _ => None,
        }
    }
}

/// The code a status alone stands for.
fn code_of(status: u16) -> &'static str {
    match status {
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "KeyNotFound",
        409 => "Conflict",
        429 => "Throttled",
        500 => "InternalServerError",
        501.. => "ServiceUnavailable",
        _ => "BadParameter",
    }
}

fn in_general(wanted: &str) -> Option<Refused> {
    let (status, code, text) = match wanted {
        "Throttled" => (
            429,
            "Throttled",
            "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached",
        ),
        "Unauthorized" | "TokenExpired" => (401, "Unauthorized", EXPIRED),
        "Conflict" => (409, "Conflict", "The key is being changed by another request."),
        "InternalServerError" => (500, "InternalServerError", "An internal server error occurred."),
        "ServiceUnavailable" => (503, "ServiceUnavailable", "The service is temporarily unavailable."),
        _ => return None,
    };
    Some(Refused::new(status, code, text))
}

#[cfg(test)]
mod tests {
    use crate::azure::rehearsal::{Rehearsal, head};

    #[test]
    fn a_fault_by_inner_code_says_what_the_request_would_have_been_told() {
        let rehearsal = Rehearsal::new();
        let head = head("vault.vault.azure.net", "POST", "/keys/release/sign", rehearsal.token());
        let usual = |error: &str| rehearsal.service.usual(&head, None, Some(error), None);
        let role = usual("ForbiddenByRbac");
        assert_eq!((role.status, role.inner.as_deref()), (403, Some("ForbiddenByRbac")));
        assert!(role.message.contains("Action: 'Microsoft.KeyVault/vaults/keys/sign/action'\r\n"), "{}", role.message);
        assert!(role.message.contains("/vaults/vault/keys/release'\r\n"), "{}", role.message);
        let policy = usual("AccessDenied");
        let said = "'appid=rehearsal;oid=7c9d2e4f-6a8b-4d1c-b3e5-f7081a2b3c4d;iss=https://sts.windows.net/0f5c2d1e-7a34-4b6e-9c1d-3e8a5b7f9012/' does not have keys sign permission on key vault 'vault;location=westeurope'.";
        assert!(policy.message.contains(said), "{}", policy.message);
        assert_eq!(usual("KeyDisabled").message, "Operation sign is not allowed on a disabled key.");
        assert_eq!((usual("Throttled").status, usual("Unheard").code.as_str()), (429, "Unheard"));
        let by_status = rehearsal.service.usual(&head, Some(503), None, Some("later"));
        assert_eq!(
            (by_status.status, by_status.code.as_str(), by_status.message.as_str()),
            (503, "ServiceUnavailable", "later")
        );
    }
}
