//! The role for a CA, as `hardkey grant-ca aws` prints it: by AWS's own linter of CloudFormation, and by HashiCorp's own parser of
//! Terraform's language.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use hardkey_tests::skip::skip;
use hardkey_tests::{built, host};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::home;

/// Several times what it takes to load every schema of CloudFormation on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);
/// Who asks, by which external id, as which role, about which key: all kinds of each that are taken. The linter does not know of the
/// partition `aws-eusc`.
const ROLES: [[&str; 4]; 3] = [
    [
        "arn:aws:iam::999988887777:role/confirmation",
        "order-4711",
        "hardkey-confirm",
        "arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321",
    ],
    [
        "arn:aws:iam::999988887777:user/ca/desks/first_+=,.@-",
        "_+=,.@:/-",
        "ca/desks/second_+=,.@-",
        "arn:aws:kms:us-east-1:111122223333:key/mrk-0987dcba09fe87dc65baab0987654321",
    ],
    [
        "arn:aws-us-gov:iam::999988887777:role/ca/confirmation",
        "71f0b1f2-0b1c-4a53-9d3a-2f0c4a7a7f7e",
        "/ca/hardkey-confirm",
        "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321",
    ],
];

/// The template of a role.
fn printed([ca, id, role, key]: [&str; 4], format: &str) -> String {
    let arguments =
        ["grant-ca", "aws", "--ca", ca, "--external-id", id, "--role", role, "--key", key, "--format", format];
    host::run(built::command_lines().0, arguments, &BTreeMap::new(), LIMIT).success().text()
}

/// Writes it to a file, and says its path.
fn written(folder: &Path, name: &str, template: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, template).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn awss_own_linter_finds_nothing_in_any_template_for_cloudformation() {
    let linter = home().join("judge-aws/bin/cfn-lint");
    if !linter.exists() {
        return skip(
            "awss_own_linter_finds_nothing_in_any_template_for_cloudformation",
            "its environment is not there; run: tests/judges/install.sh aws",
        );
    }
    let folder = TempDir::new().unwrap();
    let templates = ROLES.map(|role| printed(role, "cloudformation"));
    let mut arguments: Vec<String> =
        ["--format", "json", "--regions", "eu-west-1", "us-gov-west-1"].map(str::to_owned).into();
    // Whatever it can object to, all but that there is no block of metadata for machines that write templates.
    arguments.extend(["--include-checks", "I", "--ignore-checks", "I4010", "--template"].map(str::to_owned));
    arguments.extend(
        templates.iter().enumerate().map(|(index, text)| written(folder.path(), &format!("{index}.json"), text)),
    );
    let environment = BTreeMap::from([("HOME".to_owned(), folder.path().to_str().unwrap().to_owned())]);
    let outcome = host::run(linter, &arguments, &environment, LIMIT);
    assert_eq!((outcome.status, outcome.text().trim(), outcome.stderr.as_str()), (Some(0), "[]", ""));
}

#[test]
fn hashicorps_own_parser_reads_the_same_role_in_terraform_as_fmt_has_it() {
    let parser = home().join("judge-terraform-go/judge");
    if !parser.exists() {
        return skip(
            "hashicorps_own_parser_reads_the_same_role_in_terraform_as_fmt_has_it",
            "it is not built; with Go 1.25 or newer, run: tests/judges/install.sh terraform",
        );
    }
    let folder = TempDir::new().unwrap();
    for role in ROLES {
        let template = written(folder.path(), "role.tf", &printed(role, "terraform"));
        let mut read: Value =
            serde_json::from_slice(&host::run(&parser, [template], &BTreeMap::new(), LIMIT).success().stdout).unwrap();
        for (resource, policy) in [("role", "assume_role_policy"), ("role_policy", "policy")] {
            let encoded = &mut read["resources"][format!("aws_iam_{resource}.hardkey_confirm")][policy];
            *encoded = serde_json::from_str(encoded.as_str().unwrap()).unwrap();
        }
        let formation: Value = serde_json::from_str(&printed(role, "cloudformation")).unwrap();
        let is = &formation["Resources"]["HardkeyConfirm"]["Properties"];
        let of_the_role = json!({
            "name": is["RoleName"], "path": is["Path"], "description": is["Description"],
            "max_session_duration": is["MaxSessionDuration"],
            "assume_role_policy": is["AssumeRolePolicyDocument"],
        });
        let of_the_policy = json!({
            "name": is["Policies"][0]["PolicyName"], "role": "aws_iam_role.hardkey_confirm",
            "policy": is["Policies"][0]["PolicyDocument"],
        });
        let resources = json!({
            "aws_iam_role.hardkey_confirm": of_the_role, "aws_iam_role_policy.hardkey_confirm": of_the_policy,
        });
        assert_eq!(read, json!({ "canonical": true, "resources": resources }));
    }
}
