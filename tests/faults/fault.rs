//! Every fault, and how the emulator is made to have it.

use std::time::Duration;

use serde_json::{Value, json};

/// A fault under a call of the host.
pub struct Fault {
    /// What goes wrong, in the words of the table.
    pub name: &'static str,
    /// The call under which it goes wrong.
    pub call: Call,
    /// The operation whose requests are counted.
    pub operation: &'static str,
    /// What the emulator is told, in order.
    pub told: Vec<Value>,
    /// Where the host is sent.
    pub place: Place,
    /// Who the host says it is.
    pub identity: Identity,
    /// The `[network]` section; the last word on each limit is in here.
    pub limits: Limits,
    /// A wait that is part of the fault, and its name.
    pub wait: Option<(Duration, &'static str)>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Call {
    /// `C_FindObjectsInit`.
    Search,
    /// `C_Sign`, after a good search.
    Sign,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// The emulator over plain HTTP.
    Emulator,
    /// The emulator over TLS, whose authority is not trusted.
    Untrusted,
    /// The emulator's plain listener, spoken to in TLS.
    NotTls,
    /// A name that nobody has.
    UnknownHost,
    /// A port that nobody listens at.
    Nobody,
    /// An address that answers no SYN.
    BlackHole,
    /// A listener that accepts and never says a word, spoken to in TLS.
    Silent,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Identity {
    /// Keys in the environment that never change.
    Environment,
    /// A container's credential endpoint, which has new ones at every fetch.
    Container,
}

/// Limits that stand in the configuration, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub attempts: u64,
    pub connect_timeout: f64,
    pub attempt_timeout: f64,
    pub timeout: f64,
}

/// What every row has that says nothing else. Two attempts end within `timeout` also when both time out and the back-off
/// between them, up to 1 s, is at its longest.
pub const USUAL: Limits = Limits { attempts: 2, connect_timeout: 2.5, attempt_timeout: 3.0, timeout: 10.0 };

/// A call that may take less time than an attempt.
const SHORT: Limits = Limits { timeout: 4.0, attempt_timeout: 8.0, ..USUAL };

impl Fault {
    fn new(call: Call, operation: &'static str, name: &'static str, told: impl IntoIterator<Item = Value>) -> Self {
        let told = told.into_iter().map(|mut fault| {
            if fault["operation"].is_null() {
                fault["operation"] = json!(operation);
            }
            fault
        });
        Self {
            name,
            call,
            operation,
            told: told.collect(),
            place: Place::Emulator,
            identity: Identity::Environment,
            limits: USUAL,
            wait: None,
        }
    }

    fn sign(name: &'static str, told: Value) -> Self {
        Self::new(Call::Sign, "Sign", name, [told])
    }

    fn search(name: &'static str, told: Value) -> Self {
        Self::new(Call::Search, "DescribeKey", name, [told])
    }

    fn elsewhere(name: &'static str, place: Place) -> Self {
        Self { place, ..Self::new(Call::Search, "DescribeKey", name, []) }
    }

    fn waiting(self, seconds: u64, name: &'static str) -> Self {
        Self { wait: Some((Duration::from_secs(seconds), name)), ..self }
    }

    fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    fn in_a_container(self) -> Self {
        Self { identity: Identity::Container, ..self }
    }
}

/// The faults, in the order of the table.
pub fn all() -> Vec<Fault> {
    let mut all = at_signing();
    all.extend(at_the_search());
    all.extend(on_the_way());
    all
}

/// How a throttled request is answered where somebody answers 429.
fn throttled() -> Value {
    json!({ "status": 429, "error": "ThrottlingException" })
}

/// `fault` with more members.
fn with(mut fault: Value, more: Value) -> Value {
    fault.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fault
}

fn once(fault: Value) -> Value {
    with(fault, json!({ "times": 1 }))
}

fn at_signing() -> Vec<Fault> {
    let expired = json!({ "error": "ExpiredTokenException" });
    let skewed = json!({ "error": "InvalidSignatureException", "message": "Signature expired" });
    let internal = json!({ "error": "KMSInternalException", "message": "internal" });
    let limit = json!({ "error": "LimitExceededException", "message": "a quota was exceeded" });
    let proxy = |status: u16| json!({ "status": status, "corrupt": "html" });
    let late_after_wrong = [json!({ "corrupt": "signature", "times": 1 }), json!({ "hang": true })];
    let other_public_key = json!({ "operation": "GetPublicKey", "corrupt": "other-key" });
    vec![
        Fault::sign("latency of 1 s", json!({ "latency_ms": 1000 })).waiting(1, "the latency"),
        Fault::sign("latency beyond attempt_timeout, once", once(json!({ "latency_ms": 5000 }))),
        Fault::sign("429 without Retry-After, once", once(throttled())),
        Fault::sign("429 without Retry-After", throttled()),
        Fault::sign("429 with Retry-After: 2, once", once(with(throttled(), json!({ "retry_after": 2 }))))
            .waiting(2, "Retry-After"),
        Fault::sign("429 with Retry-After: 60", with(throttled(), json!({ "retry_after": 60 }))),
        Fault::sign("429 of a gateway with Retry-After: 2, once", once(with(proxy(429), json!({ "retry_after": 2 }))))
            .waiting(2, "Retry-After"),
        Fault::sign("429 of a gateway", proxy(429)),
        Fault::sign("400 ThrottlingException, once", once(json!({ "error": "ThrottlingException" }))),
        Fault::sign("400 LimitExceededException", limit),
        Fault::sign("500 KMSInternalException, once", once(internal.clone())),
        Fault::sign("500 KMSInternalException", internal),
        Fault::sign("502 of a proxy, once", once(proxy(502))),
        Fault::sign("502 of a proxy", proxy(502)),
        Fault::sign("503 of a proxy with Retry-After: 2, once", once(with(proxy(503), json!({ "retry_after": 2 }))))
            .waiting(2, "Retry-After"),
        Fault::sign("503 of a proxy with Retry-After: 60", with(proxy(503), json!({ "retry_after": 60 }))),
        Fault::sign("503 ServiceUnavailableException", json!({ "status": 503 })),
        Fault::sign("reset before the request was read, once", once(json!({ "reset": "before" }))),
        Fault::sign("reset before the request was read", json!({ "reset": "before" })),
        Fault::sign("reset after the request was carried out, once", once(json!({ "reset": "after" }))),
        Fault::sign("reset after the request was carried out", json!({ "reset": "after" })),
        Fault::sign("half an answer, once", once(json!({ "truncate": 40 }))),
        Fault::sign("half an answer", json!({ "truncate": 40 })),
        Fault::sign("an answer that is not JSON", json!({ "corrupt": "body" })),
        Fault::sign("wrong signature, once", once(json!({ "corrupt": "signature" }))),
        Fault::sign("wrong signature", json!({ "corrupt": "signature" })),
        Fault::new(Call::Sign, "Sign", "wrong signature, then no answer", late_after_wrong),
        Fault::sign("signature of another key, once", once(json!({ "corrupt": "other-key" }))),
        Fault::sign("signature of another key", json!({ "corrupt": "other-key" })),
        Fault::sign("wrong key id in the answer", json!({ "corrupt": "key-id" })),
        Fault::sign("public key of another key at the search", other_public_key),
        Fault::sign("expired token in mid-run, a new one to be had", once(expired.clone())).in_a_container(),
        Fault::sign("expired token in mid-run, no new one to be had", expired),
        Fault::sign("AWS's clock 10 minutes ahead of this machine's", json!({ "clock_ahead": 600 })),
        Fault::sign("AWS's clock 10 minutes behind this machine's", json!({ "clock_ahead": -600 })),
        Fault::sign("signature refused, clocks alike", skewed),
        Fault::sign("request read and never answered, once", once(json!({ "hang": true }))),
        Fault::sign("request read and never answered", json!({ "hang": true })),
        Fault::sign("the same with timeout shorter than attempt_timeout", json!({ "hang": true })).within(SHORT),
        Fault::new(
            Call::Sign,
            "Sign",
            "502 of a proxy, then never answered, timeout shorter than attempt_timeout",
            [once(proxy(502)), json!({ "hang": true })],
        )
        .within(SHORT),
    ]
}

fn at_the_search() -> Vec<Fault> {
    let proxy = json!({ "status": 502, "corrupt": "html" });
    let expired = json!({ "error": "ExpiredTokenException" });
    vec![
        Fault::search("latency of 1 s", json!({ "latency_ms": 1000 })).waiting(1, "the latency"),
        Fault::search("429 without Retry-After, once", once(throttled())),
        Fault::search("429 with Retry-After: 2, once", once(with(throttled(), json!({ "retry_after": 2 }))))
            .waiting(2, "Retry-After"),
        Fault::search("429 with Retry-After: 60", with(throttled(), json!({ "retry_after": 60 }))),
        Fault::search("500 KMSInternalException, once", once(json!({ "error": "KMSInternalException" }))),
        Fault::search("502 of a proxy", proxy),
        Fault::search("reset before the request was read, once", once(json!({ "reset": "before" }))),
        Fault::search("reset after the request was carried out", json!({ "reset": "after" })),
        Fault::search("half an answer, once", once(json!({ "truncate": 40 }))),
        Fault::search("half an answer", json!({ "truncate": 40 })),
        Fault::search("wrong key id in the answer", json!({ "corrupt": "key-id" })),
        Fault::new(
            Call::Search,
            "GetPublicKey",
            "wrong key id in the answer to GetPublicKey",
            [json!({ "corrupt": "key-id" })],
        ),
        Fault::search("expired token, a new one to be had", once(expired.clone())).in_a_container(),
        Fault::search("expired token, no new one to be had", expired),
        Fault::search("AWS's clock 10 minutes ahead of this machine's", json!({ "clock_ahead": 600 })),
        Fault::search("request read and never answered, once", once(json!({ "hang": true }))),
        Fault::search("request read and never answered", json!({ "hang": true })),
        Fault::search("the same with timeout shorter than attempt_timeout", json!({ "hang": true })).within(SHORT),
    ]
}

fn on_the_way() -> Vec<Fault> {
    vec![
        Fault::elsewhere("unknown host", Place::UnknownHost),
        Fault::elsewhere("nobody listens", Place::Nobody),
        Fault::elsewhere("TLS: authority not trusted", Place::Untrusted),
        Fault::elsewhere("TLS: the server does not speak it", Place::NotTls),
        Fault::elsewhere("TLS: the handshake is never answered", Place::Silent),
        Fault::elsewhere("black hole: the connection is never answered", Place::BlackHole),
    ]
}
