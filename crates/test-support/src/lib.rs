//! Private servers for the tests: started in a temporary directory, on a free port of the loopback interface, stopped by
//! process id when dropped. A server that cannot be started is an error with the reason, never a skip.

mod certificates;
mod postgres;

pub use certificates::{Authority, Issued};
pub use postgres::PostgresServer;

/// A port of the loopback interface that nobody listens on.
///
/// # Panics
/// When the machine has no free port at all.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener
        .map(|address| address.port())
        .unwrap_or_else(|error| panic!("no free port on 127.0.0.1: {error}"))
}
