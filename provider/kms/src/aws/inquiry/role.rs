//! The role that a subscriber made for this CA in the key's account: assumed with the CA's external id.

use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_sdk_sts::config::Builder;

use super::super::attempts::Attempts;
use super::super::client::{Caller, Clients};
use super::super::error::{Action, Refused, Unanswered};
use super::super::identity::{Identity, Issued};
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::inquiry::{InquiryConfig, Role};
use crate::network::SharedNetwork;
use crate::service::{ServiceError, ServiceErrorKind};

const ASSUME: Action = Action::named("sts:AssumeRole");
/// Who asks, as the subscriber's CloudTrail shows it.
const SESSION: &str = "hardkey-confirm";
/// The shortest that STS gives, in seconds: STS API reference, AssumeRole. A confirmation takes seconds.
const LIFE: i32 = 900;
/// What the SDK's records of where credentials are from say.
const PROVIDER: &str = "the subscriber's role";

/// A role, and the credentials that it gave.
pub(super) struct AssumedRole {
    arn: String,
    account: String,
    external_id: String,
    own: Arc<Identity>,
    sts: Clients<aws_sdk_sts::Client>,
    issued: Arc<Issued>,
    /// A refusal holds for the whole inquiry.
    refused: OnceLock<Refused>,
}

impl AssumedRole {
    /// The role of this name in the key's account. STS is asked in the key's region.
    pub(super) fn new(
        resource: &str,
        role: &Role,
        config: &InquiryConfig,
        own: Arc<Identity>,
        network: &SharedNetwork,
    ) -> Result<Self, ServiceError> {
        let wrong = || ServiceError {
            kind: ServiceErrorKind::Malformed,
            cause: format!("{} is no ARN of a key in AWS KMS", resource.escape_debug()),
            remedy: "ask the subscriber for a report of hardkey attest".to_owned(),
            request_id: None,
        };
        let parts: Vec<&str> = resource.split(':').collect();
        let ["arn", partition, "kms", region, account, _] = parts.as_slice() else { return Err(wrong()) };
        // kms.REGION.DOMAIN
        let question = hardkey_attest::confirmation::Kind::questions(resource).into_iter().next().ok_or_else(wrong)?;
        let of_kms = question.hosts.first().ok_or_else(wrong)?;
        let fips = network.get().settings().fips == Some(true);
        let hosts = ["sts", "sts-fips"].map(|sts| of_kms.replacen("kms", sts, 1));
        let set = hosts.iter().find_map(|host| config.endpoints.get(host));
        let [plain, of_fips] = &hosts;
        let url = set.map_or_else(
            || format!("https://{}", if fips { of_fips } else { plain }),
            |url| url.as_str().trim_end_matches('/').to_owned(),
        );
        let caller = Arc::<Identity>::clone(&own);
        Ok(Self {
            arn: format!("arn:{partition}:iam::{account}:role/{}", role.name.trim_start_matches('/')),
            account: (*account).to_owned(),
            external_id: role.external_id.clone(),
            own,
            sts: Clients::at(url, (*region).to_owned(), caller, network.clone()),
            issued: Arc::default(),
            refused: OnceLock::new(),
        })
    }

    pub(super) fn arn(&self) -> &str {
        &self.arn
    }

    /// Makes sure that there are credentials of the role, or says that STS refuses them.
    pub(super) fn take(&self, deadline: &Deadline) -> Result<Result<(), Refused>, ServiceError> {
        if let Some(refused) = self.refused.get() {
            return Ok(Err(refused.clone()));
        }
        match self.issued.refresh(deadline, |asked, deadline| self.renew(asked, deadline)) {
            Ok(()) => Ok(Ok(())),
            Err(failure) => self.refused.get().map_or(Err(failure.error), |refused| Ok(Err(refused.clone()))),
        }
    }

    fn renew(&self, asked: Instant, deadline: &Deadline) -> Result<(), Failure> {
        if self.issued.is_newer_than(asked) {
            return Ok(());
        }
        let outcome = self.sts.call(ASSUME.name(), deadline, |client| {
            let request = client
                .assume_role()
                .role_arn(&self.arn)
                .role_session_name(SESSION)
                .external_id(&self.external_id)
                .duration_seconds(LIFE);
            let (deadline, account) = (*deadline, self.account.clone());
            async move {
                let asked = Attempts::inquire(ASSUME, deadline, |settings: Builder| {
                    request.customize().config_override(settings).send()
                });
                match asked.await {
                    Ok(answer) => credentials(&answer, &account).map(Ok),
                    Err(Unanswered::Refused(refused)) => Ok(Err(refused)),
                    Err(Unanswered::Failed(failure)) => Err(failure),
                }
            }
        });
        match outcome.map_err(|error| Failure { error, stale_credentials: false })? {
            Ok(credentials) => {
                self.issued.publish(credentials);
                Ok(())
            }
            Err(refused) => {
                let Refused { code, message } = self.refused.get_or_init(|| refused);
                let cause = format!("AWS STS answered {} of {} with {code}: {message}", ASSUME.name(), self.arn);
                let remedy = "ask the subscriber for the role: hardkey grant-ca aws";
                Err(Failure::plain(ServiceErrorKind::Denied, cause, remedy))
            }
        }
    }
}

impl Caller for AssumedRole {
    fn issued(&self) -> &Arc<Issued> {
        &self.issued
    }

    fn settings(&self, deadline: &Deadline) -> Result<SdkConfig, Failure> {
        self.own.settings(deadline)
    }

    fn refresh(&self, deadline: &Deadline) -> Result<(), Failure> {
        self.issued.refresh(deadline, |asked, deadline| self.renew(asked, deadline))
    }
}

/// The credentials, if they are of a role of the key's account.
fn credentials(
    answer: &aws_sdk_sts::operation::assume_role::AssumeRoleOutput,
    account: &str,
) -> Result<Credentials, Failure> {
    let malformed = |what: &str| Failure::malformed(ASSUME.service(), what);
    let user = answer.assumed_role_user().ok_or_else(|| malformed("the answer to sts:AssumeRole names no role"))?;
    if user.arn().split(':').nth(4) != Some(account) {
        return Err(malformed("the answer to sts:AssumeRole is about another account's role"));
    }
    let given = answer.credentials().ok_or_else(|| malformed("the answer to sts:AssumeRole holds no credentials"))?;
    let end = SystemTime::try_from(*given.expiration());
    let end = end.map_err(|_| malformed("the answer to sts:AssumeRole has an end that is no time"))?;
    let (key, secret, token) = (given.access_key_id(), given.secret_access_key(), given.session_token());
    Ok(Credentials::new(key, secret, Some(token.to_owned()), Some(end), PROVIDER))
}
