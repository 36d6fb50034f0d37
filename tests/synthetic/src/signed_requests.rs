//! The two requests to AWS KMS that a subscriber signs for a CA to send.

use serde_json::{Value, json};

use crate::report::Report;

/// A pair about the key of a report, signed on 2026-11-21 at 10:00 with the nonce of the report's challenge. The signature is none.
#[must_use]
pub fn pair(report: &Report) -> Value {
    let requests = ["DescribeKey", "GetPublicKey"].map(|target| request(report, target));
    json!({ "version": 1, "requests": requests })
}

fn request(report: &Report, target: &str) -> Value {
    let names = "content-type;host;x-amz-date;x-amz-security-token;x-amz-target;x-hardkey-challenge";
    let scope = "ASIAEXAMPLE/20261121/us-west-2/kms/aws4_request";
    let signature = "0123456789abcdef".repeat(4);
    json!({
        "headers": {
            "authorization": format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={signature}"),
            "content-type": "application/x-amz-json-1.1",
            "host": "kms.us-west-2.amazonaws.com",
            "x-amz-date": "20261121T100000Z",
            "x-amz-security-token": "c2VjcmV0",
            "x-amz-target": format!("TrentService.{target}"),
            "x-hardkey-challenge": report.payload["challenge"]["nonce"],
        },
        "body": format!("{{\"KeyId\":\"{}\"}}", report.payload["resource"].as_str().unwrap_or_default()),
    })
}
