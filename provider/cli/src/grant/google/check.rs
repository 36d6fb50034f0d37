//! `--check`: what the CA was given as it is, held against the script.

use hardkey_kms::Deadline;
use hardkey_kms::google::{Binding, Grants, KeyName};
use hardkey_kms::network::SharedNetwork;
use hardkey_kms::service::ServiceError;

use super::script::Script;
use crate::failure::Failure;
use crate::grant::rights::{Right, concluded, differences};
use crate::token;

pub(super) fn run(script: &Script, key: &KeyName) -> Result<(), Failure> {
    let network = SharedNetwork::new(token::configuration()?.network);
    let grants = Grants::new(key.location(), &network)?;
    let deadline = || Deadline::after(network.timeout());
    let mut above = Vec::new();
    if let Some(organization) = script.organization() {
        above = grants.above(&script.project(), &deadline())?;
        if above.last() != Some(&organization) {
            let (number, project) = (organization.trim_start_matches("organizations/"), script.project());
            let other = above.last().map_or("nothing", String::as_str);
            let line =
                format!("--organization \"{number}\": above {project} is {other}; name what is there, or leave it out");
            return Err(Failure::unusable(line));
        }
    }
    let (mut expected, mut found) = (Vec::new(), Vec::new());
    for (place, permissions) in script.grants(&above) {
        expected.extend(permissions.iter().map(|permission| Right(format!("{permission} on {place}"))));
        for binding in grants.bindings(&place, &deadline())? {
            let permissions = |role: &str| grants.permissions(role, &deadline());
            for right in rights(&binding, script.ca(), &place, permissions)? {
                if !found.contains(&right) {
                    found.push(right);
                }
            }
        }
    }
    let wrong = differences(&expected, &found);
    let remedy = "run what hardkey grant-ca google prints, and remove what is too much";
    concluded("key", &script.key(), &wrong, remedy)
}

/// What a line of a place's policy gives the CA. What is given in another way than the script does is a right of its own, which the
/// script never gives: to more than the CA, under a condition, or by a role of Google's.
fn rights(
    binding: &Binding,
    ca: &str,
    place: &str,
    permissions: impl Fn(&str) -> Result<Option<Vec<String>>, ServiceError>,
) -> Result<Vec<Right>, ServiceError> {
    let members: Vec<&String> =
        binding.members.iter().filter(|member| is(member, ca) || includes(member, ca)).collect();
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let role = [binding.role.clone()];
    let permitted = permissions(&binding.role)?;
    let permitted = permitted.as_deref().unwrap_or(&role);
    let mut all = Vec::new();
    for member in members {
        let to = if is(member, ca) { String::new() } else { format!(", for {member}") };
        let when = binding.condition.as_ref().map(|when| format!(", under the condition {when}")).unwrap_or_default();
        all.extend(permitted.iter().map(|permission| Right(format!("{permission} on {place}{to}{when}"))));
    }
    Ok(all)
}

/// Whether a member is this one. Addresses have no case, subjects of a pool have.
fn is(member: &str, ca: &str) -> bool {
    if ca.starts_with("principal://") { member == ca } else { member.eq_ignore_ascii_case(ca) }
}

/// Whether a member is many, and this one among them, or may be: IAM, "Principal identifiers" (read November 2026).
fn includes(member: &str, ca: &str) -> bool {
    let domain = ca.rsplit_once('@').map(|(_, domain)| domain);
    match member.split_once(':') {
        None => matches!(member, "allUsers" | "allAuthenticatedUsers"),
        Some(("domain", name)) => domain.is_some_and(|domain| domain.eq_ignore_ascii_case(name)),
        // Who of a pool is in a set of it, the pool's provider says.
        Some(("principalSet", set)) => {
            let pool = ca.strip_prefix("principal:").and_then(|name| name.split_once("/subject/"));
            pool.is_some_and(|(pool, _)| set.strip_prefix(pool).is_some_and(|rest| rest.starts_with('/')))
        }
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CA: &str = "user:confirmation@ca.example";

    #[test]
    fn everybody_and_the_domain_are_the_ca_too_and_no_other_is() {
        for member in ["allUsers", "allAuthenticatedUsers", "domain:ca.example", "domain:CA.example"] {
            assert!(includes(member, CA), "{member}");
        }
        for member in ["domain:example", "domain:a.ca.example", "user:other@ca.example", "group:all@ca.example"] {
            assert!(!includes(member, CA) && !is(member, CA), "{member}");
        }
        assert!(is("user:Confirmation@CA.example", CA));
        assert!(!is("group:confirmation@ca.example", CA));
        let pool = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ca";
        let ca = format!("principal:{pool}/subject/confirm");
        assert!(is(&ca, &ca) && !is(&format!("principal:{pool}/subject/Confirm"), &ca));
        assert!(includes(&format!("principalSet:{pool}/*"), &ca));
        assert!(includes(&format!("principalSet:{pool}/group/confirmers"), &ca));
        assert!(!includes(&format!("principalSet:{pool}-other/*"), &ca));
        assert!(!includes(&format!("principalSet:{pool}/*"), CA));
    }

    #[test]
    fn what_is_given_in_another_way_is_a_right_of_its_own() {
        let given = |member: &str, condition: Option<serde_json::Value>| {
            let binding = Binding { role: "roles/viewer".to_owned(), members: vec![member.to_owned()], condition };
            rights(&binding, CA, "projects/p", |role| Ok((role != "roles/viewer").then(Vec::new))).unwrap()
        };
        assert_eq!(given(CA, None), [Right("roles/viewer on projects/p".to_owned())]);
        assert_eq!(given("allUsers", None), [Right("roles/viewer on projects/p, for allUsers".to_owned())]);
        let when = serde_json::json!({ "expression": "false" });
        let right = "roles/viewer on projects/p, under the condition {\"expression\":\"false\"}";
        assert_eq!(given(CA, Some(when)), [Right(right.to_owned())]);
        assert_eq!(given("user:other@ca.example", None), []);
    }
}
