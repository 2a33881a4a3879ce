//! How a connection is made: account, TLS, limits of time.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
#[cfg(feature = "tls")]
use anyhow::{Context as _, ensure};
use redis::io::tcp::TcpSettings;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _,
    RedisConnectionInfo,
};

use super::LIMIT;
use super::connection::{Connection, Server};
use crate::config::CacheConf;
#[cfg(feature = "tls")]
use crate::config::TlsClientConf;

/// A host that is gone without a word acknowledges nothing.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(5);

/// Who connects, and to which of the databases.
#[derive(Clone, Default)]
pub(super) struct Account {
    user: Option<String>,
    pass: Option<String>,
    db: u32,
}

/// How connections are made, the same to all.
#[derive(Debug, Clone)]
pub(super) struct Lock {
    limit: Duration,
    #[cfg(feature = "tls")]
    tls: Option<TlsClientConf>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("user", &self.user)
            .field("db", &self.db)
            .finish_non_exhaustive()
    }
}

impl Account {
    pub(super) fn new(user: Option<&String>, pass: Option<&String>, db: u32) -> Self {
        Self {
            user: filled(user),
            pass: filled(pass),
            db,
        }
    }

    fn settings(&self) -> RedisConnectionInfo {
        let mut settings = RedisConnectionInfo::default().set_db(self.db.into());
        if let Some(user) = &self.user {
            settings = settings.set_username(user);
        }
        if let Some(pass) = &self.pass {
            settings = settings.set_password(pass);
        }
        settings
    }
}

impl Lock {
    pub(super) async fn open(
        &self,
        server: &Server,
        account: &Account,
    ) -> anyhow::Result<Connection> {
        let client = self.client(self.info(server, account)?)?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.limit))
            .set_response_timeout(Some(LIMIT));
        let opened = client.get_multiplexed_async_connection_with_config(&config);
        // What cannot be opened has been sent nothing: not an error of Redis for who asks.
        match opened.await {
            Ok(connection) => Ok(Connection::One(connection, Arc::new(server.clone()))),
            Err(error) => bail!("{}:{}: {error}", server.0, server.1),
        }
    }

    #[cfg(feature = "redis-cluster")]
    pub(super) async fn open_cluster(
        &self,
        servers: &[Server],
        account: &Account,
    ) -> anyhow::Result<Connection> {
        let infos: anyhow::Result<Vec<_>> = servers
            .iter()
            .map(|server| self.info(server, account))
            .collect();
        let builder = redis::cluster::ClusterClient::builder(infos?)
            .tcp_settings(tcp())
            .connection_timeout(self.limit)
            .response_timeout(LIMIT);
        #[cfg(feature = "tls")]
        let builder = match self.certificates()? {
            Some(certificates) => builder.certs(certificates),
            None => builder,
        };
        let opened = builder.build()?.get_async_connection().await;
        match opened {
            Ok(connection) => Ok(Connection::Cluster(connection, Arc::default())),
            Err(error) => bail!("no node of the cluster: {error}"),
        }
    }

    fn info(&self, (host, port): &Server, account: &Account) -> anyhow::Result<ConnectionInfo> {
        let (host, port) = (host.clone(), *port);
        let address = ConnectionAddr::Tcp(host, port);
        #[cfg(feature = "tls")]
        let address = match (&self.tls, address) {
            (Some(tls), ConnectionAddr::Tcp(host, port)) => ConnectionAddr::TcpTls {
                host,
                port,
                insecure: tls.insecure_skip_verify,
                tls_params: None,
            },
            (_, address) => address,
        };
        let info = address.into_connection_info()?;
        Ok(info
            .set_redis_settings(account.settings())
            .set_tcp_settings(tcp()))
    }

    #[cfg(not(feature = "tls"))]
    pub(super) fn of(conf: &CacheConf) -> anyhow::Result<Self> {
        let limit = conf.ping_timeout.duration();
        Ok(Self { limit })
    }

    #[cfg(not(feature = "tls"))]
    fn client(&self, info: ConnectionInfo) -> anyhow::Result<Client> {
        Ok(Client::open(info)?)
    }
}

#[cfg(feature = "tls")]
impl Lock {
    pub(super) fn of(conf: &CacheConf) -> anyhow::Result<Self> {
        let files = TlsClientConf {
            ca_cert_file: conf.ca_cert_file.clone(),
            cert_file: conf.cert_file.clone(),
            key_file: conf.key_file.clone(),
            server_name: None,
            insecure_skip_verify: conf.insecure_skip_verify,
        };
        ensure!(
            conf.tls || files == TlsClientConf::default(),
            "Redis.Tls: certificates do nothing without `Tls: true`"
        );
        let lock = Self {
            limit: conf.ping_timeout.duration(),
            tls: conf.tls.then_some(files),
        };
        // What is in the files is said at the start.
        if let Some(files) = &lock.tls {
            crate::tls::Connector::new(files, &[]).context("Redis")?;
        }
        Ok(lock)
    }

    fn client(&self, info: ConnectionInfo) -> anyhow::Result<Client> {
        Ok(match self.certificates()? {
            Some(certificates) => Client::build_with_tls(info, certificates)?,
            None => Client::open(info)?,
        })
    }

    /// Read for each new connection, so that renewed ones are taken up.
    fn certificates(&self) -> anyhow::Result<Option<redis::TlsCertificates>> {
        let Some(tls) = &self.tls else {
            return Ok(None);
        };
        crate::tls::prefer_ring();
        let read = |path: &Option<std::path::PathBuf>| {
            let path = path.as_ref();
            path.map(|path| std::fs::read(path).with_context(|| path.display().to_string()))
                .transpose()
        };
        let (cert, key) = (read(&tls.cert_file)?, read(&tls.key_file)?);
        Ok(Some(redis::TlsCertificates {
            client_tls: cert
                .zip(key)
                .map(|(client_cert, client_key)| redis::ClientTlsConfig {
                    client_cert,
                    client_key,
                }),
            root_cert: read(&tls.ca_cert_file)?,
        }))
    }
}

fn tcp() -> TcpSettings {
    let settings = TcpSettings::default().set_nodelay(true);
    #[cfg(target_os = "linux")]
    let settings = settings.set_user_timeout(UNACKNOWLEDGED);
    settings
}

/// Empty is what `${REDIS_PASS:-}` gives, and nothing.
fn filled(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).cloned()
}
