use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{self as otlp, ResourceSpans, ScopeSpans};
use zgen::dev::receiver::Receiver;
use zgen::dev::span::{Kind, Status, Value};

fn export(trace: u8, spans: &[u8]) -> ExportTraceServiceRequest {
    let spans = spans.iter().map(|&id| otlp::Span {
        trace_id: vec![trace; 16],
        span_id: vec![id; 8],
        parent_span_id: vec![id - 1; 8],
        name: format!("span {id}"),
        kind: otlp::span::SpanKind::Client.into(),
        start_time_unix_nano: 1_000,
        end_time_unix_nano: 4_000,
        attributes: vec![pair("rpc.system.name", "grpc")],
        events: vec![otlp::span::Event {
            name: "exception".to_owned(),
            ..Default::default()
        }],
        status: Some(otlp::Status {
            code: otlp::status::StatusCode::Error.into(),
            message: "unavailable".to_owned(),
        }),
        ..Default::default()
    });
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource {
                attributes: vec![pair("service.name", "order-api")],
                ..Default::default()
            }),
            scope_spans: vec![ScopeSpans {
                spans: spans.collect(),
                ..Default::default()
            }],
            ..Default::default()
        }],
    }
}

fn pair(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            value: Some(any_value::Value::StringValue(value.to_owned())),
        }),
        ..Default::default()
    }
}

#[tokio::test]
async fn the_receiver_keeps_what_is_exported() -> anyhow::Result<()> {
    let receiver = Receiver::start().await?;
    let mut client = TraceServiceClient::connect(receiver.endpoint().to_owned()).await?;
    client.export(export(7, &[1, 2])).await?;

    let spans = receiver.spans();
    let ids: Vec<_> = spans
        .iter()
        .map(|span| (span.span_id.as_str(), span.parent_id.as_deref()))
        .collect();
    let first = "0101010101010101";
    assert_eq!(ids, [(first, None), ("0202020202020202", Some(first))]);
    let span = &spans[0];
    assert_eq!(span.trace_id, "07".repeat(16));
    assert_eq!(span.name, "span 1");
    assert_eq!(span.kind, Kind::Client);
    assert_eq!(span.duration(), Duration::from_micros(3));
    assert_eq!(span.service, "order-api");
    assert_eq!(span.resource["service.name"], Value::from("order-api"));
    assert_eq!(span.attributes["rpc.system.name"], Value::from("grpc"));
    assert_eq!(span.events[0].name, "exception");
    assert_eq!(span.status, Status::Error("unavailable".to_owned()));

    assert_eq!(receiver.take().len(), 2);
    assert!(receiver.spans().is_empty());
    Ok(())
}

#[tokio::test]
async fn the_receiver_waits_for_spans() -> anyhow::Result<()> {
    let receiver = Receiver::start().await?;
    let endpoint = receiver.endpoint().to_owned();
    let late = tokio::spawn(async move {
        let mut client = TraceServiceClient::connect(endpoint).await?;
        for id in 1..=3 {
            client.export(export(1, &[id])).await?;
        }
        anyhow::Ok(())
    });
    let found = receiver
        .wait_for(|spans| spans.len() == 3, Duration::from_secs(10))
        .await;
    assert_eq!(found.map(|spans| spans.len()), Some(3));
    late.await??;

    let never = receiver
        .wait_for(|spans| spans.len() > 3, Duration::from_millis(50))
        .await;
    assert!(never.is_none());
    Ok(())
}
