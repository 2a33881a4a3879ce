//! Who may call: `jwt`, `signature`, and what `authType` and `securityDefinitionsFromJson` say.

use indexmap::IndexMap;
use serde_json::Value;

use super::components::valid;
use super::document::{Flow, Operation, SecurityScheme};
use super::keys::{Keys, is_link};
use crate::model::{Gateway, Group};

const BEARER: &str = "bearerAuth";
const SIGNATURE: &str = "signature";

/// The schemes that a description knows.
pub(super) struct Security(IndexMap<String, SecurityScheme>);

impl Security {
    pub(super) fn of(gateway: &Gateway) -> Self {
        let mut schemes = IndexMap::new();
        let written = Keys(&gateway.info).text("securityDefinitionsFromJson");
        // As in goctl, what is no JSON defines nothing.
        let written = written.and_then(|text| serde_json::from_str::<Value>(text).ok());
        for (name, definition) in written
            .as_ref()
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            if let Some(scheme) = scheme(definition) {
                schemes.insert(valid(name), scheme);
            }
        }
        schemes.entry(BEARER.to_owned()).or_insert_with(bearer);
        schemes
            .entry(SIGNATURE.to_owned())
            .or_insert_with(signature);
        Self(schemes)
    }

    /// What requests to a group show: everything that it names.
    pub(super) fn of_group(&self, group: &Group) -> Vec<IndexMap<String, Vec<String>>> {
        let mut needed = IndexMap::new();
        let has_token = group.jwt.is_some() || group.jwt_transition.is_some();
        if has_token {
            needed.insert(BEARER.to_owned(), Vec::new());
        }
        if group.signature {
            needed.insert(SIGNATURE.to_owned(), Vec::new());
        }
        let named = Keys(&group.properties).text("authType").map(valid);
        if let Some((name, scheme)) = named.and_then(|name| self.0.get_key_value(&name))
            && !(has_token && is_token(scheme))
        {
            needed.insert(name.clone(), Vec::new());
        }
        if needed.is_empty() {
            Vec::new()
        } else {
            vec![needed]
        }
    }

    /// The schemes that some operation needs.
    pub(super) fn used(
        self,
        paths: &IndexMap<String, IndexMap<&'static str, Operation>>,
    ) -> IndexMap<String, SecurityScheme> {
        let operations = || paths.values().flat_map(IndexMap::values);
        let is_used = |name: &String| {
            let mut needs = operations().flat_map(|operation| &operation.security);
            needs.any(|need| need.contains_key(name))
        };
        let schemes = self.0.into_iter();
        schemes.filter(|(name, _)| is_used(name)).collect()
    }
}

fn bearer() -> SecurityScheme {
    SecurityScheme::Http {
        description: None,
        scheme: "bearer",
        bearer_format: Some("JWT"),
    }
}

fn signature() -> SecurityScheme {
    SecurityScheme::ApiKey {
        description: Some(
            "`key=..; secret=..; signature=..`: the request, signed as go-zero signs it."
                .to_owned(),
        ),
        name: "X-Content-Security".to_owned(),
        place: "header",
    }
}

/// Another word for the token that `jwt` asks for already.
fn is_token(scheme: &SecurityScheme) -> bool {
    match scheme {
        SecurityScheme::ApiKey { name, place, .. } => {
            *place == "header" && name.eq_ignore_ascii_case("Authorization")
        }
        SecurityScheme::Http { .. } => true,
        SecurityScheme::Oauth2 { .. } => false,
    }
}

/// A definition of Swagger 2.0 in 3.1's words. `None` where it is none.
fn scheme(definition: &Value) -> Option<SecurityScheme> {
    let text = |key: &str| definition[key].as_str().map(str::to_owned);
    let description = text("description");
    Some(match definition["type"].as_str()? {
        "basic" => SecurityScheme::Http {
            description,
            scheme: "basic",
            bearer_format: None,
        },
        // Version 3's own word, for descriptions that use it already.
        "http" => SecurityScheme::Http {
            description,
            scheme: match definition["scheme"].as_str()?.to_ascii_lowercase().as_str() {
                "bearer" => "bearer",
                "basic" => "basic",
                _ => return None,
            },
            bearer_format: None,
        },
        "apiKey" => SecurityScheme::ApiKey {
            description,
            name: text("name")?,
            place: match definition["in"].as_str()? {
                "header" => "header",
                "query" => "query",
                "cookie" => "cookie",
                _ => return None,
            },
        },
        "oauth2" => oauth2(definition, description)?,
        _ => return None,
    })
}

fn oauth2(definition: &Value, description: Option<String>) -> Option<SecurityScheme> {
    let link = |key: &str| {
        let link = definition[key].as_str().filter(|text| is_link(text));
        link.map(str::to_owned)
    };
    let (name, asks, gives) = match definition["flow"].as_str()? {
        "implicit" => ("implicit", true, false),
        "password" => ("password", false, true),
        "application" => ("clientCredentials", false, true),
        "accessCode" => ("authorizationCode", true, true),
        _ => return None,
    };
    let (authorization_url, token_url) = (link("authorizationUrl"), link("tokenUrl"));
    if asks && authorization_url.is_none() || gives && token_url.is_none() {
        return None;
    }
    let scopes = definition["scopes"].as_object().into_iter().flatten();
    let flow = Flow {
        authorization_url: authorization_url.filter(|_| asks),
        token_url: token_url.filter(|_| gives),
        scopes: scopes
            .map(|(name, what)| (name.clone(), what.as_str().unwrap_or_default().to_owned()))
            .collect(),
    };
    Some(SecurityScheme::Oauth2 {
        description,
        flows: std::iter::once((name, flow)).collect(),
    })
}
