//! Sockets that accept: loopback only, without Nagle's delay, each connection in its own task.

use crate::connection::Connection;
use crate::exchange::{Stage, exchange};
use crate::service::Services;
use crate::wire::Wire;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Binds a loopback address.
///
/// # Errors
/// The address is taken, or is not a loopback address.
pub(crate) async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    if !address.ip().is_loopback() {
        return Err(io::Error::other(format!("{address} is not a loopback address")));
    }
    TcpListener::bind(address).await
}

/// Serves every cloud on a socket, over TLS if an acceptor is given, for as long as the process lives.
pub(crate) async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, stage: Arc<Stage>, services: Arc<Services>) {
    loop {
        let stream = accept(&listener).await;
        let (tls, stage, services) = (tls.clone(), Arc::clone(&stage), Arc::clone(&services));
        tokio::spawn(async move {
            let (connections, counts) = (&stage.connections, &stage.counts);
            let work = |connection: Arc<Connection>| async {
                let wire = Wire(Arc::clone(&connection));
                match tls {
                    None => talk(wire, connection, &stage, &services).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(wire).await {
                            counts.tls_handshake();
                            talk(stream, connection, &stage, &services).await;
                        }
                    }
                }
            };
            connections.attend(stream, counts, work).await;
        });
    }
}

/// The next connection. Failures (out of descriptors, peer already gone) are waited out.
pub(crate) async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Fails only on a socket that is already gone.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
}

/// HTTP/1.1 with keep-alive; a connection without requests stays open until the peer closes it.
async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    connection: Arc<Connection>,
    stage: &Stage,
    services: &Services,
) {
    let connection = &connection;
    let respond =
        service_fn(|request| async move { Ok::<_, Infallible>(exchange(stage, services, connection, request).await) });
    // An error here is the peer's: it went away or did not speak HTTP.
    let _ = http1::Builder::new().header_read_timeout(None).serve_connection(TokioIo::new(stream), respond).await;
}
