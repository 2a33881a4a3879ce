//! Asks a MariaDB of its own which `.sql` files below a folder it accepts, and generates a store for each of them, in one
//! workspace that is then checked by cargo:
//!
//! ```text
//! cargo run --example corpus_models -- CORPUS OUT
//! cd OUT && cargo clippy --workspace --all-targets -- -D warnings && cargo test --workspace
//! ```
//!
//! Each file is executed alone, without checks of foreign keys; a database that it uses and does not create is created.
//! Tables, columns and primary keys are compared with those that MariaDB then has. Exits with 1 where a file that is
//! accepted gives an error, or other tables.

#[path = "../rt/tests/support/ports.rs"]
mod ports;
#[path = "../tests/support/servers.rs"]
mod servers;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Output, Stdio};

use anyhow::{Context as _, ensure};
use camino::{Utf8Path, Utf8PathBuf};
use zgen::model::{Store, System};
use zgen::project::{Inputs, ModelInput, Options};
use zgen::{analyze, diag, emit, lower, source};

/// By table: columns with whether they may be NULL, and the primary key, sorted.
type Tables = BTreeMap<String, (Vec<(String, bool)>, Vec<String>)>;

const SYSTEM: &str = "'mysql','information_schema','performance_schema','sys'";

fn main() -> anyhow::Result<ExitCode> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, out] = args.as_slice() else {
        eprintln!("usage: corpus_models FOLDER OUT");
        return Ok(ExitCode::from(2));
    };
    let mut files = Vec::new();
    collect(Utf8Path::new(folder), &mut files)?;
    files.sort();
    let user = ["CREATE USER sweep@'%'", "GRANT ALL ON *.* TO sweep@'%'"];
    let runtime = tokio::runtime::Runtime::new()?;
    let server = runtime.block_on(servers::mariadb(&user.map(str::to_owned)))?;
    let mariadb = Mariadb {
        port: server.address.rsplit(':').next().unwrap_or_default(),
    };
    let mut system = System::default();
    let (mut accepted, mut tables, mut wrong) = (0, 0, 0);
    for file in &files {
        let there = match mariadb.tables(file)? {
            Ok(there) if there.is_empty() => continue,
            Ok(there) => there,
            Err(reason) => {
                println!("refused: {file}: {reason}");
                continue;
            }
        };
        accepted += 1;
        tables += there.len();
        match store(file, format!("m{accepted:03}")) {
            Ok(store) => {
                let found = described(&store);
                if found != there {
                    wrong += 1;
                    println!("different: {file}\n  MariaDB: {there:?}\n  zgen:    {found:?}");
                }
                system.stores.push(store);
            }
            Err(report) => {
                wrong += 1;
                println!("no store: {report}");
            }
        }
    }
    let (mut sources, mut report) = (source::SourceMap::default(), diag::Report::default());
    let (dir, disk) = (Utf8Path::new(out), &source::Disk);
    zgen::add_migrations(&mut system, dir, disk, &mut sources, &mut report);
    let workspace = lower::workspace(&system, &[], &Options::default());
    for (path, file) in &emit::workspace(&workspace)?.0 {
        put(&Path::new(out).join(path), &file.text)?;
    }
    let total = files.len();
    println!("{total} files, {accepted} accepted with {tables} tables, {wrong} wrong");
    Ok(ExitCode::from(u8::from(wrong > 0)))
}

fn collect(folder: &Utf8Path, files: &mut Vec<Utf8PathBuf>) -> anyhow::Result<()> {
    for entry in folder.read_dir_utf8()? {
        let path = entry?.into_path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension() == Some("sql") {
            files.push(path);
        }
    }
    Ok(())
}

struct Mariadb<'a> {
    port: &'a str,
}

