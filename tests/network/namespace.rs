//! A network of the test's own: loopback, and on it the addresses where clouds keep their metadata.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use hardkey_tests::skip::skip;

/// Puts this thread, and what it starts from now on, into a network of its own with these addresses. Without the right to
/// do so it says that the test is skipped, and answers false.
pub fn enter(test: &str, v4: &[Ipv4Addr], v6: &[Ipv6Addr]) -> bool {
    // SAFETY: takes a number; threads have networks of their own.
    if unsafe { libc::unshare(libc::CLONE_NEWNET) } != 0 {
        skip(test, &format!("a network namespace needs root: {}", io::Error::last_os_error()));
        return false;
    }
    bring_up();
    for (number, address) in v4.iter().enumerate() {
        add_v4(&format!("lo:{number}"), *address);
    }
    for address in v6 {
        add_v6(*address);
    }
    true
}

fn socket(family: libc::c_int) -> OwnedFd {
    // SAFETY: makes a descriptor.
    let socket = unsafe { libc::socket(family, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0) };
    assert!(socket >= 0, "{}", io::Error::last_os_error());
    // SAFETY: the descriptor is new and nobody else's.
    unsafe { OwnedFd::from_raw_fd(socket) }
}

/// A request that concerns one interface.
fn interface(name: &str) -> libc::ifreq {
    // SAFETY: a structure of numbers, for which zero is a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *to = from as libc::c_char;
    }
    request
}

fn ask<Request>(socket: &OwnedFd, code: libc::c_ulong, request: &mut Request) {
    // SAFETY: the request is of the kind that the code takes, and outlives the call.
    let answer = unsafe { libc::ioctl(socket.as_raw_fd(), code as _, std::ptr::from_mut(request)) };
    assert_eq!(answer, 0, "ioctl {code:#x}: {}", io::Error::last_os_error());
}

fn bring_up() {
    let mut request = interface("lo");
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    ask(&socket(libc::AF_INET), libc::SIOCSIFFLAGS, &mut request);
}

fn add_v4(name: &str, address: Ipv4Addr) {
    let mut request = interface(name);
    let address = libc::sockaddr_in {
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: 0,
        sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(address.octets()) },
        sin_zero: [0; 8],
    };
    // SAFETY: both structures have 16 bytes, and the kernel reads this one as the other.
    request.ifr_ifru.ifru_addr = unsafe { std::mem::transmute::<libc::sockaddr_in, libc::sockaddr>(address) };
    ask(&socket(libc::AF_INET), libc::SIOCSIFADDR, &mut request);
}

fn add_v6(address: Ipv6Addr) {
    // Loopback is the first interface of every network.
    let mut request = libc::in6_ifreq {
        ifr6_addr: libc::in6_addr { s6_addr: address.octets() },
        ifr6_prefixlen: 128,
        ifr6_ifindex: 1,
    };
    ask(&socket(libc::AF_INET6), libc::SIOCSIFADDR, &mut request);
}
