//! A proxy on loopback that writes down what it is asked for.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What a proxy does with a request.
#[derive(Clone)]
pub enum Manner {
    /// Takes it to this address, whatever host was asked for.
    Leads(SocketAddr),
    /// The same for those who send this `Proxy-Authorization`; asks the others for it.
    LeadsWith(&'static str, SocketAddr),
    /// Answers with this status and nothing else.
    Answers(u16),
    /// Never answers.
    Silent,
    /// Closes the connection.
    HangsUp,
}

/// A running proxy. It ends with the test program.
pub struct Proxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Starts one.
    pub fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let book = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, manner, book) = (stream.unwrap(), manner.clone(), Arc::clone(&book));
                thread::spawn(move || attend(stream, &manner, &book));
            }
        });
        Self { address, asked }
    }

    /// Starts one that takes everything to the listener at this URL.
    pub fn to(url: &str) -> Self {
        let port = url.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap();
        Self::start(Manner::Leads(SocketAddr::from(([127, 0, 0, 1], port))))
    }

    /// `HOST:PORT`.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The first request of each connection, as `METHOD TARGET`, and what it sent as `Proxy-Authorization`, if anything.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn attend(mut stream: TcpStream, manner: &Manner, book: &Mutex<Vec<String>>) {
    let Some(head) = head(&stream) else { return };
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let password = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("proxy-authorization").then_some(value)
    });
    let note = password.map(|password| format!(" {password}")).unwrap_or_default();
    book.lock().unwrap().push(format!("{method} {target}{note}"));
    let to = match manner {
        Manner::Leads(to) => to,
        Manner::LeadsWith(wanted, to) if password == Some(wanted) => to,
        Manner::LeadsWith(..) => return answer(&mut stream, 407),
        Manner::Answers(status) => return answer(&mut stream, *status),
        Manner::Silent => {
            // Until the other side gives up.
            let _ = stream.read(&mut [0]);
            return;
        }
        Manner::HangsUp => return,
    };
    let mut service = TcpStream::connect(to).unwrap();
    if method == "CONNECT" {
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
    } else {
        // http://HOST/PATH becomes /PATH.
        let path = target.splitn(4, '/').nth(3).unwrap_or_default();
        service.write_all(head.replacen(target, &format!("/{path}"), 1).as_bytes()).unwrap();
    }
    let (mut upward, mut downward) = (stream.try_clone().unwrap(), service.try_clone().unwrap());
    thread::spawn(move || {
        let _ = std::io::copy(&mut upward, &mut downward);
        let _ = downward.shutdown(Shutdown::Write);
    });
    let _ = std::io::copy(&mut service, &mut stream);
    let _ = stream.shutdown(Shutdown::Both);
}

fn answer(stream: &mut TcpStream, status: u16) {
    let _ =
        write!(stream, "HTTP/1.1 {status} No\r\nProxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\n\r\n");
}

/// The head of a request, byte by byte: what follows belongs to the service.
fn head(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::with_capacity(1, stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    Some(head)
}
