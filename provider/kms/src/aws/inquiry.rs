//! What a CA asks AWS about a key: AWS KMS, and AWS CloudTrail in the key's account.
//!
//! Nothing of the environment or of a profile chooses where: hosts are the question's, or what the CA's configuration has instead.

mod role;

use std::future::Future;
use std::sync::Arc;

use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use aws_sdk_kms::config::http::HttpResponse;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::operation::RequestId;
use hardkey_attest::confirmation::{Answer, Kind, NOT_ASKED, Question, Said};
use hardkey_attest::instant::Instant;
use hardkey_attest::report;
use reqwest::Url;

use super::KeyName;
use super::attempts::Attempts;
use super::client::{Caller, Clients};
use super::error::{Action, Refused, Unanswered};
use super::identity::Identity;
use super::kept::{Kept, now};
use super::sdk::{ServiceClient, Settings};
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::inquiry::{Inquiry, InquiryConfig, host_of};
use crate::network::SharedNetwork;
use crate::service::{ServiceError, ServiceErrorKind};
use role::AssumedRole;

/// The most that one answer may hold, so that one answer is all: API references, ListGrants and LookupEvents (November 2026). More than
/// that, the reader of the answer will see.
const MOST_GRANTS: i32 = 100;
const MOST_EVENTS: i32 = 50;
/// Half of the hour in which a key's creation is looked for: clocks of AWS's services agree to seconds.
const HALF_AN_HOUR: u64 = 30 * 60;
/// A record's field for what was asked has 2048 characters, and for the cloud's words 1024.
const LONGEST_REQUEST: usize = 2048;
const LONGEST_MESSAGE: usize = 1024;

const NO_ROLE: &str = "the CA's configuration names no role of the key's account; set role and external_id in [aws]";

/// AWS, asked about one key.
pub(crate) struct AwsInquiry {
    resource: String,
    config: InquiryConfig,
    network: SharedNetwork,
    own: Arc<Identity>,
    role: Option<Arc<AssumedRole>>,
}

/// As whom, and why not as the role of the subscriber's.
struct Asker {
    caller: Arc<dyn Caller>,
    /// For people.
    who: String,
}

/// Where one question is asked.
struct Place {
    url: Url,
    /// Whose signature the service wants.
    region: String,
}

impl AwsInquiry {
    /// For a key's ARN.
    ///
    /// # Errors
    /// [`ServiceError`] for a configuration that cannot be used.
    pub(crate) fn new(resource: &str, config: InquiryConfig, network: SharedNetwork) -> Result<Self, ServiceError> {
        let region = KeyName::parse(resource).ok().and_then(|name| name.region().map(str::to_owned));
        let own = Arc::new(Identity::new(region, None, network.clone()));
        let role = match &config.role {
            Some(role) => {
                let role = AssumedRole::new(resource, role, &config, Arc::clone(&own), &network)?;
                Some(Arc::new(role))
            }
            None => None,
        };
        Ok(Self { resource: resource.to_owned(), config, network, own, role })
    }

    /// The subscriber's role, where there is one. Where STS refuses it, a key can still be read with the CA's own credentials, if its policy
    /// names the CA; CloudTrail would answer about the CA's own account.
    fn asker(&self, question: &Question, deadline: &Deadline) -> Result<Result<Asker, Refused>, ServiceError> {
        let own = || Asker { caller: Arc::<Identity>::clone(&self.own) as _, who: "the CA itself".to_owned() };
        // Of AWS itself, and the same for every account: the subscriber's role has no part in it.
        if question.kind == Kind::AwsListPublicKeys {
            return Ok(Ok(own()));
        }
        let refused = match &self.role {
            Some(role) => match role.take(deadline)? {
                Ok(()) => {
                    let who = role.arn().to_owned();
                    return Ok(Ok(Asker { caller: Arc::<AssumedRole>::clone(role) as _, who }));
                }
                Err(refused) => refused,
            },
            None => Refused { code: NOT_ASKED.to_owned(), message: NO_ROLE.to_owned() },
        };
        Ok(if is_answered_across_accounts(question.kind) { Ok(own()) } else { Err(refused) })
    }

    /// Where, and in which region: of the question's hosts the one that the CA set another URL for, else the first.
    fn place(&self, question: &Question) -> Result<Place, ServiceError> {
        let url = self.config.place(question)?;
        let set = question.hosts.iter().find(|host| self.config.endpoints.contains_key(*host));
        let fips = self.network.get().settings().fips == Some(true);
        let own = question.hosts.iter().find(|host| host.contains("-fips.") == fips).or(question.hosts.first());
        let host = set.or(own).map_or("", String::as_str);
        // SERVICE.REGION.DOMAIN
        let region = host.split('.').nth(1).unwrap_or_default().to_owned();
        let url = match set {
            Some(_) => url,
            None => Url::parse(&format!("https://{host}")).unwrap_or(url),
        };
        Ok(Place { url, region })
    }

