//! Holds the pieces of evidence against each other: one key version, of one kind, and no answer about another.

use crate::admission::{azure, google};
use crate::certificate::sha256;
use crate::check::{Check, Ledger};
use crate::public_key::{Algorithm, PublicKey};
use crate::shown;

/// What a piece of evidence says that others can contradict.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) from: &'static str,
    /// Whether it holds the public key itself; otherwise its name is all that ties it to one.
    pub(super) with_key: bool,
    pub(super) names: Vec<Name>,
    /// The cloud's word for the kind of key, and what that means here, if it is known.
    pub(super) kind: Option<(String, Option<Algorithm>)>,
    pub(super) level: Level,
}

impl Piece {
    pub(super) fn new(from: &'static str) -> Self {
        Self { from, with_key: false, names: Vec::new(), kind: None, level: Level::Elsewhere }
    }
}

/// A name of a key version, or the part of it that a statement has.
#[derive(Clone, Debug)]
pub(super) enum Name {
    /// All of it.
    Full(String),
    /// Its SHA-256, lower-case hexadecimal.
    Hash(String),
    /// `KEY/VERSION`, without the host.
    Tail(String),
}

impl Name {
    pub(super) fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Full(one), Self::Full(other))
            | (Self::Hash(one), Self::Hash(other))
            | (Self::Tail(one), Self::Tail(other)) => one == other,
            (Self::Full(name), Self::Hash(hash)) | (Self::Hash(hash), Self::Full(name)) => {
                shown::hex(&sha256(name.as_bytes())) == *hash
            }
            (Self::Full(name), Self::Tail(tail)) | (Self::Tail(tail), Self::Full(name)) => {
                azure::key_version(name).is_some_and(|(_, key, version)| format!("{key}/{version}") == *tail)
            }
            (Self::Hash(_), Self::Tail(_)) | (Self::Tail(_), Self::Hash(_)) => false,
        }
    }

    pub(super) fn shown(&self) -> String {
        match self {
            Self::Full(name) => shown::text(name),
            Self::Hash(hash) => format!("the version whose name has the SHA-256 {hash}"),
            Self::Tail(tail) => format!("…/{}", shown::text(tail)),
        }
    }
}

/// A protection level as Google's answers state it.
#[derive(Debug)]
pub(super) enum Level {
    /// Not an answer that has one.
    Elsewhere,
    /// The version's.
    OfVersion(Option<String>),
    /// The one that the answer about the public key states.
    OfPublicKey(Option<String>),
}

/// Makes every check that takes more than one piece, or more than one word of a piece.
pub(super) fn check(pieces: &[Piece], key: Option<&PublicKey>, ledger: &mut Ledger) {
    let names: Vec<(&Piece, &Name)> =
        pieces.iter().flat_map(|piece| piece.names.iter().map(move |name| (piece, name))).collect();
    if pieces.len() > 1 || names.len() > 1 {
        ledger.check_reported(Check::OneName, one_name(pieces, &names));
    }
    for piece in pieces {
        if let (Some((word, kind)), Some(key)) = (&piece.kind, key) {
            let observed =
                format!("{} states {}, the key is {}", piece.from, shown::text(word), key.algorithm().name());
            let agrees = *kind == Some(key.algorithm());
            ledger.check_reported(Check::StatedKind, if agrees { Ok(observed) } else { Err(observed) });
        }
        if let Level::OfPublicKey(level) = &piece.level {
            let outcome = match protection_level(pieces, level.as_deref()) {
                Ok(()) => Ok(shown::text(level.as_deref().unwrap_or_default())),
                Err(why) => Err(why),
            };
            ledger.check_reported(Check::ProtectionLevel, outcome);
        }
    }
}

fn one_name(pieces: &[Piece], names: &[(&Piece, &Name)]) -> Result<String, String> {
    for (index, (piece, name)) in names.iter().enumerate() {
        for (other_piece, other) in names.iter().skip(index.saturating_add(1)) {
            if !name.fits(other) {
                return Err(format!(
                    "{} names {}, {} names {}",
                    piece.from,
                    name.shown(),
                    other_piece.from,
                    other.shown()
                ));
            }
        }
    }
    let keys_are_named = names.iter().any(|(piece, _)| piece.with_key);
    let has_key = pieces.iter().any(|piece| piece.with_key);
    let loose = pieces.iter().find(|piece| !piece.with_key && (piece.names.is_empty() || !keys_are_named));
    match (loose, names.first()) {
        (Some(piece), _) if has_key => Err(format!("nothing ties {} to the key", piece.from)),
        (_, Some((_, name))) => Ok(name.shown()),
        (_, None) => Ok("no name".to_owned()),
    }
}

