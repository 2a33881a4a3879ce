//! Spans and their context: W3C headers in and out, nesting, failures, and no leak from one request to another.
#![cfg(feature = "testing")]

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use opentelemetry::trace::{Status, TraceId};
use opentelemetry_sdk::trace::SpanData;
use zgen_rt::Code;
use zgen_rt::trace::testing::capture;
use zgen_rt::trace::{Failure, Ids, InContext as _, Span, current_ids, extract, inject, step};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("it broke")
    }
}

impl Failure for Broken {
    fn code(&self) -> Code {
        Code::NotFound
    }
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

/// The headers of a sampled request in a trace of its own.
fn sampled() -> (HeaderMap, TraceId) {
    let trace = format!("{:032x}", rand::random_range(1..u128::MAX));
    let header = format!("00-{trace}-{PARENT}-01");
    (
        headers(&[("traceparent", &header)]),
        TraceId::from_hex(&trace).unwrap(),
    )
}

fn outgoing() -> HeaderMap {
    let mut headers = HeaderMap::new();
    inject(&mut headers);
    headers
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

fn attribute(span: &SpanData, key: &str) -> String {
    let found = span.attributes.iter().find(|a| a.key.as_str() == key);
    found.map_or_else(String::new, |a| a.value.to_string())
}

#[test]
fn traceparent_is_read_as_the_recommendation_says() {
    let good = |flags: &str| format!("00-{TRACE}-{PARENT}-{flags}");
    let rows = [
        (good("00"), Some(false)),
        (good("01"), Some(true)),
        (good("02"), Some(false)),
        (good("03"), Some(true)),
        (good("ff"), Some(true)),
        (good("fe"), Some(false)),
        (format!(" {} ", good("01")), Some(true)),
        // Later versions: their first four fields are read, and more may follow.
        (format!("01-{TRACE}-{PARENT}-01"), Some(true)),
        (
            format!("cc-{TRACE}-{PARENT}-00-what-the-future-brings"),
            Some(false),
        ),
        (format!("fe-{TRACE}-{PARENT}-01-"), Some(true)),
        (format!("cc-{TRACE}-{PARENT}-01.x"), None),
        (format!("00-{TRACE}-{PARENT}-01-x"), None),
        (format!("00-{TRACE}-{PARENT}-01-"), None),
        (format!("ff-{TRACE}-{PARENT}-01"), None),
        (format!("0-{TRACE}-{PARENT}-01"), None),
        (format!("000-{TRACE}-{PARENT}-01"), None),
        (format!("0x-{TRACE}-{PARENT}-01"), None),
        (format!("00-{TRACE}-{PARENT}-1"), None),
        (format!("00-{TRACE}-{PARENT}-001"), None),
        (format!("00-{TRACE}-{PARENT}-0x"), None),
        (format!("00-{TRACE}-{PARENT}-"), None),
        (format!("00-{TRACE}-{PARENT}"), None),
        (format!("00-{TRACE}"), None),
        (format!("00-{}-{PARENT}-01", &TRACE[1..]), None),
        (format!("00-{TRACE}0-{PARENT}-01"), None),
        (format!("00-{TRACE}-{}-01", &PARENT[1..]), None),
        (format!("00-{TRACE}-{PARENT}0-01"), None),
        (format!("00-{}-{PARENT}-01", TRACE.to_uppercase()), None),
        (format!("00-{TRACE}-{}-01", PARENT.to_uppercase()), None),
        (format!("00-{}-{PARENT}-01", "0".repeat(32)), None),
        (format!("00-{TRACE}-{}-01", "0".repeat(16)), None),
        (format!("00-{}g-{PARENT}-01", &TRACE[1..]), None),
        (format!("00-+{}-{PARENT}-01", &TRACE[1..]), None),
        (format!("00_{TRACE}_{PARENT}_01"), None),
        (String::new(), None),
        ("-".repeat(1 << 16), None),
        ("中".repeat(20), None),
    ];
    for (header, expected) in rows {
        let got = Ids::from_traceparent(&header);
        let shown = &header[..header.len().min(90)];
        assert_eq!(got.map(|ids| ids.sampled), expected, "{shown}");
        if let Some(ids) = got {
            assert_eq!(ids.trace_id.to_string(), TRACE, "{shown}");
            assert_eq!(ids.span_id.to_string(), PARENT, "{shown}");
            let flags = if ids.sampled { "01" } else { "00" };
            assert_eq!(ids.to_string(), good(flags), "{shown}");
        }
    }
}

#[test]
fn ids_keep_their_leading_zeros() {
    let header = format!("00-{}1-{}1-00", "0".repeat(31), "0".repeat(15));
    assert_eq!(Ids::from_traceparent(&header).unwrap().to_string(), header);
}

#[test]
fn headers_that_are_no_text_or_doubled_start_a_new_trace() {
    let mut binary = HeaderMap::new();
    binary.insert("traceparent", HeaderValue::from_bytes(b"\xff\xfe").unwrap());
    assert_eq!(extract(&binary), None);
    let good = format!("00-{TRACE}-{PARENT}-01");
    let twice = headers(&[("traceparent", &good), ("traceparent", &good)]);
    assert_eq!(extract(&twice), None);
    assert_eq!(extract(&HeaderMap::new()), None);
}

#[test]
fn a_new_trace_has_new_ids() {
    capture();
    let ids: Vec<_> = (0..100)
        .map(|_| Span::server("x", &HeaderMap::new()).ids().unwrap())
        .collect();
    for (at, one) in ids.iter().enumerate() {
        assert!(one.sampled);
        assert_ne!(one.trace_id, TraceId::INVALID);
        assert!(
            ids[at + 1..]
                .iter()
                .all(|other| { other.trace_id != one.trace_id && other.span_id != one.span_id })
        );
    }
}

#[test]
fn what_travels_along_is_handed_on() {
    type Sent<'a> = &'a [(&'static str, &'a str)];
    capture();
    let parent = format!("00-{TRACE}-{PARENT}-01");
    let unsampled = format!("00-{TRACE}-{PARENT}-00");
    let big = "k=v,".repeat(2100);
    let fits = format!("k={}", "v".repeat(8190));
    let member = format!("k={}", "v".repeat(98));
    let many = vec!["k=v"; 40].join(",");
    let first = vec!["k=v"; 32].join(",");
    let long = [member.as_str(); 6].join(",");
    let begun = [member.as_str(); 5].join(",");
    let endless = "k".repeat(600);
    // Sent, and the tracestate and baggage that go on.
    let rows: &[(Sent<'_>, &str, &str)] = &[
        (&[("traceparent", &parent)], "", ""),
        (
            &[("traceparent", &parent), ("tracestate", "a=1,b=2")],
            "a=1,b=2",
            "",
        ),
        (
            &[("traceparent", &unsampled), ("tracestate", "a=1")],
            "a=1",
            "",
        ),
        (&[("tracestate", "a=1"), ("baggage", "u=7")], "", "u=7"),
        (&[("traceparent", "broken"), ("tracestate", "a=1")], "", ""),
        // Both may come in several lines, which mean the same as one.
        (
            &[
                ("traceparent", &parent),
                ("tracestate", "a=1"),
                ("tracestate", "b=2"),
                ("baggage", "u=7"),
                ("baggage", "v=8;p"),
            ],
            "a=1,b=2",
            "u=7,v=8;p",
        ),
        // Whole members, from the first one on.
        (
            &[("traceparent", &parent), ("tracestate", &many)],
            &first,
            "",
        ),
        (
            &[("traceparent", &parent), ("tracestate", &long)],
            &begun,
            "",
        ),
        (
            &[("traceparent", &parent), ("tracestate", &endless)],
            "",
            "",
        ),
        (&[("traceparent", &parent), ("baggage", &fits)], "", &fits),
        (&[("traceparent", &parent), ("baggage", &big)], "", ""),
    ];
    for (sent, tracestate, baggage) in rows {
        let span = Span::server("x", &headers(sent));
        let child = span.enter(|| Span::client("y"));
        for position in [&span, &child] {
            let out = position.enter(outgoing);
            let what = format!("{:.200}", format!("{sent:?}"));
            assert_eq!(text(&out, "tracestate"), *tracestate, "{what}");
            assert_eq!(text(&out, "baggage"), *baggage, "{what}");
            assert_eq!(out.get_all("traceparent").iter().count(), 1, "{what}");
        }
    }
}

#[test]
fn an_unsampled_trace_passes_through() {
    let captured = capture();
    let parent = "00-00000000000000000000000000abcdef-00f067aa0ba902b7-00";
    let span = Span::server("x", &headers(&[("traceparent", parent)]));
    assert!(!span.is_recording());
    let out = span.enter(|| Span::internal("y").enter(outgoing));
    assert_eq!(text(&out, "traceparent"), parent);
    let id = span.ids().unwrap().trace_id;
    drop(span);
    assert_eq!(captured.tree(id), "");
}

#[test]
fn outside_a_request_nothing_is_recorded_or_sent() {
    capture();
    assert_eq!(current_ids(), None);
    let span = Span::internal("x");
    assert!(span.ids().is_none() && !span.is_recording());
    span.set("k", "v");
    span.fail(&Broken);
    assert!(span.enter(outgoing).is_empty());
    Span::current().set("k", "v");
}

#[tokio::test]
async fn spans_nest_as_the_work_does() {
    let captured = capture();
    let (headers, id) = sampled();
    let server = Span::server("S", &headers);
    server
        .scope(async {
            let handler = Span::internal("H");
            handler
                .scope(async {
                    tokio::task::yield_now().await;
                    step("A", async { Ok::<_, Broken>(()) }).await.unwrap();
                    Span::client("C").scope(tokio::task::yield_now()).await;
                    let one = step("J1", async {
                        tokio::task::yield_now().await;
                        step("J1a", async { Ok::<_, Broken>(()) }).await
                    });
                    let two = step("J2", async { Err::<(), _>(Broken) });
                    let (one, two) = futures_util::join!(one, two);
                    assert!(one.is_ok() && two.is_err());
                })
                .await;
            step("After", async { Ok::<_, Broken>(()) }).await.unwrap();
        })
        .await;
    assert_eq!(current_ids(), None);
    drop(server);
    let expected = "\
SERVER S
  INTERNAL H
    INTERNAL A
    CLIENT C
    INTERNAL J1
      INTERNAL J1a
    INTERNAL J2
  INTERNAL After
";
    assert_eq!(captured.tree(id), expected);
    let spans = captured.spans(id);
    let server = &spans[0];
    assert_eq!(server.parent_span_id.to_string(), PARENT);
    assert!(server.parent_span_is_remote);
    assert!(spans[1..].iter().all(|span| !span.parent_span_is_remote));
    assert!(spans.iter().all(|span| span.start_time <= span.end_time));
}

#[tokio::test]
async fn a_spawned_task_is_part_of_the_trace_if_it_asks() {
    let captured = capture();
    let (headers, id) = sampled();
    let server = Span::server("S", &headers);
    let (with, without) = server
        .scope(async {
            let work = || async { Span::internal("Task").ids() };
            let with = tokio::spawn(work().in_context());
            let without = tokio::spawn(work());
            (with.await.unwrap(), without.await.unwrap())
        })
        .await;
    assert_eq!(with.unwrap().trace_id, id);
    assert_eq!(without, None);
    drop(server);
    assert_eq!(captured.tree(id), "SERVER S\n  INTERNAL Task\n");
}

#[tokio::test]
async fn failures_show_on_the_span_that_failed() {
    let captured = capture();
    let (headers, id) = sampled();
    let server = Span::server("S", &headers);
    let result = server
        .scope(step("Failing", async {
            step("Fine", async { Ok::<_, Broken>(1) }).await?;
            Err::<i32, _>(Broken)
        }))
        .await;
    assert!(result.is_err());
    drop(server);
    let spans = captured.spans(id);
    let find = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    for name in ["S", "Fine"] {
        assert_eq!(find(name).status, Status::Unset, "{name}");
        assert!(find(name).events.is_empty(), "{name}");
    }
    let failing = find("Failing");
    assert_eq!(failing.status, Status::error("it broke"));
    assert_eq!(attribute(failing, "error.type"), "not_found");
    let event = &failing.events.events[0];
    assert_eq!(event.name, "exception");
    let said: Vec<_> = event
        .attributes
        .iter()
        .map(|a| a.value.to_string())
        .collect();
    assert_eq!(said, ["not_found", "it broke"]);
}

#[test]
fn attributes_are_typed_bounded_and_last_wins() {
    let captured = capture();
    let (headers, id) = sampled();
    let span = Span::server("S", &headers);
    span.set("n", 1_i64);
    span.set("n", 2_u8);
    span.set("max", u64::MAX);
    span.set("fits", 7_u64);
    span.set("ratio", f64::NAN);
    span.set("flag", true);
    span.set("text", "t".to_owned());
    span.rename("Renamed");
    for at in 0..200 {
        span.set(Box::leak(format!("k{at}").into_boxed_str()), at);
    }
    drop(span);
    let span = captured.spans(id).remove(0);
    assert_eq!(span.name, "Renamed");
    assert_eq!(attribute(&span, "n"), "2");
    // OTLP has no unsigned numbers.
    assert_eq!(attribute(&span, "max"), "18446744073709551615");
    assert_eq!(attribute(&span, "fits"), "7");
    assert_eq!(attribute(&span, "flag"), "true");
    assert_eq!(span.attributes.len(), 128);
    assert_eq!(span.dropped_attributes_count, 200 - (128 - 6));
}

#[test]
fn events_and_links_are_kept_up_to_a_bound() {
    let captured = capture();
    let (headers, id) = sampled();
    let span = Span::server("S", &headers);
    let other = Ids::from_traceparent(&format!("00-{TRACE}-{PARENT}-01")).unwrap();
    for number in 0..130 {
        span.event("counted", |said| {
            said.set("number", number);
            said.set("text", "t");
        });
        span.link(other);
    }
    drop(span);
    let span = captured.spans(id).remove(0);
    assert_eq!(span.events.events.len(), 128);
    assert_eq!(span.events.dropped_count, 2);
    let last = &span.events.events[127];
    assert_eq!(last.name, "counted");
    let said: Vec<_> = last
        .attributes
        .iter()
        .map(|a| a.value.to_string())
        .collect();
    assert_eq!(said, ["127", "t"]);
    assert_eq!(span.links.links.len(), 128);
    assert_eq!(span.links.dropped_count, 2);
    assert_eq!(span.links.links[0].span_context.trace_id(), other.trace_id);
    assert_eq!(span.links.links[0].span_context.span_id(), other.span_id);

    // Nobody is asked to describe what nobody keeps.
    let header = format!("00-{TRACE}-{PARENT}-00");
    let mut unsampled = HeaderMap::new();
    unsampled.insert("traceparent", header.parse().unwrap());
    Span::server("S", &unsampled).event("never", |_| panic!("described"));
}

/// Polls from many requests interleave on one thread; each sees its own ids, whatever becomes of the others.
#[tokio::test(flavor = "current_thread")]
async fn requests_on_one_thread_do_not_see_each_other() {
    capture();
    let mut tasks = Vec::new();
    for number in 0..60 {
        tasks.push(tokio::spawn(async move {
            let (headers, id) = sampled();
            let work = async move {
                for turn in 0..20 {
                    assert_eq!(current_ids().unwrap().trace_id, id);
                    let inner = Span::internal("Inner");
                    inner
                        .scope(async {
                            tokio::task::yield_now().await;
                            assert_eq!(current_ids().unwrap().trace_id, id);
                            assert!(number % 3 != 1 || turn < 10, "on purpose");
                        })
                        .await;
                }
            };
            Span::server("S", &headers).scope(work).await;
        }));
    }
    tokio::task::yield_now().await;
    for (number, task) in tasks.iter().enumerate() {
        if number % 3 == 2 {
            task.abort();
        }
    }
    for (number, task) in tasks.into_iter().enumerate() {
        let ended = task.await;
        match number % 3 {
            0 => ended.unwrap(),
            1 => assert!(ended.unwrap_err().is_panic()),
            _ => assert!(ended.unwrap_err().is_cancelled()),
        }
        assert_eq!(current_ids(), None);
    }
}

#[test]
fn a_panic_leaves_the_thread_as_it_was() {
    let captured = capture();
    let (headers, id) = sampled();
    let server = Span::server("S", &headers);
    let outer = server.ids();
    server.enter(|| {
        let caught = std::panic::catch_unwind(|| {
            Span::internal("Inner").enter(|| panic!("on purpose"));
        });
        assert!(caught.is_err());
        assert_eq!(current_ids(), outer);
    });
    assert_eq!(current_ids(), None);
    drop(server);
    assert_eq!(captured.tree(id), "SERVER S\n  INTERNAL Inner\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn context_travels_from_thread_to_thread() {
    capture();
    let (headers, id) = sampled();
    let server = Arc::new(Span::server("S", &headers));
    let work = async move {
        for _ in 0..50 {
            tokio::time::sleep(Duration::from_micros(50)).await;
            assert_eq!(current_ids().unwrap().trace_id, id);
        }
    };
    tokio::spawn(server.scope(work)).await.unwrap();
    assert_eq!(current_ids(), None);
}
