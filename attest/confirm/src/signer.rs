//! The CA's key that signs records: a file, or a key in a cloud's HSM.

use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use hardkey_attest::admission::Exceptions;
use hardkey_attest::public_key::PublicKey;
use hardkey_attest::signature::Scheme;
use hardkey_kms::config::{self, Confirmer, Environment, InquirySettings};
use hardkey_kms::network::SharedNetwork;
use hardkey_kms::service::{KeyId, KeyRecord, KeyService, Standing, UsableKey};
use hardkey_kms::signing::{self, Way};
use hardkey_kms::{Deadline, opening};

use crate::failure::Failure;
use crate::files;

/// A P-256 key as PKCS #8 in PEM has 241 bytes; tools that write comments before it add a few lines.
const LARGEST: usize = 4 << 10;
/// RFC 7468 §10.
pub(crate) const LABEL: &str = "PRIVATE KEY";

/// A key that signs.
pub(crate) struct Signer {
    public_key: PublicKey,
    means: Means,
}

enum Means {
    File(EcdsaKeyPair),
    Hsm { service: Box<dyn KeyService>, id: KeyId, key: UsableKey, way: Way, network: SharedNetwork },
}

impl Signer {
    /// The key that the CA set.
    pub(crate) fn of(settings: &InquirySettings, network: &SharedNetwork) -> Result<Self, Failure> {
        match &settings.confirmer {
            Some(Confirmer::File(path)) => Self::file(path),
            Some(Confirmer::Hsm(name)) => Self::hsm(name, network),
            None => Err(Failure::new(
                "no key signs the record: make one with hardkey-confirm init, and name it with --key or as key in the configuration",
            )),
        }
    }

    fn file(path: &Path) -> Result<Self, Failure> {
        let wrong = |what: &str| Failure::new(format!("{}: {what}", path.display()));
        let open = std::fs::File::open(path)
            .map_err(|error| wrong(&format!("cannot be read: {error}; correct the path or its permissions")))?;
        let metadata = open.metadata().map_err(|error| wrong(&format!("cannot be read: {error}")))?;
        if !metadata.is_file() {
            return Err(wrong("is no file; name the one that hardkey-confirm init made"));
        }
        only_its_owner_reads(path, &metadata)?;
        let is_none = "is no key that hardkey-confirm init makes: a P-256 key, PKCS #8 in PEM; name that file, or make one if there is none";
        let bytes = hardkey_files::start(open, LARGEST).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
        let bytes = bytes.ok_or_else(|| wrong(is_none))?;
        let (label, key) = der::pem::decode_vec(&bytes).map_err(|_| wrong(is_none))?;
        if label != LABEL {
            return Err(wrong(is_none));
        }
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &key).map_err(|_| wrong(is_none))?;
        Ok(Self { public_key: public_half(&pair)?, means: Means::File(pair) })
    }

    /// By the rules of the module: a key in software is refused there, and so it is here.
    fn hsm(name: &str, network: &SharedNetwork) -> Result<Self, Failure> {
        let environment = Environment { key: Some(name.to_owned()), ..Environment::of_process(None, false) };
        let named = config::load(&environment).map_err(|error| {
            let text = error.to_string();
            Failure::new(format!("signer: {}", text.strip_prefix("HARDKEY_KEY: ").unwrap_or(&text)))
        })?;
        let token = named.tokens.into_iter().next();
        let token = token.ok_or_else(|| Failure::new("signer: it names no key; write the full name of one"))?;
        let warn = |line: &str| files::tell(&format!("signer: {line}"));
        let service = opening::open(token.service, Exceptions::default(), network, warn);
        let found = service.keys(&[] as &[Arc<KeyRecord>], &Deadline::after(network.timeout()));
        let record = found
            .and_then(|records| records.into_iter().next().transpose().map_err(|fault| fault.error))
            .map_err(|error| Failure::new(format!("signer {name}: {error}")))?
            .ok_or_else(|| Failure::new(format!("signer {name}: there is no such key; correct the name")))?;
        let key = match record.standing {
            Standing::Usable(key) => key,
            Standing::Refused(refusal) => {
                return Err(Failure::new(format!("signer {name}: it is refused ({}): {refusal}", refusal.code())));
            }
            Standing::Unsupported(kind) => {
                return Err(Failure::new(format!("signer {name}: its kind is {kind:?}; name an RSA or ECDSA key")));
            }
        };
        let way = Way::of(&key)
            .ok_or_else(|| Failure::new(format!("signer {name}: it signs by no scheme that records have")))?;
        let network = network.clone();
        let means = Means::Hsm { service, id: record.id, key: key.clone(), way, network };
        Ok(Self { public_key: key.public_key, means })
    }

    /// Its public half.
    pub(crate) fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// How it signs.
    pub(crate) fn scheme(&self) -> Scheme {
        match &self.means {
            Means::File(_) => Scheme::Ecdsa,
            Means::Hsm { way, .. } => way.scheme,
        }
    }

    /// RSA as it is, ECDSA in DER.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Failure> {
        match &self.means {
            Means::File(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message);
                let signature = signature.map_err(|_| Failure::new("the record could not be signed; try again"))?;
                Ok(signature.as_ref().to_vec())
            }
            Means::Hsm { service, id, key, way, network } => {
                let deadline = Deadline::after(network.timeout());
                let again = |why| files::tell(&format!("signer {id}: {why}; it is asked for again"));
                let signed = signing::sign(&**service, (id, key), *way, message, &deadline, again);
                signed.map_err(|error| Failure::new(format!("signer {id}: {error}")))
            }
        }
    }
}

/// The public half of a pair.
pub(crate) fn public_half(pair: &EcdsaKeyPair) -> Result<PublicKey, Failure> {
    let unusable = || Failure::new("the key's public half cannot be read; make another key");
    let der = AsDer::as_der(pair.public_key()).map_err(|_| unusable())?;
    PublicKey::from_spki(der.as_ref()).map_err(|_| unusable())
}

/// Whether nobody but the owner can read the file, where files say so.
#[cfg(unix)]
fn only_its_owner_reads(path: &Path, metadata: &std::fs::Metadata) -> Result<(), Failure> {
    let mode = std::os::unix::fs::MetadataExt::mode(metadata) & 0o7777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{}: others can read it, its mode is {mode:04o}; run: chmod 600 {}",
        path.display(),
        path.display()
    )))
}

#[cfg(not(unix))]
fn only_its_owner_reads(_: &Path, _: &std::fs::Metadata) -> Result<(), Failure> {
    Ok(())
}
