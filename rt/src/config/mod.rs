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
mod protect;
mod rest;
mod telemetry;

pub use self::conf::{
    CacheConf, DatabaseConf, DevServerConf, Encoding, EtcdConf, Level, LogConf, Millis,
    RpcClientConf, RpcServerConf, ShutdownConf,
};
#[cfg(feature = "http")]
pub use self::cors::{CorsConf, Origin};
pub use self::file::{ConfigFile, Error};
pub use self::protect::{
    CpuThreshold, MethodTimeoutConf, Mode, RestMiddlewares, RpcClientMiddlewares,
    RpcServerMiddlewares,
};
#[cfg(feature = "jwt")]
pub use self::rest::JwtConf;
pub use self::rest::RestConf;
#[cfg(feature = "signature")]
pub use self::rest::{PrivateKeyConf, SignatureConf};
pub use self::telemetry::{Batcher, Compression, PriorityConf, TelemetryConf};
