//! The files below `migrations/`, and the module that has them built in.

use camino::{Utf8Path, Utf8PathBuf};

use crate::emit::Owner;
use crate::lower::deploy::Service;
use crate::lower::{layout, names};
use crate::model::{Content, HEAD, Migration, Rpc};
use crate::rust::service::Body;
use crate::rust::store::{self, MigrationFile, MigrationFolder, MigrationsMod};
use crate::rust::{self, File};

/// Elements up to this may share a line.
const SHORT: usize = 10;

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The service or the store.
    pub owner: String,
    /// The crate's folder.
    pub dir: Utf8PathBuf,
    /// What the first file is called.
    pub stem: String,
}

pub(in crate::lower) fn place(service: &Service<'_>) -> Place {
    let stem = service.process.config.trim_end_matches(".yaml");
    Place {
        owner: service.model.name.clone(),
        dir: format!("crates/{}", service.process.crate_name).into(),
        stem: names::module(stem),
    }
}

/// Those that are there stay as they are.
pub(super) fn files(rpc: &Rpc, dir: &Utf8Path) -> Vec<File> {
    let mut out = Vec::new();
    for (name, folder) in folders(rpc) {
        for migration in folder {
            let body = match &migration.content {
                Content::ByHand => continue,
                Content::There(text) => rust::Body::Text(text.clone()),
                Content::New(statements) => {
                    rust::Body::Service(Body::Migration(store::Migration {
                        head: HEAD,
                        source: super::store::source(rpc),
                        statements: statements.clone(),
                    }))
                }
            };
            out.push(File {
                path: dir.join("migrations").join(name).join(&migration.file),
                owner: Owner::Once,
                body,
            });
        }
    }
    out
}

/// `src/store/migrations.rs`
pub(super) fn list(rpc: &Rpc, source: String) -> MigrationsMod {
    let folder = |(field, (name, files)): (&'static str, (&str, &Vec<Migration>))| {
        // The only one of a list stands on the line of its bracket.
        let indent = if files.len() == 1 { 8 } else { 12 };
        let file = |migration: &Migration| {
            let path = format!("\"../../migrations/{name}/{}\"", migration.file);
            MigrationFile {
                file: migration.file.clone(),
                text: included(indent, &path),
            }
        };
        MigrationFolder {
            field,
            files: files.iter().map(file).collect(),
        }
    };
    let tables = rpc.tables.iter();
    let tables: Vec<_> = tables.map(|table| format!("{:?}", table.name)).collect();
    MigrationsMod {
        source,
        folders: ["server", "sqlite"]
            .into_iter()
            .zip(folders(rpc))
            .map(folder)
            .collect(),
        tables: array(&tables),
    }
}

fn folders(rpc: &Rpc) -> [(&'static str, &Vec<Migration>); 2] {
    [
        (rpc.dialect.name(), &rpc.migrations.server),
        ("sqlite", &rpc.migrations.sqlite),
    ]
}

fn included(indent: usize, path: &str) -> String {
    let line = format!("sql: include_str!({path}),");
    if layout::is_wide(indent, &line) {
        let tab = " ".repeat(indent);
        return format!("include_str!(\n{tab}    {path}\n{tab})");
    }
    format!("include_str!({path})")
}

/// `&[..]` behind `tables: `. What is short shares lines, as rustfmt has it.
fn array(names: &[String]) -> String {
    let list = names.join(", ");
    if list.chars().count() <= layout::CALL_WIDTH {
        return format!("&[{list}]");
    }
    let are_short = names.iter().all(|name| name.chars().count() <= SHORT);
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut() {
            Some(line) if are_short && !layout::is_wide(8, &format!("{line} {name},")) => {
                line.extend([" ", name, ","]);
            }
            _ => lines.push(format!("{name},")),
        }
    }
    format!("&[\n        {}\n    ]", lines.join("\n        "))
}
