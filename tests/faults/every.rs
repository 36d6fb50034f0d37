//! Every fault, and how the emulator is made to have it.

use hardkey_tests::cloud::{CLOUDS, Cloud, Operation, Which};
use serde_json::{Value, json};

use crate::fault::{Call, Fault, Identity, Place, SHORT, USUAL};

/// Where an application of Azure's gets its tokens.
static ENTRA: Operation = Operation { counted: "GetToken", said: "a token" };

/// Makes the faults of one cloud, in its words.
struct Making {
    cloud: &'static Cloud,
}

impl Making {
    fn fault(
        &self,
        call: Call,
        operation: &'static Operation,
        name: impl Into<String>,
        told: impl IntoIterator<Item = Value>,
    ) -> Fault {
        let told = told.into_iter().map(|mut fault| {
            if fault["operation"].is_null() {
                fault["operation"] = json!(operation.counted);
            }
            fault
        });
        Fault {
            cloud: self.cloud,
            name: name.into(),
            call,
            operation,
            told: told.collect(),
            place: Place::Emulator,
            identity: Identity::Lasting,
            limits: USUAL,
            wait: None,
        }
    }

    fn sign(&self, name: impl Into<String>, told: Value) -> Fault {
        self.fault(Call::Sign, &self.cloud.sign, name, [told])
    }

    fn search(&self, name: impl Into<String>, told: Value) -> Fault {
        self.fault(Call::Search, &self.cloud.describe, name, [told])
    }

    fn elsewhere(&self, name: &'static str, place: Place) -> Fault {
        Fault { place, ..self.fault(Call::Search, &self.cloud.describe, name, []) }
    }

    /// How a throttled request is answered where somebody answers 429.
    fn throttled(&self) -> Value {
        json!({ "status": 429, "error": self.cloud.throttled })
    }
}

/// The faults, in the order of the table.
pub fn all() -> Vec<Fault> {
    let mut all = Vec::new();
    for cloud in &CLOUDS {
        let making = Making { cloud };
        all.extend(at_signing(&making));
        all.extend(at_the_search(&making));
        all.extend(of_the_cloud(&making));
        all.extend(on_the_way(&making));
    }
    all
}

/// `fault` with more members.
fn with(mut fault: Value, more: Value) -> Value {
    fault.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fault
}

fn once(fault: Value) -> Value {
    with(fault, json!({ "times": 1 }))
}

fn at_signing(making: &Making) -> Vec<Fault> {
    let (internal, expired) = (making.cloud.internal, making.cloud.expired);
    let failing = json!({ "error": internal, "message": "internal" });
    let proxy = |status: u16| json!({ "status": status, "corrupt": "html" });
    let late_after_wrong = [json!({ "corrupt": "signature", "times": 1 }), json!({ "hang": true })];
    let other_public_key = json!({ "operation": making.cloud.public_key.counted, "corrupt": "other-key" });
    let (sign, throttled) = (|name: &str, told| making.sign(name, told), || making.throttled());
    vec![
        sign("latency of 1 s", json!({ "latency_ms": 1000 })).waiting(1, "the latency"),
        sign("latency beyond attempt_timeout, once", once(json!({ "latency_ms": 5000 }))),
        sign("429 without Retry-After, once", once(throttled())),
        sign("429 without Retry-After", throttled()),
        sign("429 with Retry-After: 2, once", once(with(throttled(), json!({ "retry_after": 2 }))))
            .waiting(2, "Retry-After"),
        sign("429 with Retry-After: 60", with(throttled(), json!({ "retry_after": 60 }))),
        sign("429 of a gateway with Retry-After: 2, once", once(with(proxy(429), json!({ "retry_after": 2 }))))
            .waiting(2, "Retry-After"),
        sign("429 of a gateway", proxy(429)),
        making.sign(format!("500 {internal}, once"), once(failing.clone())),
        making.sign(format!("500 {internal}"), failing),
        sign("502 of a proxy, once", once(proxy(502))),
        sign("502 of a proxy", proxy(502)),
        sign("503 of a proxy with Retry-After: 2, once", once(with(proxy(503), json!({ "retry_after": 2 }))))
            .waiting(2, "Retry-After"),
        sign("503 of a proxy with Retry-After: 60", with(proxy(503), json!({ "retry_after": 60 }))),
        sign("503 of the service", json!({ "status": 503 })),
        sign("reset before the request was read, once", once(json!({ "reset": "before" }))),
        sign("reset before the request was read", json!({ "reset": "before" })),
        sign("reset after the request was carried out, once", once(json!({ "reset": "after" }))),
        sign("reset after the request was carried out", json!({ "reset": "after" })),
        sign("half an answer, once", once(json!({ "truncate": 40 }))),
        sign("half an answer", json!({ "truncate": 40 })),
        sign("an answer that is not JSON", json!({ "corrupt": "body" })),
        sign("wrong signature, once", once(json!({ "corrupt": "signature" }))),
        sign("wrong signature", json!({ "corrupt": "signature" })),
        making.fault(Call::Sign, &making.cloud.sign, "wrong signature, then no answer", late_after_wrong),
        sign("signature of another key, once", once(json!({ "corrupt": "other-key" }))),
        sign("signature of another key", json!({ "corrupt": "other-key" })),
        sign("wrong key id in the answer", json!({ "corrupt": "key-id" })),
        sign("public key of another key at the search", other_public_key),
        sign("expired token in mid-run, a new one to be had", once(json!({ "error": expired }))).renewed(),
        sign("expired token in mid-run, no new one to be had", json!({ "error": expired })),
        sign("request read and never answered, once", once(json!({ "hang": true }))),
        sign("request read and never answered", json!({ "hang": true })),
        sign("the same with timeout shorter than attempt_timeout", json!({ "hang": true })).within(SHORT),
        making
            .fault(
                Call::Sign,
                &making.cloud.sign,
                "502 of a proxy, then never answered, timeout shorter than attempt_timeout",
                [once(proxy(502)), json!({ "hang": true })],
            )
            .within(SHORT),
    ]
}

