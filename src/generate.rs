//! The passes joined: from a project's descriptions to the files of its workspace.

use crate::diag::{Diagnostic, Report};
use crate::emit::{FileTree, Owner};
use crate::project::{self, Project};
use crate::source::{Loader, SourceMap};
use crate::{analyze, emit, lower};

/// What a generation gives: the files, unless the descriptions have errors, and what there is to say about them.
#[derive(Debug)]
pub struct Generated {
    pub tree: Option<FileTree>,
    pub report: Report,
    pub sources: SourceMap,
}

/// The files of a project's workspace: a pure function of the descriptions and the options.
pub fn generate(project: &Project, loader: &dyn Loader) -> Generated {
    let mut sources = SourceMap::default();
    let mut report = Report::default();
    let inputs = project.resolved_inputs();
    let described = analyze::run(&inputs, loader, &mut sources, &mut report);
    analyze::limits(&described.system, &mut report);
    let mut tree = None;
    if !report.has_errors() {
        let workspace = lower::workspace(&described.system, &described.stubs, &project.options);
        match emit::workspace(&workspace) {
            Ok(mut files) => {
                files.insert(project::FILE, Owner::User, project.text());
                tree = Some(files);
            }
            Err(error) => {
                let message = format!("a template of zgen failed: {error}");
                report.push(
                    Diagnostic::error("zgen/template", None, message)
                        .help("this is a bug in zgen; please report it with the description"),
                );
            }
        }
    }
    Generated {
        tree,
        report,
        sources,
    }
}
