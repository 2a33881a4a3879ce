//! Stores without a service.

use crate::analyze::load::Sources;
use crate::analyze::{names, rpc, tables};
use crate::diag::{Diagnostic, Report};
use crate::model::{Gateway, Migrations, Store};
use crate::project::Inputs;

/// Every store of the workspace, in the order of their names.
pub(super) fn stores(
    inputs: &Inputs,
    gateways: &[Gateway],
    sources: &mut Sources<'_>,
) -> Vec<Store> {
    let mut out: Vec<Store> = Vec::new();
    for input in &inputs.model {
        check_name(&input.name, gateways, sources.report);
        if out.iter().any(|other| other.name == input.name) {
            let message = format!("two stores are called `{}`", input.name);
            let found = Diagnostic::error("model/name", None, message);
            sources
                .report
                .push(found.help("rename one of them in zgen.yaml"));
            continue;
        }
        let (script, file) = rpc::created(&input.sql, input.dialect, sources);
        let mut chosen = script.tables.clone();
        tables::choose(&mut chosen, &input.tables, sources.report);
        if chosen.is_empty() && !sources.report.has_errors() {
            let message = format!("nothing creates a table for the store `{}`", input.name);
            let found = Diagnostic::error("model/no-table", None, message);
            sources
                .report
                .push(found.help("its .sql files need a `CREATE TABLE`"));
        }
        out.push(Store {
            name: input.name.clone(),
            file: file.unwrap_or_default(),
            schema: script.schema(&chosen),
            migrations: Migrations::default(),
            dialect: script.dialect(),
            tables: chosen,
        });
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out
}

/// The name becomes that of a crate.
fn check_name(name: &str, gateways: &[Gateway], report: &mut Report) {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let crate_name = format!("{name}-store");
    let is_taken = gateways.iter().any(|gateway| gateway.name == crate_name);
    let reason = names::refused(&crate_name)
        .or_else(|| (!starts_well).then_some("names of crates begin with a letter"))
        .or_else(|| is_taken.then_some("a gateway is called so"));
    if let Some(reason) = reason {
        let message = format!("no crate can be called `{crate_name}`: {reason}");
        let found = Diagnostic::error("model/name", None, message);
        report.push(found.help("give the store another name with `--name NAME`"));
    }
}