/// What only one of the clouds has.
fn of_the_cloud(making: &Making) -> Vec<Fault> {
    let (sign, search) = (|name: &str, told| making.sign(name, told), |name: &str, told| making.search(name, told));
    let both = |damage: Value| [once(damage.clone()), damage];
    match making.cloud.which {
        Which::Aws => {
            let skewed = json!({ "error": "InvalidSignatureException", "message": "Signature expired" });
            let limit = json!({ "error": "LimitExceededException", "message": "a quota was exceeded" });
            let (ahead, behind) = (json!({ "clock_ahead": 600 }), json!({ "clock_ahead": -600 }));
            vec![
                sign("400 ThrottlingException, once", once(json!({ "error": "ThrottlingException" }))),
                sign("400 LimitExceededException", limit),
                sign("AWS's clock 10 minutes ahead of this machine's", ahead.clone()),
                sign("AWS's clock 10 minutes behind this machine's", behind),
                sign("signature refused, clocks alike", skewed),
                search("AWS's clock 10 minutes ahead of this machine's", ahead),
            ]
        }
        Which::Azure => {
            let unavailable = json!({ "status": 503 });
            let token = |name: &str, told| making.fault(Call::Search, &ENTRA, name, [told]);
            vec![
                sign("an answer without a body", json!({ "corrupt": "empty" })),
                search("a key that Azure does not know yet, once", once(json!({ "error": "KeyNotFound" }))),
                search("another host in the key's id", json!({ "corrupt": "other-host" })),
                token("503 of Entra, once", once(unavailable.clone())),
                token("503 of Entra", unavailable),
                token("web page of a proxy in the place of a token", json!({ "corrupt": "html" })),
                token("Entra reads the request and never answers, once", once(json!({ "hang": true }))),
            ]
        }
        Which::Google => {
            let [once_unverified, unverified] = both(json!({ "corrupt": "digest-unverified" }));
            let [once_wrong, wrong] = both(json!({ "corrupt": "signature-crc32c" }));
            let [once_other, other] = both(json!({ "corrupt": "pem-crc32c" }));
            let public_key = |name: &str, told| making.fault(Call::Search, &making.cloud.public_key, name, [told]);
            vec![
                sign("digest not confirmed, once", once_unverified),
                sign("digest not confirmed", unverified),
                sign("wrong checksum of the signature, once", once_wrong),
                sign("wrong checksum of the signature", wrong),
                public_key("wrong checksum of the public key, once", once_other),
                public_key("wrong checksum of the public key", other),
            ]
        }
    }
}

fn at_the_search(making: &Making) -> Vec<Fault> {
    let proxy = json!({ "status": 502, "corrupt": "html" });
    let (internal, expired) = (making.cloud.internal, making.cloud.expired);
    let (search, throttled) = (|name: &str, told| making.search(name, told), || making.throttled());
    let mut all = vec![
        search("latency of 1 s", json!({ "latency_ms": 1000 })).waiting(1, "the latency"),
        search("429 without Retry-After, once", once(throttled())),
        search("429 with Retry-After: 2, once", once(with(throttled(), json!({ "retry_after": 2 }))))
            .waiting(2, "Retry-After"),
        search("429 with Retry-After: 60", with(throttled(), json!({ "retry_after": 60 }))),
        making.search(format!("500 {internal}, once"), once(json!({ "error": internal }))),
        search("502 of a proxy", proxy),
        search("reset before the request was read, once", once(json!({ "reset": "before" }))),
        search("reset after the request was carried out", json!({ "reset": "after" })),
        search("half an answer, once", once(json!({ "truncate": 40 }))),
        search("half an answer", json!({ "truncate": 40 })),
        search("wrong key id in the answer", json!({ "corrupt": "key-id" })),
    ];
    let Cloud { describe, public_key, .. } = making.cloud;
    if public_key.counted != describe.counted {
        let name = format!("wrong key id in the answer to {}", public_key.counted);
        all.push(making.fault(Call::Search, public_key, name, [json!({ "corrupt": "key-id" })]));
    }
    all.extend([
        search("expired token, a new one to be had", once(json!({ "error": expired }))).renewed(),
        search("expired token, no new one to be had", json!({ "error": expired })),
        search("request read and never answered, once", once(json!({ "hang": true }))),
        search("request read and never answered", json!({ "hang": true })),
        search("the same with timeout shorter than attempt_timeout", json!({ "hang": true })).within(SHORT),
    ]);
    all
}

fn on_the_way(making: &Making) -> Vec<Fault> {
    vec![
        making.elsewhere("unknown host", Place::UnknownHost),
        making.elsewhere("nobody listens", Place::Nobody),
        making.elsewhere("TLS: authority not trusted", Place::Untrusted),
        making.elsewhere("TLS: the server does not speak it", Place::NotTls),
        making.elsewhere("TLS: the handshake is never answered", Place::Silent),
        making.elsewhere("black hole: the connection is never answered", Place::BlackHole),
    ]
}
