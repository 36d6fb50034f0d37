//! `policy show`: what is demanded.

use hardkey_attest::rendering::{policy_json, policy_text};

use super::arguments::PolicyOptions;
use super::files;
use super::output::{self, Undecided};

pub(crate) fn show(options: &PolicyOptions) -> Result<(), Undecided> {
    let policy = files::policy(&options.policy, &mut Vec::new())?;
    let text = if options.json { policy_json(&policy) } else { policy_text(&policy) };
    output::print(text.as_bytes())
}
