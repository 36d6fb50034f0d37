//! A function list of the module, got as the specification says: 2.40 through `C_GetFunctionList`, the others through
//! `C_GetInterface`.

use std::ptr;

use cryptoki_sys as ck;
use libloading::{Library, Symbol};

/// Which list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Version {
    V2_40,
    V3_0,
    V3_2,
}

/// One list. The module stays in memory once it is loaded, and its lists with it.
#[derive(Clone, Copy)]
pub enum List {
    V2_40(&'static ck::CK_FUNCTION_LIST),
    V3_0(&'static ck::CK_FUNCTION_LIST_3_0),
    V3_2(&'static ck::CK_FUNCTION_LIST_3_2),
}

impl Version {
    pub const ALL: [Self; 3] = [Self::V2_40, Self::V3_0, Self::V3_2];

    /// Major and minor.
    pub fn numbers(self) -> (u8, u8) {
        match self {
            Self::V2_40 => (2, 40),
            Self::V3_0 => (3, 0),
            Self::V3_2 => (3, 2),
        }
    }
}

impl List {
    /// The list of this version.
    pub fn of(library: &Library, version: Version) -> Self {
        let list = match version {
            Version::V2_40 => Self::V2_40(function_list(library)),
            // SAFETY: the module says that this is the list it is asked for.
            Version::V3_0 => Self::V3_0(unsafe { &*interface(library, version).cast() }),
            // SAFETY: as above.
            Version::V3_2 => Self::V3_2(unsafe { &*interface(library, version).cast() }),
        };
        let found = match list {
            Self::V2_40(list) => list.version,
            Self::V3_0(list) => list.version,
            Self::V3_2(list) => list.version,
        };
        assert_eq!((found.major, found.minor), version.numbers());
        list
    }

    /// Which one this is.
    pub fn version(&self) -> Version {
        match self {
            Self::V2_40(_) => Version::V2_40,
            Self::V3_0(_) => Version::V3_0,
            Self::V3_2(_) => Version::V3_2,
        }
    }

    /// The addresses behind the version, all of them, in their order.
    pub fn entries(&self) -> Vec<usize> {
        let (list, size): (*const u8, usize) = match self {
            Self::V2_40(list) => (ptr::from_ref(*list).cast(), size_of::<ck::CK_FUNCTION_LIST>()),
            Self::V3_0(list) => (ptr::from_ref(*list).cast(), size_of::<ck::CK_FUNCTION_LIST_3_0>()),
            Self::V3_2(list) => (ptr::from_ref(*list).cast(), size_of::<ck::CK_FUNCTION_LIST_3_2>()),
        };
        let words: *const usize = list.cast();
        // SAFETY: a list is its version, padded to a word, and function pointers.
        (1..size / size_of::<usize>()).map(|index| unsafe { words.add(index).read() }).collect()
    }
}

fn function_list(library: &Library) -> &'static ck::CK_FUNCTION_LIST {
    type Get = unsafe extern "C" fn(*mut *mut ck::CK_FUNCTION_LIST) -> ck::CK_RV;
    // SAFETY: the type is the specification's.
    let get: Symbol<'_, Get> = unsafe { library.get(b"C_GetFunctionList\0") }.unwrap();
    let mut list = ptr::null_mut();
    // SAFETY: the pointer is good.
    assert_eq!(unsafe { get(&mut list) }, ck::CKR_OK);
    // SAFETY: the module filled it with a list of its own.
    unsafe { &*list }
}

fn interface(library: &Library, version: Version) -> *const std::ffi::c_void {
    type Get = unsafe extern "C" fn(
        *mut ck::CK_UTF8CHAR,
        *mut ck::CK_VERSION,
        *mut *mut ck::CK_INTERFACE,
        ck::CK_FLAGS,
    ) -> ck::CK_RV;
    // SAFETY: the type is the specification's.
    let get: Symbol<'_, Get> = unsafe { library.get(b"C_GetInterface\0") }.unwrap();
    let (major, minor) = version.numbers();
    let (mut name, mut wanted, mut found) = (*b"PKCS 11\0", ck::CK_VERSION { major, minor }, ptr::null_mut());
    // SAFETY: the pointers are good.
    assert_eq!(unsafe { get(name.as_mut_ptr(), &mut wanted, &mut found, 0) }, ck::CKR_OK);
    // SAFETY: the module filled it with an interface of its own.
    unsafe { (*found).pFunctionList }
}
