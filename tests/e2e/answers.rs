//! What the gateway answers when it cannot serve a request: one JSON shape, nothing internal in it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Answer;
use crate::system::{System, ended_well};
use crate::trace::ORDER;

struct Case {
    method: &'static str,
    path: &'static str,
    body: &'static str,
    content_type: &'static str,
    status: u16,
    code: &'static str,
    /// The fields that are named, in any order.
    fields: &'static [&'static str],
}

const CREATE: Case = Case {
    method: "POST",
    path: "/api/v1/orders",
    body: ORDER,
    content_type: "application/json",
    status: 400,
    code: "invalid_argument",
    fields: &[],
};
const GET: Case = Case {
    method: "GET",
    path: "/api/v1/orders/1",
    body: "",
    content_type: "application/json",
    status: 404,
    code: "not_found",
    fields: &[],
};

const CASES: &[Case] = &[
    Case {
        body: "{",
        fields: &["body"],
        ..CREATE
    },
    Case {
        body: "[]",
        fields: &["body"],
        ..CREATE
    },
    Case {
        body: "{}",
        fields: &["amount", "product_id", "user_id"],
        ..CREATE
    },
    Case {
        body: r#"{"user_id":1.5,"product_id":"x","amount":1}"#,
        fields: &["product_id", "user_id"],
        ..CREATE
    },
    Case {
        content_type: "text/plain",
        status: 415,
        code: "unsupported_media_type",
        ..CREATE
    },
    Case {
        path: "/api/v1/orders/first",
        status: 400,
        code: "invalid_argument",
        fields: &["order_id"],
        ..GET
    },
    Case {
        path: "/api/v1/orders/404",
        ..GET
    },
    Case {
        path: "/api/v1/nothing",
        ..GET
    },
    Case {
        method: "PATCH",
        status: 405,
        code: "method_not_allowed",
        ..GET
    },
];

#[tokio::test]
async fn every_refusal_has_one_shape() -> anyhow::Result<()> {
    let mut system = System::start().await?;
    let client = system.client();
    for case in CASES {
        let what = format!("{} {} {}", case.method, case.path, case.body);
        let headers = match case.body {
            "" => &[][..],
            _ => &[("content-type", case.content_type)],
        };
        let answer = client
            .send(case.method, case.path, case.body, headers)
            .await?;
        assert_eq!(answer.status, case.status, "{what}: {}", answer.text);
        let body = checked(&answer, &what)?;
        assert_eq!(body["code"], case.code, "{what}");
        let fields = body["fields"].as_array().cloned().unwrap_or_default();
        let mut names: Vec<_> = fields.iter().map(|field| field["field"].clone()).collect();
        names.sort_by_key(ToString::to_string);
        assert_eq!(names, case.fields, "{what}");
        if case.status == 405 {
            let mut allowed: Vec<_> = answer.header("allow").split(',').map(str::trim).collect();
            allowed.sort_unstable();
            assert_eq!(allowed, ["GET", "HEAD"], "{what}");
        }
    }

    let large = format!(r#"{{"user_id":1,"note":"{}"}}"#, "x".repeat(2 << 20));
    let answer = client.post("/api/v1/orders", &large).await?;
    assert_eq!(answer.status, 413);
    assert_eq!(
        checked(&answer, "a large body")?["code"],
        "payload_too_large"
    );

    system.service.terminate();
    ended_well(&mut system.service).await?;
    let start = Instant::now();
    let answer = client.post("/api/v1/orders", ORDER).await?;
    // `OrderRpc.Timeout` of the file, and a second for a slow machine.
    assert!(
        start.elapsed() < Duration::from_secs(3),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(answer.status, 503);
    let expected = json!({"code": "unavailable", "message": "service unavailable"});
    assert_eq!(checked(&answer, "a service that is down")?, expected);
    Ok(())
}

/// The body, if it is one for the eyes of a caller.
fn checked(answer: &Answer, what: &str) -> anyhow::Result<Value> {
    assert_eq!(answer.header("content-type"), "application/json", "{what}");
    answer.trace_id()?;
    let body = answer.json()?;
    for (key, value) in body.as_object().into_iter().flatten() {
        match key.as_str() {
            "code" | "message" => assert!(value.is_string(), "{what}: {body}"),
            "fields" => {
                for field in value.as_array().into_iter().flatten() {
                    let keys: Vec<_> = field.as_object().into_iter().flatten().collect();
                    assert_eq!(keys.len(), 2, "{what}: {body}");
                    assert!(field["field"].is_string() && field["reason"].is_string());
                }
            }
            _ => panic!("{what}: `{key}` is not part of an error: {body}"),
        }
    }
    let message = body["message"].as_str().unwrap_or_default();
    assert!(!message.is_empty(), "{what}: {body}");
    let text = answer.text.to_lowercase();
    let internal = [
        "127.0.0.1",
        "transport",
        "tonic",
        "hyper",
        "sqlx",
        "sqlite",
        "axum",
        "serde",
        "select ",
        "upstream",
        "status:",
        ".rs:",
        "panick",
    ];
    for word in internal {
        assert!(
            !text.contains(word),
            "{what}: `{word}` is nobody's business: {text}"
        );
    }
    Ok(body)
}
