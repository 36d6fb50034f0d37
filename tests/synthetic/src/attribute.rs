//! Types of attributes. PKCS#11 v3.1 §4 and Marvell's key attestation page, read November 2026; beyond those, what genuine
//! statements hold.

macro_rules! attributes {
    ($($constant:ident = $code:literal;)*) => {
        $(#[doc = concat!("`", stringify!($constant), "`.")] pub const $constant: u32 = $code;)*
    };
}

attributes! {
    CLASS = 0x0000;
    TOKEN = 0x0001;
    PRIVATE = 0x0002;
    LABEL = 0x0003;
    TRUSTED = 0x0086;
    KEY_TYPE = 0x0100;
    ID = 0x0102;
    SENSITIVE = 0x0103;
    ENCRYPT = 0x0104;
    DECRYPT = 0x0105;
    WRAP = 0x0106;
    UNWRAP = 0x0107;
    SIGN = 0x0108;
    VERIFY = 0x010a;
    DERIVE = 0x010c;
    MODULUS = 0x0120;
    MODULUS_BITS = 0x0121;
    PUBLIC_EXPONENT = 0x0122;
    VALUE_LEN = 0x0161;
    EXTRACTABLE = 0x0162;
    LOCAL = 0x0163;
    NEVER_EXTRACTABLE = 0x0164;
    ALWAYS_SENSITIVE = 0x0165;
    KCV = 0x0173;
    WRAP_WITH_TRUSTED = 0x0210;
    EXT_ATTR1 = 0x1000;
    EKCV = 0x1003;
    CRT_LENGTH = 0x8000_0000;
    SPLITTABLE = 0x8000_0002;
    IS_SPLIT = 0x8000_0003;
}

/// The masks of mechanisms, one for each operation.
pub const MECHANISMS: [u32; 7] =
    [0x8000_0174, 0x8000_0175, 0x8000_0176, 0x8000_0177, 0x8000_0178, 0x8000_0179, 0x8000_0180];
