//! Cloud key services on loopback: in-memory keys, real cryptography, and faults on demand.
//!
//! One process serves AWS KMS and Google Cloud KMS over http and, if asked, https, and a control endpoint beside it. It prints one
//! line of JSON when it is ready and serves until SIGTERM, SIGINT or, if asked, the end of stdin. README.md has the
//! protocol of the control endpoint.

mod answer_body;
mod arguments;
mod aws;
mod azure;
mod certificate;
mod clock;
mod connection;
mod control;
mod counting;
mod credentials;
mod exchange;
mod fault;
mod form;
mod google;
mod identifier;
mod issuer;
mod listener;
mod material;
mod service;
mod unwrapping;
mod wire;

use crate::arguments::Arguments;
use crate::aws::Kms;
use crate::azure::KeyVault;
use crate::exchange::Stage;
use crate::google::GoogleKms;
use crate::service::Services;
use clap::Parser;
use hardkey_synthetic::Root;
use serde_json::{Value, json};
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_rustls::TlsAcceptor;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be done about a closed stderr.
            let _ = writeln!(std::io::stderr(), "hardkey-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    let stage = Arc::new(Stage { verbose: arguments.verbose, azure_names: arguments.azure_names, ..Stage::default() });
    let kms = Arc::new(Kms::new(&arguments.account, &arguments.region, Arc::clone(&stage)));
    let azure = Arc::new(KeyVault::new(Arc::clone(&stage)));
    let google = Arc::new(GoogleKms::new(&arguments.google_project, &arguments.google_location, Arc::clone(&stage)));
    let (keys, google_keys) = make_keys(&kms, &google, &arguments)?;
    let azure_keys: Result<Vec<Value>, String> = arguments.azure_keys.iter().map(|key| azure.make(key)).collect();
    let azure_keys = azure_keys.map_err(|error| format!("--azure-key: {error}"))?;
    let aws = listener::bind(arguments.aws).await?;
    let control = listener::bind(arguments.control).await?;
    let tls = bind_tls(&arguments).await?;
    if let Some(folder) = &arguments.roots {
        write_roots(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let ready = ready_line(&aws, &control, tls.as_ref(), [keys, google_keys, azure_keys])?;

    let services = Arc::new(Services { particular: vec![azure as _, google as _], otherwise: Arc::clone(&kms) as _ });
    if let Some((listener, acceptor, _)) = tls {
        let (stage, services) = (Arc::clone(&stage), Arc::clone(&services));
        tokio::spawn(listener::serve(listener, Some(acceptor), stage, services));
    }
    tokio::spawn(listener::serve(aws, None, Arc::clone(&stage), Arc::clone(&services)));
    tokio::spawn(control::serve(control, stage, kms, services));

    // Before the ready line: whoever reads it may send a signal at once.
    let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    writeln!(std::io::stdout(), "{ready}")?;
    wait_for_the_end(terminate, interrupt, arguments.until_stdin_closes).await;
    Ok(())
}

/// Makes the keys of the command line, side by side: an RSA key takes a second.
fn make_keys(kms: &Kms, google: &GoogleKms, arguments: &Arguments) -> Result<(Vec<Value>, Vec<Value>), Failure> {
    std::thread::scope(|scope| {
        let making: Vec<_> = arguments.keys.iter().map(|description| scope.spawn(|| kms.make(description))).collect();
        let google = scope.spawn(|| google.make_all(&arguments.google_keys));
        let keys = making
            .into_iter()
            .map(|key| match key.join() {
                Ok(made) => made.map_err(|error| format!("--key: {error}").into()),
                Err(_) => Err("--key: the key could not be made".into()),
            })
            .collect::<Result<Vec<Value>, Failure>>()?;
        match google.join() {
            Ok(made) => Ok((keys, made.map_err(|error| format!("--google-key: {error}"))?)),
            Err(_) => Err("--google-key: a key could not be made".into()),
        }
    })
}

async fn bind_tls(arguments: &Arguments) -> Result<Option<(TcpListener, TlsAcceptor, PathBuf)>, Failure> {
    let (Some(address), Some(path)) = (arguments.aws_tls, &arguments.ca_file) else {
        return Ok(None);
    };
    let (acceptor, authority) = certificate::server(&arguments.names)?;
    std::fs::write(path, authority).map_err(|error| format!("{}: {error}", path.display()))?;
    let listener = listener::bind(address).await?;
    Ok(Some((listener, acceptor, path.clone())))
}

fn write_roots(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    [Root::ls1(), Root::hawksbill()]
        .iter()
        .try_for_each(|root| std::fs::write(folder.join(format!("{}.pem", root.id)), &root.key_pem))
}

fn ready_line(
    aws: &TcpListener,
    control: &TcpListener,
    tls: Option<&(TcpListener, TlsAcceptor, PathBuf)>,
    [keys, google_keys, azure_keys]: [Vec<Value>; 3],
) -> Result<Value, Failure> {
    let mut tls_url = Value::Null;
    let mut authority = Value::Null;
    if let Some((listener, _, path)) = tls {
        tls_url = json!(format!("https://localhost:{}", listener.local_addr()?.port()));
        authority = json!(path.display().to_string());
    }
    Ok(json!({
        "aws": format!("http://{}", aws.local_addr()?),
        "aws_tls": tls_url,
        "control": format!("http://{}", control.local_addr()?),
        "ca": authority,
        "keys": keys,
        "google_keys": google_keys,
        "azure_keys": azure_keys,
    }))
}

async fn wait_for_the_end(mut terminate: Signal, mut interrupt: Signal, until_stdin_closes: bool) {
    let stdin = async {
        if until_stdin_closes {
            end_of_stdin().await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = stdin => {}
    }
}

/// On a thread of its own: one of the runtime's could not be left behind in its read.
async fn end_of_stdin() {
    let (done, ended) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        // An error ends stdin as well.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        drop(done);
    });
    // Answers an error, since nothing is ever sent; that is the signal.
    let _ = ended.await;
}
