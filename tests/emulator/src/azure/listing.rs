//! GetKeys and GetKeyVersions, page by page.

use crate::azure::KeyVault;
use crate::azure::error::Refused;
use crate::azure::record::item;
use crate::azure::request::Request;
use serde_json::{Value, json};

/// The most of a page, and as many as a page has if nobody says otherwise: REST specification 7.6, `maxresults`.
const LARGEST_PAGE: usize = 25;

/// GetKeys: each key once, by its current version.
pub(crate) fn keys(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let vaults = service.vaults();
    let keys = &vaults.of(request)?.keys;
    let items = keys.iter().filter_map(|(name, key)| Some((name, key.version(None)?)));
    page(request, items.map(|(name, version)| item(&request.url("keys", name, None), version)).collect())
}

/// GetKeyVersions. Of a key that is not there the list is empty.
pub(crate) fn versions(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let vaults = service.vaults();
    let versions = vaults.of(request)?.keys.get(&request.name).map_or(&[][..], |key| &key.versions);
    let named = |id: &str| request.url("keys", &request.name, Some(id));
    page(request, versions.iter().map(|version| item(&named(&version.id), version)).collect())
}

/// The page a request asks for, with the link to the next.
pub(crate) fn page(request: &Request, items: Vec<Value>) -> Result<Value, Refused> {
    let number = |name: &str| request.query.get(name).map(|text| text.parse::<usize>());
    let size = match number("maxresults") {
        None => LARGEST_PAGE,
        Some(Ok(size)) if (1..=LARGEST_PAGE).contains(&size) => size,
        Some(_) => return Err(Refused::parameter("maxresults must be between 1 and 25")),
    };
    let start = match number("$skiptoken") {
        None => 0,
        Some(Ok(start)) if start <= items.len() => start,
        Some(_) => return Err(Refused::parameter("The skiptoken is not valid.")),
    };
    let rest = items.len() - start;
    let next = (rest > size).then(|| {
        let version = request.query.get("api-version").map_or("", String::as_str);
        let path = &request.path;
        format!("https://{}{path}?api-version={version}&$skiptoken={}&maxresults={size}", request.host, start + size)
    });
    let value: Vec<Value> = items.into_iter().skip(start).take(size).collect();
    Ok(json!({"value": value, "nextLink": next}))
}
