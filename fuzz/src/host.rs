//! A host that remembers what it did, so that it knows what the module must answer.

use std::collections::BTreeMap;

use arbitrary::Unstructured;
use cryptoki_sys as ck;

use crate::arena::Arena;
use crate::calls::mechanism::Operation;
use crate::scene;

/// A handle is a slot and, in so many bits, a place there: only to find keys that a session can use.
const PLACE_BITS: u32 = 20;

/// The longest data in one call, and the longest buffer.
pub const LONGEST: usize = 1500;

/// Makes one call and judges its code as far as that can be done without knowing what was asked.
macro_rules! call {
    ($host:expr, $name:ident($($argument:expr),* $(,)?)) => {{
        // SAFETY: what is handed over is null, or what the specification asks for, or nothing the module may look at.
        let rv = unsafe { ($host.functions.$name.unwrap())($($argument),*) };
        $host.answered(stringify!($name), rv)
    }};
}
pub(crate) use call;

/// The host and its memory of what it did.
pub struct Host<'a> {
    pub input: Unstructured<'a>,
    pub arena: &'a Arena,
    pub functions: &'static ck::CK_FUNCTION_LIST_3_2,
    pub initialized: bool,
    pub sessions: Vec<Session>,
    /// Objects that were found, and the name each had then.
    pub objects: BTreeMap<ck::CK_OBJECT_HANDLE, Vec<u8>>,
    /// Tokens that are logged in.
    pub logged_in: [bool; scene::SLOTS as usize],
    /// What was signed, and the signatures.
    pub signed: Vec<(Operation, Vec<u8>)>,
    trace: bool,
}

/// A session, and what is active in it.
pub struct Session {
    pub handle: ck::CK_SESSION_HANDLE,
    pub slot: ck::CK_SLOT_ID,
    pub read_write: bool,
    pub sign: Option<Operation>,
    pub verify: Option<Operation>,
    pub find: bool,
}

/// Codes of PKCS#11 v3.1 §6.1 that this module has a reason to give. `CKR_GENERAL_ERROR` is none of them: the
/// configuration is good, so it would be a panic.
const CODES: &[ck::CK_RV] = &[
    ck::CKR_OK,
    ck::CKR_ACTION_PROHIBITED,
    ck::CKR_ARGUMENTS_BAD,
    ck::CKR_ATTRIBUTE_SENSITIVE,
    ck::CKR_ATTRIBUTE_TYPE_INVALID,
    ck::CKR_BUFFER_TOO_SMALL,
    ck::CKR_CANT_LOCK,
    ck::CKR_CRYPTOKI_ALREADY_INITIALIZED,
    ck::CKR_CRYPTOKI_NOT_INITIALIZED,
    ck::CKR_DATA_INVALID,
    ck::CKR_DATA_LEN_RANGE,
    ck::CKR_DEVICE_ERROR,
    ck::CKR_FUNCTION_FAILED,
    ck::CKR_FUNCTION_NOT_PARALLEL,
    ck::CKR_FUNCTION_NOT_SUPPORTED,
    ck::CKR_KEY_HANDLE_INVALID,
    ck::CKR_KEY_TYPE_INCONSISTENT,
    ck::CKR_MECHANISM_INVALID,
    ck::CKR_MECHANISM_PARAM_INVALID,
    ck::CKR_NO_EVENT,
    ck::CKR_OBJECT_HANDLE_INVALID,
    ck::CKR_OPERATION_ACTIVE,
    ck::CKR_OPERATION_NOT_INITIALIZED,
    ck::CKR_RANDOM_NO_RNG,
    ck::CKR_SESSION_ASYNC_NOT_SUPPORTED,
    ck::CKR_SESSION_HANDLE_INVALID,
    ck::CKR_SESSION_PARALLEL_NOT_SUPPORTED,
    ck::CKR_SIGNATURE_INVALID,
    ck::CKR_SIGNATURE_LEN_RANGE,
    ck::CKR_SLOT_ID_INVALID,
    ck::CKR_STATE_UNSAVEABLE,
    ck::CKR_TOKEN_WRITE_PROTECTED,
    ck::CKR_USER_ALREADY_LOGGED_IN,
    ck::CKR_USER_NOT_LOGGED_IN,
    ck::CKR_USER_TYPE_INVALID,
];

/// What may be called before `C_Initialize`.
const AT_ANY_TIME: [&str; 5] =
    ["C_Initialize", "C_Finalize", "C_GetFunctionList", "C_GetInterface", "C_GetInterfaceList"];

impl<'a> Host<'a> {
    pub fn new(data: &'a [u8], arena: &'a Arena) -> Self {
        Self {
            input: Unstructured::new(data),
            arena,
            functions: scene::functions(),
            initialized: false,
            sessions: Vec::new(),
            objects: BTreeMap::new(),
            logged_in: [false; scene::SLOTS as usize],
            signed: Vec::new(),
            trace: std::env::var_os("HARDKEY_FUZZ_TRACE").is_some(),
        }
    }

