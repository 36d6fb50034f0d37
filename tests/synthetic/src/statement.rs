//! Statements, firmware 3.x ("V2"), every field of which can be made wrong.
//!
//! All numbers are big-endian:
//!
//! ```text
//! 0        u32 response code, 0
//! 4        u32 flags, 3
//! 8        u32 length of the whole, the signature included
//! 12       u32 length of the attribute buffer
//! 16       handles, 8 bytes each: one per object (Google); or one u32 more (Azure)
//! A        attribute buffer: u16 version 1, u16 flags, u16 first object, u16 second object or 0, both from A
//!          then per object: u32 handle, u32 count, u32 length; count times u32 type, u32 length, value
//! end      signature over everything before it
//! ```

use crate::key::{Hash, Key, hex};
use crate::object::Object;

/// Whose framing a statement has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Framing {
    /// A handle of eight bytes for each object.
    Google,
    /// One number of four bytes. No complete genuine one is public; this has what Microsoft's REST example starts with.
    Azure,
}

/// A statement before it is signed.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its framing.
    pub framing: Framing,
    /// Its objects: public half, private half.
    pub objects: Vec<Object>,
    /// The response code; 0.
    pub response: u32,
    /// The flags of the response; 3.
    pub flags: u32,
    /// The length of the whole, if another than it has.
    pub total: Option<u32>,
    /// The length of the attribute buffer, if another than it has.
    pub buffer: Option<u32>,
    /// What stands between the header and the attribute buffer, if something else.
    pub handles: Option<Vec<u8>>,
    /// The version of the attribute buffer; 1.
    pub version: u16,
    /// The flags of the attribute buffer, if others than the framing has.
    pub buffer_flags: Option<u16>,
    /// Where it says the first object is, if elsewhere.
    pub first: Option<u16>,
    /// Where it says the second object is, if elsewhere.
    pub second: Option<u16>,
    /// Bytes between the last object and the signature.
    pub rest: Vec<u8>,
}

