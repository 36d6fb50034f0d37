//! A fault: what goes wrong, where, and under which limits.

use std::time::Duration;

use hardkey_tests::cloud::{Cloud, Operation};
use serde_json::Value;

/// A fault under a call of the host.
pub struct Fault {
    /// Whose key service has it.
    pub cloud: &'static Cloud,
    /// What goes wrong, in the words of the table.
    pub name: String,
    /// The call under which it goes wrong.
    pub call: Call,
    /// The operation whose requests are counted.
    pub operation: &'static Operation,
    /// What the emulator is told, in order.
    pub told: Vec<Value>,
    /// Where the host is sent.
    pub place: Place,
    /// Who the host says it is.
    pub identity: Identity,
    /// The `[network]` section; the last word on each limit is in here.
    pub limits: Limits,
    /// A wait that is part of the fault, and its name.
    pub wait: Option<(Duration, &'static str)>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Call {
    /// `C_FindObjectsInit`.
    Search,
    /// `C_Sign`, after a good search.
    Sign,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// The emulator over plain HTTP.
    Emulator,
    /// The emulator over TLS, whose authority is not trusted.
    Untrusted,
    /// The emulator's plain listener, spoken to in TLS.
    NotTls,
    /// A name that nobody has.
    UnknownHost,
    /// A port that nobody listens at.
    Nobody,
    /// An address that answers no SYN.
    BlackHole,
    /// A listener that accepts and never says a word, spoken to in TLS.
    Silent,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Identity {
    /// Credentials that are good for as long as the host runs.
    Lasting,
    /// Credentials of a desk that has new ones at every fetch.
    Renewed,
}

/// Limits that stand in the configuration, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub attempts: u64,
    pub connect_timeout: f64,
    pub attempt_timeout: f64,
    pub timeout: f64,
}

/// What every row has that says nothing else. Two attempts end within `timeout` also when both time out and the back-off
/// between them, up to 1 s, is at its longest.
pub const USUAL: Limits = Limits { attempts: 2, connect_timeout: 2.5, attempt_timeout: 3.0, timeout: 10.0 };

/// A call that may take less time than an attempt.
pub const SHORT: Limits = Limits { timeout: 4.0, attempt_timeout: 8.0, ..USUAL };

impl Fault {
    /// With a wait that is part of it.
    pub fn waiting(self, seconds: u64, name: &'static str) -> Self {
        Self { wait: Some((Duration::from_secs(seconds), name)), ..self }
    }

    /// Under other limits.
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// With credentials that can be had anew.
    pub fn renewed(self) -> Self {
        Self { identity: Identity::Renewed, ..self }
    }
}
