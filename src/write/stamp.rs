//! What the last run read and what it left, so that a run over the same need not generate it to find it unchanged.
//!
//! Generating is a function of what it reads, so one digest over all of that, and over every file that a plan looks at,
//! tells whether the run would come to the same end. Nothing is taken from a time or a size. The stamp belongs to one
//! machine and is not committed: it may hold paths of that machine, no merge has to deal with it, and in a fresh
//! clone, in CI say, nothing is taken on trust.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use super::apply::with_line_ends_of;
use super::disk::Disk;
use super::guard::Guard;
use super::lock::LOCK;
use super::normal::hash_bytes;
use super::plan::{Action, Change, Plan, Reason};
use super::{CACHE, base};
use crate::emit::Owner;
use crate::parallel;

const NAME: &str = "stamp";
/// Of this layout; a stamp of another one is none.
const HEADER: &str = "zgen stamp 2";
/// For what is not there.
const ABSENT: &str = "-";
/// For what changed while it was read.
const BOTH: &str = "both";

/// What a run has read besides the files of its workspace, each with a fingerprint of the answer.
#[derive(Debug, Default)]
pub struct Reads(RefCell<BTreeMap<Utf8PathBuf, String>>);

impl Reads {
    /// An answer to the question for a file; that there is none is one, too.
    pub fn note(&self, path: &Utf8Path, answer: &io::Result<String>) {
        let found = fingerprint(answer);
        let mut known = self.0.borrow_mut();
        let first = known
            .entry(path.to_owned())
            .or_insert_with(|| found.clone());
        // Changed while the run went on: no later answer is like both.
        if *first != found {
            BOTH.clone_into(first);
        }
    }

    /// With what the next run will be answered, where the one that ends changes that by what it writes.
    pub fn set(&mut self, later: Self) {
        let known = self.0.get_mut();
        for (path, found) in later.0.into_inner() {
            match known.get(&path) {
                Some(first) if first == BOTH => {}
                _ => drop(known.insert(path, found)),
            }
        }
    }
}

fn hash_or_absent(bytes: Option<&[u8]>) -> String {
    bytes.map_or_else(|| ABSENT.to_owned(), hash_bytes)
}

fn fingerprint(answer: &io::Result<String>) -> String {
    match answer {
        Ok(text) => hash_bytes(text.as_bytes()),
        Err(error) => format!("{:?}", error.kind()),
    }
}

/// The state in which a run has nothing to do, and what it says all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Hash of what the run was asked for, and by what.
    key: String,
    /// Over the rest.
    digest: String,
    /// Files that such a run keeps.
    total: usize,
    /// One line in the words of whoever says it; empty for a silent run.
    said: String,
    reads: Vec<Utf8PathBuf>,
    /// In the workspace.
    files: Vec<Utf8PathBuf>,
}

impl Stamp {
    /// The one of the last run that came to such a state.
    pub fn read(disk: &Disk) -> Option<Self> {
        let bytes = disk.read(&Utf8Path::new(CACHE).join(NAME)).ok()??;
        Self::parse(std::str::from_utf8(&bytes).ok()?)
    }

    /// The files that a run would keep, if it would find everything as it was. `key` tells all that it would not read.
    pub fn holds(
        &self,
        disk: &Disk,
        key: &str,
        read: impl Fn(&Utf8Path) -> io::Result<String>,
    ) -> Option<usize> {
        if self.key != hash_bytes(key.as_bytes()) {
            return None;
        }
        let reads = self.reads.iter().map(|path| fingerprint(&read(path)));
        let reads: Vec<String> = reads.collect();
        let files = parallel::map(&self.files, |path| {
            let bytes = disk.read(path).ok()?;
            Some(hash_or_absent(bytes.as_deref()))
        });
        let files: Option<Vec<String>> = files.into_iter().collect();
        let found = digest(
            self.total,
            &self.said,
            (&self.reads, &reads),
            (&self.files, &files?),
        );
        (found == self.digest).then_some(self.total)
    }

    /// What a run says that finds everything as it was.
    pub fn said(&self) -> &str {
        &self.said
    }

    /// What will hold once a plan is carried out; `None` if a run over that might still do something, or say something
    /// else than `said`.
    pub fn of(
        plan: &Plan,
        disk: &Disk,
        key: &str,
        reads: &Reads,
        said: &str,
    ) -> io::Result<Option<Self>> {
        // A run after one that changed nothing has the same plan. After another one there is a lock, of whose lack
        // there may have been something to say, and about files that are settled there never is.
        let is_last = plan.is_idle() || plan.changes().all(is_settled);
        if !is_last || !plan.is_settled || said.contains(char::is_control) {
            return Ok(None);
        }
        let files = left(plan, disk)?;
        let hashes = parallel::map(&files, |(_, bytes)| hash_or_absent(bytes.as_deref()));
        let files: Vec<Utf8PathBuf> = files.into_iter().map(|(path, _)| path).collect();
        let total = plan.summary();
        let total = total.written + total.kept;
        let (reads, answers): (Vec<_>, Vec<_>) = reads.0.borrow().clone().into_iter().unzip();
        let is_plain = |path: &Utf8PathBuf| !path.as_str().contains(char::is_control);
        if !reads.iter().all(is_plain) {
            return Ok(None);
        }
        Ok(Some(Self {
            key: hash_bytes(key.as_bytes()),
            digest: digest(total, said, (&reads, &answers), (&files, &hashes)),
            total,
            said: said.to_owned(),
            reads,
            files,
        }))
    }

