//! Services: descriptors, tables and what answers what.

use camino::{Utf8Path, Utf8PathBuf};

use crate::analyze::Purpose;
use crate::analyze::load::{Sources, clean};
use crate::analyze::names;
use crate::analyze::tables;
use crate::diag::{Diagnostic, Report};
use crate::model::{Dialect, Rpc};
use crate::project::{Inputs, TableOptions};
use crate::proto::{self, Code};
use crate::source::{FileId, Span};
use crate::sql::{self, Script};

/// A described service with its code.
pub(super) struct Described {
    pub(super) rpc: Rpc,
    pub(super) code: Code,
    /// Where its name comes from.
    span: Option<Span>,
}

/// Every service of the workspace, then the ones that its gateways only call. A proto that is both is served.
pub(super) fn rpcs(inputs: &Inputs, purpose: Purpose, sources: &mut Sources<'_>) -> Vec<Described> {
    let mut out: Vec<Described> = Vec::new();
    for process in processes(inputs) {
        let Some(described) = describe(&process, sources) else {
            continue;
        };
        match out
            .iter()
            .find(|other| other.rpc.name == described.rpc.name)
        {
            Some(first) if purpose == Purpose::Generate => {
                duplicate(&described, first, sources.report);
            }
            // Files that are read together need not be served together.
            Some(_) => {}
            None => out.push(described),
        }
    }
    out.sort_by(|a, b| a.rpc.name.cmp(&b.rpc.name));
    out
}

/// What one service process is described by.
#[derive(Default)]
struct Process {
    /// Its name, if it is not that of the package.
    into: Option<String>,
    /// The root `.proto` files, by one spelling of each path: `./order.proto` is `order.proto`.
    files: Vec<Utf8PathBuf>,
    include: Vec<Utf8PathBuf>,
    sql: Vec<Utf8PathBuf>,
    tables: TableOptions,
    /// Whose words the DDL is in, where it is said.
    dialect: Option<Dialect>,
    serve: bool,
    /// Whether messages are serde's, too.
    serde: bool,
}

fn processes(inputs: &Inputs) -> Vec<Process> {
    let mut out: Vec<Process> = Vec::new();
    for input in &inputs.rpc {
        let file = clean(&input.file);
        let known = out.iter().position(|process| match &input.into {
            Some(name) => process.into.as_ref() == Some(name),
            None => process.files.contains(&file),
        });
        let at = known.unwrap_or_else(|| {
            out.push(Process {
                into: input.into.clone(),
                serve: true,
                ..Process::default()
            });
            out.len() - 1
        });
        out[at].serde |= input.serde;
        let tables = std::mem::take(&mut out[at].tables);
        out[at].tables = tables.or(input.tables.clone());
        out[at].dialect = out[at].dialect.or(input.dialect);
        add(&mut out[at].files, [file]);
        add(&mut out[at].include, input.include.iter().cloned());
        add(&mut out[at].sql, input.sql.iter().cloned());
    }
    for file in inputs.api.iter().flat_map(|api| &api.rpc) {
        let file = clean(file);
        if !out.iter().any(|process| process.files.contains(&file)) {
            out.push(Process {
                files: vec![file],
                ..Process::default()
            });
        }
    }
    out
}

fn add(list: &mut Vec<Utf8PathBuf>, paths: impl IntoIterator<Item = Utf8PathBuf>) {
    for path in paths {
        if !list.contains(&path) {
            list.push(path);
        }
    }
}

fn describe(process: &Process, sources: &mut Sources<'_>) -> Option<Described> {
    let roots: Vec<&Utf8Path> = process.files.iter().map(Utf8PathBuf::as_path).collect();
    let set = proto::compile(
        &roots,
        &process.include,
        sources.loader,
        sources.map,
        sources.report,
    );
    let (script, sql_file) = created(&process.sql, process.dialect, sources);
    let mut chosen = script.tables.clone();
    tables::choose(&mut chosen, &process.tables, sources.report);
    let set = set?;
    let span = set.package_span(sources.map);
    let mut rpc = proto::describe(&set, process.serve);
    if let Some(name) = &process.into {
        rpc.name.clone_from(name);
        rpc.merged = true;
    }
    check_name(&rpc, span, sources.report);
    if process.serve && rpc.services.is_empty() {
        sources.report.push(
            Diagnostic::error("proto/no-service", span, "there is no service in this file")
                .help("add `service Name { rpc Method(Request) returns (Response); }`"),
        );
    }
    rpc.schema = script.schema(&chosen);
    rpc.dialect = script.dialect();
    rpc.tables = chosen;
    rpc.sql_file = sql_file;
    tables::link(&mut rpc, sources.report);
    let code = match proto::code(&set, process.serde) {
        Ok(code) => code,
        Err(error) => {
            let message = format!("cannot write code for `{}`: {error:#}", rpc.file);
            sources
                .report
                .push(Diagnostic::error("proto/no-code", span, message));
            Code::default()
        }
    };
    if !code.without_serde.is_empty() {
        let message = format!(
            "serde is left out of `{}`: Google's own types, which they hold, have none",
            code.without_serde.join("`, `")
        );
        let help = "turn them into types of your own where you need serde";
        let found = Diagnostic::warning("proto/no-serde", span, message).help(help);
        sources.report.push(found);
    }
    Some(Described { rpc, code, span })
}

/// Several files are one list; a table may be created once in all of them.
pub(super) fn created(
    files: &[Utf8PathBuf],
    dialect: Option<Dialect>,
    sources: &mut Sources<'_>,
) -> (Script, Option<String>) {
    let ids: Vec<FileId> = (files.iter())
        .filter_map(|file| sources.read_root(file))
        .collect();
    let texts: Vec<(FileId, String)> = ids
        .iter()
        .filter_map(|file| Some((*file, sources.map.get(*file)?.text.clone())))
        .collect();
    let dialect = dialect.unwrap_or_else(|| {
        let all: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
        sql::detect(&all.join("\n"))
    });
    let mut script = Script::of(dialect);
    for (file, text) in &texts {
        script.read(*file, text, sources.report);
    }
    let name = files.first().and_then(|file| file.file_name());
    (script, name.map(str::to_owned))
}

fn duplicate(described: &Described, first: &Described, report: &mut Report) {
    let diagnostic = Diagnostic::error(
        "proto/duplicate-package",
        described.span,
        format!("two services are called `{}`", described.rpc.name),
    )
    .help("a service is named after its proto package: change one of the packages, or let one process serve both with `--into NAME`");
    report.push(match first.span {
        Some(span) => diagnostic.label(span, "the first one"),
        None => diagnostic,
    });
}

/// The package becomes the name of crates and modules.
fn check_name(rpc: &Rpc, span: Option<Span>, report: &mut Report) {
    let name = rpc.name.as_str();
    if name.is_empty() {
        report.push(
            Diagnostic::error("proto/no-package", span, "the file names no package")
                .help("add a line such as `package order;`: the service is named after it; or name it with `--into NAME`"),
        );
        return;
    }
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let reason = names::refused(name)
        .or_else(|| (!starts_well).then_some("names of crates begin with a letter"));
    if let Some(reason) = reason {
        let what = if rpc.merged { "process" } else { "package" };
        report.push(
            Diagnostic::error(
                "proto/reserved-name",
                // A name of `into` stands in no description.
                span.filter(|_| !rpc.merged),
                format!("no crate can be called `{name}`: {reason}"),
            )
            .help(format!(
                "call the {what} `{name}_service`, or something that says what it does"
            )),
        );
    }
}
