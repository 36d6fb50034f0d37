//! The mark of whoever administers a key: the CA's nonce, as a tag or label of it. Who may only sign cannot set one; who has one of Azure's
//! built-in roles for signing may do more than that.

/// The name of the tag or label, in the characters that all three clouds allow.
pub const NAME: &str = "hardkey-challenge";
/// Google Cloud, "Requirements for labels": a value has 63 characters at most, a nonce 64. The other clouds take all of it.
const OF_GOOGLE: usize = 63;

/// What to write for a nonce on a key of this name. Of Google's labels the last digit does not fit, and is left out.
#[must_use]
pub fn value(nonce: &str, resource: &str) -> String {
    let longest = if resource.starts_with("projects/") { OF_GOOGLE } else { nonce.len() };
    nonce.chars().take(longest).collect()
}
