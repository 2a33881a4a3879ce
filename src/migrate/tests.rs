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

const CASES: &[Case] = &[
    Case {
        dialect: Dialect::MySql,
        before: "CREATE TABLE t (id BIGINT PRIMARY KEY AUTO_INCREMENT)",
        after: "CREATE TABLE t (id BIGINT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(8) COLLATE utf8mb4_bin NOT NULL DEFAULT 'a;b')",
        server: (
            "0002_add_note_to_t.sql",
            &[
                "ALTER TABLE `t` ADD COLUMN note VARCHAR(8) COLLATE utf8mb4_bin NOT NULL DEFAULT 'a;b'",
            ],
        ),
        sqlite: &["ALTER TABLE `t` ADD COLUMN `note` TEXT NOT NULL DEFAULT 'a;b'"],
        says: &[],
    },
    // Rows have no value for it.
    Case {
        dialect: Dialect::Postgres,
        before: "CREATE TABLE t (id BIGINT PRIMARY KEY)",
        after: "CREATE TABLE t (id BIGINT PRIMARY KEY, n INTEGER NOT NULL)",
        server: ("", &[]),
        sqlite: &[
            "CREATE TABLE `t__new` (\n    `id` INTEGER NOT NULL,\n    `n` INTEGER NOT NULL,\n    PRIMARY KEY (`id`)\n)",
            "INSERT INTO `t__new` (`id`, `n`) SELECT `id`, 0 FROM `t`",
            "DROP TABLE `t`",
            "ALTER TABLE `t__new` RENAME TO `t`",
        ],
        says: &[
            "`t.n` is new and may not be NULL and has no default, so that rows that are there have no value for it; \
             no migration adds it if it is to be so, in a file of your own, such as \
             `crates/x/migrations/postgres/0002_by_hand.sql`: `ALTER TABLE \"t\" ADD COLUMN n INTEGER NOT NULL;`",
        ],
    },
    // Nothing goes.
    Case {
        dialect: Dialect::MySql,
        before: "CREATE TABLE a (id INT PRIMARY KEY, gone INT, KEY k (gone)); CREATE TABLE b (id INT PRIMARY KEY)",
        after: "CREATE TABLE a (id INT PRIMARY KEY)",
        server: ("", &[]),
        sqlite: &[],
        says: &[
            "`a` has a key of gone that is no longer described",
            "`a.gone` is no longer described",
            "`b` is no longer described",
        ],
    },
    // Perhaps another name.
    Case {
        dialect: Dialect::MySql,
        before: "CREATE TABLE t (id INT PRIMARY KEY, title VARCHAR(8) NOT NULL)",
        after: "CREATE TABLE t (id INT PRIMARY KEY, label VARCHAR(8) NOT NULL)",
        server: ("", &[]),
        sqlite: &[
            "CREATE TABLE `t__new` (\n    `id` INTEGER NOT NULL,\n    `label` TEXT NOT NULL,\n    `title` TEXT,\n    \
             PRIMARY KEY (`id`)\n)",
            "INSERT INTO `t__new` (`id`, `label`, `title`) SELECT `id`, '', `title` FROM `t`",
            "DROP TABLE `t`",
            "ALTER TABLE `t__new` RENAME TO `t`",
        ],
        says: &[
            "`t.title` is described as `t.label` now; no migration renames a column if it is to be so, in a file of your \
             own, such as `crates/x/migrations/mysql/0002_by_hand.sql`: `ALTER TABLE `t` RENAME COLUMN `title` TO `label`;`",
        ],
    },
    // Wider, or not.
    Case {
        dialect: Dialect::MySql,
        before: "CREATE TABLE t (id INT(11) PRIMARY KEY, a INT(10) UNSIGNED, b VARCHAR(8), c TEXT, d DECIMAL(8,2), e INT NOT NULL, f INT)",
        after: "CREATE TABLE t (id INT PRIMARY KEY, a BIGINT UNSIGNED, b VARCHAR(9), c LONGTEXT, d DECIMAL(9,2), e INT, f INT DEFAULT 3)",
        server: (
            "0002_change_t.sql",
            &[
                "ALTER TABLE `t` MODIFY COLUMN a BIGINT UNSIGNED",
                "ALTER TABLE `t` MODIFY COLUMN b VARCHAR(9)",
                "ALTER TABLE `t` MODIFY COLUMN c LONGTEXT",
                "ALTER TABLE `t` MODIFY COLUMN d DECIMAL(9,2)",
                "ALTER TABLE `t` MODIFY COLUMN e INT",
                "ALTER TABLE `t` MODIFY COLUMN f INT DEFAULT 3",
            ],
        ),
        sqlite: &[
            "CREATE TABLE `t__new` (\n    `id` INTEGER NOT NULL,\n    `a` INTEGER,\n    `b` TEXT,\n    `c` TEXT,\n    `d` TEXT,\n    \
             `e` INTEGER,\n    `f` INTEGER DEFAULT 3,\n    PRIMARY KEY (`id`)\n)",
            "INSERT INTO `t__new` (`id`, `a`, `b`, `c`, `d`, `e`, `f`) SELECT `id`, `a`, `b`, `c`, `d`, `e`, `f` FROM `t`",
            "DROP TABLE `t`",
            "ALTER TABLE `t__new` RENAME TO `t`",
        ],
        says: &[],
    },
    Case {
        dialect: Dialect::Postgres,
        before: "CREATE TABLE t (id BIGINT PRIMARY KEY, a BIGINT, b VARCHAR(8) NOT NULL, c INT)",
        after: "CREATE TABLE t (id BIGINT PRIMARY KEY, a INT, b TEXT, c INT NOT NULL, UNIQUE (c))",
        server: (
            "0002_change_t.sql",
            &[
                "ALTER TABLE \"t\" ALTER COLUMN \"b\" TYPE TEXT",
                "ALTER TABLE \"t\" ALTER COLUMN \"b\" DROP NOT NULL",
            ],
        ),
        sqlite: &[
            "CREATE TABLE `t__new` (\n    `id` INTEGER NOT NULL,\n    `a` INTEGER,\n    `b` TEXT,\n    `c` INTEGER NOT NULL,\n    \
             PRIMARY KEY (`id`),\n    UNIQUE (`c`)\n)",
            "INSERT INTO `t__new` (`id`, `a`, `b`, `c`) SELECT `id`, `a`, `b`, COALESCE(`c`, 0) FROM `t`",
            "DROP TABLE `t`",
            "ALTER TABLE `t__new` RENAME TO `t`",
        ],
        says: &[
            "`t.a` has another type, which may not hold every value that is there",
            "`t.c` may no longer be NULL",
            "`t` has a new unique key of c",
        ],
    },
    // Tables refer to such as come later.
    Case {
        dialect: Dialect::MySql,
        before: "CREATE TABLE t (id INT PRIMARY KEY)",
        after: "CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE u (id INT PRIMARY KEY, v INT REFERENCES v(id)); CREATE TABLE v (id INT PRIMARY KEY); CREATE INDEX i ON v (id)",
        server: (
            "0002_create_u_v.sql",
            &[
                "SET FOREIGN_KEY_CHECKS = 0",
                "CREATE TABLE u (id INT PRIMARY KEY, v INT REFERENCES v(id))",
                "CREATE TABLE v (id INT PRIMARY KEY)",
                "CREATE INDEX i ON v (id)",
                "SET FOREIGN_KEY_CHECKS = 1",
            ],
        ),
        sqlite: &[
            "CREATE TABLE `u` (\n    `id` INTEGER NOT NULL,\n    `v` INTEGER,\n    PRIMARY KEY (`id`)\n)",
            "CREATE TABLE `v` (\n    `id` INTEGER NOT NULL,\n    PRIMARY KEY (`id`)\n)",
            "CREATE INDEX `idx_v_id` ON `v` (`id`)",
        ],
        says: &[],
    },
    // Words that mean the same.
    Case {
        dialect: Dialect::MySql,
        before: "CREATE TABLE t (id INT(11) NOT NULL AUTO_INCREMENT PRIMARY KEY, a INTEGER DEFAULT NULL COMMENT 'a')",
        after: "CREATE TABLE t (id INTEGER AUTO_INCREMENT, a INT COMMENT 'b', PRIMARY KEY (id))",
        server: ("", &[]),
        sqlite: &[],
        says: &[],
    },
];

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

