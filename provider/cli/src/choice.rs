//! Which key is meant.

use std::rc::Rc;

use hardkey_attest::report::RawEvidence;
use hardkey_kms::service::{KeyFault, KeyId, KeyRecord, ServiceError, Standing, UsableKey};
use hardkey_kms::signing::Way;

use crate::failure::Failure;
use crate::token::{self, Token};

/// The key that a command is about.
pub(crate) struct Choice {
    token: Rc<Token>,
    /// Its immutable name.
    pub(crate) id: KeyId,
    /// What the configuration calls it.
    pub(crate) name: String,
    /// What it can do.
    pub(crate) key: UsableKey,
}

/// Everything that the tokens answered.
#[derive(Default)]
struct Answers {
    records: Vec<(Rc<Token>, KeyRecord)>,
    /// What could not be asked, with the key's name where it is about one.
    faults: Vec<(Option<String>, ServiceError)>,
}

impl Choice {
    /// The named key, or the one that is usable if there is only one.
    pub(crate) fn of(named: Option<&str>) -> Result<Self, Failure> {
        let config = token::configuration()?;
        let tokens = Token::all(&config);
        let Some(name) = named else { return Self::only(Answers::of(&tokens)) };
        let of_the_name: Vec<Rc<Token>> = tokens.iter().filter(|token| token.has(name)).cloned().collect();
        let answers = Answers::of(if of_the_name.is_empty() { &tokens } else { &of_the_name });
        if let Some(found) = answers.find(name) {
            return found;
        }
        // A full name needs no configuration. What is none is told together with what there is.
        match token::configuration_for(name, config) {
            Ok(alone) => {
                let found = Answers::of(&Token::all(&alone));
                found.find(name).unwrap_or_else(|| Err(found.none(name)))
            }
            Err(_) if !tokens.is_empty() => Err(answers.none(name)),
            Err(failure) => Err(failure),
        }
    }

    fn only(answers: Answers) -> Result<Self, Failure> {
        let mut usable: Vec<(Rc<Token>, KeyRecord, UsableKey)> = Vec::new();
        for (token, record) in &answers.records {
            if let Standing::Usable(key) = &record.standing
                && usable.iter().all(|(_, known, _)| known.id != record.id)
            {
                usable.push((Rc::clone(token), record.clone(), key.clone()));
            }
        }
        let is_sure = answers.faults.is_empty();
        match (usable.pop(), usable.is_empty()) {
            (Some((token, record, key)), true) if is_sure => Ok(Self { token, id: record.id, name: record.name, key }),
            (Some(last), _) => {
                let names: Vec<&str> =
                    usable.iter().chain([&last]).map(|(_, record, _)| record.name.as_str()).collect();
                let more = if is_sure { "" } else { ", and not every key could be asked for" };
                Err(Failure::unusable(format!(
                    "--key: which key is meant? Usable are {}{more}; name one with --key",
                    names.join(", ")
                )))
            }
            (None, _) => Err(answers.hidden().map_or_else(
                || Failure::unusable("--key: no key is configured; name one with --key, or set HARDKEY_KEY"),
                |why| Failure::refused(format!("--key: no key is usable: {why}")),
            )),
        }
    }

    /// Has a message signed, in the form that certificates have: RSA as it is, ECDSA in DER.
    pub(crate) fn sign(&self, way: Way, message: &[u8]) -> Result<Vec<u8>, Failure> {
        self.token.sign(&self.id, &self.key, way, message).map_err(|error| self.told(&error))
    }

    /// Sets a tag or label of it, for which somebody has to administer the key.
    pub(crate) fn mark(&self, name: &str, value: &str) -> Result<(), Failure> {
        self.token.mark(&self.id, name, value).map_err(|error| {
            Failure::refused(format!(
                "key {}: --mark-owner: {error}; who may only sign with a key cannot mark it: have its administrator set {name} to {value}",
                self.shown()
            ))
        })
    }

    /// What the service says of it, as it came.
    pub(crate) fn evidence(&self) -> Result<Vec<RawEvidence>, Failure> {
        self.token.evidence(&self.id).map_err(|error| self.told(&error))
    }

    /// What its cloud calls the key service.
    pub(crate) fn service_name(&self) -> &'static str {
        self.token.service_name
    }

    /// The key as people know it.
    pub(crate) fn shown(&self) -> String {
        shown(&self.name, &self.id)
    }

    fn told(&self, error: &ServiceError) -> Failure {
        Failure::refused(format!("key {}: {error}", self.shown()))
    }
}

