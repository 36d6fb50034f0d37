//! The mechanisms whose signatures this host can judge, and others to try.

use std::ptr;

use cryptoki_sys as ck;
use hardkey_fuzz_service::materials;
use openssl::md::{Md, MdRef};

use crate::host::Host;

/// A hash as OpenSSL has it, by a function because that is what can stand in a table.
pub type Hash = fn() -> &'static MdRef;

/// How a digest becomes a signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Family {
    Pkcs1,
    Pss,
    Ecdsa,
}

/// A mechanism as this host knows it.
#[derive(Debug)]
pub struct Mechanism {
    kind: ck::CK_MECHANISM_TYPE,
    pub family: Family,
    /// What the module hashes with; `None` where the host has done that.
    pub hash: Option<Hash>,
}

const fn row(kind: ck::CK_MECHANISM_TYPE, family: Family, hash: Option<Hash>) -> Mechanism {
    Mechanism { kind, family, hash }
}

static KNOWN: [Mechanism; 12] = [
    row(ck::CKM_RSA_PKCS, Family::Pkcs1, None),
    row(ck::CKM_SHA256_RSA_PKCS, Family::Pkcs1, Some(Md::sha256)),
    row(ck::CKM_SHA384_RSA_PKCS, Family::Pkcs1, Some(Md::sha384)),
    row(ck::CKM_SHA512_RSA_PKCS, Family::Pkcs1, Some(Md::sha512)),
    row(ck::CKM_RSA_PKCS_PSS, Family::Pss, None),
    row(ck::CKM_SHA256_RSA_PKCS_PSS, Family::Pss, Some(Md::sha256)),
    row(ck::CKM_SHA384_RSA_PKCS_PSS, Family::Pss, Some(Md::sha384)),
    row(ck::CKM_SHA512_RSA_PKCS_PSS, Family::Pss, Some(Md::sha512)),
    row(ck::CKM_ECDSA, Family::Ecdsa, None),
    row(ck::CKM_ECDSA_SHA256, Family::Ecdsa, Some(Md::sha256)),
    row(ck::CKM_ECDSA_SHA384, Family::Ecdsa, Some(Md::sha384)),
    row(ck::CKM_ECDSA_SHA512, Family::Ecdsa, Some(Md::sha512)),
];

const UNKNOWN: [ck::CK_MECHANISM_TYPE; 6] =
    [ck::CKM_SHA1_RSA_PKCS, ck::CKM_RSA_X_509, ck::CKM_ECDSA_SHA1, ck::CKM_EDDSA, ck::CKM_SHA256, ck::CKM_AES_GCM];

/// The fields of the parameter of RSASSA-PSS that say the same: hash, MGF1 with it, a salt as long as the digest.
const PSS: [(ck::CK_MECHANISM_TYPE, ck::CK_RSA_PKCS_MGF_TYPE, ck::CK_ULONG, Hash); 3] = [
    (ck::CKM_SHA256, ck::CKG_MGF1_SHA256, 32, Md::sha256),
    (ck::CKM_SHA384, ck::CKG_MGF1_SHA384, 48, Md::sha384),
    (ck::CKM_SHA512, ck::CKG_MGF1_SHA512, 64, Md::sha512),
];

/// A mechanism that the module must take, and the hash of its parameter where that is the only one it has.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    pub mechanism: &'static Mechanism,
    pub named: Option<Hash>,
}

/// A signature or a verification that is active.
#[derive(Clone, Debug)]
pub struct Operation {
    pub chosen: Chosen,
    /// Place of the key among the materials.
    pub material: usize,
    pub data: Vec<u8>,
    /// Whether data came in parts.
    pub started: bool,
}

impl Operation {
    pub fn begin(chosen: Chosen, material: usize) -> Self {
        let rsa = materials()[material].public_key.algorithm().is_rsa();
        assert_eq!(rsa, chosen.mechanism.family != Family::Ecdsa, "a mechanism of another kind of key");
        Self { chosen, material, data: Vec::new(), started: false }
    }

    pub fn signature_length(&self) -> usize {
        materials()[self.material].public_key.algorithm().signature_length()
    }

    /// Whether the module hashes the data.
    pub fn hashes(&self) -> bool {
        self.chosen.mechanism.hash.is_some()
    }

