//! Attributes of an object. Numbers are PKCS#11's `CKA_…` where PKCS#11 has one.

/// One attribute as the statement has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attribute {
    /// Its type.
    pub code: u32,
    /// Its value; the layout depends on the type.
    pub value: Vec<u8>,
}

macro_rules! attributes {
    ($($constant:ident = $code:literal, $name:literal;)*) => {
        $(#[doc = concat!("`", $name, "`.")] pub const $constant: u32 = $code;)*

        /// The name of an attribute type, for people.
        #[must_use]
        pub fn name(code: u32) -> Option<&'static str> {
            match code {
                $($code => Some($name),)*
                // One mask of 32 bytes per operation; which is which is not published.
                0x8000_0174..=0x8000_0180 => Some("MECHANISMS"),
                _ => None,
            }
        }
    };
}

// Names: PKCS#11 v3.1 §4, and Marvell's LiquidSecurity key attestation page for the others, read November 2026.
attributes! {
    CLASS = 0x0000, "CLASS";
    TOKEN = 0x0001, "TOKEN";
    PRIVATE = 0x0002, "PRIVATE";
    LABEL = 0x0003, "LABEL";
    TRUSTED = 0x0086, "TRUSTED";
    KEY_TYPE = 0x0100, "KEY_TYPE";
    ID = 0x0102, "ID";
    SENSITIVE = 0x0103, "SENSITIVE";
    ENCRYPT = 0x0104, "ENCRYPT";
    DECRYPT = 0x0105, "DECRYPT";
    WRAP = 0x0106, "WRAP";
    UNWRAP = 0x0107, "UNWRAP";
    SIGN = 0x0108, "SIGN";
    VERIFY = 0x010a, "VERIFY";
    DERIVE = 0x010c, "DERIVE";
    MODULUS = 0x0120, "MODULUS";
    MODULUS_BITS = 0x0121, "MODULUS_BITS";
    PUBLIC_EXPONENT = 0x0122, "PUBLIC_EXPONENT";
    VALUE_LEN = 0x0161, "VALUE_LEN";
    EXTRACTABLE = 0x0162, "EXTRACTABLE";
    LOCAL = 0x0163, "LOCAL";
    NEVER_EXTRACTABLE = 0x0164, "NEVER_EXTRACTABLE";
    ALWAYS_SENSITIVE = 0x0165, "ALWAYS_SENSITIVE";
    KCV = 0x0173, "KCV";
    WRAP_WITH_TRUSTED = 0x0210, "WRAP_WITH_TRUSTED";
    EXT_ATTR1 = 0x1000, "EXT_ATTR1";
    EKCV = 0x1003, "EKCV";
    SPLITTABLE = 0x8000_0002, "SPLITTABLE";
    IS_SPLIT = 0x8000_0003, "IS_SPLIT";
}
