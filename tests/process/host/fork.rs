//! One fork, and every way in which hosts go on after it.

use std::ffi::c_void;
use std::{io, mem, process, ptr, slice};

use cryptoki_sys as ck;
use hardkey_tests::call;
use hardkey_tests::module::{Module, ok};

use crate::Scenario;
use crate::child::fork;
use crate::signer::{Signer, code, start};
use crate::watch::say;

pub const SCENARIOS: &[Scenario] = &[
    ("fork-initialize", || go_on(|module| say(format!("child: C_Initialize {}", code(module.initialize()))))),
    ("fork-initialize-null", || {
        go_on(|module| say(format!("child: C_Initialize(NULL) {}", code(module.initialize_with_nothing()))));
    }),
    ("fork-finalize-initialize", || {
        go_on(|module| {
            say(format!("child: C_Finalize {}", code(module.finalize())));
            say(format!("child: C_Initialize {}", code(module.initialize())));
        });
    }),
    ("fork-grandchild", grandchild),
    ("fork-nothing", nothing),
    ("fork-before-any-search", before_any_search),
    ("fork-same-process-id", same_process_id),
];

/// A child initialises and goes on with its parent's key; the parent goes on as if nothing had been.
fn go_on(initialize: impl FnOnce(&'static Module)) {
    let parent = start();
    parent.sign("before the fork").unwrap();
    let identity = identity(parent.module);
    fork(|| {
        initialize(parent.module);
        say(format!("child: the parent's session is {}", code(session_info(&parent))));
        assert_eq!(self::identity(parent.module), identity, "C_GetInfo changed");
        let child = Signer::open_with(parent.module, parent.key).unwrap();
        assert_ne!(child.session, parent.session);
        child.sign("in the child").unwrap();
        say("child: signed with the parent's key handle");
        say(format!("child: C_Finalize {}", code(parent.module.finalize())));
    })
    .succeeded();
    say(format!("parent: its session is {}", code(session_info(&parent))));
    parent.sign("after the fork").unwrap();
    say("parent: signed");
}

/// The grandchild of a parent that signed, by way of a child that did nothing.
fn grandchild() {
    let parent = start();
    parent.sign("before the fork").unwrap();
    fork(|| {
        fork(|| {
            parent.module.initialize().unwrap();
            Signer::open_with(parent.module, parent.key).unwrap().sign("in the grandchild").unwrap();
            say("grandchild: signed with the key handle of its parent's parent");
        })
        .succeeded();
        parent.module.initialize().unwrap();
        Signer::open_with(parent.module, parent.key).unwrap().sign("in the child").unwrap();
        say("child: signed");
    })
    .succeeded();
    parent.sign("after the fork").unwrap();
    say("parent: signed");
}

/// A child that never initialises may call what it likes and leave when it likes.
fn nothing() {
    let parent = start();
    parent.sign("before the fork").unwrap();
    fork(|| {
        let module = parent.module;
        let at_any_time = [
            module.functions.C_Initialize.map(|function| function as usize),
            module.functions.C_Finalize.map(|function| function as usize),
            module.functions.C_GetFunctionList.map(|function| function as usize),
            module.functions.C_GetInterface.map(|function| function as usize),
            module.functions.C_GetInterfaceList.map(|function| function as usize),
        ];
        let functions = all(module);
        let told_off = functions
            .iter()
            .filter(|function| !at_any_time.contains(&Some(**function)))
            .filter(|function| call_with_nothing(**function) == ck::CKR_CRYPTOKI_NOT_INITIALIZED)
            .count();
        say(format!("child: {told_off} of {} functions are CKR_CRYPTOKI_NOT_INITIALIZED", functions.len()));
        say(format!("child: C_Sign {}", code(parent.sign("in the child"))));
        say(format!("child: C_Finalize {}", code(module.finalize())));
    })
    .succeeded();
    parent.sign("after the fork").unwrap();
    say("parent: signed");
}

/// Nothing was known when the process forked: each side finds its keys itself.
fn before_any_search() {
    let module = crate::signer::load();
    module.initialize().unwrap();
    fork(|| {
        module.initialize().unwrap();
        Signer::open(module).unwrap().sign("in the child").unwrap();
        say("child: signed");
    })
    .succeeded();
    Signer::open(module).unwrap().sign("in the parent").unwrap();
    say("parent: signed");
}

/// A child with its parent's process id: both are the first of their namespaces.
fn same_process_id() {
    let parent = start();
    parent.sign("before the fork").unwrap();
    // SAFETY: takes a number.
    assert_eq!(unsafe { libc::unshare(libc::CLONE_NEWPID) }, 0, "{}", io::Error::last_os_error());
    fork(|| {
        say(format!("child: C_Sign {}", code(parent.sign("in the child"))));
        parent.module.initialize().unwrap();
        Signer::open_with(parent.module, parent.key).unwrap().sign("in the child").unwrap();
        say(format!("child: signed as process {}", process::id()));
    })
    .succeeded();
    parent.sign("after the fork").unwrap();
    say(format!("parent: signed as process {}", process::id()));
}

fn session_info(signer: &Signer) -> Result<(), ck::CK_RV> {
    let mut info = ck::CK_SESSION_INFO::default();
    ok(call!(signer.module, C_GetSessionInfo(signer.session, &mut info)))
}

/// Everything `C_GetInfo` says.
fn identity(module: &Module) -> Vec<u8> {
    let mut info = ck::CK_INFO::default();
    ok(call!(module, C_GetInfo(&mut info))).unwrap();
    let versions = [info.cryptokiVersion.major, info.cryptokiVersion.minor, info.libraryVersion.major];
    [&versions[..], &info.manufacturerID, &info.libraryDescription, &info.flags.to_ne_bytes()].concat()
}

/// Every function of the list: what follows the version is one pointer after the other.
fn all(module: &Module) -> Vec<usize> {
    let list = &module.functions;
    let count = (mem::size_of_val(list) - mem::offset_of!(ck::CK_FUNCTION_LIST_3_0, C_Initialize)) / size_of::<usize>();
    // SAFETY: the list is `repr(C)`; all its members but the first are function pointers that are set.
    unsafe { slice::from_raw_parts(ptr::from_ref(&list.C_Initialize).cast::<usize>(), count) }.to_vec()
}

fn call_with_nothing(function: usize) -> ck::CK_RV {
    type Longest =
        unsafe extern "C" fn(usize, usize, usize, usize, usize, usize, usize, usize, *mut c_void) -> ck::CK_RV;
    // SAFETY: no function has more than nine arguments, each an integer or a pointer; with the C calling conventions of the
    // machines this runs on, arguments too many are ignored. Zero is a value that each must survive.
    hardkey_tests::module::observe(&"a function of the list", || unsafe {
        mem::transmute::<usize, Longest>(function)(0, 0, 0, 0, 0, 0, 0, 0, ptr::null_mut())
    })
}
