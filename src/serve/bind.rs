//! Binds a port and serves until the server is stopped.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use tokio::runtime::Builder;
use tokio::sync::watch;

use super::connection::accept;
use super::server::Server;
use super::stream::first_of;
use super::{DEFAULT_PORT, Served, ServerOptions, address};

/// The number of ports that are tried, including the first.
const TRIED_PORTS: u16 = 100;

/// A server with a bound port. Clients may connect already; they are served by [`Bound::run`].
#[derive(Debug)]
pub(crate) struct Bound {
    /// The address that it listens on.
    pub addr: SocketAddr,
    /// The requested port, if it is taken and another one is used.
    pub asked_for: Option<u16>,
    listener: TcpListener,
    options: ServerOptions,
}

/// Binds the requested port, or [`DEFAULT_PORT`]; if it is taken, the next free one of a hundred.
///
/// # Errors
/// If the address is not one of this machine, if all these ports are taken, or if the system does not permit it.
pub(crate) fn bind(options: ServerOptions) -> io::Result<Bound> {
    let first = options.port.unwrap_or(DEFAULT_PORT);
    let last = first.saturating_add(TRIED_PORTS - 1);
    let mut taken = None;
    for port in first..=last {
        match listen(options.host, port) {
            Ok(listener) => {
                return Ok(Bound {
                    addr: listener.local_addr()?,
                    asked_for: (port != first).then_some(first),
                    listener,
                    options,
                });
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => taken = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(taken.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
}

fn listen(host: IpAddr, port: u16) -> io::Result<TcpListener> {
    // Browsers try `localhost` as ::1 first: another server there would answer instead.
    if host == Ipv4Addr::LOCALHOST && port != 0 {
        let other = TcpListener::bind((Ipv6Addr::LOCALHOST, port));
        if let Err(error) = other
            && error.kind() == io::ErrorKind::AddrInUse
        {
            return Err(error);
        }
    }
    TcpListener::bind((host, port))
}

impl Bound {
    /// The address to open in a browser of this machine.
    pub(crate) fn url(&self, base_path: &str) -> String {
        let host = self.addr.ip();
        if host == Ipv4Addr::LOCALHOST || host == Ipv6Addr::LOCALHOST || host.is_unspecified() {
            url("localhost", self.addr.port(), base_path)
        } else {
            address_url(host, self.addr.port(), base_path)
        }
    }

    /// The addresses of this server for other devices in the network; none if it is local only.
    pub(crate) fn lan_urls(&self, base_path: &str) -> Vec<String> {
        let host = self.addr.ip();
        let port = self.addr.port();
        if host.is_loopback() {
            return Vec::new();
        }
        if !host.is_unspecified() {
            return vec![address_url(host, port, base_path)];
        }
        let mut addresses: Vec<IpAddr> = (if_addrs::get_if_addrs().unwrap_or_default().into_iter())
            .map(|interface| interface.ip())
            .filter(|ip| !ip.is_loopback() && (ip.is_ipv4() || host.is_ipv6() && !is_link_local(*ip)))
            .collect();
        addresses.sort_unstable();
        addresses.dedup();
        addresses
            .into_iter()
            .map(|ip| address_url(ip, port, base_path))
            .collect()
    }

    /// Serves until `stop` is ready, then returns at once, even if requests are in progress.
    ///
    /// `changed` signals that [`Served::current`] returns another version; its value is not read. Its sender may be
    /// dropped. Must not be called inside of an asynchronous runtime: it creates its own, in which `stop` is awaited
    /// too.
    ///
    /// # Errors
    /// If the system refuses threads or timers.
    pub(crate) fn run(
        self,
        served: Arc<dyn Served>,
        changed: watch::Receiver<u64>,
        stop: impl Future<Output = ()>,
    ) -> io::Result<()> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("kb-serve")
            .enable_all()
            .build()?;
        let patience = self.options.patience;
        let app = Server::new(served, changed, self.options).into_app();
        let result = runtime.block_on(async {
            self.listener.set_nonblocking(true)?;
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            first_of(stop, accept(&listener, &app, patience)).await;
            Ok(())
        });
        // It does not wait for open event streams and pages that are being rendered.
        runtime.shutdown_background();
        result
    }
}

/// Link-local addresses; browsers do not accept them.
fn is_link_local(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local())
}

fn address_url(ip: IpAddr, port: u16, base_path: &str) -> String {
    match ip {
        IpAddr::V4(ip) => url(&ip.to_string(), port, base_path),
        IpAddr::V6(ip) => url(&format!("[{ip}]"), port, base_path),
    }
}

fn url(host: &str, port: u16, base_path: &str) -> String {
    format!("http://{host}:{port}{}", address::encoded(base_path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_browsers_take_them() {
        let url = |ip: &str| address_url(ip.parse().expect("an address"), 4000, "/hilfe ü/");
        assert_eq!(url("192.168.1.7"), "http://192.168.1.7:4000/hilfe%20%C3%BC/");
        assert_eq!(url("2001:db8::1"), "http://[2001:db8::1]:4000/hilfe%20%C3%BC/");
        assert!(is_link_local(IpAddr::V6("fe80::1".parse().expect("an address"))));
    }
}
