//! What a failed search says.

pub const ENVIRONMENT: &str = "environment (AWS_ACCESS_KEY_ID is not set)";
pub const PROFILE: &str = "profile default (no credentials in ~/.aws/config or ~/.aws/credentials)";
pub const WEB_IDENTITY: &str = "web identity (AWS_WEB_IDENTITY_TOKEN_FILE is not set)";
pub const CONTAINER: &str =
    "container (neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set)";
pub const METADATA: &str = "instance metadata (switched off by AWS_EC2_METADATA_DISABLED)";

/// What helps where a source is set up, and fails.
pub const BROKEN: &str =
    "correct the source named last, or take its settings away: those after it are asked only when it is not set up";

/// The sources that a cloud's credentials were searched in, and what helps.
pub fn no_credentials(cloud: &str, reasons: &[&str], remedy: &str) -> String {
    format!("no {cloud} credentials; tried: {}; {remedy}", reasons.join(", "))
}

/// No source is set up.
pub fn nothing(reasons: &[&str]) -> String {
    let remedy = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role is attached";
    no_credentials("AWS", reasons, remedy)
}

/// The last source named is set up, and fails.
pub fn broken(reasons: &[&str]) -> String {
    no_credentials("AWS", reasons, BROKEN)
}

pub fn broken_profile(reason: &str) -> String {
    broken(&[ENVIRONMENT, reason])
}

pub fn broken_web_identity(reason: &str) -> String {
    broken(&[ENVIRONMENT, PROFILE, &format!("web identity ({reason})")])
}

pub fn broken_container(reason: &str) -> String {
    broken(&[ENVIRONMENT, PROFILE, WEB_IDENTITY, &format!("container ({reason})")])
}

pub fn without_metadata(reason: &str) -> [String; 5] {
    [ENVIRONMENT, PROFILE, WEB_IDENTITY, CONTAINER, &format!("instance metadata ({reason})")].map(str::to_owned)
}
