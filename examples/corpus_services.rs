//! Generates one workspace with a service for every `.proto` file of a corpus that describes one, and a gateway for every
//! `.api` root beside them, linked to the services of its repository; to be checked by cargo in one go:
//!
//! ```text
//! cargo run --release --example corpus_services -- CORPUS OUT [COUNT]
//! cd OUT && cargo clippy --workspace --all-targets -- -D warnings && cargo fmt --check
//! ```
//!
//! COUNT takes a sample of that many services, spread over the corpus, and of as many gateways. A corpus is a folder with a
//! `manifest.tsv` (repo, commit, path, sha256, bytes, kind) and the files below `files/<owner>+<repo>/`. Files with errors
//! are listed and left out.

#[path = "../tests/support/services.rs"]
mod services;

use std::process::ExitCode;

use anyhow::Context as _;
use camino::Utf8Path;

fn main() -> anyhow::Result<ExitCode> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (corpus, out, count) = match args.as_slice() {
        [corpus, out] => (corpus, out, usize::MAX),
        [corpus, out, count] => (corpus, out, count.parse().context("COUNT is a number")?),
        _ => {
            eprintln!("usage: corpus_services CORPUS OUT [COUNT]");
            return Ok(ExitCode::from(2));
        }
    };
    let repositories = services::repositories(Utf8Path::new(corpus), count)?;
    let written = services::write(&repositories, out)?;
    for line in &written.refused {
        eprintln!("refused: {line}");
    }
    println!(
        "{} services, {} gateways; {} of {} routes are linked",
        written.services, written.gateways, written.linked, written.routes,
    );
    Ok(ExitCode::SUCCESS)
}
