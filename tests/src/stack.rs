//! ministack with its policies enforced: makes keys, users and roles as an account's root.
//!
//! `tests/run.sh` starts it and passes its endpoint in `HARDKEY_TEST_MINISTACK_AUTH`.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};

/// The account of the access key `test`.
const ACCOUNT: &str = "test";

/// A running ministack, as the root user of an account.
pub struct Stack {
    /// Its URL.
    pub endpoint: String,
    /// By its number, which ministack takes for an access key of its root user.
    account: String,
}

/// A key of it.
pub struct Key {
    /// Its ARN.
    pub arn: String,
}

impl Key {
    /// The last part of its ARN, which is also its label.
    pub fn id(&self) -> &str {
        self.arn.rsplit('/').next().unwrap()
    }
}

/// A user of it, with an access key.
pub struct User {
    /// Its ARN.
    pub arn: String,
    access_key: String,
    secret: String,
}

impl Stack {
    /// The one that was started for the tests, if any.
    pub fn running() -> Option<Self> {
        let endpoint = std::env::var("HARDKEY_TEST_MINISTACK_AUTH").ok().filter(|endpoint| !endpoint.is_empty())?;
        Some(Self { endpoint, account: ACCOUNT.to_owned() })
    }

    /// The same ministack as the root user of an account that no other test has.
    pub fn other_account(&self) -> Self {
        Self { endpoint: self.endpoint.clone(), account: format!("{:012}", moment() % 1_000_000_000_000) }
    }

    /// A signing key of P-256.
    pub fn key(&self) -> Key {
        let made = self.kms("CreateKey", &json!({"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}));
        Key { arn: made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned() }
    }

    /// Names a key.
    pub fn alias(&self, name: &str, key: &Key) {
        self.kms("CreateAlias", &json!({"AliasName": name, "TargetKeyId": key.id()}));
    }

    /// The point of a key, as a library takes it that has nothing to do with the module.
    pub fn point(&self, key: &Key) -> Vec<u8> {
        let answer = Command::new("openssl")
            .args(["ec", "-pubin", "-inform", "DER", "-outform", "DER", "-conv_form", "uncompressed", "-in"])
            .arg(self.public_key(key).path())
            .output()
            .unwrap();
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        // A SubjectPublicKeyInfo of P-256 ends with the 65 bytes of the point.
        answer.stdout[answer.stdout.len() - 65..].to_vec()
    }

    fn public_key(&self, key: &Key) -> tempfile::NamedTempFile {
        let answer = self.kms("GetPublicKey", &json!({"KeyId": key.arn}));
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut decode = Command::new("openssl");
        decode.args(["base64", "-d", "-A", "-out"]).arg(file.path()).stdin(std::process::Stdio::piped());
        let mut child = decode.spawn().unwrap();
        let text = answer["PublicKey"].as_str().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
        file
    }

    /// A user with this policy and no other.
    pub fn user(&self, name: &str, policy: &Value) -> User {
        // Tests may meet a ministack that served an earlier run.
        let name = format!("{name}-{}", moment());
        let user = format!("UserName={name}");
        let made = self.iam("CreateUser", &[&user]);
        let policy = format!("PolicyDocument={policy}");
        self.iam("PutUserPolicy", &[&user, "PolicyName=documented", &policy]);
        let keys = self.iam("CreateAccessKey", &[&user]);
        User {
            arn: element(&made, "Arn"),
            access_key: element(&keys, "AccessKeyId"),
            secret: element(&keys, "SecretAccessKey"),
        }
    }

    /// One request to AWS KMS.
    pub fn kms(&self, operation: &str, body: &Value) -> Value {
        self.json("kms", &format!("TrentService.{operation}"), body)
    }

    /// One request to AWS CloudTrail.
    pub fn cloudtrail(&self, operation: &str, body: &Value) -> Value {
        self.json("cloudtrail", &format!("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{operation}"), body)
    }

    fn json(&self, service: &str, target: &str, body: &Value) -> Value {
        let target = format!("X-Amz-Target: {target}");
        let headers = ["-H", &target, "-H", "Content-Type: application/x-amz-json-1.1", "--data", &body.to_string()];
        serde_json::from_str(&self.ask(service, &headers)).unwrap()
    }

    /// One request to AWS IAM.
    pub fn iam(&self, action: &str, parameters: &[&str]) -> String {
        let action = format!("Action={action}");
        let mut arguments = vec!["--data-urlencode", "Version=2010-05-08", "--data-urlencode", &action];
        arguments.extend(parameters.iter().flat_map(|parameter| ["--data-urlencode", parameter]));
        self.ask("iam", &arguments)
    }

    /// Signed by curl, so that no client library is needed for IAM.
    fn ask(&self, service: &str, arguments: &[&str]) -> String {
        let provider = format!("aws:amz:eu-west-1:{service}");
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--fail-with-body", "--noproxy", "*", "--aws-sigv4", &provider]);
        let outcome = command
            .args(["--user", &format!("{}:test", self.account)])
            .args(arguments)
            .arg(format!("{}/", self.endpoint))
            .output()
            .unwrap();
        let answer = String::from_utf8(outcome.stdout).unwrap();
        assert!(outcome.status.success(), "{answer}{}", String::from_utf8_lossy(&outcome.stderr));
        answer
    }

    /// The environment of a program that is the account's root user.
    pub fn root_environment(&self) -> BTreeMap<String, String> {
        let root = User { arn: String::new(), access_key: self.account.clone(), secret: "test".to_owned() };
        self.environment(&root)
    }

    /// The environment of a host that is this user.
    pub fn environment(&self, user: &User) -> BTreeMap<String, String> {
        let pairs = [
            ("AWS_ACCESS_KEY_ID", user.access_key.as_str()),
            ("AWS_SECRET_ACCESS_KEY", user.secret.as_str()),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
            ("AWS_ENDPOINT_URL_KMS", self.endpoint.as_str()),
            ("AWS_REGION", "eu-west-1"),
        ];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

/// Nanoseconds since 1970.
fn moment() -> u128 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos()
}

/// What is in an element of XML.
pub fn element(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}
