//! Taking connections and answering on them, with a limit on how long a client may keep one without asking.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};

/// How long nothing is accepted after the system had no more file descriptors.
const BREATH: Duration = Duration::from_millis(200);

/// Answers on every connection that comes, each by itself. It never ends.
pub(super) async fn accept(listener: &TcpListener, app: &Router, patience: Duration) {
    loop {
        match listener.accept().await {
            Ok((stream, client)) => {
                tokio::spawn(answer(stream, client, app.clone(), patience));
            }
            // The client has gone already.
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

/// Answers on one connection until the client closes it or says nothing for too long. Time runs while a head is awaited,
/// the first one or that of another request; it does not while an answer is on its way, as streams of events always are.
/// A body is never awaited, as no request needs one.
async fn answer(stream: TcpStream, client: SocketAddr, app: Router, patience: Duration) {
    // Without this, small answers may wait for a confirmation. It is only slower if it fails.
    let _ = stream.set_nodelay(true);
    let app = app.layer(Extension(ConnectInfo(client)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    // What goes wrong on the way to a client is the client's to see.
    let _ = connection.await;
}
