//! What zgen wrote last into each file of the user's: the base of a three-way merge.
//!
//! Kept as plain files below [`BASE`], to be committed: git stores a text once, however many paths it has.

use std::collections::BTreeMap;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::BASE;
use super::disk::Disk;
use super::lock::Lock;
use super::normal;
use crate::emit::Owner;

/// Where the base of a file is.
pub(super) fn place(path: &Utf8Path) -> Utf8PathBuf {
    Utf8Path::new(BASE).join(path)
}

/// The base of a file, if it is what `zgen.lock` says: after an edit or a careless merge of it, it is no base.
pub(super) fn read(path: &Utf8Path, disk: &Disk, lock: &Lock) -> io::Result<Option<String>> {
    let bytes = disk.read(&place(path))?;
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(text.filter(|text| lock.is_pristine(path, &normal::hash(path, text))))
}

/// One base that is to change: `after` is `None` for one that goes.
#[derive(Debug, Clone)]
pub(super) struct Move {
    pub(super) path: Utf8PathBuf,
    pub(super) before: Option<Vec<u8>>,
    pub(super) after: Option<String>,
}

/// What has to move so that the bases are these texts; files that are not named in `texts` lose theirs, if the
/// lock before knew them.
pub(super) fn moves(
    texts: &BTreeMap<Utf8PathBuf, Wanted>,
    disk: &Disk,
    lock: &Lock,
) -> io::Result<Vec<Move>> {
    let users = lock
        .entries
        .iter()
        .filter(|(_, entry)| entry.owner == Owner::User);
    let gone = users
        .map(|(path, _)| (path, &Wanted::Nothing))
        .filter(|(path, _)| !texts.contains_key(*path));
    let mut moves = Vec::new();
    for (path, wanted) in texts.iter().chain(gone) {
        let path = place(path);
        let after = match wanted {
            Wanted::AsItIs => continue,
            Wanted::Nothing => None,
            Wanted::Text(text) => Some(text),
        };
        let before = disk.read(&path)?;
        let same = before.as_deref() == after.map(String::as_bytes);
        if !same {
            let after = after.cloned();
            moves.push(Move {
                path,
                before,
                after,
            });
        }
    }
    Ok(moves)
}

/// What the base of a file is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    Text(String),
    /// The user has edited the file, and has not taken what zgen would write now.
    AsItIs,
    Nothing,
}
