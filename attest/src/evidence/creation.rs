//! How a key of AWS KMS was made, by what AWS recorded of it: an event in a log file of CloudTrail, whose hash is in a digest file, which
//! AWS signed with a key that it told the CA. The files are the subscriber's to hand in; nobody who can change them in his bucket can sign
//! them again.
//!
//! The signature of a digest stands beside it in S3, where copying loses it, and in the digest that came after it. So the last digest
//! that is handed in carries the signature of the one before, and counts itself only if its own is handed in too.
//!
//! A log has the key's ARN and never its public key: that the two belong together, the cloud told the CA in its own answers.

mod digest;
mod keys;
mod log;
#[cfg(test)]
mod tests;

use serde::Deserialize;

use crate::check::Check;
use crate::claim::{Topic, Value};
use crate::confirmation::region_and_account;
use crate::finding::Basis;
use crate::instant::Instant;
use crate::malformed::Malformed;
use crate::shown;

use super::Gathered;
use super::answer::{self, Object};
use super::binding::Name;
pub(crate) use digest::GZIP as DIGEST;
use digest::{Digest, account_and_region};
pub(crate) use keys::{DigestKey, parse as digest_keys};
pub(super) use log::Event;
pub(crate) use log::GZIP as LOG;
use log::Log;

const FROM: &str = "the log of AWS CloudTrail";

/// What was handed in of a trail.
#[derive(Default)]
pub(crate) struct Files {
    digests: Vec<Digest>,
    logs: Vec<Log>,
    /// Of the last digest.
    signature: Option<String>,
}

/// S3 API reference, HeadObject: the rest of the answer decides nothing, and is not signed.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HeadObject {
    metadata: Object<Metadata>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Metadata {
    signature: String,
}

impl Files {
    pub(super) fn digest(&mut self, compressed: &[u8]) -> Result<(), Malformed> {
        self.digests.push(Digest::parse(compressed)?);
        Ok(())
    }

    pub(super) fn log(&mut self, compressed: &[u8]) -> Result<(), Malformed> {
        self.logs.push(Log::parse(compressed)?);
        Ok(())
    }

    pub(super) fn signature(&mut self, json: &[u8]) -> Result<(), Malformed> {
        const PART: &str = "the answer to s3:HeadObject";
        let HeadObject { metadata: Object(Metadata { signature }) } = answer::read(PART, json)?;
        if self.signature.replace(signature).is_some() {
            return Err(Malformed::new(PART, "one, of the last digest", "a second one"));
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.digests.is_empty() && self.logs.is_empty() && self.signature.is_none()
    }
}

/// Makes every check of what was handed in of a trail, now that it is known what AWS told the CA, and which key it is about.
pub(super) fn conclude(gathered: &mut Gathered) {
    let files = std::mem::take(&mut gathered.trail);
    if files.is_empty() {
        return;
    }
    let named = gathered.pieces.iter().flat_map(|piece| &piece.names).find_map(|name| match name {
        Name::Full(name) => Some(name.clone()),
        Name::Hash(_) | Name::Tail(_) => None,
    });
    let arn = gathered.report.as_ref().map(|(report, _)| report.resource.clone()).or(named).unwrap_or_default();
    let mut write = |check, outcome| gathered.ledger.check_by(Basis::Recorded, check, outcome);
    let imported = files.logs.iter().flat_map(|log| &log.events).find(|event| event.imports(&arn));
    write(
        Check::NotImported,
        imported.map_or_else(
            || Ok("no log that was handed in has an import into the key".to_owned()),
            |event| Err(format!("ImportKeyMaterial at {}", shown::text(&event.event_time))),
        ),
    );
    let unread = |gathered: &mut Gathered, why: &str| {
        let text = format!("{FROM} was handed in and shows nothing: {why}");
        gathered.claim(Topic::Events, Value::Text(text), Basis::Reported, FROM);
    };
    let Some(keys) = gathered.digest_keys.take() else {
        return unread(gathered, "nobody asked AWS for the keys by which it signs digests (aws.list-public-keys)");
    };
    if files.logs.is_empty() {
        return unread(gathered, "no log file is among it");
    }
    let chain = Chain::of(files.digests, files.signature);
    if chain.signed().is_empty() {
        return unread(
            gathered,
            "no digest comes with its signature, which is in the digest after it, or beside the last one in S3 (aws s3api head-object)",
        );
    }
    let found = found(&files.logs, &arn, &chain);
    let created = found.as_ref().and_then(|(_, event)| Instant::parse(&event.event_time));
    let outcomes = [
        (Check::DigestSignature, chain.signatures(&keys)),
        (Check::DigestChain, chain.links(created)),
        (Check::CreationLogged, found.as_ref().map_or_else(|| Err(not_there(&arn)), |(_, event)| generated(event))),
        (Check::LogPlace, chain.places(&arn, found.as_ref())),
    ];
    for (check, outcome) in outcomes {
        gathered.ledger.check_by(Basis::Recorded, check, outcome);
    }
    let Some((log, event)) = found else { return };
    let listed = chain.listed(log).map_or_else(
        || Err(format!("no digest has a file with the hash {}, which this log has", shown::hex(&log.hash))),
        |object| Ok(shown::text(object)),
    );
    gathered.ledger.check_by(Basis::Recorded, Check::LogDigested, listed);
    if event.origin() == Some(GENERATED) {
        gathered.claim(Topic::Local, Value::Flag(true), Basis::Recorded, FROM);
    }
    let text = format!(
        "CreateKey at {}, in a log that AWS signed; it has the ARN, no log has the public key",
        event.event_time
    );
    gathered.claim(Topic::Events, Value::Text(text), Basis::Recorded, FROM);
}

/// AWS KMS API reference, `Origin`: made inside of AWS KMS.
const GENERATED: &str = "AWS_KMS";

fn not_there(arn: &str) -> String {
    format!("no log that was handed in has CreateKey of {}, done by AWS KMS", shown::text(arn))
}

fn generated(event: &Event) -> Result<String, String> {
    match event.origin() {
        Some(GENERATED) => Ok(format!("CreateKey at {}, Origin AWS_KMS", shown::text(&event.event_time))),
        other => Err(format!("CreateKey says Origin {}", shown::text(other.unwrap_or("nothing")))),
    }
}

/// The event in which the key was created: of several, one in a log that a digest has.
fn found<'a>(logs: &'a [Log], arn: &str, chain: &Chain) -> Option<(&'a Log, &'a Event)> {
    let all = logs.iter().flat_map(|log| log.events.iter().map(move |event| (log, event)));
    let all: Vec<(&Log, &Event)> = all.filter(|(_, event)| event.creates(arn)).collect();
    all.iter().find(|(log, _)| chain.listed(log).is_some()).or(all.first()).copied()
}

