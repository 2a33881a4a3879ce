//! Carries a plan out: all of it or nothing.
//!
//! New texts are staged beside the tree, a journal says what is to come, then files are moved into place; those of a folder
//! that is not there yet are staged as that folder, and moved as one.
//! Until the journal is there a failure leaves the tree as it was; afterwards an error is undone, and a
//! killed run is completed by the next one.

use std::borrow::Cow;
use std::fs::{self, Permissions};
use std::io;
use std::sync::OnceLock;

use camino::{Utf8Path, Utf8PathBuf};

use super::disk::named;
use super::guard::Guard;
use super::journal::{self, Deed, Step};
use super::lock::LOCK;
use super::normal::{hash_bytes, lines};
use super::plan::{Action, Plan, Ready};
use crate::parallel;

/// Texts that are staged at once.
const BATCH: usize = 256;

/// What a run did, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub written: usize,
    pub kept: usize,
    pub deleted: usize,
}

impl Summary {
    /// Nothing but files that are as they should be.
    pub fn kept(kept: usize) -> Self {
        Self {
            kept,
            ..Self::default()
        }
    }
}

impl Plan {
    /// What carrying it out would do.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for change in self.changes() {
            match change.action {
                Action::Create | Action::Update => summary.written += 1,
                Action::Keep => summary.kept += 1,
                Action::Delete => summary.deleted += 1,
                Action::Conflict => {}
            }
        }
        summary
    }
}

pub fn apply(plan: Ready, guard: &Guard) -> io::Result<Summary> {
    apply_observed(plan, guard, &mut |_| Ok(()))
}

/// As [`apply`]; `observe` is called before every touch of the disk and may make it fail (or die, in a test).
pub fn apply_observed(
    plan: Ready,
    guard: &Guard,
    observe: &mut dyn FnMut(&str) -> io::Result<()>,
) -> io::Result<Summary> {
    let Ready(plan) = plan;
    let summary = plan.summary();
    if plan.is_idle() {
        return Ok(summary);
    }
    let jobs = stage(&plan, guard, observe)?;
    observe("journal")?;
    let steps: Vec<Step> = jobs.iter().map(|job| job.step.clone()).collect();
    journal::write(guard.stage(), &steps)?;
    if let Err(cause) = run(&jobs, guard, observe) {
        // What fails here is of less interest than the cause; the journal stays until all is as it was.
        let mut done = jobs.iter().rev().filter(|job| job.is_done.get().is_some());
        if done.all(|job| job.undo(guard).is_ok()) {
            journal::remove(guard.stage())?;
        }
        return Err(cause);
    }
    observe("end")?;
    journal::remove(guard.stage())?;
    for job in jobs.iter().filter(|job| job.is_delete()) {
        guard.disk().remove_empty_parents(&job.step.path);
    }
    Ok(summary)
}

/// Some at once, and deletes after all others.
fn run(
    jobs: &[Job],
    guard: &Guard,
    observe: &mut dyn FnMut(&str) -> io::Result<()>,
) -> io::Result<()> {
    let is_like =
        |one: &Job, other: &Job| one.is_delete() == other.is_delete() && one.folder == other.folder;
    for alike in jobs.chunk_by(is_like) {
        let folder = alike.first().and_then(|job| job.folder.as_deref());
        let at_once = folder.map_or(BATCH, |_| alike.len());
        for some in alike.chunks(at_once) {
            let mut seen = Ok(());
            let mut is_seen = |job: &&Job| {
                seen = observe(job.step.path.as_str());
                seen.is_ok()
            };
            let count = some.iter().take_while(|job| is_seen(job)).count();
            let some = &some[..count];
            if count < alike.len() || !folder.is_some_and(|folder| moves(folder, some, guard)) {
                let done = parallel::map(some, |job| job.run(guard));
                done.into_iter().collect::<io::Result<()>>()?;
            }
            seen?;
        }
    }
    Ok(())
}

