//! Requests that a subscriber signed for a CA to send: what is sent is what the CA would have asked itself.

use std::sync::OnceLock;

use hardkey_attest::confirmation::{About, NONCE_HEADER, Record, SignedRequest};
use hardkey_attest::instant::Instant;
use hardkey_synthetic::record as made;
use hardkey_synthetic::signed_requests as signed;

use super::edit::Script;
use super::harmless;

/// One input: whether the bytes are all, or changes of a pair that is right; then those.
pub fn signed_requests(input: &[u8]) {
    let mut script = Script(input);
    if script.byte() % 2 == 0 {
        return look(script.0);
    }
    let mut bytes = pair();
    while !script.is_over() {
        script.edit(&mut bytes);
    }
    look(&bytes);
}

fn look(bytes: &[u8]) {
    let requests = match SignedRequest::pair(bytes, subject(), Instant::from_unix(1_795_255_200)) {
        Ok(requests) => requests,
        Err(why) => return harmless::line(&why),
    };
    assert_ne!(requests[0].kind(), requests[1].kind());
    for request in &requests {
        assert!(
            request.kind().hosts(&subject().resource, &subject().resource).iter().any(|host| host == request.host())
        );
        assert_eq!(request.body(), format!("{{\"KeyId\":\"{}\"}}", subject().resource));
        let value =
            |wanted: &str| request.headers().iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.as_str());
        assert_eq!(value("host"), Some(request.host()));
        let signed = value("authorization").and_then(|header| header.split_once("SignedHeaders=")).unwrap().1;
        let signed: Vec<&str> = signed.split(',').next().unwrap().split(';').collect();
        assert!(signed.contains(&NONCE_HEADER) && signed.len() + 1 == request.headers().len());
        assert!(request.headers().iter().all(|(_, value)| value.bytes().all(|byte| matches!(byte, b' '..=b'~'))));
    }
}

/// The seeds: a pair that is right, as it is and to be changed.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    vec![[vec![0], pair()].concat(), vec![1], vec![1, 0, 0, 30, 1]]
}

fn pair() -> Vec<u8> {
    signed::pair(&made::aws_report().0).to_string().into_bytes()
}

fn subject() -> &'static Record {
    static SUBJECT: OnceLock<Record> = OnceLock::new();
    SUBJECT.get_or_init(|| About::Report(&made::aws_report().0.bytes()).subject().unwrap())
}
