//! What can be formatted is formatted once and for all, and means what it meant.

#![no_main]

mod support;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use zgen::diag::Report;
use zgen::format;
use zgen::source::FileId;

fuzz_target!(|text: &str| {
    let mut report = Report::default();
    let Some(once) = format::format(FileId(0), text, &mut report) else {
        let bug = report.iter().find(|finding| finding.code == "zgen/format");
        assert_eq!(bug, None);
        return;
    };
    let twice = format::format(FileId(0), &once, &mut report);
    assert_eq!(Some(&once), twice.as_ref());
    assert_eq!(model(text), model(&once));
});

fn model(text: &str) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(strip),
            Value::Object(fields) => {
                fields.shift_remove("at");
                fields.values_mut().for_each(strip);
            }
            _ => {}
        }
    }
    let (json, _) = support::read(text);
    let mut value = serde_json::from_str(&json).expect("inspect prints JSON");
    strip(&mut value);
    value
}
