//! Configuration in go-zero's shape: YAML, keys in any case, `${VAR}` and `${VAR:-default}`, and environment
//! variables above the file (`ORDER_API__PORT=9000`).
//!
//! ```yaml
//! Name: order-api
//! Port: 8888
//! OrderRpc:
//!   Endpoints: [127.0.0.1:8080]
//! ```

mod conf;
#[cfg(feature = "http")]
mod cors;
mod de;
mod expand;
mod file;
mod limits;
mod needs;
mod protect;
mod rate;
mod redis;
mod rest;
mod retry;
mod rpc;
mod secret;
mod telemetry;
mod tls;

pub use self::conf::{
    DatabaseConf, DevServerConf, Encoding, EtcdConf, Level, LogConf, Millis, ReadyWhen,
    ShutdownConf,
};
#[cfg(feature = "http")]
pub use self::cors::{CorsConf, Origin};
pub use self::file::{ConfigFile, Error};
pub use self::limits::LimitsConf;
pub use self::protect::{
    CpuThreshold, MethodTimeoutConf, Mode, RestMiddlewares, RpcClientMiddlewares,
    RpcServerMiddlewares,
};
pub use self::rate::{By, Rate, RateLimitConf, RouteRateConf};
pub use self::redis::{CacheConf, RedisType};
#[cfg(feature = "jwt")]
pub use self::rest::JwtConf;
pub use self::rest::RestConf;
#[cfg(feature = "signature")]
pub use self::rest::{PrivateKeyConf, SignatureConf};
pub use self::retry::{BalancerName, RetryConf};
pub use self::rpc::{RpcClientConf, RpcServerConf};
pub use self::secret::Secret;
pub use self::telemetry::{Batcher, Compression, PriorityConf, TelemetryConf};
pub use self::tls::{TlsClientConf, TlsServerConf};
