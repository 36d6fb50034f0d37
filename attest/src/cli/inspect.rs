//! `inspect`: what is in there.

use hardkey_attest::bundle;
use hardkey_attest::confirmation::is_record;
use hardkey_attest::inspection::{inspect, inspect_record, inspect_request};
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
    let mut sections = Vec::new();
    for path in &options.files {
        let file = files::read(path)?;
        if is_record(&file.bytes) {
            sections.push(inspect_record(&file.bytes).map_err(|error| error.inside(&file.name))?);
        } else {
            handed_in.push(file);
        }
    }
    if !handed_in.is_empty() {
        for piece in bundle::evidence(&handed_in)? {
            sections.extend(inspect(&piece)?);
        }
    }
    if let Some(csr) = files::request(options.csr.as_deref(), &mut Vec::new())? {
        sections.push(inspect_request(&csr));
    }
    let text = if options.json { inspection_json(&sections) } else { inspection_text(&sections) };
    output::print(text.as_bytes())
}
