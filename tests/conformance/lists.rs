//! What the file exports, and how hosts get at the functions.

use std::collections::BTreeSet;
use std::process::Command;
use std::ptr;

use cryptoki_sys as ck;
use hardkey_tests::built;
use libloading::Symbol;

use crate::fixture::fixture;

/// Every function of PKCS#11 2.40, 3.0 and 3.2, from the tables of the specifications.
const NAMES: &str = "
    C_Initialize C_Finalize C_GetInfo C_GetFunctionList C_GetSlotList C_GetSlotInfo C_GetTokenInfo C_GetMechanismList
    C_GetMechanismInfo C_InitToken C_InitPIN C_SetPIN C_OpenSession C_CloseSession C_CloseAllSessions C_GetSessionInfo
    C_GetOperationState C_SetOperationState C_Login C_Logout C_CreateObject C_CopyObject C_DestroyObject
    C_GetObjectSize C_GetAttributeValue C_SetAttributeValue C_FindObjectsInit C_FindObjects C_FindObjectsFinal
    C_EncryptInit C_Encrypt C_EncryptUpdate C_EncryptFinal C_DecryptInit C_Decrypt C_DecryptUpdate C_DecryptFinal
    C_DigestInit C_Digest C_DigestUpdate C_DigestKey C_DigestFinal C_SignInit C_Sign C_SignUpdate C_SignFinal
    C_SignRecoverInit C_SignRecover C_VerifyInit C_Verify C_VerifyUpdate C_VerifyFinal C_VerifyRecoverInit
    C_VerifyRecover C_DigestEncryptUpdate C_DecryptDigestUpdate C_SignEncryptUpdate C_DecryptVerifyUpdate
    C_GenerateKey C_GenerateKeyPair C_WrapKey C_UnwrapKey C_DeriveKey C_SeedRandom C_GenerateRandom
    C_GetFunctionStatus C_CancelFunction C_WaitForSlotEvent
    C_GetInterfaceList C_GetInterface C_LoginUser C_SessionCancel C_MessageEncryptInit C_EncryptMessage
    C_EncryptMessageBegin C_EncryptMessageNext C_MessageEncryptFinal C_MessageDecryptInit C_DecryptMessage
    C_DecryptMessageBegin C_DecryptMessageNext C_MessageDecryptFinal C_MessageSignInit C_SignMessage
    C_SignMessageBegin C_SignMessageNext C_MessageSignFinal C_MessageVerifyInit C_VerifyMessage C_VerifyMessageBegin
    C_VerifyMessageNext C_MessageVerifyFinal
    C_EncapsulateKey C_DecapsulateKey C_VerifySignatureInit C_VerifySignature C_VerifySignatureUpdate
    C_VerifySignatureFinal C_GetSessionValidationFlags C_AsyncComplete C_AsyncGetID C_AsyncJoin
    C_WrapKeyAuthenticated C_UnwrapKeyAuthenticated";