fn protection_level(pieces: &[Piece], public_key: Option<&str>) -> Result<(), String> {
    let mut versions = pieces.iter().filter_map(|piece| match &piece.level {
        Level::OfVersion(level) => level.as_deref(),
        Level::Elsewhere | Level::OfPublicKey(_) => None,
    });
    let version = versions.next();
    google::admit_public_key(version, public_key).map_err(|refusal| format!("{} ({})", refusal.fact(), refusal.code()))
}

#[cfg(test)]
mod tests {
    use super::super::{Evidence, specimen};
    use super::*;
    use crate::finding::Outcome;

    const VERSION: &str = "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";
    /// `printf %s NAME | sha256sum`.
    const HASH: &str = "49ca6c8e2a747a73e079314b3e23389338cbfc02a05202becfba92adb5373e3f";
    const KID: &str = "https://release.managedhsm.azure.net/keys/code/1";

    fn piece(from: &'static str, with_key: bool, names: &[Name]) -> Piece {
        Piece { with_key, names: names.to_vec(), ..Piece::new(from) }
    }

    fn full(name: &str) -> Name {
        Name::Full(name.to_owned())
    }

    fn outcome(pieces: &[Piece]) -> Vec<(&'static str, Outcome, String)> {
        let mut ledger = Ledger::default();
        check(pieces, None, &mut ledger);
        ledger.into_findings().into_iter().map(|finding| (finding.id, finding.outcome, finding.observed)).collect()
    }

    #[test]
    fn names_of_one_version_fit_in_whichever_form_they_come() {
        let (hash, tail) = (Name::Hash(HASH.to_owned()), Name::Tail("code/1".to_owned()));
        for (one, other) in [(&full(VERSION), &hash), (&full(KID), &tail), (&hash, &hash), (&tail, &tail)] {
            assert!(one.fits(other) && other.fits(one), "{one:?} {other:?}");
        }
        for (one, other) in [
            (&full(VERSION), &full(KID)),
            (&full(KID), &hash),
            (&full(VERSION), &tail),
            (&hash, &tail),
            (&full("https://release.managedhsm.azure.net/keys/xcode/1"), &tail),
            (&hash, &Name::Hash(HASH.to_uppercase())),
            (&tail, &Name::Tail("code/2".to_owned())),
        ] {
            assert!(!one.fits(other) && !other.fits(one), "{one:?} {other:?}");
        }
    }

    #[test]
    fn an_answer_without_a_key_must_be_tied_to_the_key_by_its_name() {
        let statement = |names: &[Name]| piece("the statement", true, names);
        let answer = |names: &[Name]| piece("the answer", false, names);
        let hash = Name::Hash(HASH.to_owned());
        let passed = |observed: &str| vec![("one-name", Outcome::Passed, observed.to_owned())];
        let failed = |observed: &str| vec![("one-name", Outcome::Failed, observed.to_owned())];
        assert_eq!(outcome(&[statement(std::slice::from_ref(&hash)), answer(&[full(VERSION)])]), passed(&hash.shown()));
        let loose = failed("nothing ties the answer to the key");
        assert_eq!(outcome(&[statement(&[]), answer(&[full(VERSION)])]), loose);
        assert_eq!(outcome(&[statement(std::slice::from_ref(&hash)), answer(&[])]), loose);
        assert_eq!(
            outcome(&[statement(std::slice::from_ref(&hash)), answer(&[full("other")])]),
            failed(&format!("the statement names {}, the answer names other", hash.shown()))
        );
        // Two keys are another check's business; answers alone have no key to be tied to.
        assert_eq!(outcome(&[statement(&[]), statement(&[])]), passed("no name"));
        assert_eq!(outcome(&[answer(&[full("a")]), answer(&[full("a")])]), passed("a"));
        assert_eq!(outcome(&[answer(&[full("a")])]), []);
    }
    #[test]
    fn beside_any_answer_with_the_key_a_description_that_names_none_is_of_no_key() {
        let [mut nameless, aws, azure, _, google] = hardkey_synthetic::answer::all().map(|(_, json)| json);
        nameless["KeyMetadata"].as_object_mut().unwrap().remove("Arn").unwrap();
        let [nameless, aws, azure, google] = [nameless, aws, azure, google].map(|json| json.to_string().into_bytes());
        let loose = ("one-name", "nothing ties the answer to kms:DescribeKey to the key".to_owned());
        for answer in [Evidence::AwsPublicKey(aws), Evidence::KeyVaultKey(azure), Evidence::GooglePublicKey(google)] {
            let found = specimen::failed(&specimen::read(&[Evidence::AwsDescribeKey(nameless.clone()), answer]));
            assert!(found.contains(&loose), "{found:?}");
        }
    }
}
