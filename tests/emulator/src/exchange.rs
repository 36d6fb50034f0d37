//! One request and its answer: counted, delayed, disturbed as the faults say, and only then served.

use crate::answer_body::AnswerBody;
use crate::clock;
use crate::connection::{Connection, Connections, Ending};
use crate::counting::Counts;
use crate::credentials::Credentials;
use crate::fault::{Corruption, Fault, Faults, Reset};
use crate::service::{Answer, CloudService, Services};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};
use serde_json::Value;
use std::collections::BTreeMap;
use std::future::pending;
use std::io::Write;
use std::sync::Arc;

/// A KMS request is a few KiB; AWS documents no limit, so this only bounds memory.
const LARGEST_REQUEST: usize = 1 << 20;

/// What every listener shares: the state the control endpoint shows and changes.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    /// Open connections.
    pub(crate) connections: Connections,
    /// Totals.
    pub(crate) counts: Counts,
    /// Faults to come.
    pub(crate) faults: Faults,
    /// Credentials handed out.
    pub(crate) credentials: Credentials,
    /// Whether requests are logged to stderr.
    pub(crate) verbose: bool,
    /// Whether URLs in answers of a vault have the host that Azure would give it, whoever was asked.
    pub(crate) azure_names: bool,
}

/// Serves one request of a connection.
pub(crate) async fn exchange(
    stage: &Stage,
    services: &Services,
    connection: &Arc<Connection>,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    let (head, body) = request.into_parts();
    let service = services.of(&head);
    let operation = service.operation(&head);
    let identity = service.identity(&head);
    let _under_way = stage.counts.request(operation.as_deref(), identity.as_deref());
    let mut plan = stage.faults.plan(operation.as_deref(), None);
    if plan.fault.as_ref().is_some_and(|fault| fault.reset == Some(Reset::Before)) {
        wait(plan.latency).await;
        reset(connection).await;
    }
    let body = match Limited::new(body, LARGEST_REQUEST).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return plain(StatusCode::PAYLOAD_TOO_LARGE),
    };
    if let Some(key) = service.key(&head, &body) {
        plan.add(stage.faults.plan(operation.as_deref(), Some(&key)));
    }
    let fault = plan.fault.unwrap_or_default();
    wait(plan.latency).await;
    if fault.hang {
        pending::<()>().await;
    }
    let answer = answer(stage, service, &head, &body, &fault);
    if stage.verbose {
        log(&head, operation.as_deref(), &fault, &answer);
    }
    if fault.reset == Some(Reset::After) {
        reset(connection).await;
    }
    respond(answer, &fault, connection)
}

fn answer(stage: &Stage, service: &dyn CloudService, head: &Parts, body: &[u8], fault: &Fault) -> Answer {
    let skewed = fault.clock_ahead.and_then(|ahead| service.skewed(head, ahead));
    let mut answer = if fault.refuses() {
        service.refusal(head, fault.status, fault.error.as_deref(), fault.message.as_deref())
    } else if let Some(refusal) = skewed {
        refusal
    } else {
        let answer = service.answer(head, body);
        if matches!(answer.status, 200..=299) {
            stage.counts.carried_out(service.operation(head).as_deref());
        }
        answer
    };
    if let Some(ahead) = fault.clock_ahead {
        answer.headers.push(("date", clock::http_date(clock::whole_seconds().saturating_add_signed(ahead))));
    }
    if let Some(corruption) = fault.corrupt {
        answer = service.corrupt(corruption, head, body, answer);
    }
    if !fault.replace.is_empty() {
        answer.body = replaced(&answer.body, &fault.replace);
    }
    if let Some(seconds) = fault.retry_after {
        let mut headers = service.try_again(seconds);
        // A web page comes from a proxy, which knows the standard's header alone.
        if fault.corrupt == Some(Corruption::Html) {
            headers.retain(|(name, _)| *name == "retry-after");
        }
        answer.headers.extend(headers);
    }
    answer
}

/// The same JSON with other members; what is no JSON stays as it is, and what has no such place too.
fn replaced(body: &Bytes, replace: &BTreeMap<String, Value>) -> Bytes {
    let Ok(mut answer) = serde_json::from_slice::<Value>(body) else {
        return body.clone();
    };
    for (pointer, value) in replace {
        let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
        match (answer.pointer_mut(parent), value) {
            (Some(Value::Object(members)), Value::Null) => drop(members.remove(name)),
            (Some(Value::Object(members)), value) => drop(members.insert(name.to_owned(), value.clone())),
            _ => {
                if let Some(place) = answer.pointer_mut(pointer) {
                    *place = value.clone();
                }
            }
        }
    }
    answer.to_string().into()
}

fn respond(answer: Answer, fault: &Fault, connection: &Arc<Connection>) -> Response<AnswerBody> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    let body = match fault.truncate {
        None => AnswerBody::whole(answer.body),
        Some(length) => {
            response = response.header("content-length", answer.body.len());
            AnswerBody::cut(answer.body, length, Arc::clone(connection))
        }
    };
    response.body(body).unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR))
}

fn plain(status: StatusCode) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::whole(Bytes::new()));
    *response.status_mut() = status;
    response
}

async fn wait(latency: std::time::Duration) {
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
}

/// Never returns: the connection's task ends with the connection.
async fn reset(connection: &Connection) {
    connection.end(Ending::Rst);
    pending::<()>().await;
}

fn log(head: &Parts, operation: Option<&str>, fault: &Fault, answer: &Answer) {
    let disturbed = if fault.operation.is_empty() { "" } else { " (fault)" };
    // Nothing can be done about a closed stderr.
    let _ = writeln!(
        std::io::stderr(),
        "{} {} {} -> {}{disturbed}",
        head.method,
        head.uri,
        operation.unwrap_or("-"),
        answer.status
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_are_replaced_added_and_taken_out_where_there_is_a_place_for_them() {
        let body = Bytes::from(r#"{"a":{"b":1},"list":[{"c":2}],"d":3}"#);
        let with = |replace: Value| {
            let replace = serde_json::from_value(replace).unwrap();
            serde_json::from_slice::<Value>(&replaced(&body, &replace)).unwrap()
        };
        assert_eq!(
            with(json!({"/a/b": "x", "/list/0/c": false, "/d": null, "/e": 4, "/nowhere/f": 5})),
            json!({"a": {"b": "x"}, "list": [{"c": false}], "e": 4})
        );
        assert_eq!(replaced(&Bytes::from("<html>"), &BTreeMap::new()), "<html>");
    }
}