    /// Sends one question to its service.
    fn send(&self, question: &Question, asker: &Asker, place: &Place, deadline: &Deadline) -> Asked {
        let about = Arc::<str>::from(question.of.as_str());
        let kms = Wire::<aws_sdk_kms::Client>::new(self, asker, place, *deadline);
        let trails = Wire::<aws_sdk_cloudtrail::Client>::new(self, asker, place, *deadline);
        match action(question.kind).map(Action::name) {
            Some("kms:DescribeKey") => kms.ask(question, |client, settings| {
                let about = Arc::clone(&about);
                async move {
                    let request = client.describe_key().key_id(&*about).customize().config_override(settings);
                    let named = |answer: &aws_sdk_kms::operation::describe_key::DescribeKeyOutput| {
                        answer.key_metadata().and_then(|metadata| metadata.arn()) == Some(&*about)
                    };
                    request.send().await.map(|answer| named(&answer))
                }
            }),
            Some("kms:GetPublicKey") => kms.ask(question, |client, settings| {
                let about = Arc::clone(&about);
                async move {
                    let request = client.get_public_key().key_id(&*about).customize().config_override(settings);
                    request.send().await.map(|answer| answer.key_id() == Some(&*about))
                }
            }),
            Some("kms:ListResourceTags") => kms.ask(question, |client, settings| {
                let request = client.list_resource_tags().key_id(&*about).customize().config_override(settings);
                async move { request.send().await.map(|_| true) }
            }),
            Some("kms:GetKeyPolicy") => kms.ask(question, |client, settings| {
                let request = client.get_key_policy().key_id(&*about).customize().config_override(settings);
                async move { request.send().await.map(|_| true) }
            }),
            Some("kms:ListGrants") => kms.ask(question, |client, settings| {
                let request = client.list_grants().key_id(&*about).limit(MOST_GRANTS);
                let request = request.customize().config_override(settings);
                async move { request.send().await.map(|_| true) }
            }),
            Some("cloudtrail:DescribeTrails") => trails.ask(question, |client, settings| {
                let request =
                    client.describe_trails().include_shadow_trails(true).customize().config_override(settings);
                async move { request.send().await.map(|_| true) }
            }),
            Some("cloudtrail:GetTrailStatus") => trails.ask(question, |client, settings| {
                let request = client.get_trail_status().name(&*about).customize().config_override(settings);
                async move { request.send().await.map(|_| true) }
            }),
            Some("cloudtrail:GetEventSelectors") => trails.ask(question, |client, settings| {
                let about = Arc::clone(&about);
                async move {
                    let request =
                        client.get_event_selectors().trail_name(&*about).customize().config_override(settings);
                    request.send().await.map(|answer| answer.trail_arn() == Some(&*about))
                }
            }),
            Some("cloudtrail:LookupEvents") => {
                let (from, until) = hour(question)?;
                trails.ask(question, |client, settings| {
                    let created = LookupAttribute::builder()
                        .attribute_key(LookupAttributeKey::EventName)
                        .attribute_value("CreateKey")
                        .build();
                    let request =
                        client.lookup_events().set_lookup_attributes(created.ok().map(|created| vec![created]));
                    let request = request.start_time(from).end_time(until).max_results(MOST_EVENTS);
                    let request = request.customize().config_override(settings);
                    async move { request.send().await.map(|_| true) }
                })
            }
            Some("cloudtrail:ListPublicKeys") => trails.ask(question, |client, settings| {
                // From the hour of the key's creation on: digests of later hours carry the signatures of earlier ones.
                let start = question.around.map(|around| moment(around.unix().saturating_sub(HOUR)));
                let request = client
                    .list_public_keys()
                    .set_start_time(start)
                    .set_end_time(question.around.map(|_| moment(now().unix())))
                    .customize()
                    .config_override(settings);
                async move { request.send().await.map(|_| true) }
            }),
            _ => Err(foreign(question)),
        }
    }
}

/// What a digest file is of, in seconds: AWS CloudTrail user guide, "CloudTrail digest file structure".
const HOUR: u64 = 60 * 60;

impl Inquiry for AwsInquiry {
    fn ask(&self, question: &Question, deadline: &Deadline) -> Result<Answer, ServiceError> {
        let action = action(question.kind).ok_or_else(|| foreign(question))?;
        if !question.kind.is_about(&question.of, &self.resource) {
            return Err(foreign(question));
        }
        let place = self.place(question)?;
        let (asked, who, said) = match self.asker(question, deadline)? {
            Ok(asker) => {
                let (asked, said) = self.send(question, &asker, &place, deadline)?;
                (asked, asker.who, said)
            }
            Err(refused) => {
                let who = self.role.as_ref().map_or("nobody", |role| role.arn()).to_owned();
                (now(), who, Err(refused))
            }
        };
        let said = match said {
            Ok(data) => Said::Data(data),
            Err(Refused { code, message }) => {
                Said::Refused { code, message: message.chars().take(LONGEST_MESSAGE).collect() }
            }
        };
        let request = format!("{} {} as {who}", action.name(), question.of).chars().take(LONGEST_REQUEST).collect();
        let (kind, of) = (question.kind, question.of.clone());
        Ok(Answer { kind, of, endpoint: host_of(&place.url), asked, request, said })
    }
}

