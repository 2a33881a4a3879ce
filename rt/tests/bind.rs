//! Requests into structs: what is taken, what is refused, and which field is named.
#![cfg(feature = "http")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Debug;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::routing::any;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use support::{Refused, request, send};
use zgen_rt::http::bind::{self, Errors, Field, Form, FromJson, FromText, Headers, PathParams};

/// How a tag of the `.api` file has a field read.
trait Rule<T> {
    fn bind(field: Field<T>, errors: &mut Errors) -> String;
}

struct Required;
struct Optional;
struct Defaulted;

impl<T: Debug + Default> Rule<T> for Required {
    fn bind(field: Field<T>, errors: &mut Errors) -> String {
        format!("{:?}", field.required("a", errors))
    }
}

impl<T: Debug> Rule<T> for Optional {
    fn bind(field: Field<T>, errors: &mut Errors) -> String {
        format!("{:?}", field.optional("a", errors))
    }
}

/// `default=5`, `options=1|5`, as generated code has them.
impl Rule<i64> for Defaulted {
    fn bind(field: Field<i64>, errors: &mut Errors) -> String {
        let field = field.check(|value| [1, 5].contains(value), "must be one of 1, 5");
        format!("{:?}", field.or(5, "a", errors))
    }
}

/// A body of one member `a`.
#[derive(Deserialize)]
#[serde(default, bound = "T: FromJson")]
struct One<T> {
    a: Field<T>,
}

impl<T> Default for One<T> {
    fn default() -> Self {
        Self { a: Field::Absent }
    }
}

async fn json<T: FromJson, R: Rule<T>>(request: Request) -> Result<String, Refused> {
    let (parts, body) = request.into_parts();
    let body: One<T> = bind::json(&parts, body).await?;
    let mut errors = Errors::default();
    let value = R::bind(body.a, &mut errors);
    Ok(errors.finish(value)?)
}

async fn form<T: FromText, R: Rule<T>>(request: Request) -> Result<String, Refused> {
    let (parts, mut body) = request.into_parts();
    let form = Form::read(&parts, &mut body).await?;
    let mut errors = Errors::default();
    let value = R::bind(form.field("a"), &mut errors);
    Ok(errors.finish(value)?)
}

async fn form_list<T: FromText, R: Rule<Vec<T>>>(request: Request) -> Result<String, Refused> {
    let (parts, mut body) = request.into_parts();
    let form = Form::read(&parts, &mut body).await?;
    let mut errors = Errors::default();
    let value = R::bind(form.list("a"), &mut errors);
    Ok(errors.finish(value)?)
}

async fn header<T: FromText, R: Rule<T>>(request: Request) -> Result<String, Refused> {
    let (parts, _) = request.into_parts();
    let mut errors = Errors::default();
    let value = R::bind(Headers::of(&parts).field("X-Token"), &mut errors);
    Ok(errors.finish(value)?)
}

async fn header_list(request: Request) -> Result<String, Refused> {
    let (parts, _) = request.into_parts();
    let mut errors = Errors::default();
    let list: Field<Vec<i64>> = Headers::of(&parts).list("x-token");
    let value = Required::bind(list, &mut errors);
    Ok(errors.finish(value)?)
}

async fn path<T: FromText + Debug + Default>(request: Request) -> Result<String, Refused> {
    let (mut parts, _) = request.into_parts();
    let path = PathParams::read(&mut parts).await?;
    let mut errors = Errors::default();
    let value: T = path.field("id").required("id", &mut errors);
    let missing: Option<String> = path.field("nope").optional("nope", &mut errors);
    assert_eq!(missing, None);
    Ok(errors.finish(format!("{value:?}"))?)
}

/// A struct that contains itself and a list, as generated for nested types.
#[derive(Debug, Default)]
#[expect(dead_code, reason = "only printed")]
struct Tree {
    name: String,
    price: Option<f64>,
    below: Vec<Tree>,
    next: Option<Box<Tree>>,
}

