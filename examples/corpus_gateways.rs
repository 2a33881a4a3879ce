//! Generates one workspace with a gateway for every `.api` root of a corpus, to look at and to check by hand:
//!
//! ```text
//! cargo run --release --example corpus_gateways -- CORPUS OUT
//! cd OUT && cargo clippy --workspace --all-targets -- -D warnings && cargo fmt --check
//! ```
//!
//! A corpus is a folder with a `manifest.tsv` (repo, commit, path, sha256, bytes, kind) and the files below
//! `files/<owner>+<repo>/`, or any folder with `.api` files in it: then every one is a root. Roots with errors are
//! listed and left out. `tests/corpus` does the same for a sample, or for all, and runs the lints.

#[path = "../tests/support/gateways.rs"]
mod gateways;

use std::process::ExitCode;

use camino::Utf8Path;

fn main() -> anyhow::Result<ExitCode> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [corpus, out] = args.as_slice() else {
        eprintln!("usage: corpus_gateways CORPUS OUT");
        return Ok(ExitCode::from(2));
    };
    let roots = gateways::roots(Utf8Path::new(corpus))?;
    let written = gateways::write(&roots, Utf8Path::new(out))?;
    for (root, findings) in &written.refused {
        eprintln!("refused: {root}\n{findings}");
    }
    println!(
        "{} gateways, {} files, {} lines; {} roots refused",
        written.gateways,
        written.files,
        written.lines,
        written.refused.len(),
    );
    Ok(ExitCode::SUCCESS)
}
