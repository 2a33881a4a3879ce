//! Renders [`crate::rust`] into a [`FileTree`]. The only place that knows askama, and minijinja for templates of the
//! user's own.

mod builtin;
mod deploy;
mod error;
mod gateway;
mod order;
mod own;
mod printer;
mod service;
mod translate;
mod tree;
mod workspace;

pub use self::builtin::{exported, names, origin};
pub use self::error::Error;
pub use self::own::Templates;
use self::printer::Printer;
pub use self::tree::{File, FileTree, Owner};
use crate::parallel;
use crate::rust::{self, Body, Workspace};

/// The text of every file, by zgen's own templates.
pub fn workspace(workspace: &Workspace) -> Result<FileTree, Error> {
    workspace_with(workspace, &Templates::default())
}

/// The text of every file; `own` takes the place of zgen's templates.
pub fn workspace_with(workspace: &Workspace, own: &Templates) -> Result<FileTree, Error> {
    let printer = Printer::new(own)?;
    let print = |file: &rust::File| {
        let (owner, text) = (file.owner, text(file, &printer)?);
        Ok((file.path.clone(), File { owner, text }))
    };
    let files = parallel::each(&workspace.files, print).into_iter();
    Ok(FileTree(files.collect::<Result<_, Error>>()?))
}

/// The text of one file, by zgen's own templates.
pub fn file(file: &rust::File) -> Result<String, Error> {
    text(file, &Printer::new(&Templates::default())?)
}

fn text(file: &rust::File, printer: &Printer<'_>) -> Result<String, Error> {
    let text = match &file.body {
        Body::Text(text) => return Ok(text.clone()),
        Body::Workspace(body) => workspace::render(body, printer)?,
        Body::Gateway(body) => gateway::render(body, printer)?,
        Body::Service(body) => service::render(body, printer)?,
        Body::Deploy(body) => deploy::render(body, printer)?,
    };
    Ok(match file.path.extension() {
        Some("rs") => order::of_items(&text),
        _ => text,
    })
}
