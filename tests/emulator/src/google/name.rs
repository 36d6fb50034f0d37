//! Resource names, `projects/…/locations/…/keyRings/…/cryptoKeys/…/cryptoKeyVersions/…`, as paths carry them.

use crate::form::decoded;
use crate::google::error::GoogleError;

/// A resource, or a collection of them, that a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    segments: Vec<String>,
}

impl Name {
    /// The version of the API, the name and the verb of a path: `/v1/projects/p:getIamPolicy`.
    pub(crate) fn of_path(path: &str) -> Option<(String, Name, String)> {
        let (path, verb) = match path.rsplit_once(':') {
            Some((path, verb)) if !verb.contains('/') => (path, verb),
            _ => (path, ""),
        };
        let (version, name) = path.strip_prefix('/')?.split_once('/')?;
        if !matches!(version, "v1" | "v2" | "v3") {
            return None;
        }
        // In a path, unlike in a query, a plus sign is one.
        let segments = name.split('/').map(|segment| decoded(&segment.replace('+', "%2B"))).collect();
        Some((version.to_owned(), Name { segments }, verb.to_owned()))
    }

    /// The name that a text is.
    pub(crate) fn parse(text: &str) -> Name {
        Name { segments: text.split('/').map(str::to_owned).collect() }
    }

    /// Its collections, with `*` for each id: `projects/*/locations/*`.
    pub(crate) fn pattern(&self) -> String {
        let starred = self.segments.iter().enumerate().map(
            |(place, segment)| {
                if place % 2 == 0 { segment.as_str() } else { "*" }
            },
        );
        starred.collect::<Vec<_>>().join("/")
    }

    /// The id in one of its collections.
    pub(crate) fn id(&self, collection: &str) -> &str {
        let mut pairs = self.segments.chunks(2);
        let found = pairs.find(|pair| pair.first().is_some_and(|name| name == collection));
        found.and_then(|pair| pair.get(1)).map_or("", String::as_str)
    }

    /// The whole.
    pub(crate) fn text(&self) -> String {
        self.segments.join("/")
    }

    /// What comes before and at this collection's id.
    pub(crate) fn up_to(&self, collection: &str) -> String {
        let place = self.segments.iter().step_by(2).position(|name| name == collection).unwrap_or_default();
        self.segments.iter().take(2 * place + 2).map(String::as_str).collect::<Vec<_>>().join("/")
    }

    /// The name of the resource a request is about: of a collection, its parent; of a public key, its version.
    pub(crate) fn resource(&self) -> String {
        self.segments.iter().take(self.segments.len() / 2 * 2).map(String::as_str).collect::<Vec<_>>().join("/")
    }
}

/// Cloud KMS RPC reference, `key_ring_id`: must match `[a-zA-Z0-9_-]{1,63}`.
pub(crate) fn check_id(member: &str, id: &str) -> Result<(), GoogleError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if (1..=63).contains(&id.len()) && id.bytes().all(fits) {
        return Ok(());
    }
    Err(GoogleError::argument(format!("{member} value '{id}' does not match pattern '[a-zA-Z0-9_-]{{1,63}}'.")))
}

/// Refuses ids that no resource has.
pub(crate) fn check_name(name: &Name) -> Result<(), GoogleError> {
    for collection in ["keyRings", "cryptoKeys", "importJobs"] {
        if !name.id(collection).is_empty() {
            check_id(collection, name.id(collection))?;
        }
    }
    if name.id("cryptoKeyVersions").bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(GoogleError::argument(format!("The resource name '{}' is malformed: a version is a number.", name.text())))
}

/// Refuses a location that Cloud KMS has not: they are called `global`, `us`, `eur4`, `europe-west1`.
pub(crate) fn check_location(name: &Name) -> Result<(), GoogleError> {
    let location = name.id("locations");
    let letter_first = |part: &str| part.starts_with(|first: char| first.is_ascii_lowercase());
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let fits = |part: &str| letter_first(part) && part.bytes().all(plain);
    if location.is_empty() || location.split('-').all(fits) {
        return Ok(());
    }
    Err(GoogleError::new(
        "NOT_FOUND",
        format!(
            "The request concerns location '{location}' but was sent to location 'global'. Either Cloud KMS is not available in '{location}' or the request was misrouted. gRPC clients must ensure that 'x-goog-request-params' is specified in request metadata. See https://cloud.google.com/kms/docs/grpc for more information."
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_name_and_a_verb() {
        let (version, name, verb) =
            Name::of_path("/v1/projects/p/locations/l/keyRings/r/cryptoKeys/k%2Dx/cryptoKeyVersions/1:destroy")
                .unwrap();
        assert_eq!((version.as_str(), verb.as_str()), ("v1", "destroy"));
        assert_eq!(name.pattern(), "projects/*/locations/*/keyRings/*/cryptoKeys/*/cryptoKeyVersions/*");
        assert_eq!(name.id("cryptoKeys"), "k-x");
        assert_eq!(name.up_to("keyRings"), "projects/p/locations/l/keyRings/r");
        let (_, list, verb) = Name::of_path("/v1/projects/p/locations/l/keyRings").unwrap();
        assert_eq!((list.pattern().as_str(), verb.as_str()), ("projects/*/locations/*/keyRings", ""));
        assert_eq!(list.resource(), "projects/p/locations/l");
        assert_eq!(Name::of_path("/v4/projects"), None);
        assert_eq!(Name::of_path("/v3"), None);
    }

    #[test]
    fn an_id_has_letters_digits_hyphens_and_underscores() {
        assert!(check_id("key_ring_id", "Release_1-a").is_ok());
        for id in ["", "&bar", "a b", &"x".repeat(64)] {
            assert_eq!(check_id("key_ring_id", id).unwrap_err().status, "INVALID_ARGUMENT", "{id}");
        }
    }
}
