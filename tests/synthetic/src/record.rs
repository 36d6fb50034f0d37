//! Records of a confirmation: what a CA asked a cloud about the key of a report, in an envelope that the CA's key signs. An envelope is
//! the same as a report's: [`Report`] holds either.

use serde_json::{Value, json};

use crate::answer;
use crate::bundle::Bundle;
use crate::challenge::Challenge;
use crate::key::{Hash, Key, Shape, hex};
use crate::report::Report;
use crate::request::Request;

/// The type of a record's payload.
pub const PAYLOAD_TYPE: &str = "application/vnd.hardkey.confirmation.v1+json";
/// A trail in the account of [`answer::ARN`].
pub const TRAIL: &str = "arn:aws:cloudtrail:us-west-2:111122223333:trail/all";
/// The vault of the key in [`answer::all`], as Resource Manager names it.
pub const VAULT: &str = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/release/providers/Microsoft.KeyVault/vaults/release";

const KMS: &str = "kms.us-west-2.amazonaws.com";
/// A role that may sign.
const CI: &str = "arn:aws:iam::111122223333:role/ci";
const CLOUDTRAIL: &str = "cloudtrail.us-west-2.amazonaws.com";

/// The CA's key that signs records.
#[must_use]
pub fn confirmer() -> &'static Key {
    Key::of(Shape::P256, "confirmer")
}

/// SHA-256 of its public key, as a policy lists it.
#[must_use]
pub fn confirmer_sha256() -> String {
    hex(&Hash::Sha256.of(confirmer().spki()))
}

/// A CA's policy that lists it.
#[must_use]
pub fn policy() -> String {
    let hash = confirmer_sha256();
    format!("name = \"example-ca\"\nbased_on = \"csbr\"\n[[confirmer]]\nname = \"host 1\"\nspki_sha256 = \"{hash}\"\n")
}

/// A record of a report, without answers.
#[must_use]
pub fn of(report: &Report) -> Report {
    let challenge = &report.payload["challenge"];
    let payload = json!({
        "version": 1,
        "record_id": "8c5a0b5e-7a1c-4f3e-9d55-2b7d1c3e4f60",
        "report_sha256": hex(&Hash::Sha256.of(report.payload.to_string().as_bytes())),
        "nonce": challenge["nonce"],
        "audience": challenge["audience"],
        "order": challenge["order"],
        "spki": report.payload["spki"],
        "resource": report.payload["resource"],
        "confirmer": openssl::base64::encode_block(confirmer().spki()),
        "signature_algorithm": "ecdsa-p256-sha256",
        "created": "2026-11-21T10:00:00Z",
        "generator": { "name": "hardkey-synthetic", "version": env!("CARGO_PKG_VERSION") },
        "answers": [],
        "findings": [],
    });
    Report { payload, payload_type: PAYLOAD_TYPE.to_owned(), signers: vec![confirmer()], then: |_| {} }
}

/// A report about a key of AWS KMS that answers the challenge, and the request that it is for, DER.
#[must_use]
pub fn aws_report() -> (Report, Vec<u8>) {
    let request = Request::of(Bundle::key(Shape::P256)).der();
    (Report::aws().challenge(&Challenge::new()).request(&request), request)
}

/// A record of it that stands every check and every rule: the key, its tags, and a trail that takes everything.
#[must_use]
pub fn aws(report: &Report) -> Report {
    let answers = answer::all();
    let nonce = report.payload["challenge"]["nonce"].as_str().unwrap_or_default();
    of(report)
        .answer("aws.describe-key", answer::ARN, KMS, &answers[0].1)
        .answer("aws.get-public-key", answer::ARN, KMS, &answers[1].1)
        .answer("aws.list-resource-tags", answer::ARN, KMS, &aws_tags(nonce))
        .answer("aws.describe-trails", "111122223333", CLOUDTRAIL, &json!({ "trailList": [trail()] }))
        .answer("aws.get-trail-status", TRAIL, CLOUDTRAIL, &json!({ "IsLogging": true }))
        .answer("aws.get-event-selectors", TRAIL, CLOUDTRAIL, &selectors())
        .answer("aws.get-key-policy", answer::ARN, KMS, &aws_key_policy())
        .answer("aws.list-grants", answer::ARN, KMS, &aws_grants())
        .answer("aws.lookup-events", answer::ARN, CLOUDTRAIL, &aws_events(&[aws_event("CreateKey")]))
}

