//! Slots, tokens and mechanisms.

use std::ptr;

use cryptoki_sys as ck;
use hardkey_tests::call;

use crate::fixture::fixture;

fn text(field: &[u8]) -> String {
    String::from_utf8(field.to_vec()).unwrap()
}

#[test]
fn slots_are_numbered_from_zero_in_the_order_of_the_configuration() {
    assert_eq!(fixture().module.slots(), Ok(vec![0, 1, 2]));
}

#[test]
fn a_short_list_of_slots_says_how_many_there_are() {
    let (mut slots, mut count) = ([99; 1], 1);
    assert_eq!(
        call!(fixture().module, C_GetSlotList(ck::CK_FALSE, slots.as_mut_ptr(), &mut count)),
        ck::CKR_BUFFER_TOO_SMALL
    );
    assert_eq!((count, slots), (3, [99]));
}

#[test]
fn the_module_says_who_made_it() {
    // SAFETY: a structure of bytes and numbers.
    let mut info: ck::CK_INFO = unsafe { std::mem::zeroed() };
    assert_eq!(call!(fixture().module, C_GetInfo(&mut info)), ck::CKR_OK);
    assert_eq!(text(&info.manufacturerID), format!("{:32}", "Hardkey"));
    assert_eq!(text(&info.libraryDescription), format!("{:32}", "HSM keys of cloud key services"));
    assert_eq!((info.cryptokiVersion.major, info.cryptokiVersion.minor, info.flags), (3, 2, 0));
}

#[test]
fn a_token_is_ready_without_a_login_and_offers_no_randomness() {
    let fixture = fixture();
    let mut serials = Vec::new();
    for (slot, label) in [(0, "kinds"), (1, "names"), (2, "discovered")] {
        // SAFETY: structures of bytes and numbers.
        let mut token: ck::CK_TOKEN_INFO = unsafe { std::mem::zeroed() };
        assert_eq!(call!(fixture.module, C_GetTokenInfo(slot, &mut token)), ck::CKR_OK);
        assert_eq!(text(&token.label), format!("{label:32}"));
        assert_eq!(text(&token.model), format!("{:16}", "AWS KMS"));
        assert_eq!(token.flags, ck::CKF_TOKEN_INITIALIZED | ck::CKF_USER_PIN_INITIALIZED);
        serials.push(text(&token.serialNumber));
        // SAFETY: as above.
        let mut info: ck::CK_SLOT_INFO = unsafe { std::mem::zeroed() };
        assert_eq!(call!(fixture.module, C_GetSlotInfo(slot, &mut info)), ck::CKR_OK);
        assert_eq!(info.flags, ck::CKF_TOKEN_PRESENT | ck::CKF_HW_SLOT);
        assert_eq!(text(&info.slotDescription), format!("{:64}", format!("{label} (AWS KMS)")));
    }
    serials.sort();
    serials.dedup();
    assert_eq!(serials.len(), 3, "serial numbers are unique");
}

#[test]
fn the_mechanism_list_is_exact_and_holds_no_mechanism_that_only_digests() {
    let module = &fixture().module;
    let mut count = 0;
    assert_eq!(call!(module, C_GetMechanismList(0, ptr::null_mut(), &mut count)), ck::CKR_OK);
    let mut list = vec![0; count as usize];
    assert_eq!(call!(module, C_GetMechanismList(0, list.as_mut_ptr(), &mut count)), ck::CKR_OK);
    let expected = [
        ck::CKM_RSA_PKCS,
        ck::CKM_SHA256_RSA_PKCS,
        ck::CKM_SHA384_RSA_PKCS,
        ck::CKM_SHA512_RSA_PKCS,
        ck::CKM_RSA_PKCS_PSS,
        ck::CKM_SHA256_RSA_PKCS_PSS,
        ck::CKM_SHA384_RSA_PKCS_PSS,
        ck::CKM_SHA512_RSA_PKCS_PSS,
        ck::CKM_ECDSA,
        ck::CKM_ECDSA_SHA256,
        ck::CKM_ECDSA_SHA384,
        ck::CKM_ECDSA_SHA512,
    ];
    assert_eq!(list, expected);
    for kind in expected {
        let mut info = ck::CK_MECHANISM_INFO { ulMinKeySize: 0, ulMaxKeySize: 0, flags: 0 };
        assert_eq!(call!(module, C_GetMechanismInfo(0, kind, &mut info)), ck::CKR_OK);
        let sign = ck::CKF_HW | ck::CKF_SIGN | ck::CKF_VERIFY;
        let curve = ck::CKF_EC_F_P | ck::CKF_EC_NAMEDCURVE | ck::CKF_EC_UNCOMPRESS;
        let expected = if expected[..8].contains(&kind) { (2048, 4096, sign) } else { (256, 521, sign | curve) };
        assert_eq!((info.ulMinKeySize, info.ulMaxKeySize, info.flags), expected, "{kind:#x}");
    }
}

#[test]
fn an_unknown_mechanism_or_slot_is_said_to_be_one() {
    let module = &fixture().module;
    let mut info = ck::CK_MECHANISM_INFO { ulMinKeySize: 0, ulMaxKeySize: 0, flags: 0 };
    for kind in [ck::CKM_SHA256, ck::CKM_RSA_PKCS_KEY_PAIR_GEN, ck::CKM_RSA_X_509, ck::CK_ULONG::MAX] {
        assert_eq!(call!(module, C_GetMechanismInfo(0, kind, &mut info)), ck::CKR_MECHANISM_INVALID);
    }
    let mut count = 0;
    for slot in [3, ck::CK_ULONG::MAX] {
        assert_eq!(call!(module, C_GetMechanismInfo(slot, ck::CKM_ECDSA, &mut info)), ck::CKR_SLOT_ID_INVALID);
        assert_eq!(call!(module, C_GetMechanismList(slot, ptr::null_mut(), &mut count)), ck::CKR_SLOT_ID_INVALID);
        assert_eq!(module.open(slot), Err(ck::CKR_SLOT_ID_INVALID));
        assert_eq!(call!(module, C_CloseAllSessions(slot)), ck::CKR_SLOT_ID_INVALID);
    }
}

#[test]
fn slots_never_change() {
    let module = &fixture().module;
    let mut slot = 0;
    assert_eq!(call!(module, C_WaitForSlotEvent(ck::CKF_DONT_BLOCK, &mut slot, ptr::null_mut())), ck::CKR_NO_EVENT);
    assert_eq!(call!(module, C_WaitForSlotEvent(0, &mut slot, ptr::null_mut())), ck::CKR_FUNCTION_NOT_SUPPORTED);
}
