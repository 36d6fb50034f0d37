//! What a role may do, for the administrator who made it: AWS IAM is asked, and AWS KMS about the key, and nothing is changed.

mod key;

use std::sync::Arc;

use aws_sdk_iam::Client;
use aws_sdk_iam::config::Builder;
use aws_sdk_iam::types::PolicyEvaluationDecisionType;
use reqwest::Url;

use super::AwsConfig;
use super::attempts::Attempts;
use super::client::Clients;
use super::error::Action;
use super::identity::Identity;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::network::SharedNetwork;
use crate::service::ServiceError;

pub use key::KeyGrant;

/// AWS IAM and AWS KMS, as an administrator of the account sees them.
pub struct Grants {
    clients: Clients<Client>,
    keys: Clients<aws_sdk_kms::Client>,
}

/// A role as it is, in AWS's words.
#[derive(Clone, Debug)]
pub struct GrantedRole {
    /// Its ARN.
    pub arn: String,
    /// Who may use it: a policy, JSON.
    pub trust: String,
    /// What it may do: its own policies and those attached, each with its name, JSON.
    pub policies: Vec<(String, String)>,
}

impl Grants {
    /// With the credentials and the endpoints of the environment and the profile. Nothing is connected before the first use.
    #[must_use]
    pub fn new(config: AwsConfig, network: SharedNetwork) -> Self {
        let AwsConfig { region, profile, .. } = config;
        let caller = Arc::new(Identity::new(region, profile, network.clone()));
        let keys = Clients::of_settings(Arc::<Identity>::clone(&caller), network.clone());
        Self { clients: Clients::of_settings(caller, network), keys }
    }

    /// A role and all its policies.
    ///
    /// # Errors
    /// [`ServiceError`], also for a role that is not there.
    pub fn role(&self, name: &str, deadline: &Deadline) -> Result<GrantedRole, ServiceError> {
        self.clients.call(name, deadline, |client| {
            let (name, deadline) = (name.to_owned(), *deadline);
            async move { read(&client, &name, deadline).await }
        })
    }

    /// Of these actions on a resource, those that IAM says a role may not do. A policy of the resource has no part in that: IAM does not
    /// simulate those for roles (IAM API reference, SimulatePrincipalPolicy, ResourcePolicy; read November 2026).
    ///
    /// # Errors
    /// [`ServiceError`], also for a role that is not there.
    pub fn denied(
        &self,
        role: &str,
        actions: &[&str],
        resource: &str,
        deadline: &Deadline,
    ) -> Result<Vec<String>, ServiceError> {
        self.clients.call(role, deadline, |client| {
            let actions: Vec<String> = actions.iter().map(|action| (*action).to_owned()).collect();
            let (role, resource, deadline) = (role.to_owned(), resource.to_owned(), *deadline);
            async move {
                let action = Action::named("iam:SimulatePrincipalPolicy");
                let answer = Attempts::ask(action, deadline, |settings: Builder| {
                    let request = client.simulate_principal_policy().policy_source_arn(role);
                    let request = request.set_action_names(Some(actions.clone())).resource_arns(resource);
                    request.customize().config_override(settings).send()
                })
                .await?;
                let results = answer.evaluation_results();
                // An action of which nothing was said is not known to be allowed.
                let allowed = |action: &String| {
                    results.iter().any(|result| {
                        result.eval_action_name().eq_ignore_ascii_case(action)
                            && *result.eval_decision() == PolicyEvaluationDecisionType::Allowed
                    })
                };
                Ok(actions.iter().filter(|action| !allowed(action)).cloned().collect())
            }
        })
    }
}

async fn read(client: &Client, name: &str, deadline: Deadline) -> Result<GrantedRole, Failure> {
    let answer = Attempts::ask(Action::named("iam:GetRole"), deadline, |settings: Builder| {
        client.get_role().role_name(name).customize().config_override(settings).send()
    })
    .await?;
    let role = answer.role().ok_or_else(|| malformed("the answer to iam:GetRole holds no role"))?;
    let trust = decoded(role.assume_role_policy_document().unwrap_or_default());
    let mut policies = Vec::new();
    let listed = Attempts::ask(Action::named("iam:ListRolePolicies"), deadline, |settings: Builder| {
        client.list_role_policies().role_name(name).customize().config_override(settings).send()
    })
    .await?;
    let attached = Attempts::ask(Action::named("iam:ListAttachedRolePolicies"), deadline, |settings: Builder| {
        client.list_attached_role_policies().role_name(name).customize().config_override(settings).send()
    })
    .await?;
    if listed.is_truncated() || attached.is_truncated() {
        return Err(malformed("AWS IAM did not list all policies of the role at once"));
    }
    for policy in listed.policy_names() {
        let answer = Attempts::ask(Action::named("iam:GetRolePolicy"), deadline, |settings: Builder| {
            client.get_role_policy().role_name(name).policy_name(policy).customize().config_override(settings).send()
        })
        .await?;
        policies.push((policy.clone(), decoded(answer.policy_document())));
    }
    for policy in attached.attached_policies() {
        let arn = policy.policy_arn().unwrap_or_default();
        policies.push((arn.to_owned(), managed(client, arn, deadline).await?));
    }
    Ok(GrantedRole { arn: role.arn().to_owned(), trust, policies })
}

/// The version in force of a policy that is attached.
async fn managed(client: &Client, arn: &str, deadline: Deadline) -> Result<String, Failure> {
    let answer = Attempts::ask(Action::named("iam:GetPolicy"), deadline, |settings: Builder| {
        client.get_policy().policy_arn(arn).customize().config_override(settings).send()
    })
    .await?;
    let version = answer.policy().and_then(|policy| policy.default_version_id()).unwrap_or_default();
    let answer = Attempts::ask(Action::named("iam:GetPolicyVersion"), deadline, |settings: Builder| {
        client.get_policy_version().policy_arn(arn).version_id(version).customize().config_override(settings).send()
    })
    .await?;
    Ok(decoded(answer.policy_version().and_then(|version| version.document()).unwrap_or_default()))
}

/// IAM gives policies percent-encoded (IAM API reference, GetRole).
fn decoded(text: &str) -> String {
    let query = Url::parse(&format!("iam:?policy={text}"));
    query.ok().and_then(|url| url.query_pairs().next().map(|(_, text)| text.into_owned())).unwrap_or_default()
}

fn malformed(what: &str) -> Failure {
    Failure::malformed("AWS IAM", what)
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn a_policy_is_read_as_it_was_before_it_was_encoded() {
        assert_eq!(decoded("%7B%22Action%22%3A%22kms%3A%2A%22%7D"), r#"{"Action":"kms:*"}"#);
        assert_eq!(decoded("%7B%22a%22%3A%22b%20c%2Bd%22%7D"), r#"{"a":"b c+d"}"#);
    }
}
