//! General-purpose functions, PKCS#11 v3.1 §5.4, and the relics of §5.20. In a process that has initialised, a good
//! `C_Initialize` is one too many.

use crate::table::{Row, functions};

pub const ROWS: &[Row] = functions! { V2_40:
    "5.4.1" C_Initialize(InitArguments) Idle => CKR_CRYPTOKI_ALREADY_INITIALIZED [
        CKR_ARGUMENTS_BAD CKR_CANT_LOCK CKR_CRYPTOKI_ALREADY_INITIALIZED CKR_NEED_TO_CREATE_THREADS
    ];
    "5.4.2" C_Finalize(Reserved) Idle => CKR_OK [CKR_ARGUMENTS_BAD];
    "5.4.3" C_GetInfo(Place) Idle => CKR_OK [CKR_ARGUMENTS_BAD];
    "5.4.4" C_GetFunctionList(Place) Idle => CKR_OK [CKR_ARGUMENTS_BAD];
    "5.20.1" C_GetFunctionStatus(Session) Idle => CKR_FUNCTION_NOT_PARALLEL [CKR_FUNCTION_NOT_PARALLEL];
    "5.20.2" C_CancelFunction(Session) Idle => CKR_FUNCTION_NOT_PARALLEL [CKR_FUNCTION_NOT_PARALLEL];
};
