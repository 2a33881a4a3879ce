//! Ports for servers that cannot be asked which one they took.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// Where outgoing connections get theirs on no system (RFC 6335 names 49152, Linux begins at 32768): nothing takes
/// such a port by chance between the question and the server's start.
const FIRST: u32 = 10_000;
const COUNT: u32 = 20_000;

/// A port of loopback that is free, and that no other test of this run gets.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Processes that run side by side have ids that are close to each other.
    let first = std::process::id().wrapping_mul(97);
    for _ in 0..COUNT {
        let next = first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(FIRST + next % COUNT).unwrap();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no port of loopback is free");
}
