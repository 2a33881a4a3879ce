//! The members of an etcd cluster, and how to get in.

use anyhow::{Context as _, bail, ensure};
use rand::seq::SliceRandom as _;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

use super::client::{CALL_LIMIT, Etcd, PING_INTERVAL, within};
use super::pb::etcdserverpb::AuthenticateRequest;
use super::pb::etcdserverpb::auth_client::AuthClient;
use crate::config::EtcdConf;
use crate::dial::Dial;

/// A configuration that can work, and which of its hosts is in use.
#[derive(Debug)]
pub(super) struct Members {
    conf: EtcdConf,
    dial: Dial,
    at: usize,
}

impl Members {
    /// In random order, so that the instances of a service spread over them. What can be said without etcd is said
    /// here, at the start; everything else is a matter of time.
    pub(super) fn new(conf: &EtcdConf) -> anyhow::Result<Self> {
        ensure!(!conf.key.is_empty(), "Etcd.Key is empty");
        ensure!(!conf.hosts.is_empty(), "Etcd.Hosts is empty");
        for host in &conf.hosts {
            endpoint(host).with_context(|| format!("Etcd.Hosts: `{host}`"))?;
        }
        #[cfg(feature = "tls")]
        let dial = Dial::new(conf.tls().as_ref()).context("Etcd")?;
        #[cfg(not(feature = "tls"))]
        let dial = Dial::new(None)?;
        let mut conf = conf.clone();
        conf.hosts.shuffle(&mut rand::rng());
        Ok(Self { conf, dial, at: 0 })
    }

    pub(super) fn conf(&self) -> &EtcdConf {
        &self.conf
    }

    /// A connection to the member in use, or to the first one after it that takes it.
    pub(super) async fn connect(&mut self) -> anyhow::Result<Etcd> {
        let mut failures = Vec::new();
        for _ in 0..self.conf.hosts.len() {
            let host = &self.conf.hosts[self.at];
            match within(connect(host, &self.dial, &self.conf)).await {
                Ok(etcd) => return Ok(etcd),
                Err(error) => failures.push(format!("{host}: {error:#}")),
            }
            self.advance();
        }
        bail!("no host answers: {}", failures.join("; "))
    }

    /// The next connection goes elsewhere: a member that takes connections may still not answer.
    pub(super) fn advance(&mut self) {
        self.at = (self.at + 1) % self.conf.hosts.len();
    }
}

async fn connect(host: &str, dial: &Dial, conf: &EtcdConf) -> anyhow::Result<Etcd> {
    let channel = dial.connect(endpoint(host)?);
    let token = match conf.account() {
        Some((user, pass)) => Some(authenticate(channel.clone(), user, pass).await?),
        None => None,
    };
    Ok(Etcd::new(channel, token))
}

/// `host:port`, as go-zero has it; a scheme in front is allowed.
fn endpoint(host: &str) -> anyhow::Result<Endpoint> {
    #[cfg(not(feature = "tls"))]
    ensure!(
        !host.starts_with("https://"),
        "needs the feature `tls` of zgen-rt"
    );
    let bare = bare(host);
    ensure!(
        !bare.contains("://") && bare.contains(':'),
        "expected `host:port`"
    );
    let endpoint = Endpoint::from_shared(format!("http://{bare}"))?
        .connect_timeout(CALL_LIMIT)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(CALL_LIMIT);
    Ok(endpoint)
}

pub(super) fn bare(host: &str) -> &str {
    let rest = host.strip_prefix("http://");
    rest.or_else(|| host.strip_prefix("https://"))
        .unwrap_or(host)
}

async fn authenticate(
    channel: Channel,
    user: &str,
    pass: &str,
) -> anyhow::Result<MetadataValue<Ascii>> {
    let request = AuthenticateRequest {
        name: user.to_owned(),
        password: pass.to_owned(),
    };
    let answer = AuthClient::new(channel).authenticate(request).await;
    let token = answer.context("authenticate")?.into_inner().token;
    let mut token: MetadataValue<Ascii> = token.parse().context("authenticate")?;
    token.set_sensitive(true);
    Ok(token)
}
