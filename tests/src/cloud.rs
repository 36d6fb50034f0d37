//! The clouds as the tests know them: one row each, so that a test is written once for all of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::azure::{AzureKey, TENANT};
use crate::emulator::Emulator;
use crate::proxy::Proxy;

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
    /// An option of the emulator's, or of Azure the description of a key: a kind of key by the label it is to have.
    option: fn(Kind, &str) -> String,
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

/// A kind of key that every cloud has. An RSA key signs with `CKM_SHA256_RSA_PKCS`, others may be more than it can do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// RSA with 2048 bits.
    Rsa2048,
    /// RSA with 3072 bits.
    Rsa3072,
    /// RSA with 4096 bits.
    Rsa4096,
    /// P-256.
    P256,
    /// P-384.
    P384,
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
                Kind::Rsa2048 => "RSA_2048",
                Kind::Rsa3072 => "RSA_3072",
                Kind::Rsa4096 => "RSA_4096",
                Kind::P256 => "ECC_NIST_P256",
                Kind::P384 => "ECC_NIST_P384",
                Kind::Secp256k1 => "ECC_SECG_P256K1",
            };
            format!("{spec},alias={label}")
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
                Kind::Rsa2048 => json!({ "kty": "RSA-HSM", "size": 2048 }),
                Kind::Rsa3072 => json!({ "kty": "RSA-HSM", "size": 3072 }),
                Kind::Rsa4096 => json!({ "kty": "RSA-HSM", "size": 4096 }),
                Kind::P256 => json!({ "kty": "EC-HSM", "curve": "P-256" }),
                Kind::P384 => json!({ "kty": "EC-HSM", "curve": "P-384" }),
                Kind::Secp256k1 => json!({ "kty": "EC-HSM", "curve": "P-256K" }),
            };
            let mut shape = shape;
            shape["name"] = json!(label);
            shape.to_string()
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
                Kind::P256 => "EC_SIGN_P256_SHA256",
                Kind::P384 => "EC_SIGN_P384_SHA384",
                Kind::Secp256k1 => "EC_SIGN_SECP256K1_SHA256",
            };
            format!("{algorithm},key={label}")
        },
    },
];

/// An emulator with keys of one cloud.
pub struct World {
    /// The cloud.
    pub cloud: &'static Cloud,
    /// The emulator.
    pub emulator: Emulator,
    labels: Vec<String>,
    azure: Vec<AzureKey>,
    /// Leads Azure's own names to the emulator.
    proxy: Option<Proxy>,
}

