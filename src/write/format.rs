//! rustfmt over what is about to be written, with the workspace's own settings. Its absence is no error.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use camino::{Utf8Path, Utf8PathBuf};

use super::disk::Disk;
use super::normal;
use super::plan::{Action, Change, Reason};

/// Formats every new Rust text; a text that is on disk already when formatted is kept after all.
pub(super) fn all(changes: &mut BTreeMap<Utf8PathBuf, Change>, disk: &Disk) {
    let settings = settings(changes, disk);
    let jobs: Vec<(&Utf8PathBuf, &str)> = changes
        .iter()
        .filter(|(path, change)| is_open(change) && wants_format(path))
        .filter_map(|(path, change)| Some((path, change.after.as_deref()?)))
        .filter(|(_, text)| !opts_out(text))
        .collect();
    if jobs.is_empty() {
        return;
    }
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    let config = folder.path().join("rustfmt.toml");
    if std::fs::write(&config, settings).is_err() {
        return;
    }
    let texts: Vec<&str> = jobs.iter().map(|(_, text)| *text).collect();
    let done = parallel(&texts, |text| rustfmt(text, &config).ok());
    let paths: Vec<Utf8PathBuf> = jobs.iter().map(|(path, _)| (*path).clone()).collect();
    for (path, text) in paths.into_iter().zip(done) {
        if let (Some(change), Some(text)) = (changes.get_mut(&path), text) {
            settle(change, text);
        }
    }
}

fn settle(change: &mut Change, text: String) {
    let there = change
        .before
        .as_deref()
        .and_then(|bytes| std::str::from_utf8(bytes).ok());
    if there.is_some_and(|there| {
        normal::normal(&change.path, there) == normal::normal(&change.path, &text)
    }) {
        change.action = Action::Keep;
        change.reason = Reason::Same;
    }
    change.after = Some(text);
}

/// The `rustfmt.toml` that will stand in the workspace.
fn settings(changes: &BTreeMap<Utf8PathBuf, Change>, disk: &Disk) -> String {
    let path = Utf8Path::new("rustfmt.toml");
    let new = changes
        .get(path)
        .filter(|change| matches!(change.action, Action::Create | Action::Update))
        .and_then(|change| change.after.clone());
    let there = || {
        let bytes = disk.read(path).ok().flatten()?;
        String::from_utf8(bytes).ok()
    };
    new.or_else(there).unwrap_or_default()
}

/// Whether its new text is of interest.
fn is_open(change: &Change) -> bool {
    change.action != Action::Keep || change.reason == Reason::Behind
}

fn wants_format(path: &Utf8Path) -> bool {
    path.extension() == Some("rs") && !path.as_str().ends_with(".pb.rs")
}

/// Long machine-written code says so on its first lines.
fn opts_out(text: &str) -> bool {
    let mut head = text.lines().take(20);
    head.next().is_some_and(|line| line.contains("@generated"))
        && head.any(|line| line.contains("rustfmt::skip") || line.contains("rustfmt_skip"))
}

/// Through stdin, so that rustfmt does not go after `mod` lines.
fn rustfmt(text: &str, config: &std::path::Path) -> io::Result<String> {
    let mut child = Command::new("rustfmt")
        .args([
            "--edition",
            "2024",
            "--quiet",
            "--emit",
            "stdout",
            "--config-path",
        ])
        .arg(config)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut input = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    // A thread, because both pipes can be full at once.
    let output = std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(text.as_bytes()));
        child.wait_with_output()
    })?;
    if !output.status.success() || (output.stdout.is_empty() && !text.is_empty()) {
        return Err(io::Error::other("rustfmt refused the text"));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
}

/// `work` over all texts, results in their order.
fn parallel(texts: &[&str], work: impl Fn(&str) -> Option<String> + Sync) -> Vec<Option<String>> {
    let workers = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(texts.len());
    let next = AtomicUsize::new(0);
    let mut results: Vec<Option<String>> = vec![None; texts.len()];
    let done: Vec<Vec<(usize, Option<String>)>> = std::thread::scope(|scope| {
        let run = || {
            let mut mine = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(text) = texts.get(at) else {
                    return mine;
                };
                mine.push((at, work(text)));
            }
        };
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(run)).collect();
        workers
            .into_iter()
            .filter_map(|worker| worker.join().ok())
            .collect()
    });
    for (at, text) in done.into_iter().flatten() {
        results[at] = text;
    }
    results
}
