//! `zgen.lock`: what zgen wrote, so that it can tell the user's edits from its own text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::disk::Disk;
use crate::emit::Owner;

/// The file's name, in the root of the workspace.
pub const LOCK: &str = "zgen.lock";

const HEADER: &str = "\
# What zgen wrote here: owner, hash and path of each file. Commit it, so that zgen can tell your edits from its own
# text; do not edit it. After a merge conflict in it, take either side and run `zgen gen`.
";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) owner: Owner,
    /// Of the text as zgen wrote it, in its normal form.
    pub(super) hash: String,
    /// Of the text that zgen would write now, where the file is the user's and edited and the user has been told.
    pub(super) told: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Sound,
    Missing,
    /// Something in it cannot be read, a merge conflict say; nothing in it is believed.
    Damaged,
}

/// The record of the runs before.
#[derive(Debug, Clone)]
pub struct Lock {
    pub(super) entries: BTreeMap<Utf8PathBuf, Entry>,
    pub(super) state: State,
}

impl Lock {
    pub fn read(disk: &Disk) -> io::Result<Self> {
        let Some(bytes) = disk.read(LOCK.into())? else {
            return Ok(Self::without(State::Missing));
        };
        let entries = std::str::from_utf8(&bytes).ok().and_then(parse);
        Ok(entries.map_or_else(|| Self::without(State::Damaged), Self::of))
    }

    pub(super) fn of(entries: BTreeMap<Utf8PathBuf, Entry>) -> Self {
        Self {
            entries,
            state: State::Sound,
        }
    }

    fn without(state: State) -> Self {
        Self {
            entries: BTreeMap::new(),
            state,
        }
    }

    pub fn state(&self) -> State {
        self.state
    }

    /// Whether zgen wrote exactly this.
    pub(super) fn is_pristine(&self, path: &Utf8Path, hash: &str) -> bool {
        self.entries
            .get(path)
            .is_some_and(|entry| entry.hash == hash)
    }

    pub(super) fn render(&self) -> String {
        let mut text = format!("{HEADER}version {}\n", env!("CARGO_PKG_VERSION"));
        for (path, Entry { owner, hash, told }) in &self.entries {
            let owner = match owner {
                Owner::Zgen => "zgen",
                Owner::User | Owner::Once => "user",
            };
            let told = told.as_ref().map(|told| format!("+{told}"));
            let _ = writeln!(text, "{owner} {hash}{} {path}", told.unwrap_or_default());
        }
        text
    }
}

/// `None` if any line is not what zgen writes.
fn parse(text: &str) -> Option<BTreeMap<Utf8PathBuf, Entry>> {
    if !text.ends_with('\n') {
        return None;
    }
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.next()?.strip_prefix("version ")?;
    let mut found = Vec::new();
    for line in lines {
        let mut parts = line.splitn(3, ' ');
        let owner = match parts.next()? {
            "zgen" => Owner::Zgen,
            "user" => Owner::User,
            _ => return None,
        };
        let hashes = parts.next()?;
        let (hash, told) = match hashes.split_once('+') {
            Some((hash, told)) => (hash, Some(told)),
            None => (hashes, None),
        };
        if !is_hash(hash) || !told.is_none_or(is_hash) {
            return None;
        }
        let (hash, told) = (hash.to_owned(), told.map(str::to_owned));
        let path = Utf8PathBuf::from(parts.next()?);
        if super::disk::check_generated(&path).is_err() {
            return None;
        }
        found.push((path, Entry { owner, hash, told }));
    }
    let lines = found.len();
    let entries: BTreeMap<_, _> = found.into_iter().collect();
    // Twice the same path is what a careless merge leaves.
    (entries.len() == lines).then_some(entries)
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
