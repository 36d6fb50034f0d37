//! Roots that are shaped and named like the vendors', with keys of our own.

use std::collections::BTreeSet;
use std::sync::{Mutex, OnceLock};

use crate::draft::{Draft, Extensions};
use crate::key::{Key, Shape};
use crate::name::Name;

/// A root: what a verifier pins, and the certificates that hold its key.
#[derive(Debug)]
pub struct Root {
    /// Short name.
    pub id: &'static str,
    /// Full name.
    pub name: &'static str,
    /// Whether it speaks for the maker of HSMs; otherwise for who runs them.
    pub is_manufacturer: bool,
    /// Common name of the real root whose part it plays.
    pub common_name: &'static str,
    /// Its whole name.
    pub subject: Name,
    /// Its key.
    pub key: &'static Key,
    /// `SubjectPublicKeyInfo`, PEM.
    pub key_pem: String,
    /// SHA-256 of the DER of `key_pem`, lower-case hexadecimal.
    pub key_hash: String,
    /// Its certificates, the current one first.
    pub certificates: Vec<Draft>,
}

impl Root {
    /// The manufacturer's first root: RSA-2048, and a certificate of version 1 that has ended.
    #[must_use]
    pub fn ls1() -> &'static Self {
        static ROOT: OnceLock<Root> = OnceLock::new();
        ROOT.get_or_init(|| {
            let subject = Name::plain(&[
                ("C", "US"),
                ("ST", "California"),
                ("L", "San Jose"),
                ("O", "Cavium, Inc."),
                ("OU", "LiquidSecurity"),
                ("CN", "localca.liquidsecurity.cavium.com"),
            ]);
            let key = Key::of(Shape::RSA_2048, "root ls1");
            let mut old = Draft::new(&subject, key, &subject, key);
            (old.version, old.number) = (1, 0xc0ea_adf4_34de_dc17);
            (old.not_before, old.not_after) = ("2015-11-19T13:55:25Z".to_owned(), "2025-11-16T13:55:25Z".to_owned());
            let mut root = Self::new("test-ls1", "Test LiquidSecurity", true, subject, key);
            root.certificates.push(old);
            root
        })
    }

    /// The manufacturer's second root: RSA-4096, named in one multi-valued part.
    #[must_use]
    pub fn ls2() -> &'static Self {
        static ROOT: OnceLock<Root> = OnceLock::new();
        ROOT.get_or_init(|| {
            let subject = Name::new(&[
                &[("C", "US"), ("ST", "CA"), ("OU", "SSBU"), ("L", "SanJose"), ("O", "Marvell")],
                &[("CN", "cavium-liquidsecurity-ls2")],
            ]);
            let key = Key::of(Shape::RSA_4096, "root ls2");
            Self::new("test-ls2", "Test LiquidSecurity 2", true, subject, key)
        })
    }

    /// The operator's root.
    #[must_use]
    pub fn hawksbill() -> &'static Self {
        static ROOT: OnceLock<Root> = OnceLock::new();
        ROOT.get_or_init(|| {
            let subject = Name::plain(&[
                ("C", "US"),
                ("ST", "CA"),
                ("L", "Mountain View"),
                ("O", "Google Inc"),
                ("CN", "Hawksbill Root v1 prod"),
            ]);
            let key = Key::of(Shape::RSA_2048, "root hawksbill");
            let mut root = Self::new("test-hawksbill", "Test Hawksbill", false, subject, key);
            for certificate in &mut root.certificates {
                (certificate.number, certificate.extensions) = (3, Extensions::OperatorRoot);
            }
            root
        })
    }

    /// All three: what a set of test anchors holds.
    #[must_use]
    pub fn all() -> [&'static Self; 3] {
        [Self::ls1(), Self::ls2(), Self::hawksbill()]
    }

    /// A root of any other name and key, pinned nowhere: a home-made one.
    #[must_use]
    pub fn new(id: &'static str, name: &'static str, is_manufacturer: bool, subject: Name, key: &'static Key) -> Self {
        let mut certificate = Draft::new(&subject, key, &subject, key);
        (certificate.number, certificate.extensions) = (0, Extensions::ManufacturerRoot);
        let common_name = kept(subject.common_name());
        Self {
            id,
            name,
            is_manufacturer,
            common_name,
            subject,
            key,
            key_pem: key.spki_pem(),
            key_hash: key.spki_hash(),
            certificates: vec![certificate],
        }
    }
}

/// The text for as long as the process runs, once however often it is asked for.
fn kept(text: &str) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut all = KEPT.lock().unwrap();
    if let Some(known) = all.get(text) {
        return known;
    }
    let new = String::leak(text.to_owned());
    all.insert(new);
    new
}
