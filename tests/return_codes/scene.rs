//! An initialised module, seen through one list: its sessions, its objects, and whether a session still signs.

use std::ops::Deref;
use std::ptr;

use cryptoki_sys as ck;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

use crate::argument::{Argument, Handles, MESSAGE, lasting, mechanism, template};
use crate::loaded::Loaded;
use crate::table::{Before, name_of};
use crate::world::{P256, RSA};

/// The module between `C_Initialize` and `C_Finalize`, with handles of everything a trial needs.
pub struct Scene<'a> {
    loaded: &'a Loaded,
    /// Good values; the session is each trial's own.
    pub handles: Handles,
    pub rsa_private: usize,
    pub rsa_public: usize,
    pub certificate: usize,
    /// An object of the second slot.
    pub stranger: usize,
    /// A session that was closed.
    pub closed: usize,
    point: Vec<u8>,
}

impl Deref for Scene<'_> {
    type Target = Loaded;

    fn deref(&self) -> &Loaded {
        self.loaded
    }
}

/// The flags of a session that may write.
pub const READ_WRITE: ck::CK_FLAGS = ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION;
/// The flags of one that may not.
pub const READ_ONLY: ck::CK_FLAGS = ck::CKF_SERIAL_SESSION;

impl<'a> Scene<'a> {
    /// Initialises, and finds the objects.
    pub fn start(loaded: &'a Loaded) -> Self {
        assert_eq!(name_of(loaded.initialize()), "CKR_OK");
        let mut scene = Self {
            loaded,
            handles: Handles::default(),
            rsa_private: 0,
            rsa_public: 0,
            certificate: 0,
            stranger: 0,
            closed: 0,
            point: Vec::new(),
        };
        let session = scene.open(0, READ_ONLY);
        scene.handles.private = scene.find(session, ck::CKO_PRIVATE_KEY, P256.1);
        scene.handles.public = scene.find(session, ck::CKO_PUBLIC_KEY, P256.1);
        scene.rsa_private = scene.find(session, ck::CKO_PRIVATE_KEY, RSA.1);
        scene.rsa_public = scene.find(session, ck::CKO_PUBLIC_KEY, RSA.1);
        scene.certificate = scene.find(session, ck::CKO_CERTIFICATE, P256.1);
        // A DER OCTET STRING of fewer than 128 bytes: the point is behind its first two.
        scene.point = scene.attribute(session, scene.handles.public, ck::CKA_EC_POINT).split_off(2);
        scene.handles.signature = scene.sign(session).unwrap();
        let second = scene.open(1, READ_ONLY);
        scene.stranger = scene.find(second, ck::CKO_PRIVATE_KEY, "p384");
        scene.expect("C_CloseSession", &[second]);
        scene.expect("C_CloseSession", &[session]);
        scene.closed = session;
        scene
    }

    /// Calls a function that has nothing to complain of.
    pub fn expect(&self, name: &str, words: &[usize]) {
        assert_eq!(name_of(self.call(name, words)), "CKR_OK", "{name} {words:?}");
    }

    pub fn open(&self, slot: usize, flags: ck::CK_FLAGS) -> usize {
        let session = lasting(0 as ck::CK_SESSION_HANDLE);
        self.expect("C_OpenSession", &[slot, flags as usize, 0, 0, session]);
        number(session)
    }

    /// The one object of a class with a label.
    pub fn find(&self, session: usize, class: ck::CK_OBJECT_CLASS, label: &str) -> usize {
        let entry = |kind, value: &[u8]| ck::CK_ATTRIBUTE {
            type_: kind,
            pValue: value.as_ptr().cast_mut().cast(),
            ulValueLen: value.len() as ck::CK_ULONG,
        };
        let class = class.to_ne_bytes();
        let entries = lasting([entry(ck::CKA_CLASS, &class), entry(ck::CKA_LABEL, label.as_bytes())]);
        self.expect("C_FindObjectsInit", &[session, entries, 2]);
        let (found, count) = (lasting([0 as ck::CK_OBJECT_HANDLE; 2]), lasting(0 as ck::CK_ULONG));
        self.expect("C_FindObjects", &[session, found, 2, count]);
        self.expect("C_FindObjectsFinal", &[session]);
        assert_eq!(number(count), 1, "objects with the label {label:?}");
        number(found)
    }

    /// The value of one attribute.
    pub fn attribute(&self, session: usize, object: usize, kind: ck::CK_ATTRIBUTE_TYPE) -> Vec<u8> {
        let value = lasting([0_u8; 1024]);
        let entry = template(kind, value, 1024);
        self.expect("C_GetAttributeValue", &[session, object, entry, 1]);
        // SAFETY: the module filled it.
        let length = unsafe { ptr::with_exposed_provenance::<ck::CK_ATTRIBUTE>(entry).read() }.ulValueLen as usize;
        // SAFETY: as above; the value is no longer than its buffer.
        unsafe { std::slice::from_raw_parts(ptr::with_exposed_provenance::<u8>(value), length) }.to_vec()
    }

    /// Brings a session to where a good call needs it.
    pub fn prepare(&self, session: usize, before: Before) {
        let kind = mechanism(ck::CKM_ECDSA_SHA256, 0, 0);
        match before {
            Before::Idle => {}
            Before::Signing => self.expect("C_SignInit", &[session, kind, self.handles.private]),
            Before::Verifying => self.expect("C_VerifyInit", &[session, kind, self.handles.public]),
            Before::VerifyingParts => {
                self.prepare(session, Before::Verifying);
                let part = Argument::Data.good(&self.handles);
                self.expect("C_VerifyUpdate", &[session, part, MESSAGE.len()]);
            }
            Before::Searching => self.expect("C_FindObjectsInit", &[session, 0, 0]),
            Before::LoggedIn => self.expect("C_Login", &[session, ck::CKU_USER as usize, 0, 0]),
        }
    }

    /// Signs with the P-256 key. The error is the code and the function that gave it.
    pub fn sign(&self, session: usize) -> Result<Vec<u8>, (&'static str, String)> {
        let init = [session, mechanism(ck::CKM_ECDSA_SHA256, 0, 0), self.handles.private];
        let ok = |name: &'static str, words: &[usize]| match self.call(name, words) {
            ck::CKR_OK => Ok(()),
            code => Err((name, name_of(code))),
        };
        ok("C_SignInit", &init)?;
        let (signature, length) = (lasting([0_u8; 64]), lasting(64 as ck::CK_ULONG));
        let data = Argument::Data.good(&self.handles);
        ok("C_Sign", &[session, data, MESSAGE.len(), signature, length])?;
        // SAFETY: the module filled it.
        Ok(unsafe { ptr::with_exposed_provenance::<[u8; 64]>(signature).read() }.to_vec())
    }

    /// Fails unless the session makes a signature that a library which did not make it finds good.
    pub fn assert_signs(&self, session: usize, after: &str) {
        let signature = self.sign(session).unwrap_or_else(|error| panic!("after {after}: {error:?}"));
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.point);
        assert!(key.verify(MESSAGE, &signature).is_ok(), "after {after}: the signature is wrong");
    }
}

/// The number at an address of [`lasting`].
pub fn number(address: usize) -> usize {
    // SAFETY: every caller put a number there.
    unsafe { ptr::with_exposed_provenance::<ck::CK_ULONG>(address).read() as usize }
}
