//! The table of mechanisms: what each one is, and which keys it fits.

use cryptoki_sys as ck;
use hardkey_attest::admission::Cloud;
use hardkey_attest::public_key::Algorithm;
use hardkey_attest::signature::{Hash, Scheme};
use hardkey_kms::aws::KEY_SPECS;
use hardkey_kms::azure::KEY_KINDS;
use hardkey_kms::google::ALGORITHMS;

use crate::error::{Code, Failure};
use crate::pss;

/// One way to use a key.
#[derive(Debug)]
pub(crate) struct Mechanism {
    pub(crate) name: &'static str,
    pub(crate) kind: ck::CK_MECHANISM_TYPE,
    family: Family,
    /// The hash this mechanism applies here, before anything leaves the host; `None` takes what the host hashed.
    pub(crate) hash: Option<Hash>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Family {
    RsaPkcs1,
    RsaPss,
    Ecdsa,
}

/// What a mechanism takes from the host.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Takes {
    /// Data of any length, hashed here.
    Data(Hash),
    /// A DigestInfo, which names its hash.
    DigestInfo,
    /// A digest made by this hash.
    Digest(Hash),
    /// A digest made by any of the hashes.
    AnyDigest,
}

/// A mechanism as a host chose it, its parameter checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chosen {
    pub(crate) mechanism: &'static Mechanism,
    pub(crate) takes: Takes,
}

macro_rules! mechanisms {
    ($($kind:ident: $family:ident, $hash:expr;)*) => {
        &[$(Mechanism { name: stringify!($kind), kind: ck::$kind, family: Family::$family, hash: $hash },)*]
    };
}

/// No mechanism here only digests: hosts would send their own hashing through it (SunPKCS11 does).
pub(crate) const MECHANISMS: &[Mechanism] = mechanisms! {
    CKM_RSA_PKCS: RsaPkcs1, None;
    CKM_SHA256_RSA_PKCS: RsaPkcs1, Some(Hash::Sha256);
    CKM_SHA384_RSA_PKCS: RsaPkcs1, Some(Hash::Sha384);
    CKM_SHA512_RSA_PKCS: RsaPkcs1, Some(Hash::Sha512);
    CKM_RSA_PKCS_PSS: RsaPss, None;
    CKM_SHA256_RSA_PKCS_PSS: RsaPss, Some(Hash::Sha256);
    CKM_SHA384_RSA_PKCS_PSS: RsaPss, Some(Hash::Sha384);
    CKM_SHA512_RSA_PKCS_PSS: RsaPss, Some(Hash::Sha512);
    CKM_ECDSA: Ecdsa, None;
    CKM_ECDSA_SHA256: Ecdsa, Some(Hash::Sha256);
    CKM_ECDSA_SHA384: Ecdsa, Some(Hash::Sha384);
    CKM_ECDSA_SHA512: Ecdsa, Some(Hash::Sha512);
};

