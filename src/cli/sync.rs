//! What `api`, `rpc`, `gen` and `status` share: from a project to the disk, or to an answer about it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use clap::ArgAction;

use super::findings::{self, Format};
use super::said::Said;
use super::{Console, Exit, asked, planned};
use crate::Added;
use crate::emit::Owner;
use crate::project::{Error, Patterns, Project};
use crate::source::{self, Overheard};
use crate::write::{self, Action, Disk, Guard, Lock, Plan, Reads, Reason, Rules, Stamp, Summary};

/// The options of every command that generates.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
// Each is a flag of its own on the command line.
#[allow(clippy::struct_excessive_bools)]
pub(super) struct Mode {
    /// Write nothing; exit with 1 and a unified diff if the tree is not what would be generated
    #[arg(long, action = ArgAction::SetTrue, conflicts_with = "dry_run")]
    check: bool,
    /// Write nothing; print what would be done, a line for each file
    #[arg(long)]
    dry_run: bool,
    /// Put what changed in the scaffolds of files that you edited into them
    #[arg(long)]
    merge: bool,
    /// Overwrite files of zgen's that were edited
    #[arg(long)]
    force: bool,
    /// Delete what is no longer generated, even if it was edited
    #[arg(long)]
    prune: bool,
    /// How findings, differences and plans are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

impl Mode {
    fn aim(self) -> Aim {
        match self {
            Self { check: true, .. } => Aim::Check,
            Self { dry_run: true, .. } => Aim::DryRun,
            _ => Aim::Write,
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    Write,
    Check,
    DryRun,
    Status,
}

/// Opens the project in `dir`, lets `add` extend it, and brings the workspace in line with it.
pub(super) fn run(
    dir: &Utf8Path,
    mode: Mode,
    console: &mut Console,
    add: impl FnOnce(&mut Project) -> Result<(), Error>,
) -> anyhow::Result<Exit> {
    run_within(None, dir, mode, console, add)
}

/// A description that was read from elsewhere than from the file that it is about to become.
pub(super) struct Described {
    /// Below the workspace.
    pub(super) file: Utf8PathBuf,
    pub(super) text: String,
}

/// The same with a description that `add` reads and makes one of the project's inputs.
pub(super) fn run_reading(
    dir: &Utf8Path,
    mode: Mode,
    console: &mut Console,
    add: impl FnOnce(&mut Project, &mut Console) -> anyhow::Result<Described>,
) -> anyhow::Result<Exit> {
    let add = |project: &mut Project, console: &mut Console| add(project, console).map(Some);
    reach(mode.aim(), None, dir, mode, console, add)
}

/// The same for a part of the workspace: no other file is looked at.
pub(super) fn run_within(
    within: Option<&[&str]>,
    dir: &Utf8Path,
    mode: Mode,
    console: &mut Console,
    add: impl FnOnce(&mut Project) -> Result<(), Error>,
) -> anyhow::Result<Exit> {
    reach(mode.aim(), within, dir, mode, console, |project, _| {
        add(project)?;
        Ok(None)
    })
}

/// What every file of the workspace is.
pub(super) fn status(
    dir: &Utf8Path,
    format: Format,
    console: &mut Console,
) -> anyhow::Result<Exit> {
    let mode = Mode {
        format,
        ..Mode::default()
    };
    reach(Aim::Status, None, dir, mode, console, |_, _| Ok(None))
}

fn reach(
    aim: Aim,
    within: Option<&[&str]>,
    dir: &Utf8Path,
    mode: Mode,
    console: &mut Console,
    add: impl FnOnce(&mut Project, &mut Console) -> anyhow::Result<Option<Described>>,
) -> anyhow::Result<Exit> {
    // Before `zgen.yaml` is read: what a killed run left belongs in place first.
    let guard = match aim {
        Aim::Write => Some(Guard::acquire(dir)?),
        Aim::Check | Aim::DryRun | Aim::Status => None,
    };
    if guard.as_ref().and_then(Guard::healed).is_some() {
        console.note("an earlier run was interrupted; its work is complete now")?;
    } else if guard.is_none() && write::is_interrupted(dir) {
        console.note("an earlier run was interrupted; the next one that writes completes it")?;
    }
    let mut project = Project::open(dir)?;
    let described = add(&mut project, console)?;
    // A plan that is asked for is made, and so is every part of one; so is what comes with a description of its own.
    let is_known = mode.format != Format::Json && matches!(aim, Aim::Write | Aim::Check);
    let is_known = is_known && within.is_none() && described.is_none();
    let key = is_known.then(|| asked::key(&project)).flatten();
    let disk = Disk::at(dir);
    if let Some((total, said)) = key.as_ref().and_then(|key| known(&disk, key, mode)) {
        said.say(mode.format, console)?;
        console.print(&match aim {
            Aim::Check => up_to_date(&project, total, dir),
            _ => wrote(&project, Summary::kept(total), dir),
        })?;
        return Ok(Exit::Fine);
    }
    let mut heard = Reads::default();
    let loader = Overheard {
        loader: &source::Disk,
        heard: &|path, answer| heard.note(path, answer),
    };
    let generated = match &described {
        None => crate::generate(&project, &loader),
        Some(described) => {
            let path = project.shown(&described.file);
            let text = &described.text;
            let above = source::Above([(path, text.as_str())].into());
            crate::generate(&project, &above)
        }
    };
    // A program that reads JSON expects one document, and that is the plan if there is one.
    match (mode.format, &generated.tree) {
        (Format::Json, Some(_)) => findings::show(console, &generated.report, &generated.sources)?,
        (format, _) => findings::print(format, console, &generated.report, &generated.sources)?,
    }
    let Some(mut tree) = generated.tree else {
        return Ok(Exit::Findings);
    };
    let mut inputs = BTreeSet::new();
    if let Some(Described { file, text }) = described {
        inputs.insert(file.clone());
        tree.insert(file, Owner::User, text);
    }
    let rules = Rules {
        own: project.own.clone(),
        force: mode.force,
        prune: mode.prune,
        merge: mode.merge,
        inputs,
        within: within.map(|paths| Patterns::new(paths.iter().map(ToString::to_string).collect())),
    };
    let plan = write::plan(&tree, &disk, &Lock::read(&disk)?, &rules)?;
    // The plan has all of it, and what follows takes room, too.
    drop(tree);
    let notes = plan.notes();
    for note in &notes {
        console.note(&note.text)?;
        console.note_diff(&note.diff)?;
    }
    let is_idle = plan.is_idle();
    let answer = match (aim, mode.format) {
        (_, Format::Json) => planned::json(&plan),
        (Aim::Check, Format::Github) => planned::annotations(&plan, dir),
        (Aim::Check, Format::Short) => planned::differing(&plan),
        (Aim::DryRun, _) => planned::table(&plan),
        (Aim::Status, _) => planned::states(&plan),
        (Aim::Check | Aim::Write, _) => String::new(),
    };
    console.print(&answer)?;
    let is_plain = mode.format != Format::Json;
    // Asked for again: a template may have changed while the run went on.
    let key = key.filter(|key| guard.is_some() && asked::key(&project).as_ref() == Some(key));
    // What it says of edited files holds only for a run that leaves them alone, too, as this one did.
    let lasting = if is_idle { notes.as_slice() } else { &[] };
    let key = key.filter(|_| lasting.is_empty() || leaves_edits(mode));
    let stamp = match key.filter(|_| written(&generated.added, &plan, dir, &mut heard)) {
        Some(key) => {
            let said = Said::of(&generated.report, &generated.sources, lasting).line();
            Stamp::of(&plan, &disk, &key, &heard, &said)?
        }
        None => None,
    };
    match (guard, aim) {
        (Some(guard), _) => match plan.ready() {
            Err(plan) => conflicts(&plan, console),
            Ok(ready) => {
                let clashes = ready.clashes();
                let done = write::apply(ready, &guard)?;
                if let Some(stamp) = stamp {
                    stamp.write(&guard);
                }
                if is_plain {
                    console.print(&wrote(&project, done, dir))?;
                }
                Ok(Exit::fine_if(clashes == 0))
            }
        },
        (None, Aim::Check) if is_idle && is_plain => {
            let total = plan.changes().count();
            console.print(&up_to_date(&project, total, dir))?;
            Ok(Exit::Fine)
        }
        (None, Aim::Check) if !is_idle => {
            if mode.format == Format::Human {
                console.print_diff(&plan.diff())?;
            }
            differs(&plan, dir, console)
        }
        (None, _) => Ok(Exit::Fine),
    }
}

/// The files of the workspace and what there is to say, where an earlier run came to the same end.
fn known(disk: &Disk, key: &str, mode: Mode) -> Option<(usize, Said)> {
    if mode.force {
        return None;
    }
    let stamp = Stamp::read(disk)?;
    let said = Said::parse(stamp.said())?;
    if said.has_notes() && !leaves_edits(mode) {
        return None;
    }
    let total = stamp.holds(disk, key, read)?;
    Some((total, said))
}

fn leaves_edits(mode: Mode) -> bool {
    !mode.merge && !mode.prune
}

/// Whether the next run finds in the migrations what this one is about to write, and no more to do. It reads them, so
/// `heard` is to have what it will hear.
fn written(added: &Added, plan: &Plan, dir: &Utf8Path, heard: &mut Reads) -> bool {
    if added.is_empty() {
        return true;
    }
    let created = plan
        .changes()
        .filter(|change| change.action == Action::Create);
    let created = created.filter_map(|change| {
        let text = change.after.as_deref()?;
        Some((dir.join(&change.path), text))
    });
    let above = source::Above(created.collect());
    let later = Reads::default();
    let loader = Overheard {
        loader: &above,
        heard: &|path, answer| later.note(path, answer),
    };
    let is_whole = added.is_all(&loader);
    heard.set(later);
    is_whole
}

fn read(path: &Utf8Path) -> std::io::Result<String> {
    source::Disk.answer(path)
}

fn up_to_date(project: &Project, total: usize, dir: &Utf8Path) -> String {
    let (name, place) = (name(project), place(dir));
    format!("{name}: {total} files up to date in {place}\n")
}

fn wrote(project: &Project, done: Summary, dir: &Utf8Path) -> String {
    let mut parts = vec![
        format!("{} written", done.written),
        format!("{} kept", done.kept),
    ];
    if done.deleted > 0 {
        parts.push(format!("{} deleted", done.deleted));
    }
    let total = done.written + done.kept;
    let (name, place) = (name(project), place(dir));
    format!("{name}: {total} files ({}) in {place}\n", parts.join(", "))
}

fn differs(plan: &Plan, dir: &Utf8Path, console: &mut Console) -> anyhow::Result<Exit> {
    let place = place(dir);
    let done = plan.summary();
    let files = done.written + done.deleted + plan.conflicts().count();
    let what = match files {
        0 => format!("{} is not up to date", write::LOCK),
        1 => "1 file differs from what zgen would write".to_owned(),
        files => format!("{files} files differ from what zgen would write"),
    };
    console.error(&format!("{place}: {what}; run `zgen gen {place}`"))?;
    Ok(Exit::Findings)
}

fn conflicts(plan: &Plan, console: &mut Console) -> anyhow::Result<Exit> {
    let conflicts = plan.diff_of(Action::Conflict);
    console.note_diff(&conflicts)?;
    let mut paths = String::new();
    for change in plan.conflicts() {
        let gone = if change.reason == Reason::Orphan {
            " (no longer generated)"
        } else {
            ""
        };
        let _ = write!(paths, "\n  {}{gone}", change.path);
    }
    console.error(&format!(
        "nothing was written: these files are zgen's and were edited since{paths}\n\
         Either take zgen's text with --force (the diff above), or keep yours by listing the path under `own:` in \
         {}; zgen then leaves it alone.",
        crate::project::FILE
    ))?;
    Ok(Exit::Findings)
}

/// What the workspace is called in the summary: after its descriptions.
fn name(project: &Project) -> String {
    let apis = project.inputs.api.iter().map(|input| &input.file);
    let rpcs = project.inputs.rpc.iter().map(|input| &input.file);
    let models = project.inputs.model.iter().map(|input| input.name.as_str());
    let files = apis.chain(rpcs).filter_map(|file| file.file_stem());
    let mut names: Vec<&str> = files.chain(models).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        "zgen".to_owned()
    } else {
        names.join(", ")
    }
}

/// `out/`, however it was typed.
fn place(dir: &Utf8Path) -> Utf8PathBuf {
    dir.join("")
}
