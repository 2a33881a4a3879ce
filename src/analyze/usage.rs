//! A route against the fields of its request.

use indexmap::IndexMap;

use crate::diag::{Diagnostic, Report, did_you_mean};
use crate::model::{Field, Method, Presence, Route, Segment, Source, Struct, Type};
use crate::syntax::ast;

/// The fields of each type.
pub(super) type Fields<'a> = IndexMap<&'a str, &'a [Field]>;

pub(super) fn fields(types: &[Struct]) -> Fields<'_> {
    let fields = types
        .iter()
        .map(|each| (each.name.as_str(), each.fields.as_slice()));
    fields.collect()
}

pub(super) fn check(route: &Route, written: &ast::Route, known: &Fields<'_>, report: &mut Report) {
    let fields = request_fields(route, known);
    let params: Vec<&str> = route
        .path
        .iter()
        .filter_map(|segment| match segment {
            Segment::Param(name) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
        .collect();
    let bound: Vec<&Field> = fields
        .iter()
        .filter(|field| field.source == Source::Path)
        .collect();
    // A request type that could not be resolved has its own finding.
    if written.request.is_none() || route.request.is_some() {
        unbound_params(written, &params, &bound, report);
    }
    unbound_fields(written, &params, &bound, report);
    body_of_get(route, written, fields, report);
}

fn request_fields<'a>(route: &Route, known: &Fields<'a>) -> &'a [Field] {
    let Some(Type::Named(name)) = &route.request else {
        return &[];
    };
    known.get(name.as_str()).copied().unwrap_or_default()
}

/// The value is in the URL, but the logic does not get it.
fn unbound_params(written: &ast::Route, params: &[&str], bound: &[&Field], report: &mut Report) {
    for param in params {
        if bound.iter().any(|field| field.wire == *param) {
            continue;
        }
        let names = bound.iter().map(|field| field.wire.as_str());
        let help = match &written.request {
            Some(_) => format!("add a field with the tag `path:\"{param}\"` to the request"),
            None => format!("give the route a request with a field tagged `path:\"{param}\"`"),
        };
        report.push(
            Diagnostic::warning(
                "api/unbound-path-param",
                written.path.span,
                format!("no field takes the path parameter `{param}`"),
            )
            .help(help)
            .maybe_help(did_you_mean(param, names)),
        );
    }
}

/// The field can never have a value. Types that several routes share make this common, so it is no error.
fn unbound_fields(written: &ast::Route, params: &[&str], bound: &[&Field], report: &mut Report) {
    for field in bound {
        if params.contains(&field.wire.as_str()) {
            continue;
        }
        let effect = if field.presence == Presence::Required {
            ", so every request fails"
        } else {
            ""
        };
        report.push(
            Diagnostic::warning(
                "api/missing-path-param",
                written.path.span,
                format!("the path has no parameter `{}`{effect}", field.wire),
            )
            .label(field.span, "this field takes it")
            .help(format!("add `/:{}` to the path", field.wire))
            .maybe_help(did_you_mean(&field.wire, params.iter().copied())),
        );
    }
}

/// Clients and proxies drop the body of a GET.
fn body_of_get(route: &Route, written: &ast::Route, fields: &[Field], report: &mut Report) {
    if !matches!(route.method, Method::Get | Method::Head) {
        return;
    }
    let in_body =
        |field: &&Field| field.source == Source::Json && field.presence == Presence::Required;
    if let Some(field) = fields.iter().find(in_body) {
        report.push(
            Diagnostic::warning(
                "api/get-with-body",
                written.method.span,
                format!(
                    "a {} request has no body, but `{}` is required in it",
                    route.method.as_http(),
                    field.wire
                ),
            )
            .label(field.span, "read from a JSON body")
            .help(format!(
                "use `form:\"{}\"` for the query string",
                field.wire
            )),
        );
    }
}
