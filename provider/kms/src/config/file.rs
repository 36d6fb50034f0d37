//! The configuration file: its shape, and the checks a shape cannot express.

pub(super) mod network;
mod token;

use std::ops::Range;
use std::path::{Path, PathBuf};

use hardkey_attest::admission::Exceptions;
use serde::Deserialize;

use super::{Config, ConfigError, Level, LogConfig, NetworkConfig, TokenConfig};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    token: Vec<token::Token>,
    #[serde(default)]
    admission: Admission,
    #[serde(default)]
    network: network::Network,
    #[serde(default)]
    log: Log,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Admission {
    #[serde(default)]
    allow_imported: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    level: Option<LevelName>,
    file: Option<PathBuf>,
    #[serde(default)]
    syslog: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum LevelName {
    Error,
    Warn,
    Info,
    Debug,
}

/// A file's path and text: what it takes to say where something stands.
pub(super) struct Place<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl Place<'_> {
    /// Reads the file, in which every field is known.
    pub(super) fn read<File: serde::de::DeserializeOwned>(&self) -> Result<File, ConfigError> {
        toml::from_str(self.text).map_err(|error| {
            let message = error.message().lines().collect::<Vec<_>>().join(" ");
            self.error(&error.span().unwrap_or(0..0), &format!("{message}; correct it or remove it"))
        })
    }

    pub(super) fn error(&self, span: &Range<usize>, what: &str) -> ConfigError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        ConfigError::new(format!("{} line {line}: {what}", self.path.display()))
    }

    /// Paths in a file are relative to that file.
    pub(super) fn relative(&self, path: &Path) -> PathBuf {
        self.path.parent().map_or_else(|| path.to_path_buf(), |directory| directory.join(path))
    }
}

/// Reads the text of a configuration file; `network` is what holds where the file says nothing.
pub(super) fn parse(path: &Path, text: &str, network: NetworkConfig) -> Result<Config, ConfigError> {
    let place = Place { path, text };
    let file: File = place.read()?;
    let mut tokens: Vec<TokenConfig> = Vec::new();
    for token in &file.token {
        let checked = token::check(&place, token, file.network.fips.as_ref())?;
        if tokens.iter().any(|known| known.label == checked.label) {
            let what = format!("two tokens have the label {:?}; give each its own", checked.label);
            return Err(place.error(&token.label.span(), &what));
        }
        tokens.push(checked);
    }
    Ok(Config {
        tokens,
        admission: Exceptions { allow_imported: file.admission.allow_imported },
        network: network::check(&place, file.network, network)?,
        log: LogConfig {
            level: match file.log.level {
                Some(LevelName::Error) => Level::Error,
                Some(LevelName::Warn) | None => Level::Warn,
                Some(LevelName::Info) => Level::Info,
                Some(LevelName::Debug) => Level::Debug,
            },
            file: file.log.file.map(|path| place.relative(&path)),
            syslog: file.log.syslog,
        },
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::ServiceConfig;

    fn error(text: &str) -> String {
        parse(Path::new("/etc/hardkey/config.toml"), text, NetworkConfig::default()).unwrap_err().to_string()
    }

    #[test]
    fn a_whole_file_is_read() {
        let config = parse(
            Path::new("/etc/hardkey/config.toml"),
            r#"
            [[token]]
            label = "release"
            keys = ["arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321", "alias/release"]
            profile = "signer"
            [[token]]
            label = "all"
            discover = true
            region = "us-east-2"
            [admission]
            allow_imported = true
            [network]
            timeout = 5
            attempts = 2
            lanes = 4
            [log]
            level = "debug"
            file = "hardkey.log"
            "#,
            NetworkConfig::default(),
        )
        .unwrap();
        assert_eq!(config.tokens.len(), 2);
        let ServiceConfig::Aws(first) = &config.tokens[0].service else { panic!("{config:?}") };
        assert_eq!(first.region.as_deref(), Some("eu-west-1"));
        assert_eq!(first.profile.as_deref(), Some("signer"));
        assert!(config.admission.allow_imported);
        assert_eq!(config.network.timeout, Duration::from_secs(5));
        assert_eq!((config.network.attempts, config.network.lanes), (2, 4));
        assert_eq!(config.log.level, Level::Debug);
        assert_eq!(config.log.file.as_deref(), Some(Path::new("/etc/hardkey/hardkey.log")));
    }

    #[test]
    fn every_mistake_is_named_with_its_line_its_value_and_what_would_be_right() {
        let arn = "arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";
        let cases = [
            (
                "[[token]]\nlabel = \"a\"\nregoin = \"x\"\n".to_owned(),
                "line 3: unknown field `regoin`, expected one of `label`, `keys`, `key_ring`, `vault`, `discover`, `certificates`, `credentials`, `region`, `profile`, `endpoint`; correct it or remove it",
            ),
            (
                "[[token]]\nlabel = 3\n".to_owned(),
                "line 2: invalid type: integer `3`, expected a string; correct it or remove it",
            ),
            (
                "[[token]]\nlabel = \"a\"\n".to_owned(),
                "line 2: token \"a\" has no keys; set keys = [\"arn:aws:kms:…\"], or discover = true to list them",
            ),
            (
                format!("[[token]]\nlabel = \"a\"\nregion = \"us-east-1\"\nkeys = [\"{arn}\"]\n"),
                "line 4: keys: \"arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321\" is in eu-west-1, but token \"a\" is in us-east-1; a token has one region: make a [[token]] for eu-west-1",
            ),
            (
                "[[token]]\nlabel = \"a\"\ndiscover = true\n[[token]]\nlabel = \"a\"\ndiscover = true\n".to_owned(),
                "line 5: two tokens have the label \"a\"; give each its own",
            ),
            ("[network]\ntimeout = 0\n".to_owned(), "line 2: timeout = 0 must be 0.1 to 600 seconds"),
            ("[network]\nattempts = 99\n".to_owned(), "line 2: attempts = 99 must be 1 to 10"),
            (
                "[log]\nlevel = \"loud\"\n".to_owned(),
                "line 2: unknown variant `loud`, expected one of `error`, `warn`, `info`, `debug`; correct it or remove it",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(error(&text), format!("/etc/hardkey/config.toml {expected}"));
        }
    }
}
