//! TLS by rustls, with ring for its arithmetic. Certificates are read again while the process runs: one that is
//! renewed is used by the next connection.

mod client;
mod files;
mod renew;
#[cfg(any(feature = "http", feature = "rpc-server"))]
mod server;

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};

pub(crate) use self::client::Connector;
#[cfg(any(feature = "http", feature = "rpc-server"))]
pub(crate) use self::server::Acceptor;

/// Named, not the process's default: other crates in it may bring another one.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// For crates that ask the process which one to take, unless somebody has said so: with two of them in it they give up.
#[cfg(feature = "redis")]
pub(crate) fn prefer_ring() {
    if CryptoProvider::get_default().is_none() {
        // An error means that somebody has said so since.
        let _ = ring::default_provider().install_default();
    }
}