impl FromJson for Tree {
    fn from_json<'de, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Field<Self>, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Wire {
            name: Field<String>,
            price: Field<f64>,
            below: Field<Vec<Tree>>,
            next: Field<Box<Tree>>,
        }
        bind::object(deserializer, |wire: Wire, errors| Self {
            name: wire.name.required("name", errors),
            price: wire.price.optional("price", errors),
            below: wire.below.or(Vec::new(), "below", errors),
            next: wire.next.optional("next", errors),
        })
    }
}

fn app() -> Router {
    Router::new()
        .route("/int", any(json::<i64, Required>))
        .route("/int-opt", any(json::<i64, Optional>))
        .route("/int-default", any(json::<i64, Defaulted>))
        .route("/int8", any(json::<i8, Required>))
        .route("/uint", any(json::<u64, Required>))
        .route("/float", any(json::<f64, Required>))
        .route("/float32", any(json::<f32, Required>))
        .route("/bool", any(json::<bool, Required>))
        .route("/string", any(json::<String, Required>))
        .route("/list", any(json::<Vec<i64>, Required>))
        .route("/list-opt", any(json::<Vec<i64>, Optional>))
        .route("/list-ptr", any(json::<Vec<Option<i64>>, Required>))
        .route("/map", any(json::<BTreeMap<String, i64>, Required>))
        .route("/any", any(json::<Value, Required>))
        .route("/any-opt", any(json::<Value, Optional>))
        .route("/tree", any(json::<Tree, Required>))
        .route("/form", any(form::<i64, Required>))
        .route("/form-opt", any(form::<i64, Optional>))
        .route("/form-default", any(form::<i64, Defaulted>))
        .route("/form-text", any(form::<String, Required>))
        .route("/form-bool", any(form::<bool, Required>))
        .route("/form-uint", any(form::<u64, Required>))
        .route("/form-float", any(form::<f64, Required>))
        .route("/form-float32", any(form::<f32, Required>))
        .route("/form-list", any(form_list::<i64, Required>))
        .route("/form-list-opt", any(form_list::<i64, Optional>))
        .route("/form-list-text", any(form_list::<String, Required>))
        .route("/header", any(header::<String, Required>))
        .route("/header-opt", any(header::<String, Optional>))
        .route("/header-int", any(header::<i64, Required>))
        .route("/header-list", any(header_list))
        .route("/path/{id}", any(path::<i64>))
        .route("/path-text/{id}", any(path::<String>))
        .layer(DefaultBodyLimit::max(64 * 1024))
}

/// What is expected of one request: the value as `Debug` prints it, or the code and what the message says.
type Expected<'a> = Result<&'a str, (&'a str, &'a str)>;

const fn bad(message: &str) -> Expected<'_> {
    Err(("invalid_argument", message))
}

async fn check(app: &Router, what: &str, request: Request, expected: Expected<'_>) {
    let answer = send(app, request).await;
    match expected {
        Ok(value) => {
            assert_eq!(answer.status, StatusCode::OK, "{what}: {answer:?}");
            assert_eq!(answer.body, value, "{what}");
        }
        Err((code, message)) => {
            assert!(answer.status.is_client_error(), "{what}: {answer:?}");
            assert_eq!(answer.code(), code, "{what}: {answer:?}");
            let json: Value = serde_json::from_str(&answer.body).unwrap();
            let said = json["message"].as_str().unwrap_or_default();
            assert!(said.contains(message), "{what}: {said}");
        }
    }
}