#[test]
fn the_file_exports_every_c_function_and_nothing_else() {
    let output = Command::new("nm").args(["-D", "--defined-only"]).arg(built::module()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let exported: BTreeSet<&str> = text.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    let expected: BTreeSet<&str> = NAMES.split_whitespace().collect();
    assert_eq!(expected.len(), 104);
    assert_eq!(exported, expected);
}

#[test]
fn the_name_that_openssh_scans_for_stands_in_the_file() {
    let file = std::fs::read(built::module()).unwrap();
    assert!(file.windows(17).any(|bytes| bytes == b"C_GetFunctionList"));
}

#[test]
fn the_file_stays_mapped_after_dlclose() {
    let output = Command::new("readelf").arg("-d").arg(built::module()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("NODELETE"));
}

/// The entries behind the version of a list: function pointers in the order of the specification.
unsafe fn entries(list: *const u8, count: usize) -> Vec<usize> {
    // SAFETY: the caller says that there is a list with that many entries.
    let first = unsafe { list.add(size_of::<usize>()) }.cast::<usize>();
    // SAFETY: as above.
    (0..count).map(|index| unsafe { first.add(index).read() }).collect()
}

fn address(name: &str) -> usize {
    // SAFETY: only the address is looked at.
    let symbol: Symbol<'_, *const ()> = unsafe { fixture().module.library().get(name.as_bytes()) }.unwrap();
    (*symbol).addr()
}

#[test]
fn every_entry_of_every_list_is_the_exported_function() {
    let addresses: Vec<usize> = NAMES.split_whitespace().map(address).collect();
    for (version, count) in [((2, 40), 68), ((3, 0), 92), ((3, 2), 104)] {
        let list = interface(Some(version)).unwrap();
        // SAFETY: the list has as many entries as its version.
        assert_eq!(unsafe { entries(list.pFunctionList.cast(), count) }, addresses[..count], "{version:?}");
        // SAFETY: every list begins with its version.
        let found = unsafe { *list.pFunctionList.cast::<ck::CK_VERSION>() };
        assert_eq!((found.major, found.minor), version);
        assert_eq!(list.flags, 0);
    }
}

#[test]
fn get_function_list_gives_the_list_of_2_40() {
    let mut list = ptr::null_mut();
    assert_eq!(hardkey_tests::call!(fixture().module, C_GetFunctionList(&mut list)), ck::CKR_OK);
    // SAFETY: the module filled it.
    let version = unsafe { (*list).version };
    assert_eq!((version.major, version.minor), (2, 40));
}

fn interface(version: Option<(u8, u8)>) -> Result<ck::CK_INTERFACE, ck::CK_RV> {
    let mut version = version.map(|(major, minor)| ck::CK_VERSION { major, minor });
    let pointer = version.as_mut().map_or(ptr::null_mut(), ptr::from_mut);
    let mut found = ptr::null_mut();
    let mut name = *b"PKCS 11\0";
    let rv = hardkey_tests::call!(fixture().module, C_GetInterface(name.as_mut_ptr(), pointer, &mut found, 0));
    // SAFETY: the module filled it.
    if rv == ck::CKR_OK { Ok(unsafe { *found }) } else { Err(rv) }
}

#[test]
fn an_interface_is_found_by_name_and_version_or_by_neither() {
    let major = |list: ck::CK_INTERFACE| {
        // SAFETY: every list begins with its version.
        let version = unsafe { *list.pFunctionList.cast::<ck::CK_VERSION>() };
        (version.major, version.minor)
    };
    assert_eq!(interface(None).map(major), Ok((3, 0)));
    assert_eq!(interface(Some((3, 1))).map(major), Err(ck::CKR_FUNCTION_FAILED));
    let module = &fixture().module;
    let mut found = ptr::null_mut();
    let mut other = *b"Vendor\0";
    assert_eq!(
        hardkey_tests::call!(module, C_GetInterface(ptr::null_mut(), ptr::null_mut(), &mut found, 0)),
        ck::CKR_OK
    );
    assert_eq!(
        hardkey_tests::call!(module, C_GetInterface(other.as_mut_ptr(), ptr::null_mut(), &mut found, 0)),
        ck::CKR_FUNCTION_FAILED
    );
    let fork_safe = ck::CKF_INTERFACE_FORK_SAFE;
    assert_eq!(
        hardkey_tests::call!(module, C_GetInterface(ptr::null_mut(), ptr::null_mut(), &mut found, fork_safe)),
        ck::CKR_FUNCTION_FAILED
    );
}

#[test]
fn the_interface_list_names_three_and_says_how_many_first() {
    let module = &fixture().module;
    let mut count = 0;
    assert_eq!(hardkey_tests::call!(module, C_GetInterfaceList(ptr::null_mut(), &mut count)), ck::CKR_OK);
    assert_eq!(count, 3);
    let empty = ck::CK_INTERFACE { pInterfaceName: ptr::null_mut(), pFunctionList: ptr::null_mut(), flags: 7 };
    let mut list = [empty; 3];
    count = 2;
    assert_eq!(
        hardkey_tests::call!(module, C_GetInterfaceList(list.as_mut_ptr(), &mut count)),
        ck::CKR_BUFFER_TOO_SMALL
    );
    assert_eq!(count, 3);
    assert_eq!(hardkey_tests::call!(module, C_GetInterfaceList(list.as_mut_ptr(), &mut count)), ck::CKR_OK);
    assert!(list.iter().all(|interface| interface.flags == 0 && !interface.pFunctionList.is_null()));
}
