//! State that is read without a lock, by any thread and by a forked child.

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A pointer to something immutable that lives as long as the process.
///
/// What is published is never freed: a thread of a process that forks may be reading it at that moment.
#[derive(Debug)]
pub(crate) struct Published<T: Send + Sync + 'static>(AtomicPtr<T>);

impl<T: Send + Sync + 'static> Published<T> {
    pub(crate) const fn empty() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    pub(crate) fn new(value: Option<&'static T>) -> Self {
        let published = Self::empty();
        if let Some(value) = value {
            published.set(value);
        }
        published
    }

    pub(crate) fn get(&self) -> Option<&'static T> {
        // SAFETY: the pointer is null or came from a `&'static T` in `set`, `publish` or `replace`.
        unsafe { self.0.load(Ordering::Acquire).as_ref() }
    }

    pub(crate) fn set(&self, value: &'static T) {
        self.0.store(ptr::from_ref(value).cast_mut(), Ordering::Release);
    }

    /// Publishes a value for good.
    pub(crate) fn publish(&self, value: T) -> &'static T {
        let value: &'static T = Box::leak(Box::new(value));
        self.set(value);
        value
    }

    /// Publishes a value unless another thread was faster; gives it back then.
    pub(crate) fn replace(&self, expected: Option<&'static T>, value: T) -> Result<&'static T, T> {
        let expected = expected.map_or(ptr::null_mut(), |value| ptr::from_ref(value).cast_mut());
        let new = Box::into_raw(Box::new(value));
        match self.0.compare_exchange(expected, new, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: `new` came from a box that nobody frees any more.
            Ok(_) => Ok(unsafe { &*new }),
            // SAFETY: `new` came from a box and was not published.
            Err(_) => Err(*unsafe { Box::from_raw(new) }),
        }
    }
}
