//! What the key service will answer.

use std::cell::RefCell;
use std::collections::VecDeque;

use hardkey_kms::service::ServiceErrorKind;

/// What the service answers from now on, on this thread: the module asks on the thread of the call.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// To questions for keys, in order; the last one goes on for ever.
    pub listings: VecDeque<Listing>,
    /// To questions for signatures, in order; afterwards they are right.
    pub signatures: VecDeque<SignAnswer>,
}

/// An answer to the question for keys.
#[derive(Clone, Debug)]
pub enum Listing {
    /// Nothing could be asked.
    Error(ServiceErrorKind),
    /// One answer per configured key, repeated if there are more keys.
    Keys(Vec<KeyAnswer>),
}

/// What the service says of one key.
#[derive(Clone, Debug)]
pub enum KeyAnswer {
    /// Usable: which material, whether it was imported, and how many of its schemes it lacks.
    Usable {
        /// Place in [`crate::materials`], counted round.
        material: usize,
        /// Brought in from outside.
        imported: bool,
        /// So many schemes, from the front, that the service does not offer with this key.
        without: usize,
        /// What people call it.
        label: String,
    },
    /// Refused, in one of the ways there are.
    Refused(u8),
    /// Of a kind that the module does not know.
    Unsupported(String),
    /// Could not be asked for.
    Fault(ServiceErrorKind),
}

/// An answer to the question for a signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignAnswer {
    /// The signature asked for.
    Right,
    /// With one bit turned over.
    Corrupted(u16),
    /// Cut to this many bytes, or filled up with zeros.
    Resized(u16),
    /// Right, but over another digest.
    OfAnotherDigest,
    /// No signature.
    Error(ServiceErrorKind),
}

impl SignAnswer {
    /// Whether it is a signature, and a wrong one.
    pub fn is_wrong(self, length: usize) -> bool {
        match self {
            Self::Right | Self::Error(_) => false,
            Self::Resized(size) => usize::from(size) != length,
            Self::Corrupted(_) | Self::OfAnotherDigest => true,
        }
    }
}

thread_local! {
    static SCRIPT: RefCell<Script> = RefCell::default();
}

/// Puts a script in force.
pub fn play(script: Script) {
    SCRIPT.set(script);
}

/// The answers that are left for signatures.
pub fn left_to_sign() -> VecDeque<SignAnswer> {
    SCRIPT.with_borrow(|script| script.signatures.clone())
}

pub(crate) fn next_listing() -> Listing {
    SCRIPT.with_borrow_mut(|script| {
        let next = script.listings.pop_front().unwrap_or(Listing::Keys(Vec::new()));
        if script.listings.is_empty() {
            script.listings.push_back(next.clone());
        }
        next
    })
}

pub(crate) fn next_signature() -> SignAnswer {
    SCRIPT.with_borrow_mut(|script| script.signatures.pop_front()).unwrap_or(SignAnswer::Right)
}