    /// Puts it where the next run looks. A failure costs that run its time and nothing else.
    pub fn write(&self, guard: &Guard) {
        if Self::read(guard.disk()).as_ref() != Some(self) {
            let _ = self.try_write(guard);
        }
    }

    fn try_write(&self, guard: &Guard) -> io::Result<()> {
        let place = guard.disk().locate(&Utf8Path::new(CACHE).join(NAME))?;
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)?;
            // So that nobody has to, whatever the workspace's own one says.
            let ignore = folder.join(".gitignore");
            if !ignore.exists() {
                fs::write(ignore, "# A cache of one machine.\n*\n")?;
            }
        }
        let draft = guard.stage().join("stamp.draft");
        fs::write(&draft, self.render())?;
        fs::rename(draft, place)
    }

    fn render(&self) -> String {
        let Self {
            key,
            digest,
            total,
            said,
            ..
        } = self;
        let mut text = format!("{HEADER}\n{key}\n{digest}\n{total}\n{said}\n");
        for (kind, paths) in [("read", &self.reads), ("file", &self.files)] {
            for path in paths {
                let _ = writeln!(text, "{kind} {path}");
            }
        }
        text
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        lines.next().filter(|line| *line == HEADER)?;
        let mut stamp = Self {
            key: lines.next()?.to_owned(),
            digest: lines.next()?.to_owned(),
            total: lines.next()?.parse().ok()?,
            said: lines.next()?.to_owned(),
            reads: Vec::new(),
            files: Vec::new(),
        };
        for line in lines {
            let (kind, path) = line.split_once(' ')?;
            match kind {
                "read" => stamp.reads.push(path.into()),
                "file" => stamp.files.push(path.into()),
                _ => return None,
            }
        }
        Some(stamp)
    }
}

type Found<'a> = (&'a [Utf8PathBuf], &'a [String]);

/// The paths and what is said are in it, so that a stamp that lost a line is none.
fn digest(total: usize, said: &str, reads: Found<'_>, files: Found<'_>) -> String {
    let mut text = format!("{total}\n{said}\n");
    for (kind, (paths, hashes)) in [("read", reads), ("file", files)] {
        for (path, hash) in paths.iter().zip(hashes) {
            let _ = writeln!(text, "{kind} {hash} {path}");
        }
    }
    hash_bytes(text.as_bytes())
}

/// Whether the next run would keep the file and say nothing.
fn is_settled(change: &Change) -> bool {
    match change.reason {
        Reason::New | Reason::Outdated | Reason::Forced | Reason::Own => true,
        Reason::Same | Reason::Edited => change.action == Action::Keep,
        Reason::Orphan => change.action == Action::Delete,
        Reason::Grown | Reason::Stuck | Reason::Behind | Reason::Merged | Reason::Clashed => false,
    }
}

/// Where the next plan looks, and what it will find there.
type Left<'p> = Vec<(Utf8PathBuf, Option<Cow<'p, [u8]>>)>;

fn left<'p>(plan: &'p Plan, disk: &Disk) -> io::Result<Left<'p>> {
    let moves: IndexMap<&str, Option<&String>> = (plan.bases.iter())
        .map(|base| (base.path.as_str(), base.after.as_ref()))
        .collect();
    let mut files = Vec::new();
    for change in plan.changes() {
        let bytes = match (change.action, &change.before, &change.after) {
            (Action::Create | Action::Update, before, Some(after)) => {
                with_line_ends_of(before.as_deref(), after)
            }
            (Action::Keep, Some(before), _) => Cow::Borrowed(before.as_slice()),
            // What is under `own:` is not read, and what goes is not there.
            _ => continue,
        };
        files.push((change.path.clone(), Some(bytes)));
        if change.owner == Owner::User {
            let place = base::place(&change.path);
            let bytes = match moves.get(place.as_str()) {
                Some(after) => after.map(|text| Cow::Borrowed(text.as_bytes())),
                None => disk.read(&place)?.map(Cow::Owned),
            };
            files.push((place, bytes));
        }
    }
    let lock = disk.read(LOCK.into())?;
    let lock = if plan.moves_lock() {
        let text = plan.lock.render();
        Some(with_line_ends_of(lock.as_deref(), &text).into_owned())
    } else {
        lock
    };
    files.push((LOCK.into(), lock.map(Cow::Owned)));
    Ok(files)
}
