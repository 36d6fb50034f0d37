//! Evidence: untrusted bytes about one key, and what they claim once they stand every check.

mod google;

use std::marker::PhantomData;

use crate::anchor::Anchors;
use crate::certificate::sha256;
use crate::check::{Check, Ledger};
use crate::claim::{Claim, Topic, Value};
use crate::finding::{Basis, Finding};
use crate::malformed::Malformed;
use crate::public_key::PublicKey;
use crate::shown;

/// What a subscriber hands in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Evidence {
    /// Google Cloud HSM: the statement as `CAVIUM_V2_COMPRESSED`, and the certificates in DER, in any order.
    GoogleStatement {
        /// The gzip.
        compressed: Vec<u8>,
        /// The certificates.
        certificates: Vec<Vec<u8>>,
    },
}

/// What the evidence says of one key. Only [`verify`] makes it.
#[derive(Debug)]
pub struct Claims<A> {
    pub(crate) key: Option<PublicKey>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) checks: Vec<Finding>,
    pub(crate) sound: bool,
    anchors: PhantomData<A>,
}

/// Makes every check of all pieces of evidence about one key.
///
/// Claims of evidence that fails a check are kept for people to see and count for nothing.
///
/// # Errors
/// [`Malformed`] for bytes that are not evidence of their kind: nothing is decided about those.
pub fn verify<A: Anchors>(evidence: &[Evidence], anchors: &A) -> Result<Claims<A>, Malformed> {
    verify_with(evidence, anchors, Ledger::default())
}

pub(crate) fn verify_with<A: Anchors>(
    evidence: &[Evidence],
    anchors: &A,
    ledger: Ledger,
) -> Result<Claims<A>, Malformed> {
    let mut gathered = Gathered { key: None, claims: Vec::new(), ledger };
    for piece in evidence {
        match piece {
            Evidence::GoogleStatement { compressed, certificates } => {
                google::gather(compressed, certificates, anchors, &mut gathered)?;
            }
        }
    }
    let Gathered { key, claims, ledger } = gathered;
    let sound = ledger.is_clean();
    Ok(Claims { key, claims, sound, checks: ledger.into_findings(), anchors: PhantomData })
}

/// What the pieces say, as far as they were read.
pub(crate) struct Gathered {
    key: Option<PublicKey>,
    claims: Vec<Claim>,
    pub(crate) ledger: Ledger,
}

impl Gathered {
    /// The key that a piece is about. All must be about the same.
    pub(crate) fn about(&mut self, key: PublicKey) {
        let hash = |key: &PublicKey| shown::hex(&sha256(key.spki()));
        match &self.key {
            None => self.key = Some(key),
            Some(known) => {
                let outcome = if *known == key {
                    Ok(hash(&key))
                } else {
                    Err(format!("one piece of evidence is about {}, another about {}", hash(known), hash(&key)))
                };
                self.ledger.check(Check::OneKey, outcome);
            }
        }
    }

    pub(crate) fn claim(&mut self, topic: Topic, value: Value, basis: Basis, from: &'static str) {
        self.claims.push(Claim { topic, value, basis, from });
    }
}

impl<A> Claims<A> {
    /// The public key that all of it is about.
    #[must_use]
    pub fn key(&self) -> Option<&PublicKey> {
        self.key.as_ref()
    }

    /// Every claim.
    #[must_use]
    pub fn all(&self) -> &[Claim] {
        &self.claims
    }

    /// Every check of the evidence.
    #[must_use]
    pub fn checks(&self) -> &[Finding] {
        &self.checks
    }

    /// What evidence that stands every check says about a topic.
    pub(crate) fn about(&self, topic: Topic) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(move |claim| self.sound && claim.topic == topic)
    }
}