/// How a statement is signed.
#[derive(Clone, Debug)]
pub enum Signing {
    /// RSASSA-PKCS1-v1_5; every genuine one is with SHA-256.
    Plain(&'static Key, Hash),
    /// RSASSA-PSS with SHA-256.
    Pss(&'static Key),
    /// SHA-256 without its `DigestInfo`, padded as PKCS#1 type 1: one reading of the "raw padding" of firmware 2.x.
    BareHash(&'static Key),
    /// SHA-256 with zeros on the left: the other reading.
    ZeroPadded(&'static Key),
    /// These bytes.
    Bytes(Vec<u8>),
}

impl Signing {
    /// As genuine ones are.
    #[must_use]
    pub fn by(key: &'static Key) -> Self {
        Self::Plain(key, Hash::Sha256)
    }

    fn sign(&self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Plain(key, hash) => key.sign(*hash, data),
            Self::Pss(key) => key.sign_pss(Hash::Sha256, data),
            Self::BareHash(key) => key.sign_raw(&Hash::Sha256.of(data), true),
            Self::ZeroPadded(key) => key.sign_raw(&Hash::Sha256.of(data), false),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }
}

/// The id Google gives a key: 128 hexadecimal digits, of which the last 64 are the SHA-256 of the resource's name. What the
/// first 64 are is not known.
#[must_use]
pub fn google_id(resource: &str) -> Vec<u8> {
    let first = Hash::Sha256.of(format!("not known: {resource}").as_bytes());
    format!("{}{}", hex(&first), hex(&Hash::Sha256.of(resource.as_bytes()))).into_bytes()
}

/// The id Azure gives a key: text that ends in `/<name>/<version>`, with zeros after it.
#[must_use]
pub fn azure_id(name: &str, version: &str) -> Vec<u8> {
    let mut id = format!("synthetic/{name}/{version}").into_bytes();
    assert!(id.len() <= 128, "an id has 128 bytes");
    id.resize(128, 0);
    id
}

impl Statement {
    /// Google's, of a generated pair.
    #[must_use]
    pub fn generated(key: &Key, resource: &str) -> Self {
        let id = google_id(resource);
        Self::of(Framing::Google, vec![Object::public(key, &id), Object::private(key, &id)])
    }

    /// Google's, of an imported key: its private half alone.
    #[must_use]
    pub fn imported(key: &Key, resource: &str) -> Self {
        let mut object = Object::private(key, &google_id(resource));
        object.imported();
        Self::of(Framing::Google, vec![object])
    }

    /// Google's, of a generated AES-256 key.
    #[must_use]
    pub fn secret(resource: &str) -> Self {
        Self::of(Framing::Google, vec![Object::secret(&google_id(resource))])
    }

    /// Azure's, of the private half: each half has a statement of its own.
    #[must_use]
    pub fn azure_private(key: &Key, name: &str, version: &str) -> Self {
        Self::of(Framing::Azure, vec![Object::private(key, &azure_id(name, version))])
    }

    /// Azure's, of the public half.
    #[must_use]
    pub fn azure_public(key: &Key, name: &str, version: &str) -> Self {
        Self::of(Framing::Azure, vec![Object::public(key, &azure_id(name, version))])
    }

    /// Of any objects.
    #[must_use]
    pub fn of(framing: Framing, objects: Vec<Object>) -> Self {
        Self {
            framing,
            objects,
            response: 0,
            flags: 3,
            total: None,
            buffer: None,
            handles: None,
            version: 1,
            buffer_flags: None,
            first: None,
            second: None,
            rest: Vec::new(),
        }
    }

    /// Changes the private half, or the only object.
    #[must_use]
    pub fn private(mut self, change: impl FnOnce(&mut Object)) -> Self {
        change(self.objects.last_mut().unwrap());
        self
    }

    /// Changes the public half, or the only object.
    #[must_use]
    pub fn public(mut self, change: impl FnOnce(&mut Object)) -> Self {
        change(self.objects.first_mut().unwrap());
        self
    }

    /// Changes every object.
    #[must_use]
    pub fn each(mut self, mut change: impl FnMut(&mut Object)) -> Self {
        self.objects.iter_mut().for_each(&mut change);
        self
    }

    /// Has the objects the other way round.
    #[must_use]
    pub fn swapped(mut self) -> Self {
        self.objects.reverse();
        self
    }

    /// Has two private objects: the public half is replaced by this one.
    #[must_use]
    pub fn two_private(mut self, other: Object) -> Self {
        self.objects[0] = other;
        self
    }

    /// Has one of its objects alone.
    #[must_use]
    pub fn only(mut self, index: usize) -> Self {
        self.objects = vec![self.objects.swap_remove(index)];
        self
    }

    /// What is signed.
    #[must_use]
    pub fn body(&self, signature: usize) -> Vec<u8> {
        let objects: Vec<Vec<u8>> = self.objects.iter().map(Object::bytes).collect();
        let first = 8 + self.objects.first().map_or(0, |object| object.gap.len());
        let second = self.objects.get(1).map_or(0, |object| 8 + objects[0].len() + object.gap.len());
        let flags = self.buffer_flags.unwrap_or(match self.framing {
            Framing::Google => 3,
            Framing::Azure => 0,
        });
        let offset = |claimed: Option<u16>, real: usize| claimed.unwrap_or_else(|| u16::try_from(real).unwrap());
        let mut buffer = Vec::new();
        for number in [self.version, flags, offset(self.first, first), offset(self.second, second)] {
            buffer.extend(number.to_be_bytes());
        }
        buffer.extend(objects.concat());
        buffer.extend(&self.rest);
        let length = self.buffer.unwrap_or_else(|| u32::try_from(buffer.len()).unwrap());
        let handles = self.handles.clone().unwrap_or_else(|| match self.framing {
            Framing::Google => self.objects.iter().flat_map(|object| u64::from(object.handle).to_be_bytes()).collect(),
            Framing::Azure => length.to_be_bytes().to_vec(),
        });
        let total = 16 + handles.len() + buffer.len() + signature;
        let total = self.total.unwrap_or_else(|| u32::try_from(total).unwrap());
        let mut body = Vec::new();
        for number in [self.response, self.flags, total, length] {
            body.extend(number.to_be_bytes());
        }
        body.extend(handles);
        body.extend(buffer);
        body
    }

    /// The whole, signed.
    #[must_use]
    pub fn signed(&self, signing: &Signing) -> Vec<u8> {
        // The length of the signature is part of what is signed.
        let length = signing.sign(&[]).len();
        let mut bytes = self.body(length);
        bytes.extend(signing.sign(&bytes));
        bytes
    }
}
