//! Failures: a code for the host, a sentence for the person.

use std::fmt;

use cryptoki_sys as ck;
use hardkey_kms::config::Level;
use hardkey_kms::service::{ServiceError, ServiceErrorKind};

macro_rules! codes {
    ($($name:ident = $code:ident,)*) => {
        /// Every return code this module uses, other than `CKR_OK`.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Code { $($name,)* }

        impl Code {
            /// The number, PKCS#11 v3.1 §6.1 (return values).
            pub(crate) fn value(self) -> ck::CK_RV {
                match self { $(Self::$name => ck::$code,)* }
            }

            /// The name the specification gives it.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($code),)* }
            }
        }
    };
}

codes! {
    ActionProhibited = CKR_ACTION_PROHIBITED,
    ArgumentsBad = CKR_ARGUMENTS_BAD,
    AttributeSensitive = CKR_ATTRIBUTE_SENSITIVE,
    AttributeTypeInvalid = CKR_ATTRIBUTE_TYPE_INVALID,
    BufferTooSmall = CKR_BUFFER_TOO_SMALL,
    CantLock = CKR_CANT_LOCK,
    CryptokiAlreadyInitialized = CKR_CRYPTOKI_ALREADY_INITIALIZED,
    CryptokiNotInitialized = CKR_CRYPTOKI_NOT_INITIALIZED,
    DataInvalid = CKR_DATA_INVALID,
    DataLenRange = CKR_DATA_LEN_RANGE,
    DeviceError = CKR_DEVICE_ERROR,
    FunctionFailed = CKR_FUNCTION_FAILED,
    FunctionNotParallel = CKR_FUNCTION_NOT_PARALLEL,
    FunctionNotSupported = CKR_FUNCTION_NOT_SUPPORTED,
    GeneralError = CKR_GENERAL_ERROR,
    KeyHandleInvalid = CKR_KEY_HANDLE_INVALID,
    KeyTypeInconsistent = CKR_KEY_TYPE_INCONSISTENT,
    MechanismInvalid = CKR_MECHANISM_INVALID,
    MechanismParamInvalid = CKR_MECHANISM_PARAM_INVALID,
    NoEvent = CKR_NO_EVENT,
    ObjectHandleInvalid = CKR_OBJECT_HANDLE_INVALID,
    OperationActive = CKR_OPERATION_ACTIVE,
    OperationNotInitialized = CKR_OPERATION_NOT_INITIALIZED,
    RandomNoRng = CKR_RANDOM_NO_RNG,
    SessionAsyncNotSupported = CKR_SESSION_ASYNC_NOT_SUPPORTED,
    SessionHandleInvalid = CKR_SESSION_HANDLE_INVALID,
    SessionParallelNotSupported = CKR_SESSION_PARALLEL_NOT_SUPPORTED,
    SignatureInvalid = CKR_SIGNATURE_INVALID,
    SignatureLenRange = CKR_SIGNATURE_LEN_RANGE,
    SlotIdInvalid = CKR_SLOT_ID_INVALID,
    StateUnsaveable = CKR_STATE_UNSAVEABLE,
    TokenWriteProtected = CKR_TOKEN_WRITE_PROTECTED,
    UserAlreadyLoggedIn = CKR_USER_ALREADY_LOGGED_IN,
    UserNotLoggedIn = CKR_USER_NOT_LOGGED_IN,
    UserTypeInvalid = CKR_USER_TYPE_INVALID,
}

impl Code {
    /// How serious a call that ends with this code is. What hosts do all day, to find out what a module can do, is
    /// no news to anybody.
    fn level(self) -> Level {
        match self {
            Self::AttributeSensitive
            | Self::AttributeTypeInvalid
            | Self::BufferTooSmall
            | Self::CryptokiAlreadyInitialized
            | Self::FunctionNotParallel
            | Self::FunctionNotSupported
            | Self::MechanismInvalid
            | Self::NoEvent
            | Self::RandomNoRng
            | Self::StateUnsaveable
            | Self::UserAlreadyLoggedIn
            | Self::UserNotLoggedIn => Level::Debug,
            Self::ActionProhibited
            | Self::ArgumentsBad
            | Self::CantLock
            | Self::CryptokiNotInitialized
            | Self::DataInvalid
            | Self::DataLenRange
            | Self::DeviceError
            | Self::FunctionFailed
            | Self::GeneralError
            | Self::KeyHandleInvalid
            | Self::KeyTypeInconsistent
            | Self::MechanismParamInvalid
            | Self::ObjectHandleInvalid
            | Self::OperationActive
            | Self::OperationNotInitialized
            | Self::SessionAsyncNotSupported
            | Self::SessionHandleInvalid
            | Self::SessionParallelNotSupported
            | Self::SignatureInvalid
            | Self::SignatureLenRange
            | Self::SlotIdInvalid
            | Self::TokenWriteProtected
            | Self::UserTypeInvalid => Level::Error,
        }
    }
}

/// Why a call failed.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    code: Code,
    cause: String,
    level: Level,
}

impl Failure {
    /// A failure with its cause and, where there is one, its remedy: one sentence each, joined by a semicolon.
    pub(crate) fn new(code: Code, cause: impl Into<String>) -> Self {
        Self { code, cause: cause.into(), level: code.level() }
    }

    /// Trouble with a key service, about one of its keys.
    pub(crate) fn service(key: &str, error: &ServiceError) -> Self {
        Self::new(service_code(error.kind), format!("key {}: {error}", key.escape_debug()))
    }

    /// The same failure, told at another level.
    pub(crate) fn at(self, level: Level) -> Self {
        Self { level, ..self }
    }

    pub(crate) fn code(&self) -> Code {
        self.code
    }

    pub(crate) fn level(&self) -> Level {
        self.level
    }
}

/// `CKR_…: cause; remedy`.
impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code.name(), self.cause)
    }
}

/// Hosts know "the token has a problem" and little else; the sentence in the log says which.
pub(crate) fn service_code(kind: ServiceErrorKind) -> Code {
    match kind {
        ServiceErrorKind::Denied
        | ServiceErrorKind::Disabled
        | ServiceErrorKind::Malformed
        | ServiceErrorKind::NotFound
        | ServiceErrorKind::Throttled
        | ServiceErrorKind::TimedOut
        | ServiceErrorKind::Unavailable => Code::DeviceError,
        ServiceErrorKind::Unsupported => Code::FunctionFailed,
    }
}
