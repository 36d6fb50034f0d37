//! Names that resolve, and names that do not. The host gets `/etc/resolv.conf` and `/etc/hosts` of its own, which takes
//! a mount namespace, and so root.

use std::ffi::OsString;
use std::fs;
use std::net::{Ipv4Addr, UdpSocket};
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;

use hardkey_tests::cloud::{Cloud, Kind, Which, World};
use hardkey_tests::skip::skip;

use crate::scenario::Scenario;

const NAME: &str = "kms.example.test";
/// `$0` and `$1` are the files, the rest is the command.
const IN_PLACE: &str = r#"mount --bind "$0" /etc/resolv.conf && mount --bind "$1" /etc/hosts && shift && exec "$@""#;

/// A name server, as far as these tests need one.
enum Server {
    /// Takes questions and answers none.
    Silent(UdpSocket),
    /// Answers every question.
    Talking(Ipv4Addr),
    /// Is not there.
    Absent(Ipv4Addr),
}

impl Server {
    fn silent() -> Self {
        Self::Silent(UdpSocket::bind((address(), 53)).unwrap())
    }

    /// Says of every name that it is 127.0.0.1, or that there is none.
    fn talking(exists: bool) -> Self {
        let address = address();
        let socket = UdpSocket::bind((address, 53)).unwrap();
        thread::spawn(move || {
            let mut question = [0; 512];
            while let Ok((length, asker)) = socket.recv_from(&mut question) {
                let _ = socket.send_to(&answer(&question[..length], exists), asker);
            }
        });
        Self::Talking(address)
    }

    fn absent() -> Self {
        Self::Absent(address())
    }

    fn line(&self) -> String {
        let address = match self {
            Self::Silent(socket) => socket.local_addr().unwrap().ip().to_string(),
            Self::Talking(address) | Self::Absent(address) => address.to_string(),
        };
        format!("nameserver {address}\n")
    }
}

/// A loopback address that no other test uses.
fn address() -> Ipv4Addr {
    static NEXT: AtomicU16 = AtomicU16::new(1);
    let [high, low] = (std::process::id() as u16).to_be_bytes();
    Ipv4Addr::new(127, high | 0x80, low, NEXT.fetch_add(1, Ordering::Relaxed) as u8)
}

/// RFC 1035 §4: the question comes back with an answer to A, none to AAAA, or name error.
fn answer(question: &[u8], exists: bool) -> Vec<u8> {
    let name = question[12..].iter().position(|byte| *byte == 0).unwrap();
    // The name's end, type and class: what follows is EDNS, which this server has not heard of.
    let end = 12 + name + 5;
    let is_address = question[end - 3] == 1;
    let answers = u8::from(exists && is_address);
    let mut answer = question[..end].to_vec();
    answer[2..12].copy_from_slice(&[0x85, if exists { 0 } else { 3 }, 0, 1, 0, answers, 0, 0, 0, 0]);
    if answers == 1 {
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
    }
    answer
}

/// Names are resolved alike for every cloud.
fn world() -> World {
    Cloud::of(Which::Aws).world(&[(Kind::P256, "release")])
}

/// A scenario whose service has a name, with these name servers and this hosts file.
fn with_names<'a>(world: &'a World, name: &str, servers: &[Server], hosts: &str) -> Scenario<'a> {
    let folder = world.emulator.folder();
    let resolv = servers.iter().map(Server::line).collect::<String>();
    fs::write(folder.join("resolv.conf"), resolv).unwrap();
    fs::write(folder.join("hosts"), hosts).unwrap();
    let files = [folder.join("resolv.conf"), folder.join("hosts")];
    let unshare = ["unshare", "--mount", "sh", "-c", IN_PLACE].map(OsString::from);
    let endpoint = world.emulator.endpoint().replace("127.0.0.1", name);
    Scenario::new("find-and-sign", world)
        .with_network("timeout = 3")
        .at(&endpoint)
        .through(unshare.into_iter().chain(files.map(OsString::from)))
}

/// Whether this process may do what these tests need; says so if not.
fn may_not(test: &str) -> bool {
    let may = Command::new("unshare").args(["--mount", "true"]).status().is_ok_and(|status| status.success());
    if !may {
        skip(test, "a mount namespace and port 53 need root");
    }
    !may
}

fn is_found(name: &str, servers: &[Server], hosts: &str) {
    let world = world();
    with_names(&world, name, servers, hosts).says(&["C_Sign CKR_OK", "within 3 s"]);
}

fn is_not_found(servers: &[Server], why: &str) {
    let world = world();
    let said = ["C_FindObjectsInit CKR_DEVICE_ERROR", "within 3 s"];
    let line = format!(
        "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key {}: AWS KMS could not be reached for kms:DescribeKey: \
         the name {NAME} could not be resolved: {why}; check the network, the proxy (HTTPS_PROXY) and the endpoint",
        world.id(0)
    );
    with_names(&world, NAME, servers, "").says_and_logs(&said, &[&line]);
}

fn is_not_found_in_time(servers: &[Server]) {
    let world = world();
    let said = ["C_FindObjectsInit CKR_DEVICE_ERROR", "within 3 s"];
    let line = format!(
        "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key {}: AWS KMS did not answer kms:DescribeKey before the deadline; \
         check the network, the proxy (HTTPS_PROXY) and the endpoint, or raise timeout in [network]",
        world.id(0)
    );
    with_names(&world, NAME, servers, "").says_and_logs(&said, &[&line]);
}

#[test]
fn a_name_whose_server_never_answers_is_given_up_at_the_deadline() {
    if !may_not("a_name_whose_server_never_answers_is_given_up_at_the_deadline") {
        is_not_found_in_time(&[Server::silent()]);
    }
}

#[test]
fn a_name_that_does_not_exist_is_an_error_at_once() {
    if !may_not("a_name_that_does_not_exist_is_an_error_at_once") {
        is_not_found(&[Server::talking(false)], "there is no such name");
    }
}

#[test]
fn a_name_without_any_server_is_an_error_within_the_deadline() {
    if !may_not("a_name_without_any_server_is_an_error_within_the_deadline") {
        is_not_found_in_time(&[Server::absent()]);
        is_not_found(&[], "no nameservers found in config");
    }
}

#[test]
fn a_name_in_the_hosts_file_is_found_though_no_server_answers() {
    if !may_not("a_name_in_the_hosts_file_is_found_though_no_server_answers") {
        is_found(NAME, &[Server::silent()], &format!("127.0.0.1 {NAME}\n"));
        is_found(NAME, &[], &format!("127.0.0.1 {NAME}\n"));
    }
}

#[test]
fn a_name_that_a_server_knows_is_found() {
    if !may_not("a_name_that_a_server_knows_is_found") {
        is_found(NAME, &[Server::talking(true)], "");
    }
}

#[test]
fn a_name_that_the_second_server_knows_is_found_though_the_first_is_not_there() {
    if !may_not("a_name_that_the_second_server_knows_is_found_though_the_first_is_not_there") {
        is_found(NAME, &[Server::absent(), Server::talking(true)], "");
        is_found(NAME, &[Server::silent(), Server::talking(true)], "");
    }
}

#[test]
fn localhost_is_found_without_any_server() {
    if !may_not("localhost_is_found_without_any_server") {
        is_found("localhost", &[Server::silent()], "");
        is_found("localhost", &[], "127.0.0.1 localhost\n");
    }
}
