//! Renders [`crate::rust`] into a [`FileTree`]. The only place that knows askama.

pub mod deploy;
mod gateway;
mod order;
mod service;
mod tree;
mod workspace;

pub use self::tree::{File, FileTree, Owner};
use crate::rust::{Body, Workspace};

/// The text of every file.
pub fn workspace(workspace: &Workspace) -> askama::Result<FileTree> {
    let mut tree = FileTree::default();
    for file in &workspace.files {
        let text = match &file.body {
            Body::Text(text) => text.clone(),
            Body::Workspace(body) => workspace::render(body)?,
            Body::Gateway(body) => gateway::render(body)?,
            Body::Service(body) => service::render(body)?,
            Body::Deploy(body) => deploy::render(body)?,
        };
        let is_ours = !matches!(file.body, Body::Text(_));
        let text = match file.path.extension() {
            Some("rs") if is_ours => order::of_items(&text),
            _ => text,
        };
        tree.insert(file.path.clone(), file.owner, text);
    }
    Ok(tree)
}

/// askama drops a template's last line break; where a file begins or ends with an optional part, there may be
/// too many.
fn finish(text: &str) -> String {
    format!("{}\n", text.trim_start_matches('\n').trim_end())
}

/// One struct per template: askama ties a path to a type.
macro_rules! templates {
    ($($name:ident, $view:ty, $path:literal;)*) => {$(
        #[derive(askama::Template)]
        #[template(path = $path)]
        struct $name<'a> {
            v: &'a $view,
        }
    )*};
}
use templates;
