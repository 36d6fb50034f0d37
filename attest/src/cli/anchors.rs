//! `anchors`: what verdicts rest on.

use hardkey_attest::anchor::Release;
use hardkey_attest::rendering::{anchors_json, anchors_text};

use super::arguments::AnchorsOptions;
use super::moment;
use super::output::{self, Undecided};

pub(crate) fn run(options: &AnchorsOptions) -> Result<(), Undecided> {
    let at = moment::at(options.at.as_deref())?;
    let text = if options.json { anchors_json(&Release, at) } else { anchors_text(&Release, at) };
    output::print(text.as_bytes())
}
