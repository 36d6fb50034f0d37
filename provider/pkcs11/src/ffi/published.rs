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

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn what_is_published_is_read_whole_by_every_thread() {
        static PUBLISHED: Published<Vec<usize>> = Published::empty();
        assert!(PUBLISHED.get().is_none());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let seen = std::iter::repeat_with(|| PUBLISHED.get()).flatten().take(20);
                    seen.for_each(|list| assert!(list.iter().all(|number| *number == list.len())));
                });
            }
            for length in 1..20 {
                PUBLISHED.publish(vec![length; length]);
            }
        });
        assert_eq!(PUBLISHED.get().map(Vec::len), Some(19));
    }

    #[test]
    fn of_two_threads_that_replace_the_same_value_one_gets_its_own_back() {
        static PUBLISHED: Published<Vec<usize>> = Published::empty();
        let before: &'static Vec<usize> = PUBLISHED.publish(vec![0]);
        let outcomes = thread::scope(|scope| {
            let threads = [1, 2].map(|own| scope.spawn(move || PUBLISHED.replace(Some(before), vec![own])));
            threads.map(|thread| thread.join().unwrap())
        });
        match &outcomes {
            [Ok(now), Err(back)] => assert_eq!((*now, back), (&vec![1], &vec![2])),
            [Err(back), Ok(now)] => assert_eq!((*now, back), (&vec![2], &vec![1])),
            both => panic!("{both:?}"),
        }
        assert!(PUBLISHED.replace(None, vec![3]).is_err() && PUBLISHED.replace(PUBLISHED.get(), vec![4]).is_ok());
        assert_eq!(PUBLISHED.get(), Some(&vec![4]));
    }
}
