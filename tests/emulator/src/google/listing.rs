//! Lists, and the records of single resources.

use crate::google::GoogleKms;
use crate::google::error::GoogleError;
use crate::google::filter::Filter;
use crate::google::page::page;
use crate::google::request::Request;
use crate::google::version::View;
use serde_json::Value;

/// ListKeyRings.
pub(crate) fn rings(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let within = format!("{}/", request.name.text());
    let store = kms.store();
    let rings = store.rings.iter().filter(|(name, _)| name.starts_with(&within));
    some(request, "keyRings", rings.map(|(name, ring)| (name.clone(), ring.record())).collect())
}

/// ListCryptoKeys: by name.
pub(crate) fn keys(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let view = view(request, "versionView")?;
    let mut store = kms.store();
    let keys = &store.ring(&request.name)?.keys;
    some(request, "cryptoKeys", keys.iter().map(|(id, key)| (id.clone(), key.record(view))).collect())
}

/// ListCryptoKeyVersions: by number.
pub(crate) fn versions(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let view = view(request, "view")?;
    let mut store = kms.store();
    let versions = &store.key(&request.name)?.versions;
    let entries = versions.iter().map(|(number, version)| (number.to_string(), version.record(view)));
    some(request, "cryptoKeyVersions", entries.collect())
}

/// GetKeyRing.
pub(crate) fn ring(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    Ok(kms.store().ring(&request.name)?.record())
}

/// GetCryptoKey.
pub(crate) fn key(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    Ok(kms.store().key(&request.name)?.record(View::Full))
}

/// GetCryptoKeyVersion.
pub(crate) fn version(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    Ok(kms.store().version(&request.name)?.record(View::Full))
}

/// One page of those that fit the filter.
fn some(request: &Request, member: &str, mut entries: Vec<(String, Value)>) -> Result<Value, GoogleError> {
    let filter = Filter::of(request)?;
    entries.retain(|(_, record)| filter.fits(record));
    page(request, member, entries)
}

fn view(request: &Request, parameter: &str) -> Result<View, GoogleError> {
    match request.parameter(parameter).as_deref() {
        None | Some("CRYPTO_KEY_VERSION_VIEW_UNSPECIFIED") => Ok(View::Short),
        Some("FULL") => Ok(View::Full),
        Some(other) => Err(GoogleError::argument(format!("Invalid value at '{parameter}', \"{other}\""))),
    }
}

#[cfg(test)]
mod tests {
    use crate::google::rehearsal::{LOCATION, Rehearsal};
    use serde_json::{Value, json};

    fn names(answer: &Value, member: &str) -> Vec<String> {
        let last = |entry: &Value| entry["name"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        answer[member].as_array().unwrap().iter().map(last).collect()
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repetition() {
        let kms = Rehearsal::new();
        let ring = format!("{LOCATION}/keyRings/r");
        for id in ["d", "b", "a", "e", "c"] {
            let key = json!({"purpose": "ENCRYPT_DECRYPT"});
            kms.post(&format!("{ring}/cryptoKeys?cryptoKeyId={id}"), &key).unwrap();
        }
        let mut seen = Vec::new();
        let mut path = format!("{ring}/cryptoKeys?pageSize=2");
        loop {
            let answer = kms.get(&path).unwrap();
            assert_eq!(answer["totalSize"], 5);
            seen.push(names(&answer, "cryptoKeys"));
            let Some(token) = answer["nextPageToken"].as_str() else { break };
            path = format!("{ring}/cryptoKeys?pageSize=2&pageToken={}", token.replace('=', "%3D"));
        }
        assert_eq!(seen, [vec!["a", "b"], vec!["c", "d"], vec!["e"]]);
        let refusal = kms.get(&format!("{ring}/cryptoKeys?pageToken=x")).unwrap_err();
        assert_eq!(refusal, "400 INVALID_ARGUMENT: The page token is invalid.");
    }

    #[test]
    fn lists_leave_statements_out_unless_the_full_view_is_asked_for() {
        let kms = Rehearsal::new();
        let version = kms.key("k", "EC_SIGN_P256_SHA256", "HSM");
        let list = version.rsplit_once('/').unwrap().0;
        let listed = |query: &str| kms.get(&format!("{list}{query}")).unwrap()["cryptoKeyVersions"][0].clone();
        assert_eq!(listed("").get("attestation"), None);
        assert_eq!(listed("?view=FULL")["attestation"]["format"], "CAVIUM_V2_COMPRESSED");
        assert_eq!(listed("?view=1&$alt=json;enum-encoding=int")["attestation"]["format"], 4);
        assert_eq!(kms.get(&version).unwrap(), listed("?view=FULL"));
        kms.kms.put_into_state(&version, "DISABLED").unwrap();
        assert_eq!(kms.get(&format!("{list}?filter=state=ENABLED")).unwrap(), json!({}));
        assert_eq!(names(&kms.get(&format!("{list}?filter=state:disabled")).unwrap(), "cryptoKeyVersions"), ["1"]);
        assert!(kms.get(&format!("{list}?filter=nonsense")).unwrap_err().starts_with("400 INVALID_ARGUMENT: "));
    }

    #[test]
    fn what_is_not_there_is_not_found_by_kind_and_name() {
        let kms = Rehearsal::new();
        let refusal = |path: &str| kms.get(&format!("{LOCATION}{path}")).unwrap_err();
        let missing = |kind: &str, path: &str| format!("404 NOT_FOUND: {kind} {LOCATION}{path} not found.");
        assert_eq!(refusal("/keyRings/x"), missing("KeyRing", "/keyRings/x"));
        assert_eq!(refusal("/keyRings/x/cryptoKeys"), missing("KeyRing", "/keyRings/x"));
        assert_eq!(refusal("/keyRings/r/cryptoKeys/k"), missing("CryptoKey", "/keyRings/r/cryptoKeys/k"));
        let version = "/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";
        assert_eq!(refusal(version), missing("CryptoKeyVersion", version));
        assert_eq!(refusal(&format!("{version}/publicKey")), missing("CryptoKeyVersion", version));
    }

    #[test]
    fn a_location_that_is_none_is_said_to_be_misrouted() {
        let refusal = Rehearsal::new().get("projects/p/locations/-/keyRings").unwrap_err();
        assert!(
            refusal.starts_with("404 NOT_FOUND: The request concerns location '-' but was sent to location 'global'. "),
            "{refusal}"
        );
    }
}
