//! The descriptions and options of one workspace.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use super::{Deploy, Patterns};
use crate::model::Dialect;

/// The descriptions of one workspace. Paths are relative to the workspace's directory in `zgen.yaml`, and
/// to the current directory once `project::resolve` has been over them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Inputs {
    pub api: Vec<ApiInput>,
    pub rpc: Vec<RpcInput>,
    pub model: Vec<ModelInput>,
}

impl Inputs {
    /// One gateway and nothing else.
    pub fn of_api(file: impl Into<Utf8PathBuf>) -> Self {
        Self {
            api: vec![ApiInput::of(file)],
            ..Self::default()
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
    /// Which tables of the DDL are taken, and how.
    #[serde(default, skip_serializing_if = "TableOptions::is_default")]
    pub tables: TableOptions,
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

/// Tables without a service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelInput {
    /// Of the crate, without `-store`.
    pub name: String,
    /// DDL of the tables.
    pub sql: Vec<Utf8PathBuf>,
    /// Whose words the DDL is in, where it does not tell by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialect: Option<Dialect>,
    /// Which of them are taken, and how.
    #[serde(default, skip_serializing_if = "TableOptions::is_default")]
    pub tables: TableOptions,
}

/// Which tables of a DDL are taken, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct TableOptions {
    /// Names with `*`; none: all tables.
    pub only: Vec<String>,
    /// Columns that are read and never written.
    pub ignore_columns: Vec<String>,
    /// What the names of types and modules leave out of those of tables, such as `t_`.
    pub prefix: Option<String>,
    /// Whether rows are kept in the cache; they are, unless it is said.
    pub cache: Option<bool>,
}

impl TableOptions {
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether one of the names in `only` is meant for the table.
    pub fn names(&self, table: &str) -> bool {
        Patterns::new(self.only.clone()).matches(table.into())
    }

    /// These, and where they say nothing, the others.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let either = |these: Vec<String>, others| if these.is_empty() { others } else { these };
        Self {
            only: either(self.only, other.only),
            ignore_columns: either(self.ignore_columns, other.ignore_columns),
            prefix: self.prefix.or(other.prefix),
            cache: self.cache.or(other.cache),
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