/// Route, body and what becomes of it.
const JSON: &[(&str, &str, Expected<'_>)] = &[
    ("/int", r#"{"a":1}"#, Ok("1")),
    ("/int", "{}", bad("a is required")),
    ("/int", "", bad("a is required")),
    ("/int", r#"{"a":null}"#, bad("a must not be null")),
    ("/int-opt", r#"{"a":null}"#, Ok("None")),
    ("/int-opt", "{}", Ok("None")),
    (
        "/int-opt",
        r#"{"a":"x"}"#,
        bad("a expected a whole number, found a string"),
    ),
    ("/int-default", "{}", Ok("5")),
    ("/int-default", r#"{"a":1}"#, Ok("1")),
    ("/int-default", r#"{"a":2}"#, bad("a must be one of 1, 5")),
    ("/int-default", r#"{"a":null}"#, bad("a must not be null")),
    (
        "/int",
        r#"{"a":"1"}"#,
        bad("a expected a whole number, found a string"),
    ),
    (
        "/int",
        r#"{"a":1.5}"#,
        bad("a expected a whole number, found a fraction"),
    ),
    ("/int", r#"{"a":1.0}"#, bad("found a fraction")),
    ("/int", r#"{"a":1e3}"#, bad("found a fraction")),
    ("/int", r#"{"a":true}"#, bad("found a boolean")),
    ("/int", r#"{"a":[1]}"#, bad("found a list")),
    ("/int", r#"{"a":{}}"#, bad("found an object")),
    (
        "/int",
        r#"{"a":99999999999999999999}"#,
        bad("does not fit i64"),
    ),
    (
        "/int",
        r#"{"a":-99999999999999999999}"#,
        bad("does not fit i64"),
    ),
    (
        "/int",
        r#"{"a":9223372036854775808}"#,
        bad("does not fit i64"),
    ),
    (
        "/int",
        r#"{"a":-9223372036854775809}"#,
        bad("does not fit i64"),
    ),
    (
        "/int",
        r#"{"a":9223372036854775807}"#,
        Ok("9223372036854775807"),
    ),
    (
        "/int",
        r#"{"a":-9223372036854775808}"#,
        Ok("-9223372036854775808"),
    ),
    ("/int", r#"{"a":0}"#, Ok("0")),
    ("/int", r#"{"a":-0}"#, Ok("0")),
    ("/int", r#"{"a":01}"#, bad("body is not valid JSON")),
    ("/int", r#"{"a":NaN}"#, bad("body is not valid JSON")),
    ("/int8", r#"{"a":300}"#, bad("does not fit i8")),
    ("/int8", r#"{"a":-128}"#, Ok("-128")),
    ("/uint", r#"{"a":-1}"#, bad("does not fit u64")),
    (
        "/uint",
        r#"{"a":18446744073709551615}"#,
        Ok("18446744073709551615"),
    ),
    (
        "/uint",
        r#"{"a":18446744073709551616}"#,
        bad("does not fit u64"),
    ),
    ("/float", r#"{"a":1}"#, Ok("1.0")),
    ("/float", r#"{"a":-1.5e2}"#, Ok("-150.0")),
    ("/float", r#"{"a":1e999}"#, bad("body is not valid JSON")),
    ("/float", r#"{"a":"NaN"}"#, bad("found a string")),
    ("/float32", r#"{"a":1e300}"#, bad("does not fit f32")),
    ("/float32", r#"{"a":0.5}"#, Ok("0.5")),
    ("/bool", r#"{"a":true}"#, Ok("true")),
    (
        "/bool",
        r#"{"a":1}"#,
        bad("expected true or false, found a number"),
    ),
    ("/bool", r#"{"a":"true"}"#, bad("found a string")),
    ("/string", r#"{"a":""}"#, Ok("\"\"")),
    (
        "/string",
        r#"{"a":"<&>\u4e2d\ud83d\ude00"}"#,
        Ok("\"<&>中😀\""),
    ),
    (
        "/string",
        r#"{"a":"\ud83d"}"#,
        bad("body is not valid JSON"),
    ),
    (
        "/string",
        r#"{"a":5}"#,
        bad("expected a string, found a number"),
    ),
    ("/list", r#"{"a":[1,2]}"#, Ok("[1, 2]")),
    ("/list", r#"{"a":[]}"#, Ok("[]")),
    ("/list", "{}", bad("a is required")),
    ("/list", r#"{"a":null}"#, bad("a must not be null")),
    ("/list", r#"{"a":[1,null]}"#, bad("a[1] must not be null")),
    (
        "/list",
        r#"{"a":[1,"2"]}"#,
        bad("a[1] expected a whole number, found a string"),
    ),
    (
        "/list",
        r#"{"a":1}"#,
        bad("a expected a list, found a number"),
    ),
    (
        "/list",
        r#"{"a":"[1,2]"}"#,
        bad("a expected a list, found a string"),
    ),
    ("/list-opt", "{}", Ok("None")),
    ("/list-ptr", r#"{"a":[1,null]}"#, Ok("[Some(1), None]")),
    ("/map", r#"{"a":{"x":1}}"#, Ok(r#"{"x": 1}"#)),
    (
        "/map",
        r#"{"a":{"x":"1"}}"#,
        bad("a.x expected a whole number"),
    ),
    ("/map", r#"{"a":{"x":null}}"#, bad("a.x must not be null")),
    (
        "/map",
        r#"{"a":[]}"#,
        bad("a expected an object, found a list"),
    ),
    (
        "/any",
        r#"{"a":[1,{"b":null}]}"#,
        Ok(r#"Array [Number(1), Object {"b": Null}]"#),
    ),
    ("/any", r#"{"a":null}"#, bad("a must not be null")),
    ("/any-opt", "{}", Ok("None")),
    ("/int", r#"{"a":1,"b":{"c":[{"d":1}]}}"#, Ok("1")),
    ("/int", r#"{"A":1}"#, bad("a is required")),
    ("/int", r#"{"a":1,"a":2}"#, bad("duplicate field")),
    ("/int", r#"{"a":1} x"#, bad("body is not valid JSON")),
    ("/int", r#"{"a":"#, bad("body is not valid JSON")),
    ("/int", "   ", bad("body is not valid JSON")),
    ("/int", "\u{feff}{}", bad("body is not valid JSON")),
    ("/int", "[1]", bad("body expected an object, found a list")),
    ("/int", "1", bad("body expected an object, found a number")),
    ("/int", "null", bad("body expected an object, found null")),
    (
        "/tree",
        r#"{"a":{"name":"x"}}"#,
        Ok(r#"Tree { name: "x", price: None, below: [], next: None }"#),
    ),
    ("/tree", r#"{"a":{}}"#, bad("a.name is required")),
    (
        "/tree",
        r#"{"a":1}"#,
        bad("a expected an object, found a number"),
    ),
    (
        "/tree",
        r#"{"a":{"name":"x","below":[{"name":"y"},{"price":"z"}]}}"#,
        bad("a.below[1].name is required"),
    ),
    (
        "/tree",
        r#"{"a":{"name":"x","below":[{"name":"y"},{"price":"z"}]}}"#,
        bad("a.below[1].price expected a number"),
    ),
    (
        "/tree",
        r#"{"a":{"name":"x","next":{"name":"y","next":{"name":1}}}}"#,
        bad("a.next.next.name expected a string"),
    ),
];

#[tokio::test]
async fn json_bodies() {
    let app = app();
    for (uri, body, expected) in JSON {
        let what = format!("{uri} {body}");
        check(&app, &what, request("POST", uri, *body), *expected).await;
    }
}

#[tokio::test]
async fn what_a_body_holds_is_not_repeated() {
    let app = app();
    for body in [
        r#"{"a":"hunter2"}"#,
        r#"{"a":hunter2}"#,
        r#"{"a":"hunter2"#,
        "hunter2",
        r#"{"a":["hunter2"]}"#,
    ] {
        let answer = send(&app, request("POST", "/int", body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(!answer.body.contains("hunter2"), "{body}: {}", answer.body);
    }
}

#[tokio::test]
async fn queries() {
    let rows: &[(&str, Expected<'_>)] = &[
        ("/form?a=1", Ok("1")),
        ("/form", bad("a is required")),
        ("/form?", bad("a is required")),
        ("/form?a", bad("a is required")),
        ("/form?a=", bad("a is required")),
        ("/form?a=&a=2", Ok("2")),
        ("/form?b=1&&=&a=7", Ok("7")),
        ("/form?a=x", bad("a expected a whole number")),
        ("/form?a=1.0", bad("a expected a whole number")),
        ("/form?a=99999999999999999999", bad("a does not fit i64")),
        ("/form?a=1&a=2", Ok("1")),
        ("/form?A=1", bad("a is required")),
        ("/form-opt", Ok("None")),
        ("/form-opt?a=", Ok("None")),
        ("/form-default", Ok("5")),
        ("/form-default?a=2", bad("a must be one of 1, 5")),
        (
            "/form-uint?a=18446744073709551615",
            Ok("18446744073709551615"),
        ),
        ("/form-uint?a=-1", bad("a")),
        ("/form-bool?a=1", Ok("true")),
        ("/form-bool?a=TRUE", Ok("true")),
        ("/form-bool?a=0", Ok("false")),
        ("/form-bool?a=yes", bad("a expected true or false")),
        ("/form-float?a=1.5", Ok("1.5")),
        ("/form-float?a=NaN", bad("a expected a number")),
        ("/form-float?a=inf", bad("a expected a number")),
        ("/form-float?a=1e999", bad("a does not fit f64")),
        ("/form-float32?a=1e300", bad("a does not fit f32")),
        ("/form-text?a=%E4%B8%AD+x%2B", Ok("\"中 x+\"")),
        ("/form-text?a=b=c", Ok("\"b=c\"")),
        ("/form-text?a=%zz", Ok("\"%zz\"")),
        ("/form-text?%61=z", Ok("\"z\"")),
        ("/form-text?a=%ff", bad("not valid UTF-8")),
        ("/form-list?a=1&a=2", Ok("[1, 2]")),
        ("/form-list?a[]=1&a[]=2", Ok("[1, 2]")),
        ("/form-list?a%5B%5D=1", Ok("[1]")),
        ("/form-list?a=1,2", bad("a expected a whole number")),
        ("/form-list?a=[1,2]", bad("a expected a whole number")),
        ("/form-list", bad("a is required")),
        ("/form-list-opt", Ok("None")),
        ("/form-list-text?a=x&a=&a=y", Ok(r#"["x", "y"]"#)),
        ("/form-list-text?a=1,2", Ok(r#"["1,2"]"#)),
    ];
    let app = app();
    for (uri, expected) in rows {
        check(&app, uri, request("GET", uri, ""), *expected).await;
    }
}

#[tokio::test]
async fn headers() {
    let rows: &[(&str, &[&[u8]], Expected<'_>)] = &[
        ("/header", &[b"t"], Ok("\"t\"")),
        ("/header", &[b"t", b"u"], Ok("\"t\"")),
        ("/header", &[], bad("a is required")),
        ("/header-opt", &[], Ok("None")),
        ("/header-int", &[b"5"], Ok("5")),
        ("/header-int", &[b"z"], bad("a expected a whole number")),
        ("/header", &[b"\xff"], bad("a is not plain text")),
        ("/header", &["中".as_bytes()], bad("a is not plain text")),
        ("/header-list", &[b"1", b"2"], Ok("[1, 2]")),
        ("/header-list", &[b"1", b"\xff"], bad("a is not plain text")),
        ("/header-list", &[], bad("a is required")),
    ];
    let app = app();
    for (uri, values, expected) in rows {
        let mut request = request("GET", uri, "");
        for value in *values {
            let value = http::HeaderValue::from_bytes(value).unwrap();
            request.headers_mut().append("x-token", value);
        }
        check(&app, &format!("{uri} {values:?}"), request, *expected).await;
    }
}

#[tokio::test]
async fn paths() {
    let rows: &[(&str, Expected<'_>)] = &[
        ("/path/7", Ok("7")),
        ("/path/seven", bad("id expected a whole number")),
        ("/path/-9223372036854775809", bad("id does not fit i64")),
        ("/path/%37", Ok("7")),
        ("/path-text/a%2Fb%20c", Ok("\"a/b c\"")),
        ("/path-text/a+b", Ok("\"a+b\"")),
        ("/path-text/%E4%B8%AD", Ok("\"中\"")),
        ("/path-text/%ff", bad("the path is not valid UTF-8")),
    ];
    let app = app();
    for (uri, expected) in rows {
        check(&app, uri, request("GET", uri, ""), *expected).await;
    }
}

#[tokio::test]
async fn content_types() {
    let other = Err(("unsupported_media_type", "expected a JSON body"));
    let rows: &[(&str, &str, Expected<'_>)] = &[
        ("application/json", r#"{"a":1}"#, Ok("1")),
        ("application/json; charset=utf-8", r#"{"a":1}"#, Ok("1")),
        ("Application/JSON", r#"{"a":1}"#, Ok("1")),
        ("application/vnd.api+json", r#"{"a":1}"#, Ok("1")),
        ("text/json", r#"{"a":1}"#, Ok("1")),
        ("text/plain", r#"{"a":1}"#, other),
        ("application/x-www-form-urlencoded", "a=1", other),
        ("application/jsonp", r#"{"a":1}"#, other),
        ("", r#"{"a":1}"#, other),
        ("text/plain", "", bad("a is required")),
    ];
    let app = app();
    for (content_type, body, expected) in rows {
        let mut request = request("POST", "/int", *body);
        let value = http::HeaderValue::from_static(content_type);
        request.headers_mut().insert("content-type", value);
        check(&app, content_type, request, *expected).await;
    }
    // Any method may have a body, as in go-zero.
    check(&app, "GET", request("GET", "/int", r#"{"a":1}"#), Ok("1")).await;
}

#[tokio::test]
async fn bodies_that_come_in_pieces_or_break_off() {
    type Piece = Result<Bytes, std::io::Error>;
    let body = |pieces: Vec<Piece>| Body::from_stream(futures_util::stream::iter(pieces));
    let piece = |text: &'static str| Ok(Bytes::from_static(text.as_bytes()));
    let app = app();

    let pieces = vec![piece("{\"a"), piece(""), piece("\":"), piece("1}")];
    check(
        &app,
        "pieces",
        request("POST", "/int", body(pieces)),
        Ok("1"),
    )
    .await;

    let broken = vec![piece("{\"a\":1"), Err(std::io::Error::other("reset"))];
    let request_ = request("POST", "/int", body(broken));
    check(&app, "broken", request_, bad("could not be read")).await;

    // No length is announced, and the limit holds all the same.
    let large = (0..100)
        .map(|_| Ok(Bytes::from(vec![b' '; 1024])))
        .collect();
    let too_large = Err(("payload_too_large", "too large"));
    check(
        &app,
        "large",
        request("POST", "/int", body(large)),
        too_large,
    )
    .await;
}

#[tokio::test]
async fn hostile_bodies_are_refused_cheaply() {
    let app = app();
    let deep = |open: &str, close: &str| {
        format!("{{\"a\":{}1{}}}", open.repeat(5_000), close.repeat(5_000))
    };
    for (uri, body) in [
        ("/any", deep("[", "]")),
        ("/list", deep("[", "]")),
        ("/tree", deep("{\"next\":", "}")),
        ("/tree", deep("{\"below\":[", "]}")),
    ] {
        let answer = send(&app, request("POST", uri, body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{uri}");
    }

    // What is wrong is listed, but not thirty thousand times.
    let wrong = format!("{{\"a\":[{}0]}}", "[],".repeat(20_000));
    let answer = send(&app, request("POST", "/list", wrong)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.contains("a[0] expected a whole number"));
    assert!(answer.body.len() < 16 * 1024, "{} bytes", answer.body.len());
}

#[tokio::test]
async fn from_request_composes_with_axum() {
    struct Id(i64);
    impl<S: Sync> FromRequest<S> for Id {
        type Rejection = Refused;
        async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
            let (mut parts, _) = request.into_parts();
            let path = PathParams::read(&mut parts).await?;
            let mut errors = Errors::default();
            let id = path.field("id").required("id", &mut errors);
            Ok(errors.finish(Self(id))?)
        }
    }
    let app: Router = Router::new().route("/{id}", any(async |Id(id): Id| id.to_string()));
    check(&app, "ok", request("GET", "/3", ""), Ok("3")).await;
    check(&app, "bad", request("GET", "/x", ""), bad("id")).await;
}
