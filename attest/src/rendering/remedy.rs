//! What to do about a finding that stands in the way.

use super::unanswered::unanswered;
use crate::confirmation::Record;
use crate::finding::{Basis, Finding, Outcome};

const AGAIN: &str = "Ask the subscriber to download statement and certificates again and to send them unchanged. If this \
                     comes back, treat the files as forged.";
const NEW_KEY: &str =
    "The subscriber must make a new key: generated in the HSM, for signing, not importable, not exportable.";

/// The next step, in plain words. Who asked the cloud, with a record that counts, is told what was in the way of its answer.
pub(super) fn remedy(finding: &Finding, counts: Option<&Record>) -> &'static str {
    if let Some(next) = counts.and_then(|record| unanswered(finding, record)) {
        return next;
    }
    match (finding.outcome, finding.basis) {
        (Outcome::Missing, Some(Basis::Reported)) => {
            "Ask for the HSM's own statement, or ask the cloud yourself: copies of answers can be made up."
        }
        (Outcome::Missing, Some(_)) => "Ask for evidence that more than this stands behind: the HSM's own statement.",
        (Outcome::Missing, None) => missing(finding.id),
        (Outcome::Failed | Outcome::Passed | Outcome::Warning, _) => failed(finding.id),
    }
}

fn missing(id: &str) -> &'static str {
    match id {
        "resource-name" => {
            "Run it again with --name and the full name of the key version that the subscriber gave you."
        }
        "csr-key" | "csr-signature" => "Run it again with --csr and the request for the certificate.",
        "nonce" => {
            "Ask for a report that answers your challenge, or for a request that carries your nonce as its challenge password."
        }
        "certificates-in-time" => "Ask for the certificates that belong to the statement.",
        "generated" => {
            "Ask for the HSM's own statement about this key. AWS says where a key is from when it is asked; Azure Key Vault does not, but the \
             vault's audit log has it (KeyCreate): ask the subscriber to let you read that, or for a new key in a vault that keeps one."
        }
        "logging" => {
            "Method 5 takes logs that the cloud shows you: ask the subscriber to let you read the trails (AWS), the diagnostic settings \
             (Azure) or the project's IAM policy (Google), and ask the cloud again."
        }
        "ownership" => {
            "Ask the subscriber's administrator to mark the key with your nonce, as the tag or label hardkey-challenge, and ask the cloud again."
        }
        _ => "First settle the checks that failed. If there are none, ask for the HSM's own statement about this key.",
    }
}

fn failed(id: &str) -> &'static str {
    match id {
        "certificate-roles" => {
            "Ask for the certificate chains as the cloud gives them: \"Download attestation bundle\" in Google's console, or \
             gcloud kms keys versions get-certificate-chain."
        }
        "fips-mode" => "The HSM is not in FIPS mode. The subscriber must make a new key in one that is.",
        "not-denied" => "Accept no key of this card.",
        "private-object" => {
            "Ask for the statement of the signing key: this one is about a key of another kind, or about several."
        }
        "key-rebuilt" => "Ask for the statement of an RSA key or of a key on P-256, P-384 or P-521.",
        "admission" | "protection-level" => {
            "Ask for another key: by the cloud's own answer this one does not do. What it lacks stands above."
        }
        "one-key" | "csr-key" => "Find out which key the request is for, and ask for the evidence about that one.",
        "hsm" | "generated" | "not-extractable" | "never-extractable" | "sensitive" | "always-sensitive" | "signs"
        | "does-not-wrap" | "not-split" => NEW_KEY,
        "format" => {
            "Ask for a statement in a format that was confirmed on genuine ones: CAVIUM_V2_COMPRESSED of Google Cloud HSM. Of Azure's \
             none is public: ask Azure yourself."
        }
        "certificates-in-time" => "Ask for certificates that have not ended; check the date that was decided at.",
        "key-size" => {
            "The subscriber must make a new key: RSA with 3072 bits or more, or one on P-256, P-384 or P-521."
        }
        "resource-name" => {
            "Compare the name with the subscriber, letter by letter: this evidence is about another key version."
        }
        "csr-signature" => "Ask for a request that is signed with the key itself.",
        "nonce" => {
            "Ask for a new request: this one carries another nonce, so it was made for another order or another time."
        }
        "report-algorithm" | "report-signature" | "report-key" | "report-resource" | "report-claims" => {
            "Ask the subscriber to make the report again, with this key and this key version. If this comes back, treat it as forged."
        }
        "report-lifetime" => "Ask for a report that is good for 30 days at most.",
        "report-created" => "Compare your clock with the subscriber's, and ask for a new report.",
        "report-in-time" => "Ask for a new report.",
        "report-audience" | "report-order" | "report-challenge" => {
            "Ask for a report that answers your challenge for this order: this one answers another."
        }
        "csr-digest" => "Ask for a report that was made for this request, or for the request that it was made for.",
        "challenge-authentic" => {
            "Look whether --challenge-key is the key that the challenge was made with. If it is, the challenge was forged: make a new one."
        }
        "challenge-in-time" => {
            "Make a new challenge. If this one is of the future, compare the clocks of your machines."
        }
        "challenge-audience" | "challenge-order" => "Look for the challenge of this order, or make one.",
        "record-endpoint" => {
            "If that host is a private endpoint of yours, list it as confirmation_endpoints in your policy. If it is not, treat the record as \
             forged."
        }
        "record-signature" | "record-answers" => {
            "Ask the cloud again with your own program. If this record is not from there, treat it as forged."
        }
        "record-confirmer" => {
            "If that key is yours, write a policy with based_on = \"csbr\" that lists it: the lines [[confirmer]], name = \"…\" and spki_sha256 \
             = \"…\" with the digits above. If it is not, treat the record as forged."
        }
        "record-report" | "record-challenge" | "record-key" => {
            "Look for the record of this report and this order, or ask the cloud again about this report."
        }
        "record-age" => {
            "Ask the cloud again: what it answered then may be so no longer. If the record is of the future, compare your clocks."
        }
        "logging" => {
            "Ask the subscriber to have every use of the key and every change to it logged, as the findings above want it, and ask the cloud again."
        }
        "one-region" => {
            "The subscriber must make a new key that is of one region; or ask the cloud about each copy, and leave the rule a note."
        }
        "ownership" => {
            "Find out who administers the key: the mark on it is of another order. Its administrator sets the tag or label hardkey-challenge."
        }
        "digest-signature" | "log-digested" => {
            "Ask the subscriber to copy the files from the trail's bucket again and to send them unchanged. If this comes back, treat them as \
             forged."
        }
        "digest-chain" => {
            "Ask for every digest file of one trail, from the hour in which the key was created to the one after the log's, with none left out."
        }
        "log-place" | "creation-logged" => {
            "Ask for digest files and log file of the key's own account and region, from the hour in which this key was created."
        }
        "not-imported" => NEW_KEY,
        "not-seen" => {
            "Look up what was accepted with this nonce. If it was another order, treat this as a replay; if it was this one, it is done."
        }
        _ => AGAIN,
    }
}

#[cfg(test)]
mod tests;