/// The answer to `ListResourceTags` of a key that is marked.
#[must_use]
pub fn aws_tags(mark: &str) -> Value {
    json!({ "Tags": [{ "TagKey": "team", "TagValue": "release" }, { "TagKey": "hardkey-challenge", "TagValue": mark }],
        "Truncated": false })
}

/// The answer to `GetKeyPolicy`: AWS's default policy of a key, and one role that may sign.
#[must_use]
pub fn aws_key_policy() -> Value {
    let statement = |sid: &str, who: &str, action: Value| json!({ "Sid": sid, "Effect": "Allow", "Principal": { "AWS": who }, "Action": action, "Resource": "*" });
    let policy = json!({ "Version": "2012-10-17", "Id": "key-default-1", "Statement": [
        statement("Enable IAM User Permissions", "arn:aws:iam::111122223333:root", json!("kms:*")),
        statement("Sign", CI, json!(["kms:DescribeKey", "kms:Sign"])),
        statement("Look", "arn:aws:iam::111122223333:role/audit", json!(["kms:Describe*", "kms:Get*"])),
    ] });
    json!({ "Policy": policy.to_string(), "PolicyName": "default" })
}

/// The answer to `ListGrants`: one who may sign, and one who may read.
#[must_use]
pub fn aws_grants() -> Value {
    let grant = |who: &str, operations: [&str; 2]| {
        json!({
            "KeyId": answer::ARN, "GrantId": "1a2b3c", "Name": "release", "CreationDate": 1_790_000_000.5, "GranteePrincipal": who,
            "IssuingAccount": "arn:aws:iam::111122223333:root", "Operations": operations, "Constraints": {},
        })
    };
    let audit = grant("arn:aws:iam::111122223333:role/audit", ["DescribeKey", "GetPublicKey"]);
    json!({ "Grants": [grant(CI, ["Sign", "DescribeKey"]), audit], "Truncated": false })
}

/// An event of CloudTrail's about the key, `CreateKey` or `ImportKeyMaterial`, as the record of it is.
#[must_use]
pub fn aws_event(name: &str) -> Value {
    let (_, id) = answer::ARN.split_once(":key/").unwrap_or_default();
    let made = json!({ "keyMetadata": {
        "AWSAccountId": "111122223333", "keyId": id, "arn": answer::ARN, "creationDate": "Nov 20, 2026, 10:00:00 AM",
        "enabled": true, "keyUsage": "SIGN_VERIFY", "keyState": "Enabled", "origin": "AWS_KMS", "keyManager": "CUSTOMER",
    } });
    json!({
        "eventVersion": "1.11", "userIdentity": { "type": "AssumedRole", "accountId": "111122223333" },
        "eventTime": "2026-11-20T10:00:00Z", "eventSource": "kms.amazonaws.com", "eventName": name, "awsRegion": "us-west-2",
        "sourceIPAddress": "192.0.2.1", "userAgent": "aws-cli/2", "requestParameters": { "keyId": answer::ARN },
        "responseElements": if name == "CreateKey" { made } else { Value::Null },
        "requestID": "1", "eventID": "2", "readOnly": false,
        "resources": [{ "accountId": "111122223333", "type": "AWS::KMS::Key", "ARN": answer::ARN }],
        "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": "111122223333",
        "eventCategory": "Management", "tlsDetails": { "tlsVersion": "TLSv1.3" },
    })
}

/// The answer to `LookupEvents` with these events.
#[must_use]
pub fn aws_events(events: &[Value]) -> Value {
    let event = |event: &Value| {
        json!({
            "EventId": "2", "EventName": event["eventName"], "ReadOnly": "false", "AccessKeyId": "ASIAEXAMPLE", "EventTime": 1_795_000_000.0,
            "EventSource": "kms.amazonaws.com", "Username": "admin", "CloudTrailEvent": event.to_string(),
            "Resources": [{ "ResourceType": "AWS::KMS::Key", "ResourceName": answer::ARN }],
        })
    };
    json!({ "Events": events.iter().map(event).collect::<Vec<_>>() })
}

/// A trail of every region, with validated files.
#[must_use]
pub fn trail() -> Value {
    json!({
        "Name": "all", "S3BucketName": "logs", "IncludeGlobalServiceEvents": true, "IsMultiRegionTrail": true,
        "HomeRegion": "us-west-2", "TrailARN": TRAIL, "LogFileValidationEnabled": true, "HasCustomEventSelectors": false,
        "HasInsightSelectors": false, "IsOrganizationTrail": false,
    })
}

