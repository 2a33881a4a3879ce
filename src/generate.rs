//! The passes joined: from a project's descriptions to the files of its workspace.

use camino::Utf8Path;

use crate::diag::{self, Diagnostic, Report};
use crate::emit::{FileTree, Owner, Templates};
use crate::lower::Place;
use crate::migrate::Grown;
use crate::model::{Schema, System};
use crate::project::{self, Project};
use crate::source::{Loader, SourceMap, Span};
use crate::{analyze, emit, lower, migrate};

/// What a generation gives: the files, unless the descriptions have errors, and what there is to say about them.
#[derive(Debug)]
pub struct Generated {
    pub tree: Option<FileTree>,
    pub report: Report,
    pub sources: SourceMap,
    pub added: Added,
}

/// The stores that a migration is to be written for.
#[derive(Debug, Default)]
pub struct Added(Vec<Grown>);

impl Added {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a run that reads through `loader`, which has what is to be written, adds nothing and says the same.
    pub fn is_all(&self, loader: &dyn Loader) -> bool {
        self.0.iter().all(|store| store.is_whole(loader))
    }
}

/// The files of a project's workspace: a pure function of the descriptions, the options and the templates.
pub fn generate(project: &Project, loader: &dyn Loader) -> Generated {
    let mut sources = SourceMap::default();
    let mut report = Report::default();
    let inputs = project.resolved_inputs();
    let mut described = analyze::run(&inputs, loader, &mut sources, &mut report);
    let mut added = Added::default();
    if !report.has_errors() {
        added = add_migrations(
            &mut described.system,
            &project.dir,
            loader,
            &mut sources,
            &mut report,
        );
    }
    expect_workloads(&described.system, project, &mut report);
    let own = own_templates(project, &mut report);
    let mut tree = None;
    if !report.has_errors() {
        let workspace = lower::workspace(&described.system, &described.code, &project.options);
        // Nothing asks for it any more, and a large one is as large as what it is printed to.
        drop(described);
        match emit::workspace_with(&workspace, &own) {
            Ok(mut files) => {
                files.insert(project::FILE, Owner::User, project.text());
                tree = Some(files);
            }
            Err(error) => report.push(failed(error, &own, project, &mut sources)),
        }
    }
    Generated {
        tree,
        report,
        sources,
        added,
    }
}

/// Compares what the stores of the workspace in `dir` have with what their DDL describes now; the answer is those for
/// which a migration is to be written.
pub fn add_migrations(
    system: &mut System,
    dir: &Utf8Path,
    loader: &dyn Loader,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Added {
    let (services, libraries) = lower::stores(system);
    let mut grown = Vec::new();
    let mut compare = |places: &[Place], owner: &str, dialect, schema: &Schema| {
        let place = places.iter().find(|place| place.owner == owner)?;
        let wanted = migrate::Wanted {
            dir: &dir.join(&place.dir),
            name: &place.stem,
            dialect,
            schema,
        };
        let known = report.len();
        let found = migrate::migrations(wanted, loader, sources, report);
        if migrate::is_growing(&found) {
            grown.push(Grown {
                dir: wanted.dir.to_owned(),
                name: place.stem.clone(),
                dialect,
                schema: schema.clone(),
                migrations: found.clone(),
                said: report.iter().skip(known).cloned().collect(),
            });
        }
        Some(found)
    };
    for rpc in &mut system.rpcs {
        let found = compare(&services, &rpc.name, rpc.dialect, &rpc.schema);
        rpc.migrations = found.unwrap_or_default();
    }
    for store in &mut system.stores {
        let found = compare(&libraries, &store.name, store.dialect, &store.schema);
        store.migrations = found.unwrap_or_default();
    }
    report.sort();
    Added(grown)
}

/// Values for a workload that is not there would be lost without a word.
fn expect_workloads(system: &System, project: &Project, report: &mut Report) {
    let (unknown, known) = lower::deploy::unknown_workloads(system, &project.options);
    for name in unknown {
        let message = format!("zgen.yaml: `deploy.workloads` names `{name}`, which is no workload");
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let help = diag::did_you_mean(&name, known.iter().copied())
            .unwrap_or_else(|| format!("there are: {}", known.join(", ")));
        report.push(Diagnostic::error("zgen/unknown-workload", None, message).help(help));
    }
}

/// The templates that take the place of zgen's, with what is odd about them.
fn own_templates(project: &Project, report: &mut Report) -> Templates {
    let own = match project.own_templates() {
        Ok(own) => Templates(own),
        Err(error) => {
            let error = Diagnostic::error("zgen/template", None, error.to_string());
            report.push(error.help("`templates:` in zgen.yaml names a folder"));
            return Templates::default();
        }
    };
    let shown = |name: &str| {
        let path = project.own_template(name);
        path.map_or_else(|| name.to_owned(), |path| path.to_string())
    };
    for name in own.unused() {
        let message = format!("{}: nothing uses a template of this name", shown(name));
        let help = diag::did_you_mean(name, emit::names())
            .unwrap_or_else(|| "`zgen template list` lists the names".to_owned());
        report.push(Diagnostic::warning("zgen/unused-template", None, message).help(help));
    }
    for (name, text) in &own.0 {
        if emit::origin(name, text) == Some(false) {
            let path = shown(name);
            let message =
                format!("{path}: zgen's own template has changed since this was exported");
            let help =
                "see `zgen template diff`; with zgen's first line in yours this is taken as seen";
            report.push(Diagnostic::warning("zgen/old-template", None, message).help(help));
        }
    }
    own
}

/// A mistake in a template of the user's own is shown with its place.
fn failed(
    error: emit::Error,
    own: &Templates,
    project: &Project,
    sources: &mut SourceMap,
) -> Diagnostic {
    let text = own.0.get(&error.template);
    let place = project.own_template(&error.template).zip(text);
    let span = place.map(|(path, text)| {
        let file = sources.add(path, text.clone());
        let range = error.range.clone().unwrap_or_default();
        Span::new(file, range.start, range.end)
    });
    let message = match span {
        Some(_) => error.message,
        None => format!("{}: {}", error.template, error.message),
    };
    let found = Diagnostic::error("zgen/template", span, message);
    match error.help {
        Some(help) => found.help(help),
        None => found,
    }
}
