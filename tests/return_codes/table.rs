//! The table: one row per C function.
//!
//! A row has the section of PKCS#11 v3.1 that describes the function, its arguments, what must be active before a good
//! call, what a good call is answered, and the codes that the paragraph "Return values" of that section lists. Codes
//! that the specification gives to all functions of a kind (§5.1.1 to §5.1.3) are not repeated in each row but are in
//! [`Row::allows`]. The paragraphs were read on 2026-11-21 in OASIS's own text at github.com/oasis-tcs/pkcs11, which is
//! that of 3.2 and later; what came with the asynchronous sessions of 3.2 is left out, unless the row says otherwise.

mod encryption;
mod general;
mod keys;
mod messages;
mod newest;
mod objects;
mod sessions;
mod signing;
mod slots;

use std::ptr;

use cryptoki_sys as ck;

use crate::argument::Argument;
use crate::list::List;

/// A code with the name the specification gives it.
pub type Code = (&'static str, ck::CK_RV);

/// One C function.
pub struct Row {
    pub name: &'static str,
    /// Where it is described.
    pub section: &'static str,
    pub arguments: &'static [Argument],
    /// What a good call needs.
    pub before: Before,
    /// What a good call is answered.
    pub good: ck::CK_RV,
    /// What the section lists and is not said of many functions at once.
    pub codes: &'static [Code],
    /// Calls it, if the list has it.
    pub call: fn(&List, &[usize]) -> Option<ck::CK_RV>,
    /// Its address, if the list has it.
    pub address: fn(&List) -> Option<usize>,
}

/// What a session must be in the middle of for a call to be a good one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Before {
    Idle,
    Signing,
    Verifying,
    /// The whole message was given in parts.
    VerifyingParts,
    Searching,
    LoggedIn,
}

/// §5.1.1: any function may answer these, and none says anything. No mistake of a host is answered with them.
const VAGUE: [Code; 3] = [
    ("CKR_GENERAL_ERROR", ck::CKR_GENERAL_ERROR),
    ("CKR_HOST_MEMORY", ck::CKR_HOST_MEMORY),
    ("CKR_FUNCTION_FAILED", ck::CKR_FUNCTION_FAILED),
];
/// §5.1.6: any function may be a stub that answers this.
const STUB: Code = ("CKR_FUNCTION_NOT_SUPPORTED", ck::CKR_FUNCTION_NOT_SUPPORTED);
/// §5.1.6: any function may answer this but those that are called before.
const NOT_INITIALIZED: Code = ("CKR_CRYPTOKI_NOT_INITIALIZED", ck::CKR_CRYPTOKI_NOT_INITIALIZED);
/// §5.1.2 and §5.1.3: any function that takes a session may answer these.
const OF_SESSIONS: [Code; 6] = [
    ("CKR_SESSION_HANDLE_INVALID", ck::CKR_SESSION_HANDLE_INVALID),
    ("CKR_SESSION_CLOSED", ck::CKR_SESSION_CLOSED),
    ("CKR_DEVICE_ERROR", ck::CKR_DEVICE_ERROR),
    ("CKR_DEVICE_MEMORY", ck::CKR_DEVICE_MEMORY),
    ("CKR_DEVICE_REMOVED", ck::CKR_DEVICE_REMOVED),
    ("CKR_TOKEN_NOT_PRESENT", ck::CKR_TOKEN_NOT_PRESENT),
];
/// §5.1.6: the functions that never say that the module is not initialised.
const AT_ANY_TIME: [&str; 4] = ["C_Initialize", "C_GetFunctionList", "C_GetInterfaceList", "C_GetInterface"];
/// §5.1.1: the relics that cannot succeed.
const NEVER_OK: [&str; 2] = ["C_GetFunctionStatus", "C_CancelFunction"];

impl Row {
    /// Whether the specification lists this code for this function, and it says something. A vague code is only
    /// allowed where the row itself names it.
    pub fn allows(&self, code: ck::CK_RV) -> bool {
        let has = |codes: &[Code]| codes.iter().any(|(_, known)| *known == code);
        has(self.codes)
            || has(&[STUB])
            || (code == ck::CKR_OK && !NEVER_OK.contains(&self.name))
            || (has(&[NOT_INITIALIZED]) && !self.is_for_any_time())
            || (has(&OF_SESSIONS) && self.takes(Argument::Session))
    }