/// Puts a new folder into its place, with all that is in it. If something has come there meanwhile, it does not.
fn moves(folder: &Utf8Path, jobs: &[Job], guard: &Guard) -> bool {
    let staged = journal::staged_below(guard.stage(), folder);
    let place = guard.disk().locate(folder);
    let is_moved = place.is_ok_and(|place| fs::rename(staged, place).is_ok());
    if is_moved {
        for job in jobs {
            let _ = job.is_done.set(());
        }
    }
    is_moved
}

/// A step with what undoing it needs.
struct Job {
    is_done: OnceLock<()>,
    step: Step,
    /// The new folder that it is staged in.
    folder: Option<Utf8PathBuf>,
    before: Option<Vec<u8>>,
    permissions: Option<Permissions>,
}

/// A text that is to be in its place.
struct Text<'p> {
    path: &'p Utf8Path,
    before: Option<&'p [u8]>,
    bytes: Cow<'p, [u8]>,
    /// The outermost folder of the path that is not there yet.
    folder: Option<Utf8PathBuf>,
}

impl<'p> Text<'p> {
    fn new(path: &'p Utf8Path, before: Option<&'p [u8]>, bytes: Cow<'p, [u8]>) -> Self {
        Self {
            path,
            before,
            bytes,
            folder: None,
        }
    }
}

