//! Requests without a network, for the tests of the operations.

use crate::aws::Kms;
use crate::exchange::Stage;
use hyper::Request;
use serde_json::Value;
use std::sync::Arc;

/// A service and somebody who asks it.
pub(crate) struct Rehearsal(Kms);

impl Rehearsal {
    /// An empty service.
    pub(crate) fn new() -> Rehearsal {
        Rehearsal(Kms::new("111122223333", "eu-west-1", Arc::new(Stage::default())))
    }

    /// Carries out an operation in eu-west-1.
    pub(crate) fn ask(&self, operation: &str, parameters: &Value) -> Result<Value, String> {
        self.ask_in("eu-west-1", operation, parameters)
    }

    /// Carries out an operation; a refusal is its name and text.
    pub(crate) fn ask_in(&self, region: &str, operation: &str, parameters: &Value) -> Result<Value, String> {
        let head = Request::post("/")
            .header("x-amz-target", format!("TrentService.{operation}"))
            .header("x-amz-date", "20261121T000000Z")
            .header(
                "authorization",
                format!(
                    "AWS4-HMAC-SHA256 Credential=AKIA1/20261121/{region}/kms/aws4_request, SignedHeaders=host, Signature=00"
                ),
            )
            .body(())
            .unwrap()
            .into_parts()
            .0;
        self.0
            .carry_out(&head, parameters.to_string().as_bytes())
            .map_err(|error| format!("{}: {}", error.name, error.message))
    }

    /// Makes a signing key; answers its ARN.
    pub(crate) fn key(&self, spec: &str) -> String {
        let made = self.ask("CreateKey", &serde_json::json!({"KeySpec": spec, "KeyUsage": "SIGN_VERIFY"})).unwrap();
        made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
    }
}
