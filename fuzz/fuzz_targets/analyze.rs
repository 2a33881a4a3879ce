//! Whatever the text, it ends in a model or in findings, the same ones each time.

#![no_main]

mod support;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    assert_eq!(support::read(text), support::read(text));
});
