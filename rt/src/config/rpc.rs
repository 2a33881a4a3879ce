//! The sections of a service and of who calls it (go-zero's `zrpc/config.go`).

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::conf::{DevServerConf, EtcdConf, LogConf, Millis, ShutdownConf, millis, yes};
use super::limits::{self, LimitsConf};
use super::needs;
use super::protect::{
    CpuThreshold, MethodTimeoutConf, Mode, RpcClientMiddlewares, RpcServerMiddlewares,
};
use super::rate::RateLimitConf;
use super::redis::CacheConf;
use super::retry::{BalancerName, RetryConf};
use super::secret::Secret;
use super::telemetry::TelemetryConf;
use super::tls::{TlsClientConf, TlsServerConf};

/// The top level of a service's file (go-zero's `zrpc.RpcServerConf`).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RpcServerConf {
    pub name: String,
    /// `0.0.0.0:8080`
    pub listen_on: String,
    /// With `key_file`: TLS.
    #[serde(default, deserialize_with = "needs::tls_file")]
    pub cert_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "needs::tls_file")]
    pub key_file: Option<PathBuf>,
    /// Certificates of those who sign the certificates of callers, which each must show then.
    #[serde(default, rename = "ClientCAFile", deserialize_with = "needs::tls_file")]
    pub client_ca_file: Option<PathBuf>,
    /// Of connections.
    #[serde(default = "limits::of_rpc", deserialize_with = "limits::rpc")]
    pub limits: LimitsConf,
    #[serde(default)]
    pub mode: Mode,
    /// Of one call; 0 is none.
    #[serde(default = "millis::<2000>")]
    pub timeout: Millis,
    /// Of calls of single methods.
    #[serde(default)]
    pub method_timeouts: Vec<MethodTimeoutConf>,
    #[serde(default)]
    pub cpu_threshold: CpuThreshold,
    #[serde(default)]
    pub middlewares: RpcServerMiddlewares,
    /// Serve `grpc.health.v1`.
    #[serde(default = "yes")]
    pub health: bool,
    /// How often callers may call; without the section, as often as they like.
    pub rate_limit: Option<RateLimitConf>,
    /// Serve only callers that show who they are.
    #[serde(default)]
    pub auth: bool,
    /// Where their tokens are, in the hash at `Key`.
    pub redis: Option<CacheConf>,
    /// Whether callers are refused that cannot be checked while Redis is away.
    #[serde(default)]
    pub strict_control: bool,
    /// Tokens by app, besides those in Redis.
    #[serde(default)]
    pub apps: BTreeMap<String, Secret>,
    /// Each good by itself; two of them while one takes the place of the other.
    #[serde(default)]
    pub bearer_tokens: Vec<Secret>,
    /// Where to register.
    pub etcd: Option<EtcdConf>,
    #[serde(default)]
    pub log: LogConf,
    #[serde(alias = "Telemetry")]
    pub open_telemetry: Option<TelemetryConf>,
    pub dev_server: Option<DevServerConf>,
    #[serde(default)]
    pub shutdown: ShutdownConf,
}

impl RpcServerConf {
    /// The files of TLS.
    pub fn tls(&self) -> TlsServerConf {
        TlsServerConf {
            cert_file: self.cert_file.clone(),
            key_file: self.key_file.clone(),
            client_ca_file: self.client_ca_file.clone(),
        }
    }
}

/// How a caller finds and calls a service (go-zero's `zrpc.RpcClientConf`). `Endpoints` wins over `Target`,
/// `Target` over `Etcd`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RpcClientConf {
    /// `host:port`, as they are.
    pub endpoints: Vec<String>,
    /// `dns:///order-rpc:8080`: every address that the name has, looked up again as time goes by.
    pub target: Option<String>,
    pub etcd: Option<EtcdConf>,
    /// With the section, even an empty one, calls go over TLS.
    #[serde(deserialize_with = "needs::tls_section")]
    pub tls: Option<TlsClientConf>,
    /// Who calls, with `token`: for a service with `Auth`.
    pub app: Option<String>,
    pub token: Option<Secret>,
    /// The same as a bearer token.
    pub bearer_token: Option<Secret>,
    /// Of one call; 0 is none.
    #[serde(default = "millis::<2000>")]
    pub timeout: Millis,
    pub middlewares: RpcClientMiddlewares,
    /// When calls are made again; without the section, never.
    pub retry: Option<RetryConf>,
    pub balancer_name: BalancerName,
    /// The metadata that holds the key of a call for `consistent_hash`, if it is not set in code.
    pub hash_key: Option<String>,
}
