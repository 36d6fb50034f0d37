use serde_json::{Value as Json, json};

use super::*;
use crate::check::Ledger;
use crate::finding::Basis;

fn signers(bindings: &Json) -> String {
    let mut gathered = Gathered::by(Basis::Confirmed, Ledger::default());
    let policy = json!({ "version": 3, "etag": "BwXhqDVO5tI=", "bindings": bindings });
    gather_signers(policy.to_string().as_bytes(), &mut gathered).unwrap();
    let line = |claim: &crate::claim::Claim| format!("{} {}: {}", claim.basis, claim.topic.name(), claim.value);
    gathered.claims.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn who_may_sign_is_whoever_has_a_role_on_the_key_that_is_not_known_to_sign_nothing() {
    let nobody = "confirmed signers: nobody by a grant on the key itself; grants on its key ring, project, folders and organization \
        count too";
    for bindings in [
        json!([]),
        Json::Null,
        json!([{ "role": "roles/cloudkms.viewer", "members": ["user:a@example.com"] }]),
        json!([{ "role": "roles/cloudkms.signer", "members": [] }]),
    ] {
        assert_eq!(signers(&bindings), nobody, "{bindings}");
    }
    let condition =
        json!({ "title": "t", "description": "d", "expression": "request.time < timestamp('2027-01-01T00:00:00Z')" });
    let some = json!([
        { "role": "roles/cloudkms.signer", "members": ["user:a@example.com", "serviceAccount:ci@p.iam"] },
        { "role": "roles/cloudkms.admin", "members": ["user:b@example.com"] },
        { "role": "projects/p/roles/own", "members": ["allUsers"], "condition": condition },
    ]);
    assert_eq!(
        signers(&some),
        "confirmed signers: by grants on the key itself: user:a@example.com, serviceAccount:ci@p.iam by roles/cloudkms.signer; \
        allUsers by projects/p/roles/own, under a condition; grants above it count too"
    );
}

#[test]
fn many_members_are_cut_to_a_line() {
    let members: Vec<String> = (0..1500).map(|number| format!("user:{number}@example.com")).collect();
    let line = signers(&json!([{ "role": "roles/cloudkms.signer", "members": members }]));
    assert_eq!(line.chars().count(), "confirmed signers: ".len() + LONGEST + 1);
    assert!(line.ends_with('…'), "{line}");
}
