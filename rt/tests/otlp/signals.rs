//! What arrives, and how.

use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{HistogramDataPoint, Metric};

use crate::collector::{Collector, Seen, attribute, text};
use crate::process::Gateway;

const SAMPLED: &str = "traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const SOON: &str = "BatchTimeout: 50, MetricInterval: 50";

type Variables<'a> = &'a [(&'a str, &'a str)];

fn histogram<'a>(metrics: &'a [Metric], name: &str) -> Option<&'a [HistogramDataPoint]> {
    let metric = metrics.iter().rev().find(|metric| metric.name == name)?;
    match metric.data.as_ref()? {
        Data::Histogram(histogram) => Some(&histogram.data_points),
        _ => None,
    }
}

/// Of a sum or gauge, its first number.
fn number(seen: &Seen, name: &str) -> Option<i64> {
    use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
    let metric = seen.metrics.iter().rev().find(|m| m.name == name)?;
    let points = match metric.data.as_ref()? {
        Data::Sum(sum) => &sum.data_points,
        Data::Gauge(gauge) => &gauge.data_points,
        _ => return None,
    };
    match points.first()?.value? {
        Value::AsInt(number) => Some(number),
        #[allow(clippy::cast_possible_truncation)]
        Value::AsDouble(number) => Some(number.ceil() as i64),
    }
}

#[test]
fn all_three_signals_tell_one_story() {
    let collector = Collector::start();
    let keys = format!(
        "Endpoint: '{}', Logs: true, {SOON}, OtlpHeaders: {{X-Token: mine, x-kept: yes-it-is}}",
        collector.grpc()
    );
    let variables = [("OTEL_EXPORTER_OTLP_HEADERS", "x-token=theirs")];
    let mut gateway = Gateway::start(&keys, &variables);
    assert!(
        gateway
            .tell(&format!("/logged {SAMPLED}"))
            .starts_with("200")
    );
    assert!(gateway.tell("/orders/17 ").starts_with("200"));
    assert!(gateway.tell("/orders/18 ").starts_with("200"));
    assert!(gateway.tell("/no/such/route ").starts_with("404"));
    assert!(gateway.tell("/broken ").starts_with("502"));
    assert!(gateway.tell("/cached ").starts_with("200"));
    assert!(gateway.tell("/own ").starts_with("200"));
    // All of it must be there by the end, whatever the timers say.
    let (_, log) = gateway.end();

    collector.look(|seen| {
        logs(seen, &log);
        metrics(seen);
        resource_and_headers(seen);
    });
}

fn logs(seen: &Seen, log: &str) {
    let span = seen
        .spans
        .iter()
        .find(|span| span.name == "GET /logged")
        .unwrap();
    let said = |target: &str| {
        let record = seen.logs.iter().find(|(name, _)| name == target);
        record.map(|(_, record)| record)
    };
    let record = said("otlp::process").unwrap();
    assert_eq!(text(record.body.as_ref()), "on purpose");
    assert_eq!(
        (record.severity_number, record.severity_text.as_str()),
        (13, "WARN")
    );
    assert_eq!(record.trace_id, span.trace_id);
    assert_eq!(record.span_id, span.span_id);
    assert_eq!(record.flags, 1);
    for (key, value) in [
        ("number", "7"),
        ("big", "18446744073709551615"),
        ("text", "a"),
    ] {
        assert_eq!(attribute(&record.attributes, key), value);
    }
    assert!(attribute(&record.attributes, "code.file.path").ends_with("process.rs"));
    // The standard error has them all the same; what the exporter does is only there.
    assert!(
        log.contains("on purpose") && log.contains("of the exporter"),
        "{log}"
    );
    assert!(
        seen.logs
            .iter()
            .all(|(_, record)| text(record.body.as_ref()) != "of the exporter")
    );
    assert!(said("zgen_rt::http::observe").is_some());
}