/// The selectors that a trail has when nobody changes them.
#[must_use]
pub fn selectors() -> Value {
    json!({ "TrailARN": TRAIL, "EventSelectors": [{
        "ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [], "ExcludeManagementEventSources": [],
    }] })
}

/// [`VAULT`] itself, in which roles decide.
#[must_use]
pub fn vault() -> Value {
    json!({
        "id": VAULT, "name": "release", "type": "Microsoft.KeyVault/vaults", "location": "westeurope", "tags": {},
        "systemData": { "createdBy": "admin@example.com", "createdByType": "User", "createdAt": "2026-01-02T03:04:05.678Z" },
        "properties": {
            "sku": { "family": "A", "name": "premium" }, "tenantId": "0f5c2d1e-7a34-4b6e-9c1d-3e8a5b7f9012",
            "accessPolicies": [], "enabledForDeployment": false, "enableSoftDelete": true,
            "softDeleteRetentionInDays": 90, "enableRbacAuthorization": true, "enablePurgeProtection": true,
            "vaultUri": "https://release.vault.azure.net/", "provisioningState": "Succeeded",
            "publicNetworkAccess": "Enabled",
        },
    })
}

/// Who has which role at [`VAULT`]: one who may sign, and one who may read.
#[must_use]
pub fn role_assignments() -> Value {
    let assignment = |principal: &str, kind: &str, role: &str, scope: &str| {
        let id = "5e1b0c3a-2f4d-4c6e-8a7b-9d0e1f2a3b4c";
        json!({
            "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{principal}"), "name": principal,
            "type": "Microsoft.Authorization/roleAssignments",
            "properties": {
                "roleDefinitionId": format!("/subscriptions/{id}/providers/Microsoft.Authorization/roleDefinitions/{role}"),
                "principalId": principal, "principalType": kind, "scope": scope, "condition": null,
                "conditionVersion": null, "createdOn": "2026-01-02T03:04:05.678Z", "updatedOn": "2026-01-02T03:04:05.678Z",
                "createdBy": "admin", "updatedBy": "admin", "delegatedManagedIdentityResourceId": null, "description": null,
            },
        })
    };
    json!({ "value": [
        assignment("pipeline", "ServicePrincipal", "12338af0-0e69-4776-bea7-57ae8d297424", VAULT),
        assignment("reader", "User", "21090545-7ca7-4776-b22c-e363652d74d2", "/subscriptions/1"),
    ] })
}

/// What the audit log of [`VAULT`] has of a key: rows of operation, table, status, and the URL that the row names.
#[must_use]
pub fn audit_rows(rows: &[(&str, &str, u16, &str)]) -> Value {
    let column = |(name, kind): (&str, &str)| json!({ "name": name, "type": kind });
    let columns = [
        ("TimeGenerated", "datetime"),
        ("SourceTable", "string"),
        ("ResourceId", "string"),
        ("OperationName", "string"),
        ("HttpStatus", "int"),
        ("Id", "string"),
        ("RequestUri", "string"),
    ];
    let row = |(operation, table, status, id): &(&str, &str, u16, &str)| {
        json!(["2026-11-20T10:00:00.1234567Z", table, VAULT.to_lowercase(), operation, status, id, ""])
    };
    json!({ "tables": [{
        "name": "PrimaryResult", "columns": columns.map(column),
        "rows": rows.iter().map(row).collect::<Vec<_>>(),
    }] })
}

/// The diagnostic settings of [`VAULT`], which send its audit log to a workspace.
#[must_use]
pub fn diagnostic_settings() -> Value {
    json!({ "value": [{
        "id": format!("{}/providers/microsoft.insights/diagnosticSettings/audit", VAULT.to_lowercase()),
        "type": "Microsoft.Insights/diagnosticSettings", "name": "audit", "location": null, "kind": null, "tags": null,
        "properties": {
            "storageAccountId": null, "serviceBusRuleId": null,
            "workspaceId": "/subscriptions/1/resourceGroups/logs/providers/Microsoft.OperationalInsights/workspaces/w",
            "eventHubAuthorizationRuleId": null, "eventHubName": null, "metrics": [],
            "logs": [{ "category": null, "categoryGroup": "audit", "enabled": true,
                "retentionPolicy": { "enabled": false, "days": 0 } }],
            "logAnalyticsDestinationType": null,
        },
        "identity": null,
    }] })
}