/// In the order in which they are to happen.
fn stage(
    plan: &Plan,
    guard: &Guard,
    observe: &mut dyn FnMut(&str) -> io::Result<()>,
) -> io::Result<Vec<Job>> {
    let mut texts = Vec::new();
    for change in plan.changes() {
        if let (Action::Create | Action::Update, Some(text)) = (change.action, &change.after) {
            let before = change.before.as_deref();
            let bytes = with_line_ends_of(before, text);
            texts.push(Text::new(&change.path, before, bytes));
        }
    }
    for base in &plan.bases {
        if let Some(text) = &base.after {
            let bytes = Cow::Borrowed(text.as_bytes());
            texts.push(Text::new(&base.path, base.before.as_deref(), bytes));
        }
    }
    let lock = Utf8Path::new(LOCK);
    let (lock_before, lock_text) = if plan.moves_lock() {
        (guard.disk().read(lock)?, plan.lock.render())
    } else {
        (None, String::new())
    };
    if plan.moves_lock() {
        let bytes = with_line_ends_of(lock_before.as_deref(), &lock_text);
        texts.push(Text::new(lock, lock_before.as_deref(), bytes));
    }
    make_folders(&mut texts, guard)?;
    let mut jobs: Vec<Job> = Vec::with_capacity(texts.len());
    let numbered: Vec<(usize, Text<'_>)> = texts.into_iter().enumerate().collect();
    for some in numbered.chunks(BATCH) {
        for _ in some {
            observe("stage")?;
        }
        for job in parallel::map(some, |(number, text)| Job::put(guard, *number, text)) {
            jobs.push(job?);
        }
    }
    // Deletes last: a crash leaves extra files, never missing ones.
    for change in plan
        .changes()
        .filter(|change| change.action == Action::Delete)
    {
        jobs.push(Job::delete(guard, &change.path, change.before.clone())?);
    }
    for base in plan.bases.iter().filter(|base| base.after.is_none()) {
        jobs.push(Job::delete(guard, &base.path, base.before.clone())?);
    }
    Ok(jobs)
}

/// Finds the new folders, and makes them where their files are staged.
fn make_folders(texts: &mut [Text<'_>], guard: &Guard) -> io::Result<()> {
    // Neighbours are in one folder, as a rule.
    let mut last: Option<Utf8PathBuf> = None;
    let mut made: Option<&Utf8Path> = None;
    for text in texts.iter_mut().filter(|text| text.before.is_none()) {
        let path = text.path;
        let is_in = |folder: &Utf8PathBuf| path.starts_with(folder);
        if !last.as_ref().is_some_and(is_in) {
            last = guard.disk().outermost_missing(path)?;
        }
        text.folder.clone_from(&last);
        let parent = path.parent();
        if text.folder.is_some() && parent != made {
            let folder = journal::staged_below(guard.stage(), parent.unwrap_or(path));
            fs::create_dir_all(folder).map_err(|cause| named(path, &cause))?;
            made = parent;
        }
    }
    Ok(())
}

impl Job {
    fn put(guard: &Guard, number: usize, text: &Text<'_>) -> io::Result<Self> {
        let Text {
            path,
            before,
            bytes,
            folder,
        } = text;
        let staged = staged(guard, folder.is_some(), number, path);
        fs::write(&staged, bytes).map_err(|cause| named(path, &cause))?;
        // A new file has none to keep; where it goes is looked at when it is moved there.
        let permissions = match before {
            Some(_) => permissions(&guard.disk().locate(path)?),
            None => None,
        };
        if let Some(permissions) = &permissions {
            fs::set_permissions(&staged, permissions.clone())?;
        }
        let deed = Deed::Put {
            number,
            hash: hash_bytes(bytes),
        };
        let before = before.map(<[u8]>::to_vec);
        Ok(Self {
            folder: folder.clone(),
            ..Self::new(path, before, permissions, deed)
        })
    }

    fn delete(guard: &Guard, path: &Utf8Path, before: Option<Vec<u8>>) -> io::Result<Self> {
        let permissions = permissions(&guard.disk().locate(path)?);
        Ok(Self::new(path, before, permissions, Deed::Delete))
    }

    fn new(
        path: &Utf8Path,
        before: Option<Vec<u8>>,
        permissions: Option<Permissions>,
        deed: Deed,
    ) -> Self {
        Self {
            is_done: OnceLock::new(),
            folder: None,
            step: Step {
                path: path.to_owned(),
                before: before.as_deref().map(hash_bytes),
                deed,
            },
            before,
            permissions,
        }
    }

    fn run(&self, guard: &Guard) -> io::Result<()> {
        let path = &self.step.path;
        let done = guard
            .disk()
            .locate(path)
            .and_then(|place| match self.step.deed {
                Deed::Put { number, .. } => {
                    let staged = staged(guard, self.folder.is_some(), number, path);
                    journal::put(&staged, &place)
                }
                Deed::Delete => fs::remove_file(place),
            });
        done.map_err(|cause| named(path, &cause))?;
        let _ = self.is_done.set(());
        Ok(())
    }

    fn is_delete(&self) -> bool {
        self.step.deed == Deed::Delete
    }

    /// Best effort: this runs when something is wrong with the disk already.
    fn undo(&self, guard: &Guard) -> io::Result<()> {
        let place = guard.disk().locate(&self.step.path)?;
        let Some(bytes) = &self.before else {
            fs::remove_file(&place)?;
            guard.disk().remove_empty_parents(&self.step.path);
            return Ok(());
        };
        let staged = guard.stage().join("undo");
        fs::write(&staged, bytes)?;
        if let Some(permissions) = &self.permissions {
            fs::set_permissions(&staged, permissions.clone())?;
        }
        fs::rename(staged, place)
    }
}

fn staged(guard: &Guard, is_in_folder: bool, number: usize, path: &Utf8Path) -> Utf8PathBuf {
    if is_in_folder {
        journal::staged_below(guard.stage(), path)
    } else {
        journal::staged(guard.stage(), number)
    }
}

fn permissions(place: &Utf8Path) -> Option<Permissions> {
    fs::metadata(place).ok().map(|found| found.permissions())
}

/// A file whose first line ends in CRLF keeps CRLF.
pub(super) fn with_line_ends_of<'t>(before: Option<&[u8]>, text: &'t str) -> Cow<'t, [u8]> {
    let first = before.and_then(|bytes| bytes.split_inclusive(|byte| *byte == b'\n').next());
    if first.is_some_and(|line| line.ends_with(b"\r\n")) {
        return Cow::Owned(lines(text).replace('\n', "\r\n").into_bytes());
    }
    Cow::Borrowed(text.as_bytes())
}
