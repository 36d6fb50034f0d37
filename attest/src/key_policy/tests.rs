use serde_json::{Value, json};

use super::*;

fn read(statement: &Value) -> Statement<Value> {
    let policy = json!({ "Id": "key", "Statement": statement, "Version": "2012-10-17" });
    statements("the policy", policy.to_string().as_bytes()).unwrap().remove(0)
}

#[test]
fn a_statement_allows_or_denies_and_what_it_says_besides_is_kept() {
    let condition = json!({ "StringEquals": { "kms:CallerAccount": "111122223333" } });
    let said = read(&json!({
        "Sid": "a", "Effect": "Deny", "Principal": "*", "NotAction": ["kms:List*"], "NotResource": "a", "Condition": condition,
    }));
    assert_eq!((said.allows(), said.denies(), said.condition.as_ref()), (false, true, Some(&condition)));
    assert_eq!((said.covers("kms:Sign"), said.covers("kms:ListGrants")), (true, false));
    assert_eq!(said.whom(), "everybody (*), under a condition");
    let texts = |texts: Option<Texts>| texts.map(|Texts(list)| list);
    assert_eq!((texts(said.resource), texts(said.not_resource)), (None, Some(vec!["a".to_owned()])));
    let said = read(&json!({ "Effect": "Allow", "Action": "kms:Sign", "Resource": ["b"] }));
    assert_eq!((said.allows(), said.denies(), said.condition), (true, false, None));
    assert_eq!((said.principal.is_none(), texts(said.resource)), (true, Some(vec!["b".to_owned()])));
    let said = read(&json!({ "Effect": "allow", "Action": "kms:Sign" }));
    assert_eq!((said.allows(), said.denies()), (false, false), "AWS has two words, in this case");
}

#[test]
fn a_policy_that_is_none_is_malformed_under_the_name_of_its_part() {
    let error = statements::<Value>("the policy", b"{}").unwrap_err();
    assert_eq!(error.to_string(), "the policy, byte 1: expected the field `Statement`, found none");
}

#[test]
fn blanks_around_a_policy_are_no_part_of_it() {
    let read = statements::<Value>("the policy", b"\n  {\"Statement\": []}\r\n\t");
    assert_eq!(read.map(|statements| statements.len()), Ok(0));
}
