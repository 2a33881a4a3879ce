//! `zgen fmt`: the canonical form of texts that people write.

use std::fs;
use std::path::PathBuf;

use zgen::diag::{Format, Report, render};
use zgen::format;
use zgen::source::SourceMap;

/// Every file of `fixtures/format` becomes what stands beside it. Refreshed with `ZGEN_UPDATE=1`.
#[test]
fn fixtures() {
    let inputs = files("fixtures/format");
    assert!(inputs.len() > 3);
    let mut wrong = String::new();
    for input in inputs {
        let found = formatted(&fs::read_to_string(&input).unwrap());
        let beside = input.with_extension("formatted");
        if std::env::var_os("ZGEN_UPDATE").is_some() {
            fs::write(&beside, &found).unwrap();
        }
        if fs::read_to_string(&beside).unwrap() != found {
            wrong += &format!("== {}:\n{found}\n", input.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Also for what analysis refuses: only syntax errors stop the formatter.
#[test]
fn once_is_enough() {
    let folders = [
        "fixtures/format",
        "fixtures/syntax/ok",
        "fixtures/syntax/err",
    ];
    let mut count = 0;
    for input in folders.into_iter().flat_map(files) {
        let text = fs::read_to_string(&input).unwrap();
        let mut report = Report::default();
        let file = SourceMap::default().add("a.api", "");
        let Some(once) = format::format(file, &text, &mut report) else {
            assert!(
                report.iter().all(|finding| finding.code != "zgen/format"),
                "{}",
                input.display()
            );
            continue;
        };
        count += 1;
        assert_eq!(formatted(&once), once, "{}", input.display());
    }
    assert!(count > 10);
}

#[test]
fn syntax_errors_are_reported() {
    let mut sources = SourceMap::default();
    let text = "type A {\n\tX int\n";
    let file = sources.add("a.api", text);
    let mut report = Report::default();
    assert_eq!(format::format(file, text, &mut report), None);
    let found = render(&report, &sources, Format::Short);
    assert!(found.starts_with("a.api:3:1: error[api/syntax]"), "{found}");
}

fn formatted(text: &str) -> String {
    let mut report = Report::default();
    let mut sources = SourceMap::default();
    let file = sources.add("a.api", text);
    let formatted = format::format(file, text, &mut report);
    formatted.unwrap_or_else(|| panic!("{}", render(&report, &sources, Format::Short)))
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let is_api = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "api");
    let mut files: Vec<PathBuf> = entries.filter(is_api).collect();
    files.sort();
    files
}
