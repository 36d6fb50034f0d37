//! From `C_Initialize` to `C_Finalize` in one process.
//!
//! A forked child finds its parent's run here. It may look at what is immutable in it and touches nothing else: the
//! locks may be held by threads that do not exist in the child, and the connections belong to the parent.

use std::sync::{Arc, Mutex, PoisonError};

use hardkey_attest::signature::{Hash, Hasher};
use hardkey_kms::config::{Config, TokenConfig};

use super::process::Process;
use super::published::Published;
use crate::catalogue::{Catalogue, Earlier};
use crate::error::{Code, Failure};
use crate::module::Module;

static CURRENT: Published<Run> = Published::empty();

/// One run. A few hundred bytes stay in memory for each; sessions, connections and keys go with the module.
struct Run {
    process: Process,
    /// Taken by `C_Finalize`; calls that are under way keep it alive until they return.
    module: Mutex<Option<Arc<Module>>>,
    /// What is known of each token, by the digest of its settings: immutable, so that a child may take it over.
    known: Vec<(Vec<u8>, Arc<Published<Catalogue>>)>,
}

impl Run {
    /// The module, if this run is this process's and not over.
    fn module(&self) -> Option<Arc<Module>> {
        if self.process != Process::current() {
            return None;
        }
        self.module.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The module in force.
pub(super) fn module() -> Result<Arc<Module>, Failure> {
    CURRENT.get().and_then(Run::module).ok_or_else(not_initialized)
}

/// Begins a run.
pub(super) fn begin(config: &Config) -> Result<(), Failure> {
    let previous = CURRENT.get();
    if previous.and_then(Run::module).is_some() {
        return Err(already_initialized());
    }
    let earlier = |token: &TokenConfig| {
        let run = previous?;
        let (_, catalogue) = run.known.iter().find(|(settings, _)| *settings == settings_of(token))?;
        Some(Earlier { catalogue: catalogue.get()?, forked: run.process != Process::current() })
    };
    let module = Module::new(config, earlier)?;
    let known = config
        .tokens
        .iter()
        .zip(&module.slots)
        .map(|(token, slot)| (settings_of(token), Arc::clone(&slot.catalogue)))
        .collect();
    let run = Run { process: Process::current(), module: Mutex::new(Some(Arc::new(module))), known };
    CURRENT.replace(previous, run).map(|_| ()).map_err(|_| already_initialized())
}

/// Whether a run is in force.
pub(super) fn is_initialized() -> bool {
    CURRENT.get().and_then(Run::module).is_some()
}

/// Ends the run. Waits for nobody: the last call that is under way takes the module down with it.
pub(super) fn end() -> Result<(), Failure> {
    let run = CURRENT.get().filter(|run| run.process == Process::current()).ok_or_else(not_initialized)?;
    let module = run.module.lock().unwrap_or_else(PoisonError::into_inner).take();
    module.map(drop).ok_or_else(not_initialized)
}

/// Two tokens with the same settings see the same keys. The settings themselves are long, and would stay in memory.
fn settings_of(token: &TokenConfig) -> Vec<u8> {
    let mut hasher = Hasher::new(Hash::Sha256);
    hasher.update(format!("{token:?}").as_bytes());
    hasher.finish()
}

pub(super) fn not_initialized() -> Failure {
    Failure::new(Code::CryptokiNotInitialized, "call C_Initialize first; a forked child needs its own call")
}

pub(super) fn already_initialized() -> Failure {
    Failure::new(Code::CryptokiAlreadyInitialized, "C_Initialize was called before")
}
