//! Tags: what is read is in the text, at the place that is told.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zgen::source::{FileId, Span};
use zgen::syntax::tag;

fuzz_target!(|text: &str| {
    // As between the backquotes of a file.
    let tag = tag::parse(text, Span::new(FileId(0), 0, text.len() + 2));
    for pair in &tag.pairs {
        let (start, end) = (pair.span.start as usize - 1, pair.span.end as usize - 1);
        assert_eq!(text.get(start..end), Some(pair.text.as_str()));
        assert!(text.contains(&pair.key));
    }
    if text.trim().is_empty() {
        assert!(tag.pairs.is_empty() && tag.dropped.is_none());
    }
});
