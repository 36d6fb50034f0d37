//! JSON Web Keys: the public half as Azure writes it.

use crate::azure::base64url;
use crate::azure::key::Version;
use crate::azure::key_type::curve_name;
use crate::credentials::with;
use crate::material::Material;
use openssl::bn::{BigNum, BigNumContext};
use openssl::error::ErrorStack;
use openssl::pkey::PKey;
use serde_json::{Value, json};

/// The key of a version under this identifier.
pub(crate) fn public(version: &Version, identifier: &str) -> Result<Value, ErrorStack> {
    let mut jwk = json!({"kid": identifier, "kty": version.kind.name(), "key_ops": version.operations});
    if let Some(material) = &version.material {
        for (name, value) in members(material)? {
            jwk = with(jwk, name, json!(value));
        }
    }
    Ok(jwk)
}

/// `n` and `e`, or `crv`, `x` and `y`.
pub(crate) fn members(material: &Material) -> Result<Vec<(&'static str, String)>, ErrorStack> {
    let key = PKey::public_key_from_der(material.public_der())?;
    let Some(curve) = curve_name(material.shape()) else {
        let rsa = key.rsa()?;
        let [n, e] = [rsa.n(), rsa.e()].map(|number| base64url::encode(&number.to_vec()));
        return Ok(vec![("n", n), ("e", e)]);
    };
    let ec = key.ec_key()?;
    let mut context = BigNumContext::new()?;
    let (mut x, mut y) = (BigNum::new()?, BigNum::new()?);
    ec.public_key().affine_coordinates(ec.group(), &mut x, &mut y, &mut context)?;
    // RFC 7518 §6.2.1.2: as long as the field.
    let length = i32::try_from(ec.group().degree().div_ceil(8)).unwrap_or(0);
    let [x, y] = [x.to_vec_padded(length)?, y.to_vec_padded(length)?].map(|number| base64url::encode(&number));
    Ok(vec![("crv", curve.to_owned()), ("x", x), ("y", y)])
}
