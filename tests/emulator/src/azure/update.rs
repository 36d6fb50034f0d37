//! UpdateKey: attributes, permitted operations, tags and release policy of a version. This is how a key is disabled.

use crate::azure::KeyVault;
use crate::azure::create::settle;
use crate::azure::error::Refused;
use crate::azure::record::bundle;
use crate::azure::request::Request;
use crate::clock;
use serde_json::Value;

/// UpdateKey.
pub(crate) fn update(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let mut vaults = service.vaults();
    let version = vaults.version_mut(request)?;
    if request.object("attributes")?.get("exportable").is_some_and(|asked| *asked != version.exportable) {
        return Err(Refused::parameter("The exportable attribute cannot be changed after creation."));
    }
    settle(version, request)?;
    if let Some(operations) = request.texts("key_ops")? {
        version.operations = operations;
    }
    version.updated = clock::whole_seconds();
    bundle(request, &request.name, version)
}

#[cfg(test)]
mod tests {
    use crate::azure::rehearsal::Rehearsal;
    use serde_json::json;

    #[test]
    fn a_disabled_key_verifies_but_does_not_sign() {
        let rehearsal = Rehearsal::new();
        rehearsal.ask("POST", "/keys/release/create", &json!({"kty": "EC"}));
        let (status, answer) =
            rehearsal.ask("PATCH", "/keys/release/", &json!({"attributes": {"enabled": false}, "tags": {"a": "b"}}));
        assert_eq!(
            (status, &answer["attributes"]["enabled"], &answer["tags"]),
            (200, &json!(false), &json!({"a": "b"}))
        );
        let digest = "A".repeat(43);
        let sign = rehearsal.ask("POST", "/keys/release/sign", &json!({"alg": "ES256", "value": digest}));
        assert_eq!((sign.0, &sign.1["error"]["innererror"]["code"]), (403, &json!("KeyDisabled")));
        let body = json!({"alg": "ES256", "digest": digest, "value": "A".repeat(86)});
        assert_eq!(rehearsal.ask("POST", "/keys/release//verify", &body), (200, json!({"value": false})));
    }

    #[test]
    fn what_may_leave_is_settled_when_a_key_is_made() {
        let rehearsal = Rehearsal::new();
        rehearsal.ask("POST", "/keys/release/create", &json!({"kty": "EC-HSM"}));
        let (status, _) = rehearsal.ask("PATCH", "/keys/release/", &json!({"attributes": {"exportable": true}}));
        assert_eq!(status, 400);
    }
}