/// The route, never the path.
fn metrics(seen: &Seen) {
    let points = histogram(&seen.metrics, "http.server.request.duration").unwrap();
    let point = |route: &str, status: &str| {
        let mut found = points.iter().filter(|point| {
            attribute(&point.attributes, "http.route") == route
                && attribute(&point.attributes, "http.response.status_code") == status
        });
        found
            .next()
            .map(|point| (point.count, point.attributes.clone()))
    };
    assert_eq!(point("/orders/{order_id}", "200").unwrap().0, 2);
    assert_eq!(point("", "404").unwrap().0, 1);
    let (_, attributes) = point("/broken", "502").unwrap();
    for (key, value) in [
        ("http.request.method", "GET"),
        ("url.scheme", "http"),
        ("network.protocol.version", "1.1"),
        ("error.type", "502"),
    ] {
        assert_eq!(attribute(&attributes, key), value);
    }
    let all = format!("{:?}", seen.metrics);
    assert!(!all.contains("/orders/17") && !all.contains("/no/such/route"));
    assert_eq!(points[0].explicit_bounds.len(), 14);
    let points = histogram(&seen.metrics, "db.client.operation.duration").unwrap();
    let systems: Vec<_> = points
        .iter()
        .map(|point| attribute(&point.attributes, "db.system.name"))
        .collect();
    assert_eq!(systems, ["memory", "memory"]);
    assert_eq!(number(seen, "own.count"), Some(3));
    for name in [
        "process.uptime",
        "process.memory.usage",
        "process.thread.count",
        "process.unix.file_descriptor.count",
        "tokio.workers",
        "otel.sdk.processor.span.queue.capacity",
        "otel.sdk.processor.log.queue.capacity",
    ] {
        assert!(number(seen, name).is_some_and(|value| value > 0), "{name}");
    }
}

/// One resource for all of them, and the headers of file and environment.
fn resource_and_headers(seen: &Seen) {
    assert!(seen.resources.len() > 2);
    for resource in &seen.resources {
        assert_eq!(attribute(&resource.attributes, "service.name"), "it");
        assert_eq!(attribute(&resource.attributes, "service.version"), "1.2.3");
        assert!(!attribute(&resource.attributes, "process.pid").is_empty());
    }
    for headers in &seen.headers {
        assert_eq!(
            headers.get_all("x-token").iter().collect::<Vec<_>>(),
            ["theirs"]
        );
        assert_eq!(headers["x-kept"], "yes-it-is");
    }
}

