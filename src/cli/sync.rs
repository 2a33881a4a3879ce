//! What `api`, `rpc` and `gen` share: from a project to the disk, or to an answer about it.

use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use clap::ArgAction;

use super::{Console, Exit, findings};
use crate::emit::Owner;
use crate::project::{Error, Project};
use crate::source;
use crate::write::{self, Action, Disk, Guard, Lock, Plan, Reason, Rules};

/// The options of every command that generates.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
// Each is a flag of its own on the command line.
#[allow(clippy::struct_excessive_bools)]
pub(super) struct Mode {
    /// Write nothing; exit with 1 and a unified diff if the tree is not what would be generated
    #[arg(long, action = ArgAction::SetTrue, conflicts_with = "dry_run")]
    pub(super) check: bool,
    /// Write nothing; print what would be done, a line for each file
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Overwrite files of zgen's that were edited
    #[arg(long)]
    pub(super) force: bool,
    /// Delete what is no longer generated, even if it was edited
    #[arg(long)]
    pub(super) prune: bool,
}

/// Opens the project in `dir`, lets `add` extend it, and brings the workspace in line with it.
pub(super) fn run(
    dir: &Utf8Path,
    mode: Mode,
    console: &mut Console,
    add: impl FnOnce(&mut Project) -> Result<(), Error>,
) -> anyhow::Result<Exit> {
    // Before `zgen.yaml` is read: what a killed run left belongs in place first.
    let guard = match mode {
        Mode {
            check: false,
            dry_run: false,
            ..
        } => Some(Guard::acquire(dir)?),
        _ => None,
    };
    if guard.as_ref().and_then(Guard::healed).is_some() {
        console.note("an earlier run was interrupted; its work is complete now")?;
    } else if guard.is_none() && write::is_interrupted(dir) {
        console.note("an earlier run was interrupted; the next one that writes completes it")?;
    }
    let mut project = Project::open(dir)?;
    add(&mut project)?;
    let generated = crate::generate(&project, &source::Disk);
    findings::show(console, &generated.report, &generated.sources)?;
    let Some(tree) = generated.tree else {
        return Ok(Exit::Findings);
    };
    let disk = Disk::at(dir);
    let rules = Rules {
        own: project.own.clone(),
        force: mode.force,
        prune: mode.prune,
    };
    let plan = write::plan(&tree, &disk, &Lock::read(&disk)?, &rules)?;
    for note in plan.notes() {
        console.note(&note)?;
    }
    let Some(guard) = guard else {
        return if mode.check {
            check(&project, &plan, console)
        } else {
            console.print(&table(&plan))?;
            Ok(Exit::Fine)
        };
    };
    match plan.ready() {
        Err(plan) => conflicts(&plan, console),
        Ok(ready) => {
            let done = write::apply(ready, &guard)?;
            let mut parts = vec![
                format!("{} written", done.written),
                format!("{} kept", done.kept),
            ];
            if done.deleted > 0 {
                parts.push(format!("{} deleted", done.deleted));
            }
            let total = done.written + done.kept;
            let (name, place) = (name(&project), place(dir));
            console.print(&format!(
                "{name}: {total} files ({}) in {place}\n",
                parts.join(", ")
            ))?;
            Ok(Exit::Fine)
        }
    }
}

fn check(project: &Project, plan: &Plan, console: &mut Console) -> anyhow::Result<Exit> {
    let place = place(&project.dir);
    if plan.is_idle() {
        let total = plan.changes().count();
        console.print(&format!(
            "{}: {total} files up to date in {place}\n",
            name(project)
        ))?;
        return Ok(Exit::Fine);
    }
    console.print_diff(&plan.diff())?;
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

/// The plan, a line for each file.
fn table(plan: &Plan) -> String {
    let mut text = String::new();
    for change in plan.changes() {
        let action = match change.action {
            Action::Create => "create",
            Action::Update => "update",
            Action::Keep => "keep",
            Action::Delete => "delete",
            Action::Conflict => "conflict",
        };
        let owner = match change.owner {
            Owner::Zgen => "zgen",
            Owner::User => "user",
        };
        let reason = match change.reason {
            Reason::New => "new",
            Reason::Outdated => "out of date",
            Reason::Same => "up to date",
            Reason::Edited => "edited",
            Reason::Grown => "edited; adds what is missing",
            Reason::Stuck => "edited; not readable",
            Reason::Own => "listed under own",
            Reason::Orphan => "no longer generated",
            Reason::Forced => "edited; overruled",
        };
        let _ = writeln!(text, "{action:<8}  {owner}  {}  ({reason})", change.path);
    }
    text
}

/// What the workspace is called in the summary: after its descriptions.
fn name(project: &Project) -> String {
    let apis = project.inputs.api.iter().map(|input| &input.file);
    let rpcs = project.inputs.rpc.iter().map(|input| &input.file);
    let mut names: Vec<&str> = apis
        .chain(rpcs)
        .filter_map(|file| file.file_stem())
        .collect();
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
