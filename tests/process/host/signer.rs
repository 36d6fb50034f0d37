//! A session that signs, and checks what it got.

use std::path::Path;

use cryptoki_sys as ck;
use hardkey_tests::module::{Module, Rv, attribute};

use crate::public_key::PublicKey;

/// A session and the token's first private key.
pub struct Signer {
    pub module: &'static Module,
    pub session: ck::CK_SESSION_HANDLE,
    pub key: ck::CK_OBJECT_HANDLE,
    public: PublicKey,
}

/// Loads the module for good.
pub fn load() -> &'static Module {
    Box::leak(Box::new(Module::load(Path::new(&std::env::var_os("HOST_MODULE").unwrap()))))
}

/// Loads and initialises the module, and opens a session.
pub fn start() -> Signer {
    let module = load();
    module.initialize().unwrap();
    Signer::open(module).unwrap()
}

/// The name of a return code.
pub fn code(outcome: Result<(), Rv>) -> String {
    let name = match outcome.err().unwrap_or(ck::CKR_OK) {
        ck::CKR_OK => "CKR_OK",
        ck::CKR_CRYPTOKI_ALREADY_INITIALIZED => "CKR_CRYPTOKI_ALREADY_INITIALIZED",
        ck::CKR_CRYPTOKI_NOT_INITIALIZED => "CKR_CRYPTOKI_NOT_INITIALIZED",
        ck::CKR_DEVICE_ERROR => "CKR_DEVICE_ERROR",
        ck::CKR_OPERATION_NOT_INITIALIZED => "CKR_OPERATION_NOT_INITIALIZED",
        ck::CKR_SESSION_HANDLE_INVALID => "CKR_SESSION_HANDLE_INVALID",
        other => return format!("{other:#x}"),
    };
    name.to_owned()
}

impl Signer {
    /// Opens a session and finds the key.
    pub fn open(module: &'static Module) -> Result<Self, Rv> {
        let session = module.open(module.slots()?[0])?;
        let keys = module.find(session, &[attribute(ck::CKA_CLASS, &ck::CKO_PRIVATE_KEY.to_ne_bytes())])?;
        Self::with(module, session, keys[0])
    }

    /// Opens a session for a key whose handle is known, and searches for nothing.
    pub fn open_with(module: &'static Module, key: ck::CK_OBJECT_HANDLE) -> Result<Self, Rv> {
        Self::with(module, module.open(module.slots()?[0])?, key)
    }

    fn with(module: &'static Module, session: ck::CK_SESSION_HANDLE, key: ck::CK_OBJECT_HANDLE) -> Result<Self, Rv> {
        Ok(Self { module, session, key, public: PublicKey::read(module, session, key)? })
    }

    /// Signs a message. A signature that does not verify ends the program.
    pub fn sign(&self, message: &str) -> Result<(), Rv> {
        let signature = self.module.sign(self.session, self.key, self.public.mechanism(), message.as_bytes())?;
        assert!(
            self.public.verifies(message.as_bytes(), &signature),
            "a wrong signature of {message:?}: {signature:x?}"
        );
        Ok(())
    }
}