    pub fn answered(&self, name: &str, rv: ck::CK_RV) -> ck::CK_RV {
        if self.trace {
            eprintln!("{name} {rv:#x}");
        }
        assert!(CODES.contains(&rv), "{name} answered {rv:#x}");
        if !AT_ANY_TIME.contains(&name) {
            assert_eq!(rv == ck::CKR_CRYPTOKI_NOT_INITIALIZED, !self.initialized, "{name} answered {rv:#x}");
        }
        rv
    }

    /// Ends what `C_Finalize` ends.
    pub fn forget(&mut self) {
        self.initialized = false;
        self.sessions.clear();
        self.objects.clear();
        self.logged_in = Default::default();
    }

    /// The next byte of the input; zero when there is none.
    pub fn byte(&mut self) -> u8 {
        self.input.arbitrary().unwrap_or_default()
    }

    /// A number below the limit.
    pub fn below(&mut self, limit: usize) -> usize {
        self.input.int_in_range(0..=limit - 1).unwrap_or_default()
    }

    /// So many times in 256.
    pub fn sometimes(&mut self, times: u8) -> bool {
        self.byte() >= 255 - (times - 1)
    }

    /// Bytes of the input, up to a length.
    pub fn some_bytes(&mut self, most: usize) -> Vec<u8> {
        let length = self.below(most + 1).min(self.input.len());
        self.input.bytes(length).unwrap_or_default().to_vec()
    }

    /// A number that somebody might have gone wrong with.
    pub fn number(&mut self) -> ck::CK_ULONG {
        match self.below(8) {
            0 => 0,
            1 => ck::CK_ULONG::MAX,
            2 => 1 << 63,
            3 => ck::CK_ULONG::from(u32::MAX),
            4 => 1 << 20,
            5 => self.input.arbitrary().unwrap_or_default(),
            _ => ck::CK_ULONG::from(self.byte()),
        }
    }

    /// A slot that is there, mostly.
    pub fn slot(&mut self) -> ck::CK_SLOT_ID {
        if self.sometimes(8) { self.number() } else { self.below(scene::SLOTS as usize) as ck::CK_SLOT_ID }
    }

    /// A session that is open, mostly: its handle, and its place among the sessions.
    pub fn session(&mut self) -> (ck::CK_SESSION_HANDLE, Option<usize>) {
        if self.sessions.is_empty() || self.sometimes(6) {
            let handle = self.number();
            return (handle, self.sessions.iter().position(|session| session.handle == handle));
        }
        let place = self.below(self.sessions.len());
        (self.sessions[place].handle, Some(place))
    }

    /// An object that was found, mostly.
    pub fn object(&mut self) -> ck::CK_OBJECT_HANDLE {
        if self.objects.is_empty() || self.sometimes(8) {
            return self.number();
        }
        let place = self.below(self.objects.len());
        *self.objects.keys().nth(place).unwrap()
    }

    /// A half of a key that the session's token has, mostly; the half by the end of its unique id.
    pub fn key(&mut self, session: Option<usize>, half: &str) -> ck::CK_OBJECT_HANDLE {
        let Some(place) = session.filter(|_| !self.sometimes(24)) else { return self.object() };
        let slot = self.sessions[place].slot;
        let fitting = |(handle, name): &(&ck::CK_OBJECT_HANDLE, &Vec<u8>)| {
            (*handle - 1) >> PLACE_BITS == slot && name.ends_with(half.as_bytes())
        };
        let keys: Vec<ck::CK_OBJECT_HANDLE> = self.objects.iter().filter(fitting).map(|(handle, _)| *handle).collect();
        if keys.is_empty() { self.object() } else { keys[self.below(keys.len())] }
    }

    /// A pointer to somewhere for a value, seldom null.
    pub fn place_for<T: Copy>(&mut self, value: T) -> *mut T {
        if self.sometimes(6) { std::ptr::null_mut() } else { self.arena.value(value) }
    }

    /// A buffer for an answer, or null; with its capacity.
    pub fn buffer(&mut self, useful: usize) -> (*mut u8, usize) {
        let length = match self.below(8) {
            0 => return (std::ptr::null_mut(), 0),
            1 => return (std::ptr::null_mut(), useful),
            2 => 0,
            3 => useful.saturating_sub(1),
            4 => usize::from(self.byte()),
            5 => useful + 1 + usize::from(self.byte()),
            _ => useful,
        };
        (self.arena.buffer(length), length)
    }
}

/// What the module wrote to a place.
pub fn read<T: Copy>(place: *const T) -> T {
    // SAFETY: the callers pass what an arena gave them.
    unsafe { place.read_unaligned() }
}

/// What the module wrote to a buffer.
pub fn written(buffer: *const u8, length: usize) -> Vec<u8> {
    // SAFETY: the callers pass what an arena gave them.
    unsafe { std::slice::from_raw_parts(buffer, length) }.to_vec()
}
