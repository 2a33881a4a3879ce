//! Streams of replies: the span of the logic covers all of their life.

#![cfg(all(feature = "rpc-server", feature = "testing"))]

use futures_util::{StreamExt as _, stream};
use http::HeaderMap;
use tonic::{Code, Status};
use zgen_rt::rpc::{Replies, replies};
use zgen_rt::trace::{Span, testing};

/// Replies under way, as the logic gives them.
fn counted(items: Vec<Result<u32, Status>>) -> Replies<u32, Status> {
    Box::pin(stream::iter(items).map(|item| {
        // What the stream does is part of the trace.
        drop(Span::internal("Item"));
        item
    }))
}

/// Items, how many of them come, and the error type on the span.
type Case = (Vec<Result<u32, Status>>, usize, Option<&'static str>);

#[tokio::test]
async fn the_span_lives_as_long_as_the_stream() {
    let captured = testing::capture();
    let cases: [Case; 3] = [
        (vec![Ok(1), Ok(2)], 2, None),
        (vec![], 0, None),
        (
            vec![Ok(1), Err(Status::not_found("gone"))],
            2,
            Some("not_found"),
        ),
    ];
    for (items, expected, error) in cases {
        let server = Span::server("Watch", &HeaderMap::new());
        let trace = server.ids().expect("a request has ids").trace_id;
        let logic = server.enter(|| Span::internal("WatchLogic"));
        let mut stream = replies(logic, counted(items));
        assert_eq!(captured.spans(trace).len(), 0, "nothing has ended yet");

        let mut codes = Vec::new();
        while let Some(item) = stream.next().await {
            codes.push(item.map_or_else(|status| status.code(), |_| Code::Ok));
        }
        assert_eq!(codes.len(), expected);
        drop(stream);

        let spans = captured.spans(trace);
        let logic = spans
            .iter()
            .find(|span| span.name == "WatchLogic")
            .expect("it ended");
        let inside = spans.iter().filter(|span| span.name == "Item");
        let id = logic.span_context.span_id();
        assert_eq!(
            inside.filter(|span| span.parent_span_id == id).count(),
            expected
        );
        let found = logic
            .attributes
            .iter()
            .find(|attribute| attribute.key.as_str() == "error.type");
        assert_eq!(
            found
                .map(|attribute| attribute.value.to_string())
                .as_deref(),
            error
        );
    }
}