/// The IAM policy of a project that logs every signature.
#[must_use]
pub fn iam_policy() -> Value {
    json!({
        "version": 1, "etag": "BwXhqDVO5tI=", "bindings": [{ "role": "roles/viewer", "members": ["user:a@example.com"] }],
        "auditConfigs": [{ "service": "cloudkms.googleapis.com", "auditLogConfigs": [
            { "logType": "ADMIN_READ" }, { "logType": "DATA_READ" }, { "logType": "DATA_WRITE" }] }],
    })
}

/// What Resource Manager says of a project with what is above it; nothing above it if that is null.
#[must_use]
pub fn project(id: &str, parent: &Value) -> Value {
    let mut project = json!({
        "name": "projects/415104041262", "projectId": id, "state": "ACTIVE", "displayName": id,
        "createTime": "2026-01-01T00:00:00.123Z", "updateTime": "2026-01-01T00:00:00.123Z", "etag": "W/\"1\"",
        "labels": { "team": "release" },
    });
    if !parent.is_null() {
        project["parent"] = parent.clone();
    }
    project
}

/// An entry of the log of Admin Activity: what was done to a key of Google's.
#[must_use]
pub fn key_event(method: &str, name: &str) -> Value {
    let project = name.split('/').nth(1).unwrap_or_default();
    json!({
        "protoPayload": {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
            "authenticationInfo": { "principalEmail": "admin@example.com" },
            "requestMetadata": { "callerIp": "192.0.2.1" }, "serviceName": "cloudkms.googleapis.com", "methodName": method,
            "resourceName": name, "resourceLocation": { "currentLocations": ["europe-west3"] },
            "request": { "@type": "type.googleapis.com/google.cloud.kms.v1.Request" },
            "authorizationInfo": [{ "resource": name, "granted": true }],
        },
        "insertId": "1a2b3c", "resource": { "type": "cloudkms_cryptokeyversion", "labels": {} },
        "timestamp": "2026-11-21T09:00:00.123456789Z", "severity": "NOTICE",
        "logName": format!("projects/{project}/logs/cloudaudit.googleapis.com%2Factivity"),
        "receiveTimestamp": "2026-11-21T09:00:01.123456789Z",
    })
}

impl Report {
    /// A record with one more answer.
    #[must_use]
    pub fn answer(self, kind: &str, of: &str, endpoint: &str, answer: &Value) -> Self {
        let data = openssl::base64::encode_block(answer.to_string().as_bytes());
        self.asked(kind, of, endpoint, "data", data.into())
    }

    /// A record with a question that was not answered.
    #[must_use]
    pub fn refused(self, kind: &str, of: &str, endpoint: &str, code: &str) -> Self {
        let refused = json!({ "code": code, "message": "the CA may not" });
        self.asked(kind, of, endpoint, "refused", refused)
    }

    /// A record in which a question has another answer.
    #[must_use]
    pub fn instead(self, kind: &str, answer: &Value) -> Self {
        self.instead_bytes(kind, answer.to_string().as_bytes())
    }

    /// The same, whatever the answer is.
    #[must_use]
    pub fn instead_bytes(mut self, kind: &str, answer: &[u8]) -> Self {
        self.asked_before(kind)["data"] = openssl::base64::encode_block(answer).into();
        self
    }

    /// A record without a question.
    #[must_use]
    pub fn unasked(mut self, kind: &str) -> Self {
        self.payload["answers"].as_array_mut().unwrap().retain(|answer| answer["kind"] != kind);
        self
    }

    /// The question of this kind in a record.
    pub fn asked_before(&mut self, kind: &str) -> &mut Value {
        self.payload["answers"].as_array_mut().unwrap().iter_mut().find(|answer| answer["kind"] == kind).unwrap()
    }

    fn asked(mut self, kind: &str, of: &str, endpoint: &str, member: &str, said: Value) -> Self {
        let mut answer = json!({
            "kind": kind, "of": of, "endpoint": endpoint, "asked": "2026-11-21T09:59:58Z",
            "request": format!("a request for {kind}"),
        });
        answer[member] = said;
        self.payload["answers"].as_array_mut().unwrap().push(answer);
        self
    }
}
