//! The module through its C functions, loaded as hosts load it.

use std::ffi::c_void;
use std::marker::PhantomData;
use std::path::Path;
use std::ptr;
use std::sync::OnceLock;

use cryptoki_sys as ck;
use libloading::{Library, Symbol};

/// A loaded module. Never unloaded by itself: hosts mostly are not either.
pub struct Module {
    library: Library,
    /// The 3.0 list, of which the 2.40 list is the beginning.
    pub functions: ck::CK_FUNCTION_LIST_3_0,
}

/// A return code other than `CKR_OK`.
pub type Rv = ck::CK_RV;

/// Turns a return code into a result.
pub fn ok(rv: Rv) -> Result<(), Rv> {
    if rv == ck::CKR_OK { Ok(()) } else { Err(rv) }
}

/// Calls a function of the list by name: `call!(module, C_CloseSession(session))`.
#[macro_export]
macro_rules! call {
    ($module:expr, $name:ident($($argument:expr),* $(,)?)) => {
        // SAFETY: the tests pass what the specification asks for, or a mistake that the module must survive.
        $crate::module::observe(&stringify!($name), || unsafe { ($module.functions.$name.unwrap())($($argument),*) })
    };
}

/// The name of a function, behind one thin pointer.
pub type Name = &'static &'static str;

/// What looks on before and after every call.
pub struct Observer {
    /// Runs before it.
    pub before: fn(Name),
    /// Runs after it.
    pub after: fn(Name),
}

/// Empty unless a program wants to look on.
pub static OBSERVER: OnceLock<Observer> = OnceLock::new();

/// Makes one call under the eyes of the observer.
pub fn observe(name: Name, call: impl FnOnce() -> Rv) -> Rv {
    let Some(observer) = OBSERVER.get() else { return call() };
    (observer.before)(name);
    let rv = call();
    (observer.after)(name);
    rv
}

/// An attribute to search by, bound to the life of its value.
#[repr(transparent)]
pub struct Entry<'a>(ck::CK_ATTRIBUTE, PhantomData<&'a [u8]>);

/// An attribute to search by.
pub fn attribute(kind: ck::CK_ATTRIBUTE_TYPE, value: &[u8]) -> Entry<'_> {
    let length = value.len() as ck::CK_ULONG;
    Entry(ck::CK_ATTRIBUTE { type_: kind, pValue: value.as_ptr().cast_mut().cast(), ulValueLen: length }, PhantomData)
}

/// A mechanism without a parameter.
pub fn mechanism(kind: ck::CK_MECHANISM_TYPE) -> ck::CK_MECHANISM {
    ck::CK_MECHANISM { mechanism: kind, pParameter: ptr::null_mut(), ulParameterLen: 0 }
}

impl Module {
    /// Loads the file at this path.
    pub fn load(path: &Path) -> Self {
        // SAFETY: the module has no code that runs when it is loaded.
        let library = unsafe { Library::new(path) }.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        // SAFETY: the type is the specification's.
        let get: Symbol<
            '_,
            unsafe extern "C" fn(
                *mut ck::CK_UTF8CHAR,
                *mut ck::CK_VERSION,
                *mut *mut ck::CK_INTERFACE,
                ck::CK_FLAGS,
            ) -> Rv,
        > = unsafe { library.get(b"C_GetInterface\0") }.unwrap();
        let mut interface = ptr::null_mut();
        let mut version = ck::CK_VERSION { major: 3, minor: 0 };
        // SAFETY: all pointers are good.
        assert_eq!(unsafe { get(ptr::null_mut(), &mut version, &mut interface, 0) }, ck::CKR_OK);
        // SAFETY: the module said that this is a 3.0 list.
        let functions = unsafe { *(*interface).pFunctionList.cast::<ck::CK_FUNCTION_LIST_3_0>() };
        Self { library, functions }
    }

    /// The library itself, for symbols that no list holds.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Takes the library apart, as `dlclose` does.
    pub fn unload(self) {
        self.library.close().unwrap();
    }

    /// `C_Initialize` with the flags most hosts set.
    pub fn initialize(&self) -> Result<(), Rv> {
        self.initialize_with(ck::CKF_OS_LOCKING_OK)
    }

    /// `C_Initialize` with these flags.
    pub fn initialize_with(&self, flags: ck::CK_FLAGS) -> Result<(), Rv> {
        let mut arguments = ck::CK_C_INITIALIZE_ARGS {
            CreateMutex: None,
            DestroyMutex: None,
            LockMutex: None,
            UnlockMutex: None,
            flags,
            pReserved: ptr::null_mut(),
        };
        ok(call!(self, C_Initialize(ptr::from_mut(&mut arguments).cast::<c_void>())))
    }

    /// `C_Initialize(NULL)`.
    pub fn initialize_with_nothing(&self) -> Result<(), Rv> {
        ok(call!(self, C_Initialize(ptr::null_mut())))
    }

