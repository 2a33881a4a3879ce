//! The sample session: an order is placed and read back, and the traces of both requests are shown.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context as _, bail};
use hyper::{Method, StatusCode};
use serde_json::Value;

use super::client::{Answer, Client};
use super::receiver::Receiver;
use super::text::clean;
use super::{render, tree};

/// For the last span of a request to arrive; exports happen every 200 ms.
const PATIENCE: Duration = Duration::from_secs(15);

/// A request of the session. `{field}` in a path is filled in from the answer before.
struct Call {
    method: Method,
    path: &'static str,
    body: &'static str,
}

const CALLS: &[Call] = &[
    Call {
        method: Method::POST,
        path: "/api/v1/orders",
        body: r#"{"user_id":7,"product_id":42,"amount":99.5}"#,
    },
    Call {
        method: Method::GET,
        path: "/api/v1/orders/{order_id}",
        body: "",
    },
];

/// Sends the requests to the gateway at `address`. True when each was answered 200 and has left a complete trace.
pub(super) async fn run(
    address: &str,
    receiver: &Receiver,
    color: bool,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    let client = Client::new(address);
    let mut answers = Vec::new();
    for call in CALLS {
        let path = fill(call.path, answers.last())?;
        writeln!(out, "\n{} {}", call.method, client.url(&path))?;
        if !call.body.is_empty() {
            writeln!(out, "  {}", call.body)?;
        }
        let answer = client.send(&call.method, &path, call.body).await?;
        show(&answer, out)?;
        if answer.status != StatusCode::OK {
            return Ok(false);
        }
        answers.push(answer);
    }
    let mut complete = true;
    for answer in &answers {
        complete &= show_trace(answer, receiver, color, out).await?;
    }
    Ok(complete)
}

fn show(answer: &Answer, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "{}", answer.status)?;
    if let Some(traceparent) = &answer.traceparent {
        writeln!(out, "  traceparent: {}", clean(traceparent))?;
    }
    writeln!(out, "  {}", clean(answer.body.trim_end()))?;
    out.flush()?;
    Ok(())
}

async fn show_trace(
    answer: &Answer,
    receiver: &Receiver,
    color: bool,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    let Some(id) = answer.trace_id() else {
        writeln!(out, "\nno trace: the answer names none in `traceparent`")?;
        return Ok(false);
    };
    let complete = |spans: &[_]| tree::is_complete(&tree::of_trace(spans, id));
    let complete = receiver.wait_for(complete, PATIENCE).await.is_some();
    let spans = tree::of_trace(&receiver.spans(), id);
    write!(out, "\n{}", render::trace(&spans, color))?;
    if !complete {
        let seconds = PATIENCE.as_secs();
        writeln!(out, "trace {id} is not complete after {seconds} s")?;
    }
    out.flush()?;
    Ok(complete)
}

/// Puts fields of the answer before into a path.
fn fill(path: &str, before: Option<&Answer>) -> anyhow::Result<String> {
    let mut filled = String::new();
    let mut rest = path;
    while let Some((start, (field, end))) = rest
        .split_once('{')
        .and_then(|(start, tail)| Some((start, tail.split_once('}')?)))
    {
        let body = before.map_or("", |answer| &answer.body);
        let body: Value = serde_json::from_str(body)
            .with_context(|| format!("the answer before {path} is not JSON"))?;
        let value = match &body[field] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => bail!("the answer before {path} has no `{field}`"),
        };
        filled.push_str(start);
        filled.push_str(&value);
        rest = end;
    }
    Ok(filled + rest)
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// A gateway that gives one answer per connection; leaves a trace of one span per answer.
    async fn serve(listener: TcpListener, endpoint: String, head: &str) -> anyhow::Result<()> {
        let mut exporter = TraceServiceClient::connect(endpoint).await?;
        for request in 1_u8.. {
            let (mut connection, _) = listener.accept().await?;
            let mut text = vec![0; 4096];
            let length = connection.read(&mut text).await?;
            let text = String::from_utf8_lossy(&text[..length]);
            let line = text.lines().next().unwrap_or_default();
            let trace = [request; 16];
            let span = Span {
                trace_id: trace.to_vec(),
                span_id: vec![request; 8],
                name: line.to_owned(),
                ..Span::default()
            };
            let id = format!("{:032x}", u128::from_be_bytes(trace));
            let body = r#"{"order_id":12}"#;
            let answer = format!(
                "HTTP/1.1 {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                head.replace("TRACE", &id),
                body.len()
            );
            connection.write_all(answer.as_bytes()).await?;
            let batch = ResourceSpans {
                scope_spans: vec![ScopeSpans {
                    spans: vec![span],
                    ..ScopeSpans::default()
                }],
                ..ResourceSpans::default()
            };
            let batch = ExportTraceServiceRequest {
                resource_spans: vec![batch],
            };
            exporter.export(batch).await?;
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_session_wants_answers_and_traces() -> anyhow::Result<()> {
        let cases: [(&'static str, bool, &[&str]); 3] = [
            (
                "200 OK\r\ntraceparent: 00-TRACE-00f067aa0ba902b7-01",
                true,
                &[
                    "POST http://ADDRESS/api/v1/orders\n  {\"user_id\":7",
                    "GET http://ADDRESS/api/v1/orders/12\n",
                    "200 OK\n  traceparent: 00-0202",
                    "  {\"order_id\":12}\n",
                    "trace 01010101010101010101010101010101",
                    "trace 02020202020202020202020202020202",
                    "GET /api/v1/orders/12 HTTP/1.1  INTERNAL",
                ],
            ),
            (
                "500 Oh\r\nserver: none",
                false,
                &["500 Internal Server Error\n"],
            ),
            ("200 OK\r\nserver: none", false, &["no trace: "]),
        ];
        for (head, expected, shown) in cases {
            let receiver = Receiver::start().await?;
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?.to_string();
            let gateway = tokio::spawn(serve(listener, receiver.endpoint().to_owned(), head));
            let mut out = Vec::new();
            let success = run(&address, &receiver, false, &mut out).await?;
            gateway.abort();
            let out = String::from_utf8(out)?.replace(&address, "ADDRESS");
            assert_eq!(success, expected, "{out}");
            for part in shown {
                assert!(out.contains(part), "{part} is not in:\n{out}");
            }
        }
        Ok(())
    }

    fn answer(body: &str) -> Answer {
        Answer {
            status: StatusCode::OK,
            traceparent: None,
            body: body.to_owned(),
        }
    }

    #[test]
    fn fills_paths_from_answers() {
        let cases = [
            ("/orders", "", Some("/orders")),
            ("/orders/{id}", r#"{"id":7}"#, Some("/orders/7")),
            ("/orders/{id}/x", r#"{"id":"a7"}"#, Some("/orders/a7/x")),
            ("/orders/{id}", r#"{"no":7}"#, None),
            ("/orders/{id}", "no json", None),
        ];
        for (path, body, expected) in cases {
            let filled = fill(path, Some(&answer(body))).ok();
            assert_eq!(filled.as_deref(), expected, "{path} {body}");
        }
    }

    #[test]
    fn reads_the_trace_from_traceparent() {
        let cases = [
            (
                Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
                Some("4bf92f3577b34da6a3ce929d0e0e4736"),
            ),
            (Some("00-short-00f067aa0ba902b7-01"), None),
            (Some(""), None),
            (None, None),
        ];
        for (header, expected) in cases {
            let answer = Answer {
                traceparent: header.map(str::to_owned),
                ..answer("")
            };
            assert_eq!(answer.trace_id(), expected, "{header:?}");
        }
    }
}