/// Digests in the order of time, the oldest first, each with its signature where there is one.
struct Chain {
    digests: Vec<(Digest, Option<String>)>,
}

impl Chain {
    fn of(mut digests: Vec<Digest>, last: Option<String>) -> Self {
        digests.sort_by_key(|digest| (digest.end, digest.start));
        let carried = |digest: &Digest| {
            let after = digests.iter().filter_map(|other| other.previous.as_ref());
            after.filter(|previous| previous.place == digest.place).map(|previous| previous.signature.clone()).next()
        };
        let mut signatures: Vec<Option<String>> = digests.iter().map(carried).collect();
        if let (Some(place), Some(last)) = (signatures.last_mut(), last) {
            *place = Some(last);
        }
        Self { digests: digests.into_iter().zip(signatures).collect() }
    }

    /// Those that count: all but the last, where nothing has its signature.
    fn signed(&self) -> &[(Digest, Option<String>)] {
        match self.digests.split_last() {
            Some(((_, None), before)) => before,
            _ => &self.digests,
        }
    }

    fn signatures(&self, keys: &[DigestKey]) -> Result<String, String> {
        let mut count = 0_usize;
        for (digest, signature) in self.signed() {
            // One that no digest names is no part of the chain.
            if let Some(signature) = signature {
                digest.is_signed(signature, keys)?;
                count = count.saturating_add(1);
            }
        }
        Ok(format!("{count} digests"))
    }

    /// Whether each is the one that the next one names, and the first began before the key was created.
    fn links(&self, created: Option<Instant>) -> Result<String, String> {
        for pair in self.digests.windows(2) {
            let [(older, _), (newer, _)] = pair else { continue };
            let Some(previous) = &newer.previous else {
                return Err(format!("the digest until {} is the first of its trail, and others are older", newer.end));
            };
            let what = if previous.place != older.place {
                "another file"
            } else if previous.hash != older.hash {
                "a file with another hash"
            } else if newer.start != older.end {
                "a file of another time"
            } else {
                continue;
            };
            return Err(format!("before the digest until {} came {what} than the one until {}", newer.end, older.end));
        }
        let (Some((first, _)), Some((last, _))) = (self.signed().first(), self.signed().last()) else {
            return Err("no digest".to_owned());
        };
        let span = format!("from {} until {}", first.start, last.end);
        match created {
            Some(created) if !(first.start..=last.end).contains(&created) => {
                Err(format!("the digests are {span}, and the key was created at {created}"))
            }
            Some(_) | None => Ok(span),
        }
    }

    /// Whether digests, log and event are of the key's account and region.
    fn places(&self, arn: &str, found: Option<&(&Log, &Event)>) -> Result<String, String> {
        let Some((region, account)) = region_and_account(arn) else {
            return Err(format!("{} is no key of AWS KMS", shown::text(arn)));
        };
        let wrong = |what: &str, place: &str| Err(format!("{what} is {}", shown::text(place)));
        for (digest, _) in &self.digests {
            let object = &digest.place.object;
            if account_and_region(object, "CloudTrail-Digest") != Some((account, region)) || digest.account != account {
                return wrong("a digest", &format!("{object} of the account {}", digest.account));
            }
        }
        if let Some((log, event)) = found {
            if let Some(object) = self.listed(log)
                && account_and_region(object, "CloudTrail") != Some((account, region))
            {
                return wrong("the log", object);
            }
            let recipient = event.recipient_account_id.as_deref().unwrap_or(account);
            if event.aws_region != region || recipient != account {
                return wrong("CreateKey", &format!("of the account {recipient} in {}", event.aws_region));
            }
        }
        Ok(format!("the account {account} in {region}"))
    }

    /// The name of the log file in the digest that has it.
    fn listed(&self, log: &Log) -> Option<&str> {
        let mut all = self.signed().iter().flat_map(|(digest, _)| &digest.logs);
        all.find(|(hash, _)| *hash == log.hash).map(|(_, object)| object.as_str())
    }
}
