//! Generates one workspace with a gateway for every `.api` root of a corpus, to be checked by cargo in one go:
//!
//! ```text
//! cargo run --release --example corpus_gateways -- ../shared/corpus OUT
//! cd OUT && cargo clippy --workspace --all-targets -- -D warnings && cargo fmt --check
//! ```
//!
//! A corpus is a folder with a `manifest.tsv` (repo, commit, path, sha256, bytes, kind) and the files below
//! `files/<owner>+<repo>/`, or any folder with `.api` files in it: then every one is a root. Roots with errors are
//! listed and left out.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use zgen::model::{Gateway, System};
use zgen::project::{ApiInput, Inputs, Options};
use zgen::{analyze, diag, emit, lower, source};

fn main() -> anyhow::Result<ExitCode> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [corpus, out] = args.as_slice() else {
        eprintln!("usage: corpus_gateways CORPUS OUT");
        return Ok(ExitCode::from(2));
    };
    let mut system = System::default();
    let mut refused = 0;
    for root in roots(Utf8Path::new(corpus))? {
        match gateway(&root, system.gateways.len()) {
            Ok(gateway) => system.gateways.push(gateway),
            Err(findings) => {
                refused += 1;
                eprintln!("refused: {root}\n{findings}");
            }
        }
    }
    let workspace = lower::workspace(&system, &[], &Options::default());
    let tree = emit::workspace(&workspace)?;
    let mut lines = 0;
    for (path, file) in &tree.0 {
        lines += file.text.lines().count();
        write(&Path::new(out).join(path), &file.text)?;
    }
    println!(
        "{} gateways, {} files, {lines} lines; {refused} roots refused",
        system.gateways.len(),
        tree.0.len(),
    );
    Ok(ExitCode::SUCCESS)
}

fn roots(corpus: &Utf8Path) -> anyhow::Result<Vec<Utf8PathBuf>> {
    let manifest = corpus.join("manifest.tsv");
    if !manifest.exists() {
        let mut roots = Vec::new();
        for entry in corpus.read_dir_utf8().context("read the corpus")? {
            roots.push(entry?.into_path());
        }
        roots.retain(|path| path.extension() == Some("api"));
        roots.sort();
        return Ok(roots);
    }
    let manifest = fs::read_to_string(manifest)?;
    let rows = manifest.lines().map(|line| line.split('\t').collect());
    Ok(rows
        .filter_map(|row: Vec<&str>| match row[..] {
            [repo, _, path, _, _, "api-root"] => {
                let repo = repo.replace('/', "+");
                Some(corpus.join("files").join(repo).join(path))
            }
            _ => None,
        })
        .collect())
}

/// The gateway of one root, its name made unique; or what is wrong with it.
fn gateway(root: &Utf8Path, number: usize) -> Result<Gateway, String> {
    let inputs = Inputs {
        api: vec![ApiInput {
            file: root.to_owned(),
            ..ApiInput::default()
        }],
        rpc: Vec::new(),
    };
    let mut sources = source::SourceMap::default();
    let mut report = diag::Report::default();
    let mut output = analyze::run(&inputs, &source::Disk, &mut sources, &mut report);
    analyze::limits(&output.system, &mut report);
    match output.system.gateways.pop() {
        Some(mut gateway) if !report.has_errors() => {
            gateway.name = format!("g{number:03}-{}", gateway.name);
            Ok(gateway)
        }
        _ => {
            let text = diag::render(&report, &sources, diag::Format::Short);
            let mut errors = String::new();
            for line in text.lines().filter(|line| line.contains("error")) {
                let _ = writeln!(errors, "    {line}");
            }
            Err(errors)
        }
    }
}

/// Leaves equal files alone, so that cargo does, too.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| path.display().to_string())
}
