//! Which pages of other origins may call a gateway (go-zero's `rest.WithCors`, as configuration).

use http::{HeaderName, Method};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Defaults are go-zero's (`rest/internal/cors/handlers.go`).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CorsConf {
    /// `https://shop.example.com`, `example.com` with every name below it, or `*`.
    #[serde(deserialize_with = "origins")]
    pub allow_origins: Vec<Origin>,
    #[serde(default = "usual_methods", deserialize_with = "methods")]
    pub allow_methods: Vec<Method>,
    #[serde(default = "usual_headers", deserialize_with = "headers")]
    pub allow_headers: Vec<HeaderName>,
    /// What a page may read besides the few that it always may.
    #[serde(default = "usual_answers", deserialize_with = "headers")]
    pub expose_headers: Vec<HeaderName>,
    /// Whether cookies and HTTP authentication are sent along.
    #[serde(default)]
    pub allow_credentials: bool,
    /// For how many seconds a browser need not ask again.
    #[serde(default = "one_day")]
    pub max_age: u64,
}

/// An entry of `AllowOrigins`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Any,
    /// As a browser sends it.
    Exact(String),
    /// A host, and every one below it, by any scheme; a port counts.
    Domain(String),
}

impl Origin {
    fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let host = match text.split_once("://") {
            Some((_, host)) => host,
            None => &text,
        };
        if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) || text == "null" {
            return None;
        }
        Some(match text.as_str() {
            "*" => Self::Any,
            _ if host.contains('*') => return None,
            exact if exact.contains("://") => Self::Exact(text),
            domain => Self::Domain(domain.to_owned()),
        })
    }

    /// Whether this is about what a browser has sent.
    pub fn covers(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        match self {
            Self::Any => true,
            Self::Exact(known) => *known == origin,
            Self::Domain(domain) => {
                let host = origin.split_once("://").map_or("", |(_, host)| host);
                let above = host.strip_suffix(domain.as_str());
                above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
            }
        }
    }
}

/// With credentials, browsers take `*` for no wildcard at all, and any page could act for its visitor.
pub(super) fn checked<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<CorsConf>, D::Error> {
    let Some(section) = Option::<CorsConf>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let star = |names: &[HeaderName]| names.iter().any(|name| name.as_str() == "*");
    let wild = [
        ("AllowOrigins", section.allow_origins.contains(&Origin::Any)),
        (
            "AllowMethods",
            section.allow_methods.iter().any(|method| method == "*"),
        ),
        ("AllowHeaders", star(&section.allow_headers)),
        ("ExposeHeaders", star(&section.expose_headers)),
    ];
    match wild.iter().find(|(_, is_wild)| *is_wild) {
        Some((key, _)) if section.allow_credentials => Err(D::Error::custom(format!(
            "`{key}: *` does not go with `AllowCredentials`: list what is allowed"
        ))),
        _ => Ok(Some(section)),
    }
}

fn origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Origin>, D::Error> {
    let expected = "an origin is `https://host:port`, a host or `*`, without a path";
    list(deserializer, expected, Origin::parse)
}

fn methods<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Method>, D::Error> {
    list(deserializer, "expected names of methods", |text| {
        text.to_ascii_uppercase().parse().ok()
    })
}

fn headers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<HeaderName>, D::Error> {
    list(deserializer, "expected names of headers", |text| {
        text.parse().ok()
    })
}

fn list<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    expected: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let items: Option<Vec<T>> = texts.iter().map(|text| parse(text.trim())).collect();
    items.ok_or_else(|| D::Error::custom(expected))
}

fn usual_methods() -> Vec<Method> {
    vec![
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PATCH,
        Method::PUT,
        Method::DELETE,
    ]
}

fn usual_headers() -> Vec<HeaderName> {
    [
        "content-type",
        "origin",
        "x-csrf-token",
        "authorization",
        "accesstoken",
        "token",
        "range",
    ]
    .map(HeaderName::from_static)
    .to_vec()
}

fn usual_answers() -> Vec<HeaderName> {
    [
        "content-length",
        "access-control-allow-origin",
        "access-control-allow-headers",
    ]
    .map(HeaderName::from_static)
    .to_vec()
}

fn one_day() -> u64 {
    86_400
}
