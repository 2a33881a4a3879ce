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
mod de;
mod expand;
mod file;

#[cfg(feature = "jwt")]
pub use self::conf::JwtConf;
pub use self::conf::{
    CacheConf, DatabaseConf, DevServerConf, Encoding, EtcdConf, Level, LogConf, Millis, RestConf,
    RpcClientConf, RpcServerConf, ShutdownConf, TelemetryConf,
};
pub use self::file::{ConfigFile, Error};
