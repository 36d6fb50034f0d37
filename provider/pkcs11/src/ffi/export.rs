//! The table of C functions, and the lists hosts get it through.
//!
//! Every function of PKCS#11 2.40, 3.0 and 3.2 has one row. From a row come the exported symbol, the steps every call
//! takes ([`boundary`]), and the entries in the function lists: no function can be forgotten in one of them.
//!
//! - `calls` needs the module: before `C_Initialize`, and in a child that has not called it, the answer is
//!   `CKR_CRYPTOKI_NOT_INITIALIZED`.
//! - `at_any_time` does not.
//! - `answers` is for functions that have no meaning for keys in a cloud: the code the specification lists for that,
//!   once the module is initialised.
#![allow(non_snake_case, reason = "the specification spells the functions so, and hosts look them up by name")]
#![allow(clippy::missing_safety_doc, reason = "what a host must keep to is PKCS#11 v3.1 §5, for every function alike")]

use std::ffi::c_void;

use cryptoki_sys as ck;

use super::{boundary, general, lists, object, session, signature, slot};
use crate::error::{Code, Failure};

macro_rules! body {
    ($name:ident, calls $function:path, $($argument:ident)*) => {
        boundary::call(stringify!($name), |module| {
            // SAFETY: the host keeps to the specification of this function; all pointers are checked for null inside.
            unsafe { $function(module, $($argument),*) }
        })
    };
    ($name:ident, at_any_time $function:path, $($argument:ident)*) => {
        boundary::call_any_time(stringify!($name), || {
            // SAFETY: as above.
            unsafe { $function($($argument),*) }
        })
    };
    ($name:ident, answers $code:path, $($argument:ident)*) => {{
        $(let _ = $argument;)*
        boundary::call(stringify!($name), |_| Err(Failure::new($code, "not offered by this module")))
    }};
}

macro_rules! cryptoki {
    (
        v2_40 { $($old:ident($($old_argument:ident: $old_type:ty),*) $old_kind:ident $old_target:path;)* }
        v3_0 { $($new:ident($($new_argument:ident: $new_type:ty),*) $new_kind:ident $new_target:path;)* }
        v3_2 { $($newest:ident($($newest_argument:ident: $newest_type:ty),*) $newest_kind:ident $newest_target:path;)* }
    ) => {
        $(cryptoki!(@export $old($($old_argument: $old_type),*) $old_kind $old_target);)*
        $(cryptoki!(@export $new($($new_argument: $new_type),*) $new_kind $new_target);)*
        $(cryptoki!(@export $newest($($newest_argument: $newest_type),*) $newest_kind $newest_target);)*

        /// The list `C_GetFunctionList` gives.
        pub(super) static V2_40: ck::CK_FUNCTION_LIST = ck::CK_FUNCTION_LIST {
            version: ck::CK_VERSION { major: 2, minor: 40 },
            $($old: Some($old),)*
        };
        /// The list of the interface "PKCS 11" 3.0.
        pub(super) static V3_0: ck::CK_FUNCTION_LIST_3_0 = ck::CK_FUNCTION_LIST_3_0 {
            version: ck::CK_VERSION { major: 3, minor: 0 },
            $($old: Some($old),)*
            $($new: Some($new),)*
        };
        /// The list of the interface "PKCS 11" 3.2.
        pub(super) static V3_2: ck::CK_FUNCTION_LIST_3_2 = ck::CK_FUNCTION_LIST_3_2 {
            version: ck::CK_VERSION { major: 3, minor: 2 },
            $($old: Some($old),)*
            $($new: Some($new),)*
            $($newest: Some($newest),)*
        };
    };
    (@export $name:ident($($argument:ident: $type:ty),*) $kind:ident $target:path) => {
        #[doc = concat!("`", stringify!($name), "`.")]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name($($argument: $type),*) -> ck::CK_RV {
            body!($name, $kind $target, $($argument)*)
        }
    };
}

