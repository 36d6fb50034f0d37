//! Requests that AWS counts, and what it says when there are too many.

use hardkey_tests::emulator::Emulator;
use serde_json::{Value, json};

use crate::{expect, host};

/// Has every signature refused like this, and expects the line to say `cause` and `remedy` after so many requests.
fn refused(fault: Value, cause: &str, remedy: &str, requests: u64) {
    let emulator = Emulator::start(&["RSA_2048,alias=release"]);
    let mut environment = emulator.environment();
    environment.insert("HARDKEY_KEY".to_owned(), "alias/release".to_owned());
    emulator.fault(fault);
    let line =
        format!("hardkey: C_Sign: CKR_DEVICE_ERROR: key alias/release ({}): {cause}; {remedy}", emulator.key(0).arn);
    expect(&host(&["sign", "release"], &environment), "C_Sign 0x30", &[&line]);
    assert_eq!(emulator.counts().requests("Sign"), requests);
}

#[test]
fn a_request_quota_that_is_used_up_is_named_with_what_makes_fewer_requests() {
    let message = "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.";
    refused(
        json!({ "operation": "Sign", "error": "ThrottlingException", "message": message, "retry_after": 0.1 }),
        &format!("AWS KMS answered kms:Sign with ThrottlingException: {message} (request ID)"),
        "sign less at once (lanes in [network]), or have the AWS KMS request quota raised",
        3,
    );
}

#[test]
fn a_resource_quota_is_named_with_where_it_is_raised() {
    let message = "You have exceeded the grants per customer master key quota.";
    refused(
        json!({ "operation": "Sign", "error": "LimitExceededException", "message": message, "retry_after": 0.1 }),
        &format!("AWS KMS answered kms:Sign with LimitExceededException: {message} (request ID)"),
        "wait, or have this quota of AWS KMS raised (Service Quotas console, AWS Key Management Service)",
        3,
    );
}

#[test]
fn a_wait_that_is_longer_than_the_call_may_take_is_an_error_at_once() {
    refused(
        json!({ "operation": "Sign", "error": "ThrottlingException", "message": "Rate exceeded", "retry_after": 3600 }),
        "AWS KMS answered kms:Sign with ThrottlingException: Rate exceeded (request ID)",
        "sign less at once (lanes in [network]), or have the AWS KMS request quota raised",
        1,
    );
}

#[test]
fn a_gateway_that_limits_requests_is_not_taken_for_aws() {
    refused(
        json!({ "operation": "Sign", "status": 429, "corrupt": "html", "retry_after": 1 }),
        "kms:Sign was answered with HTTP status 429, and not in the words of AWS KMS (request ID)",
        "sign less at once (lanes in [network]), or ask who limits requests on the way",
        3,
    );
}
