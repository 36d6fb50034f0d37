//! From Google's answers to one sentence of cause and one of remedy.

use google_cloud_gax::error::rpc::{Code, Status, StatusDetails};

use super::action::Action;
use super::stub::{Refused, Trouble};
use crate::failure::Failure;
use crate::network::InterruptionKind;
use crate::service::ServiceErrorKind;
use crate::wording::{chain, clean};

/// What messages call it.
pub(super) const SERVICE: &str = "Google Cloud KMS";

/// Reads what came of a request in place of an answer.
pub(super) fn of_sdk(action: Action, error: &google_cloud_gax::error::Error) -> Failure {
    let (service, name) = (action.service(), action.name());
    match Trouble::of(error) {
        Some(Trouble::Interrupted(interruption))
            if interruption.kind == InterruptionKind::TimedOut && interruption.sent =>
        {
            Failure::slow(service, name)
        }
        Some(Trouble::Interrupted(interruption)) => Failure::interrupted(service, name, interruption),
        Some(Trouble::Foreign(refused)) => Failure::foreign(service, name, refused.status.as_u16()),
        Some(Trouble::Service(refused)) => refusal(action, refused),
        Some(Trouble::Unreadable(why)) => {
            Failure::malformed(service, &format!("the answer to {name} could not be read: {why}"))
        }
        None => Failure::plain(
            ServiceErrorKind::Malformed,
            format!("{name} could not be sent: {}", chain(error)),
            "report this as a bug, with this line",
        ),
    }
}

/// An answer that is not what Google documents.
pub(super) fn malformed(what: &str) -> Failure {
    Failure::malformed(SERVICE, what)
}

fn refusal(action: Action, refused: &Refused<Status>) -> Failure {
    let Status { code, message, .. } = &refused.words;
    let (kind, remedy) = remedy(action, &refused.words);
    let message = if message.is_empty() { String::new() } else { format!(": {}", clean(message)) };
    let cause = format!("{} answered {} with {}{message}", action.service(), action.name(), code.name());
    let mut failure = Failure::plain(kind, cause, &remedy);
    failure.error.request_id = request_id(&refused.words);
    failure.stale_credentials = *code == Code::Unauthenticated;
    failure
}

/// What Google's codes mean here: Cloud KMS API reference, "Errors", and each method's own, November 2026.
fn remedy(action: Action, status: &Status) -> (ServiceErrorKind, String) {
    let permission = action.permission();
    let text = match status.code {
        Code::Unauthenticated => {
            let text = "renew the Google credentials of this process: the file that GOOGLE_APPLICATION_CREDENTIALS names, or gcloud's (gcloud auth application-default login), and check the clock of this machine";
            return (ServiceErrorKind::Denied, text.to_owned());
        }
        Code::PermissionDenied => return (ServiceErrorKind::Denied, denied(action, status)),
        Code::NotFound => {
            let text = "check the name: project, location, key ring, key and version";
            return (ServiceErrorKind::NotFound, text.to_owned());
        }
        Code::FailedPrecondition => return (ServiceErrorKind::Disabled, unusable(&status.message).to_owned()),
        Code::ResourceExhausted => {
            let text = "sign less at once (lanes in [network]), or have the quota of Cloud KMS raised (Google Cloud console, IAM & Admin, Quotas)";
            return (ServiceErrorKind::Throttled, text.to_owned());
        }
        Code::Unimplemented => "use a key made for signing (purpose ASYMMETRIC_SIGN)",
        Code::InvalidArgument | Code::OutOfRange => {
            let text = "check the name of the key, its location and the endpoint";
            return (ServiceErrorKind::Malformed, text.to_owned());
        }
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::DeadlineExceeded
        | Code::AlreadyExists
        | Code::Aborted
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss => {
            let text = "try again; if it lasts, look at the Google Cloud service health dashboard";
            return (ServiceErrorKind::Unavailable, text.to_owned());
        }
        _ => {
            let text = format!("look {permission} up in the documentation of {}", action.service());
            return (ServiceErrorKind::Unavailable, text);
        }
    };
    (ServiceErrorKind::Unsupported, text.to_owned())
}

/// Reasons: google.api.ErrorReason, and IAM's own.
fn denied(action: Action, status: &Status) -> String {
    let project = "check the project in the key's name";
    match reason(status) {
        Some("SERVICE_DISABLED" | "SERVICE_NOT_ACTIVATED") => {
            let (service, api) = (action.service().trim_start_matches("Google "), action.api());
            format!("enable the {service} API (gcloud services enable {api}), or {project}")
        }
        Some("CONSUMER_INVALID" | "CONSUMER_SUSPENDED" | "RESOURCE_PROJECT_INVALID") => project.to_owned(),
        Some("USER_PROJECT_DENIED") => {
            "unset GOOGLE_CLOUD_QUOTA_PROJECT, or name a project there in which you have serviceusage.services.use"
                .to_owned()
        }
        Some("BILLING_DISABLED") => format!("enable billing for the project, or {project}"),
        Some("ACCESS_TOKEN_SCOPE_INSUFFICIENT") => {
            "give this machine's service account the scope cloud-platform".to_owned()
        }
        Some("SECURITY_POLICY_VIOLATED" | "VPC_SERVICE_CONTROLS") => {
            "ask who keeps the VPC Service Controls perimeter around the project to let this machine in".to_owned()
        }
        Some(_) | None => format!(
            "grant {} on this {}, and check that its name is right: Google does not tell the two apart",
            action.permission(),
            action.place()
        ),
    }
}

/// A version that cannot sign now. Google's sentence ends with its state.
fn unusable(message: &str) -> &'static str {
    let is = |state: &str| message.contains(state);
    if is("DESTROY_SCHEDULED") {
        "restore the version and enable it (gcloud kms keys versions restore, then enable), or configure another one"
    } else if is("DESTROYED") {
        "the version is destroyed for good; configure another one"
    } else if is("DISABLED") {
        "enable the version (gcloud kms keys versions enable), or configure another one"
    } else if is("PENDING") {
        "wait until the version is generated, or configure another one"
    } else {
        "look at the version (gcloud kms keys versions describe), or configure another one"
    }
}

/// Why a request was refused, in the words of google.api.ErrorReason.
pub(super) fn reason(status: &Status) -> Option<&str> {
    status
        .details
        .iter()
        .find_map(|detail| if let StatusDetails::ErrorInfo(info) = detail { Some(info.reason.as_str()) } else { None })
}

fn request_id(status: &Status) -> Option<String> {
    status.details.iter().find_map(|detail| {
        if let StatusDetails::RequestInfo(info) = detail { Some(info.request_id.clone()) } else { None }
    })
}
