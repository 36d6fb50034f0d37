//! `challenge`: a nonce for one order, which a report or a request has to carry.

use std::time::Duration;

use aws_lc_rs::rand;
use hardkey_attest::challenge::{Challenge, NONCE_LENGTH, Posed};
use hardkey_attest::instant;
use hardkey_attest::rendering::{Input, InputRole};

use super::arguments::{ChallengeOptions, VerifyOptions};
use super::output::{self, Undecided};
use super::{files, key, moment};

pub(crate) fn run(options: &ChallengeOptions) -> Result<(), Undecided> {
    let validity = duration(&options.valid)?;
    let issued = moment::at(None)?;
    let (key, made) = key::made(options.key.as_deref())?;
    let nonce: [u8; NONCE_LENGTH] = random()?;
    let challenge = Challenge::issue(&key, nonce, issued, validity, &options.audience, &options.order)?;
    if let Some(path) = made {
        output::print_error(&format!(
            "{}: made the key {}; keep it, and keep it to yourself: it tells your challenges from forged ones\n",
            super::arguments::NAME,
            hardkey_attest::shown::text(&path.to_string_lossy())
        ));
    }
    output::print(challenge.to_json().as_bytes())
}

/// The challenge that was posed, if one was, and the key that tells.
pub(crate) fn posed(options: &VerifyOptions, inputs: &mut Vec<Input>) -> Result<Option<Posed>, Undecided> {
    let Some(path) = &options.challenge else { return Ok(None) };
    let file = files::read(path)?;
    inputs.push(Input::new(&file.name, InputRole::Challenge, &file.bytes));
    let challenge = Challenge::parse(&file.bytes).map_err(|error| error.inside(&file.name))?;
    let key = key::read(options.challenge_key.as_deref())?;
    Ok(Some(Posed { challenge, key }))
}

/// Bytes that nobody can foretell.
pub(crate) fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], Undecided> {
    let mut bytes = [0; LENGTH];
    rand::fill(&mut bytes)
        .map_err(|_| Undecided::new("the system's random numbers", "some", "none: the system gave an error"))?;
    Ok(bytes)
}

/// A number with `s`, `m`, `h` or `d` after it.
fn duration(text: &str) -> Result<Duration, Undecided> {
    instant::duration(text)
        .ok_or_else(|| Undecided::new("--valid", "a number with s, m, h or d after it, such as 24h", text))
}
