//! Who may come in: the bearer token and the challenge for those who have none.

use crate::azure::KeyVault;
use crate::azure::error::Refused;
use crate::azure::host::vault_of;
use crate::azure::permission::Ask;
use crate::azure::resource::id_of;
use crate::azure::role::Plane;
use crate::azure::route::Route;
use crate::azure::token::{Standing, TENANT};
use hyper::http::request::Parts;

/// What a token for vaults is for.
pub(crate) const VAULTS: &str = "https://vault.azure.net";
/// What a token for Managed HSMs is for.
pub(crate) const MANAGED_HSMS: &str = "https://managedhsm.azure.net";

impl KeyVault {
    /// Lets a request pass that has a token for this vault, and whose holder may do what it asks for.
    pub(crate) fn admit(&self, head: &Parts, vault: &str, route: &Route) -> Result<(), Refused> {
        let token =
            bearer(head).ok_or_else(|| Refused::unauthorized("AKV10000: Request is missing a Bearer or PoP token."))?;
        let resource = self.vaults().resource(vault);
        match self.tokens.standing(token) {
            Standing::Foreign => {
                Err(Refused::unauthorized("AKV10046: Unable to resolve the key used for signature validation."))
            }
            Standing::Expired => Err(Refused::unauthorized(EXPIRED)),
            Standing::Good { resource: its_own } if its_own != resource => Err(Refused::unauthorized(format!(
                "AKV10022: Invalid audience. Expected {resource}, found: {its_own}."
            ))),
            Standing::Good { .. } => {
                let holder = self.tokens.holder(token).unwrap_or_default();
                let vaults = self.vaults();
                let of = vaults.get(vault).ok_or_else(Refused::nowhere)?;
                let action = format!("Microsoft.KeyVault/vaults/{}", route.row.access.action);
                let of_key = route.name.as_ref().map(|name| format!("/{}/{name}", route.row.access.collection));
                let scope = format!("{}{}", id_of(of.kind, vault), of_key.unwrap_or_default());
                let by_role = self.directory().grants(&holder, Plane::Data, &action, &scope);
                of.rules.check(&Ask { holder: &holder, vault, kind: of.kind, route, by_role })
            }
        }
    }
}

/// What Key Vault says of a token past its time.
pub(crate) const EXPIRED: &str = "[TokenExpired] Error validating token: 'S2S12086'.";

/// The token of a request.
pub(crate) fn bearer(head: &Parts) -> Option<&str> {
    let value = head.headers.get("authorization")?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// `WWW-Authenticate` of a 401. The token endpoint is where Azure has it, or, for loopback names, here.
pub(crate) fn challenge(host: &str, resource: &str) -> String {
    let authority = if vault_of(host).is_some() { "login.microsoftonline.com" } else { host };
    format!("Bearer authorization=\"https://{authority}/{TENANT}\", resource=\"{resource}\"")
}
