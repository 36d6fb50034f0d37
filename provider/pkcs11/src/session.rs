//! A session: a host's view of one token, and what it is in the middle of.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cryptoki_sys as ck;

use crate::error::{Code, Failure};
use crate::ffi::{Output, Room, TemplateEntry};
use crate::mechanism::Chosen;
use crate::module::object_handle;
use crate::object::{Answer, Key, Object};
use crate::operation::{Digesting, Operations, Prepared, verdict};
use crate::slot::Slot;

/// One open session.
pub(crate) struct Session {
    pub(crate) slot_id: usize,
    pub(crate) slot: Arc<Slot>,
    pub(crate) flags: ck::CK_FLAGS,
    operations: Mutex<Operations>,
}

impl Session {
    pub(crate) fn new(slot_id: usize, slot: Arc<Slot>, flags: ck::CK_FLAGS) -> Self {
        Self { slot_id, slot, flags, operations: Mutex::default() }
    }

    /// State, PKCS#11 v3.1 §5.6.1: who is logged in, and whether the session is read-write.
    pub(crate) fn state(&self) -> ck::CK_STATE {
        match (self.flags & ck::CKF_RW_SESSION != 0, self.slot.is_logged_in()) {
            (false, false) => ck::CKS_RO_PUBLIC_SESSION,
            (false, true) => ck::CKS_RO_USER_FUNCTIONS,
            (true, false) => ck::CKS_RW_PUBLIC_SESSION,
            (true, true) => ck::CKS_RW_USER_FUNCTIONS,
        }
    }

