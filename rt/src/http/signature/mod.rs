//! Requests that callers sign (go-zero's `rest/handler/contentsecurityhandler.go`).
//!
//! `X-Content-Security: key=<fingerprint>; secret=<sealed>; signature=<mac>`: the secret, sealed with the public half
//! of one of the gateway's RSA keys, holds a key and a time; the signature is an HMAC-SHA256 with that key over time,
//! method, path, query and the hash of the body.

mod cipher;
mod keys;
mod seal;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;

pub use self::keys::Keys;
use self::seal::Seal;
use super::bind;
use super::refusal::Refusal;
use crate::Code;

/// Lets a request pass that is signed; without `Strict`, every other one, too.
pub async fn check<E: From<Refusal>>(
    State(keys): State<Keys>,
    request: Request,
    next: Next,
) -> Result<Response, E> {
    let (parts, body) = request.into_parts();
    // The hash is over all of it, so it is read here, within the limit of the route.
    let body = bind::read(&parts, body).await?;
    match Seal::open(&keys, &parts, &body) {
        Ok(seal) if seal.is_encrypted && !body.is_empty() => {
            encrypted(&seal.key, parts, &body, next)
                .await
                .map_err(E::from)
        }
        Err(reason) if keys.is_strict() => Err(refused(reason).into()),
        opened => {
            if let Err(reason) = opened {
                tracing::info!(reason, "a request without a valid signature has passed");
            }
            Ok(next.run(Request::from_parts(parts, body.into())).await)
        }
    }
}

/// Why is for the log: it would tell a forger what to mend.
fn refused(reason: &'static str) -> Refusal {
    tracing::debug!(reason, "a signature was refused");
    let message = "the signature is missing or not valid";
    Refusal::new(Code::PermissionDenied, message)
}

/// A body that came encrypted is answered with one (go-zero's `rest/handler/cryptionhandler.go`).
async fn encrypted(
    key: &[u8],
    mut parts: Parts,
    body: &[u8],
    next: Next,
) -> Result<Response, Refusal> {
    let body = cipher::decrypt(key, body)
        .ok_or_else(|| Refusal::new(Code::InvalidArgument, "the body could not be decrypted"))?;
    if parts.headers.contains_key(CONTENT_LENGTH) {
        let length = HeaderValue::from(body.len());
        parts.headers.insert(CONTENT_LENGTH, length);
    }
    let response = next.run(Request::from_parts(parts, body.into())).await;
    let (mut parts, body) = response.into_parts();
    let plain: Bytes = axum::body::to_bytes(body, usize::MAX)
        .await
        .map_err(|_| Refusal::new(Code::Internal, "internal error"))?;
    let sealed = if plain.is_empty() {
        String::new()
    } else {
        cipher::encrypt(key, &plain)
            .ok_or_else(|| Refusal::new(Code::Internal, "internal error"))?
    };
    parts.headers.remove(CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(sealed)))
}
