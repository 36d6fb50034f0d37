//! The key a statement is about: its public half rebuilt, and the attributes of its private half.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::attribute as code;
use super::statement::{Object, Statement};
use crate::certificate::sha256;
use crate::check::{Check, Ledger};
use crate::public_key::{Algorithm, PublicKey};
use crate::shown;

/// `CKO_PUBLIC_KEY`, PKCS#11 v3.1 §4.8.
pub(crate) const PUBLIC_KEY: &[u8] = &[2];
/// `CKO_PRIVATE_KEY`, PKCS#11 v3.1 §4.9.
const PRIVATE_KEY: &[u8] = &[3];
/// `CKK_RSA`, PKCS#11 v3.1 §6.1.
const RSA: &[u8] = &[0];
/// `CKK_EC`, PKCS#11 v3.1 §6.3.
const EC: &[u8] = &[3];

/// OpenSSL's numbers (obj_mac.h) of the curves, as MODULUS_BITS holds them. 415 and 714 were
/// seen in genuine statements.
const CURVES: [(u32, Algorithm); 4] =
    [(415, Algorithm::P256), (714, Algorithm::Secp256k1), (715, Algorithm::P384), (716, Algorithm::P521)];

/// The private key of a statement.
#[derive(Clone, Debug)]
pub struct Key<'a> {
    /// Its object.
    pub object: &'a Object,
    /// Its public half.
    pub public_key: PublicKey,
}

impl<'a> Key<'a> {
    /// Finds the one private key and checks all that binds it to a public key.
    pub(crate) fn find(statement: &'a Statement, ledger: &mut Ledger) -> Option<Self> {
        let classes: Vec<String> = statement
            .objects
            .iter()
            .map(|object| object.value(code::CLASS).map_or_else(|| "none".to_owned(), shown::hex))
            .collect();
        let is = |object: &&Object, class: &[u8]| object.value(code::CLASS) == Some(class);
        let private: Vec<&Object> = statement.objects.iter().filter(|object| is(object, PRIVATE_KEY)).collect();
        let public: Vec<&Object> = statement.objects.iter().filter(|object| is(object, PUBLIC_KEY)).collect();
        let observed = format!("objects of class {}", classes.join(" and "));
        let one = private.len() == 1 && statement.objects.len() == private.len().saturating_add(public.len());
        ledger.check(Check::PrivateObject, if one { Ok(observed) } else { Err(observed) });
        let object = *private.first()?;
        let rebuilt = rebuild(object);
        let observed = rebuilt.as_ref().map(|key| key.algorithm().name().to_owned()).map_err(Clone::clone);
        ledger.check(Check::KeyRebuilt, observed);
        let public_key = rebuilt.ok()?;
        let (long, short) = (sha256(public_key.spki()), digest(&SHA1_FOR_LEGACY_USE_ONLY, public_key.spki()));
        let short = short.as_ref().get(..3);
        let hashes = (object.value(code::EKCV), object.value(code::KCV));
        let observed = |hashes: (Option<&[u8]>, Option<&[u8]>)| {
            let shown = |hash: Option<&[u8]>| hash.map_or_else(|| "none".to_owned(), shown::hex);
            format!("EKCV {}, KCV {}", shown(hashes.0), shown(hashes.1))
        };
        let expected = (Some(&long[..]), short);
        let outcome = if hashes == expected {
            Ok(observed(hashes))
        } else {
            Err(format!("{}; the key's are {}", observed(hashes), observed(expected)))
        };
        ledger.check(Check::KeyCheckValue, outcome);
        for half in public {
            ledger.check(Check::PublicHalf, is_half_of(half, object));
        }
        Some(Self { object, public_key })
    }

    /// A truth value: one byte, 0 or 1. Anything else is no answer.
    #[must_use]
    pub fn flag(&self, code: u32) -> Option<bool> {
        match self.object.value(code)? {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }

    /// Which bits of the id are what: Google's has 128 hexadecimal digits, of which the last 64 are the SHA-256 of the
    /// resource's name.
    #[must_use]
    pub fn id(&self) -> &[u8] {
        self.object.value(code::ID).unwrap_or_default()
    }
}

/// Whether a public object is the public half of a private one, with the same id.
pub(crate) fn is_half_of(half: &Object, private: &Object) -> Result<String, String> {
    let other = [code::KEY_TYPE, code::MODULUS, code::MODULUS_BITS, code::PUBLIC_EXPONENT, code::ID]
        .iter()
        .find(|code| half.value(**code) != private.value(**code));
    match other {
        None => Ok("the same key and id".to_owned()),
        Some(code) => Err(format!("another {}", code::name(*code).unwrap_or("attribute"))),
    }
}

fn rebuild(object: &Object) -> Result<PublicKey, String> {
    let get = |code: u32| object.value(code).ok_or_else(|| format!("no {}", code::name(code).unwrap_or("attribute")));
    let modulus = get(code::MODULUS)?;
    let key = match get(code::KEY_TYPE)? {
        RSA => PublicKey::from_rsa(modulus, get(code::PUBLIC_EXPONENT)?),
        EC => {
            let number: [u8; 4] = get(code::MODULUS_BITS)?.try_into().map_err(|_| "MODULUS_BITS is not a number")?;
            let number = u32::from_be_bytes(number);
            let curve = CURVES.iter().find(|(known, _)| *known == number);
            let (_, curve) = curve.ok_or_else(|| format!("the curve {number}, which is not known"))?;
            PublicKey::from_point(*curve, modulus)
        }
        other => return Err(format!("a key of type {}", shown::hex(other))),
    };
    key.map_err(|error| error.to_string())
}