    /// An object of this session's token.
    pub(crate) fn object(&self, handle: ck::CK_OBJECT_HANDLE) -> Result<&'static Object, Failure> {
        crate::module::place_of(self.slot_id, handle).and_then(|place| self.slot.object(place)).ok_or_else(|| {
            Failure::new(
                Code::ObjectHandleInvalid,
                format!("there is no object {handle} on token {:?}", self.slot.label),
            )
        })
    }

    /// Begins a search. Here keys are fetched for the first time.
    pub(crate) fn find(&self, template: &[TemplateEntry<'_>]) -> Result<(), Failure> {
        if self.lock().find.is_some() {
            return Err(Failure::new(Code::OperationActive, "a search is active; end it with C_FindObjectsFinal"));
        }
        // Profiles, hardware features, data: searched for at load by many hosts, and never here. Ask nobody.
        let hopeless = template.iter().any(|entry| {
            entry.kind == ck::CKA_CLASS
                && ![ck::CKO_PRIVATE_KEY, ck::CKO_PUBLIC_KEY, ck::CKO_CERTIFICATE]
                    .iter()
                    .any(|class| entry.is(&class.to_ne_bytes()))
        });
        let mut found = Vec::new();
        if !hopeless {
            for (place, object) in self.slot.objects()?.objects.iter().enumerate() {
                let matches = template.iter().all(|entry| match object.attribute(entry.kind) {
                    Answer::Value(value) => entry.is(value),
                    Answer::Sensitive | Answer::Unknown => false,
                });
                if matches {
                    found.push(object_handle(self.slot_id, place));
                }
            }
        }
        let mut operations = self.lock();
        if operations.find.is_some() {
            return Err(Failure::new(Code::OperationActive, "another thread began a search on this session"));
        }
        operations.find = Some(found.into_iter());
        Ok(())
    }

    /// The next objects of the search, at most as many as asked for.
    pub(crate) fn next_found(&self, most: usize) -> Result<Vec<ck::CK_OBJECT_HANDLE>, Failure> {
        let mut operations = self.lock();
        let found = operations.find.as_mut().ok_or_else(|| nothing_active("C_FindObjectsInit"))?;
        Ok(found.by_ref().take(most).collect())
    }

    pub(crate) fn end_find(&self) -> Result<(), Failure> {
        self.lock().find.take().map(|_| ()).ok_or_else(|| nothing_active("C_FindObjectsInit"))
    }

    /// Begins a signature.
    pub(crate) fn begin_sign(&self, mechanism: Chosen, key: ck::CK_OBJECT_HANDLE) -> Result<(), Failure> {
        let mut operations = self.lock();
        if operations.sign.is_some() {
            return Err(Failure::new(
                Code::OperationActive,
                "a signature is active; end it, or cancel it with C_SignInit(NULL)",
            ));
        }
        operations.sign = Some(Digesting::new(mechanism, self.key(key, ck::CKO_PRIVATE_KEY)?)?);
        Ok(())
    }

    /// Signs the whole data, or with `None` what came in parts.
    ///
    /// A question for the length and a buffer that is too small are answered from the table and leave the operation
    /// as it is; anything else ends it (PKCS#11 v3.1 §5.13.2).
    pub(crate) fn sign(&self, data: Option<&[u8]>, output: &mut Output<'_>) -> Result<(), Failure> {
        let operation = {
            let mut operations = self.lock();
            let operation = operations.sign.take().ok_or_else(|| nothing_active("C_SignInit"))?;
            match output.room(operation.signature_length()) {
                Room::Enough => operation,
                Room::Asked => {
                    operations.sign = Some(operation);
                    return Ok(());
                }
                Room::Short(failure) => {
                    operations.sign = Some(operation);
                    return Err(failure);
                }
            }
        };
        let key = operation.key.clone();
        let Prepared { scheme, digest } = match data {
            Some(data) => operation.whole(data)?,
            None => operation.finish()?,
        };
        let signature = self.slot.sign(&key, scheme, &digest)?;
        output.write(signature.as_bytes())
    }

    /// Takes part of the data to sign. An error ends the operation.
    pub(crate) fn update_sign(&self, data: &[u8]) -> Result<(), Failure> {
        let mut operations = self.lock();
        let mut operation = operations.sign.take().ok_or_else(|| nothing_active("C_SignInit"))?;
        operation.update(data)?;
        operations.sign = Some(operation);
        Ok(())
    }

    /// The most data the active signature takes in one call, if it has a limit.
    pub(crate) fn longest_to_sign(&self) -> Option<usize> {
        self.lock().sign.as_ref().and_then(Digesting::longest_data)
    }

    pub(crate) fn cancel_sign(&self) {
        self.lock().sign = None;
    }

    /// Begins a verification, which needs nobody but the cached public key.
    pub(crate) fn begin_verify(&self, mechanism: Chosen, key: ck::CK_OBJECT_HANDLE) -> Result<(), Failure> {
        let mut operations = self.lock();
        if operations.verify.is_some() {
            return Err(Failure::new(
                Code::OperationActive,
                "a verification is active; end it, or cancel it with C_VerifyInit(NULL)",
            ));
        }
        operations.verify = Some(Digesting::new(mechanism, self.key(key, ck::CKO_PUBLIC_KEY)?)?);
        Ok(())
    }

    /// Verifies a signature over the whole data, or with `None` over what came in parts. Always ends the operation.
    pub(crate) fn verify(&self, data: Option<&[u8]>, signature: &[u8]) -> Result<(), Failure> {
        let operation = self.lock().verify.take().ok_or_else(|| nothing_active("C_VerifyInit"))?;
        let (expected, key) = (operation.signature_length(), operation.key.clone());
        if signature.len() != expected {
            let cause = format!("the signature has {} bytes; this key's have {expected}", signature.len());
            return Err(Failure::new(Code::SignatureLenRange, cause));
        }
        let Prepared { scheme, digest } = match data {
            Some(data) => operation.whole(data)?,
            None => operation.finish()?,
        };
        key.usable.public_key.verify(scheme, &digest, signature).map_err(verdict)
    }

    pub(crate) fn update_verify(&self, data: &[u8]) -> Result<(), Failure> {
        let mut operations = self.lock();
        let mut operation = operations.verify.take().ok_or_else(|| nothing_active("C_VerifyInit"))?;
        operation.update(data)?;
        operations.verify = Some(operation);
        Ok(())
    }

    pub(crate) fn cancel_verify(&self) {
        self.lock().verify = None;
    }

    /// Ends the operations that the flags name (PKCS#11 v3.1 §5.6.5).
    pub(crate) fn cancel(&self, flags: ck::CK_FLAGS) {
        let mut operations = self.lock();
        if flags & ck::CKF_SIGN != 0 {
            operations.sign = None;
        }
        if flags & ck::CKF_VERIFY != 0 {
            operations.verify = None;
        }
        if flags & ck::CKF_FIND_OBJECTS != 0 {
            operations.find = None;
        }
    }

    /// Whether anything is in progress.
    pub(crate) fn is_busy(&self) -> bool {
        let operations = self.lock();
        operations.sign.is_some() || operations.verify.is_some() || operations.find.is_some()
    }

    /// The key behind an object that must be the given half. The other half is called inconsistent and not
    /// forbidden: libp11 answers "forbidden" with an attempt to encrypt, whose error hides this one.
    fn key(&self, handle: ck::CK_OBJECT_HANDLE, class: ck::CK_OBJECT_CLASS) -> Result<&'static Key, Failure> {
        let half = if class == ck::CKO_PRIVATE_KEY { "private" } else { "public" };
        let object = self.object(handle).map_err(|_| {
            Failure::new(Code::KeyHandleInvalid, format!("there is no key {handle} on token {:?}", self.slot.label))
        })?;
        if object.class == ck::CKO_CERTIFICATE {
            return Err(Failure::new(Code::KeyHandleInvalid, format!("object {handle} is a certificate, not a key")));
        }
        object.key(class).ok_or_else(|| {
            Failure::new(Code::KeyTypeInconsistent, format!("object {handle} is not a {half} key; use the {half} half"))
        })
    }

    /// No code that can panic runs under this lock.
    fn lock(&self) -> MutexGuard<'_, Operations> {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn nothing_active(begin: &str) -> Failure {
    Failure::new(Code::OperationNotInitialized, format!("nothing is active; call {begin} first"))
}
