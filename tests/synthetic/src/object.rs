//! Objects of a statement, with the attributes genuine ones have, in the order they have them.

use crate::attribute as code;
use crate::key::{Hash, Key, Shape};

/// One object.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Object {
    /// The HSM's number for it.
    pub handle: u32,
    /// Types and values, in order.
    pub attributes: Vec<(u32, Vec<u8>)>,
    /// The number of attributes it claims, if another than it has.
    pub count: Option<u32>,
    /// The length it claims, if another than it has.
    pub length: Option<u32>,
    /// Types of attributes that claim another length than their values have, and that length.
    pub lengths: Vec<(u32, u32)>,
    /// Bytes before it that belong to nothing.
    pub gap: Vec<u8>,
}

/// What differs between kinds of objects.
struct Facts {
    handle: u32,
    class: u8,
    key_type: u8,
    /// `ENCRYPT` and `WRAP`, `DECRYPT` and `UNWRAP`, `SIGN`, `VERIFY`.
    uses: [bool; 4],
    value_length: usize,
    /// What `KCV` and `EKCV` are hashes of.
    hashed: Vec<u8>,
    /// Public halves are neither sensitive nor confined.
    confined: bool,
}

impl Object {
    /// The public half of a generated key.
    #[must_use]
    pub fn public(key: &Key, id: &[u8]) -> Self {
        let value_length = match key.shape() {
            // Modulus and exponent at the same length; the point of a curve.
            Shape::Rsa { .. } => 2 * key.modulus_or_point().len(),
            Shape::Curve(_) => key.modulus_or_point().len(),
        };
        let facts = Facts {
            handle: 0x0a1c,
            class: 2,
            key_type: key_type(key),
            uses: [true, false, false, true],
            value_length,
            hashed: key.spki().to_vec(),
            confined: false,
        };
        Self::new(&facts, Some(key), id)
    }

    /// The private half of a generated key.
    #[must_use]
    pub fn private(key: &Key, id: &[u8]) -> Self {
        let facts = Facts {
            handle: 0x0a1d,
            class: 3,
            key_type: key_type(key),
            uses: [false, true, true, false],
            value_length: key.pkcs8().len(),
            hashed: key.spki().to_vec(),
            confined: true,
        };
        Self::new(&facts, Some(key), id)
    }

    /// A generated AES-256 key. Its two hashes are made up: how an HSM computes those of a secret key is not published.
    #[must_use]
    pub fn secret(id: &[u8]) -> Self {
        let facts = Facts {
            handle: 0x0976,
            class: 4,
            key_type: 0x1f,
            uses: [true; 4],
            value_length: 32,
            hashed: id.to_vec(),
            confined: true,
        };
        Self::new(&facts, None, id)
    }

    fn new(facts: &Facts, key: Option<&Key>, id: &[u8]) -> Self {
        let flag = |code: u32, value: bool| (code, vec![u8::from(value)]);
        let number = |code: u32, value: usize| (code, u32::try_from(value).unwrap().to_be_bytes().to_vec());
        let [encrypt, decrypt, sign, verify] = facts.uses;
        let mut label = b"app_key".to_vec();
        label.resize(128, 0);
        let mut mask = vec![0; 31];
        mask.push(0xff);
        let mut attributes = vec![
            (code::CLASS, vec![facts.class]),
            (code::KEY_TYPE, vec![facts.key_type]),
            // Not a truth value: 2 in every genuine statement.
            (code::TOKEN, vec![2]),
            flag(code::PRIVATE, true),
            flag(code::ENCRYPT, encrypt),
            flag(code::DECRYPT, decrypt),
            flag(code::WRAP, encrypt),
            flag(code::UNWRAP, decrypt),
            flag(code::SIGN, sign),
            flag(code::VERIFY, verify),
            flag(code::LOCAL, true),
            flag(code::SENSITIVE, facts.confined),
            flag(code::EXTRACTABLE, !facts.confined),
            (code::LABEL, label),
            (code::ID, id.to_vec()),
            number(code::VALUE_LEN, facts.value_length),
            (code::KCV, Hash::Sha1.of(&facts.hashed)[..3].to_vec()),
            (code::EKCV, Hash::Sha256.of(&facts.hashed)),
            (code::EXT_ATTR1, vec![0, 0, 0, 0, 0, 0, 0, 2]),
        ];
        attributes.extend(code::MECHANISMS.map(|code| (code, mask.clone())));
        if let Some(key) = key {
            attributes.push((code::MODULUS, key.modulus_or_point()));
            match key.shape() {
                Shape::Rsa { bits, .. } => {
                    let bits = usize::try_from(bits).unwrap();
                    attributes.push(number(code::MODULUS_BITS, bits));
                    attributes.push((code::PUBLIC_EXPONENT, key.exponent().unwrap()));
                    if facts.confined {
                        // Five numbers of half the modulus: 640 bytes in RSA-2048.
                        attributes.push(number(code::CRT_LENGTH, 5 * bits / 16));
                    }
                }
                Shape::Curve(curve) => attributes.push(number(code::MODULUS_BITS, usize::try_from(curve).unwrap())),
            }
        }
        attributes.extend([
            flag(code::TRUSTED, false),
            flag(code::WRAP_WITH_TRUSTED, false),
            flag(code::DERIVE, false),
            flag(code::ALWAYS_SENSITIVE, facts.confined),
            flag(code::SPLITTABLE, false),
            flag(code::IS_SPLIT, false),
            flag(code::NEVER_EXTRACTABLE, facts.confined),
        ]);
        Self { handle: facts.handle, attributes, count: None, length: None, lengths: Vec::new(), gap: Vec::new() }
    }