impl Mariadb<'_> {
    /// What is there once a file has been executed, or why it was refused.
    fn tables(&self, file: &Utf8Path) -> anyhow::Result<Result<Tables, String>> {
        let text = String::from_utf8_lossy(&fs::read(file)?).into_owned();
        // MySQL's default, which MariaDB has under another name.
        let text = text.replace("utf8mb4_0900_ai_ci", "utf8mb4_general_ci");
        let text = format!("SET FOREIGN_KEY_CHECKS = 0;\n{text}");
        let mut databases = vec!["sweep".to_owned()];
        loop {
            self.reset(&databases)?;
            let done = self.run(&text)?;
            if done.status.success() {
                return Ok(Ok(self.there()?));
            }
            let error = String::from_utf8_lossy(&done.stderr).into_owned();
            let unknown = error.split("Unknown database '").nth(1);
            let unknown = unknown.and_then(|rest| rest.split('\'').next());
            let unknown = unknown.filter(|name| !databases.iter().any(|known| known == name));
            let Some(name) = unknown else {
                let line = error.lines().find(|line| line.starts_with("ERROR"));
                return Ok(Err(line.unwrap_or(&error).to_owned()));
            };
            databases.push(name.to_owned());
        }
    }

    fn reset(&self, databases: &[String]) -> anyhow::Result<()> {
        let old = self.rows(&format!(
            "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN ({SYSTEM})"
        ))?;
        let drop = old.iter().map(|row| format!("DROP DATABASE `{}`;", row[0]));
        let create = databases
            .iter()
            .map(|name| format!("CREATE DATABASE `{name}`;"));
        let statements: String = drop.chain(create).collect();
        let done = self.client().args(["-e", &statements]).output()?;
        let error = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "mariadb: {error}");
        Ok(())
    }

    fn run(&self, text: &str) -> anyhow::Result<Output> {
        let mut client = self.client();
        client.arg("sweep").stdin(Stdio::piped());
        let mut child = client
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            // It may have stopped reading: its answer says why.
            let _ = input.write_all(text.as_bytes());
        }
        Ok(child.wait_with_output()?)
    }

    fn there(&self) -> anyhow::Result<Tables> {
        let rows = self.rows(&format!(
            "SELECT c.table_name, c.column_name, c.is_nullable, c.column_key \
             FROM information_schema.columns c JOIN information_schema.tables t \
             ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
             WHERE t.table_type = 'BASE TABLE' AND c.table_schema NOT IN ({SYSTEM}) \
             AND c.is_generated = 'NEVER' ORDER BY c.table_schema, c.table_name, c.ordinal_position"
        ))?;
        let mut tables = Tables::new();
        for row in rows {
            let [table, column, nullable, key] = row.as_slice() else {
                continue;
            };
            let (columns, primary) = tables.entry(table.clone()).or_default();
            let column = column.clone();
            if key == "PRI" {
                primary.push(column.clone());
            }
            let column = (column, nullable == "YES");
            // The same table in another database.
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        tables.values_mut().for_each(sort);
        Ok(tables)
    }

    fn rows(&self, query: &str) -> anyhow::Result<Vec<Vec<String>>> {
        let done = self
            .client()
            .args(["-N", "-B", "-r", "-e", query])
            .output()?;
        let error = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "mariadb: {error}");
        let text = String::from_utf8(done.stdout)?;
        let rows = text
            .lines()
            .map(|line| line.split('\t').map(str::to_owned).collect());
        Ok(rows.collect())
    }

    fn client(&self) -> Command {
        let mut command = Command::new("mariadb");
        command.args(["--no-defaults", "--protocol=tcp", "-h127.0.0.1", "-usweep"]);
        command.args(["-P", self.port, "--default-character-set=utf8mb4"]);
        command
    }
}

fn store(file: &Utf8Path, name: String) -> Result<Store, String> {
    let inputs = Inputs {
        model: vec![ModelInput {
            name,
            sql: vec![file.to_owned()],
            ..ModelInput::default()
        }],
        ..Inputs::default()
    };
    let mut sources = source::SourceMap::default();
    let mut report = diag::Report::default();
    let mut output = analyze::run(&inputs, &source::Disk, &mut sources, &mut report);
    if report.has_errors() {
        return Err(diag::render(&report, &sources, diag::Format::Short));
    }
    output.system.stores.pop().ok_or_else(|| file.to_string())
}

fn described(store: &Store) -> Tables {
    let tables = store.tables.iter().map(|table| {
        let columns = table.columns.iter();
        let columns = columns.map(|column| (column.name.clone(), column.nullable));
        let mut parts = (columns.collect(), table.primary_key.clone());
        sort(&mut parts);
        (table.name.clone(), parts)
    });
    tables.collect()
}

/// A column that is added later may be put anywhere.
fn sort((columns, primary): &mut (Vec<(String, bool)>, Vec<String>)) {
    columns.sort();
    primary.sort();
    primary.dedup();
}

/// Leaves equal files alone, so that cargo does, too.
fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| path.display().to_string())
}
