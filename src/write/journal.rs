//! What an interrupted run had still to do. Once the journal is there, the next run finishes the work.

use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::disk::{Disk, named};
use super::normal::hash_bytes;

const NAME: &str = "journal";
/// For a file that was not there.
const ABSENT: &str = "-";

/// One change to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) path: Utf8PathBuf,
    /// Hash of the bytes that the plan saw.
    pub(super) before: Option<String>,
    pub(super) deed: Deed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed {
    /// The staged file of this number, with the hash of its bytes.
    Put {
        number: usize,
        hash: String,
    },
    Delete,
}

/// Of a file whose folder is there.
pub(super) fn staged(stage: &Utf8Path, number: usize) -> Utf8PathBuf {
    stage.join(format!("{number}.new"))
}

/// Of a file or folder that may go into its place with a new folder around it.
pub(super) fn staged_below(stage: &Utf8Path, path: &Utf8Path) -> Utf8PathBuf {
    stage.join("new").join(path)
}

/// Moves a staged file to its place.
pub(super) fn put(staged: &Utf8Path, place: &Utf8Path) -> io::Result<()> {
    match fs::rename(staged, place) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
        done => return done,
    }
    // Most files have their folder already.
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::rename(staged, place)
}

/// From here on the run will be completed.
pub(super) fn write(stage: &Utf8Path, steps: &[Step]) -> io::Result<()> {
    let lines: String = steps.iter().map(line).collect();
    let draft = stage.join("journal.draft");
    fs::write(&draft, lines)?;
    fs::rename(draft, stage.join(NAME))
}

pub(super) fn is_there(stage: &Utf8Path) -> bool {
    stage.join(NAME).exists()
}

pub(super) fn remove(stage: &Utf8Path) -> io::Result<()> {
    fs::remove_file(stage.join(NAME))
}

/// Finishes what a journal says; `None` without one. Files that changed since are left as they are.
pub(super) fn complete(disk: &Disk, stage: &Utf8Path) -> io::Result<Option<usize>> {
    if !is_there(stage) {
        return Ok(None);
    }
    let text = fs::read_to_string(stage.join(NAME))?;
    let mut done = 0;
    for step in text.lines().filter_map(parse) {
        let bytes = disk.read(&step.path)?;
        if bytes.as_deref().map(hash_bytes) != step.before {
            // Done already, or edited since: then the lock tells the next plan that it is edited.
            continue;
        }
        let place = disk.locate(&step.path)?;
        match &step.deed {
            Deed::Delete => {
                fs::remove_file(&place).map_err(|cause| named(&step.path, &cause))?;
                disk.remove_empty_parents(&step.path);
            }
            Deed::Put { number, hash } => {
                let places = [staged(stage, *number), staged_below(stage, &step.path)];
                let is_it = |new: &&Utf8PathBuf| {
                    let bytes = fs::read(new);
                    bytes.is_ok_and(|bytes| hash_bytes(&bytes) == *hash)
                };
                let Some(new) = places.iter().find(is_it) else {
                    continue;
                };
                put(new, &place).map_err(|cause| named(&step.path, &cause))?;
            }
        }
        done += 1;
    }
    remove(stage)?;
    Ok(Some(done))
}

fn line(step: &Step) -> String {
    let before = step.before.as_deref().unwrap_or(ABSENT);
    match &step.deed {
        Deed::Put { number, hash } => format!("put {number} {before} {hash} {}\n", step.path),
        Deed::Delete => format!("delete {before} {}\n", step.path),
    }
}

fn parse(line: &str) -> Option<Step> {
    let (verb, rest) = line.split_once(' ')?;
    let (deed, before, path) = match verb {
        "put" => {
            let mut parts = rest.splitn(4, ' ');
            let number = parts.next()?.parse().ok()?;
            let before = parts.next()?;
            let hash = parts.next()?.to_owned();
            (Deed::Put { number, hash }, before, parts.next()?)
        }
        "delete" => {
            let (before, path) = rest.split_once(' ')?;
            (Deed::Delete, before, path)
        }
        _ => return None,
    };
    Some(Step {
        path: path.into(),
        before: (before != ABSENT).then(|| before.to_owned()),
        deed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_survives_its_line() {
        let steps = [
            Step {
                path: "a b/c.rs".into(),
                before: None,
                deed: Deed::Put {
                    number: 3,
                    hash: "ab".into(),
                },
            },
            Step {
                path: "d".into(),
                before: Some("cd".into()),
                deed: Deed::Delete,
            },
        ];
        for step in steps {
            assert_eq!(parse(line(&step).trim_end()), Some(step));
        }
    }
}
