//! Where an access token comes from: Google's Application Default Credentials, in their documented order (AIP-4110), each
//! source with the reason why it had none.
//!
//! Google's own search keeps to itself where it looked. What is in a file is left to Google's library; only its metadata
//! client is not used: it would go through `HTTP_PROXY`, believe `GCE_METADATA_HOST` in a set-user-id program, and keep the
//! token's end to itself.

mod file;
mod metadata;
mod reason;

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::identity::Pass;
use crate::credentials::Tried;
use crate::failure::Failure;
use crate::network::Network;

/// AIP-4110: a file that says who asks.
const VARIABLE: &str = "GOOGLE_APPLICATION_CREDENTIALS";

/// A source of credentials.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Source {
    /// `credentials` of the `[[token]]`.
    Configured(PathBuf),
    /// The file that the variable names.
    Variable(PathBuf),
    /// No variable.
    NoVariable,
    /// The file that gcloud keeps.
    Gcloud(PathBuf),
    /// The service account of this machine.
    Metadata,
}

/// One search. It is read after the search was given up, too.
#[derive(Debug)]
pub(super) struct Search {
    credentials: Option<PathBuf>,
    network: Arc<Network>,
    tried: Tried<Source>,
}

/// Why a source had nothing.
struct Nothing {
    reason: String,
    /// Whether it is simply not set up, so that the next one is asked.
    goes_on: bool,
}

impl Search {
    /// A search with this file alone, if one is configured. In a privileged process the environment, and every file it can
    /// name, belongs to somebody with fewer rights.
    pub(super) fn new(credentials: Option<PathBuf>, network: Arc<Network>) -> Self {
        Self { credentials, network, tried: Tried::new("Google") }
    }

    /// Asks one source after the other; the first that has a token ends the search.
    pub(super) async fn run(&self) -> Option<Pass> {
        for source in self.sources() {
            self.tried.begin(source.clone());
            match self.ask(&source).await {
                Ok(pass) => return Some(pass),
                Err(Nothing { reason, goes_on }) => {
                    self.tried.failed(reason, goes_on);
                    if !goes_on {
                        return None;
                    }
                }
            }
        }
        None
    }

    /// What it came to.
    pub(super) fn tried(&self) -> &Tried<Source> {
        &self.tried
    }

    /// Why it found nothing.
    pub(super) fn failure(&self) -> Failure {
        self.tried.failure(if self.network.settings().privileged {
            "attach a service account to this machine, or name a file with credentials in the [[token]]: a set-user-id program believes no other source"
        } else {
            "set GOOGLE_APPLICATION_CREDENTIALS to a file of credentials, run gcloud auth application-default login, or run where a service account is attached"
        })
    }

    fn sources(&self) -> Vec<Source> {
        if let Some(path) = &self.credentials {
            return vec![Source::Configured(path.clone())];
        }
        if self.network.settings().privileged {
            return vec![Source::Metadata];
        }
        let variable = path_in(VARIABLE).map_or(Source::NoVariable, Source::Variable);
        let gcloud = well_known().map(Source::Gcloud);
        [Some(variable), gcloud, Some(Source::Metadata)].into_iter().flatten().collect()
    }

    async fn ask(&self, source: &Source) -> Result<Pass, Nothing> {
        let set_up = |reason| Nothing { reason, goes_on: false };
        match source {
            Source::NoVariable => Err(Nothing { reason: "not set".to_owned(), goes_on: true }),
            Source::Configured(path) | Source::Variable(path) => file::ask(path, &self.network).await.map_err(set_up),
            Source::Gcloud(path) if !path.exists() => {
                Err(Nothing { reason: "there is no such file".to_owned(), goes_on: true })
            }
            Source::Gcloud(path) => file::ask(path, &self.network).await.map_err(set_up),
            Source::Metadata => metadata::ask(&self.network).await.map_err(|reason| Nothing { reason, goes_on: true }),
        }
    }
}

/// A variable that is set and empty counts as not set: pipelines make such variables.
fn path_in(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// AIP-4113.
fn well_known() -> Option<PathBuf> {
    let folder = if cfg!(windows) {
        path_in("APPDATA")?.join("gcloud")
    } else {
        path_in("HOME")?.join(".config").join("gcloud")
    };
    Some(folder.join("application_default_credentials.json"))
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &Path| path.to_string_lossy().escape_debug().to_string();
        match self {
            Self::Configured(path) => write!(out, "credentials of the [[token]], {}", shown(path)),
            Self::Variable(path) => write!(out, "{VARIABLE}, {}", shown(path)),
            Self::NoVariable => out.write_str(VARIABLE),
            Self::Gcloud(path) => write!(out, "gcloud's {}", shown(path)),
            Self::Metadata => out.write_str("metadata server"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::NetworkConfig;
    use crate::network::SharedNetwork;

    fn search(credentials: Option<&str>, privileged: bool) -> Search {
        let network = SharedNetwork::new(NetworkConfig { privileged, ..NetworkConfig::default() });
        Search::new(credentials.map(PathBuf::from), network.get())
    }

    #[test]
    fn a_search_in_a_privileged_process_believes_the_file_of_the_token_and_the_machine_alone() {
        assert_eq!(search(None, true).sources(), [Source::Metadata]);
        let file = "/etc/hardkey/google.json";
        assert_eq!(search(Some(file), true).sources(), [Source::Configured(PathBuf::from(file))]);
        assert_eq!(search(Some(file), false).sources(), [Source::Configured(PathBuf::from(file))]);
        assert_eq!(search(None, false).sources().last(), Some(&Source::Metadata));
    }
}