    /// Whether it may be called before `C_Initialize`.
    pub fn is_for_any_time(&self) -> bool {
        AT_ANY_TIME.contains(&self.name)
    }

    pub fn takes(&self, argument: Argument) -> bool {
        self.arguments.contains(&argument)
    }
}

/// Every row.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    [
        general::ROWS,
        slots::ROWS,
        sessions::ROWS,
        objects::ROWS,
        encryption::ROWS,
        signing::ROWS,
        keys::ROWS,
        messages::ROWS,
        newest::ROWS,
    ]
    .into_iter()
    .flatten()
}

/// The row of a function.
pub fn row(name: &str) -> &'static Row {
    rows().find(|row| row.name == name).unwrap_or_else(|| panic!("no row for {name}"))
}

/// The name of a code, for messages.
pub fn name_of(code: ck::CK_RV) -> String {
    let ok = [("CKR_OK", ck::CKR_OK), STUB, NOT_INITIALIZED];
    let mut known = ok.into_iter().chain(VAGUE).chain(OF_SESSIONS).chain(rows().flat_map(|row| row.codes.to_vec()));
    known.find(|(_, value)| *value == code).map_or_else(|| format!("{code:#x}"), |(name, _)| name.to_owned())
}

/// An argument as a machine word: what a trial puts in its place.
pub trait Word {
    fn from_word(word: usize) -> Self;
}

impl Word for ck::CK_ULONG {
    fn from_word(word: usize) -> Self {
        word as Self
    }
}

impl Word for ck::CK_BBOOL {
    fn from_word(word: usize) -> Self {
        word as Self
    }
}

impl<T> Word for *mut T {
    fn from_word(word: usize) -> Self {
        ptr::with_exposed_provenance_mut(word)
    }
}

/// No trial brings a callback: the module takes one and never calls it.
impl Word for ck::CK_NOTIFY {
    fn from_word(_: usize) -> Self {
        None
    }
}

/// `SECTION NAME(ARGUMENTS) BEFORE => GOOD [CODES];` A wrong number of arguments does not compile.
macro_rules! functions {
    ($since:ident: $(
        $section:literal $name:ident($($argument:ident),*) $before:ident => $good:ident [$($code:ident)*];
    )*) => {
        &[$(crate::table::Row {
            name: stringify!($name),
            section: $section,
            arguments: &[$(crate::argument::Argument::$argument),*],
            before: crate::table::Before::$before,
            good: cryptoki_sys::$good,
            codes: &[$((stringify!($code), cryptoki_sys::$code)),*],
            call: |list, words| {
                let function = crate::table::functions!(@of $since $name list)?;
                let mut words = words.iter().copied();
                // SAFETY: the trials pass what the specification asks for, or a mistake that the module must survive.
                Some(unsafe {
                    function($({
                        let _ = crate::argument::Argument::$argument;
                        crate::table::Word::from_word(words.next().unwrap())
                    }),*)
                })
            },
            address: |list| {
                crate::table::functions!(@of $since $name list).map(|function| (function as *const ()).addr())
            },
        }),*]
    };
    (@of V2_40 $name:ident $list:ident) => {
        match $list {
            crate::list::List::V2_40(list) => list.$name,
            crate::list::List::V3_0(list) => list.$name,
            crate::list::List::V3_2(list) => list.$name,
        }
    };
    (@of V3_0 $name:ident $list:ident) => {
        match $list {
            crate::list::List::V2_40(_) => None,
            crate::list::List::V3_0(list) => list.$name,
            crate::list::List::V3_2(list) => list.$name,
        }
    };
    (@of V3_2 $name:ident $list:ident) => {
        match $list {
            crate::list::List::V2_40(_) | crate::list::List::V3_0(_) => None,
            crate::list::List::V3_2(list) => list.$name,
        }
    };
}
pub(crate) use functions;
