//! A maker of HSMs, a card, a partition, and statements in Azure's framing, all made up: no genuine sample is public.

use std::sync::OnceLock;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64ct::{Base64, Encoding};

use crate::anchor::{Anchor, ForTests, Role};
use crate::certificate::sha256;
use crate::public_key::PublicKey;
use crate::shown;

pub(super) const ROOT: &str = "maker.example";
pub(super) const CARD: &str = "HSM:1.2-TEST, for FIPS mode";
pub(super) const PARTITION: &str = "HSM:1.2-TEST:PARTN:7, for FIPS mode";

/// One RSA key with its public half in DER.
pub(super) struct Signer {
    key: KeyPair,
    pub(super) spki: Vec<u8>,
}

impl Signer {
    fn new() -> Self {
        let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let spki = key.public_key().as_der().unwrap().as_ref().to_vec();
        Self { key, spki }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; 256];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    }
}

/// Keys of the maker, the card, the partition and of somebody else.
pub(super) struct Pki {
    pub(super) root: Signer,
    pub(super) card: Signer,
    pub(super) partition: Signer,
    pub(super) stranger: Signer,
}

pub(super) fn pki() -> &'static Pki {
    static PKI: OnceLock<Pki> = OnceLock::new();
    PKI.get_or_init(|| Pki {
        root: Signer::new(),
        card: Signer::new(),
        partition: Signer::new(),
        stranger: Signer::new(),
    })
}

/// The made-up maker's key, pinned.
pub(super) fn anchors() -> ForTests {
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let spki = &pki().root.spki;
    let anchor = Anchor {
        id: "test",
        name: "Maker of tests",
        role: Role::Manufacturer,
        common_name: ROOT,
        key: leak(pem("PUBLIC KEY", spki)),
        key_hash: leak(shown::hex(&sha256(spki))),
        origin: "a test",
        published: &[],
    };
    ForTests { anchors: vec![anchor], denied: Vec::new() }
}

pub(super) fn pem(label: &str, der: &[u8]) -> String {
    let base64 = Base64::encode_string(der);
    let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// A version 1 certificate, as the maker's are.
pub(super) fn certificate(subject: &str, spki: &[u8], issuer: &str, by: &Signer) -> String {
    // sha256WithRSAEncryption with NULL.
    let algorithm = tlv(0x30, &[&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b, 5, 0]]);
    let name = |text: &str| {
        let part = tlv(0x30, &[&[6, 3, 0x55, 4, 3], &tlv(0x0c, &[text.as_bytes()])]);
        tlv(0x30, &[&tlv(0x31, &[&part])])
    };
    let validity = tlv(0x30, &[&tlv(0x17, &[b"240101000000Z"]), &tlv(0x17, &[b"340101000000Z"])]);
    let body = tlv(0x30, &[&[2, 1, 1], &algorithm, &name(issuer), &validity, &name(subject), spki]);
    let signature = tlv(3, &[&[0], &by.sign(&body)]);
    pem("CERTIFICATE", &tlv(0x30, &[&body, &algorithm, &signature]))
}

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let mut out = vec![tag];
    match content.len() {
        0..128 => out.push(length[1]),
        128..256 => out.extend([0x81, length[1]]),
        _ => out.extend([0x82, length[0], length[1]]),
    }
    out.extend(content);
    out
}

/// The attributes of one half of a key on P-256, as Google's statements have them, with an id in Azure's plain text.
pub(super) fn attributes(class: u8, key: &PublicKey, id: &str) -> Vec<(u32, Vec<u8>)> {
    let (_, point) = key.curve_and_point().unwrap();
    let mut padded = id.as_bytes().to_vec();
    padded.resize(128, 0);
    let mut all = vec![
        (0x0000, vec![class]),
        (0x0100, vec![3]),
        (0x0102, padded),
        (0x0103, vec![1]),
        (0x0106, vec![0]),
        (0x0108, vec![1]),
        (0x0120, point.to_vec()),
        (0x0121, 415_u32.to_be_bytes().to_vec()),
        (0x0162, vec![0]),
        (0x0163, vec![1]),
        (0x0164, vec![1]),
        (0x0165, vec![1]),
        (0x8000_0002, vec![0]),
        (0x8000_0003, vec![0]),
    ];
    if class == 3 {
        let short = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, key.spki());
        all.push((0x0173, short.as_ref()[..3].to_vec()));
        all.push((0x1003, sha256(key.spki()).to_vec()));
    }
    all
}

/// A statement in Azure's framing.
pub(super) fn statement(attributes: &[(u32, Vec<u8>)], by: &Signer) -> Vec<u8> {
    let number = |number: usize| u32::try_from(number).unwrap().to_be_bytes().to_vec();
    let values: Vec<u8> = attributes
        .iter()
        .flat_map(|(code, value)| [code.to_be_bytes().to_vec(), number(value.len()), value.clone()].concat())
        .collect();
    let head = [0, 1, 0, 0, 0, 8, 0, 0];
    let buffer = [head.to_vec(), number(0x1c), number(attributes.len()), number(values.len()), values].concat();
    let total = 20 + buffer.len() + 256;
    let mut blob = [number(0), number(3), number(total), number(buffer.len()), number(buffer.len()), buffer].concat();
    blob.extend(by.sign(&blob));
    blob
}
