//! The clouds as the tests know them: one row each, so that a test is written once for all of them.

mod world;

use serde_json::json;

use crate::emulator::Emulator;
use crate::proxy::Proxy;

pub use world::World;

/// One cloud's key service.
#[derive(Debug)]
pub struct Cloud {
    /// Which one it is, for what no table can say.
    pub which: Which,
    /// What messages call its key service.
    pub service: &'static str,
    /// The record of one key is asked for.
    pub describe: Operation,
    /// Its public half is.
    pub public_key: Operation,
    /// A signature is.
    pub sign: Operation,
    /// Its error for too many requests.
    pub throttled: &'static str,
    /// Its error for something that went wrong inside.
    pub internal: &'static str,
    /// Its error for credentials that ended.
    pub expired: &'static str,
    /// The variable that names another endpoint, or the proxy that leads there: Azure's keys go by Azure's own names.
    pub endpoint: &'static str,
    /// How its key service is spoken to where nothing else is said: Azure's client sends a token over TLS alone.
    pub scheme: &'static str,
    /// An option of the emulator's, or of Azure the description of a key: a kind of key by the label it is to have. Nothing where
    /// the cloud has no such keys.
    option: fn(Kind, &str) -> Option<String>,
}

/// Each cloud, in the order of the table.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Which {
    /// AWS KMS.
    Aws,
    /// Azure Key Vault.
    Azure,
    /// Google Cloud KMS.
    Google,
}

/// An operation of a key service.
#[derive(Debug)]
pub struct Operation {
    /// What the emulator counts it by.
    pub counted: &'static str,
    /// What messages call it.
    pub said: &'static str,
}

/// A kind of key, by the least it can do. An RSA key signs with `CKM_SHA256_RSA_PKCS`, if nothing else is said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// RSA with 2048 bits.
    Rsa2048,
    /// RSA with 3072 bits.
    Rsa3072,
    /// RSA with 4096 bits.
    Rsa4096,
    /// RSA with 2048 bits for every hash, padded as PKCS #1 says.
    AnyRsa2048,
    /// RSA with 3072 bits for every hash.
    AnyRsa3072,
    /// RSA with 4096 bits for every hash.
    AnyRsa4096,
    /// RSA with 3072 bits for SHA-256, padded as PSS says.
    Pss3072,
    /// RSA with 4096 bits for SHA-512, padded as PSS says.
    Pss4096,
    /// P-256.
    P256,
    /// P-384.
    P384,
    /// P-521, which Google does not have.
    P521,
    /// secp256k1.
    Secp256k1,
}