cryptoki! {
    v2_40 {
        C_Initialize(a: *mut c_void) at_any_time general::initialize;
        C_Finalize(a: *mut c_void) at_any_time general::finalize;
        C_GetInfo(a: *mut ck::CK_INFO) calls general::info;
        C_GetFunctionList(a: *mut *mut ck::CK_FUNCTION_LIST) at_any_time lists::function_list;
        C_GetSlotList(a: ck::CK_BBOOL, b: *mut ck::CK_SLOT_ID, c: *mut ck::CK_ULONG) calls slot::list;
        C_GetSlotInfo(a: ck::CK_SLOT_ID, b: *mut ck::CK_SLOT_INFO) calls slot::info;
        C_GetTokenInfo(a: ck::CK_SLOT_ID, b: *mut ck::CK_TOKEN_INFO) calls slot::token;
        C_GetMechanismList(a: ck::CK_SLOT_ID, b: *mut ck::CK_MECHANISM_TYPE, c: *mut ck::CK_ULONG) calls slot::mechanisms;
        C_GetMechanismInfo(a: ck::CK_SLOT_ID, b: ck::CK_MECHANISM_TYPE, c: *mut ck::CK_MECHANISM_INFO) calls slot::mechanism;
        C_InitToken(a: ck::CK_SLOT_ID, b: *mut ck::CK_UTF8CHAR, c: ck::CK_ULONG, d: *mut ck::CK_UTF8CHAR) answers Code::FunctionNotSupported;
        C_InitPIN(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_UTF8CHAR, c: ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_SetPIN(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_UTF8CHAR, c: ck::CK_ULONG, d: *mut ck::CK_UTF8CHAR, e: ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_OpenSession(a: ck::CK_SLOT_ID, b: ck::CK_FLAGS, c: *mut c_void, d: ck::CK_NOTIFY, e: *mut ck::CK_SESSION_HANDLE) calls session::open;
        C_CloseSession(a: ck::CK_SESSION_HANDLE) calls session::close;
        C_CloseAllSessions(a: ck::CK_SLOT_ID) calls session::close_all;
        C_GetSessionInfo(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_SESSION_INFO) calls session::info;
        C_GetOperationState(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: *mut ck::CK_ULONG) calls session::operation_state;
        C_SetOperationState(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG, d: ck::CK_OBJECT_HANDLE, e: ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_Login(a: ck::CK_SESSION_HANDLE, b: ck::CK_USER_TYPE, c: *mut ck::CK_UTF8CHAR, d: ck::CK_ULONG) calls session::log_in;
        C_Logout(a: ck::CK_SESSION_HANDLE) calls session::log_out;
        C_CreateObject(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_ATTRIBUTE, c: ck::CK_ULONG, d: *mut ck::CK_OBJECT_HANDLE) calls object::create;
        C_CopyObject(a: ck::CK_SESSION_HANDLE, b: ck::CK_OBJECT_HANDLE, c: *mut ck::CK_ATTRIBUTE, d: ck::CK_ULONG, e: *mut ck::CK_OBJECT_HANDLE) calls object::copy;
        C_DestroyObject(a: ck::CK_SESSION_HANDLE, b: ck::CK_OBJECT_HANDLE) calls object::destroy;
        C_GetObjectSize(a: ck::CK_SESSION_HANDLE, b: ck::CK_OBJECT_HANDLE, c: *mut ck::CK_ULONG) calls object::size;
        C_GetAttributeValue(a: ck::CK_SESSION_HANDLE, b: ck::CK_OBJECT_HANDLE, c: *mut ck::CK_ATTRIBUTE, d: ck::CK_ULONG) calls object::attributes;
        C_SetAttributeValue(a: ck::CK_SESSION_HANDLE, b: ck::CK_OBJECT_HANDLE, c: *mut ck::CK_ATTRIBUTE, d: ck::CK_ULONG) calls object::set_attributes;
        C_FindObjectsInit(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_ATTRIBUTE, c: ck::CK_ULONG) calls object::find;
        C_FindObjects(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_OBJECT_HANDLE, c: ck::CK_ULONG, d: *mut ck::CK_ULONG) calls object::found;
        C_FindObjectsFinal(a: ck::CK_SESSION_HANDLE) calls object::end_find;
        C_EncryptInit(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_Encrypt(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_EncryptUpdate(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_EncryptFinal(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_DecryptInit(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_Decrypt(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_DecryptUpdate(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_DecryptFinal(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_DigestInit(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM) answers Code::FunctionNotSupported;
        C_Digest(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_DigestUpdate(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_DigestKey(a: ck::CK_SESSION_HANDLE, b: ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_DigestFinal(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_SignInit(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE) calls signature::sign_init;
        C_Sign(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: *mut ck::CK_ULONG) calls signature::sign;
        C_SignUpdate(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG) calls signature::sign_update;
        C_SignFinal(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: *mut ck::CK_ULONG) calls signature::sign_final;
        C_SignRecoverInit(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_SignRecover(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_VerifyInit(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE) calls signature::verify_init;
        C_Verify(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: ck::CK_ULONG) calls signature::verify;
        C_VerifyUpdate(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG) calls signature::verify_update;
        C_VerifyFinal(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG) calls signature::verify_final;
        C_VerifyRecoverInit(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_VerifyRecover(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_DigestEncryptUpdate(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_DecryptDigestUpdate(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_SignEncryptUpdate(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_DecryptVerifyUpdate(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_GenerateKey(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: *mut ck::CK_ATTRIBUTE, d: ck::CK_ULONG, e: *mut ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_GenerateKeyPair(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: *mut ck::CK_ATTRIBUTE, d: ck::CK_ULONG, e: *mut ck::CK_ATTRIBUTE, f: ck::CK_ULONG, g: *mut ck::CK_OBJECT_HANDLE, h: *mut ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_WrapKey(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE, d: ck::CK_OBJECT_HANDLE, e: *mut ck::CK_BYTE, f: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_UnwrapKey(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE, d: *mut ck::CK_BYTE, e: ck::CK_ULONG, f: *mut ck::CK_ATTRIBUTE, g: ck::CK_ULONG, h: *mut ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_DeriveKey(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE, d: *mut ck::CK_ATTRIBUTE, e: ck::CK_ULONG, f: *mut ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_SeedRandom(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG) calls general::random;
        C_GenerateRandom(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG) calls general::random;
        C_GetFunctionStatus(a: ck::CK_SESSION_HANDLE) calls general::parallel;
        C_CancelFunction(a: ck::CK_SESSION_HANDLE) calls general::parallel;
        C_WaitForSlotEvent(a: ck::CK_FLAGS, b: *mut ck::CK_SLOT_ID, c: *mut c_void) calls slot::wait;
    }
    v3_0 {
        C_GetInterfaceList(a: *mut ck::CK_INTERFACE, b: *mut ck::CK_ULONG) at_any_time lists::interface_list;
        C_GetInterface(a: *mut ck::CK_UTF8CHAR, b: *mut ck::CK_VERSION, c: *mut *mut ck::CK_INTERFACE, d: ck::CK_FLAGS) at_any_time lists::interface_by_name;
        C_LoginUser(a: ck::CK_SESSION_HANDLE, b: ck::CK_USER_TYPE, c: *mut ck::CK_UTF8CHAR, d: ck::CK_ULONG, e: *mut ck::CK_UTF8CHAR, f: ck::CK_ULONG) calls session::log_in_user;
        C_SessionCancel(a: ck::CK_SESSION_HANDLE, b: ck::CK_FLAGS) calls session::cancel;
        C_MessageEncryptInit(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_EncryptMessage(a: ck::CK_SESSION_HANDLE, b: *mut c_void, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: ck::CK_ULONG, f: *mut ck::CK_BYTE, g: ck::CK_ULONG, h: *mut ck::CK_BYTE, i: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_EncryptMessageBegin(a: ck::CK_SESSION_HANDLE, b: *mut c_void, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_EncryptMessageNext(a: ck::CK_SESSION_HANDLE, b: *mut c_void, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: ck::CK_ULONG, f: *mut ck::CK_BYTE, g: *mut ck::CK_ULONG, h: ck::CK_FLAGS) answers Code::FunctionNotSupported;
        C_MessageEncryptFinal(a: ck::CK_SESSION_HANDLE) answers Code::FunctionNotSupported;
        C_MessageDecryptInit(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_DecryptMessage(a: ck::CK_SESSION_HANDLE, b: *mut c_void, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: ck::CK_ULONG, f: *mut ck::CK_BYTE, g: ck::CK_ULONG, h: *mut ck::CK_BYTE, i: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_DecryptMessageBegin(a: ck::CK_SESSION_HANDLE, b: *mut c_void, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_DecryptMessageNext(a: ck::CK_SESSION_HANDLE, b: *mut c_void, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: ck::CK_ULONG, f: *mut ck::CK_BYTE, g: *mut ck::CK_ULONG, h: ck::CK_FLAGS) answers Code::FunctionNotSupported;
        C_MessageDecryptFinal(a: ck::CK_SESSION_HANDLE) answers Code::FunctionNotSupported;
        C_MessageSignInit(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_SignMessage(a: ck::CK_SESSION_HANDLE, b: *mut c_void, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: ck::CK_ULONG, f: *mut ck::CK_BYTE, g: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_SignMessageBegin(a: ck::CK_SESSION_HANDLE, b: *mut c_void, c: ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_SignMessageNext(a: ck::CK_SESSION_HANDLE, b: *mut c_void, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: ck::CK_ULONG, f: *mut ck::CK_BYTE, g: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_MessageSignFinal(a: ck::CK_SESSION_HANDLE) answers Code::FunctionNotSupported;
        C_MessageVerifyInit(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_VerifyMessage(a: ck::CK_SESSION_HANDLE, b: *mut c_void, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: ck::CK_ULONG, f: *mut ck::CK_BYTE, g: ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_VerifyMessageBegin(a: ck::CK_SESSION_HANDLE, b: *mut c_void, c: ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_VerifyMessageNext(a: ck::CK_SESSION_HANDLE, b: *mut c_void, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: ck::CK_ULONG, f: *mut ck::CK_BYTE, g: ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_MessageVerifyFinal(a: ck::CK_SESSION_HANDLE) answers Code::FunctionNotSupported;
    }
    v3_2 {
        C_EncapsulateKey(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE, d: *mut ck::CK_ATTRIBUTE, e: ck::CK_ULONG, f: *mut ck::CK_BYTE, g: *mut ck::CK_ULONG, h: *mut ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_DecapsulateKey(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE, d: *mut ck::CK_ATTRIBUTE, e: ck::CK_ULONG, f: *mut ck::CK_BYTE, g: ck::CK_ULONG, h: *mut ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
        C_VerifySignatureInit(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE, d: *mut ck::CK_BYTE, e: ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_VerifySignature(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_VerifySignatureUpdate(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_BYTE, c: ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_VerifySignatureFinal(a: ck::CK_SESSION_HANDLE) answers Code::FunctionNotSupported;
        C_GetSessionValidationFlags(a: ck::CK_SESSION_HANDLE, b: ck::CK_SESSION_VALIDATION_FLAGS_TYPE, c: *mut ck::CK_FLAGS) answers Code::FunctionNotSupported;
        C_AsyncComplete(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_UTF8CHAR, c: *mut ck::CK_ASYNC_DATA) answers Code::FunctionNotSupported;
        C_AsyncGetID(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_UTF8CHAR, c: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_AsyncJoin(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_UTF8CHAR, c: ck::CK_ULONG, d: *mut ck::CK_BYTE, e: ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_WrapKeyAuthenticated(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE, d: ck::CK_OBJECT_HANDLE, e: *mut ck::CK_BYTE, f: ck::CK_ULONG, g: *mut ck::CK_BYTE, h: *mut ck::CK_ULONG) answers Code::FunctionNotSupported;
        C_UnwrapKeyAuthenticated(a: ck::CK_SESSION_HANDLE, b: *mut ck::CK_MECHANISM, c: ck::CK_OBJECT_HANDLE, d: *mut ck::CK_BYTE, e: ck::CK_ULONG, f: *mut ck::CK_ATTRIBUTE, g: ck::CK_ULONG, h: *mut ck::CK_BYTE, i: ck::CK_ULONG, j: *mut ck::CK_OBJECT_HANDLE) answers Code::FunctionNotSupported;
    }
}
