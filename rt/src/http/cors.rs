//! What browsers let pages of other origins do (the WHATWG's Fetch standard, section 3.2; go-zero's
//! `rest/internal/cors/handlers.go`).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use crate::config::{CorsConf, Origin};

/// The section of the configuration, its lists as headers.
#[derive(Debug, Clone)]
pub(super) struct Rules(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    origins: Vec<Origin>,
    /// Any page, and no cookies: the answer is the same for all.
    is_open: bool,
    /// Of the answer to a preflight.
    preflight: HeaderMap,
    /// Of every other answer.
    plain: HeaderMap,
}

impl Rules {
    pub(super) fn of(conf: &CorsConf) -> Self {
        let mut preflight = HeaderMap::new();
        let mut plain = HeaderMap::new();
        let methods = conf.allow_methods.iter().map(Method::as_str);
        let headers = |names: &[HeaderName]| list(names.iter().map(HeaderName::as_str));
        let max_age = HeaderValue::from(conf.max_age);
        set(&mut preflight, ACCESS_CONTROL_ALLOW_METHODS, list(methods));
        let allowed = headers(&conf.allow_headers);
        set(&mut preflight, ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        preflight.insert(ACCESS_CONTROL_MAX_AGE, max_age);
        let exposed = headers(&conf.expose_headers);
        set(&mut plain, ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        if conf.allow_credentials {
            for headers in [&mut preflight, &mut plain] {
                let yes = HeaderValue::from_static("true");
                headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
            }
        }
        Self(Arc::new(Inner {
            origins: conf.allow_origins.clone(),
            is_open: conf.allow_origins.contains(&Origin::Any),
            preflight,
            plain,
        }))
    }

    /// What the answer to a page of this origin says.
    fn apply(&self, origin: Option<&HeaderValue>, is_preflight: bool, headers: &mut HeaderMap) {
        let Inner { is_open, .. } = *self.0;
        if !is_open {
            // Caches must not show one page the answer that another has got.
            headers.append(VARY, HeaderValue::from_static("origin"));
        }
        if is_preflight {
            let asked = "access-control-request-method, access-control-request-headers";
            headers.append(VARY, HeaderValue::from_static(asked));
        }
        let Some(origin) = origin else { return };
        let text = origin.to_str().unwrap_or_default();
        if !self.0.origins.iter().any(|known| known.covers(text)) {
            return;
        }
        let shown = if is_open {
            HeaderValue::from_static("*")
        } else {
            origin.clone()
        };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, shown);
        let more = if is_preflight {
            &self.0.preflight
        } else {
            &self.0.plain
        };
        for (name, value) in more {
            headers.insert(name, value.clone());
        }
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: Option<HeaderValue>) {
    if let Some(value) = value {
        headers.insert(name, value);
    }
}

/// Names joined; none: no header.
fn list<'a>(names: impl Iterator<Item = &'a str>) -> Option<HeaderValue> {
    let names: Vec<&str> = names.collect();
    let value = HeaderValue::from_str(&names.join(", ")).ok();
    value.filter(|_| !names.is_empty())
}

/// Answers a browser that asks whether it may, before any route, token or limit of time is looked at; puts on every
/// other answer, errors too, what the page may see of it.
pub(super) async fn cors(State(rules): State<Rules>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(ORIGIN).cloned();
    // An OPTIONS without the question is for the service's own route.
    let is_preflight = request.method() == Method::OPTIONS
        && origin.is_some()
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    rules.apply(origin.as_ref(), is_preflight, response.headers_mut());
    response
}
