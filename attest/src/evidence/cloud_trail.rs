//! AWS CloudTrail: whether what is done with a key is logged. Three answers say it together: which trails there are, whether a trail
//! logs now, and which events it takes.
//!
//! Fields: AWS CloudTrail API reference, `Trail`, `GetTrailStatus`, `GetEventSelectors` (read November 2026).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::claim::{Topic, Value};
use crate::confirmation::{region_and_account, trail};
use crate::malformed::Malformed;
use crate::shown;

use super::Gathered;
use super::answer::{self, Moment, Object};

const TRAILS: &str = "the answer to cloudtrail:DescribeTrails";
const STATUS: &str = "the answer to cloudtrail:GetTrailStatus";
const SELECTORS: &str = "the answer to cloudtrail:GetEventSelectors";
/// The events of AWS KMS. Trails leave them out where there are many: AWS KMS developer guide, "Logging AWS KMS API calls".
const KMS: &str = "kms.amazonaws.com";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DescribeTrails {
    #[serde(rename = "trailList")]
    trails: Vec<Object<Trail>>,
}

/// Every documented field; those with an underscore decide nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Trail {
    #[serde(rename = "TrailARN")]
    arn: String,
    _cloud_watch_logs_log_group_arn: Option<String>,
    _cloud_watch_logs_role_arn: Option<String>,
    _has_custom_event_selectors: Option<bool>,
    _has_insight_selectors: Option<bool>,
    home_region: Option<String>,
    _include_global_service_events: Option<bool>,
    is_multi_region_trail: Option<bool>,
    is_organization_trail: Option<bool>,
    _kms_key_id: Option<String>,
    log_file_validation_enabled: Option<bool>,
    _name: Option<String>,
    _recursive_logging: Option<bool>,
    _s3_bucket_name: Option<String>,
    _s3_key_prefix: Option<String>,
    #[serde(rename = "SnsTopicARN")]
    _sns_topic_arn: Option<String>,
    _sns_topic_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct TrailStatus {
    is_logging: bool,
    _latest_cloud_watch_logs_delivery_error: Option<String>,
    _latest_cloud_watch_logs_delivery_time: Option<Moment>,
    _latest_delivery_attempt_succeeded: Option<String>,
    _latest_delivery_attempt_time: Option<String>,
    latest_delivery_error: Option<String>,
    _latest_delivery_time: Option<Moment>,
    latest_digest_delivery_error: Option<String>,
    _latest_digest_delivery_time: Option<Moment>,
    _latest_notification_attempt_succeeded: Option<String>,
    _latest_notification_attempt_time: Option<String>,
    _latest_notification_error: Option<String>,
    _latest_notification_time: Option<Moment>,
    _start_logging_time: Option<Moment>,
    _stop_logging_time: Option<Moment>,
    _time_logging_started: Option<String>,
    _time_logging_stopped: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct EventSelectors {
    #[serde(rename = "TrailARN")]
    arn: String,
    event_selectors: Option<Vec<Object<EventSelector>>>,
    advanced_event_selectors: Option<Vec<Object<AdvancedEventSelector>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct EventSelector {
    _data_resources: Option<serde::de::IgnoredAny>,
    exclude_management_event_sources: Option<Vec<String>>,
    include_management_events: Option<bool>,
    read_write_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct AdvancedEventSelector {
    field_selectors: Vec<Object<FieldSelector>>,
    _name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct FieldSelector {
    field: String,
    equals: Option<Vec<String>>,
    starts_with: Option<Vec<String>>,
    ends_with: Option<Vec<String>>,
    not_equals: Option<Vec<String>>,
    not_starts_with: Option<Vec<String>>,
    not_ends_with: Option<Vec<String>>,
}

/// Which trails there are; none where the answer cannot be read.
pub(crate) fn trail_arns(json: &[u8]) -> Vec<String> {
    let read = answer::read(TRAILS, json);
    read.map_or_else(
        |_| Vec::new(),
        |DescribeTrails { trails }| trails.into_iter().map(|Object(one)| one.arn).collect(),
    )
}

/// What was said of trails so far.
#[derive(Default)]
pub(super) struct Trails {
    trails: Option<Vec<Trail>>,
    /// What is in the way of a trail's files, if anything is.
    logging: BTreeMap<String, Option<&'static str>>,
    /// Why the events of AWS KMS are not among those that a trail takes, if they are not.
    lacking: BTreeMap<String, Option<&'static str>>,
}

impl Trails {
    pub(super) fn described(&mut self, json: &[u8]) -> Result<(), Malformed> {
        let DescribeTrails { trails } = answer::read(TRAILS, json)?;
        self.trails = Some(trails.into_iter().map(|Object(trail)| trail).collect());
        Ok(())
    }

    /// The answer does not name the trail: the record does.
    pub(super) fn status(&mut self, of: &str, json: &[u8]) -> Result<(), Malformed> {
        let status: TrailStatus = answer::read(STATUS, json)?;
        self.logging.insert(of.to_owned(), status.fails());
        Ok(())
    }

    pub(super) fn selectors(&mut self, of: &str, json: &[u8]) -> Result<(), Malformed> {
        let answer: EventSelectors = answer::read(SELECTORS, json)?;
        if answer.arn != of {
            return Err(Malformed::new(SELECTORS, format!("{of}, in TrailARN"), shown::short(&answer.arn)));
        }
        self.lacking.insert(of.to_owned(), answer.lacks());
        Ok(())
    }

    /// One trail that takes all is enough. Of trails of which too little was said, nothing is known.
    pub(super) fn conclude(&self, resource: &str, gathered: &mut Gathered) {
        let (Some(trails), Some((region, account))) = (&self.trails, region_and_account(resource)) else { return };
        let judged: Vec<(&Trail, Judged)> =
            trails.iter().map(|trail| (trail, self.judge(trail, region, account))).collect();
        let said = |(trail, judged): &(&Trail, Judged)| match judged {
            Judged::Logs => format!("the trail {} takes every event of AWS KMS", trail.arn),
            Judged::Unknown(what) | Judged::Not(what) => format!("the trail {}: {what}", trail.arn),
        };
        let good = judged.iter().find(|(_, judged)| matches!(judged, Judged::Logs));
        let known = judged.iter().all(|(_, judged)| !matches!(judged, Judged::Unknown(_)));
        if good.is_some() || known {
            gathered.answered(TRAILS, Topic::Logging, Value::Flag(good.is_some()));
        }
        let told: Vec<String> = match good {
            Some(good) => vec![said(good)],
            None if judged.is_empty() => vec!["the account has no trail in the key's region".to_owned()],
            None => judged.iter().map(said).collect(),
        };
        for text in told {
            gathered.answered(TRAILS, Topic::Logs, Value::Text(text));
        }
    }

    fn judge(&self, one: &Trail, region: &str, account: &str) -> Judged {
        let Some((_, _, of_account)) = trail(&one.arn) else { return Judged::Not("its ARN is of no trail") };
        // The record says in which account it was asked; of an organisation, the trail is the administrator's.
        if of_account != account && one.is_organization_trail != Some(true) {
            return Judged::Not("it is of another account than the key");
        }
        if one.is_multi_region_trail != Some(true) && one.home_region.as_deref() != Some(region) {
            return Judged::Not("it does not log the key's region");
        }
        if one.log_file_validation_enabled != Some(true) {
            return Judged::Not("its files are not validated: LogFileValidationEnabled is not true");
        }
        match (self.logging.get(&one.arn), self.lacking.get(&one.arn)) {
            (Some(Some(failing)), _) => Judged::Not(failing),
            (_, Some(Some(lacking))) => Judged::Not(lacking),
            (None, _) => Judged::Unknown("whether it logs now, GetTrailStatus did not say"),
            (_, None) => Judged::Unknown("which events it takes, GetEventSelectors did not say"),
            (Some(None), Some(None)) => Judged::Logs,
        }
    }
}

/// What is known of a trail.
enum Judged {
    /// It takes every event of the key.
    Logs,
    /// It does not.
    Not(&'static str),
    /// Not enough.
    Unknown(&'static str),
}

impl TrailStatus {
    /// Why no log is written, if none is. AWS CloudTrail API reference, `GetTrailStatus`: errors of deliveries are those of the bucket, which
    /// last until somebody mends it.
    fn fails(&self) -> Option<&'static str> {
        let is_said = |error: &Option<String>| error.as_deref().is_some_and(|error| !error.is_empty());
        if !self.is_logging {
            return Some("it does not log now: IsLogging is false");
        }
        if is_said(&self.latest_delivery_error) {
            return Some("its files cannot be delivered: LatestDeliveryError says why");
        }
        is_said(&self.latest_digest_delivery_error)
            .then_some("its digests cannot be delivered: LatestDigestDeliveryError says why")
    }
}

impl EventSelectors {
    /// Why no selector takes every event of AWS KMS, if none does.
    fn lacks(&self) -> Option<&'static str> {
        let plain = self.event_selectors.iter().flatten().map(|Object(selector)| selector.lacks());
        let advanced = self.advanced_event_selectors.iter().flatten().map(|Object(selector)| selector.lacks());
        let mut all = plain.chain(advanced);
        let first = all.next().unwrap_or(Some("it has no event selector"));
        if all.any(|lacking| lacking.is_none()) { None } else { first }
    }
}

impl EventSelector {
    fn lacks(&self) -> Option<&'static str> {
        let excluded = self.exclude_management_event_sources.as_deref().unwrap_or_default();
        if self.include_management_events != Some(true) {
            Some("it takes no management events")
        } else if self.read_write_type.as_deref() != Some("All") {
            Some("it does not take both reads and writes: ReadWriteType is not All")
        } else if excluded.iter().any(|source| source == KMS) {
            Some("it leaves out AWS KMS: ExcludeManagementEventSources has kms.amazonaws.com")
        } else {
            None
        }
    }
}

impl AdvancedEventSelector {
    /// Every field but the category narrows what is taken; of sources, some may be left out.
    fn lacks(&self) -> Option<&'static str> {
        let fields: Vec<&FieldSelector> = self.field_selectors.iter().map(|Object(field)| field).collect();
        let management = |field: &&FieldSelector| {
            field.field == "eventCategory" && field.equals.as_deref() == Some(&["Management".to_owned()])
        };
        if !fields.iter().any(management) {
            return Some("it takes no management events");
        }
        let narrowing = fields.iter().find(|field| !management(field) && !field.leaves_kms_in());
        narrowing.map(|field| {
            if field.field == "eventSource" {
                "it leaves out AWS KMS: an advanced selector has eventSource"
            } else {
                "an advanced selector takes some events alone"
            }
        })
    }
}

impl FieldSelector {
    /// Whether it leaves out other sources alone.
    fn leaves_kms_in(&self) -> bool {
        let Self { field, equals, starts_with, ends_with, not_equals, not_starts_with, not_ends_with } = self;
        let others = [equals, starts_with, ends_with, not_starts_with, not_ends_with];
        let excluded = not_equals.as_deref().unwrap_or_default();
        field == "eventSource"
            && others.iter().all(|list| list.as_deref().unwrap_or_default().is_empty())
            && excluded.iter().all(|source| source != KMS)
    }
}

#[cfg(test)]
mod tests;
