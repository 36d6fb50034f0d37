//! A subscriber's account with a key, a trail and the role that `hardkey grant-ca aws` prints, and a CA's account with a user.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::built;
use crate::host::{Outcome, run};
use crate::skip::skip;
use crate::stack::{Key, Stack, User};

/// What the CA shows.
pub const EXTERNAL_ID: &str = "order-4711";
/// What the CA looks for.
const ROLE: &str = "hardkey-confirm";
const POLICY: &str = "hardkey-confirm-reads";
/// Several times what a few refused connections take.
const LIMIT: Duration = Duration::from_secs(120);

/// Two accounts.
pub struct Realm {
    /// The key's account.
    pub subscriber: Stack,
    /// The CA's account.
    pub ca: Stack,
    /// The key.
    pub key: Key,
    /// Who asks for the CA.
    pub user: User,
    policy: Value,
    folder: TempDir,
}

impl Realm {
    /// With everything granted; nothing where no ministack runs.
    pub fn prepared(test: &str) -> Option<Self> {
        let Some(stack) = Stack::running() else {
            skip(test, "HARDKEY_TEST_MINISTACK_AUTH names no endpoint; tests/run.sh starts one");
            return None;
        };
        let (subscriber, ca) = (stack.other_account(), stack.other_account());
        let key = subscriber.key();
        subscriber.cloudtrail(
            "CreateTrail",
            &json!({"Name": "all", "S3BucketName": "logs", "IsMultiRegionTrail": true, "EnableLogFileValidation": true}),
        );
        subscriber.cloudtrail("StartLogging", &json!({"Name": "all"}));
        let user = ca.user("confirmation", &of_the_ca());
        let printed = grant(&["--ca", &user.arn, "--external-id", EXTERNAL_ID, "--key", &key.arn]);
        let template: Value = serde_json::from_str(&printed).unwrap();
        let role = &template["Resources"]["HardkeyConfirm"]["Properties"];
        assert_eq!((&role["RoleName"], &role["Path"]), (&json!(ROLE), &json!("/")));
        let trust = format!("AssumeRolePolicyDocument={}", role["AssumeRolePolicyDocument"]);
        subscriber.iam("CreateRole", &[&format!("RoleName={ROLE}"), &trust, "MaxSessionDuration=3600"]);
        assert_eq!(role["Policies"][0]["PolicyName"], POLICY);
        let policy = role["Policies"][0]["PolicyDocument"].clone();
        let realm = Self { subscriber, ca, key, user, policy, folder: TempDir::new().unwrap() };
        realm.put(&realm.policy);
        Some(realm)
    }

    /// The account that the key is in.
    pub fn account(&self) -> &str {
        self.key.arn.split(':').nth(4).unwrap()
    }

    /// The role's ARN.
    pub fn role_arn(&self) -> String {
        format!("arn:aws:iam::{}:role/{ROLE}", self.account())
    }

    fn put(&self, policy: &Value) {
        let document = format!("PolicyDocument={policy}");
        self.subscriber
            .iam("PutRolePolicy", &[&format!("RoleName={ROLE}"), &format!("PolicyName={POLICY}"), &document]);
    }

    /// What the subscriber's administrator is told of the role.
    pub fn checked(&self) -> Outcome {
        self.checked_in(self.subscriber.root_environment())
    }

    /// What another user of the subscriber's account is told of it.
    pub fn checked_by(&self, user: &User) -> Outcome {
        self.checked_in(self.subscriber.environment(user))
    }

    fn checked_in(&self, mut environment: BTreeMap<String, String>) -> Outcome {
        environment.insert("AWS_ENDPOINT_URL_IAM".to_owned(), self.subscriber.endpoint.clone());
        let (ca, key) = (self.user.arn.as_str(), self.key.arn.as_str());
        let arguments = ["grant-ca", "aws", "--ca", ca, "--external-id", EXTERNAL_ID, "--key", key, "--check"];
        run(built::command_lines().0, arguments, &environment, LIMIT)
    }

    /// Gives the key a policy of these statements and no others.
    pub fn with_key_policy(&self, statements: &[Value]) {
        let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        let key = &self.key.arn;
        let body = json!({
            "KeyId": key, "PolicyName": "default", "Policy": policy, "BypassPolicyLockoutSafetyCheck": true,
        });
        self.subscriber.kms("PutKeyPolicy", &body);
    }

    /// The printed role, with these permissions and no others.
    pub fn with_permissions(&self, permissions: &[&str]) {
        let mut policy = self.policy.clone();
        for statement in policy["Statement"].as_array_mut().unwrap() {
            statement["Action"]
                .as_array_mut()
                .unwrap()
                .retain(|action| permissions.contains(&action.as_str().unwrap()));
        }
        // A statement of nothing is none.
        policy["Statement"].as_array_mut().unwrap().retain(|statement| statement["Action"] != json!([]));
        self.put(&policy);
    }

    /// The printed role again.
    pub fn with_everything(&self) {
        self.put(&self.policy);
    }

    /// The printed role, less one permission.
    pub fn without_permission(&self, permission: &str) {
        let mut policy = self.policy.clone();
        for statement in policy["Statement"].as_array_mut().unwrap() {
            statement["Action"].as_array_mut().unwrap().retain(|action| action != permission);
        }
        assert_ne!(policy, self.policy, "{permission}");
        self.put(&policy);
    }

    /// A user whom the key itself lets ask two things. ministack finds no key of another account, so this one is of the key's.
    pub fn user_of_two_permissions(&self) -> User {
        let actions = ["kms:DescribeKey", "kms:GetPublicKey"];
        let statement = json!({"Effect": "Allow", "Action": actions, "Resource": self.key.arn});
        self.subscriber.user("named", &json!({"Version": "2012-10-17", "Statement": [statement]}))
    }

    /// Somebody else of the CA's account.
    pub fn another_user_of_the_ca(&self) -> User {
        self.ca.user("somebody-else", &of_the_ca())
    }

    /// The CA's configuration: hosts of the key's region are the ministack.
    pub fn endpoints(&self) -> String {
        let hosts = ["kms", "cloudtrail", "sts"];
        let lines = hosts.map(|host| format!("\"{host}.eu-west-1.amazonaws.com\" = \"{}\"\n", self.ca.endpoint));
        format!("[endpoints]\n{}", lines.concat())
    }

    /// The CA's configuration with this role.
    pub fn configuration(&self, role: &str, external_id: &str) -> String {
        format!("[aws]\nrole = \"{role}\"\nexternal_id = \"{external_id}\"\n{}", self.endpoints())
    }

    /// What the CA has when all is well.
    pub fn whole(&self) -> String {
        self.configuration(ROLE, EXTERNAL_ID)
    }

    /// Writes a file, and says its path.
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The environment of the CA's program.
    pub fn environment(&self) -> BTreeMap<String, String> {
        credentials(&self.ca, &self.user)
    }
}

/// Credentials, and nothing that says where.
pub fn credentials(stack: &Stack, user: &User) -> BTreeMap<String, String> {
    let mut environment = stack.environment(user);
    environment.remove("AWS_ENDPOINT_URL_KMS");
    environment
}

/// What the CA's own account lets its users do.
fn of_the_ca() -> Value {
    let actions = ["sts:AssumeRole", "kms:DescribeKey", "kms:GetPublicKey"];
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]})
}

/// What `hardkey grant-ca aws` prints.
pub fn grant(arguments: &[&str]) -> String {
    let all = [&["grant-ca", "aws"] as &[&str], arguments].concat();
    run(built::command_lines().0, all, &BTreeMap::new(), LIMIT).success().text()
}