impl Answers {
    fn of(tokens: &[Rc<Token>]) -> Self {
        let mut answers = Self::default();
        for token in tokens {
            match token.keys() {
                Ok(keys) => {
                    for key in keys {
                        match key {
                            Ok(record) => answers.records.push((Rc::clone(token), record)),
                            Err(KeyFault { name, error }) => answers.faults.push((Some(name), error)),
                        }
                    }
                }
                Err(error) => answers.faults.push((None, error)),
            }
        }
        answers
    }

    /// The key of a name, if any has it: as configured, in full, or its label.
    fn find(&self, name: &str) -> Option<Result<Choice, Failure>> {
        let by = |fits: &dyn Fn(&KeyRecord) -> bool| {
            let mut found: Vec<&(Rc<Token>, KeyRecord)> = Vec::new();
            for answer in self.records.iter().filter(|(_, record)| fits(record)) {
                if found.iter().all(|(_, known)| known.id != answer.1.id) {
                    found.push(answer);
                }
            }
            found
        };
        let exact = by(&|record| record.name == name || record.id.as_str() == name);
        let found = if exact.is_empty() { by(&|record| record.label == name) } else { exact };
        if let Some((_, error)) = self.faults.iter().find(|(known, _)| known.as_deref() == Some(name)) {
            return Some(Err(Failure::refused(format!("key {name}: {error}"))));
        }
        match found.as_slice() {
            [] => None,
            [(token, record)] => Some(Choice::usable(token, record)),
            several => {
                let names: Vec<&str> = several.iter().map(|(_, record)| record.id.as_str()).collect();
                Some(Err(Failure::unusable(format!(
                    "--key {name:?} is the label of several keys; name one of {}",
                    names.join(", ")
                ))))
            }
        }
    }

    fn none(&self, name: &str) -> Failure {
        let names: Vec<&str> = self.records.iter().map(|(_, record)| record.name.as_str()).collect();
        if let Some((key, error)) = self.faults.first() {
            let of = key.as_ref().map(|key| format!("key {key}: ")).unwrap_or_default();
            let found = if names.is_empty() {
                ": no key could be asked for"
            } else {
                " is none of the keys found, and not all were"
            };
            return Failure::refused(format!("--key {name:?}{found}: {of}{error}"));
        }
        let there = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        Failure::unusable(format!(
            "--key {name:?} is not configured; configured is {there}; name one of these, or a key in full"
        ))
    }

    /// Every key that cannot be used, and why, in one sentence.
    fn hidden(&self) -> Option<String> {
        let refused = self.records.iter().filter_map(|(_, record)| {
            let why = why_not(&record.standing)?;
            Some(format!("{} is {why}", shown(&record.name, &record.id)))
        });
        let failed = self.faults.iter().map(|(name, error)| match name {
            Some(name) => format!("{name}: {error}"),
            None => error.to_string(),
        });
        let all: Vec<String> = refused.chain(failed).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

impl Choice {
    fn usable(token: &Rc<Token>, record: &KeyRecord) -> Result<Self, Failure> {
        match (&record.standing, why_not(&record.standing)) {
            (Standing::Usable(key), _) => {
                Ok(Self { token: Rc::clone(token), id: record.id.clone(), name: record.name.clone(), key: key.clone() })
            }
            (_, why) => {
                Err(Failure::refused(format!("key {} is {}", shown(&record.name, &record.id), why.unwrap_or_default())))
            }
        }
    }
}

/// Why a key cannot be used, in the module's words; nothing for one that can.
pub(crate) fn why_not(standing: &Standing) -> Option<String> {
    match standing {
        Standing::Usable(_) => None,
        Standing::Refused(refusal) => Some(format!("refused ({}): {refusal}", refusal.code())),
        Standing::Unsupported(kind) => Some(format!(
            "not supported: its kind is {kind:?}; use an RSA key, or one on P-256, P-384, P-521 or secp256k1"
        )),
    }
}

/// A key by its configured name and, where that is another, its immutable one.
fn shown(name: &str, id: &KeyId) -> String {
    if name == id.as_str() { name.to_owned() } else { format!("{name} ({id})") }
}
