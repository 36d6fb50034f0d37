//! What a CA would say today, by the very code that it runs.

use hardkey_attest::anchor::Release;
use hardkey_attest::bundle::{self, File};
use hardkey_attest::challenge::Challenge;
use hardkey_attest::csr::Csr;
use hardkey_attest::evidence::verify;
use hardkey_attest::instant::Instant;
use hardkey_attest::policy::{Expected, Policy};
use hardkey_attest::rendering::{Decision, summary_text};

use crate::choice::Choice;
use crate::failure::Failure;
use crate::output;

/// What the subscriber will hand to the CA.
pub(super) struct Handed<'a> {
    /// The file, by its name.
    pub(super) name: &'a str,
    /// Report or bundle.
    pub(super) bytes: &'a [u8],
    pub(super) csr: Option<&'a [u8]>,
    pub(super) challenge: Option<&'a Challenge>,
    pub(super) now: Instant,
}

/// Verifies what was made and tells the verdict, and what is missing for more, on standard error.
pub(super) fn tell(choice: &Choice, handed: &Handed<'_>) -> Result<(), Failure> {
    let unread =
        |why: &str| Failure::refused(format!("{}: hardkey-attest cannot read it: {why}; report this", handed.name));
    let file = File { name: handed.name.to_owned(), bytes: handed.bytes.to_vec() };
    let pieces = bundle::evidence(&[file]).map_err(|error| unread(&error.to_string()))?;
    let claims = verify(&pieces, &Release).map_err(|error| unread(&error.to_string()))?;
    let csr = handed.csr.map(Csr::parse).transpose();
    let expected = Expected {
        csr: csr.map_err(|error| Failure::unusable(format!("--csr: {error}; name another file")))?,
        name: Some(choice.id.as_str().to_owned()),
        nonce: handed.challenge.map(Challenge::nonce),
        // Whether it made the challenge only the CA can tell.
        challenge: None,
        audience: handed.challenge.map(|challenge| challenge.audience().to_owned()),
        order: handed.challenge.map(|challenge| challenge.order().to_owned()),
        seen: None,
        now: Some(handed.now),
    };
    let verdict = claims.appraise(&Policy::csbr(), &expected);
    let decision = Decision { verdict: &verdict, claims: &claims, expected: &expected, inputs: &[] };
    output::tell(&format!("{}: a CA that runs hardkey-attest on it today is told:", handed.name));
    output::tell_as_it_is(&summary_text(&decision));
    Ok(())
}
