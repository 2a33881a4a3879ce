//! The address under which others reach this process (go-zero's `figureOutListenOn`).

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::net::UdpSocket;

use super::client::CALL_LIMIT;
use super::members::bare;

/// In a network that is kept for documentation: never a host, always behind the default route.
const FAR_AWAY: &str = "192.0.2.1:9";

/// The bound address; a listener on all interfaces is reached under `$POD_IP`, else under the address from which
/// this host talks to etcd (whoever looks there shares that network), else to the outside.
pub(super) async fn advertised(bound: SocketAddr, hosts: &[String]) -> SocketAddr {
    if !bound.ip().is_unspecified() {
        return bound;
    }
    let pod = std::env::var("POD_IP").unwrap_or_default();
    let ip = match pod.trim().parse() {
        Ok(ip) => ip,
        Err(_) => IpAddr::V4(own_address(hosts).await),
    };
    SocketAddr::new(ip, bound.port())
}

async fn own_address(hosts: &[String]) -> Ipv4Addr {
    let hosts = hosts.iter().map(String::as_str);
    for target in hosts.chain([FAR_AWAY]) {
        let target = bare(target);
        let found = tokio::time::timeout(CALL_LIMIT, source_toward(target)).await;
        if let Ok(Some(ip)) = found {
            return ip;
        }
    }
    Ipv4Addr::LOCALHOST
}

/// Asks the routing table: connecting a datagram socket sends nothing.
async fn source_toward(target: &str) -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await.ok()?;
    socket.connect(target).await.ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(ip) if !ip.is_loopback() && !ip.is_unspecified() => Some(ip),
        _ => None,
    }
}