impl Mechanism {
    /// The table's row for a mechanism type.
    pub(crate) fn find(kind: ck::CK_MECHANISM_TYPE) -> Result<&'static Self, Failure> {
        MECHANISMS
            .iter()
            .find(|mechanism| mechanism.kind == kind)
            .ok_or_else(|| Failure::new(Code::MechanismInvalid, format!("mechanism {kind:#x} is not supported")))
    }

    /// Whether it takes a `CK_RSA_PKCS_PSS_PARAMS`. The others take no parameter.
    pub(crate) fn has_pss_parameter(&self) -> bool {
        self.family == Family::RsaPss
    }

    /// Chooses it, with the parameter if it takes one.
    ///
    /// # Errors
    /// `CKR_MECHANISM_PARAM_INVALID` for a parameter that is missing or that key services cannot follow.
    pub(crate) fn choose(&'static self, pss: Option<&ck::CK_RSA_PKCS_PSS_PARAMS>) -> Result<Chosen, Failure> {
        let takes = match (self.family, self.hash, pss) {
            (Family::RsaPss, own, Some(parameter)) => {
                let hash = pss::hash(self.name, own, parameter)?;
                if own.is_some() { Takes::Data(hash) } else { Takes::Digest(hash) }
            }
            (Family::RsaPss, _, None) => {
                let cause = format!("{} needs a parameter, CK_RSA_PKCS_PSS_PARAMS", self.name);
                return Err(Failure::new(Code::MechanismParamInvalid, cause));
            }
            (Family::RsaPkcs1 | Family::Ecdsa, Some(hash), _) => Takes::Data(hash),
            (Family::RsaPkcs1, None, _) => Takes::DigestInfo,
            (Family::Ecdsa, None, _) => Takes::AnyDigest,
        };
        Ok(Chosen { mechanism: self, takes })
    }

    /// Whether a key on which the service signs in these ways can do it.
    pub(crate) fn fits(&self, algorithm: Algorithm, schemes: &[Scheme]) -> bool {
        let hashes = self.hash.as_ref().map_or(&Hash::ALL[..], std::slice::from_ref);
        self.is_for(algorithm) && hashes.iter().any(|hash| schemes.contains(&self.scheme(*hash)))
    }

    /// Whether the service pads any bytes for it.
    pub(crate) fn pads(&self, schemes: &[Scheme]) -> bool {
        self.family == Family::RsaPkcs1 && schemes.contains(&Scheme::RsaPkcs1Raw)
    }

    /// Every mechanism that such a key can do, by name.
    pub(crate) fn names(algorithm: Algorithm, schemes: &[Scheme]) -> String {
        let fitting = MECHANISMS.iter().filter(|mechanism| mechanism.fits(algorithm, schemes));
        fitting.map(|mechanism| mechanism.name).collect::<Vec<_>>().join(", ")
    }

    /// Whether it belongs to the key's kind at all.
    pub(crate) fn is_for(&self, algorithm: Algorithm) -> bool {
        match self.family {
            Family::RsaPkcs1 | Family::RsaPss => algorithm.is_rsa(),
            Family::Ecdsa => !algorithm.is_rsa(),
        }
    }

    /// How a digest made by this hash is signed.
    pub(crate) fn scheme(&self, hash: Hash) -> Scheme {
        match self.family {
            Family::RsaPkcs1 => Scheme::RsaPkcs1(hash),
            Family::RsaPss => Scheme::RsaPss(hash),
            Family::Ecdsa => Scheme::Ecdsa,
        }
    }

    /// Whether some key of the cloud can do it.
    pub(crate) fn is_done_by(&self, cloud: Cloud) -> bool {
        kinds(cloud).any(|(algorithm, schemes)| self.fits(algorithm, &schemes))
    }

    /// Smallest and largest key in bits (PKCS#11 v3.1 §3.5) that the cloud has for it, and what it can do. `CKF_HW` is true of
    /// every key that admission lets through, and without it pkcs11-tool would not choose the mechanism.
    pub(crate) fn info(&self, cloud: Cloud) -> ck::CK_MECHANISM_INFO {
        let sizes = || kinds(cloud).filter(|(kind, schemes)| self.fits(*kind, schemes)).map(|(kind, _)| kind.bits());
        let size = |size: Option<usize>| ck::CK_ULONG::try_from(size.unwrap_or_default()).unwrap_or_default();
        let common = ck::CKF_HW | ck::CKF_SIGN | ck::CKF_VERIFY;
        let flags = match self.family {
            Family::RsaPkcs1 | Family::RsaPss => common,
            Family::Ecdsa => common | ck::CKF_EC_F_P | ck::CKF_EC_NAMEDCURVE | ck::CKF_EC_UNCOMPRESS,
        };
        ck::CK_MECHANISM_INFO { ulMinKeySize: size(sizes().min()), ulMaxKeySize: size(sizes().max()), flags }
    }
}