/// The table.
pub static CLOUDS: [Cloud; 3] = [
    Cloud {
        which: Which::Aws,
        service: "AWS KMS",
        describe: Operation { counted: "DescribeKey", said: "kms:DescribeKey" },
        public_key: Operation { counted: "GetPublicKey", said: "kms:GetPublicKey" },
        sign: Operation { counted: "Sign", said: "kms:Sign" },
        throttled: "ThrottlingException",
        internal: "KMSInternalException",
        expired: "ExpiredTokenException",
        endpoint: "AWS_ENDPOINT_URL_KMS",
        scheme: "http",
        option: |kind, label| {
            let spec = match kind {
                Kind::Rsa2048 | Kind::AnyRsa2048 => "RSA_2048",
                Kind::Rsa3072 | Kind::AnyRsa3072 | Kind::Pss3072 => "RSA_3072",
                Kind::Rsa4096 | Kind::AnyRsa4096 | Kind::Pss4096 => "RSA_4096",
                Kind::P256 => "ECC_NIST_P256",
                Kind::P384 => "ECC_NIST_P384",
                Kind::P521 => "ECC_NIST_P521",
                Kind::Secp256k1 => "ECC_SECG_P256K1",
            };
            Some(format!("{spec},alias={label}"))
        },
    },
    Cloud {
        which: Which::Azure,
        service: "Azure Key Vault",
        describe: Operation { counted: "GetKey", said: "keys/get" },
        public_key: Operation { counted: "GetKey", said: "keys/get" },
        sign: Operation { counted: "Sign", said: "keys/sign" },
        throttled: "Throttled",
        internal: "InternalServerError",
        // The emulator's word for it: Azure answers `Unauthorized`.
        expired: "TokenExpired",
        endpoint: "HTTPS_PROXY",
        scheme: "https",
        option: |kind, label| {
            let shape = match kind {
                Kind::Rsa2048 | Kind::AnyRsa2048 => json!({ "kty": "RSA-HSM", "size": 2048 }),
                Kind::Rsa3072 | Kind::AnyRsa3072 | Kind::Pss3072 => json!({ "kty": "RSA-HSM", "size": 3072 }),
                Kind::Rsa4096 | Kind::AnyRsa4096 | Kind::Pss4096 => json!({ "kty": "RSA-HSM", "size": 4096 }),
                Kind::P256 => json!({ "kty": "EC-HSM", "curve": "P-256" }),
                Kind::P384 => json!({ "kty": "EC-HSM", "curve": "P-384" }),
                Kind::P521 => json!({ "kty": "EC-HSM", "curve": "P-521" }),
                Kind::Secp256k1 => json!({ "kty": "EC-HSM", "curve": "P-256K" }),
            };
            let mut shape = shape;
            shape["name"] = json!(label);
            Some(shape.to_string())
        },
    },
    Cloud {
        which: Which::Google,
        service: "Google Cloud KMS",
        describe: Operation { counted: "GetCryptoKeyVersion", said: "GetCryptoKeyVersion" },
        public_key: Operation { counted: "GetPublicKey", said: "GetPublicKey" },
        sign: Operation { counted: "AsymmetricSign", said: "AsymmetricSign" },
        throttled: "RESOURCE_EXHAUSTED",
        internal: "INTERNAL",
        expired: "UNAUTHENTICATED",
        endpoint: "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS",
        scheme: "http",
        option: |kind, label| {
            let algorithm = match kind {
                Kind::Rsa2048 => "RSA_SIGN_PKCS1_2048_SHA256",
                Kind::Rsa3072 => "RSA_SIGN_PKCS1_3072_SHA256",
                Kind::Rsa4096 => "RSA_SIGN_PKCS1_4096_SHA256",
                Kind::AnyRsa2048 => "RSA_SIGN_RAW_PKCS1_2048",
                Kind::AnyRsa3072 => "RSA_SIGN_RAW_PKCS1_3072",
                Kind::AnyRsa4096 => "RSA_SIGN_RAW_PKCS1_4096",
                Kind::Pss3072 => "RSA_SIGN_PSS_3072_SHA256",
                Kind::Pss4096 => "RSA_SIGN_PSS_4096_SHA512",
                Kind::P256 => "EC_SIGN_P256_SHA256",
                Kind::P384 => "EC_SIGN_P384_SHA384",
                Kind::P521 => return None,
                Kind::Secp256k1 => "EC_SIGN_SECP256K1_SHA256",
            };
            Some(format!("{algorithm},key={label}"))
        },
    },
];

impl Cloud {
    /// Its row.
    pub fn of(which: Which) -> &'static Self {
        CLOUDS.iter().find(|cloud| cloud.which == which).unwrap()
    }

    /// Whether it has such keys.
    pub fn has(&self, kind: Kind) -> bool {
        (self.option)(kind, "").is_some()
    }

    /// Starts an emulator with these keys, each by its kind and label.
    pub fn world(&'static self, keys: &[(Kind, &str)]) -> World {
        self.world_named(keys, &[])
    }

    /// The same, with a certificate that is for these hosts as well.
    pub fn world_named(&'static self, keys: &[(Kind, &str)], hosts: &[&str]) -> World {
        let option = |(kind, label): &(Kind, &str)| {
            (self.option)(*kind, label).unwrap_or_else(|| panic!("{} has no {kind:?}", self.service))
        };
        let options: Vec<String> = keys.iter().map(option).collect();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let emulator = match self.which {
            Which::Aws => Emulator::with(&options, &[], hosts),
            Which::Azure => Emulator::with(&[], &[], hosts),
            Which::Google => Emulator::with(&[], &options, hosts),
        };
        let labels = keys.iter().map(|(_, label)| (*label).to_owned()).collect();
        let (mut azure, mut proxy) = (Vec::new(), None);
        if self.which == Which::Azure {
            azure.extend(options.iter().map(|option| emulator.azure_key(serde_json::from_str(option).unwrap())));
            proxy = Some(Proxy::to(emulator.tls_endpoint()));
        }
        World { cloud: self, emulator, labels, azure, proxy }
    }
}