#[test]
fn both_protocols_and_compression() {
    // Protocol, the file's keys, variables, and the paths over HTTP.
    let rows: &[(&str, &str, Variables<'_>, &[&str])] = &[
        ("grpc", "OtlpCompression: gzip", &[], &[]),
        (
            "grpc",
            "Batcher: otlphttp",
            &[("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")],
            &[],
        ),
        (
            "http",
            "Batcher: otlphttp",
            &[],
            &["/v1/logs", "/v1/metrics", "/v1/traces"],
        ),
        (
            "http",
            "Batcher: otlphttp, OtlpHttpPath: /in/v1/traces",
            &[],
            &["/in/v1/logs", "/in/v1/metrics", "/in/v1/traces"],
        ),
        (
            "http",
            "Batcher: otlpgrpc",
            &[
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
            ],
            &["/v1/logs", "/v1/metrics", "/v1/traces"],
        ),
    ];
    for (protocol, keys, variables, paths) in rows {
        let collector = Collector::start();
        let endpoint = match *protocol {
            "grpc" => collector.grpc(),
            _ => collector.http(),
        };
        let keys = format!(
            "Endpoint: '{endpoint}', Logs: true, {SOON}, OtlpHeaders: {{x-token: mine}}, {keys}"
        );
        let mut gateway = Gateway::start(&keys, variables);
        // Twice: the second time the connection is there already.
        for count in 1..=2 {
            assert!(gateway.tell("/logged ").starts_with("200"));
            let sample = "otel_exported_total{signal=\"traces\"}";
            gateway.metric_until(sample, |sent| sent >= count);
        }
        let (_, log) = gateway.end();
        assert!(
            !log.contains("does not take it"),
            "{keys} {variables:?}: {log}"
        );
        collector.look(|seen| {
            let mut found = seen.paths.clone();
            found.sort();
            found.dedup();
            assert_eq!(found, *paths, "{keys} {variables:?}");
            let is_compressed = |headers: &http::HeaderMap| {
                headers.contains_key("content-encoding")
                    || headers.get("grpc-encoding").is_some_and(|e| e == "gzip")
            };
            let wanted = keys.contains("gzip") || format!("{variables:?}").contains("gzip");
            assert!(!seen.headers.is_empty());
            for headers in &seen.headers {
                assert_eq!(headers["x-token"], "mine");
                assert_eq!(is_compressed(headers), wanted, "{headers:?}");
            }
        });
    }
}

#[test]
fn each_signal_is_switched_by_itself() {
    // The file's keys, variables, and which of spans, metrics and logs arrive.
    let rows: &[(&str, Variables<'_>, [bool; 3])] = &[
        ("", &[], [true, true, false]),
        ("Logs: true", &[], [true, true, true]),
        ("Metrics: false", &[], [true, false, false]),
        ("Disabled: true", &[], [false, false, false]),
        (
            "Logs: true",
            &[("OTEL_SDK_DISABLED", "true")],
            [false, false, false],
        ),
        (
            "",
            &[("OTEL_METRICS_EXPORTER", "none")],
            [true, false, false],
        ),
        (
            "",
            &[("OTEL_TRACES_EXPORTER", "none")],
            [false, true, false],
        ),
        (
            "Metrics: false",
            &[("OTEL_LOGS_EXPORTER", "otlp")],
            [true, false, true],
        ),
        (
            "Logs: true",
            &[("OTEL_LOGS_EXPORTER", "none")],
            [true, true, false],
        ),
        (
            "Endpoint: ''",
            &[("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "$HERE")],
            [false, true, false],
        ),
        (
            "Endpoint: ''",
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", "$HERE")],
            [true, true, false],
        ),
    ];
    for (keys, variables, expected) in rows {
        let collector = Collector::start();
        let here = collector.grpc();
        let given = if keys.contains("Endpoint") {
            (*keys).to_owned()
        } else {
            format!("Endpoint: '{here}', {keys}")
        };
        let variables: Vec<_> = variables
            .iter()
            .map(|(name, value)| {
                (
                    *name,
                    if *value == "$HERE" {
                        here.as_str()
                    } else {
                        value
                    },
                )
            })
            .collect();
        let mut gateway = Gateway::start(&given, &variables);
        gateway.tell("/logged ");
        gateway.end();
        let found = collector.look(|seen| {
            [
                !seen.spans.is_empty(),
                !seen.metrics.is_empty(),
                !seen.logs.is_empty(),
            ]
        });
        assert_eq!(found, *expected, "{keys} {variables:?}");
    }
}

#[test]
fn what_cannot_be_meant_is_said_at_the_start() {
    let rows: &[(&str, Variables<'_>, &str)] = &[
        (
            "",
            &[("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")],
            "OTEL_EXPORTER_OTLP_PROTOCOL: expected",
        ),
        (
            "",
            &[("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd")],
            "OTEL_EXPORTER_OTLP_COMPRESSION: expected",
        ),
        (
            "",
            &[("OTEL_EXPORTER_OTLP_TIMEOUT", "10s")],
            "OTEL_EXPORTER_OTLP_TIMEOUT: expected milli",
        ),
        (
            "",
            &[("OTEL_LOGS_EXPORTER", "console")],
            "OTEL_LOGS_EXPORTER: expected",
        ),
        (
            "",
            &[("OTEL_TRACES_SAMPLER", "jaeger_remote")],
            "OTEL_TRACES_SAMPLER: expected",
        ),
        (
            "",
            &[("OTEL_BSP_MAX_QUEUE_SIZE", "-1")],
            "OTEL_BSP_MAX_QUEUE_SIZE: expected",
        ),
        ("OtlpHeaders: {'a b': secret}", &[], "OtlpHeaders: `a b`"),
        (
            "Priority: [{Values: [a]}]",
            &[],
            "Priority[0]: expected one of",
        ),
        (
            "Priority: [{Route: /a, Values: [b]}]",
            &[],
            "Priority[0]: Values",
        ),
    ];
    for (keys, variables, expected) in rows {
        let said = Gateway::refusal(&format!("Endpoint: 'localhost:1', {keys}"), variables);
        assert!(
            said.starts_with("OpenTelemetry: ") && said.contains(expected),
            "{said}"
        );
        assert!(!said.contains("secret"), "{said}");
    }
}

#[test]
fn prometheus_has_the_trace_of_an_example_and_the_process() {
    let collector = Collector::start();
    let mut gateway = Gateway::start(&format!("Endpoint: '{}'", collector.grpc()), &[]);
    gateway.tell(&format!("/orders/7 {SAMPLED}"));
    gateway.tell("/cached ");
    gateway.tell("/cached ");
    let text = gateway.metrics();
    let line = text
        .lines()
        .find(|line| {
            line.starts_with("http_server_requests_duration_ms_bucket")
                && line.contains("orders")
                && line.contains('#')
        })
        .unwrap_or_else(|| panic!("no example in\n{text}"));
    assert!(line.contains("path=\"/orders/{order_id}\""), "{line}");
    assert!(
        line.contains("# {trace_id=\"0af7651916cd43dd8448eb211c80319c\"}"),
        "{line}"
    );
    for part in [
        "http_server_requests_code_total{path=\"/orders/{order_id}\",method=\"GET\",code=\"200\"} 1",
        "cache_reads_total{result=\"hit\"} 1",
        "cache_reads_total{result=\"miss\"} 1",
        "otel_dropped_total{signal=\"traces\",reason=\"queue_full\"} 0",
        "otel_queued{signal=\"traces\"} ",
        "process_cpu_seconds_total ",
        "process_resident_memory_bytes ",
        "process_open_fds ",
    ] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
}