/// Every kind of key that a cloud has, with the ways it signs.
fn kinds(cloud: Cloud) -> Box<dyn Iterator<Item = (Algorithm, Vec<Scheme>)>> {
    let ours = |signing: &[(&str, Scheme)]| signing.iter().map(|(_, scheme)| *scheme).collect();
    match cloud {
        Cloud::Aws => Box::new(KEY_SPECS.iter().map(move |row| (row.algorithm, ours(row.signing)))),
        Cloud::Azure => Box::new(KEY_KINDS.iter().map(move |row| (row.algorithm, ours(row.signing)))),
        Cloud::Google => Box::new(ALGORITHMS.iter().map(|row| (row.algorithm, row.schemes.to_vec()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_has_the_table_as_it_is() {
        let mut table = String::from(
            "| mechanism | AWS key specs | Azure algorithms | Google algorithms | data |\n| --- | --- | --- | --- | --- |\n",
        );
        for mechanism in MECHANISMS {
            let specs: Vec<String> = KEY_SPECS
                .iter()
                .filter(|row| {
                    let schemes: Vec<Scheme> = row.signing.iter().map(|(_, scheme)| *scheme).collect();
                    mechanism.fits(row.algorithm, &schemes)
                })
                .map(|row| format!("`{}`", row.name))
                .collect();
            let mut azure: Vec<String> = Vec::new();
            for row in &KEY_KINDS {
                for (name, scheme) in row.signing {
                    let name = format!("`{name}`");
                    let pads = mechanism.hash.is_none() && row.algorithm.is_rsa() && mechanism.pads(&[*scheme]);
                    if (pads || mechanism.fits(row.algorithm, &[*scheme])) && !azure.contains(&name) {
                        azure.push(name);
                    }
                }
            }
            let algorithms: Vec<String> = ALGORITHMS
                .iter()
                .filter(|row| mechanism.fits(row.algorithm, row.schemes))
                .map(|row| format!("`{}`", row.name))
                .collect();
            let data = match (mechanism.family, mechanism.hash) {
                (_, Some(_)) => "any length, in one or many parts",
                (Family::RsaPkcs1, None) => "a DigestInfo of SHA-256, SHA-384 or SHA-512",
                (Family::RsaPss, None) => "a digest of the hash that its parameter names",
                (Family::Ecdsa, None) => "a digest of 32 to 64 bytes",
            };
            let list = |names: Vec<String>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            let (specs, azure, algorithms) = (list(specs), list(azure), list(algorithms));
            table += &format!("| `{}` | {specs} | {azure} | {algorithms} | {data} |\n", mechanism.name);
        }
        let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
        let readme = std::fs::read_to_string(readme).unwrap();
        assert!(readme.contains(&table), "README.md, \"Keys and mechanisms\", should have:\n{table}");
    }

    #[test]
    fn a_cloud_lists_what_its_keys_can_do_and_the_sizes_it_has() {
        let none: Vec<&str> =
            MECHANISMS.iter().filter(|mechanism| !mechanism.is_done_by(Cloud::Google)).map(|row| row.name).collect();
        assert_eq!(none, ["CKM_SHA384_RSA_PKCS_PSS"]);
        for cloud in [Cloud::Aws, Cloud::Azure] {
            assert!(MECHANISMS.iter().all(|mechanism| mechanism.is_done_by(cloud)), "{cloud:?}");
        }
        let sizes = |kind, cloud| {
            let info = Mechanism::find(kind).unwrap().info(cloud);
            (info.ulMinKeySize, info.ulMaxKeySize)
        };
        assert_eq!(sizes(ck::CKM_ECDSA, Cloud::Aws), (256, 521));
        assert_eq!(sizes(ck::CKM_ECDSA, Cloud::Azure), (256, 521));
        assert_eq!(sizes(ck::CKM_ECDSA, Cloud::Google), (256, 384));
        assert_eq!(sizes(ck::CKM_SHA256_RSA_PKCS, Cloud::Google), (2048, 4096));
        assert_eq!(sizes(ck::CKM_SHA512_RSA_PKCS_PSS, Cloud::Google), (4096, 4096));
    }

    #[test]
    fn no_mechanism_is_listed_twice() {
        for (index, mechanism) in MECHANISMS.iter().enumerate() {
            assert!(MECHANISMS[index + 1..].iter().all(|other| other.kind != mechanism.kind), "{}", mechanism.name);
        }
    }

    #[test]
    fn an_unknown_mechanism_is_refused_by_number() {
        let failure = Mechanism::find(0xdead).unwrap_err();
        assert_eq!(failure.to_string(), "CKR_MECHANISM_INVALID: mechanism 0xdead is not supported");
    }
}
