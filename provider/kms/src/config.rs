//! Settings: read once, checked once, here.
//!
//! What leaves this module is complete and consistent. What cannot be used is an error that names the file, the line,
//! the field, the value and what would be right.

mod certificate;
mod file;
mod source;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hardkey_attest::admission::Exceptions;

use crate::aws::AwsConfig;
use crate::proxy::Proxies;

pub use certificate::Certificate;
pub use source::{Environment, load};

/// Everything that is configured.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// One token is one slot, in this order.
    pub tokens: Vec<TokenConfig>,
    /// Exceptions to admission.
    pub admission: Exceptions,
    /// Limits and switches of the network.
    pub network: NetworkConfig,
    /// Where messages go.
    pub log: LogConfig,
}

/// One token: one identity at one key service.
#[derive(Clone, Debug)]
pub struct TokenConfig {
    /// Unique, 1 to 32 bytes: the size of `CK_TOKEN_INFO.label`.
    pub label: String,
    /// Which keys, where.
    pub service: ServiceConfig,
    /// Certificates to serve beside the keys: leaves and their chains.
    pub certificates: Vec<Certificate>,
}

/// The key service behind a token.
#[derive(Clone, Debug)]
pub enum ServiceConfig {
    /// AWS KMS.
    Aws(AwsConfig),
}

/// Limits and switches of the network.
#[derive(Clone)]
pub struct NetworkConfig {
    /// Attempts per request, the first included.
    pub attempts: u32,
    /// Time for one attempt.
    pub attempt_timeout: Duration,
    /// Certificate authorities to trust instead of the system's, in DER.
    pub ca: Option<Arc<Vec<Vec<u8>>>>,
    /// Time to resolve a name, connect and shake hands.
    pub connect_timeout: Duration,
    /// Use the cloud's FIPS endpoints; `None` leaves it to the cloud's own settings.
    pub fips: Option<bool>,
    /// The most signatures under way at once, per key.
    pub lanes: usize,
    /// Whether the process is set-user-id or the like, so that its environment is not believed.
    pub privileged: bool,
    /// Which requests go through which proxy.
    pub proxies: Proxies,
    /// Time for a whole operation, every attempt and wait included.
    pub timeout: Duration,
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self {
            // The AWS SDKs' default number of attempts.
            attempts: 3,
            attempt_timeout: Duration::from_secs(10),
            ca: None,
            // The AWS SDKs' default time to connect.
            connect_timeout: Duration::from_millis(3100),
            fips: None,
            // As many signatures at once as large build machines have cores; each costs one connection.
            lanes: 32,
            privileged: false,
            proxies: Proxies::default(),
            timeout: Duration::from_secs(30),
        }
    }
}

/// Authorities are long, so they are counted.
impl fmt::Debug for NetworkConfig {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("NetworkConfig")
            .field("attempts", &self.attempts)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("ca", &self.ca.as_ref().map(|list| list.len()))
            .field("connect_timeout", &self.connect_timeout)
            .field("fips", &self.fips)
            .field("lanes", &self.lanes)
            .field("privileged", &self.privileged)
            .field("proxies", &self.proxies)
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// Where messages go, and which.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LogConfig {
    /// The least serious level that is written.
    pub level: Level,
    /// Append to this file instead of standard error.
    pub file: Option<PathBuf>,
    /// Send to the system's log instead of standard error.
    pub syslog: bool,
}

/// How serious a message is, most serious first.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// A call failed.
    Error,
    /// Something a person should look at: a hidden key, a signature asked for twice.
    #[default]
    Warn,
    /// What was found: tokens, keys.
    Info,
    /// What hosts do all day.
    Debug,
}

/// A setting that cannot be used: where it stands, what is wrong, what would be right. One line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigError(String);

impl ConfigError {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}
