//! A subscriber's account with a key, a trail and the role that `hardkey grant-ca aws` prints, and a CA's account with a user.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use hardkey_tests::built;
use hardkey_tests::host::run;
use hardkey_tests::skip::skip;
use hardkey_tests::stack::{Key, Stack, User};
use serde_json::{Value, json};
use tempfile::TempDir;

pub const EXTERNAL_ID: &str = "order-4711";
/// What the CA looks for.
const ROLE: &str = "hardkey-confirm";
const POLICY: &str = "hardkey-confirm-reads";
/// Several times what a few refused connections take.
const LIMIT: Duration = Duration::from_secs(120);

/// Which permission each question needs.
pub const PERMISSIONS: [(&str, &str); 9] = [
    ("kms:DescribeKey", "aws.describe-key"),
    ("kms:GetPublicKey", "aws.get-public-key"),
    ("kms:ListResourceTags", "aws.list-resource-tags"),
    ("kms:GetKeyPolicy", "aws.get-key-policy"),
    ("kms:ListGrants", "aws.list-grants"),
    ("cloudtrail:LookupEvents", "aws.lookup-events"),
    ("cloudtrail:DescribeTrails", "aws.describe-trails"),
    ("cloudtrail:GetTrailStatus", "aws.get-trail-status"),
    ("cloudtrail:GetEventSelectors", "aws.get-event-selectors"),
];
/// How many questions no answer leads to.
pub const FIRST_QUESTIONS: usize = 6;

pub struct Realm {
    pub subscriber: Stack,
    pub ca: Stack,
    pub key: Key,
    user: User,
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
    fn account(&self) -> &str {
        self.key.arn.split(':').nth(4).unwrap()
    }

    pub fn role_arn(&self) -> String {
        format!("arn:aws:iam::{}:role/{ROLE}", self.account())
    }

    fn put(&self, policy: &Value) {
        let document = format!("PolicyDocument={policy}");
        self.subscriber
            .iam("PutRolePolicy", &[&format!("RoleName={ROLE}"), &format!("PolicyName={POLICY}"), &document]);
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

    pub fn another_user_of_the_ca(&self) -> User {
        self.ca.user("somebody-else", &of_the_ca())
    }

    /// The CA's configuration: hosts of the key's region are the ministack.
    pub fn endpoints(&self) -> String {
        let hosts = ["kms", "cloudtrail", "sts"];
        let lines = hosts.map(|host| format!("\"{host}.eu-west-1.amazonaws.com\" = \"{}\"\n", self.ca.endpoint));
        format!("[endpoints]\n{}", lines.concat())
    }

    pub fn configuration(&self, role: &str, external_id: &str) -> String {
        format!("[aws]\nrole = \"{role}\"\nexternal_id = \"{external_id}\"\n{}", self.endpoints())
    }

    /// What the CA has when all is well.
    pub fn whole(&self) -> String {
        self.configuration(ROLE, EXTERNAL_ID)
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn ask(&self) -> Vec<Value> {
        self.ask_with(&self.whole())
    }

    pub fn ask_with(&self, configuration: &str) -> Vec<Value> {
        self.ask_as(&self.user, configuration)
    }

    pub fn ask_as(&self, user: &User, configuration: &str) -> Vec<Value> {
        self.ask_in(&credentials(&self.ca, user), configuration)
    }

    /// The environment of the CA's program.
    pub fn environment(&self) -> BTreeMap<String, String> {
        credentials(&self.ca, &self.user)
    }

    /// What each question came to, in order.
    pub fn ask_in(&self, environment: &BTreeMap<String, String>, configuration: &str) -> Vec<Value> {
        let path = self.write("confirm.toml", configuration);
        let outcome = run(env!("CARGO_BIN_EXE_asker"), [path.as_str(), self.key.arn.as_str()], environment, LIMIT);
        assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));
        outcome.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Credentials, and nothing that says where.
fn credentials(stack: &Stack, user: &User) -> BTreeMap<String, String> {
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

/// Nothing was answered: STS refused the role, and without it there is no such key. AWS says of the key that access is denied; ministack
/// finds none of another account.
pub fn refused_role(answers: &[Value], realm: &Realm) {
    let kinds: Vec<(&str, &str)> =
        answers.iter().map(|one| (one["kind"].as_str().unwrap(), one["code"].as_str().unwrap())).collect();
    let expected = [
        ("aws.describe-key", "NotFoundException"),
        ("aws.get-public-key", "NotFoundException"),
        ("aws.list-resource-tags", "AccessDeniedException"),
        ("aws.get-key-policy", "AccessDenied"),
        ("aws.list-grants", "AccessDenied"),
        ("aws.describe-trails", "AccessDenied"),
    ];
    assert_eq!(kinds, expected, "{answers:#?}");
    let message = answers.last().unwrap()["message"].as_str().unwrap();
    assert!(message.contains("is not authorized to perform: sts:AssumeRole on resource: "), "{message}");
    assert!(message.contains(realm.account()), "{message}");
}