/// Files of the user's count, in the order of their numbers.
#[test]
fn files_by_hand() {
    let ddl = "CREATE TABLE t (id INT PRIMARY KEY)";
    let more = "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL)";
    let most = "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL, m INT)";
    let mut files = Files::default();
    let (first, _) = run(&files, ddl, Dialect::MySql);
    files.keep(&first, Dialect::MySql);
    for folder in ["mysql", "sqlite"] {
        let text = "ALTER TABLE t ADD COLUMN n INT NOT NULL DEFAULT 7;\nUPDATE t SET n = id;\n\
                    ALTER TABLE t ALTER n DROP DEFAULT;\nCREATE TABLE audit (id INT);\n";
        let text = text
            .replace(" DEFAULT 7", "")
            .replace("ALTER TABLE t ALTER n DROP DEFAULT;\n", "");
        files.0.insert(place(folder, "20261101_n.sql"), text);
        files.0.insert(place(folder, "README.md"), String::new());
        files.0.insert(
            place(folder, "20261101_n.down.sql"),
            "DROP TABLE t;".to_owned(),
        );
    }
    let (found, said) = run(&files, more, Dialect::MySql);
    assert_eq!(new(&found.server), None, "{said:#?}");
    assert_eq!(new(&found.sqlite), None, "{said:#?}");
    // A table that only the user knows is not missed.
    assert_eq!(said, Vec::<String>::new());
    let names: Vec<_> = found.server.iter().map(|it| it.file.as_str()).collect();
    assert_eq!(names, ["0001_x.sql", "20261101_n.sql"]);
    let (found, _) = run(&files, most, Dialect::MySql);
    assert_eq!(
        new(&found.server).map(|it| it.0),
        Some("20261102_add_m_to_t.sql")
    );

    files.0.insert(place("mysql", "1_again.sql"), String::new());
    files.0.insert(place("mysql", "x_y.sql"), String::new());
    files
        .0
        .insert(place("mysql", "3_odd.sql"), "CREATE TABLE (;".to_owned());
    let (_, said) = run(&files, more, Dialect::MySql);
    let expected = [
        "sql/migration-name: `crates/x/migrations/mysql/x_y.sql` does not begin with a version",
        "sql/migration-name: `crates/x/migrations/mysql` has two files of version 1: `0001_x.sql` and `1_again.sql`",
        "sql/migration-unread: what this migration does is not understood",
    ];
    assert_eq!(said.len(), expected.len(), "{said:#?}");
    for (said, start) in said.iter().zip(expected) {
        assert!(said.starts_with(start), "{said}");
    }
}
