//! Requests that are recorded whatever the share says: by a header, their route or an attribute.

use anyhow::{Context as _, bail, ensure};
use http::{HeaderMap, HeaderName};

use super::attr;
use crate::config::PriorityConf;

/// The attributes that a rule may ask for: what is known before a request is let in.
pub(crate) const PRIORITY_ATTRIBUTES: [&str; 4] = [
    attr::HTTP_REQUEST_METHOD,
    attr::HTTP_ROUTE,
    attr::RPC_METHOD,
    attr::URL_PATH,
];

/// What is known of a request at the door.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door<'a> {
    pub(crate) headers: &'a HeaderMap,
    /// The route's template, or `/order.Order/CreateOrder`.
    pub(crate) route: Option<&'a str>,
    /// Some of [`PRIORITY_ATTRIBUTES`].
    pub(crate) attributes: &'a [(&'static str, &'a str)],
}

#[derive(Debug)]
pub(super) enum Rule {
    Header {
        name: HeaderName,
        values: Vec<String>,
    },
    /// With `is_prefix`, the beginning of the route.
    Route {
        route: String,
        is_prefix: bool,
    },
    Attribute {
        key: String,
        values: Vec<String>,
    },
}

impl Rule {
    pub(super) fn of(conf: &PriorityConf) -> anyhow::Result<Self> {
        match (&conf.header, &conf.route, &conf.attribute) {
            (Some(name), None, None) => Ok(Self::Header {
                name: HeaderName::try_from(name.as_str()).context("Header: no name of a header")?,
                values: conf.values.clone(),
            }),
            (None, Some(route), None) => {
                ensure!(conf.values.is_empty(), "Values: a route has none");
                let beginning = route.strip_suffix('*');
                Ok(Self::Route {
                    route: beginning.unwrap_or(route).to_owned(),
                    is_prefix: beginning.is_some(),
                })
            }
            (None, None, Some(key)) => Ok(Self::Attribute {
                key: key.clone(),
                values: conf.values.clone(),
            }),
            _ => bail!("expected one of `Header`, `Route` and `Attribute`"),
        }
    }

    pub(super) fn applies(&self, door: &Door<'_>) -> bool {
        let listed = |values: &[String], value: &[u8]| {
            values.is_empty() || values.iter().any(|one| one.as_bytes() == value)
        };
        match self {
            Self::Header { name, values } => {
                let mut sent = door.headers.get_all(name).iter();
                sent.any(|value| listed(values, value.as_bytes()))
            }
            Self::Route { route, is_prefix } => door.route.is_some_and(|here| {
                here == route || (*is_prefix && here.starts_with(route.as_str()))
            }),
            Self::Attribute { key, values } => {
                let mut known = door.attributes.iter();
                known.any(|(name, value)| name == key && listed(values, value.as_bytes()))
            }
        }
    }
}
