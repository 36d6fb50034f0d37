//! ImportKey: a JSON Web Key with its private half.

use crate::azure::KeyVault;
use crate::azure::create::{check_kind, check_name, describe, settle, store};
use crate::azure::error::Refused;
use crate::azure::jwk;
use crate::azure::key_type::KeyType;
use crate::azure::request::{Request, invalid};
use serde_json::Value;
use std::sync::Arc;

/// ImportKey. `Hsm` puts the key into an HSM; what the record says of it afterwards is what it says of a generated one.
pub(crate) fn import(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    check_name(&request.name)?;
    let key = request.object("key")?;
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    if text("key_hsm").is_some() {
        return Err(Refused::parameter("This emulator takes no key transfer blob; send the key itself with Hsm."));
    }
    let mut kind = text("kty").and_then(KeyType::parse).ok_or_else(|| invalid("kty"))?;
    kind.hsm |= request.body.get("Hsm") == Some(&Value::Bool(true));
    check_kind(service, request, kind)?;
    let material = jwk::private(&key).ok_or_else(|| invalid("key"))?;
    let mut version = describe(kind)?;
    version.material = Some(Arc::new(material));
    version.imported = true;
    if let Some(Value::Array(operations)) = key.get("key_ops") {
        version.operations = operations.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    }
    settle(&mut version, request)?;
    store(service, request, version)
}

#[cfg(test)]
mod tests {
    use crate::azure::base64url;
    use crate::azure::rehearsal::Rehearsal;
    use openssl::ec::{EcGroup, EcKey};
    use openssl::nid::Nid;
    use openssl::rsa::Rsa;
    use serde_json::{Value, json};

    #[test]
    fn an_imported_key_has_the_public_half_it_came_with_and_is_in_an_hsm_if_asked() {
        let rehearsal = Rehearsal::new();
        let rsa = Rsa::generate(2048).unwrap();
        let number = |bytes: Vec<u8>| json!(base64url::encode(&bytes));
        let primes = [rsa.p().unwrap(), rsa.q().unwrap()].map(|prime| number(prime.to_vec()));
        let exponents = [rsa.dmp1().unwrap(), rsa.dmq1().unwrap(), rsa.iqmp().unwrap()].map(|e| number(e.to_vec()));
        let key = json!({
            "kty": "RSA", "n": number(rsa.n().to_vec()), "e": number(rsa.e().to_vec()), "d": number(rsa.d().to_vec()),
            "p": primes[0], "q": primes[1], "dp": exponents[0], "dq": exponents[1], "qi": exponents[2],
        });
        let (status, answer) = rehearsal.ask("PUT", "/keys/old", &json!({"key": key, "Hsm": true}));
        assert_eq!((status, &answer["key"]["kty"], &answer["key"]["n"]), (200, &json!("RSA-HSM"), &key["n"]));
        assert_eq!(answer["attributes"]["hsmPlatform"], "2");

        let curve = EcKey::generate(&EcGroup::from_curve_name(Nid::SECP384R1).unwrap()).unwrap();
        let mut context = openssl::bn::BigNumContext::new().unwrap();
        let [mut x, mut y] = [(); 2].map(|()| openssl::bn::BigNum::new().unwrap());
        curve.public_key().affine_coordinates(curve.group(), &mut x, &mut y, &mut context).unwrap();
        let padded = |number: &openssl::bn::BigNumRef| json!(base64url::encode(&number.to_vec_padded(48).unwrap()));
        let key =
            json!({"kty": "EC", "crv": "P-384", "x": padded(&x), "y": padded(&y), "d": padded(curve.private_key())});
        let (status, answer) = rehearsal.ask("PUT", "/keys/curve", &json!({"key": key}));
        let members = ["kty", "crv", "x", "y"].map(|name| answer["key"][name].clone());
        assert_eq!((status, members), (200, ["kty", "crv", "x", "y"].map(|name| key[name].clone())));
        assert_eq!(rehearsal.ask("PUT", "/keys/none", &json!({"key": {"kty": "EC"}})).0, 400);
        assert_eq!(rehearsal.ask("GET", "/keys/none", &Value::Null).0, 404);
    }
}
