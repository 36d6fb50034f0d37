//! How hosts get at the functions: `C_GetFunctionList`, `C_GetInterfaceList` and `C_GetInterface`, PKCS#11 v3.1 §5.4.

use std::cell::UnsafeCell;
use std::ffi::CStr;
use std::ptr;

use cryptoki_sys as ck;

use super::export::{V2_40, V3_0, V3_2};
use super::pointer::{Output, read, write};
use crate::error::{Code, Failure};

/// The name of the standard interface.
const NAME: &CStr = c"PKCS 11";

/// In writable memory, because some hosts write to what `C_GetInterface` gives them: pkcs11-spy puts its own list in
/// the place of ours.
struct Interfaces(UnsafeCell<[ck::CK_INTERFACE; 3]>);

// SAFETY: the pointers inside lead to immutable statics, and this library writes to none of it. A host that does
// answers for its own threads.
unsafe impl Sync for Interfaces {}

/// A host that names no version gets the first: 3.0, the one every host since 2020 knows. Those that know 3.2 ask for
/// it. `CKF_INTERFACE_FORK_SAFE` is not set, because a child must call `C_Initialize`.
static INTERFACES: Interfaces = Interfaces(UnsafeCell::new([
    interface(ptr::from_ref(&V3_0).cast()),
    interface(ptr::from_ref(&V3_2).cast()),
    interface(ptr::from_ref(&V2_40).cast()),
]));

const fn interface(list: *const std::ffi::c_void) -> ck::CK_INTERFACE {
    ck::CK_INTERFACE { pInterfaceName: NAME.as_ptr().cast_mut().cast(), pFunctionList: list.cast_mut(), flags: 0 }
}

/// `C_GetFunctionList`.
pub(super) unsafe fn function_list(list: *mut *mut ck::CK_FUNCTION_LIST) -> Result<(), Failure> {
    // SAFETY: the caller vouches for the pointer.
    unsafe { write(list, ptr::from_ref(&V2_40).cast_mut(), "ppFunctionList") }
}

/// `C_GetInterfaceList`.
pub(super) unsafe fn interface_list(list: *mut ck::CK_INTERFACE, count: *mut ck::CK_ULONG) -> Result<(), Failure> {
    // SAFETY: nobody writes to the array but a host that does so in its own time.
    let interfaces = unsafe { INTERFACES.0.get().read() };
    // SAFETY: the caller vouches for the pointers.
    unsafe { Output::new(list, count, "pulCount")? }.write(&interfaces)
}

/// `C_GetInterface`. A name or version of null asks for any.
pub(super) unsafe fn interface_by_name(
    name: *mut ck::CK_UTF8CHAR,
    version: *mut ck::CK_VERSION,
    found: *mut *mut ck::CK_INTERFACE,
    flags: ck::CK_FLAGS,
) -> Result<(), Failure> {
    // SAFETY: the caller vouches for the pointer; read first, so that a bad call is told so whatever it asks for.
    unsafe { read(found, "ppInterface")? };
    let refused = |what: String| Err(Failure::new(Code::FunctionFailed, what));
    if !name.is_null() {
        // SAFETY: a name that is not null is a C string.
        let name = unsafe { CStr::from_ptr(name.cast()) };
        if name != NAME {
            return refused(format!("there is no interface {name:?}; the only one is {NAME:?}"));
        }
    }
    if flags != 0 {
        return refused(format!("there is no interface with the flags {flags:#x}"));
    }
    let wanted = if version.is_null() {
        None
    } else {
        // SAFETY: not null, and the caller vouches for the rest.
        Some(unsafe { read(version, "pVersion")? })
    };
    let versions = [V3_0.version, V3_2.version, V2_40.version];
    let place = versions
        .iter()
        .position(|known| wanted.is_none_or(|wanted| (known.major, known.minor) == (wanted.major, wanted.minor)));
    let Some(place) = place else {
        return refused("there is no such version of the interface; there are 2.40, 3.0 and 3.2".to_owned());
    };
    // SAFETY: `place` is within the array.
    let interface = unsafe { INTERFACES.0.get().cast::<ck::CK_INTERFACE>().add(place) };
    // SAFETY: the caller vouches for the pointer.
    unsafe { write(found, interface, "ppInterface") }
}
