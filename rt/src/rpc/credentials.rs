//! What a caller shows with each call (go-zero's `zrpc/internal/auth/credential.go`).

use std::sync::Arc;

use anyhow::Context as _;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::config::RpcClientConf;

/// Headers that are nobody else's business. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Credentials(Option<Arc<[(HeaderName, HeaderValue)]>>);

impl Credentials {
    pub(super) fn of(conf: &RpcClientConf) -> anyhow::Result<Self> {
        let mut all = Vec::new();
        let mut add = |key: &'static str, name: HeaderName, text: &str| {
            let value = HeaderValue::try_from(text);
            let mut value = value
                .ok()
                .with_context(|| format!("{key}: has characters that cannot be in a header"))?;
            value.set_sensitive(true);
            all.push((name, value));
            anyhow::Ok(())
        };
        let given = |text: &Option<crate::config::Secret>| {
            let text = text.as_ref().map(|text| text.expose().to_owned());
            text.filter(|text| !text.is_empty())
        };
        // As go-zero: one alone is none.
        let app = conf.app.clone().filter(|app| !app.is_empty());
        if let (Some(app), Some(token)) = (app, given(&conf.token)) {
            add("App", HeaderName::from_static("app"), &app)?;
            add("Token", HeaderName::from_static("token"), &token)?;
        }
        if let Some(token) = given(&conf.bearer_token) {
            add("BearerToken", AUTHORIZATION, &format!("Bearer {token}"))?;
        }
        Ok(Self((!all.is_empty()).then(|| all.into())))
    }

    /// What the call has already stays.
    pub(super) fn write(&self, headers: &mut HeaderMap) {
        for (name, value) in self.0.iter().flat_map(|all| all.iter()) {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
}
