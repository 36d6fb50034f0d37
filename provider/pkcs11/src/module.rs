//! The module: everything between `C_Initialize` and `C_Finalize` in one process.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cryptoki_sys as ck;
use hardkey_kms::config::{Config, TokenConfig};
use hardkey_kms::network::SharedNetwork;

use crate::catalogue::Earlier;
use crate::error::{Code, Failure};
use crate::session::Session;
use crate::slot::Slot;

/// Objects per slot in a handle: with 2,048 slots every handle stays below 2^31, which Java tools need.
const PLACES: usize = 1 << 20;
const SLOTS: usize = 1 << 11;

/// Handles of sessions go on counting over `C_Finalize` and fork, so that an old one never means a new session.
static NEXT_SESSION: AtomicU32 = AtomicU32::new(1);

/// Slots and sessions of one run.
pub(crate) struct Module {
    pub(crate) slots: Vec<Arc<Slot>>,
    sessions: Mutex<BTreeMap<ck::CK_SESSION_HANDLE, Arc<Session>>>,
}

impl Module {
    /// Makes the slots. `earlier` finds what an earlier run knew of a token.
    pub(crate) fn new(config: &Config, earlier: impl Fn(&TokenConfig) -> Option<Earlier>) -> Result<Self, Failure> {
        if config.tokens.len() > SLOTS {
            let cause = format!("{} tokens are configured; at most {SLOTS} are possible", config.tokens.len());
            return Err(Failure::new(Code::GeneralError, cause));
        }
        let network = SharedNetwork::new(config.network.clone());
        let slots = config
            .tokens
            .iter()
            .map(|token| Arc::new(Slot::new(token.clone(), config, &network, earlier(token))))
            .collect();
        Ok(Self { slots, sessions: Mutex::default() })
    }

    pub(crate) fn slot(&self, id: ck::CK_SLOT_ID) -> Result<(usize, &Arc<Slot>), Failure> {
        usize::try_from(id).ok().and_then(|index| Some((index, self.slots.get(index)?))).ok_or_else(|| {
            Failure::new(
                Code::SlotIdInvalid,
                format!("there is no slot {id}; C_GetSlotList names {}", self.slots.len()),
            )
        })
    }

    pub(crate) fn open(&self, id: ck::CK_SLOT_ID, flags: ck::CK_FLAGS) -> Result<ck::CK_SESSION_HANDLE, Failure> {
        let (index, slot) = self.slot(id)?;
        let session = Arc::new(Session::new(index, Arc::clone(slot), flags));
        let mut sessions = self.lock();
        loop {
            let handle = ck::CK_SESSION_HANDLE::from(NEXT_SESSION.fetch_add(1, Ordering::Relaxed));
            // Zero is CK_INVALID_HANDLE; after four billion sessions old numbers come round.
            if handle != ck::CK_INVALID_HANDLE && !sessions.contains_key(&handle) {
                sessions.insert(handle, session);
                return Ok(handle);
            }
        }
    }

    pub(crate) fn session(&self, handle: ck::CK_SESSION_HANDLE) -> Result<Arc<Session>, Failure> {
        self.lock().get(&handle).cloned().ok_or_else(|| no_session(handle))
    }

    /// The last session of a token takes its login with it (PKCS#11 v3.1 §5.6.2).
    pub(crate) fn close(&self, handle: ck::CK_SESSION_HANDLE) -> Result<(), Failure> {
        let mut sessions = self.lock();
        let closed = sessions.remove(&handle).ok_or_else(|| no_session(handle))?;
        if sessions.values().all(|session| session.slot_id != closed.slot_id) {
            closed.slot.log_out();
        }
        Ok(())
    }

    pub(crate) fn close_all(&self, id: ck::CK_SLOT_ID) -> Result<(), Failure> {
        let (index, slot) = self.slot(id)?;
        self.lock().retain(|_, session| session.slot_id != index);
        slot.log_out();
        Ok(())
    }

    /// Open sessions of a slot: all, and the read-write ones.
    pub(crate) fn count(&self, index: usize) -> (usize, usize) {
        let sessions = self.lock();
        let of_slot = || sessions.values().filter(|session| session.slot_id == index);
        (of_slot().count(), of_slot().filter(|session| session.flags & ck::CKF_RW_SESSION != 0).count())
    }

    /// No code that can panic runs under this lock.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<ck::CK_SESSION_HANDLE, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn no_session(handle: ck::CK_SESSION_HANDLE) -> Failure {
    Failure::new(
        Code::SessionHandleInvalid,
        format!("there is no session {handle}; it was closed, or belongs to another process"),
    )
}

/// The handle of an object: its slot and its place there, never a pointer. The same in every run and in every child.
pub(crate) fn object_handle(slot: usize, place: usize) -> ck::CK_OBJECT_HANDLE {
    ck::CK_OBJECT_HANDLE::try_from(slot * PLACES + place + 1).unwrap_or(ck::CK_INVALID_HANDLE)
}

/// The place of an object on a slot, if the handle is one of that slot's.
pub(crate) fn place_of(slot: usize, handle: ck::CK_OBJECT_HANDLE) -> Option<usize> {
    let number = usize::try_from(handle).ok()?.checked_sub(1)?;
    (number / PLACES == slot).then_some(number % PLACES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_leads_back_to_its_object_and_to_no_other_slot() {
        let handle = object_handle(3, 17);
        assert_eq!(place_of(3, handle), Some(17));
        assert_eq!(place_of(2, handle), None);
        assert_eq!(place_of(0, ck::CK_INVALID_HANDLE), None);
        assert!(object_handle(SLOTS - 1, PLACES - 1) <= 1 << 31);
    }
}
