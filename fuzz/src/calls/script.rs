//! The beginning of an input: what the key service will answer.

use hardkey_fuzz_service::service::ServiceErrorKind;
use hardkey_fuzz_service::{KeyAnswer, Listing, Script, SignAnswer, play};

use crate::host::Host;

const KINDS: [ServiceErrorKind; 8] = [
    ServiceErrorKind::Denied,
    ServiceErrorKind::Disabled,
    ServiceErrorKind::Malformed,
    ServiceErrorKind::NotFound,
    ServiceErrorKind::Throttled,
    ServiceErrorKind::TimedOut,
    ServiceErrorKind::Unavailable,
    ServiceErrorKind::Unsupported,
];

/// Takes the script from the input and puts it in force.
pub fn begin(host: &mut Host<'_>) {
    let mut script = Script::default();
    for _ in 0..=host.below(3) {
        let listing = if host.sometimes(12) {
            Listing::Error(kind(host))
        } else {
            Listing::Keys((0..=host.below(5)).map(|_| key(host)).collect())
        };
        script.listings.push_back(listing);
    }
    for _ in 0..host.below(6) {
        script.signatures.push_back(signature(host));
    }
    play(script);
}

fn kind(host: &mut Host<'_>) -> ServiceErrorKind {
    KINDS[host.below(KINDS.len())]
}

fn key(host: &mut Host<'_>) -> KeyAnswer {
    match host.below(16) {
        0 => KeyAnswer::Refused(host.byte()),
        1 => KeyAnswer::Unsupported(text(host)),
        2 => KeyAnswer::Fault(kind(host)),
        _ => KeyAnswer::Usable {
            material: usize::from(host.byte()),
            imported: host.sometimes(32),
            without: if host.sometimes(32) { host.below(4) } else { 0 },
            label: text(host),
        },
    }
}

fn text(host: &mut Host<'_>) -> String {
    let bytes = host.some_bytes(12);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn signature(host: &mut Host<'_>) -> SignAnswer {
    match host.below(8) {
        0 => SignAnswer::Corrupted(host.input.arbitrary().unwrap_or_default()),
        1 => SignAnswer::Resized(host.input.int_in_range(0..=600).unwrap_or_default()),
        2 => SignAnswer::OfAnotherDigest,
        3 => SignAnswer::Error(kind(host)),
        _ => SignAnswer::Right,
    }
}
