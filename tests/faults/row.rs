//! One fault under the real module: what the host got, after how long, and what it took.

use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use hardkey_tests::black_hole::BlackHole;
use hardkey_tests::built;
use hardkey_tests::cloud::Kind;
use hardkey_tests::emulator::Emulator;
use hardkey_tests::host::run;

use crate::fault::{Call, Fault, Identity, Limits, Place};

/// What came of a fault.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// What the host got: an answer or a code.
    pub got: String,
    /// After how long, by the limits and waits that must have passed.
    pub after: String,
    /// Requests of the operation that was disturbed.
    pub requests: u64,
    /// Signatures the service made.
    pub signatures: u64,
    /// The module's lines, without what differs from run to run.
    pub lines: Vec<String>,
}

/// A row and the time it really took.
pub struct Measured {
    pub row: Row,
    pub took: Duration,
}

/// Has the module meet a fault, in a process and with an emulator of its own.
pub fn measure(fault: &Fault) -> Measured {
    let world = fault.cloud.world(&[(Kind::P256, "release")]);
    let (emulator, key) = (&world.emulator, world.id(0));
    let other = Emulator::start(&[]);
    let hole = (fault.place == Place::BlackHole).then(BlackHole::open);
    // Its queue takes the connection; nobody accepts it.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let scheme = fault.cloud.scheme;
    let endpoint = match fault.place {
        Place::Emulator => world.endpoint().to_owned(),
        Place::Untrusted => emulator.tls_endpoint().to_owned(),
        Place::NotTls => emulator.endpoint().replace("http:", "https:"),
        // RFC 6761 §6.4: a name of which everybody knows that it does not exist.
        Place::UnknownHost => "https://kms.invalid".to_owned(),
        // Port 1 is reserved and unused (IANA tcpmux).
        Place::Nobody => format!("{scheme}://127.0.0.1:1"),
        Place::BlackHole => format!("{scheme}://{}", hole.as_ref().unwrap().address),
        Place::Silent => format!("https://{}", silent.local_addr().unwrap()),
    };
    let mut environment = match fault.identity {
        Identity::Lasting => world.environment(),
        Identity::Renewed => world.renewed_environment(),
    };
    environment.remove("HARDKEY_KEY");
    let token = world.lead_to(&endpoint, &mut environment);
    let trusted = if fault.place == Place::Untrusted { other.ca() } else { emulator.ca() };
    environment.insert("SSL_CERT_FILE".to_owned(), trusted.to_str().unwrap().to_owned());
    configure(emulator, &key, &token, fault.limits, &mut environment);
    for told in &fault.told {
        emulator.fault(told.clone());
    }
    let module = built::module();
    let call = match fault.call {
        Call::Search => "search",
        Call::Sign => "sign",
    };
    let outcome = run(
        built::fault_host(),
        [module.to_str().unwrap(), call],
        &environment,
        // Only a call that is never given up comes near it.
        Duration::from_secs(90),
    )
    .success();
    let counts = emulator.counts();
    let text = outcome.text();
    let (rv, took, got) = answer(text.trim_end());
    let requests = counts.requests(fault.operation.counted);
    let lines = outcome.stderr.lines().map(|line| steady(line, &key)).collect();
    let row = Row {
        got: if rv == "0x0" { got.to_owned() } else { name(rv) },
        after: after(took, requests, fault),
        requests,
        signatures: counts.carried_out(fault.cloud.sign.counted),
        lines,
    };
    Measured { row, took }
}

fn configure(emulator: &Emulator, key: &str, token: &str, limits: Limits, environment: &mut BTreeMap<String, String>) {
    let Limits { attempts, connect_timeout, attempt_timeout, timeout } = limits;
    let file = emulator.folder().join("hardkey.toml");
    let text = format!(
        "[[token]]\nlabel = \"t\"\nkeys = [\"{key}\"]\n{token}[network]\nattempts = {attempts}\nconnect_timeout = {connect_timeout:?}\nattempt_timeout = {attempt_timeout:?}\ntimeout = {timeout:?}\n"
    );
    fs::write(&file, text).unwrap();
    environment.insert("HARDKEY_CONFIG".to_owned(), file.to_str().unwrap().to_owned());
}

/// `CODE MILLISECONDS WHAT`.
fn answer(text: &str) -> (&str, Duration, &str) {
    let mut parts = text.splitn(3, ' ');
    let (rv, took) = (parts.next().unwrap(), parts.next().unwrap().parse().unwrap());
    (rv, Duration::from_millis(took), parts.next().unwrap_or_default())
}

fn name(rv: &str) -> String {
    match rv {
        "0x30" => "`CKR_DEVICE_ERROR`".to_owned(),
        other => other.to_owned(),
    }
}

/// Time in the only units that a busy machine does not blur: limits and waits that have passed.
fn after(took: Duration, requests: u64, fault: &Fault) -> String {
    let seconds = took.as_secs_f64();
    let limits = fault.limits;
    if seconds >= limits.timeout {
        return format!("`timeout`, {} s", limits.timeout);
    }
    let (limit, name) = match fault.place {
        Place::BlackHole | Place::Silent => (limits.connect_timeout, "connect_timeout"),
        _ => (limits.attempt_timeout, "attempt_timeout"),
    };
    match ((seconds / limit).floor(), fault.wait) {
        (times, _) if times >= 1.0 => format!("{times} × `{name}`, {limit} s"),
        (_, Some((wait, name))) if took >= wait => format!("{name}, {} s", wait.as_secs()),
        _ if requests > 1 => "within a back-off".to_owned(),
        _ => "at once".to_owned(),
    }
}

/// A line without the program's name, key, request id, addresses and dates.
fn steady(line: &str, key: &str) -> String {
    let line = line.strip_prefix("hardkey: ").unwrap_or(line).replace(key, "KEY");
    let request = line.split_once(" (request ").and_then(|(before, rest)| Some((before, rest.split_once(')')?)));
    let line = match request {
        Some((before, (id, after))) if !id.contains(' ') => format!("{before}{after}"),
        _ => line,
    };
    let is_date = |word: &str| word.len() == 16 && word.starts_with("20") && word.ends_with('Z') && word.contains('T');
    let words = line.split(' ').map(|word| {
        let bare = word.trim_start_matches('(');
        if word.parse::<SocketAddr>().is_ok() {
            return "ENDPOINT".to_owned();
        }
        if let Some(port) = word.strip_prefix("https://localhost:")
            && port.bytes().all(|byte| byte.is_ascii_digit())
        {
            return "https://localhost".to_owned();
        }
        if is_date(bare) { word.replace(bare, "DATE") } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}
