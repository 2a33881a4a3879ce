//! One workspace with a gateway for each of many `.api` roots, to be checked by cargo in one go.

// The example and the test each take their part of this.
#![allow(dead_code)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use zgen::model::{Gateway, System};
use zgen::project::{Inputs, Options};
use zgen::{analyze, diag, emit, lower, source};

/// What has been written, and what has not.
pub(crate) struct Written {
    pub(crate) gateways: usize,
    pub(crate) files: usize,
    pub(crate) lines: usize,
    /// Roots with errors, and the errors.
    pub(crate) refused: Vec<(Utf8PathBuf, String)>,
}

/// The `.api` roots of a corpus: those in its `manifest.tsv` (repo, commit, path, sha256, bytes, kind), with the files
/// below `files/<owner>+<repo>/`; of another folder, every `.api` file in it.
pub(crate) fn roots(corpus: &Utf8Path) -> anyhow::Result<Vec<Utf8PathBuf>> {
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

/// Writes the workspace of these roots; files of an earlier run that it does not have are removed.
pub(crate) fn write(roots: &[Utf8PathBuf], out: &Utf8Path) -> anyhow::Result<Written> {
    let mut system = System::default();
    let mut refused = Vec::new();
    for (number, root) in roots.iter().enumerate() {
        match gateway(root, number) {
            Ok(gateway) => system.gateways.push(gateway),
            Err(findings) => refused.push((root.clone(), findings)),
        }
    }
    let workspace = lower::workspace(&system, &[], &Options::default());
    let tree = emit::workspace(&workspace)?;
    let mut lines = 0;
    let mut paths = BTreeSet::new();
    for (path, file) in &tree.0 {
        lines += file.text.lines().count();
        put(&out.join(path), &file.text)?;
        paths.insert(out.join(path));
    }
    remove_others(&out.join("crates"), &paths)?;
    Ok(Written {
        gateways: system.gateways.len(),
        files: tree.0.len(),
        lines,
        refused,
    })
}

/// The gateway of one root, its name made unique; or what is wrong with it.
fn gateway(root: &Utf8Path, number: usize) -> Result<Gateway, String> {
    let inputs = Inputs::of_api(root.to_owned());
    let mut sources = source::SourceMap::default();
    let mut report = diag::Report::default();
    let mut output = analyze::run(&inputs, &source::Disk, &mut sources, &mut report);
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
fn put(path: &Utf8Path, text: &str) -> anyhow::Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| path.to_string())
}

fn remove_others(folder: &Utf8Path, wanted: &BTreeSet<Utf8PathBuf>) -> anyhow::Result<()> {
    for entry in folder.read_dir_utf8()? {
        let path = entry?.into_path();
        if path.is_dir() {
            remove_others(&path, wanted)?;
            // Only if nothing is left in it.
            let _ = fs::remove_dir(&path);
        } else if !wanted.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
