//! `asker CONFIGURATION KEY`: asks everything that a CA asks about a key, and prints a line of JSON for each question.

use std::collections::VecDeque;
use std::path::Path;

use hardkey_attest::confirmation::{Kind, Said, follow_ups};
use hardkey_kms::config::{Environment, InquirySettings};
use hardkey_kms::network::SharedNetwork;
use hardkey_kms::{Deadline, inquiry};
use serde_json::json;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [configuration, key] = arguments.as_slice() else { panic!("asker CONFIGURATION KEY") };
    let environment = Environment::of_process(None, false);
    let settings = InquirySettings::load(Some(Path::new(configuration)), &environment).unwrap();
    let network = SharedNetwork::new(settings.network);
    let cloud = inquiry::open(key, settings.inquiry, &network).unwrap();
    let mut questions = VecDeque::from(Kind::questions(key));
    while let Some(question) = questions.pop_front() {
        let (kind, of) = (question.kind.name(), question.of.clone());
        let line = match cloud.ask(&question, &Deadline::after(network.timeout())) {
            Ok(answer) => {
                questions.extend(follow_ups(key, &answer));
                let (endpoint, request) = (&answer.endpoint, &answer.request);
                match &answer.said {
                    Said::Data(data) => {
                        let data = String::from_utf8_lossy(data);
                        json!({"kind": kind, "of": of, "endpoint": endpoint, "request": request, "data": data})
                    }
                    Said::Refused { code, message } => json!({
                        "kind": kind, "of": of, "endpoint": endpoint, "request": request, "code": code, "message": message,
                    }),
                }
            }
            Err(error) => json!({"kind": kind, "of": of, "error": error.to_string()}),
        };
        println!("{line}");
    }
}
