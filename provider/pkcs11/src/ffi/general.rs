//! General purpose functions, PKCS#11 v3.1 §5.4.

use std::ffi::{CStr, OsStr};
use std::path::PathBuf;

use cryptoki_sys as ck;
use hardkey_kms::config::{self, Environment, Level};

use super::pointer::{read, write};
use super::{boundary, process, run};
use crate::error::{Code, Failure};
use crate::log;
use crate::module::Module;

/// `C_Initialize`: reads the configuration. Asks no key service, resolves no name, opens no socket.
pub(super) unsafe fn initialize(arguments: ck::CK_VOID_PTR) -> Result<(), Failure> {
    if run::is_initialized() {
        return Err(run::already_initialized());
    }
    // SAFETY: the caller vouches for the arguments.
    let reserved = unsafe { check_arguments(arguments.cast())? };
    boundary::quiet_panics();
    process::watch_forks();
    let environment = Environment::of_process(reserved, process::is_privileged());
    let config = config::load(&environment).map_err(|error| Failure::new(Code::GeneralError, error.to_string()))?;
    log::install(&config.log).map_err(|error| Failure::new(Code::GeneralError, error))?;
    run::begin(&config)
}

/// What the host may ask of locks and threads, PKCS#11 v3.1 §5.4.1. Nothing here needs a thread of its own, so
/// `CKF_LIBRARY_CANT_CREATE_OS_THREADS` asks for nothing.
unsafe fn check_arguments(pointer: *const ck::CK_C_INITIALIZE_ARGS) -> Result<Option<PathBuf>, Failure> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: not null, and the caller vouches for the rest.
    let arguments = unsafe { read(pointer, "pInitArgs")? };
    let callbacks = [
        arguments.CreateMutex.is_some(),
        arguments.DestroyMutex.is_some(),
        arguments.LockMutex.is_some(),
        arguments.UnlockMutex.is_some(),
    ];
    let given = callbacks.iter().filter(|given| **given).count();
    if given != 0 && given != callbacks.len() {
        return Err(Failure::new(
            Code::ArgumentsBad,
            format!("{given} of the four mutex functions are given; give all or none"),
        ));
    }
    if given != 0 && arguments.flags & ck::CKF_OS_LOCKING_OK == 0 {
        return Err(Failure::new(Code::CantLock, "the host's own mutexes are not used; set CKF_OS_LOCKING_OK"));
    }
    if arguments.pReserved.is_null() {
        return Ok(None);
    }
    // SAFETY: a pReserved that is not null is a C string: the path of a configuration file.
    let text = unsafe { CStr::from_ptr(arguments.pReserved.cast()) };
    Ok(path(text).filter(|path| !path.as_os_str().is_empty()))
}

#[cfg(unix)]
fn path(text: &CStr) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(PathBuf::from(OsStr::from_bytes(text.to_bytes())))
}

#[cfg(not(unix))]
fn path(text: &CStr) -> Option<PathBuf> {
    text.to_str().ok().map(|text| PathBuf::from(OsStr::new(text)))
}

/// `C_Finalize`. Hosts also call it in children that never initialised, so being told off is no news there.
pub(super) unsafe fn finalize(reserved: ck::CK_VOID_PTR) -> Result<(), Failure> {
    if !reserved.is_null() {
        return Err(Failure::new(Code::ArgumentsBad, "pReserved must be NULL"));
    }
    run::end().map_err(|failure| failure.at(Level::Debug))
}

/// `C_GetInfo`. The same in every process, because hosts compare it after a fork.
pub(super) unsafe fn info(_: &Module, info: *mut ck::CK_INFO) -> Result<(), Failure> {
    let value = ck::CK_INFO {
        cryptokiVersion: ck::CK_VERSION { major: 3, minor: 2 },
        manufacturerID: padded("Hardkey"),
        flags: 0,
        libraryDescription: padded("HSM keys of cloud key services"),
        libraryVersion: version(),
    };
    // SAFETY: the caller vouches for the pointer.
    unsafe { write(info, value, "pInfo") }
}

/// `C_GetFunctionStatus` and `C_CancelFunction` are relics; a session that exists has no parallel function.
pub(super) unsafe fn parallel(module: &Module, session: ck::CK_SESSION_HANDLE) -> Result<(), Failure> {
    module.session(session)?;
    Err(Failure::new(Code::FunctionNotParallel, "no function runs in parallel"))
}

/// `C_SeedRandom` and `C_GenerateRandom`. That there is no such session goes before what follows from there being one
/// (PKCS#11 v3.1 §5.1.7).
pub(super) unsafe fn random(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    _data: *mut ck::CK_BYTE,
    _length: ck::CK_ULONG,
) -> Result<(), Failure> {
    module.session(session)?;
    Err(Failure::new(Code::RandomNoRng, "not offered by this module"))
}

/// The version of this library: major and minor of the package's.
pub(super) fn version() -> ck::CK_VERSION {
    let mut parts = env!("CARGO_PKG_VERSION").split('.').map(|part| part.parse().unwrap_or_default());
    ck::CK_VERSION { major: parts.next().unwrap_or_default(), minor: parts.next().unwrap_or_default() }
}

/// Text in a field of fixed size, filled up with spaces, cut between characters (PKCS#11 v3.1 §3.1).
pub(super) fn padded<const SIZE: usize>(text: &str) -> [u8; SIZE] {
    let mut field = [b' '; SIZE];
    let mut end = text.len().min(SIZE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    for (place, byte) in field.iter_mut().zip(text.bytes().take(end)) {
        *place = byte;
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_padded_with_spaces_and_cut_between_characters() {
        assert_eq!(&padded::<6>("ab"), b"ab    ");
        assert_eq!(&padded::<3>("a\u{e9}\u{e9}"), "a\u{e9}".as_bytes());
        assert_eq!(&padded::<4>("a\u{e9}\u{e9}"), b"a\xc3\xa9 ");
    }
}
