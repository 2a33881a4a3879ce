//! Migrations: what the files of a store add up to, compared with what its DDL describes now. What can be added is added
//! by a file more; what could lose rows or fail on them is left to the user, with a word about it.

mod again;
mod folder;
mod name;
mod server;
mod sqlite;
mod step;
#[cfg(test)]
mod tests;
mod types;

use camino::Utf8Path;

pub use self::again::{Grown, is_growing};
use self::folder::Folder;
use self::step::{Note, Step};
use crate::diag::{Diagnostic, Report};
use crate::model::{Content, Dialect, Migration, Migrations, Schema};
use crate::source::{Loader, SourceMap};

/// What a store is to have.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The folder of the store's crate, as it can be opened from here.
    pub dir: &'a Utf8Path,
    /// Of the first file.
    pub name: &'a str,
    pub dialect: Dialect,
    pub schema: &'a Schema,
}

/// The files of a store: those that are there, and one more where the DDL describes more.
pub fn migrations(
    wanted: Wanted<'_>,
    loader: &dyn Loader,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Migrations {
    let mut read = |folder: &str, dialect| {
        let dir = wanted.dir.join("migrations").join(folder);
        folder::read(&dir, dialect, loader, sources, report)
    };
    let on_server = read(wanted.dialect.name(), wanted.dialect);
    // What zgen writes for SQLite is in words that MySQL's parser knows.
    let on_sqlite = read("sqlite", Dialect::MySql);
    let version = on_server.next_version().max(on_sqlite.next_version());
    let server = server::step(&on_server, wanted.schema, wanted.dialect);
    let sqlite = sqlite::step(&on_sqlite, wanted.schema);
    let name = |step: &Step, other: &Step| match version {
        1 => wanted.name.to_owned(),
        _ if step.made.is_empty() => name::describe(&other.made),
        _ => name::describe(&step.made),
    };
    let (name, sqlite_name) = (name(&server, &sqlite), name(&server, &sqlite));
    // A file by hand comes behind the one that this run writes.
    let by_hand = version + i64::from(!server.statements.is_empty());
    for note in &server.notes {
        report.push(say(note, wanted, by_hand));
    }
    Migrations {
        server: with_next(on_server, server, version, &name),
        sqlite: with_next(on_sqlite, sqlite, version, &sqlite_name),
    }
}

fn with_next(folder: Folder, step: Step, version: i64, name: &str) -> Vec<Migration> {
    let there = folder.files.into_iter().map(|file| Migration {
        content: if file.is_ours() {
            Content::There(file.text)
        } else {
            Content::ByHand
        },
        file: file.name,
    });
    let next = (!step.statements.is_empty()).then(|| Migration {
        file: format!("{version:04}_{name}.sql"),
        content: Content::New(step.statements),
    });
    there.chain(next).collect()
}

fn say(note: &Note, wanted: Wanted<'_>, version: i64) -> Diagnostic {
    let dir = wanted.dir.join("migrations").join(wanted.dialect.name());
    let dir = dir.strip_prefix(".").unwrap_or(&dir);
    let found = Diagnostic::warning("sql/migration", note.span, note.message.clone());
    found.help(format!(
        "if it is to be so, in a file of your own, such as `{dir}/{version:04}_by_hand.sql`: `{};`",
        note.statement
    ))
}
