//! What browsers are told about pages of other origins.
#![cfg(feature = "http")]

mod support;

use axum::Router;
use axum::routing::{get, options, post};
use http::StatusCode;
use support::{Refused, request, rest_conf, send};
use zgen_rt::config::{ConfigFile, RestConf};
use zgen_rt::http::stack;
use zgen_rt::lifecycle::Readiness;

fn conf(section: &str) -> Result<RestConf, zgen_rt::config::Error> {
    let text = format!("{{Name: it, Port: 0, Cors: {section}}}");
    ConfigFile::from_yaml(&text)?.root()
}

fn app(conf: &RestConf) -> Router {
    let routes = Router::new()
        .route("/get", get(async || "got"))
        .route("/post", post(async || "posted"))
        .route("/options", options(async || "mine"))
        .route("/late", get(std::future::pending::<()>));
    stack::<Refused, _>(routes, conf, &Readiness::default())
}

const SHOP: &str =
    "{AllowOrigins: [https://shop.example.com, example.org], AllowCredentials: true, MaxAge: 60}";
const OPEN: &str = "{AllowOrigins: '*', AllowMethods: [get, 'x-own'], ExposeHeaders: []}";

/// Section, method, path, origin, the method asked for; status, allowed origin, the start of another header.
const ROWS: &str = "
shop | GET     | /get     | https://shop.example.com  |      | 200 | https://shop.example.com  | vary: origin
shop | GET     | /get     | https://shop.example.com  |      | 200 | https://shop.example.com  | access-control-allow-credentials: true
shop | GET     | /get     | HTTPS://SHOP.example.com  |      | 200 | HTTPS://SHOP.example.com  | access-control-expose-headers: content-length, access-control-allow-origin
shop | GET     | /get     | http://shop.example.com   |      | 200 |                           | vary: origin
shop | GET     | /get     | http://example.org        |      | 200 | http://example.org        |
shop | GET     | /get     | https://a.b.example.org   |      | 200 | https://a.b.example.org   |
shop | GET     | /get     | https://evil-example.org  |      | 200 |                           |
shop | GET     | /get     | https://example.org.evil  |      | 200 |                           |
shop | GET     | /get     | https://example.org:8443  |      | 200 |                           |
shop | GET     | /get     | null                      |      | 200 |                           |
shop | GET     | /get     |                           |      | 200 |                           | vary: origin
shop | GET     | /none    | https://example.org       |      | 404 | https://example.org       |
shop | GET     | /late    | https://example.org       |      | 503 | https://example.org       |
shop | OPTIONS | /post    | https://example.org       | POST | 204 | https://example.org       | access-control-max-age: 60
shop | OPTIONS | /post    | https://example.org       | POST | 204 | https://example.org       | access-control-allow-methods: GET, HEAD, POST, PATCH, PUT, DELETE
shop | OPTIONS | /post    | https://example.org       | POST | 204 | https://example.org       | access-control-allow-headers: content-type, origin, x-csrf-token, authorization
shop | OPTIONS | /post    | https://example.org       | POST | 204 | https://example.org       | vary: access-control-request-method, access-control-request-headers
shop | OPTIONS | /late    | https://example.org       | GET  | 204 | https://example.org       |
shop | OPTIONS | /none    | https://example.org       | POST | 204 | https://example.org       |
shop | OPTIONS | /post    | https://evil.test         | POST | 204 |                           |
shop | OPTIONS | /options | https://example.org       |      | 200 | https://example.org       |
shop | OPTIONS | /post    |                           |      | 405 |                           |
open | GET     | /get     | https://any.test          |      | 200 | *                         |
open | OPTIONS | /get     | https://any.test          | GET  | 204 | *                         | access-control-allow-methods: GET, X-OWN
none | GET     | /get     | https://any.test          |      | 200 |                           |
none | OPTIONS | /get     | https://any.test          | GET  | 405 |                           |
";

#[tokio::test]
async fn answers() {
    for row in ROWS.trim().lines() {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        let [section, method, path, origin, asked, status, allowed, more] = columns[..] else {
            panic!("eight columns: {row}");
        };
        let known = [("shop", SHOP), ("open", OPEN), ("none", "~")];
        let (_, text) = known.iter().find(|(name, _)| *name == section).expect(row);
        let mut conf = conf(text).expect("a configuration");
        conf.timeout = zgen_rt::config::Millis::new(50);
        let mut asking = request(method, path, "");
        for (name, value) in [("origin", origin), ("access-control-request-method", asked)] {
            if !value.is_empty() {
                let value = value.parse().expect("a value");
                asking.headers_mut().insert(name, value);
            }
        }
        let answer = send(&app(&conf), asking).await;
        assert_eq!(answer.status.as_str(), status, "{row}");
        let found = answer.headers.get("access-control-allow-origin");
        let found = found.map_or("", |value| value.to_str().expect("text"));
        assert_eq!(found, allowed, "{row}");
        let lines: Vec<String> = (answer.headers.iter())
            .map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")))
            .collect();
        let has = |start: &str| lines.iter().any(|line| line.starts_with(start));
        assert!(more.is_empty() || has(more), "{row}: {lines:#?}");
        assert!(
            !allowed.is_empty() || !has("access-control-"),
            "{row}: {lines:#?}"
        );
        // The same for every page: then there is nothing to tell caches.
        assert_eq!(has("vary: origin"), section == "shop", "{row}: {lines:#?}");
    }
}

#[test]
fn sections_that_cannot_be_meant() {
    for (section, says) in [
        (
            "{AllowOrigins: '*', AllowCredentials: true}",
            "`AllowOrigins: *` does not go with `AllowCredentials`",
        ),
        (
            "{AllowOrigins: [https://a.test], AllowHeaders: '*', AllowCredentials: true}",
            "`AllowHeaders: *`",
        ),
        ("{AllowOrigins: [https://a.test/]}", "without a path"),
        ("{AllowOrigins: [https://*.a.test]}", "a host or `*`"),
        ("{AllowOrigins: ['null']}", "a host or `*`"),
        (
            "{AllowOrigins: [a.test], AllowMethods: ['G T']}",
            "names of methods",
        ),
        (
            "{AllowOrigins: [a.test], AllowHeaders: ['a b']}",
            "names of headers",
        ),
        ("{}", "AllowOrigins"),
    ] {
        let error = conf(section).expect_err(section).to_string();
        assert!(error.contains(says), "{section}: {error}");
        assert!(error.contains("Cors"), "{section}: {error}");
        assert!(!error.contains("a.test"), "{section}: {error}");
    }
}

#[tokio::test]
async fn probes_are_nobodys_pages() {
    let conf = conf(OPEN).expect("a configuration");
    let mut asking = request("GET", "/health", "");
    let origin = "https://any.test".parse().expect("a value");
    asking.headers_mut().insert("origin", origin);
    let answer = send(&app(&conf), asking).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
    assert!(rest_conf("").cors.is_none());
}
