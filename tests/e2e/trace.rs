//! The trace of each kind of request, exactly: names, kinds, parents, services, attributes.
//!
//! `traces/*.txt` are what is expected; `ZGEN_UPDATE=1` writes them anew.

use std::fmt::Write as _;
use std::fs;

use anyhow::Context as _;
use camino::Utf8Path;
use zgen::dev::span::{Span, Status, Value};
use zgen::dev::tree;

use crate::client::JSON;
use crate::files;
use crate::system::{System, ended_well};

pub(crate) const ORDER: &str = r#"{"user_id":7,"product_id":42,"amount":99.5}"#;

struct Case {
    /// Of the file with the trace.
    name: &'static str,
    method: &'static str,
    path: &'static str,
    body: &'static str,
    status: u16,
}

/// In this order on one system: the second reads what the first has stored.
const CASES: &[Case] = &[
    Case {
        name: "create",
        method: "POST",
        path: "/api/v1/orders",
        body: ORDER,
        status: 200,
    },
    Case {
        name: "get",
        method: "GET",
        path: "/api/v1/orders/1",
        body: "",
        status: 200,
    },
    Case {
        name: "invalid",
        method: "POST",
        path: "/api/v1/orders",
        body: r#"{"user_id":"many"}"#,
        status: 400,
    },
    Case {
        name: "not_found",
        method: "GET",
        path: "/api/v1/orders/404",
        body: "",
        status: 404,
    },
    Case {
        name: "wrong_method",
        method: "DELETE",
        path: "/api/v1/orders/1",
        body: "",
        status: 405,
    },
    Case {
        name: "unknown_path",
        method: "GET",
        path: "/api/v2/orders",
        body: "",
        status: 404,
    },
];

#[tokio::test]
async fn each_request_leaves_its_trace() -> anyhow::Result<()> {
    let mut system = System::start().await?;
    let client = system.client();
    for case in CASES {
        let (method, path) = (case.method, case.path);
        let answer = client.send(method, path, case.body, JSON).await?;
        assert_eq!(answer.status, case.status, "{path}: {}", answer.text);
        let spans = system.trace(&answer.trace_id()?).await?;
        check(case.name, &spans)?;
        assert_eq!(parent(&spans), None, "{}", case.name);
    }

    system.service.terminate();
    ended_well(&mut system.service).await?;
    let answer = client.post("/api/v1/orders", ORDER).await?;
    assert_eq!(answer.status, 503, "{}", answer.text);
    check("service_down", &system.trace(&answer.trace_id()?).await?)?;
    Ok(())
}

#[tokio::test]
async fn a_callers_trace_is_continued() -> anyhow::Result<()> {
    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const PARENT: &str = "00f067aa0ba902b7";
    const UNSAMPLED: &str = "0af7651916cd43dd8448eb211c80319c";
    let system = System::start().await?;
    let client = system.client();

    let header = format!("00-{UNSAMPLED}-{PARENT}-00");
    let headers = [JSON, &[("traceparent", header.as_str())]].concat();
    let unsampled = client
        .send("POST", "/api/v1/orders", ORDER, &headers)
        .await?;
    assert_eq!(unsampled.status, 200);
    assert_eq!(unsampled.trace_id()?, UNSAMPLED);
    assert!(unsampled.header("traceparent").ends_with("-00"));

    let header = format!("00-{TRACE}-{PARENT}-01");
    let headers = [JSON, &[("traceparent", header.as_str())]].concat();
    let answer = client
        .send("POST", "/api/v1/orders", ORDER, &headers)
        .await?;
    assert_eq!(answer.trace_id()?, TRACE);
    assert!(answer.header("traceparent").ends_with("-01"));

    // The caller exports elsewhere, so its span never comes: the trace is whole when both processes have sent theirs.
    let expected = fs::read_to_string(file("create"))?.lines().count();
    let has_all = |spans: &[Span]| tree::of_trace(spans, TRACE).len() == expected;
    let spans = system
        .receiver
        .wait_for(has_all, crate::system::SPANS)
        .await;
    let spans = tree::of_trace(&spans.context("spans are missing")?, TRACE);
    assert_eq!(parent(&spans).as_deref(), Some(PARENT));
    let order_id = |text: &str| text.replace("order_id=2", "order_id=1");
    assert_eq!(
        order_id(&shape(&spans, &[])),
        fs::read_to_string(file("create"))?
    );
    // Exported earlier, if at all.
    let all = system.receiver.spans();
    assert_eq!(tree::trace_ids(&all), [TRACE]);
    Ok(())
}

/// Of the span that the trace begins with here.
fn parent(spans: &[Span]) -> Option<String> {
    tree::rows(spans).first()?.span.parent_id.clone()
}

pub(crate) fn check(name: &str, spans: &[Span]) -> anyhow::Result<()> {
    check_text(name, &shape(spans, &[]))
}

pub(crate) fn check_text(name: &str, found: &str) -> anyhow::Result<()> {
    let path = file(name);
    if std::env::var_os("ZGEN_UPDATE").is_some_and(|value| value == "1") {
        files::write(Utf8Path::new(&path), found.as_bytes())?;
    }
    let expected = fs::read_to_string(&path).with_context(|| path.clone())?;
    assert!(found == expected, "{path}:\n{expected}\nfound:\n{found}");
    Ok(())
}

fn file(name: &str) -> String {
    format!("tests/e2e/traces/{name}.txt")
}

/// A line for each span, indented below its parent: kind, name, service, attributes; then events in brackets and, after
/// `!`, an error. Ports differ from run to run: they stand as whose they are, or are left out.
pub(crate) fn shape(spans: &[Span], ports: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for row in tree::rows(spans) {
        let span = row.span;
        let indent = "  ".repeat(row.depth);
        let _ = write!(
            out,
            "{indent}{} {} ({})",
            span.kind, span.name, span.service
        );
        for (key, value) in &span.attributes {
            if key != "server.port" {
                let _ = write!(out, " {key}={value}");
            } else if let Some(name) = port_of(value, ports) {
                let _ = write!(out, " {key}={name}");
            }
        }
        for event in &span.events {
            let _ = write!(out, " [{}]", event.name);
        }
        if let Status::Error(message) = &span.status {
            let _ = write!(out, " ! {message}");
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}

fn port_of<'a>(value: &Value, ports: &[(&str, &'a str)]) -> Option<&'a str> {
    let value = value.to_string();
    let found = ports.iter().find(|(port, _)| *port == value)?;
    Some(found.1)
}
