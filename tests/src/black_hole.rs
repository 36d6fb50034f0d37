//! An address that answers nothing.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

/// An address on which SYNs are not answered: the queue of a listener that accepts nobody is full.
pub struct BlackHole {
    /// Where it is.
    pub address: SocketAddr,
    _listener: OwnedFd,
    _queued: Vec<TcpStream>,
}

impl BlackHole {
    /// Opens one on loopback.
    pub fn open() -> Self {
        // The standard library's listener has a long queue.
        let loopback = libc::sockaddr_in {
            sin_family: libc::AF_INET as libc::sa_family_t,
            sin_port: 0,
            sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes([127, 0, 0, 1]) },
            sin_zero: [0; 8],
        };
        let length = size_of_val(&loopback) as libc::socklen_t;
        // SAFETY: makes a descriptor.
        let listener = unsafe { libc::socket(libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0) };
        assert!(listener >= 0, "{}", io::Error::last_os_error());
        // SAFETY: the descriptor is new and nobody else's.
        let listener = unsafe { OwnedFd::from_raw_fd(listener) };
        // SAFETY: the address is a live `sockaddr_in` of that length.
        let bound = unsafe { libc::bind(listener.as_raw_fd(), std::ptr::from_ref(&loopback).cast(), length) };
        assert_eq!(bound, 0, "{}", io::Error::last_os_error());
        // SAFETY: takes numbers.
        assert_eq!(unsafe { libc::listen(listener.as_raw_fd(), 0) }, 0, "{}", io::Error::last_os_error());
        let address = TcpListener::from(listener.try_clone().unwrap()).local_addr().unwrap();
        let mut queued = Vec::new();
        while let Ok(connection) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
            queued.push(connection);
            assert!(queued.len() < 16, "the queue of a listener with no queue does not fill");
        }
        Self { address, _listener: listener, _queued: queued }
    }
}
