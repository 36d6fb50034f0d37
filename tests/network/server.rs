//! An HTTP server in a few lines, for what the emulator does not play.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;

/// A running server. It ends with the test program.
pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts one at an address that answers `METHOD PATH` with a body.
    pub fn start(address: &str, answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let book = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &answer, &book);
            }
        });
        Self { address, asked }
    }

    /// Instance metadata with credentials for one role.
    pub fn instance_metadata(address: &str) -> Self {
        Self::start(address, |asked| match asked {
            "PUT /latest/api/token" => "token".to_owned(),
            "GET /latest/meta-data/iam/security-credentials/" => "signer".to_owned(),
            _ => credentials(),
        })
    }

    /// Credentials of a task or a pod.
    pub fn container_credentials(address: &str) -> Self {
        Self::start(address, |_| credentials())
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Every request, as `METHOD PATH`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// The shape of both: EC2 user guide (security credentials), ECS developer guide (task credentials).
fn credentials() -> String {
    json!({
        "Code": "Success",
        "AccessKeyId": "AKIAROLE",
        "SecretAccessKey": "secret",
        "Token": "token",
        "Expiration": "2099-01-01T00:00:00Z",
    })
    .to_string()
}

fn serve(mut stream: TcpStream, answer: &impl Fn(&str) -> String, book: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut line, mut length) = (String::new(), 0);
    reader.read_line(&mut line).ok()?;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        match header.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    let asked = line.rsplit_once(' ')?.0.to_owned();
    let body = answer(&asked);
    book.lock().unwrap().push(asked);
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nX-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .ok()
}
