//! A slot and the token in it: one configured key service.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hardkey_attest::admission::Cloud;
use hardkey_attest::signature::{Hash, Hasher, Scheme, SignatureError};
use hardkey_kms::config::{Certificate, Config, Level, ServiceConfig, TokenConfig};
use hardkey_kms::network::SharedNetwork;
use hardkey_kms::service::{KeyFault, KeyRecord, KeyService, SignInput, Signature, Standing};
use hardkey_kms::{Deadline, checked, fork, opening};

use crate::catalogue::{Catalogue, Earlier};
use crate::error::{Code, Failure};
use crate::ffi::Published;
use crate::log;
use crate::mechanism::{MECHANISMS, Mechanism};
use crate::object::{Key, Object};

/// A key that could not be fetched is not asked for again sooner: hosts search many times a second.
const PAUSE: Duration = Duration::from_secs(10);

/// One slot with its token.
pub(crate) struct Slot {
    pub(crate) label: String,
    pub(crate) serial: [u8; 16],
    pub(crate) cloud: Cloud,
    certificates: Vec<Certificate>,
    service: Box<dyn KeyService>,
    timeout: Duration,
    /// Read without a lock, also in a forked child.
    pub(crate) catalogue: Arc<Published<Catalogue>>,
    earlier: Option<Earlier>,
    refresh: Mutex<Refresh>,
    refreshed: Condvar,
    logged_in: AtomicBool,
}

#[derive(Default)]
struct Refresh {
    busy: bool,
    not_before: Option<Instant>,
    /// Why the last attempt found nothing at all.
    failure: Option<Failure>,
}

impl Slot {
    /// Makes the slot of one token.
    pub(crate) fn new(token: TokenConfig, config: &Config, network: &SharedNetwork, earlier: Option<Earlier>) -> Self {
        let TokenConfig { label, service, certificates } = token;
        let told = label.clone();
        let warn = move |line: &str| log::write(Level::Warn, format_args!("token {told:?}: {line}"));
        let cloud = match &service {
            ServiceConfig::Aws(_) => Cloud::Aws,
            ServiceConfig::Azure(_) => Cloud::Azure,
            ServiceConfig::Google(_) => Cloud::Google,
        };
        let service = opening::open(service, config.admission, network, warn);
        Self {
            serial: serial(&label),
            label,
            cloud,
            certificates,
            service,
            timeout: network.timeout(),
            catalogue: Arc::new(Published::new(
                earlier.filter(|earlier| earlier.forked).map(|earlier| earlier.catalogue),
            )),
            earlier,
            refresh: Mutex::default(),
            refreshed: Condvar::new(),
            logged_in: AtomicBool::new(false),
        }
    }

