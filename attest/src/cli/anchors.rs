//! `anchors`: what verdicts rest on.

use hardkey_attest::anchor::Anchors;
use hardkey_attest::rendering::{anchors_json, anchors_text};

use super::arguments::AnchorsOptions;
use super::moment;
use super::output::{self, Undecided};

pub(crate) fn run<A: Anchors>(options: &AnchorsOptions, trusted: &A) -> Result<(), Undecided> {
    let at = moment::at(options.at.as_deref())?;
    let text = if options.json { anchors_json(trusted, at) } else { anchors_text(trusted, at) };
    output::print(text.as_bytes())
}
