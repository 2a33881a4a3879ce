//! Registration in and discovery from etcd, laid out as go-zero does it (`core/discov`), so that services in Go
//! and in Rust find each other: the key `<Key>/<lease id>` holds `ip:port`, for as long as its lease of ten seconds
//! is kept alive.
//!
//! Both sides are a background task that lives through sessions: a session is one connection to one member of the
//! cluster and ends with its first failure, whatever that is; the next one begins from what etcd says then.

#[cfg(feature = "rpc-server")]
mod advertise;
mod client;
mod follow;
#[cfg(feature = "rpc-server")]
mod lease;
mod members;
// Written by a generator; see rt/proto/etcd.proto of zgen.
#[rustfmt::skip]
#[allow(dead_code, unreachable_pub, clippy::all, clippy::pedantic)]
mod pb;
#[cfg(feature = "rpc-server")]
mod register;
mod retry;

pub(super) use self::follow::follow;
#[cfg(feature = "rpc-server")]
pub(crate) use self::register::register;

/// Between the key of a service and the name of an instance.
const DELIMITER: char = '/';
