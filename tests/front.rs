//! The front half: descriptions in, model and findings out.

use std::fs;
use std::path::{Path, PathBuf};

use zgen::diag::{Format, Report, render};
use zgen::source::SourceMap;
use zgen::syntax;

/// Files from public repositories, where they are at hand beside the repository: whatever goctl's current parser reads,
/// zgen reads too.
#[test]
fn corpus_parses() {
    let Some(corpus) = corpus() else {
        return;
    };
    let verdicts = fs::read_to_string(corpus.join("verdicts.tsv")).unwrap();
    let (mut accepted, mut total) = ([0, 0], [0, 0]);
    let mut failures = String::new();
    for row in verdicts.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let path = corpus
            .join("files")
            .join(columns[0].replace('/', "+"))
            .join(columns[1]);
        let Ok(text) = fs::read_to_string(&path) else {
            panic!("{} is listed, but not there", path.display());
        };
        let mut sources = SourceMap::default();
        let file = sources.add(path.to_str().unwrap(), text.as_str());
        let mut report = Report::default();
        let parsed = syntax::parse(file, &text, &mut report).is_some();
        for (at, verdict) in [columns[3], columns[5]].into_iter().enumerate() {
            if verdict == "ok" {
                total[at] += 1;
                accepted[at] += usize::from(parsed);
            }
        }
        if !parsed {
            failures += &render(&report, &sources, Format::Human { color: false });
        }
    }
    println!(
        "current: {}/{}, legacy: {}/{}",
        accepted[0], total[0], accepted[1], total[1]
    );
    println!("{failures}");
    assert_eq!(accepted, total);
}

fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    beside.join("verdicts.tsv").is_file().then_some(beside)
}
