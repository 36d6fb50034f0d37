//! Versions whose material is being made or unwrapped.

use crate::google::moment::Moment;
use crate::google::name::Name;
use crate::google::store::Store;
use crate::google::version::Version;
use crate::material::Material;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Works on threads of its own, unless it is told to wait.
#[derive(Debug, Default)]
pub(crate) struct Generation(Arc<(Mutex<bool>, Condvar)>);

impl Generation {
    /// Whether versions stay pending from now on; those that do go on when it ends.
    pub(crate) fn hold(&self, held: bool) {
        let (state, changed) = &*self.0;
        *state.lock().unwrap_or_else(PoisonError::into_inner) = held;
        changed.notify_all();
    }

    /// Has a version that is pending become something else, while others are served.
    pub(crate) fn start(
        &self,
        store: &Arc<Mutex<Store>>,
        pending: Version,
        work: impl FnOnce(Version) -> Version + Send + 'static,
    ) {
        let (store, gate) = (Arc::clone(store), Arc::clone(&self.0));
        std::thread::spawn(move || {
            let done = work(pending.clone());
            let (state, changed) = &*gate;
            let held = state.lock().unwrap_or_else(PoisonError::into_inner);
            drop(changed.wait_while(held, |held| *held));
            let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
            // Who changed its state meanwhile wanted it so.
            if let Ok(version) = store.version(&Name::parse(&done.name))
                && version.state == pending.state
            {
                *version = done;
            }
        });
    }
}

/// The same version with material and statement, or without if it could not be made.
pub(crate) fn generated(mut version: Version) -> Version {
    version.material = version.algorithm.shape.and_then(|shape| Material::generate(shape).ok()).map(Arc::new);
    version.attest();
    let state = if version.material.is_some() { "ENABLED" } else { "GENERATION_FAILED" };
    state.clone_into(&mut version.state);
    version.generated = version.material.is_some().then(Moment::now);
    version
}
