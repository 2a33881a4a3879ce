//! One `.api` root and its imports, as a [`Gateway`].

use indexmap::IndexMap;

use crate::analyze::Purpose;
use crate::analyze::load::{self, Loaded, Unit};
use crate::analyze::names;
use crate::analyze::routes;
use crate::analyze::structs;
use crate::analyze::types::Declared;
use crate::diag::{Diagnostic, Report};
use crate::model::Gateway;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{Block, Pair};

/// Checks one root. `None` if there is nothing to make a gateway of; what is wrong is reported either way.
pub(super) fn gateway(loaded: &Loaded, purpose: Purpose, report: &mut Report) -> Option<Gateway> {
    let units = loaded.units.as_slice();
    let first = units.first()?;
    check_statements(units, report);
    let declared = Declared::collect(units, loaded.complete, report);
    let types = structs::structs(&declared, report);
    let name = service_name(loaded, purpose, report);
    let groups = routes::groups(units, &declared, &types, report);
    Some(Gateway {
        name: name?,
        file: loaded.name.clone(),
        info: info(&first.ast.info, report),
        types,
        groups,
        links: Vec::new(),
    })
}

/// `syntax` and `info` stand once in a file.
fn check_statements(units: &[Unit], report: &mut Report) {
    for unit in units {
        let syntax = unit.ast.syntax.iter().map(|version| version.span);
        once("syntax", syntax, report);
        once("info", unit.ast.info.iter().map(|info| info.span), report);
    }
}

fn once(what: &str, spans: impl Iterator<Item = Span>, report: &mut Report) {
    let spans: Vec<Span> = spans.collect();
    if let Some((first, others)) = spans.split_first() {
        for other in others {
            report.push(
                Diagnostic::error(
                    "api/duplicate-statement",
                    *other,
                    format!("a file has one `{what}` statement"),
                )
                .label(*first, "the first one")
                .help("delete one of them"),
            );
        }
    }
}

fn info(blocks: &[Block], report: &mut Report) -> IndexMap<String, String> {
    let pairs = blocks.iter().flat_map(|block| &block.pairs);
    properties(pairs, report)
}

/// Pairs as a map; the last of equal keys counts, as in go-zero.
pub(super) fn properties<'a>(
    pairs: impl IntoIterator<Item = &'a Pair>,
    report: &mut Report,
) -> IndexMap<String, String> {
    let mut out = IndexMap::new();
    let mut first: IndexMap<&str, Span> = IndexMap::new();
    for pair in pairs {
        let key = pair.key.value.as_str();
        if let Some(earlier) = first.insert(key, pair.key.span) {
            report.push(
                Diagnostic::warning(
                    "api/duplicate-key",
                    pair.key.span,
                    format!("key `{key}` is set twice; this value is used"),
                )
                .label(earlier, "first set here")
                .help("delete one of them"),
            );
        }
        out.insert(key.to_owned(), pair.value.value.clone());
    }
    out
}

/// All service blocks with routes carry one name.
fn service_name(loaded: &Loaded, purpose: Purpose, report: &mut Report) -> Option<String> {
    let services = loaded.units.iter().flat_map(|unit| &unit.ast.services);
    let mut first: Option<&Spanned<String>> = None;
    let mut empty = None;
    for service in services {
        if service.routes.is_empty() {
            empty = empty.or(Some(&service.name));
            continue;
        }
        match first {
            None => first = Some(&service.name),
            Some(first) if first.value != service.name.value => report.push(
                Diagnostic::error(
                    "api/service-name",
                    service.name.span,
                    format!(
                        "this service is called `{}`, another block says `{}`",
                        service.name.value, first.value
                    ),
                )
                .label(first.span, "the first name")
                .help(format!("write `service {}`", first.value)),
            ),
            Some(_) => {}
        }
    }
    if first.is_none() && loaded.complete && purpose == Purpose::Generate {
        let place = loaded.units.first().map(|unit| load::start(unit.file));
        let place = empty.map(|name| name.span).or(place);
        report.push(
            Diagnostic::error("api/no-route", place, "there is no service with a route in it")
                .help("add `service name-api { @handler Ping  get /ping }`, or name the file that imports this one"),
        );
    }
    let name = first?;
    if let Some(reason) = names::refused(&name.value) {
        report.push(
            Diagnostic::error(
                "api/reserved-name",
                name.span,
                format!("no crate can be called `{}`: {reason}", name.value),
            )
            .help("name the service after what it does, such as `order-api`"),
        );
    }
    Some(name.value.clone())
}
