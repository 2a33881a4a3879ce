//! rustfmt as a program: one process for each processor, because starting one costs more than most texts do.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::parallel;

/// Files in one command line: its length has a limit, and rustfmt slows down with what it has read.
const MANY: usize = 250;
/// Bytes that take rustfmt as long as its start does.
const LONG: usize = 64 * 1024;

/// The formatted texts, in the order of `texts`; `None` for one that rustfmt cannot read, or without a rustfmt.
pub(super) fn all(texts: &[&str], settings: &str) -> Vec<Option<String>> {
    let none = || vec![None; texts.len()];
    if !is_at_hand() {
        return none();
    }
    let Ok(folder) = tempfile::tempdir() else {
        return none();
    };
    let folder = folder.path();
    if lay_out(texts, settings, folder).is_err() {
        return none();
    }
    let parts = parts(texts);
    let mut done = Vec::with_capacity(texts.len());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (parts.iter().zip(starts(&parts)))
            .map(|(part, start)| scope.spawn(move || batch(part, start, folder)))
            .collect();
        for (worker, part) in workers.into_iter().zip(&parts) {
            done.extend(worker.join().unwrap_or_else(|_| vec![None; part.len()]));
        }
    });
    done
}

/// So that without it nothing is laid out for it.
pub(super) fn is_at_hand() -> bool {
    let name = format!("rustfmt{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(&name).is_file())
}

/// Cut in as many parts of about the same length as there are processors, or fewer long ones.
fn parts<'a>(texts: &'a [&'a str]) -> Vec<&'a [&'a str]> {
    let total: usize = texts.iter().map(|text| text.len()).sum();
    let processors = parallel::processors().min(total.div_ceil(LONG)).max(1);
    let (mut parts, mut start, mut length) = (Vec::new(), 0, 0);
    for (at, text) in texts.iter().enumerate() {
        length += text.len();
        if length * processors >= total || at - start + 1 == MANY {
            parts.push(&texts[start..=at]);
            (start, length) = (at + 1, 0);
        }
    }
    if start < texts.len() {
        parts.push(&texts[start..]);
    }
    parts
}

/// The number of the first text of each part.
fn starts(parts: &[&[&str]]) -> Vec<usize> {
    let lengths = parts.iter().map(|part| part.len());
    let add = |sum: &mut usize, length| {
        *sum += length;
        Some(*sum - length)
    };
    lengths.scan(0, add).collect()
}

fn place(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("{number}.rs"))
}

fn settings_in(folder: &Path) -> PathBuf {
    folder.join("rustfmt.toml")
}

/// Each text as a file. rustfmt goes after `mod` lines, so that what they name has to be there.
fn lay_out(texts: &[&str], settings: &str, folder: &Path) -> io::Result<()> {
    fs::write(settings_in(folder), settings)?;
    for (number, text) in texts.iter().enumerate() {
        fs::write(place(folder, number), text)?;
    }
    let modules: BTreeSet<&str> = texts.iter().flat_map(|text| modules(text)).collect();
    for module in modules {
        fs::write(folder.join(format!("{module}.rs")), "")?;
    }
    Ok(())
}

/// The modules that a text has in files of their own.
fn modules(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (before, name) = line.strip_suffix(';')?.rsplit_once("mod ")?;
        let is_line = before.is_empty() || before.starts_with("pub");
        let name = name.strip_prefix("r#").unwrap_or(name);
        let is_name = name.chars().all(|c| c == '_' || c.is_alphanumeric());
        (is_line && is_name && !name.is_empty()).then_some(name)
    })
}

/// Formats files in place.
fn batch(texts: &[&str], start: usize, folder: &Path) -> Vec<Option<String>> {
    let mut command = rustfmt(folder);
    command.args((0..texts.len()).map(|at| place(folder, start + at)));
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let status = command.status().ok();
    let all_read = status.is_some_and(|status| status.success());
    // A run that was killed, or a rustfmt that is only a name, says nothing about any text.
    let some_read = || {
        let refused = status.is_some_and(|status| status.code() == Some(1));
        refused
            && alone(
                "fn rustfmt() {}
",
                folder,
            )
            .is_ok()
    };
    if !(all_read || some_read()) {
        return vec![None; texts.len()];
    }
    let read = |(at, text): (usize, &&str)| {
        let now = fs::read_to_string(place(folder, start + at)).ok();
        match now.filter(|now| !now.is_empty() || text.is_empty()) {
            // One of them could not be read, perhaps this one, perhaps for what its `mod` lines name.
            Some(now) if !all_read && now == **text => alone(text, folder).ok(),
            now => now,
        }
    };
    texts.iter().enumerate().map(read).collect()
}

/// Through stdin, so that rustfmt does not go after `mod` lines.
fn alone(text: &str, folder: &Path) -> io::Result<String> {
    let mut child = rustfmt(folder)
        .args(["--emit", "stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
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

fn rustfmt(folder: &Path) -> Command {
    let mut command = Command::new("rustfmt");
    command
        .args(["--edition", "2024", "--quiet", "--config-path"])
        .arg(settings_in(folder))
        .stderr(Stdio::null());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_comes_back_in_its_place() {
        let has_rustfmt = Command::new("rustfmt").arg("--version").output().is_ok();
        let texts: Vec<String> = (0..40)
            .map(|number| match number % 4 {
                0 => format!("fn  a{number}( ) {{}}\n"),
                1 => format!("pub mod b{number};\nmod   a;\nuse c::D;\n"),
                2 => format!("fn cannot be read {number}\n"),
                _ => "#[path = \"elsewhere/x.rs\"]\nmod x;\nfn b( ){}\n".to_owned(),
            })
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        for (number, found) in all(&texts, "").into_iter().enumerate() {
            let expected = match number % 4 {
                0 => Some(format!("fn a{number}() {{}}\n")),
                1 => Some(format!("mod a;\npub mod b{number};\nuse c::D;\n")),
                2 => None,
                _ => Some("#[path = \"elsewhere/x.rs\"]\nmod x;\nfn b() {}\n".to_owned()),
            };
            assert_eq!(found, expected.filter(|_| has_rustfmt), "{number}");
        }
    }

    #[test]
    fn parts_hold_every_text_once() {
        let texts: Vec<String> = (0..5000).map(|length| "x".repeat(length % 7)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let parts = parts(&texts);
        assert_eq!(parts.concat(), texts);
        assert!(parts.iter().all(|part| part.len() <= MANY));
    }
}