impl Cloud {
    /// Its row.
    pub fn of(which: Which) -> &'static Self {
        CLOUDS.iter().find(|cloud| cloud.which == which).unwrap()
    }

    /// Starts an emulator with these keys, each by its kind and label.
    pub fn world(&'static self, keys: &[(Kind, &str)]) -> World {
        self.world_named(keys, &[])
    }

    /// The same, with a certificate that is for these hosts as well.
    pub fn world_named(&'static self, keys: &[(Kind, &str)], hosts: &[&str]) -> World {
        let options: Vec<String> = keys.iter().map(|(kind, label)| (self.option)(*kind, label)).collect();
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

impl World {
    /// What a key is called in the configuration, in the order in which the keys were named.
    pub fn name(&self, place: usize) -> String {
        match self.cloud.which {
            Which::Aws => format!("alias/{}", self.labels[place]),
            Which::Azure => self.azure[place].id.clone(),
            Which::Google => self.emulator.google_version(place),
        }
    }

    /// A key's immutable name.
    pub fn id(&self, place: usize) -> String {
        match self.cloud.which {
            Which::Aws => self.emulator.key(place).arn,
            Which::Azure => self.azure[place].id.clone(),
            Which::Google => self.emulator.google_version(place),
        }
    }

    /// What a key is called in messages, once it is known.
    pub fn shown(&self, place: usize) -> String {
        let (name, id) = (self.name(place), self.id(place));
        if name == id { name } else { format!("{name} ({id})") }
    }

    /// The names of all keys, as `HARDKEY_KEY` takes them.
    pub fn names(&self) -> String {
        (0..self.labels.len()).map(|place| self.name(place)).collect::<Vec<_>>().join(" ")
    }

    /// What it takes to sign with every key, and nothing of the machine's own settings.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let mut environment = self.anonymous();
        let credentials = match self.cloud.which {
            Which::Aws => vec![("AWS_ACCESS_KEY_ID", "test".to_owned()), ("AWS_SECRET_ACCESS_KEY", "test".to_owned())],
            Which::Azure => vec![
                ("AZURE_TENANT_ID", TENANT.to_owned()),
                ("AZURE_CLIENT_ID", "hardkey-tests".to_owned()),
                ("AZURE_CLIENT_SECRET", "secret".to_owned()),
            ],
            Which::Google => {
                let file = self.emulator.google_signer();
                vec![("GOOGLE_APPLICATION_CREDENTIALS", file.to_str().unwrap().to_owned())]
            }
        };
        environment.extend(credentials.into_iter().map(|(name, value)| (name.to_owned(), value)));
        environment
    }

    /// The same with credentials of a desk that has new ones at every fetch: a container's, Entra, the metadata server.
    pub fn renewed_environment(&self) -> BTreeMap<String, String> {
        let mut environment = self.anonymous();
        let (name, value) = match self.cloud.which {
            Which::Azure => return self.environment(),
            Which::Aws => ("AWS_CONTAINER_CREDENTIALS_FULL_URI", self.emulator.credentials_url()),
            Which::Google => ("GCE_METADATA_HOST", self.emulator.endpoint().replace("http://", "")),
        };
        environment.insert(name.to_owned(), value);
        environment
    }

    /// The same without credentials.
    pub fn anonymous(&self) -> BTreeMap<String, String> {
        let mut environment = match self.cloud.which {
            Which::Aws => self.emulator.environment(),
            Which::Azure => {
                BTreeMap::from([("SSL_CERT_FILE".to_owned(), self.emulator.ca().to_str().unwrap().to_owned())])
            }
            // Nobody's home, so that no file of gcloud's is there, and no metadata server.
            Which::Google => BTreeMap::from([
                ("HOME".to_owned(), self.emulator.folder().to_str().unwrap().to_owned()),
                ("GCE_METADATA_HOST".to_owned(), "127.0.0.1:1".to_owned()),
            ]),
        };
        environment.retain(|name, _| !name.contains("ACCESS_KEY"));
        environment.insert(self.cloud.endpoint.to_owned(), self.way(self.emulator.endpoint()));
        environment.insert("HARDKEY_KEY".to_owned(), self.names());
        environment
    }

    /// What it takes over TLS.
    pub fn tls_environment(&self) -> BTreeMap<String, String> {
        let mut environment = self.environment();
        environment.insert(self.cloud.endpoint.to_owned(), self.way(self.emulator.tls_endpoint()));
        environment.insert("SSL_CERT_FILE".to_owned(), self.emulator.ca().to_str().unwrap().to_owned());
        environment
    }

    /// What the variable of the endpoint says for this one of the emulator's.
    fn way(&self, endpoint: &str) -> String {
        self.proxy.as_ref().map_or_else(|| endpoint.to_owned(), Proxy::url)
    }

    /// The emulator as the cloud's client speaks to it where nothing else is said.
    pub fn endpoint(&self) -> &str {
        match self.cloud.scheme {
            "https" => self.emulator.tls_endpoint(),
            _ => self.emulator.endpoint(),
        }
    }

    /// Sends a host to this URL in place of the emulator's; what a `[[token]]` of its configuration then has to say.
    pub fn lead_to(&self, url: &str, environment: &mut BTreeMap<String, String>) -> String {
        environment.remove(self.cloud.endpoint);
        if self.cloud.which != Which::Azure {
            environment.insert(self.cloud.endpoint.to_owned(), url.to_owned());
            return String::new();
        }
        let authority = environment.entry("AZURE_AUTHORITY_HOST".to_owned());
        authority.or_insert_with(|| self.emulator.tls_endpoint().to_owned());
        format!("endpoint = \"{url}\"\n")
    }

    /// Has an operation misbehave; the fields are in `tests/emulator/README.md`.
    pub fn fault(&self, operation: &Operation, mut fault: Value) {
        fault["operation"] = operation.counted.into();
        self.emulator.fault(fault);
    }

    /// Requests of one operation so far.
    pub fn requests(&self, operation: &Operation) -> u64 {
        self.emulator.counts().requests(operation.counted)
    }
}
