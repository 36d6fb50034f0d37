//! ministack with its policies enforced: makes keys and users as the account's root, and runs hosts as those users.
//!
//! `tests/run.sh` starts it and passes its endpoint in `HARDKEY_TEST_MINISTACK_AUTH`.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};

use crate::scene::{Done, Host};

/// The account's root user.
const ROOT: &str = "test:test";

/// A running ministack.
pub struct Stack(String);

/// A key of it.
pub struct Key {
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
    pub arn: String,
    access_key: String,
    secret: String,
}

impl Stack {
    /// The one that was started for the tests, if any.
    pub fn running() -> Option<Self> {
        std::env::var("HARDKEY_TEST_MINISTACK_AUTH").ok().filter(|endpoint| !endpoint.is_empty()).map(Self)
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
        let moment = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
        let name = format!("{name}-{moment}");
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

    fn kms(&self, operation: &str, body: &Value) -> Value {
        let target = format!("X-Amz-Target: TrentService.{operation}");
        let headers = ["-H", &target, "-H", "Content-Type: application/x-amz-json-1.1", "--data", &body.to_string()];
        serde_json::from_str(&self.ask("kms", &headers)).unwrap()
    }

    fn iam(&self, action: &str, parameters: &[&str]) -> String {
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
        let outcome = command.args(["--user", ROOT]).args(arguments).arg(format!("{}/", self.0)).output().unwrap();
        let answer = String::from_utf8(outcome.stdout).unwrap();
        assert!(outcome.status.success(), "{answer}{}", String::from_utf8_lossy(&outcome.stderr));
        answer
    }

    /// The environment of a host that is this user.
    pub fn environment(&self, user: &User) -> BTreeMap<String, String> {
        let pairs = [
            ("AWS_ACCESS_KEY_ID", user.access_key.as_str()),
            ("AWS_SECRET_ACCESS_KEY", user.secret.as_str()),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
            ("AWS_ENDPOINT_URL_KMS", self.0.as_str()),
            ("AWS_REGION", "eu-west-1"),
        ];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Signs "message" once, as this user, with the key that the configuration calls so.
    pub fn sign(&self, user: &User, name: &str, label: &str) -> Done {
        let mut environment = self.environment(user);
        environment.insert("HARDKEY_KEY".to_owned(), name.to_owned());
        Host::start(&environment, label).end_after("message")
    }
}

fn element(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}
