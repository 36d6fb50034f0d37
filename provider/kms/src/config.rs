//! Settings: read once, checked once, here.
//!
//! What leaves this module is complete and consistent. What cannot be used is an error that names the file, the line,
//! the field, the value and what would be right.

mod certificate;
mod file;
#[cfg(feature = "inquiry")]
mod inquiry;
mod name;
mod source;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hardkey_attest::admission::Exceptions;

use crate::aws::AwsConfig;
use crate::azure::AzureConfig;
use crate::google::GoogleConfig;
use crate::proxy::Proxies;

pub use certificate::Certificate;
#[cfg(feature = "inquiry")]
pub use inquiry::{Confirmer, InquirySettings};
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
    /// Azure Key Vault or Azure Managed HSM.
    Azure(AzureConfig),
    /// Google Cloud KMS.
    Google(GoogleConfig),
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
    /// Whether `ca` are those of the public web, which every other library trusts as well.
    pub public_ca: bool,
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
            public_ca: false,
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
            .field("public_ca", &self.public_ca)
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

/// A packet of syslog has at most 1,024 bytes, with what stands in front of the message (RFC 3164 §4.1).
const LONGEST_LINE: usize = 900;

impl ConfigError {
    /// An error in the words of this crate, with values of whoever wrote the settings. What does not print is escaped, and
    /// what is too long is cut in the middle: the beginning says where it stands, the end what would be right.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        let mut line = String::new();
        for character in text.into().chars() {
            match character {
                '"' | '\'' | '\\' => line.push(character),
                other => line.extend(other.escape_debug()),
            }
        }
        if line.len() <= LONGEST_LINE {
            return Self(line);
        }
        let beginning = line.floor_char_boundary(LONGEST_LINE / 2);
        let end = line.ceil_char_boundary(line.len() - LONGEST_LINE / 2 + " … ".len());
        Self(format!("{} … {}", line.get(..beginning).unwrap_or_default(), line.get(end..).unwrap_or_default()))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_in_which_nothing_hides() {
        let error = ConfigError::new("a\nb\u{1b}[2J \u{202e}\"\\\" é…");
        assert_eq!(error.to_string(), r#"a\nb\u{1b}[2J \u{202e}"\" é…"#);
    }

    #[test]
    fn an_error_with_a_long_value_keeps_its_beginning_and_its_end() {
        let error = ConfigError::new(format!("/a.toml line 1: label {:?}; shorten it", "é".repeat(5000))).to_string();
        assert!(error.len() <= LONGEST_LINE && error.len() > LONGEST_LINE - 4, "{} bytes", error.len());
        assert!(error.starts_with("/a.toml line 1: label \"éé") && error.ends_with("éé\"; shorten it"), "{error}");
        assert_eq!(error.matches('…').count(), 1);
    }
}
