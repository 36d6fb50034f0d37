//! Faults to come: what goes wrong, on which operation, how often, in the order they were posted.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Something that goes wrong on purpose. Only the fields that are given apply.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Fault {
    /// Operation it applies to; `*` is every operation.
    pub(crate) operation: String,
    /// The key it applies to, as requests name it; absent is every request. Goes with anything but `reset: "before"`.
    pub(crate) key: Option<String>,
    /// How many requests it applies to; absent or null is every one.
    pub(crate) times: Option<u64>,
    /// How many matching requests pass untouched first.
    pub(crate) skip: u64,
    /// Waits this long before anything else.
    pub(crate) latency_ms: Option<u64>,
    /// HTTP status of a refusal.
    pub(crate) status: Option<u16>,
    /// The service's error name of a refusal.
    pub(crate) error: Option<String>,
    /// The text of a refusal.
    pub(crate) message: Option<String>,
    /// Seconds in `Retry-After`.
    pub(crate) retry_after: Option<f64>,
    /// A TCP reset.
    pub(crate) reset: Option<Reset>,
    /// The request is read and never answered.
    pub(crate) hang: bool,
    /// Only so many bytes of the body are sent, then the connection is closed.
    pub(crate) truncate: Option<usize>,
    /// An answer that is not what it should be.
    pub(crate) corrupt: Option<Corruption>,
    /// Members of the answer's JSON, by JSON pointer (RFC 6901), and what stands in their place; null takes one out.
    pub(crate) replace: BTreeMap<String, Value>,
    /// The service's clock is so many seconds ahead of this machine's, or behind it.
    pub(crate) clock_ahead: Option<i64>,
}

/// When the connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reset {
    /// Before the body was read.
    Before,
    /// After the request was read and carried out.
    After,
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Corruption {
    /// One bit of the signature is changed.
    Signature,
    /// A valid signature, by another key.
    OtherKey,
    /// The answer names another key.
    KeyId,
    /// Google: the checksum of the signature is another's.
    #[serde(rename = "signature-crc32c")]
    SignatureChecksum,
    /// Google: the checksum of the public key is another's.
    #[serde(rename = "pem-crc32c")]
    PublicKeyChecksum,
    /// Google: the answer does not say that the checksum of the digest was verified.
    DigestUnverified,
    /// Azure: the number of an RSA key has a zero byte before it.
    LeadingZero,
    /// Azure: identifiers have another host.
    OtherHost,
    /// Azure: identifiers have another port.
    OtherPort,
    /// Azure: the challenge says `authorization_uri`, after the resource.
    AuthorizationUri,
    /// Azure: `error` is a text where an object belongs.
    ErrorText,
    /// There is no body.
    Empty,
    /// The body is not JSON.
    Body,
    /// The body is a web page.
    Html,
}

/// The faults in order of posting.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

/// What happens to one request.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Waits this long first.
    pub(crate) latency: Duration,
    /// The one fault that decides the answer.
    pub(crate) fault: Option<Fault>,
}

impl Plan {
    /// What a later plan for the same request adds.
    pub(crate) fn add(&mut self, later: Self) {
        self.latency += later.latency;
        self.fault = self.fault.take().or(later.fault);
    }
}

impl Fault {
    /// Why this fault can never apply, if so.
    pub(crate) fn mistake(&self) -> Option<&'static str> {
        if self.operation.is_empty() {
            return Some("operation is required: a name such as \"Sign\", or \"*\"");
        }
        if self.latency_ms.is_none() && !self.decides() {
            return Some(
                "give at least one of latency_ms, status, error, reset, hang, truncate, corrupt, replace, clock_ahead",
            );
        }
        if self.replace.keys().any(|pointer| !pointer.starts_with('/')) {
            return Some("replace has JSON pointers, such as \"/name\"");
        }
        if self.key.is_some() && self.reset == Some(Reset::Before) {
            return Some("reset \"before\" happens before the key is known");
        }
        if self.retry_after.is_some_and(|seconds| !(0.0..=3600.0).contains(&seconds)) {
            return Some("retry_after is a number of seconds from 0 to 3600");
        }
        if self.status.is_some_and(|status| !(200..=599).contains(&status)) {
            return Some("status is an HTTP status from 200 to 599");
        }
        None
    }

    /// Whether the request is refused in place of being carried out.
    pub(crate) fn refuses(&self) -> bool {
        self.status.is_some() || self.error.is_some()
    }

    fn decides(&self) -> bool {
        self.refuses()
            || self.reset.is_some()
            || self.hang
            || self.truncate.is_some()
            || self.corrupt.is_some()
            || !self.replace.is_empty()
            || self.clock_ahead.is_some()
    }

    fn matches(&self, operation: Option<&str>, key: Option<&str>) -> bool {
        self.key.as_deref() == key && (self.operation == "*" || operation == Some(self.operation.as_str()))
    }
}

