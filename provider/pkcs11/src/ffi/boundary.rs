//! What happens on every call, whatever it is.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cryptoki_sys as ck;
use hardkey_kms::config::Level;
use hardkey_kms::fork;

use super::broken_pipe::BrokenPipes;
use super::run;
use crate::error::{Code, Failure};
use crate::log;
use crate::module::Module;

thread_local! {
    /// Made first and so destroyed last: when it is gone, so are the thread locals of everything below, and nothing
    /// can be done for this thread any more.
    static THREAD: Thread = const { Thread { panic_place: RefCell::new(None) } };
}

struct Thread {
    panic_place: RefCell<Option<String>>,
}

/// Having a destructor is what makes the end of the thread visible.
impl Drop for Thread {
    fn drop(&mut self) {}
}

/// A call that needs the module.
pub(super) fn call(name: &str, body: impl FnOnce(&Arc<Module>) -> Result<(), Failure>) -> ck::CK_RV {
    call_any_time(name, || body(&run::module()?))
}

/// A call that is also allowed before `C_Initialize`.
pub(super) fn call_any_time(name: &str, body: impl FnOnce() -> Result<(), Failure>) -> ck::CK_RV {
    if THREAD.try_with(|_| ()).is_err() {
        // From an exit handler, after the thread's own data was torn down. Nothing is logged: it is every exit.
        return Code::CryptokiNotInitialized.value();
    }
    let _held_back = BrokenPipes::hold_back();
    let _inside = fork::inside();
    let failure = match panic::catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return ck::CKR_OK,
        Ok(Err(failure)) => failure,
        Err(payload) => panicked(&*payload),
    };
    // The line is written under the same protection: a host must not die of a log.
    let _ = panic::catch_unwind(AssertUnwindSafe(|| {
        log::write(failure.level(), format_args!("{name}: {failure}"));
    }));
    failure.code().value()
}

/// Keeps the standard library from printing panics in the host's name; they become one line of ours.
pub(super) fn quiet_panics() {
    static QUIET: AtomicBool = AtomicBool::new(false);
    // Once per process and not again in a child, where the hook's lock may be held by a thread that is not there.
    if !QUIET.swap(true, Ordering::Relaxed) {
        panic::set_hook(Box::new(|info| {
            let place = info.location().map(ToString::to_string);
            let _ = THREAD.try_with(|thread| *thread.panic_place.borrow_mut() = place);
        }));
    }
}

fn panicked(payload: &(dyn Any + Send)) -> Failure {
    let message = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    let place = THREAD.try_with(|thread| thread.panic_place.borrow_mut().take()).ok().flatten();
    let place = place.unwrap_or_else(|| "unknown place".to_owned());
    let cause = format!("a bug in Hardkey: {message} ({place}); report it with this line");
    Failure::new(Code::GeneralError, cause).at(Level::Error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_general_error() {
        quiet_panics();
        assert_eq!(call_any_time("C_Test", || panic!("on purpose")), ck::CKR_GENERAL_ERROR);
        assert_eq!(call_any_time("C_Test", || Ok(())), ck::CKR_OK);
    }

    #[test]
    fn before_initialize_there_is_no_module() {
        assert_eq!(call("C_Test", |_| Ok(())), ck::CKR_CRYPTOKI_NOT_INITIALIZED);
    }
}
