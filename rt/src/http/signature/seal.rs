//! The header `X-Content-Security` and what it says of a request (go-zero's `rest/internal/security`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_lc_rs::{digest, hmac};
use axum::http::Uri;
use axum::http::request::Parts;
use percent_encoding::percent_decode_str;

use super::keys::Keys;
use crate::base64;
use crate::time::unix_now;

/// Why a signature does not count.
type Reason = &'static str;

/// What the header of a request held that is signed.
pub(super) struct Seal {
    pub(super) key: Vec<u8>,
    /// Whether the body is encrypted with the same key.
    pub(super) is_encrypted: bool,
}

impl Seal {
    pub(super) fn open(keys: &Keys, parts: &Parts, body: &[u8]) -> Result<Self, Reason> {
        let header = parts.headers.get("x-content-security");
        let header = header.ok_or("there is no X-Content-Security")?;
        let fields = attributes(header.to_str().unwrap_or_default());
        let field = |name| fields.get(name).copied().unwrap_or_default();
        let (fingerprint, sealed) = (field("key"), field("secret"));
        let signature = base64::decode(field("signature")).unwrap_or_default();
        if fingerprint.is_empty() || sealed.is_empty() || signature.is_empty() {
            return Err("X-Content-Security lacks a part");
        }
        let private = keys.find(fingerprint).ok_or("no key of this name")?;
        // From here on all is done whatever goes wrong: how long a refusal takes must not tell whether the secret
        // had the right padding.
        let opened = private.open(sealed);
        let secret = Secret::of(opened.as_deref().unwrap_or_default());
        let is_signed = hmac::verify(
            &hmac::Key::new(hmac::HMAC_SHA256, &secret.key),
            &signed(keys, &secret.time, parts, body),
            &signature,
        );
        let is_timely = secret.time.parse().is_ok_and(|time: i64| {
            let apart = unix_now().abs_diff(time);
            apart <= keys.tolerance().as_secs()
        });
        let kind = secret.kind.ok_or("the secret cannot be read")?;
        match (is_signed.is_ok(), is_timely) {
            (false, _) => Err("the signature is another one"),
            (true, false) => Err("the time is too far away"),
            (true, true) => Ok(Self {
                key: secret.key,
                is_encrypted: kind == 1,
            }),
        }
    }
}

/// `type=0; key=<base64>; time=<unix seconds>`
struct Secret {
    /// `None`: it was not readable.
    kind: Option<i32>,
    key: Vec<u8>,
    time: String,
}

impl Secret {
    fn of(bytes: &[u8]) -> Self {
        let fields = attributes(std::str::from_utf8(bytes).unwrap_or_default());
        let field = |name| fields.get(name).copied().unwrap_or_default();
        let key = base64::decode(field("key")).filter(|key| !key.is_empty());
        Self {
            kind: field("type").parse().ok().filter(|_| key.is_some()),
            key: key.unwrap_or_default(),
            time: field("time").to_owned(),
        }
    }
}

/// `a=1; b=2`
fn attributes(text: &str) -> BTreeMap<&str, &str> {
    let parts = text.split(';').map(str::trim);
    parts.filter_map(|part| part.split_once('=')).collect()
}

/// What the signature is over.
fn signed(keys: &Keys, time: &str, parts: &Parts, body: &[u8]) -> Vec<u8> {
    let named: Option<Uri> = (parts.headers.get("x-request-uri"))
        .filter(|_| keys.trusts_request_uri())
        .and_then(|uri| uri.to_str().ok()?.parse().ok());
    let uri = named.as_ref().unwrap_or(&parts.uri);
    let mut content = format!("{time}\n{}\n", parts.method).into_bytes();
    // As Go's `URL.Path` has it.
    content.extend(percent_decode_str(uri.path()));
    let mut end = format!("\n{}\n", uri.query().unwrap_or_default());
    for byte in digest::digest(&digest::SHA256, body).as_ref() {
        let _ = write!(end, "{byte:02x}");
    }
    content.extend(end.into_bytes());
    content
}