    /// `C_Finalize`.
    pub fn finalize(&self) -> Result<(), Rv> {
        ok(call!(self, C_Finalize(ptr::null_mut())))
    }

    /// The ids of all slots.
    pub fn slots(&self) -> Result<Vec<ck::CK_SLOT_ID>, Rv> {
        let mut count = 0;
        ok(call!(self, C_GetSlotList(ck::CK_TRUE, ptr::null_mut(), &mut count)))?;
        let mut slots = vec![0; count as usize];
        ok(call!(self, C_GetSlotList(ck::CK_TRUE, slots.as_mut_ptr(), &mut count)))?;
        Ok(slots)
    }

    /// The mechanisms of a slot.
    pub fn mechanisms(&self, slot: ck::CK_SLOT_ID) -> Result<Vec<ck::CK_MECHANISM_TYPE>, Rv> {
        let mut count = 0;
        ok(call!(self, C_GetMechanismList(slot, ptr::null_mut(), &mut count)))?;
        let mut kinds = vec![0; count as usize];
        ok(call!(self, C_GetMechanismList(slot, kinds.as_mut_ptr(), &mut count)))?;
        kinds.truncate(count as usize);
        Ok(kinds)
    }

    /// Opens a read-only session.
    pub fn open(&self, slot: ck::CK_SLOT_ID) -> Result<ck::CK_SESSION_HANDLE, Rv> {
        let mut session = 0;
        ok(call!(self, C_OpenSession(slot, ck::CKF_SERIAL_SESSION, ptr::null_mut(), None, &mut session)))?;
        Ok(session)
    }

    /// `C_CloseSession`.
    pub fn close(&self, session: ck::CK_SESSION_HANDLE) -> Result<(), Rv> {
        ok(call!(self, C_CloseSession(session)))
    }

    /// Every object that matches.
    pub fn find(
        &self,
        session: ck::CK_SESSION_HANDLE,
        template: &[Entry<'_>],
    ) -> Result<Vec<ck::CK_OBJECT_HANDLE>, Rv> {
        ok(call!(
            self,
            C_FindObjectsInit(session, template.as_ptr().cast_mut().cast(), template.len() as ck::CK_ULONG)
        ))?;
        let mut all = Vec::new();
        loop {
            let (mut some, mut count) = ([0; 7], 0);
            ok(call!(self, C_FindObjects(session, some.as_mut_ptr(), some.len() as ck::CK_ULONG, &mut count)))?;
            all.extend_from_slice(&some[..count as usize]);
            if count == 0 {
                break;
            }
        }
        ok(call!(self, C_FindObjectsFinal(session)))?;
        Ok(all)
    }

    /// The one object of a class with a label.
    pub fn find_one(
        &self,
        session: ck::CK_SESSION_HANDLE,
        class: ck::CK_OBJECT_CLASS,
        label: &str,
    ) -> ck::CK_OBJECT_HANDLE {
        let class = class.to_ne_bytes();
        let template = [attribute(ck::CKA_CLASS, &class), attribute(ck::CKA_LABEL, label.as_bytes())];
        let found = self.find(session, &template).unwrap_or_else(|rv| panic!("searching for {label:?}: {rv:#x}"));
        assert_eq!(found.len(), 1, "objects with the label {label:?}");
        found[0]
    }

    /// The value of one attribute.
    pub fn attribute(
        &self,
        session: ck::CK_SESSION_HANDLE,
        object: ck::CK_OBJECT_HANDLE,
        kind: ck::CK_ATTRIBUTE_TYPE,
    ) -> Result<Vec<u8>, Rv> {
        let mut wanted = ck::CK_ATTRIBUTE { type_: kind, pValue: ptr::null_mut(), ulValueLen: 0 };
        ok(call!(self, C_GetAttributeValue(session, object, &mut wanted, 1)))?;
        let mut value = vec![0; wanted.ulValueLen as usize];
        wanted.pValue = value.as_mut_ptr().cast();
        ok(call!(self, C_GetAttributeValue(session, object, &mut wanted, 1)))?;
        value.truncate(wanted.ulValueLen as usize);
        Ok(value)
    }

    /// `C_SignInit` and `C_Sign` into a buffer that is large enough for every key.
    pub fn sign(
        &self,
        session: ck::CK_SESSION_HANDLE,
        key: ck::CK_OBJECT_HANDLE,
        kind: ck::CK_MECHANISM_TYPE,
        data: &[u8],
    ) -> Result<Vec<u8>, Rv> {
        ok(call!(self, C_SignInit(session, &mut mechanism(kind), key)))?;
        let mut signature = vec![0; 1024];
        let mut length = signature.len() as ck::CK_ULONG;
        ok(call!(
            self,
            C_Sign(session, data.as_ptr().cast_mut(), data.len() as ck::CK_ULONG, signature.as_mut_ptr(), &mut length)
        ))?;
        signature.truncate(length as usize);
        Ok(signature)
    }
}
