//! Where the corpus is, and how its tables are read.

use std::fs;
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use zgen::analyze::{self, Output};
use zgen::diag::{Format, Report, render};
use zgen::project::Inputs;
use zgen::source::{Disk, SourceMap};

pub(crate) struct Corpus(Utf8PathBuf);

/// One row of `verdicts.tsv`: what goctl says of a file.
pub(crate) struct Verdict {
    pub(crate) path: Utf8PathBuf,
    /// Of the golden model, if this is a root that goctl's current parser takes.
    pub(crate) golden: Utf8PathBuf,
    pub(crate) is_root: bool,
    /// By the current parser or by the older one: the file alone.
    pub(crate) is_readable: bool,
    /// With imports and type checks.
    pub(crate) is_accepted: bool,
}

impl Corpus {
    /// `None`, and a line that says so, if there is none.
    pub(crate) fn find() -> Option<Self> {
        let named = std::env::var("ZGEN_CORPUS").ok().map(Utf8PathBuf::from);
        let above = Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .map(|folder| folder.join("shared/corpus"));
        let found = named
            .into_iter()
            .chain(above)
            .find(|folder| folder.join("verdicts.tsv").is_file());
        if found.is_none() {
            say("corpus: not at hand, nothing compared");
        }
        found.map(Self)
    }

    pub(crate) fn folder(&self) -> &Utf8Path {
        &self.0
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect("a table of the corpus")
    }

    pub(crate) fn verdicts(&self) -> Vec<Verdict> {
        let rows = self.read("verdicts.tsv");
        let verdict = |row: &str| {
            let columns: Vec<&str> = row.split('\t').collect();
            let name = format!("{}/{}", columns[0].replace('/', "+"), columns[1]);
            Verdict {
                path: self.0.join("files").join(&name),
                golden: self.0.join("golden").join(format!("{name}.json")),
                is_root: columns[2] == "api-root",
                is_readable: columns[3] == "ok" || columns[5] == "ok",
                is_accepted: columns[4] == "ok" || columns[6] == "ok",
            }
        };
        rows.lines().skip(1).map(verdict).collect()
    }
}

/// A line of the results, whatever the harness captures.
pub(crate) fn say(line: &str) {
    writeln!(io::stderr(), "{line}").expect("a stream");
}

/// One row of the results: what was asked, how many of how many.
pub(crate) fn row(question: &str, good: usize, all: usize) {
    say(&format!("{question:<70} {good:>5} of {all:>5}"));
}

pub(crate) struct Checked {
    pub(crate) output: Output,
    pub(crate) report: Report,
    pub(crate) sources: SourceMap,
}

impl Checked {
    pub(crate) fn findings(&self) -> String {
        render(&self.report, &self.sources, Format::Human { color: false })
    }
}

pub(crate) fn check(path: &Utf8Path) -> Checked {
    let inputs = Inputs::of_api(path.to_owned());
    let mut sources = SourceMap::default();
    let mut report = Report::default();
    let output = analyze::run(&inputs, &Disk, &mut sources, &mut report);
    Checked {
        output,
        report,
        sources,
    }
}
