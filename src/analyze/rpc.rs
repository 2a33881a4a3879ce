//! Services: descriptors, tables and what answers what.

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use crate::analyze::load::{Sources, clean};
use crate::analyze::names;
use crate::analyze::tables;
use crate::diag::{Diagnostic, Report};
use crate::model::{Rpc, Table};
use crate::project::Inputs;
use crate::proto::{self, Stub};
use crate::source::{FileId, Span};
use crate::sql;

/// A described service with its code.
pub(super) struct Described {
    pub(super) rpc: Rpc,
    pub(super) stubs: Vec<Stub>,
    /// Where its name comes from.
    span: Option<Span>,
}

/// Every service of the workspace, then the ones that its gateways only call. A proto that is both is served.
pub(super) fn rpcs(inputs: &Inputs, sources: &mut Sources<'_>) -> Vec<Described> {
    // By one spelling of the path: `./order.proto` is `order.proto`.
    let mut roots: IndexMap<Utf8PathBuf, Root<'_>> = IndexMap::new();
    for rpc in &inputs.rpc {
        roots.insert(
            clean(&rpc.file),
            Root {
                include: &rpc.include,
                sql: &rpc.sql,
                serve: true,
            },
        );
    }
    for file in inputs.api.iter().flat_map(|api| &api.rpc) {
        roots.entry(clean(file)).or_default();
    }
    let mut out: Vec<Described> = Vec::new();
    for (file, root) in roots {
        let Some(described) = describe(&file, &root, sources) else {
            continue;
        };
        match out
            .iter()
            .find(|other| other.rpc.name == described.rpc.name)
        {
            Some(first) => duplicate(&described, first, sources.report),
            None => out.push(described),
        }
    }
    out.sort_by(|a, b| a.rpc.name.cmp(&b.rpc.name));
    out
}

/// What a root `.proto` comes with.
#[derive(Default)]
struct Root<'a> {
    include: &'a [Utf8PathBuf],
    sql: &'a [Utf8PathBuf],
    serve: bool,
}

fn describe(file: &Utf8Path, root: &Root<'_>, sources: &mut Sources<'_>) -> Option<Described> {
    let set = proto::compile(
        file,
        root.include,
        sources.loader,
        sources.map,
        sources.report,
    );
    let (created, sql_file) = created(root.sql, sources);
    let set = set?;
    let span = set.package_span(sources.map);
    let mut rpc = proto::describe(&set, root.serve);
    check_name(&rpc, span, sources.report);
    if root.serve && rpc.services.is_empty() {
        sources.report.push(
            Diagnostic::error("proto/no-service", span, "there is no service in this file")
                .help("add `service Name { rpc Method(Request) returns (Response); }`"),
        );
    }
    rpc.tables = created;
    rpc.sql_file = sql_file;
    tables::link(&mut rpc, sources.report);
    let stubs = match proto::stubs(&set) {
        Ok(stubs) => stubs,
        Err(error) => {
            let message = format!("cannot write code for `{file}`: {error:#}");
            sources
                .report
                .push(Diagnostic::error("proto/no-code", span, message));
            Vec::new()
        }
    };
    Some(Described { rpc, stubs, span })
}

/// Several files are one list; a table may be created once in all of them.
fn created(files: &[Utf8PathBuf], sources: &mut Sources<'_>) -> (Vec<Table>, Option<String>) {
    let mut tables: Vec<Table> = Vec::new();
    for file in files {
        let Some(id) = sources.read_root(file) else {
            continue;
        };
        for table in parse_sql(id, sources) {
            match tables.iter().find(|first| first.name == table.name) {
                Some(first) => sources.report.push(
                    Diagnostic::error(
                        "sql/duplicate-table",
                        table.span,
                        format!("table `{}` is created twice", table.name),
                    )
                    .label(first.span, "first created here")
                    .help("delete one of the statements"),
                ),
                None => tables.push(table),
            }
        }
    }
    let name = files.first().and_then(|file| file.file_name());
    (tables, name.map(str::to_owned))
}

fn parse_sql(file: FileId, sources: &mut Sources<'_>) -> Vec<Table> {
    match sources.map.get(file) {
        Some(source) => sql::parse(file, &source.text, sources.report),
        None => Vec::new(),
    }
}

fn duplicate(described: &Described, first: &Described, report: &mut Report) {
    let diagnostic = Diagnostic::error(
        "proto/duplicate-package",
        described.span,
        format!("two services are called `{}`", described.rpc.name),
    )
    .help("a service is named after its proto package: change one of the packages");
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
                .help("add a line such as `package order;`: the service is named after it"),
        );
    } else if let Some(reason) = names::refused(name) {
        report.push(
            Diagnostic::error(
                "proto/reserved-name",
                span,
                format!("no crate can be called `{name}`: {reason}"),
            )
            .help(format!(
                "call the package `{name}_service`, or something that says what it does"
            )),
        );
    }
}