/// When, and what was said.
type Asked = Result<(Instant, Result<Vec<u8>, Refused>), ServiceError>;

/// Clients of one service at one place.
struct Wire<Client> {
    clients: Clients<Client>,
    deadline: Deadline,
}

impl<Client: ServiceClient> Wire<Client> {
    fn new(inquiry: &AwsInquiry, asker: &Asker, place: &Place, deadline: Deadline) -> Self {
        let url = place.url.as_str().trim_end_matches('/').to_owned();
        let network = inquiry.network.clone();
        Self { clients: Clients::at(url, place.region.clone(), Arc::clone(&asker.caller), network), deadline }
    }

    /// Asks, and keeps the answer as it came. `send` says whether the answer is about what was asked.
    fn ask<E, Request>(&self, question: &Question, send: impl Fn(Client, Client::Own) -> Request) -> Asked
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        SdkError<E, HttpResponse>: RequestId,
        Request: Future<Output = Result<bool, SdkError<E, HttpResponse>>>,
    {
        let action = action(question.kind).ok_or_else(|| foreign(question))?;
        let (deadline, send) = (self.deadline, &send);
        self.clients.call(action.name(), &deadline, |client| {
            let kept = Kept::default();
            let keeping = kept.clone();
            let asked =
                Attempts::inquire(action, deadline, move |settings: Client::Own| send(client, settings.kept(keeping)));
            async move {
                match asked.await {
                    Ok(true) => {
                        let wrong = "the SDK did not show an answer as it came";
                        let (asked, data) = kept.answer().ok_or_else(|| Failure::malformed(action.service(), wrong))?;
                        Ok((asked, Ok(data)))
                    }
                    Ok(false) => {
                        let wrong = format!("the answer to {} is about something else", action.name());
                        Err(Failure::malformed(action.service(), &wrong))
                    }
                    Err(Unanswered::Refused(refused)) => Ok((now(), Err(refused))),
                    Err(Unanswered::Failed(failure)) => Err(failure),
                }
            }
        })
    }
}

/// What AWS answers to a caller of another account whom the key's policy names: AWS KMS developer guide, "Allowing users in other accounts
/// to use a KMS key". Of tags it is refused, and that is an answer.
fn is_answered_across_accounts(kind: Kind) -> bool {
    matches!(kind, Kind::Key(report::Kind::AwsDescribeKey | report::Kind::AwsGetPublicKey) | Kind::AwsListResourceTags)
}

/// The permission that each question needs.
const ACTIONS: [(Kind, Action); 10] = [
    (Kind::Key(report::Kind::AwsDescribeKey), Action::DESCRIBE_KEY),
    (Kind::Key(report::Kind::AwsGetPublicKey), Action::GET_PUBLIC_KEY),
    (Kind::AwsListResourceTags, Action::named("kms:ListResourceTags")),
    (Kind::AwsGetKeyPolicy, Action::named("kms:GetKeyPolicy")),
    (Kind::AwsListGrants, Action::named("kms:ListGrants")),
    (Kind::AwsDescribeTrails, Action::named("cloudtrail:DescribeTrails")),
    (Kind::AwsGetTrailStatus, Action::named("cloudtrail:GetTrailStatus")),
    (Kind::AwsGetEventSelectors, Action::named("cloudtrail:GetEventSelectors")),
    (Kind::AwsLookupEvents, Action::named("cloudtrail:LookupEvents")),
    (Kind::AwsListPublicKeys, Action::named("cloudtrail:ListPublicKeys")),
];

fn action(kind: Kind) -> Option<Action> {
    ACTIONS.into_iter().find(|(known, _)| *known == kind).map(|(_, action)| action)
}

/// An hour around the moment that the question has.
fn hour(question: &Question) -> Result<(DateTime, DateTime), ServiceError> {
    let around = question.around.ok_or_else(|| foreign(question))?.unix();
    Ok((moment(around.saturating_sub(HALF_AN_HOUR)), moment(around.saturating_add(HALF_AN_HOUR))))
}

fn moment(seconds: u64) -> DateTime {
    DateTime::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX))
}

fn foreign(question: &Question) -> ServiceError {
    ServiceError {
        kind: ServiceErrorKind::Unsupported,
        cause: format!("{} of {} is no question about this key", question.kind.name(), question.of.escape_debug()),
        remedy: "report this as a bug, with this line".to_owned(),
        request_id: None,
    }
}