    /// What hosts are told the token is: the name of its key service.
    pub(crate) fn model(&self) -> &'static str {
        match self.cloud {
            Cloud::Aws => "AWS KMS",
            Cloud::Azure => "Azure Key Vault",
            Cloud::Google => "Google Cloud KMS",
        }
    }

    /// What can be done with this token: by the keys that were found, and before that by those its key service can have. Asks
    /// nobody.
    pub(crate) fn mechanisms(&self) -> Vec<&'static Mechanism> {
        let keys = self.known().filter(|known| known.complete).map_or_else(Vec::new, Catalogue::keys);
        let can = |mechanism: &&'static Mechanism| {
            if keys.is_empty() {
                return mechanism.is_done_by(self.cloud);
            }
            keys.iter().any(|key| mechanism.fits(key.usable.public_key.algorithm(), &key.usable.schemes))
        };
        MECHANISMS.iter().filter(can).collect()
    }

    /// What is known now. Asks nobody.
    pub(crate) fn known(&self) -> Option<&'static Catalogue> {
        self.catalogue.get()
    }

    /// An object by its place.
    pub(crate) fn object(&self, place: usize) -> Option<&'static Object> {
        self.known()?.objects.get(place)
    }

    /// The objects, fetched first where that is still to do. One thread fetches; the others wait for it.
    pub(crate) fn objects(&self) -> Result<&'static Catalogue, Failure> {
        let deadline = Deadline::after(self.timeout);
        let mut refresh = self.lock();
        loop {
            if let Some(known) = self.known()
                && (known.complete || refresh.not_before.is_some_and(|moment| Instant::now() < moment))
            {
                return Ok(known);
            }
            if let Some(failure) = &refresh.failure
                && refresh.not_before.is_some_and(|moment| Instant::now() < moment)
            {
                return Err(failure.clone());
            }
            if !refresh.busy {
                break;
            }
            if deadline.remaining().is_zero() {
                return Err(Failure::new(
                    Code::DeviceError,
                    "another thread's search of this token did not end in time; try again",
                ));
            }
            // Let go of the lock before a fork can hold this thread up: those the fork waits for may need it.
            fork::outside(|| drop(self.refreshed.wait_timeout(refresh, deadline.remaining())));
            refresh = self.lock();
        }
        refresh.busy = true;
        drop(refresh);
        let turn = Turn(self);
        let outcome = self.fetch(&deadline);
        let mut refresh = self.lock();
        refresh.not_before = Some(Instant::now() + PAUSE);
        refresh.failure = outcome.as_ref().err().cloned();
        drop(refresh);
        drop(turn);
        outcome
    }

    /// Signs with a key of this token.
    pub(crate) fn sign(&self, key: &Key, scheme: Scheme, digest: &[u8]) -> Result<Signature, Failure> {
        let deadline = Deadline::after(self.timeout);
        let input = SignInput { algorithm: key.usable.public_key.algorithm(), scheme, digest };
        let rejected = |reason: SignatureError| {
            log::write(
                Level::Warn,
                format_args!(
                    "token {:?}: key {}: {reason}; it is thrown away and asked for again, so the key service's log may show two signatures",
                    self.label,
                    shown(&key.record),
                ),
            );
        };
        checked::sign(&*self.service, &key.record.id, &key.usable, input, &deadline, rejected)
            .map_err(|error| Failure::service(&shown(&key.record), &error))
    }

    /// Marks the token as logged in; false if it was.
    pub(crate) fn log_in(&self) -> bool {
        !self.logged_in.swap(true, Ordering::Relaxed)
    }

    /// Marks the token as logged out; false if it was.
    pub(crate) fn log_out(&self) -> bool {
        self.logged_in.swap(false, Ordering::Relaxed)
    }

    pub(crate) fn is_logged_in(&self) -> bool {
        self.logged_in.load(Ordering::Relaxed)
    }

    fn fetch(&self, deadline: &Deadline) -> Result<&'static Catalogue, Failure> {
        let known = self.known();
        let records = known.map_or(&[][..], |known| &known.records);
        let answers = self.service.keys(records, deadline).map_err(|error| {
            let cause = format!("token {:?}: {error}", self.label);
            Failure::new(crate::error::service_code(error.kind), cause)
        });
        let answers = match (answers, known) {
            (Ok(answers), _) => answers,
            (Err(failure), None) => return Err(failure),
            (Err(failure), Some(known)) => {
                log::write(Level::Warn, format_args!("{failure}; the keys found so far stay in use"));
                return Ok(known);
            }
        };
        let (settled, passing, faults) = self.sort(answers);
        let found_nothing = records.is_empty() && settled.is_empty() && passing == 0;
        if let (true, Some(first)) = (found_nothing, faults.first()) {
            for fault in faults.iter().skip(1) {
                self.tell_hidden(&fault.name, &fault.error.to_string());
            }
            return Err(Failure::service(&first.name, &first.error));
        }
        for fault in &faults {
            self.tell_hidden(&fault.name, &fault.error.to_string());
        }
        let complete = faults.is_empty() && passing == 0;
        let next = match known {
            Some(known) => known.with(settled, complete, &self.certificates),
            None => Catalogue::default().with(settled, complete, &self.certificates),
        };
        if complete {
            self.tell_strays(&next);
        }
        // What is published stays in memory for good, so a run that finds the same takes the earlier one's.
        match self.earlier {
            Some(earlier) if earlier.catalogue.shows_the_same(&next) => {
                self.catalogue.set(earlier.catalogue);
                Ok(earlier.catalogue)
            }
            Some(_) | None => Ok(self.catalogue.publish(next)),
        }
    }

    /// Splits answers into records that will not change, the number of refusals that may, and faults; tells of each
    /// key that is hidden.
    fn sort(&self, answers: Vec<Result<KeyRecord, KeyFault>>) -> (Vec<KeyRecord>, usize, Vec<KeyFault>) {
        let (mut settled, mut passing, mut faults) = (Vec::new(), 0, Vec::new());
        for answer in answers {
            let record = match answer {
                Ok(record) => record,
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            };
            match &record.standing {
                Standing::Usable(key) => log::write(
                    Level::Info,
                    format_args!(
                        "token {:?}: key {} is {} with label {:?}",
                        self.label,
                        shown(&record),
                        key.public_key.algorithm().name(),
                        record.label
                    ),
                ),
                Standing::Refused(refusal) => {
                    self.tell_hidden(&shown(&record), &format!("refused ({}): {refusal}", refusal.code()));
                    if refusal.can_change() {
                        passing += 1;
                        continue;
                    }
                }
                Standing::Unsupported(kind) => self.tell_hidden(
                    &shown(&record),
                    &format!(
                        "its kind {kind:?} is not supported; use an RSA key, or one on P-256, P-384, P-521 or secp256k1"
                    ),
                ),
            }
            settled.push(record);
        }
        (settled, passing, faults)
    }

    fn tell_hidden(&self, key: &str, why: &str) {
        log::write(Level::Warn, format_args!("token {:?}: key {key} is hidden: {why}", self.label));
    }

    /// A host that looks for the key of such a certificate finds none, and says no more than that.
    fn tell_strays(&self, catalogue: &Catalogue) {
        for certificate in catalogue.strays(&self.certificates) {
            let labels = catalogue.labels();
            let keys =
                if labels.is_empty() { "it shows none".to_owned() } else { format!("it has {}", labels.join(", ")) };
            log::write(
                Level::Warn,
                format_args!(
                    "token {:?}: the certificate {} belongs to no key of this token ({keys}); name its key in keys, or take it out of certificates",
                    self.label, certificate.title
                ),
            );
        }
    }

    /// No code that can panic runs under this lock.
    fn lock(&self) -> MutexGuard<'_, Refresh> {
        self.refresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a thread's turn at fetching, also when it panics.
struct Turn<'a>(&'a Slot);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.lock().busy = false;
        self.0.refreshed.notify_all();
    }
}

/// A key by its configured name and, where that is another, its immutable one.
fn shown(record: &KeyRecord) -> String {
    let name = record.name.escape_debug();
    if record.name == record.id.as_str() { name.to_string() } else { format!("{name} ({})", record.id) }
}

/// Sixteen characters (`CK_TOKEN_INFO.serialNumber`), the same in every run and different for every label.
fn serial(label: &str) -> [u8; 16] {
    let mut hasher = Hasher::new(Hash::Sha256);
    hasher.update(label.as_bytes());
    let digest = hasher.finish();
    let mut serial = [b'0'; 16];
    for (place, byte) in serial.iter_mut().zip(digest) {
        *place = *b"0123456789abcdef".get(usize::from(byte & 0x0f)).unwrap_or(&b'0');
    }
    serial
}