    /// What ends the operation for its data, before any key is used; `whole` where it came in one call.
    pub fn refusal(&self, whole: bool) -> Option<ck::CK_RV> {
        let length = self.data.len();
        // Data comes in one piece or in parts, and in parts only where the module hashes it.
        if if whole { self.started } else { !self.hashes() } {
            return Some(ck::CKR_OPERATION_NOT_INITIALIZED);
        }
        match (self.hashes(), self.chosen.mechanism.family) {
            (true, _) => None,
            (false, Family::Pkcs1) if length + 11 > self.signature_length() => Some(ck::CKR_DATA_LEN_RANGE),
            (false, Family::Pkcs1) if !crate::digest_info::is_canonical(&self.data) => Some(ck::CKR_DATA_INVALID),
            (false, Family::Pss) if self.chosen.named.is_some_and(|hash| hash().size() != length) => {
                Some(ck::CKR_DATA_LEN_RANGE)
            }
            (false, Family::Ecdsa) if !(32..=64).contains(&length) => Some(ck::CKR_DATA_LEN_RANGE),
            (false, _) => None,
        }
    }
}

/// The number of a mechanism, known or not.
pub fn any_kind(host: &mut Host<'_>) -> ck::CK_MECHANISM_TYPE {
    match host.below(16) {
        0 => host.number(),
        1 => UNKNOWN[host.below(UNKNOWN.len())],
        _ => KNOWN[host.below(KNOWN.len())].kind,
    }
}

/// A mechanism in the host's memory: right for the key and with the right parameter, mostly. What it is, if it is right.
pub fn any(host: &mut Host<'_>, material: Option<usize>) -> (*mut ck::CK_MECHANISM, Option<Chosen>) {
    let kind = match material.filter(|_| !host.sometimes(32)) {
        Some(material) => {
            let rsa = materials()[material].public_key.algorithm().is_rsa();
            let fits = |mechanism: &&Mechanism| (mechanism.family != Family::Ecdsa) == rsa;
            let fitting: Vec<&Mechanism> = KNOWN.iter().filter(fits).collect();
            fitting[host.below(fitting.len())].kind
        }
        None => any_kind(host),
    };
    let known = KNOWN.iter().find(|known| known.kind == kind);
    let pss = known.is_some_and(|known| known.family == Family::Pss);
    let (pointer, length, named) = if host.sometimes(16) {
        let (pointer, length) = wrong_parameter(host);
        (pointer, length, None)
    } else if let Some(mechanism) = known.filter(|_| pss) {
        let (value, named) = pss_parameter(host, mechanism);
        (host.arena.value(value).cast(), size_of_val(&value) as ck::CK_ULONG, named)
    } else {
        (ptr::null_mut(), 0, None)
    };
    let chosen =
        known.filter(|_| if pss { named.is_some() } else { length == 0 }).map(|mechanism| Chosen { mechanism, named });
    let value = ck::CK_MECHANISM { mechanism: kind, pParameter: pointer.cast(), ulParameterLen: length };
    (host.arena.value(value), chosen)
}

/// The parameter of RSASSA-PSS, and the hash it names if the module can do as it says.
fn pss_parameter(host: &mut Host<'_>, mechanism: &Mechanism) -> (ck::CK_RSA_PKCS_PSS_PARAMS, Option<Hash>) {
    let own =
        PSS.iter().position(|(_, _, length, _)| mechanism.hash.is_some_and(|hash| hash().size() as u64 == *length));
    let place = own.filter(|_| !host.sometimes(12)).unwrap_or_else(|| host.below(PSS.len()));
    let (hash, mgf, salt, named) = PSS[place];
    let mut value = ck::CK_RSA_PKCS_PSS_PARAMS { hashAlg: hash, mgf, sLen: salt };
    match host.below(12) {
        0 => value.hashAlg = host.number(),
        1 => value.mgf = ck::CK_RSA_PKCS_MGF_TYPE::from(host.byte()),
        2 => value.sLen = host.number(),
        _ => {}
    }
    let right = (value.hashAlg, value.mgf, value.sLen) == (hash, mgf, salt) && own.is_none_or(|own| own == place);
    (value, right.then_some(named))
}

/// A parameter of a length that no mechanism here takes, or of another than it has.
fn wrong_parameter(host: &mut Host<'_>) -> (*mut u8, ck::CK_ULONG) {
    let length = 1 + host.below(40);
    let claimed = if host.sometimes(64) { host.number() } else { length as ck::CK_ULONG };
    if claimed == 0 || claimed == size_of::<ck::CK_RSA_PKCS_PSS_PARAMS>() as ck::CK_ULONG {
        return (ptr::null_mut(), 1);
    }
    (host.arena.buffer(length), claimed)
}
