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

#[tokio::test]
async fn answers() {
    // Section, method, path, origin, the method asked for; status, allowed origin, what else the headers have.
    let rows = [
        (
            SHOP,
            "GET",
            "/get",
            "https://shop.example.com",
            "",
            200,
            "https://shop.example.com",
            "vary: origin",
        ),
        (
            SHOP,
            "GET",
            "/get",
            "https://shop.example.com",
            "",
            200,
            "https://shop.example.com",
            "access-control-allow-credentials: true",
        ),
        (
            SHOP,
            "GET",
            "/get",
            "HTTPS://SHOP.example.com",
            "",
            200,
            "HTTPS://SHOP.example.com",
            "access-control-expose-headers: content-length",
        ),
        (
            SHOP,
            "GET",
            "/get",
            "http://shop.example.com",
            "",
            200,
            "",
            "vary: origin",
        ),
        (
            SHOP,
            "GET",
            "/get",
            "http://example.org",
            "",
            200,
            "http://example.org",
            "",
        ),
        (
            SHOP,
            "GET",
            "/get",
            "https://a.b.example.org",
            "",
            200,
            "https://a.b.example.org",
            "",
        ),
        (
            SHOP,
            "GET",
            "/get",
            "https://evil-example.org",
            "",
            200,
            "",
            "",
        ),
        (
            SHOP,
            "GET",
            "/get",
            "https://example.org.evil",
            "",
            200,
            "",
            "",
        ),
        (SHOP, "GET", "/get", "null", "", 200, "", ""),
        (SHOP, "GET", "/get", "", "", 200, "", "vary: origin"),
        // Errors are for the page to read, too.
        (
            SHOP,
            "GET",
            "/none",
            "https://example.org",
            "",
            404,
            "https://example.org",
            "",
        ),
        (
            SHOP,
            "GET",
            "/late",
            "https://example.org",
            "",
            503,
            "https://example.org",
            "",
        ),
        // Preflights: before any route.
        (
            SHOP,
            "OPTIONS",
            "/post",
            "https://example.org",
            "POST",
            204,
            "https://example.org",
            "access-control-max-age: 60",
        ),
        (
            SHOP,
            "OPTIONS",
            "/post",
            "https://example.org",
            "POST",
            204,
            "https://example.org",
            "access-control-allow-methods: GET, HEAD, POST, PATCH, PUT, DELETE",
        ),
        (
            SHOP,
            "OPTIONS",
            "/post",
            "https://example.org",
            "POST",
            204,
            "https://example.org",
            "access-control-allow-headers: content-type, origin, x-csrf-token, authorization",
        ),
        (
            SHOP,
            "OPTIONS",
            "/post",
            "https://example.org",
            "POST",
            204,
            "https://example.org",
            "vary: access-control-request-method, access-control-request-headers",
        ),
        (
            SHOP,
            "OPTIONS",
            "/none",
            "https://example.org",
            "POST",
            204,
            "https://example.org",
            "",
        ),
        (
            SHOP,
            "OPTIONS",
            "/post",
            "https://evil.test",
            "POST",
            204,
            "",
            "",
        ),
        (
            SHOP,
            "OPTIONS",
            "/options",
            "https://example.org",
            "",
            200,
            "https://example.org",
            "",
        ),
        (SHOP, "OPTIONS", "/post", "", "", 405, "", ""),
        (OPEN, "GET", "/get", "https://any.test", "", 200, "*", ""),
        (
            OPEN,
            "OPTIONS",
            "/get",
            "https://any.test",
            "GET",
            204,
            "*",
            "access-control-allow-methods: GET, X-OWN",
        ),
        ("~", "GET", "/get", "https://any.test", "", 200, "", ""),
        (
            "~",
            "OPTIONS",
            "/get",
            "https://any.test",
            "GET",
            405,
            "",
            "",
        ),
    ];
    for row in rows {
        let (section, method, path, origin, asked, status, allowed, more) = row;
        let mut conf = conf(section).expect("a configuration");
        conf.timeout = zgen_rt::config::Millis::new(50);
        let mut asking = request(method, path, "");
        for (name, value) in [("origin", origin), ("access-control-request-method", asked)] {
            if !value.is_empty() {
                asking
                    .headers_mut()
                    .insert(name, value.parse().expect("a value"));
            }
        }
        let answer = send(&app(&conf), asking).await;
        assert_eq!(answer.status.as_u16(), status, "{row:?}");
        let found = answer.headers.get("access-control-allow-origin");
        let found = found.map_or("", |value| value.to_str().expect("text"));
        assert_eq!(found, allowed, "{row:?}");
        let lines: Vec<String> = (answer.headers.iter())
            .map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")))
            .collect();
        let found = lines.iter().any(|line| line.starts_with(more));
        assert!(found, "{row:?}: {lines:#?}");
        let is_refused = allowed.is_empty();
        let has_more = lines.iter().any(|line| line.starts_with("access-control-"));
        assert!(!(is_refused && has_more), "{row:?}: {lines:#?}");
        // The same for every page, so there is nothing to tell caches.
        let varies = lines.iter().any(|line| line == "vary: origin");
        assert_eq!(varies, section == SHOP, "{row:?}: {lines:#?}");
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
