//! Functions that have no meaning here: they answer one code and look at none of their arguments.

use std::mem;

use cryptoki_sys as ck;

use crate::host::Host;

/// Ten words, which is what the longest of these functions takes.
type Words = unsafe extern "C" fn(usize, usize, usize, usize, usize, usize, usize, usize, usize, usize) -> ck::CK_RV;

macro_rules! functions {
    ($list:expr, $($name:ident)*) => { [$((stringify!($name), {
        // SAFETY: each takes up to ten words and returns one. A caller that pushes more than a function takes is what the
        // C calling conventions of x86-64 and AArch64 allow, since the caller takes them back.
        unsafe { mem::transmute::<*const (), Words>($list.$name.unwrap() as *const ()) }
    })),*] };
}

/// Calls one of them with words that are nobody's pointers.
pub fn any(host: &mut Host<'_>) {
    let functions = functions!(host.functions,
        C_InitToken C_InitPIN C_SetPIN C_SetOperationState C_EncryptInit C_Encrypt C_EncryptUpdate C_EncryptFinal
        C_DecryptInit C_Decrypt C_DecryptUpdate C_DecryptFinal C_DigestInit C_Digest C_DigestUpdate C_DigestKey
        C_DigestFinal C_SignRecoverInit C_SignRecover C_VerifyRecoverInit C_VerifyRecover C_DigestEncryptUpdate
        C_DecryptDigestUpdate C_SignEncryptUpdate C_DecryptVerifyUpdate C_GenerateKey C_GenerateKeyPair C_WrapKey
        C_UnwrapKey C_DeriveKey C_SeedRandom C_GenerateRandom C_MessageEncryptInit C_EncryptMessage
        C_EncryptMessageBegin C_EncryptMessageNext C_MessageEncryptFinal C_MessageDecryptInit C_DecryptMessage
        C_DecryptMessageBegin C_DecryptMessageNext C_MessageDecryptFinal C_MessageSignInit C_SignMessage
        C_SignMessageBegin C_SignMessageNext C_MessageSignFinal C_MessageVerifyInit C_VerifyMessage
        C_VerifyMessageBegin C_VerifyMessageNext C_MessageVerifyFinal C_EncapsulateKey C_DecapsulateKey
        C_VerifySignatureInit C_VerifySignature C_VerifySignatureUpdate C_VerifySignatureFinal
        C_GetSessionValidationFlags C_AsyncComplete C_AsyncGetID C_AsyncJoin C_WrapKeyAuthenticated
        C_UnwrapKeyAuthenticated);
    let (name, function) = functions[host.below(functions.len())];
    let (session, known) = host.session();
    let mut words = [0; 9];
    for word in &mut words {
        *word = host.number() as usize;
    }
    let [b, c, d, e, f, g, h, i, j] = words;
    // SAFETY: these functions look at nothing.
    let rv = unsafe { function(session as usize, b, c, d, e, f, g, h, i, j) };
    host.answered(name, rv);
    let expected = match name {
        _ if !host.initialized => ck::CKR_CRYPTOKI_NOT_INITIALIZED,
        "C_SeedRandom" | "C_GenerateRandom" if known.is_none() => ck::CKR_SESSION_HANDLE_INVALID,
        "C_SeedRandom" | "C_GenerateRandom" => ck::CKR_RANDOM_NO_RNG,
        _ => ck::CKR_FUNCTION_NOT_SUPPORTED,
    };
    assert_eq!(rv, expected, "{name}");
}
