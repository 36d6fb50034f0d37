//! Evidence about keys that no HSM holds: LiquidSecurity-shaped roots, cards, partitions and statements.
//!
//! Genuine samples show three kinds of keys, one root and nothing that is wrong. This makes the rest, and makes it byte
//! for byte in the genuine layout: RSA-3072 and 4096, P-384, P-521, imported and extractable keys, chains under the second
//! root, chains of the wrong depth, certificates of different cards. It is written with another cryptographic library than
//! the verifier, OpenSSL, and with an encoder of its own, because a parser's own encoder refuses to write what is wrong.
//!
//! - [`key`]: keys, made once per process. [`root`], [`pki`]: roots and the four certificates of a card.
//! - [`object`], [`statement`]: what the HSM says of a key. [`gzip`]: how it is handed out.
//! - [`bundle`], [`azure`], [`report`]: what a subscriber hands in. [`record`]: what a CA was told. [`trail`]: files of AWS CloudTrail. [`challenge`]: what a CA hands out. [`request`]: PKCS#10. [`spelling`]: keys in
//!   encodings that no certificate has.
//!
//! Everything is a plain value with public fields: take a default, change what the test is about. Functions panic where
//! OpenSSL fails, which only a bug in a test can make happen.

pub mod answer;
pub mod attribute;
pub mod azure;
pub mod bundle;
pub mod challenge;
pub mod draft;
pub mod gzip;
pub mod key;
pub mod name;
pub mod object;
pub mod pki;
pub mod record;
pub mod report;
pub mod request;
pub mod root;
pub mod signed_requests;
pub mod spelling;
pub mod statement;
pub mod trail;
pub mod zip;

mod der;

pub use azure::Azure;
pub use bundle::Bundle;
pub use challenge::Challenge;
pub use draft::Draft;
pub use key::{Hash, Key, Shape, hex};
pub use name::Name;
pub use object::Object;
pub use pki::Pki;
pub use report::Report;
pub use request::Request;
pub use root::Root;
pub use spelling::Spelling;
pub use statement::{Framing, Signing, Statement};
