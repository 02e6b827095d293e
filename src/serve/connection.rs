//! Accepts and serves connections, with a time limit for idle ones.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};

/// The pause in accepting connections after the system had no more file descriptors.
const BREATH: Duration = Duration::from_millis(200);

/// Serves every connection in its own task. Never returns.
pub(super) async fn accept(listener: &TcpListener, app: &Router, patience: Duration) {
    loop {
        match listener.accept().await {
            Ok((stream, client)) => {
                tokio::spawn(answer(stream, client, app.clone(), patience));
            }
            // The client has already disconnected.
            Err(error) if is_of_client(&error) => {}
            Err(_) => tokio::time::sleep(BREATH).await,
        }
    }
}

fn is_of_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset
    )
}

/// Serves one connection until the client closes it or is silent for too long. The time runs while the head of a
/// request is awaited; it does not run while a response is being sent, such as a stream of events. Request bodies are
/// never awaited, because no request needs one.
async fn answer(stream: TcpStream, client: SocketAddr, app: Router, patience: Duration) {
    // Disables Nagle's algorithm, which can delay small responses. A failure only makes it slower.
    let _ = stream.set_nodelay(true);
    let app = app.layer(Extension(ConnectInfo(client)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    // Errors of the connection are visible to the client.
    let _ = connection.await;
}
