//! What protects a process from too much work and from what fails (go-zero's `rest/config.go` and
//! `zrpc/config.go`): which layers are there, and their limits.

use serde::{Deserialize, Deserializer};

use super::conf::Millis;

/// The layers around the routes of a gateway that can be left out.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RestMiddlewares {
    pub breaker: bool,
    pub shedding: bool,
    pub max_conns: bool,
}

impl Default for RestMiddlewares {
    fn default() -> Self {
        Self {
            breaker: true,
            shedding: true,
            max_conns: true,
        }
    }
}

/// The layers around the methods of a service that can be left out.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RpcServerMiddlewares {
    pub breaker: bool,
    pub shedding: bool,
}

impl Default for RpcServerMiddlewares {
    fn default() -> Self {
        Self {
            breaker: true,
            shedding: true,
        }
    }
}

/// The layers around the calls of a service that can be left out.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RpcClientMiddlewares {
    pub breaker: bool,
}

impl Default for RpcClientMiddlewares {
    fn default() -> Self {
        Self { breaker: true }
    }
}

/// The time of one method, in place of `Timeout`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MethodTimeoutConf {
    /// `/order.Order/CreateOrder`
    pub full_method: String,
    pub timeout: Millis,
}

/// Which of go-zero's modes a process runs in: in all but `pro` no load is shed, in `dev` and `test` a
/// service describes itself to its callers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    Dev,
    Test,
    Rt,
    Pre,
    #[default]
    Pro,
}

/// How busy the processor may be before load is shed, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuThreshold(u32);

impl CpuThreshold {
    /// The threshold at which this process sheds, if it does.
    #[cfg(any(feature = "http", feature = "rpc-server"))]
    pub(crate) fn of(self, mode: Mode, is_on: bool) -> Option<u32> {
        (is_on && mode == Mode::Pro && self.0 > 0).then_some(self.0)
    }
}

impl Default for CpuThreshold {
    fn default() -> Self {
        Self(900)
    }
}

impl<'de> Deserialize<'de> for CpuThreshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let thousandths = u32::deserialize(deserializer)?;
        if thousandths >= 1000 {
            return Err(serde::de::Error::custom(
                "expected less than 1000, such as 900 for 90 %; 0 is never",
            ));
        }
        Ok(Self(thousandths))
    }
}
