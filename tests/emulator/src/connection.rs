//! Open connections of the cloud listeners, and the three ways to end one from outside.

use crate::counting::Counts;
use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// How a connection is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ending {
    /// An orderly FIN; over TLS without a close_notify.
    Fin,
    /// A TCP RST (SO_LINGER with zero time, then close).
    Rst,
    /// Nothing is answered any more, and the socket stays open until the peer closes it.
    Silence,
}

/// One accepted connection.
#[derive(Debug)]
pub(crate) struct Connection {
    /// The socket, shared by whoever reads, writes or ends it.
    pub(crate) stream: TcpStream,
    ending: Mutex<Option<Ending>>,
    asked: Notify,
    ends_after_flush: AtomicBool,
}

/// Every connection that is open now.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    open: Mutex<BTreeMap<u64, Arc<Connection>>>,
    last: AtomicU64,
}

impl Connections {
    /// Runs `work` on a new connection until it is done or the connection is ended from outside.
    pub(crate) async fn attend<F: Future<Output = ()>>(
        &self,
        stream: TcpStream,
        counts: &Counts,
        work: impl FnOnce(Arc<Connection>) -> F,
    ) {
        let connection = Arc::new(Connection {
            stream,
            ending: Mutex::new(None),
            asked: Notify::new(),
            ends_after_flush: AtomicBool::new(false),
        });
        counts.connection();
        let place = Place::take(self, &connection);
        let ending = tokio::select! {
            () = work(Arc::clone(&connection)) => None,
            ending = connection.asked() => Some(ending),
        };
        match ending {
            None => {}
            Some(Ending::Fin) => connection.discard_received(),
            // Fails only on a socket that is already gone.
            Some(Ending::Rst) => drop(connection.stream.set_zero_linger()),
            Some(Ending::Silence) => connection.stay_silent().await,
        }
        drop(place);
    }

    /// Ends every open connection; answers how many there were.
    pub(crate) fn end_all(&self, ending: Ending) -> usize {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for connection in open.values() {
            connection.end(ending);
        }
        open.len()
    }

    /// How many are open now.
    pub(crate) fn open(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Connection {
    /// Asks the task that attends this connection to end it.
    pub(crate) fn end(&self, ending: Ending) {
        *self.ending.lock().unwrap_or_else(PoisonError::into_inner) = Some(ending);
        self.asked.notify_one();
    }

    /// Ends with FIN as soon as everything written so far has left.
    pub(crate) fn end_after_flush(&self) {
        self.ends_after_flush.store(true, Ordering::Release);
    }

    /// Called by the writer when nothing is left to send.
    pub(crate) fn flushed(&self) {
        if self.ends_after_flush.load(Ordering::Acquire) {
            self.end(Ending::Fin);
        }
    }

    async fn asked(&self) -> Ending {
        loop {
            self.asked.notified().await;
            let ending = *self.ending.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(ending) = ending {
                return ending;
            }
        }
    }

    /// Closing a socket with unread bytes sends RST: read them, so that FIN is what the peer sees.
    fn discard_received(&self) {
        let mut scratch = [0_u8; 4096];
        while matches!(self.stream.try_read(&mut scratch), Ok(1..)) {}
    }

    async fn stay_silent(&self) {
        let mut scratch = [0_u8; 4096];
        while self.stream.readable().await.is_ok() {
            match self.stream.try_read(&mut scratch) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }
}

/// A connection's entry in the list, removed when its task ends for whatever reason.
struct Place<'a> {
    connections: &'a Connections,
    number: u64,
}

impl<'a> Place<'a> {
    fn take(connections: &'a Connections, connection: &Arc<Connection>) -> Place<'a> {
        let number = connections.last.fetch_add(1, Ordering::Relaxed);
        let mut open = connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.insert(number, Arc::clone(connection));
        Place { connections, number }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(&self.number);
    }
}
