//! Bearer tokens (RFC 7519) with a shared secret, as go-zero's `rest/handler/authhandler.go` takes them: HS256, HS384
//! and HS512, with or without `Bearer ` before the token, and a previous secret while one is replaced.

mod hmac;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::Code;
use crate::config::JwtConf;
use crate::time::unix_now;

/// Clocks differ by this many seconds.
const LEEWAY: u64 = 60;

/// The secrets of one section of the configuration, ready to check with.
#[derive(Clone)]
pub struct Keys {
    keys: Arc<[DecodingKey]>,
    validation: Arc<Validation>,
}

impl Keys {
    pub fn of(conf: &JwtConf) -> Self {
        hmac::install();
        let secrets = [Some(&conf.access_secret), conf.prev_secret.as_ref()];
        let keys = secrets.into_iter().flatten();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.algorithms = vec![Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        // go-zero checks no audience, and takes a token without an expiry.
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Self {
            keys: keys
                .map(|secret| DecodingKey::from_secret(secret.as_bytes()))
                .collect(),
            validation: Arc::new(validation),
        }
    }

    /// What a token says, if it is to be believed.
    pub fn verify<C: DeserializeOwned>(&self, token: &str) -> Result<C, Refusal> {
        let decode = |key| jsonwebtoken::decode::<Value>(token, key, &self.validation);
        let mut found = Err(refused("no secret is configured"));
        for key in self.keys.iter() {
            found = decode(key).map_err(|error| refused(error.to_string()));
            if found.is_ok() {
                break;
            }
        }
        let claims = found?.claims;
        // Issued in the future: forged, or by a clock that is wrong.
        let issued = claims.get("iat").and_then(Value::as_f64);
        // Seconds since 1970 are exact in 53 bits.
        #[allow(clippy::cast_precision_loss)]
        let latest = unix_now() as f64 + LEEWAY as f64;
        if issued.is_some_and(|issued| issued > latest) {
            return Err(refused("ImmatureSignature"));
        }
        serde_json::from_value(claims).map_err(|error| refused(format!("claims: {error}")))
    }
}

/// Why is for the log: it would tell a forger what to mend.
fn refused(reason: impl AsRef<str>) -> Refusal {
    tracing::debug!(reason = reason.as_ref(), "a token was refused");
    Refusal::new(Code::Unauthenticated, "the token is missing or not valid")
}

/// Lets a request pass that shows a valid token, with the claims in its extensions.
pub async fn check<C, E>(
    State(keys): State<Keys>,
    mut request: Request,
    next: Next,
) -> Result<Response, E>
where
    C: DeserializeOwned + Clone + Send + Sync + 'static,
    E: From<Refusal>,
{
    let header = request.headers().get(AUTHORIZATION);
    let text = header.and_then(|value| value.to_str().ok()).unwrap_or("");
    let claims: C = keys.verify(bearer(text))?;
    request.extensions_mut().insert(claims);
    Ok(next.run(request).await)
}

fn bearer(text: &str) -> &str {
    match text.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer ") => token.trim(),
        _ => text.trim(),
    }
}

/// A new token with these claims, and `iat` and `exp` by the configuration's `AccessExpire`.
pub fn issue(conf: &JwtConf, claims: &impl Serialize) -> anyhow::Result<String> {
    hmac::install();
    let mut claims: Map<String, Value> = match serde_json::to_value(claims)? {
        Value::Object(claims) => claims,
        other => anyhow::bail!("claims are an object, not {other}"),
    };
    let now = unix_now();
    claims.insert("iat".to_owned(), now.into());
    claims.insert("exp".to_owned(), (now + conf.access_expire).into());
    let key = EncodingKey::from_secret(conf.access_secret.as_bytes());
    Ok(jsonwebtoken::encode(&Header::default(), &claims, &key)?)
}
