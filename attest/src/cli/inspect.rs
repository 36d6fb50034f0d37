//! `inspect`: what is in there.

use hardkey_attest::bundle;
use hardkey_attest::inspection::{inspect, inspect_request};
use hardkey_attest::rendering::{inspection_json, inspection_text};

use super::arguments::InspectOptions;
use super::output::{self, Undecided};
use super::{ACCEPTED, files};

pub(crate) fn run(options: &InspectOptions) -> u8 {
    match show(options) {
        Ok(()) => ACCEPTED,
        Err(error) => output::complain_as(&error, options.json),
    }
}

fn show(options: &InspectOptions) -> Result<(), Undecided> {
    let mut handed_in = Vec::new();
    for path in &options.files {
        handed_in.push(files::read(path)?);
    }
    let mut sections = Vec::new();
    for piece in bundle::evidence(&handed_in)? {
        sections.extend(inspect(&piece)?);
    }
    if let Some(csr) = files::request(options.csr.as_deref(), &mut Vec::new())? {
        sections.push(inspect_request(&csr));
    }
    let text = if options.json { inspection_json(&sections) } else { inspection_text(&sections) };
    output::print(text.as_bytes())
}
