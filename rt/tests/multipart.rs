//! Forms in `multipart/form-data`: their fields are read as those of any other form, their files are passed over.
#![cfg(feature = "http")]

mod support;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::routing::any;
use support::{Refused, request, send};
use zgen_rt::http::bind::{Errors, Form};

/// The fields that the tests send.
struct Fields(String);

impl<S: Sync> FromRequest<S> for Fields {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        let (parts, mut body) = request.into_parts();
        let form = Form::read(&parts, &mut body).await?;
        let mut errors = Errors::default();
        let name: Option<String> = form.field("name").optional("name", &mut errors);
        let ids: Option<Vec<i64>> = form.list("ids").optional("ids", &mut errors);
        let quoted: Option<String> = form.field("a\"b\\c").optional("quoted", &mut errors);
        let file: Option<String> = form.field("file").optional("file", &mut errors);
        let text = format!("{name:?} {ids:?} {quoted:?} {file:?}");
        Ok(errors.finish(Self(text))?)
    }
}

fn app() -> Router {
    let echo = any(async |Fields(text): Fields| text);
    Router::new()
        .route("/form", echo)
        .layer(DefaultBodyLimit::max(400))
}

/// One part, as browsers write it.
fn part(name: &str, value: &str) -> String {
    format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

const TYPE: &str = "multipart/form-data; boundary=x";
const END: &str = "--x--\r\n";
const NOTHING: &str = "None None None None";

/// Content type, body, status, what the answer contains.
type Row = (&'static str, String, u16, &'static str);

fn whole() -> Vec<Row> {
    let file = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
                Content-Type: text/plain\r\n\r\nname=b\r\n";
    vec![
        (
            TYPE,
            part("name", "n") + END,
            200,
            "Some(\"n\") None None None",
        ),
        (
            TYPE,
            part("name", "中\r\n--y") + END,
            200,
            "Some(\"中\\r\\n--y\") None None None",
        ),
        (
            TYPE,
            part("ids", "1") + &part("ids[]", "2") + END,
            200,
            "None Some([1, 2]) None None",
        ),
        (
            TYPE,
            part("ids", "1") + file + &part("ids", "3") + END,
            200,
            "None Some([1, 3]) None None",
        ),
        (
            TYPE,
            part("ids", "x") + END,
            400,
            "ids expected a whole number",
        ),
        (TYPE, part("name", "") + END, 200, NOTHING),
        (
            TYPE,
            part("a%22b\\c", "q") + END,
            200,
            "None None Some(\"q\") None",
        ),
        (
            TYPE,
            part("a\\\"b\\\\c", "q") + END,
            200,
            "None None Some(\"q\") None",
        ),
        // What stands before the first part and behind the last is nobody's.
        (
            TYPE,
            format!("before\r\n{}{END}after", part("name", "n")),
            200,
            "Some(\"n\") None None None",
        ),
        (
            TYPE,
            "--x \t\r\ncontent-disposition:form-data;name=name\r\n\r\nn\r\n--x--".to_owned(),
            200,
            "Some(\"n\") None None None",
        ),
        (TYPE, "--x--".to_owned(), 200, NOTHING),
        (
            "Multipart/Form-Data; charset=\"a;b\"; boundary=\"x\"",
            part("name", "n") + END,
            200,
            "Some(\"n\") None None None",
        ),
    ]
}

fn broken() -> Vec<Row> {
    vec![
        (
            "multipart/form-data",
            part("name", "n") + END,
            400,
            "it has no boundary",
        ),
        (
            "multipart/form-data; boundary=\"x",
            part("name", "n") + END,
            400,
            "it has no boundary",
        ),
        (TYPE, String::new(), 400, "it is cut off"),
        (TYPE, part("name", "n"), 400, "it is cut off"),
        (
            TYPE,
            "--x\r\nContent-Disposition: form-data\r\n\r\nn\r\n--x--".to_owned(),
            400,
            "a part has no name",
        ),
        (
            TYPE,
            "--x\r\nA: b\r\n\r\nn\r\n--x--".to_owned(),
            400,
            "a part has no name",
        ),
        (
            TYPE,
            "--x\r\nn\r\n--x--".to_owned(),
            400,
            "a part has no head",
        ),
        (
            TYPE,
            part("name", &"n".repeat(400)) + END,
            413,
            "payload_too_large",
        ),
        // Not a form: left for others to read.
        (
            "multipart/mixed; boundary=x",
            part("name", "n") + END,
            200,
            NOTHING,
        ),
    ]
}

#[tokio::test]
async fn fields() {
    for (content_type, body, status, contains) in whole().into_iter().chain(broken()) {
        let mut request = request("POST", "/form", body.clone());
        let value = content_type.parse().expect("a value");
        request.headers_mut().insert("content-type", value);
        let answer = send(&app(), request).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {answer:?}");
        assert!(answer.body.contains(contains), "{body}: {answer:?}");
    }
}

#[tokio::test]
async fn the_body_goes_before_the_query() {
    let body = part("name", "body") + "--x--";
    let mut request = request("POST", "/form?name=query&ids=7", body);
    let value = "multipart/form-data; boundary=x".parse().expect("a value");
    request.headers_mut().insert("content-type", value);
    let answer = send(&app(), request).await;
    assert_eq!(answer.body, "Some(\"body\") Some([7]) None None");
}

#[tokio::test]
async fn values_are_text() {
    let mut body = b"--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n".to_vec();
    body.extend(b"\xff\r\n--x--");
    let mut request = request("POST", "/form", body);
    let value = "multipart/form-data; boundary=x".parse().expect("a value");
    request.headers_mut().insert("content-type", value);
    let answer = send(&app(), request).await;
    assert_eq!(answer.status.as_u16(), 400);
    assert!(answer.body.contains("not valid UTF-8"), "{answer:?}");
}
