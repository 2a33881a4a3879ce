//! Steps from one DDL to the next.

use std::collections::BTreeMap;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Wanted, migrations};
use crate::diag::Report;
use crate::model::{Content, Dialect, HEAD, Migration, Migrations};
use crate::source::{FileId, Loader, SourceMap};
use crate::sql::Script;

#[derive(Default)]
struct Files(BTreeMap<Utf8PathBuf, String>);

impl Loader for Files {
    fn read(&self, path: &Utf8Path) -> io::Result<String> {
        let found = self.0.get(path).cloned();
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self, folder: &Utf8Path) -> io::Result<Vec<String>> {
        let paths = self.0.keys();
        let paths = paths.filter(|path| path.parent() == Some(folder));
        Ok(paths
            .filter_map(|path| path.file_name())
            .map(str::to_owned)
            .collect())
    }
}

impl Files {
    /// What a run would write.
    fn keep(&mut self, migrations: &Migrations, dialect: Dialect) {
        for (folder, files) in [
            (dialect.name(), &migrations.server),
            ("sqlite", &migrations.sqlite),
        ] {
            for Migration { file, content } in files {
                let text = match content {
                    Content::There(text) => text.clone(),
                    Content::ByHand => continue,
                    Content::New(statements) => {
                        format!("{HEAD}x.sql.\n{};\n", statements.join(";\n"))
                    }
                };
                self.0.insert(place(folder, file), text);
            }
        }
    }
}

fn place(folder: &str, file: &str) -> Utf8PathBuf {
    Utf8Path::new("crates/x/migrations").join(folder).join(file)
}

/// A run, with what it says: message and help.
fn run(files: &Files, ddl: &str, dialect: Dialect) -> (Migrations, Vec<String>) {
    let mut report = Report::default();
    let mut script = Script::of(dialect);
    script.read(FileId(0), ddl, &mut report);
    assert!(report.is_empty(), "{ddl}: {report:?}");
    let schema = script.schema(&script.tables);
    let wanted = Wanted {
        dir: "crates/x".into(),
        name: "x",
        dialect,
        schema: &schema,
    };
    let found = migrations(wanted, files, &mut SourceMap::default(), &mut report);
    let said = report.iter().map(|it| {
        let help = it.help.clone().unwrap_or_default();
        format!("{}: {} {help}", it.code, it.message)
    });
    (found, said.collect())
}

/// The file that is new, and what is in it.
fn new(files: &[Migration]) -> Option<(&str, &[String])> {
    let mut new = files.iter().filter_map(|it| match &it.content {
        Content::New(statements) => Some((it.file.as_str(), statements.as_slice())),
        Content::There(_) | Content::ByHand => None,
    });
    let found = new.next();
    assert!(new.next().is_none());
    found
}

struct Case {
    dialect: Dialect,
    before: &'static str,
    after: &'static str,
    /// Name, and statements for the server.
    server: (&'static str, &'static [&'static str]),
    /// For SQLite.
    sqlite: &'static [&'static str],
    /// Parts of what is said, one each.
    says: &'static [&'static str],
}

const CASES: &[Case] = &[Case {
    dialect: Dialect::MySql,
    before: "CREATE TABLE t (id BIGINT PRIMARY KEY AUTO_INCREMENT)",
    after: "CREATE TABLE t (id BIGINT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(8) COLLATE utf8mb4_bin NOT NULL DEFAULT 'a;b')",
    server: (
        "0002_add_note_to_t.sql",
        &["ALTER TABLE `t` ADD COLUMN note VARCHAR(8) COLLATE utf8mb4_bin NOT NULL DEFAULT 'a;b'"],
    ),
    sqlite: &["ALTER TABLE `t` ADD COLUMN `note` TEXT NOT NULL DEFAULT 'a;b'"],
    says: &[],
}];

#[test]
fn steps() {
    for case in CASES {
        let mut files = Files::default();
        let (first, said) = run(&files, case.before, case.dialect);
        assert_eq!(said, Vec::<String>::new(), "{}", case.before);
        assert_eq!(new(&first.server).map(|it| it.0), Some("0001_x.sql"));
        assert_eq!(new(&first.sqlite).map(|it| it.0), Some("0001_x.sql"));
        files.keep(&first, case.dialect);
        let (again, said) = run(&files, case.before, case.dialect);
        assert_eq!(
            (new(&again.server), new(&again.sqlite)),
            (None, None),
            "{}",
            case.before
        );
        assert_eq!(said, Vec::<String>::new(), "{}", case.before);

        let (next, said) = run(&files, case.after, case.dialect);
        let found = new(&next.server).unwrap_or_default();
        assert_eq!(
            found,
            (
                case.server.0,
                case.server
                    .1
                    .iter()
                    .map(|it| (*it).to_owned())
                    .collect::<Vec<_>>()
                    .as_slice()
            ),
            "{}",
            case.after
        );
        let found = new(&next.sqlite).map(|it| it.1).unwrap_or_default();
        assert_eq!(found, case.sqlite, "{}", case.after);
        assert_eq!(said.len(), case.says.len(), "{}: {said:#?}", case.after);
        for (said, part) in said.iter().zip(case.says) {
            assert!(said.contains(part), "{}: {said}", case.after);
        }
        // What was written adds up to what was wanted.
        files.keep(&next, case.dialect);
        let (last, again) = run(&files, case.after, case.dialect);
        assert_eq!(
            (new(&last.server), new(&last.sqlite)),
            (None, None),
            "{}",
            case.after
        );
        assert_eq!(again.len(), said.len(), "{}: {again:#?}", case.after);
    }
}

#[test]
fn debug_it() {
    let mut script = Script::of(Dialect::MySql);
    let mut report = Report::default();
    script.read(FileId(0), "CREATE TABLE `t` (\n `id` INTEGER PRIMARY KEY AUTOINCREMENT\n)", &mut report);
    eprintln!("{:?} {report:?}", script.tables);
}
