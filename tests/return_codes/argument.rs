//! What the arguments of C functions are, and a good value for each.

use std::ptr;

use cryptoki_sys as ck;

/// What the tests sign.
pub const MESSAGE: &[u8] = b"The release of today.";

/// Bytes of every buffer that a call may fill: no answer of the module is longer.
pub const ROOM: usize = 4096;

/// One argument of a C function, by what it means. A pointer stands before its length.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Argument {
    /// `hSession`.
    Session,
    /// `slotID`.
    Slot,
    /// `hObject`.
    Object,
    /// A key to sign, unwrap or decrypt with.
    PrivateKey,
    /// A key to verify, wrap or encrypt with.
    PublicKey,
    /// A key that may be left out with 0.
    OptionalKey,
    /// `pMechanism`.
    Mechanism,
    /// A mechanism by its number.
    MechanismType,
    /// Bytes that the function reads.
    Data,
    /// Their number.
    DataLength,
    /// A signature to verify.
    Signature,
    /// Its length.
    SignatureLength,
    /// `pTemplate`.
    Template,
    /// `ulCount`.
    Count,
    /// A buffer with its length behind a pointer, PKCS#11 v3.1 §5.2. Null asks for the length.
    Output,
    /// That pointer.
    OutputLength,
    /// Where one answer goes.
    Place,
    /// Where some handles go; the number follows.
    Places,
    /// The most handles that are wanted.
    Most,
    /// Must be null.
    Reserved,
    /// `pInitArgs`.
    InitArguments,
    /// The host's own, never looked at: the callback and what it is called with.
    Own,
    /// `userType`.
    UserType,
    /// Flags of `C_OpenSession`.
    SessionFlags,
    /// Flags of `C_SessionCancel`.
    CancelFlags,
    /// Flags of `C_WaitForSlotEvent`.
    WaitFlags,
    /// `tokenPresent`.
    TokenPresent,
    /// A number that any value will do for.
    Number,
    /// A C string, or 32 bytes that are a label.
    Text,
    /// The name of an interface, or null for any.
    InterfaceName,
    /// Its version, or null for any.
    InterfaceVersion,
    /// Its flags.
    InterfaceFlags,
}

/// What good values are made of. The default is for a module that is not initialised, where none is looked at.
#[derive(Clone, Debug)]
pub struct Handles {
    /// An open session of the first slot.
    pub session: usize,
    /// A P-256 key of that slot.
    pub private: usize,
    /// Its public half.
    pub public: usize,
    /// Its signature of [`MESSAGE`].
    pub signature: Vec<u8>,
}

impl Default for Handles {
    fn default() -> Self {
        Self { session: 1, private: 1, public: 1, signature: vec![7; 64] }
    }
}

/// Memory for the module to read and write. It is never freed: a module that goes on using a pointer after the call
/// would otherwise damage a later trial, not the one at fault.
pub fn lasting<T>(value: T) -> usize {
    ptr::from_mut(Box::leak(Box::new(value))).expose_provenance()
}

/// A mechanism as the module gets it.
pub fn mechanism(kind: ck::CK_MECHANISM_TYPE, parameter: usize, length: usize) -> usize {
    let parameter = ptr::with_exposed_provenance_mut(parameter);
    lasting(ck::CK_MECHANISM { mechanism: kind, pParameter: parameter, ulParameterLen: length as ck::CK_ULONG })
}

/// A template of one entry.
pub fn template(kind: ck::CK_ATTRIBUTE_TYPE, value: usize, length: usize) -> usize {
    let value = ptr::with_exposed_provenance_mut(value);
    lasting(ck::CK_ATTRIBUTE { type_: kind, pValue: value, ulValueLen: length as ck::CK_ULONG })
}

impl Argument {
    /// A value with which the call is a good one.
    pub fn good(self, handles: &Handles) -> usize {
        match self {
            Self::Session => handles.session,
            Self::Object | Self::PrivateKey => handles.private,
            Self::PublicKey => handles.public,
            Self::Slot | Self::OptionalKey | Self::Reserved | Self::InitArguments | Self::Own | Self::Number => 0,
            Self::InterfaceName | Self::InterfaceVersion | Self::InterfaceFlags => 0,
            Self::Mechanism => mechanism(ck::CKM_ECDSA_SHA256, 0, 0),
            Self::MechanismType => ck::CKM_ECDSA_SHA256 as usize,
            Self::Data => MESSAGE.as_ptr().expose_provenance(),
            Self::DataLength => MESSAGE.len(),
            Self::Signature => handles.signature.as_ptr().expose_provenance(),
            Self::SignatureLength => handles.signature.len(),
            Self::Template => {
                let class = lasting(ck::CKO_PRIVATE_KEY);
                template(ck::CKA_CLASS, class, size_of::<ck::CK_OBJECT_CLASS>())
            }
            Self::Count | Self::TokenPresent => 1,
            Self::Output | Self::Place | Self::Places => lasting([0_u64; ROOM / 8]),
            // The longest elements there are, interfaces, fit in.
            Self::OutputLength => lasting((ROOM / size_of::<ck::CK_INTERFACE>()) as ck::CK_ULONG),
            Self::Most => ROOM / size_of::<ck::CK_OBJECT_HANDLE>(),
            Self::UserType => ck::CKU_USER as usize,
            Self::SessionFlags => (ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION) as usize,
            Self::CancelFlags => (ck::CKF_SIGN | ck::CKF_VERIFY) as usize,
            Self::WaitFlags => ck::CKF_DONT_BLOCK as usize,
            Self::Text => lasting(*b"C_Sign\0                         "),
        }
    }
}
