//! JSON Web Keys: the public half as Azure writes it, the private one as it takes it.

use crate::azure::base64url;
use crate::azure::key::Version;
use crate::azure::key_type::{CURVES, curve_name};
use crate::credentials::with;
use crate::material::Material;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use serde_json::{Map, Value, json};

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

/// The private key in a JSON Web Key; `None` if it is not a whole one.
pub(crate) fn private(key: &Map<String, Value>) -> Option<Material> {
    let number = |name: &str| BigNum::from_slice(&base64url::decode(key.get(name)?.as_str()?)?).ok();
    let key = if let Some(curve) = key.get("crv") {
        let curve = CURVES.iter().find(|(name, _)| curve == name)?.1.curve()?;
        let group = EcGroup::from_curve_name(curve).ok()?;
        let public = EcKey::from_public_key_affine_coordinates(&group, &*number("x")?, &*number("y")?).ok()?;
        let private = EcKey::from_private_components(&group, &*number("d")?, public.public_key()).ok()?;
        private.check_key().ok()?;
        PKey::from_ec_key(private)
    } else {
        let rsa = Rsa::from_private_components(
            number("n")?,
            number("e")?,
            number("d")?,
            number("p")?,
            number("q")?,
            number("dp")?,
            number("dq")?,
            number("qi")?,
        );
        PKey::from_rsa(rsa.ok().filter(|rsa| rsa.check_key().is_ok_and(|right| right))?)
    };
    Material::from_pkcs8(&key.ok()?.private_key_to_pkcs8().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::KeyShape;

    #[test]
    fn a_coordinate_is_as_long_as_the_field_whatever_it_begins_with() {
        // One key in 128 has a coordinate that begins with a zero.
        let short = (0..10_000).find_map(|_| {
            let material = Material::generate(KeyShape::P256).unwrap();
            let point = material.public_der()[material.public_der().len() - 64..].to_vec();
            (point[0] == 0 || point[32] == 0).then_some((material, point))
        });
        let (material, point) = short.unwrap();
        let [(_, crv), (_, x), (_, y)] = &members(&material).unwrap()[..] else { panic!("three members") };
        let halves = [x, y].map(|half| base64url::decode(half).unwrap());
        assert_eq!((crv.as_str(), halves), ("P-256", [point[..32].to_vec(), point[32..].to_vec()]));
    }
}
