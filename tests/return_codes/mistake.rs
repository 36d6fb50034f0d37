//! One thing that is wrong with a call, and the codes that say so.

use cryptoki_sys as ck;

use crate::table::Row;

/// A difference from a good call.
pub struct Mistake {
    /// For messages.
    pub what: String,
    /// Which arguments differ, and what they are instead.
    pub changes: Vec<(usize, usize)>,
    /// The codes that name it. None for a call that is wrong in many ways: any code of the row will do.
    pub codes: Vec<ck::CK_RV>,
    /// Whether it is a session, slot, object or key that is not there.
    of_handle: bool,
}

/// What a function answers that does not do what it is there for, whatever else may be wrong with the call. Except a
/// stub, none may answer so when a handle is wrong: PKCS#11 v3.1 §5.1.7 puts that first.
const REFUSALS: [ck::CK_RV; 5] = [
    ck::CKR_ACTION_PROHIBITED,
    ck::CKR_CRYPTOKI_ALREADY_INITIALIZED,
    ck::CKR_OPERATION_NOT_INITIALIZED,
    ck::CKR_RANDOM_NO_RNG,
    ck::CKR_TOKEN_WRITE_PROTECTED,
];

impl Mistake {
    pub fn new(what: impl Into<String>, changes: &[(usize, usize)], codes: &[ck::CK_RV]) -> Self {
        Self { what: what.into(), changes: changes.to_vec(), codes: codes.to_vec(), of_handle: false }
    }

    pub fn of_handle(what: impl Into<String>, changes: &[(usize, usize)], code: ck::CK_RV) -> Self {
        Self { of_handle: true, ..Self::new(what, changes, &[code]) }
    }

    /// Nothing is wrong.
    pub fn none(row: &Row) -> Self {
        Self::new("nothing wrong", &[], &[row.good])
    }

    /// Whether this answer is right.
    pub fn is_named_by(&self, answer: ck::CK_RV, row: &Row) -> bool {
        let refuses = row.good == ck::CKR_FUNCTION_NOT_SUPPORTED || (!self.of_handle && REFUSALS.contains(&row.good));
        self.codes.is_empty() || self.codes.contains(&answer) || (refuses && answer == row.good)
    }
}