    /// The value of the first attribute of a type.
    #[must_use]
    pub fn value(&self, code: u32) -> Option<&[u8]> {
        self.attributes.iter().find(|(known, _)| *known == code).map(|(_, value)| value.as_slice())
    }

    /// Gives an attribute another value, or adds it at the end.
    pub fn set(&mut self, code: u32, value: &[u8]) -> &mut Self {
        match self.attributes.iter_mut().find(|(known, _)| *known == code) {
            Some((_, known)) => *known = value.to_vec(),
            None => self.attributes.push((code, value.to_vec())),
        }
        self
    }

    /// Takes an attribute out.
    pub fn remove(&mut self, code: u32) -> &mut Self {
        self.attributes.retain(|(known, _)| *known != code);
        self
    }

    /// Has an attribute once more, at the end, with a value of its own.
    pub fn repeat(&mut self, code: u32, value: &[u8]) -> &mut Self {
        self.attributes.push((code, value.to_vec()));
        self
    }

    /// Puts an attribute at another place.
    pub fn place(&mut self, code: u32, at: usize) -> &mut Self {
        let from = self.attributes.iter().position(|(known, _)| *known == code).unwrap();
        let attribute = self.attributes.remove(from);
        self.attributes.insert(at, attribute);
        self
    }

    /// Marks it as imported, as genuine imported keys are.
    pub fn imported(&mut self) -> &mut Self {
        self.set(code::LOCAL, &[0]).set(code::NEVER_EXTRACTABLE, &[0]).set(code::ALWAYS_SENSITIVE, &[0])
    }

    /// Marks it as one that may leave the HSM, wrapped.
    pub fn extractable(&mut self) -> &mut Self {
        self.set(code::EXTRACTABLE, &[1]).set(code::NEVER_EXTRACTABLE, &[0])
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut values = Vec::new();
        for (code, value) in &self.attributes {
            values.extend(code.to_be_bytes());
            let claimed = self.lengths.iter().find(|(known, _)| known == code);
            values.extend(claimed.map_or_else(|| length(value), |(_, claimed)| claimed.to_be_bytes()));
            values.extend(value);
        }
        let count = self.count.unwrap_or_else(|| u32::try_from(self.attributes.len()).unwrap());
        let claimed = self.length.map_or_else(|| length(&values), u32::to_be_bytes);
        [&self.gap[..], &self.handle.to_be_bytes(), &count.to_be_bytes(), &claimed, &values].concat()
    }
}

/// `CKK_RSA` and `CKK_EC`, PKCS#11 v3.1 §6.1 and §6.3.
fn key_type(key: &Key) -> u8 {
    match key.shape() {
        Shape::Rsa { .. } => 0,
        Shape::Curve(_) => 3,
    }
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap().to_be_bytes()
}
