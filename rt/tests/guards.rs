//! What stands before the routes of a group: tokens, limits of time and size; and answers that are streams.
#![cfg(feature = "jwt")]

mod support;

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::header::AUTHORIZATION;
use http::{HeaderValue, StatusCode};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use support::{Refused, conf, request, rest_conf, send};
use zgen_rt::config::JwtConf;
use zgen_rt::http::{Events, jwt, stack, time_limit};
use zgen_rt::lifecycle::Readiness;
use zgen_rt::time::unix_now;

const SECRET: &str = "correct horse battery staple";
const PREVIOUS: &str = "battery staple correct horse";

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claims {
    user_id: i64,
}

fn jwt_conf() -> JwtConf {
    conf(&format!(
        "{{AccessSecret: {SECRET}, PrevSecret: {PREVIOUS}, AccessExpire: 60}}"
    ))
}

fn app() -> Router {
    let closed = Router::new()
        .route(
            "/me",
            get(async |Extension(claims): Extension<Claims>| claims.user_id.to_string()),
        )
        .route_layer(from_fn_with_state(
            jwt::Keys::of(&jwt_conf()),
            jwt::check::<Claims, Refused>,
        ));
    let sleep = async || {
        tokio::time::sleep(Duration::from_millis(150)).await;
        "awake"
    };
    // Another request, with a limit of its own, while this one is polled.
    let around = async move || {
        let within = Router::new().route("/", get(async || ""));
        let conf = rest_conf("Timeout: 50");
        let within = stack::<Refused, ()>(within, &conf, &Readiness::default());
        send(&within, request("GET", "/", "")).await;
        sleep().await
    };
    let longer = Router::new()
        .route("/longer", get(sleep))
        .route("/around", get(around))
        .route_layer(from_fn_with_state(Duration::from_secs(5), time_limit));
    let endless = Router::new()
        .route("/endless", get(sleep))
        .route_layer(from_fn_with_state(Duration::ZERO, time_limit));
    let shorter = Router::new()
        .route("/shorter", get(sleep))
        .route_layer(from_fn_with_state(Duration::from_millis(5), time_limit));
    let large = Router::new()
        .route("/large", post(async |body: Bytes| body.len().to_string()))
        .route_layer(DefaultBodyLimit::max(100));
    let routes = Router::new()
        .route("/plain", get(sleep))
        .route("/small", post(async |body: Bytes| body.len().to_string()))
        .route("/events", get(async || events()))
        .merge(closed)
        .merge(longer)
        .merge(endless)
        .merge(shorter)
        .merge(large);
    stack::<Refused, ()>(
        routes,
        &rest_conf("Timeout: 50, MaxBytes: 10"),
        &Readiness::default(),
    )
}

/// Three values, over a longer time than a request may take.
fn events() -> Events<Value> {
    let (sender, events) = Events::channel(1);
    tokio::spawn(async move {
        for number in 0..3 {
            tokio::time::sleep(Duration::from_millis(30)).await;
            if sender.send(json!({"number": number})).await.is_err() {
                return;
            }
        }
    });
    events
}

fn token(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::encode(&Header::new(algorithm), claims, &key).unwrap()
}

#[tokio::test]
async fn tokens() {
    // Installs the algorithms.
    let issued = jwt::issue(&jwt_conf(), &Claims { user_id: 7 }).unwrap();
    let now = unix_now();
    let claims = json!({"user_id": 7, "exp": now + 60, "iat": now});
    let with = |key: &str, value: Value| {
        let mut claims = claims.clone();
        claims[key] = value;
        let claims = claims.as_object_mut().unwrap();
        claims.retain(|_, value| !value.is_null());
        let claims = Value::Object(claims.clone());
        token(Algorithm::HS256, SECRET, &claims)
    };
    let good = token(Algorithm::HS256, SECRET, &claims);
    let (head, rest) = good.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    // {"alg":"none","typ":"JWT"}
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{body}.");
    let rows = [
        ("issued", format!("Bearer {issued}"), true),
        ("no scheme, as go-zero takes it", good.clone(), true),
        ("lower case", format!("bearer {good}"), true),
        ("HS384", token(Algorithm::HS384, SECRET, &claims), true),
        ("HS512", token(Algorithm::HS512, SECRET, &claims), true),
        ("previous", token(Algorithm::HS256, PREVIOUS, &claims), true),
        (
            "other",
            token(Algorithm::HS256, "another one", &claims),
            false,
        ),
        ("no expiry", with("exp", Value::Null), true),
        ("expired", with("exp", (now - 61).into()), false),
        ("leeway", with("exp", (now - 30).into()), true),
        ("not yet", with("nbf", (now + 90).into()), false),
        ("almost", with("nbf", (now + 30).into()), true),
        ("issued later", with("iat", (now + 90).into()), false),
        ("claim of another type", with("user_id", "x".into()), false),
        ("unsigned", unsigned, false),
        ("no signature", format!("{head}.{body}."), false),
        ("changed", format!("{head}.{body}x.{signature}"), false),
        ("basic", "Basic dXNlcjpwYXNz".to_owned(), false),
        ("none", String::new(), false),
    ];
    let app = app();
    for (what, header, good) in rows {
        let mut request = request("GET", "/me", "");
        if !header.is_empty() {
            let value = HeaderValue::from_str(&header).unwrap();
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let answer = send(&app, request).await;
        if good {
            assert_eq!(answer.status, StatusCode::OK, "{what}: {answer:?}");
            assert_eq!(answer.body, "7", "{what}");
        } else {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
            assert_eq!(answer.code(), "unauthenticated", "{what}");
        }
    }
}

#[test]
fn short_secrets_are_refused_at_the_start() {
    let read = |text| serde_json::from_str::<JwtConf>(text);
    assert!(read(r#"{"AccessSecret": "1234567"}"#).is_err());
    assert!(read(r#"{"AccessSecret": "12345678"}"#).is_ok());
    assert!(read(r#"{"Secret": "12345678"}"#).is_ok());
    let text = format!("{:?}", jwt_conf());
    assert!(!text.contains(SECRET) && !text.contains(PREVIOUS), "{text}");
}

#[tokio::test]
async fn a_group_has_limits_of_its_own() {
    let body = "x".repeat(50);
    let rows = [
        ("GET", "/plain", "", 503),
        ("GET", "/longer", "", 200),
        ("GET", "/around", "", 200),
        ("GET", "/endless", "", 200),
        ("GET", "/shorter", "", 503),
        ("POST", "/small", body.as_str(), 413),
        ("POST", "/large", body.as_str(), 200),
    ];
    let app = app();
    for (method, uri, body, status) in rows {
        let answer = send(&app, request(method, uri, body.to_owned())).await;
        assert_eq!(answer.status.as_u16(), status, "{uri}: {answer:?}");
    }
}

#[tokio::test]
async fn events_are_framed_and_outlive_the_limit_of_time() {
    let answer = send(&app(), request("GET", "/events", "")).await;
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    let expected = "data: {\"number\":0}\n\ndata: {\"number\":1}\n\ndata: {\"number\":2}\n\n";
    assert_eq!(answer.body, expected);
}
