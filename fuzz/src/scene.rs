//! What stands before the first input: a configuration for the module, and its functions.

use std::io::{self, Write};
use std::sync::OnceLock;
use std::{env, fs, panic, process, ptr};

use cryptoki_sys as ck;
use hardkey_fuzz_module as _;
use hardkey_fuzz_service::materials;
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::{X509, X509Name};

unsafe extern "C" {
    fn C_GetInterface(
        name: *mut ck::CK_UTF8CHAR,
        version: *mut ck::CK_VERSION,
        found: *mut *mut ck::CK_INTERFACE,
        flags: ck::CK_FLAGS,
    ) -> ck::CK_RV;
}

/// Two tokens, of which the first has a certificate of one of its keys and one of nobody's.
const CONFIGURATION: &str = r#"
[[token]]
label = "first"
region = "eu-west-1"
keys = ["alias/a", "alias/b", "alias/c", "alias/d", "alias/e"]
certificates = ["chain.pem"]
[[token]]
label = "second"
region = "eu-west-1"
keys = ["alias/f", "alias/g"]
[log]
level = "error"
file = "/dev/null"
"#;

/// How many slots that makes.
pub const SLOTS: ck::CK_SLOT_ID = 2;

/// The module's functions. The first call sets the scene.
pub fn functions() -> &'static ck::CK_FUNCTION_LIST_3_2 {
    static FUNCTIONS: OnceLock<&ck::CK_FUNCTION_LIST_3_2> = OnceLock::new();
    FUNCTIONS.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hardkey.toml");
        fs::write(&file, CONFIGURATION).unwrap();
        fs::write(folder.path().join("chain.pem"), chain()).unwrap();
        // SAFETY: this is the first thing that happens in a program with one thread.
        unsafe { env::set_var("HARDKEY_CONFIG", &file) };
        // SAFETY: as above.
        unsafe { env::remove_var("HARDKEY_KEY") };
        let (mut interface, mut version) = (ptr::null_mut(), ck::CK_VERSION { major: 3, minor: 2 });
        // SAFETY: all pointers are good.
        assert_eq!(unsafe { C_GetInterface(ptr::null_mut(), &mut version, &mut interface, 0) }, ck::CKR_OK);
        // SAFETY: the module said that this is a 3.2 list, and lists are never freed.
        let functions = unsafe { &*(*interface).pFunctionList.cast::<ck::CK_FUNCTION_LIST_3_2>() };
        // The module takes the panics of the process over when it is initialised, once: from then on they are taken back.
        // SAFETY: as above.
        assert_eq!(unsafe { functions.C_Initialize.unwrap()(ptr::null_mut()) }, ck::CKR_OK);
        // SAFETY: as above.
        assert_eq!(unsafe { functions.C_Finalize.unwrap()(ptr::null_mut()) }, ck::CKR_OK);
        end_at_a_panic();
        // The module reads the files whenever it is initialised; the folder goes with the machine's other rubbish.
        let _ = folder.keep();
        functions
    })
}

/// The module catches panics and answers `CKR_GENERAL_ERROR`. Here the first one is the end, with the place.
pub fn end_at_a_panic() {
    panic::set_hook(Box::new(|info| {
        // Not by a macro, which a test would keep to itself.
        let trace = std::backtrace::Backtrace::force_capture();
        let _ = writeln!(io::stderr(), "{info}\n{trace}");
        process::abort();
    }));
}

/// PEM of a leaf with the third material's key, and of an authority.
pub fn chain() -> Vec<u8> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let other = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    [certificate("leaf", &materials()[2].key), certificate("authority", &other)].concat()
}

fn certificate(name: &str, key: &PKey<Private>) -> Vec<u8> {
    let mut names = X509Name::builder().unwrap();
    names.append_entry_by_nid(Nid::COMMONNAME, name).unwrap();
    let names = names.build();
    let mut certificate = X509::builder().unwrap();
    certificate.set_version(2).unwrap();
    certificate.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
    certificate.set_subject_name(&names).unwrap();
    certificate.set_issuer_name(&names).unwrap();
    certificate.set_pubkey(key).unwrap();
    certificate.set_not_before(&Asn1Time::from_unix(1_700_000_000).unwrap()).unwrap();
    certificate.set_not_after(&Asn1Time::from_unix(1_900_000_000).unwrap()).unwrap();
    certificate.sign(key, MessageDigest::sha256()).unwrap();
    certificate.build().to_pem().unwrap()
}