impl Faults {
    /// Adds one at the end.
    pub(crate) fn post(&self, fault: Fault) {
        self.change(|faults| faults.push(fault));
    }

    /// Forgets all.
    pub(crate) fn clear(&self) {
        self.change(Vec::clear);
    }

    /// Those that are left; `times` and `skip` are what remains of them.
    pub(crate) fn list(&self) -> Vec<Fault> {
        self.change(|faults| faults.clone())
    }

    /// What happens to the next request. A fault that is latency alone lets the following ones apply as
    /// well; the first other one that is not being skipped decides.
    ///
    /// Asked twice for a request: without a key once its head is read, for the faults that name none; and with the key
    /// that it names once its body is, for those that do.
    pub(crate) fn plan(&self, operation: Option<&str>, key: Option<&str>) -> Plan {
        self.change(|faults| {
            let mut plan = Plan::default();
            for fault in faults.iter_mut() {
                if plan.fault.is_some() || fault.times == Some(0) || !fault.matches(operation, key) {
                    continue;
                }
                if fault.skip > 0 {
                    fault.skip -= 1;
                    continue;
                }
                fault.times = fault.times.map(|times| times - 1);
                plan.latency += Duration::from_millis(fault.latency_ms.unwrap_or(0));
                if fault.decides() {
                    plan.fault = Some(fault.clone());
                }
            }
            faults.retain(|fault| fault.times != Some(0));
            plan
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<Fault>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(json: &str) -> Fault {
        serde_json::from_str(json).unwrap()
    }

    fn error(plan: &Plan) -> Option<&str> {
        plan.fault.as_ref().and_then(|fault| fault.error.as_deref())
    }

    #[test]
    fn faults_apply_in_order_of_posting_each_as_often_as_it_says() {
        let faults = Faults::default();
        faults.post(fault(r#"{"operation":"Sign","times":2,"error":"A"}"#));
        faults.post(fault(r#"{"operation":"*","times":1,"error":"B"}"#));
        assert_eq!(error(&faults.plan(Some("Sign"), None)), Some("A"));
        assert_eq!(error(&faults.plan(Some("DescribeKey"), None)), Some("B"));
        assert_eq!(error(&faults.plan(Some("Sign"), None)), Some("A"));
        assert_eq!(error(&faults.plan(Some("Sign"), None)), None);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn skipped_requests_pass_untouched() {
        let faults = Faults::default();
        faults.post(fault(r#"{"operation":"Sign","times":1,"skip":2,"error":"A"}"#));
        let seen: Vec<bool> = (0..4).map(|_| faults.plan(Some("Sign"), None).fault.is_some()).collect();
        assert_eq!(seen, [false, false, true, false]);
    }

    #[test]
    fn latency_alone_adds_to_the_fault_that_follows() {
        let faults = Faults::default();
        faults.post(fault(r#"{"operation":"*","latency_ms":5}"#));
        faults.post(fault(r#"{"operation":"Sign","times":1,"latency_ms":7,"hang":true}"#));
        let plan = faults.plan(Some("Sign"), None);
        assert_eq!(plan.latency, Duration::from_millis(12));
        assert!(plan.fault.unwrap().hang);
        assert_eq!(faults.plan(Some("Sign"), None).latency, Duration::from_millis(5));
    }

    #[test]
    fn a_fault_of_one_key_leaves_the_others_alone() {
        let faults = Faults::default();
        faults.post(fault(r#"{"operation":"Sign","key":"alias/a","times":1,"latency_ms":9,"error":"A"}"#));
        assert_eq!(error(&faults.plan(Some("Sign"), None)), None);
        assert_eq!(error(&faults.plan(Some("Sign"), Some("alias/b"))), None);
        let mut plan = faults.plan(Some("Sign"), None);
        plan.add(faults.plan(Some("Sign"), Some("alias/a")));
        assert_eq!((error(&plan), plan.latency), (Some("A"), Duration::from_millis(9)));
        assert!(fault(r#"{"operation":"Sign","key":"a","reset":"before"}"#).mistake().is_some());
    }

    #[test]
    fn a_fault_without_effect_or_operation_is_a_mistake() {
        assert!(fault(r#"{"operation":"Sign"}"#).mistake().is_some());
        assert!(fault(r#"{"hang":true}"#).mistake().is_some());
        assert!(fault(r#"{"operation":"Sign","hang":true}"#).mistake().is_none());
        assert!(serde_json::from_str::<Fault>(r#"{"operation":"Sign","hangs":true}"#).is_err());
    }
}
