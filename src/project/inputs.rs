//! The descriptions and options of one workspace.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use super::Deploy;
use crate::model::Dialect;

/// The descriptions of one workspace. Paths are relative to the workspace's directory in `zgen.yaml`, and
/// to the current directory once `project::resolve` has been over them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Inputs {
    pub api: Vec<ApiInput>,
    pub rpc: Vec<RpcInput>,
}

impl Inputs {
    /// One gateway and nothing else.
    pub fn of_api(file: impl Into<Utf8PathBuf>) -> Self {
        Self {
            api: vec![ApiInput::of(file)],
            rpc: Vec::new(),
        }
    }
}

/// One gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiInput {
    /// The root `.api` file.
    pub file: Utf8PathBuf,
    /// `.proto` files of services that this gateway calls but that this workspace does not contain
    /// (a service that stays in Go, say): client only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rpc: Vec<Utf8PathBuf>,
    /// Which rpc method answers which handler, where their names differ: `CreateOrder: order.Order.PlaceOrder`. Says
    /// the same as `rpc:` in a route's `@doc`, for descriptions that are not one's own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub calls: BTreeMap<String, String>,
}

impl ApiInput {
    /// That calls no service of another workspace, and none by other names.
    pub fn of(file: impl Into<Utf8PathBuf>) -> Self {
        Self {
            file: file.into(),
            ..Self::default()
        }
    }
}

/// One service process, or a part of one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RpcInput {
    /// The root `.proto` file.
    pub file: Utf8PathBuf,
    /// Import folders (`-I`), searched after the file's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<Utf8PathBuf>,
    /// DDL of the tables that the service owns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sql: Vec<Utf8PathBuf>,
    /// Whose words the DDL is in, where it does not tell by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialect: Option<Dialect>,
    /// The process that serves the file together with all others of this name; without it the file has a process of
    /// its own, named after its package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
    /// Whether messages are serde's, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub serde: bool,
}

impl RpcInput {
    /// A file that stands for itself.
    pub fn of(file: impl Into<Utf8PathBuf>) -> Self {
        Self {
            file: file.into(),
            ..Self::default()
        }
    }
}

/// Choices in `zgen.yaml` that shape what is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Kubernetes namespace and `service.namespace` of the deployed services.
    pub namespace: String,
    /// Registry and path before the image names, such as `registry.example.com/shop`.
    pub registry: String,
    /// Whether gateways answer `{"code": .., "msg": .., "data": ..}`, errors too.
    pub envelope: bool,
    /// A section of its own in `zgen.yaml`.
    #[serde(skip)]
    pub deploy: Deploy,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            namespace: "microservices".to_owned(),
            registry: "registry.example.com".to_owned(),
            envelope: false,
            deploy: Deploy::default(),
        }
    }
}
