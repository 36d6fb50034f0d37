//! Slots, tokens and mechanisms, PKCS#11 v3.1 §5.5.

use cryptoki_sys as ck;

use super::general::{padded, version};
use super::pointer::{Output, write};
use crate::error::{Code, Failure};
use crate::mechanism::Mechanism;
use crate::module::Module;

/// `C_GetSlotList`. Every slot has its token, so the filter changes nothing.
pub(super) unsafe fn list(
    module: &Module,
    _with_token: ck::CK_BBOOL,
    slots: *mut ck::CK_SLOT_ID,
    count: *mut ck::CK_ULONG,
) -> Result<(), Failure> {
    let ids: Vec<ck::CK_SLOT_ID> = (0..).take(module.slots.len()).collect();
    // SAFETY: the caller vouches for the pointers.
    unsafe { Output::new(slots, count, "pulCount")? }.write(&ids)
}

/// `C_GetSlotInfo`.
pub(super) unsafe fn info(module: &Module, id: ck::CK_SLOT_ID, info: *mut ck::CK_SLOT_INFO) -> Result<(), Failure> {
    let (_, slot) = module.slot(id)?;
    let value = ck::CK_SLOT_INFO {
        slotDescription: padded(&format!("{} ({})", slot.label, slot.model())),
        manufacturerID: padded("Hardkey"),
        flags: ck::CKF_TOKEN_PRESENT | ck::CKF_HW_SLOT,
        hardwareVersion: ck::CK_VERSION { major: 0, minor: 0 },
        firmwareVersion: version(),
    };
    // SAFETY: the caller vouches for the pointer.
    unsafe { write(info, value, "pInfo") }
}

/// `C_GetTokenInfo`. No `CKF_LOGIN_REQUIRED`: the cloud's own credentials decide. No `CKF_RNG`: hosts would ask the
/// network for randomness as soon as they load.
pub(super) unsafe fn token(module: &Module, id: ck::CK_SLOT_ID, info: *mut ck::CK_TOKEN_INFO) -> Result<(), Failure> {
    let (index, slot) = module.slot(id)?;
    let (all, read_write) = module.count(index);
    let count = |number: usize| ck::CK_ULONG::try_from(number).unwrap_or(ck::CK_UNAVAILABLE_INFORMATION);
    let value = ck::CK_TOKEN_INFO {
        label: padded(&slot.label),
        manufacturerID: padded("Hardkey"),
        model: padded(slot.model()),
        serialNumber: slot.serial,
        flags: ck::CKF_TOKEN_INITIALIZED | ck::CKF_USER_PIN_INITIALIZED,
        ulMaxSessionCount: ck::CK_EFFECTIVELY_INFINITE,
        ulSessionCount: count(all),
        ulMaxRwSessionCount: ck::CK_EFFECTIVELY_INFINITE,
        ulRwSessionCount: count(read_write),
        // Any PIN is accepted and ignored; hosts cut longer ones off before they call.
        ulMaxPinLen: 255,
        ulMinPinLen: 0,
        ulTotalPublicMemory: ck::CK_UNAVAILABLE_INFORMATION,
        ulFreePublicMemory: ck::CK_UNAVAILABLE_INFORMATION,
        ulTotalPrivateMemory: ck::CK_UNAVAILABLE_INFORMATION,
        ulFreePrivateMemory: ck::CK_UNAVAILABLE_INFORMATION,
        hardwareVersion: ck::CK_VERSION { major: 0, minor: 0 },
        firmwareVersion: version(),
        utcTime: [b' '; 16],
    };
    // SAFETY: the caller vouches for the pointer.
    unsafe { write(info, value, "pInfo") }
}

/// `C_GetMechanismList`.
pub(super) unsafe fn mechanisms(
    module: &Module,
    id: ck::CK_SLOT_ID,
    list: *mut ck::CK_MECHANISM_TYPE,
    count: *mut ck::CK_ULONG,
) -> Result<(), Failure> {
    let (_, slot) = module.slot(id)?;
    let kinds: Vec<ck::CK_MECHANISM_TYPE> = slot.mechanisms().into_iter().map(|mechanism| mechanism.kind).collect();
    // SAFETY: the caller vouches for the pointers.
    unsafe { Output::new(list, count, "pulCount")? }.write(&kinds)
}

/// `C_GetMechanismInfo`.
pub(super) unsafe fn mechanism(
    module: &Module,
    id: ck::CK_SLOT_ID,
    kind: ck::CK_MECHANISM_TYPE,
    info: *mut ck::CK_MECHANISM_INFO,
) -> Result<(), Failure> {
    let (_, slot) = module.slot(id)?;
    let mechanism = Mechanism::find(kind)?;
    if !slot.mechanisms().iter().any(|known| known.kind == kind) {
        let cause = format!("{} is not what the keys of token {:?} can do", mechanism.name, slot.label);
        return Err(Failure::new(Code::MechanismInvalid, cause));
    }
    let value = mechanism.info(slot.cloud);
    // SAFETY: the caller vouches for the pointer.
    unsafe { write(info, value, "pInfo") }
}

/// `C_WaitForSlotEvent`. Tokens neither come nor go.
pub(super) unsafe fn wait(
    _: &Module,
    flags: ck::CK_FLAGS,
    slot: *mut ck::CK_SLOT_ID,
    reserved: ck::CK_VOID_PTR,
) -> Result<(), Failure> {
    if slot.is_null() || !reserved.is_null() {
        return Err(Failure::new(Code::ArgumentsBad, "pSlot must not be NULL, and pReserved must be"));
    }
    if flags & ck::CKF_DONT_BLOCK != 0 {
        return Err(Failure::new(Code::NoEvent, "tokens neither come nor go"));
    }
    Err(Failure::new(Code::FunctionNotSupported, "waiting would never end: tokens neither come nor go"))
}
