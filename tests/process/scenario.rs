//! Running one scenario of the host program.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::time::Duration;

use hardkey_tests::built;
use hardkey_tests::cloud::{CLOUDS, Kind, World};
use hardkey_tests::host::{self, Outcome};

/// Far above what any scenario needs, also where many tests share two cores.
const LIMIT: Duration = Duration::from_secs(120);

/// A world with a P-256 key for each cloud, one after the other.
pub fn worlds() -> impl Iterator<Item = World> {
    CLOUDS.iter().map(|cloud| cloud.world(&[(Kind::P256, "release")]))
}

/// A scenario about to be run.
pub struct Scenario<'a> {
    name: &'a str,
    environment: BTreeMap<String, String>,
    world: &'a World,
    endpoint: String,
    network: Option<String>,
    through: Vec<OsString>,
}

impl<'a> Scenario<'a> {
    /// A scenario with the world's first key, over plain HTTP where the cloud's client does that.
    pub fn new(name: &'a str, world: &'a World) -> Self {
        let (environment, endpoint) = (world.environment(), world.endpoint().to_owned());
        Self { name, environment, world, endpoint, network: None, through: Vec::new() }
            .with("HARDKEY_KEY", &world.id(0))
            .with("SSL_CERT_FILE", world.emulator.ca().to_str().unwrap())
    }

    /// Over TLS instead.
    pub fn over_tls(self) -> Self {
        let endpoint = self.world.emulator.tls_endpoint().to_owned();
        Self { endpoint, ..self }
    }

    /// With the key service at this URL; by `http` only where the cloud's client does that.
    pub fn at(self, url: &str) -> Self {
        let endpoint = match self.world.cloud.scheme {
            "https" => url.replace("http:", "https:"),
            _ => url.to_owned(),
        };
        Self { endpoint, ..self }
    }

    /// With credentials of a desk that has new ones at every fetch.
    pub fn with_a_desk(self) -> Self {
        let environment = self.world.renewed_environment();
        Self { environment, ..self }.with("HARDKEY_KEY", &self.world.id(0))
    }

    /// With one more variable in its environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Without a variable.
    pub fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// Configured by a file with this `[network]` section instead of `HARDKEY_KEY`.
    pub fn with_network(self, settings: &str) -> Self {
        Self { network: Some(settings.to_owned()), ..self }
    }

    /// Sends the host to the endpoint: by a variable, or by a file where the cloud has none.
    fn configure(&mut self) {
        let token = self.world.lead_to(&self.endpoint, &mut self.environment);
        if token.is_empty() && self.network.is_none() {
            return;
        }
        // As the token of `HARDKEY_KEY` is called.
        let label = if self.network.is_some() { "release" } else { "hardkey" };
        let (key, network) = (self.world.id(0), self.network.clone().unwrap_or_default());
        let text = format!("[[token]]\nlabel = \"{label}\"\nkeys = [\"{key}\"]\n{token}\n[network]\n{network}\n");
        let path = self.world.emulator.folder().join("config.toml");
        fs::write(&path, text).unwrap();
        self.environment.remove("HARDKEY_KEY");
        self.environment.insert("HARDKEY_CONFIG".to_owned(), path.to_str().unwrap().to_owned());
    }

    /// Started by another program, whose arguments end with the host's command line.
    pub fn through<Argument: Into<OsString>>(mut self, command: impl IntoIterator<Item = Argument>) -> Self {
        self.through = command.into_iter().map(Into::into).collect();
        self
    }

    /// Runs it.
    pub fn run(mut self) -> Outcome {
        self.configure();
        let mut environment = self.environment;
        environment.insert("HOST_MODULE".to_owned(), built::module().to_str().unwrap().to_owned());
        environment.insert("HOST_CONTROL".to_owned(), self.world.emulator.url().to_owned());
        environment.insert("HOST_SIGN".to_owned(), self.world.cloud.sign.counted.to_owned());
        environment.insert("HOST_EXPIRED".to_owned(), self.world.cloud.expired.to_owned());
        environment.insert("HOST_LIMIT".to_owned(), LIMIT.as_secs().to_string());
        let mut command = self.through;
        command.extend([built::host().into_os_string(), self.name.into()]);
        // The scenario ends itself first, because it knows more.
        host::run(&command[0], &command[1..], &environment, LIMIT + Duration::from_secs(15))
    }

    /// Runs it, and expects success, exactly these lines, and not a word from the module.
    pub fn says(self, lines: &[&str]) {
        self.says_and_logs(lines, &[]);
    }

    /// Runs it, and expects success, exactly these lines, and exactly these from the module.
    pub fn says_and_logs(self, lines: &[&str], log: &[&str]) {
        let name = format!("{} with a key of {}", self.name, self.world.cloud.service);
        let outcome = self.run().success();
        assert_eq!(outcome.text().lines().collect::<Vec<_>>(), lines, "{name}: {}", outcome.stderr);
        assert_eq!(outcome.hardkey_lines(), log, "{name}");
    }
}
