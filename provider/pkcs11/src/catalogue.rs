//! A token's objects, as far as they are known.

use std::sync::Arc;

use cryptoki_sys as ck;
use hardkey_kms::config::Certificate;
use hardkey_kms::service::{KeyId, KeyRecord, Standing};

use crate::object::{self, Key, Object};

/// The objects of one token: the configured certificates, then two halves per key and the certificates its service keeps.
///
/// Immutable. When more keys become known there is a new one, in which every object keeps its place, and with it its
/// handle.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    /// What need not be asked again.
    pub(crate) records: Vec<Arc<KeyRecord>>,
    /// The objects, in the order of their handles.
    pub(crate) objects: Vec<Object>,
    /// Whether every configured key is among the records.
    pub(crate) complete: bool,
}

impl Catalogue {
    /// This catalogue and more records.
    pub(crate) fn with(&self, more: Vec<KeyRecord>, complete: bool, certificates: &[Certificate]) -> Self {
        let records: Vec<Arc<KeyRecord>> = self.records.iter().cloned().chain(more.into_iter().map(Arc::new)).collect();
        let keys = distinct(&records);
        let mut shown: Vec<&Certificate> = certificates.iter().collect();
        let mut objects: Vec<Object> =
            certificates.iter().map(|certificate| of_certificate(certificate, &keys)).collect();
        for key in &keys {
            let id = key.usable.public_key.identifier();
            let kept = &key.usable.certificates;
            let leaf = certificates.iter().chain(kept).find(|certificate| certificate.key_identifier == *id);
            let subject = leaf.map_or(&[][..], |leaf| &leaf.subject);
            objects.push(object::private_key(key, subject));
            objects.push(object::public_key(key, subject));
            for certificate in kept {
                if shown.iter().all(|known| known.der != certificate.der) {
                    shown.push(certificate);
                    objects.push(of_certificate(certificate, &keys));
                }
            }
        }
        Self { records, objects, complete }
    }

    /// The keys a host sees.
    pub(crate) fn keys(&self) -> Vec<Key> {
        distinct(&self.records)
    }

    /// The labels of the keys a host sees.
    pub(crate) fn labels(&self) -> Vec<String> {
        self.keys().into_iter().map(|key| key.record.label.clone()).collect()
    }

    /// The leaves among these certificates whose key is not here.
    pub(crate) fn strays<'a>(&self, certificates: &'a [Certificate]) -> Vec<&'a Certificate> {
        let keys = distinct(&self.records);
        certificates.iter().filter(|certificate| certificate.is_leaf && owner(certificate, &keys).is_none()).collect()
    }

    /// Whether a host would see no difference.
    pub(crate) fn shows_the_same(&self, other: &Self) -> bool {
        let names = |catalogue: &Self| -> Vec<(String, KeyId)> {
            catalogue.records.iter().map(|record| (record.name.clone(), record.id.clone())).collect()
        };
        self.objects == other.objects && self.complete == other.complete && names(self) == names(other)
    }
}

/// What an earlier run, in this process or in the one that forked it, knew of a token with the same settings.
#[derive(Clone, Copy)]
pub(crate) struct Earlier {
    pub(crate) catalogue: &'static Catalogue,
    /// A child goes on with its parent's facts. A run after `C_Finalize` asks anew.
    pub(crate) forked: bool,
}

/// Two names of one key, an alias and its ARN or two replicas, are one key: a `CKA_ID` that occurs twice makes a Java
/// key store unusable.
fn distinct(records: &[Arc<KeyRecord>]) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for record in records {
        if let Standing::Usable(usable) = &record.standing
            && keys.iter().all(|known| known.usable.public_key != usable.public_key)
        {
            keys.push(Key { record: Arc::clone(record), usable: Arc::new(usable.clone()) });
        }
    }
    keys
}

/// The key a certificate was issued to.
fn owner<'a>(certificate: &Certificate, keys: &'a [Key]) -> Option<&'a Key> {
    keys.iter().find(|key| *key.usable.public_key.identifier() == certificate.key_identifier)
}

/// A leaf goes by its key's label, any other by its own name.
fn of_certificate(certificate: &Certificate, keys: &[Key]) -> Object {
    let category = if certificate.is_leaf {
        ck::CK_CERTIFICATE_CATEGORY_OTHER_ENTITY
    } else {
        ck::CK_CERTIFICATE_CATEGORY_AUTHORITY
    };
    match (owner(certificate, keys), &certificate.common_name) {
        (Some(key), _) => object::certificate(certificate, &key.record.label, ck::CK_CERTIFICATE_CATEGORY_TOKEN_USER),
        (None, Some(name)) => object::certificate(certificate, name, category),
        (None, None) => object::certificate(certificate, &object::hex(&certificate.key_identifier), category),
    }
}
