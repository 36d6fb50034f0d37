//! What `CKM_RSA_PKCS` takes for a `DigestInfo`, through the C functions.

use std::ptr;
use std::sync::OnceLock;

use cryptoki_sys as ck;
use hardkey_fuzz_service::{KeyAnswer, Listing, Script, materials, play};
use openssl::md::{Md, MdRef};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;

use crate::scene;

/// The bytes in front of a digest of this length, as OpenSSL writes them.
pub fn prefix(digest: usize) -> &'static [u8] {
    static PREFIXES: OnceLock<[Vec<u8>; 3]> = OnceLock::new();
    let prefixes = PREFIXES.get_or_init(|| [Md::sha256(), Md::sha384(), Md::sha512()].map(made_by_openssl));
    match digest {
        32 => &prefixes[0],
        48 => &prefixes[1],
        64 => &prefixes[2],
        other => panic!("no hash has {other} bytes"),
    }
}

/// Signs nothing in particular and takes the padding off again.
fn made_by_openssl(hash: &'static MdRef) -> Vec<u8> {
    let key = &materials()[0].key;
    let mut context = PkeyCtx::new(key).unwrap();
    context.sign_init().unwrap();
    context.set_rsa_padding(Padding::PKCS1).unwrap();
    context.set_signature_md(hash).unwrap();
    let mut signature = Vec::new();
    context.sign_to_vec(&vec![0; hash.size()], &mut signature).unwrap();
    let mut signed = vec![0; signature.len()];
    let length = key.rsa().unwrap().public_decrypt(&signature, &mut signed, Padding::PKCS1).unwrap();
    signed.truncate(length - hash.size());
    signed
}

/// Whether the bytes are the one encoding of a digest that is signed.
pub fn is_canonical(data: &[u8]) -> bool {
    [32, 48, 64].iter().any(|digest| data.strip_prefix(prefix(*digest)).is_some_and(|rest| rest.len() == *digest))
}

/// The module with a session, and both halves of the keys with 2048 and 3072 bits.
struct Ready {
    functions: &'static ck::CK_FUNCTION_LIST_3_2,
    session: ck::CK_SESSION_HANDLE,
    keys: [(ck::CK_OBJECT_HANDLE, ck::CK_OBJECT_HANDLE); 2],
}

fn ready() -> &'static Ready {
    static READY: OnceLock<Ready> = OnceLock::new();
    READY.get_or_init(|| {
        let functions = scene::functions();
        let usable =
            |material| KeyAnswer::Usable { material, imported: false, without: 0, label: material.to_string() };
        play(Script { listings: [Listing::Keys(vec![usable(0), usable(1)])].into(), ..Script::default() });
        let (mut session, mut found, mut count) = (0, [0; 8], 0);
        // SAFETY: all pointers are good, in these five calls.
        let rvs = unsafe {
            [
                functions.C_Initialize.unwrap()(ptr::null_mut()),
                functions.C_OpenSession.unwrap()(0, ck::CKF_SERIAL_SESSION, ptr::null_mut(), None, &mut session),
                functions.C_FindObjectsInit.unwrap()(session, ptr::null_mut(), 0),
                functions.C_FindObjects.unwrap()(session, found.as_mut_ptr(), 8, &mut count),
                functions.C_FindObjectsFinal.unwrap()(session),
            ]
        };
        assert_eq!(rvs, [ck::CKR_OK; 5]);
        // Two certificates, then the halves of two keys, private first.
        assert_eq!(count, 6);
        Ready { functions, session, keys: [(found[2], found[3]), (found[4], found[5])] }
    })
}

/// One input: a byte that chooses the key, then data to sign and to verify.
pub fn digest_info(input: &[u8]) {
    let Some((choice, data)) = input.split_first() else { return };
    let Ready { functions, session, keys } = ready();
    let choice = usize::from(choice % 2);
    let (private, public) = keys[choice];
    let key = materials()[choice].key.rsa().unwrap();
    let mut signature = vec![0; key.size() as usize];
    let mut length = signature.len() as ck::CK_ULONG;
    let mut mechanism =
        ck::CK_MECHANISM { mechanism: ck::CKM_RSA_PKCS, pParameter: ptr::null_mut(), ulParameterLen: 0 };
    // Of exactly this length, and on the heap, for AddressSanitizer's sake.
    let mut data = data.to_vec().into_boxed_slice();
    let (pointer, bytes) = (data.as_mut_ptr(), data.len() as ck::CK_ULONG);
    let too_long = data.len() + 11 > signature.len();
    // SAFETY: all pointers are good, in these four calls.
    let begun = unsafe { functions.C_SignInit.unwrap()(*session, &mut mechanism, private) };
    // SAFETY: as above.
    let signed = unsafe { functions.C_Sign.unwrap()(*session, pointer, bytes, signature.as_mut_ptr(), &mut length) };
    let refused = if too_long { ck::CKR_DATA_LEN_RANGE } else { ck::CKR_DATA_INVALID };
    let canonical = is_canonical(&data);
    assert_eq!((begun, signed), (ck::CKR_OK, if canonical { ck::CKR_OK } else { refused }), "signing {data:02x?}");
    if canonical {
        let mut padded = vec![0; signature.len()];
        let length = key.public_decrypt(&signature, &mut padded, Padding::PKCS1).unwrap();
        assert_eq!(&padded[..length], &*data, "what was signed");
    }
    // SAFETY: as above.
    let begun = unsafe { functions.C_VerifyInit.unwrap()(*session, &mut mechanism, public) };
    // SAFETY: as above.
    let verified = unsafe { functions.C_Verify.unwrap()(*session, pointer, bytes, signature.as_mut_ptr(), length) };
    assert_eq!((begun, verified), (ck::CKR_OK, if canonical { ck::CKR_OK } else { refused }), "verifying {data:02x?}");
}
