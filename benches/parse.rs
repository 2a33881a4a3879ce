//! How fast descriptions are read: `cargo bench --bench parse [FOLDER]`. Prints figures, judges nothing.
//!
//! The folder defaults to the corpus that `tests/corpus` uses, if it is at hand.

use std::fmt::Write as _;
use std::io;
use std::time::Instant;

use camino::{Utf8Path, Utf8PathBuf};
use zgen::analyze;
use zgen::diag::Report;
use zgen::format;
use zgen::project::{ApiInput, Inputs};
use zgen::source::{Disk, FileId, Loader, SourceMap};
use zgen::syntax;

fn main() {
    let named = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let folder = named.map(Utf8PathBuf::from).or_else(|| {
        Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .map(|above| above.join("shared/corpus/files"))
            .find(|folder| folder.is_dir())
    });
    match folder {
        Some(folder) => corpus(&folder),
        None => println!("no folder of .api files at hand"),
    }
    let large = routes(1000);
    println!("one file, 1000 routes:");
    texts(std::slice::from_ref(&large));
    report("check", large.len(), &mut || {
        let inputs = inputs(vec!["large.api".into()]);
        check(&inputs, &Only(&large));
    });
    let [small, tenfold] = [100, 1000].map(|count| {
        let text = routes(count);
        let inputs = inputs(vec!["large.api".into()]);
        best(&mut || check(&inputs, &Only(&text)))
    });
    println!(
        "  1000 routes take {:.1} times as long as 100",
        tenfold / small
    );
}

fn corpus(folder: &Utf8Path) {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    let read = |path: &Utf8PathBuf| std::fs::read_to_string(path).ok();
    let all: Vec<String> = files.iter().filter_map(read).collect();
    println!("{} files:", all.len());
    texts(&all);
    let bytes = all.iter().map(String::len).sum();
    let inputs = inputs(files);
    report("check, from disk, imports included", bytes, &mut || {
        check(&inputs, &Disk);
    });
}

fn texts(texts: &[String]) {
    let bytes = texts.iter().map(String::len).sum();
    report("parse", bytes, &mut || {
        for text in texts {
            syntax::parse(FileId(0), text, &mut Report::default());
        }
    });
    report("format", bytes, &mut || {
        for text in texts {
            format::format(FileId(0), text, &mut Report::default());
        }
    });
}

fn report(what: &str, bytes: usize, work: &mut dyn FnMut()) {
    let seconds = best(work);
    #[allow(clippy::cast_precision_loss)]
    let megabytes = bytes as f64 / 1e6;
    println!(
        "  {what:<36} {:>8.1} ms {:>7.1} MB/s",
        seconds * 1e3,
        megabytes / seconds
    );
}

/// The fastest of five runs: the others were disturbed.
fn best(work: &mut dyn FnMut()) -> f64 {
    let mut time = || {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    (0..5).map(|_| time()).fold(f64::INFINITY, f64::min)
}

fn check(inputs: &Inputs, loader: &dyn Loader) {
    analyze::check(
        inputs,
        loader,
        &mut SourceMap::default(),
        &mut Report::default(),
    );
}

fn inputs(files: Vec<Utf8PathBuf>) -> Inputs {
    let api = files.into_iter().map(ApiInput::of);
    Inputs {
        api: api.collect(),
        ..Inputs::default()
    }
}

/// As a large team's gateway: a request and a response of ten fields for each route, groups of twenty.
fn routes(count: usize) -> String {
    let mut out = "syntax = \"v1\"\n".to_owned();
    for route in 0..count {
        let _ = write!(
            out,
            "\ntype Req{route} {{\n\tId int64 `path:\"id\"` // which\n"
        );
        for field in 0..9 {
            let _ = writeln!(
                out,
                "\tField{field} string `form:\"field_{field},optional\"`"
            );
        }
        let _ = write!(out, "}}\n\ntype Resp{route} {{\n");
        for field in 0..10 {
            let _ = writeln!(
                out,
                "\tField{field} []string `json:\"field_{field}\"` // some words"
            );
        }
        out += "}\n";
    }
    for group in 0..count.div_ceil(20) {
        let _ = write!(
            out,
            "\n@server (\n\tprefix: /v1/g{group}\n\tgroup: g{group}\n)\nservice large-api {{\n"
        );
        for route in (group * 20..count).take(20) {
            let _ = write!(
                out,
                "\t@doc \"Route {route}\"\n\t@handler Get{route}\n\tget /things{route}/:id (Req{route}) returns (Resp{route})\n\n"
            );
        }
        out += "}\n";
    }
    out
}

fn collect(folder: &Utf8Path, out: &mut Vec<Utf8PathBuf>) {
    for entry in folder.read_dir_utf8().into_iter().flatten().flatten() {
        let path = entry.into_path();
        if path.is_dir() {
            collect(&path, out);
        } else if path.extension() == Some("api") {
            out.push(path);
        }
    }
}

struct Only<'a>(&'a str);

impl Loader for Only<'_> {
    fn read(&self, path: &Utf8Path) -> io::Result<String> {
        if path == "large.api" {
            return Ok(self.0.to_owned());
        }
        Err(io::ErrorKind::NotFound.into())
    }
}
