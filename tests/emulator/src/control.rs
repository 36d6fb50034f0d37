//! The control endpoint: counts, faults, connections, credentials and keys over plain HTTP and JSON.

use crate::aws::Kms;
use crate::aws::key_description::KeyDescription;
use crate::connection::Ending;
use crate::credentials::Behaviour;
use crate::exchange::Stage;
use crate::fault::Fault;
use crate::issuer;
use crate::listener::accept;
use crate::service::Services;
use hardkey_synthetic::Root;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::net::TcpListener;

/// A status and a JSON body.
type Reply = Result<Value, (u16, String)>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HowToEnd {
    how: Ending,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StateOfKey {
    state: String,
}

/// Serves the control endpoint for as long as the process lives.
pub(crate) async fn serve(listener: TcpListener, stage: Arc<Stage>, kms: Arc<Kms>, services: Arc<Services>) {
    loop {
        let stream = accept(&listener).await;
        let (stage, kms, services) = (Arc::clone(&stage), Arc::clone(&kms), Arc::clone(&services));
        tokio::spawn(async move {
            let (stage, kms, services) = (&stage, &kms, &services);
            let respond =
                service_fn(|request| async move { Ok::<_, Infallible>(respond(stage, kms, services, request).await) });
            // An error here is the peer's: it went away or did not speak HTTP.
            let _ =
                http1::Builder::new().header_read_timeout(None).serve_connection(TokioIo::new(stream), respond).await;
        });
    }
}

async fn respond(stage: &Stage, kms: &Kms, services: &Services, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    if let Some(response) = issuer::answer(stage, &head, &body).await {
        return response;
    }
    let (method, path) = (&head.method, head.uri.path());
    let own = services.particular.iter().find_map(|service| service.control(method, path, &body));
    let (status, value) = match own.unwrap_or_else(|| route(stage, kms, method, path, &body)) {
        Ok(value) => (200, value),
        Err((status, error)) => (status, json!({"error": error})),
    };
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Full::from(value.to_string()))
        .unwrap_or_default()
}

fn route(stage: &Stage, kms: &Kms, method: &Method, path: &str, body: &[u8]) -> Reply {
    let done = || json!({});
    match (method.as_str(), path) {
        ("GET", "/counts") => Ok(stage.counts.to_json(stage.connections.open())),
        ("DELETE", "/counts") => {
            stage.counts.reset();
            Ok(done())
        }
        ("GET", "/faults") => Ok(json!({"faults": stage.faults.list()})),
        ("POST", "/faults") => {
            let fault: Fault = read(body)?;
            if let Some(mistake) = fault.mistake() {
                return Err((400, mistake.to_owned()));
            }
            stage.faults.post(fault);
            Ok(done())
        }
        ("DELETE", "/faults") => {
            stage.faults.clear();
            Ok(done())
        }
        ("POST", "/connections") => {
            let HowToEnd { how } = read(body)?;
            Ok(json!({"connections": stage.connections.end_all(how)}))
        }
        ("PUT", "/credentials") => {
            stage.credentials.behave(read::<Behaviour>(body)?);
            Ok(done())
        }
        ("GET", "/roots") => Ok(json!({"roots": ([Root::ls1(), Root::hawksbill()].map(root))})),
        ("GET", "/asked") => Ok(json!({"asked": stage.credentials.asked()})),
        ("GET", "/keys") => Ok(json!({"keys": kms.list()})),
        ("POST", "/keys") => kms.make(&read::<KeyDescription>(body)?).map_err(|error| (400, error)),
        ("POST", path) => match path.strip_prefix("/keys/").and_then(|rest| rest.strip_suffix("/state")) {
            Some(name) => {
                let StateOfKey { state } = read(body)?;
                let name = name.replace("%2F", "/").replace("%3A", ":");
                kms.put_into_state(&name, &state).map(|keys| json!({"keys": keys})).map_err(|error| (400, error))
            }
            None => Err(unknown(method, path)),
        },
        (_, path) => Err(unknown(method, path)),
    }
}

/// A root of the statements of HSMs here, as an anchor needs it.
fn root(root: &Root) -> Value {
    json!({
        "id": root.id,
        "name": root.name,
        "manufacturer": root.is_manufacturer,
        "common_name": root.common_name,
        "key_pem": root.key_pem,
        "key_hash": root.key_hash,
    })
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, (u16, String)> {
    serde_json::from_slice(body).map_err(|error| (400, error.to_string()))
}

fn unknown(method: &Method, path: &str) -> (u16, String) {
    (404, format!("no such thing: {method} {path}"))
}
