//! Fields and what their tags say (go-zero `core/mapping/utils.go`).

use crate::analyze::options::{self, Options};
use crate::analyze::rules;
use crate::diag::{Diagnostic, Report, did_you_mean};
use crate::model::{Field, Place, Presence, Source, Type};
use crate::source::{Span, Spanned};
use crate::syntax::ast;
use crate::syntax::tag::{Tag, TagPair};

/// Tag keys that say where a field comes from. Path and header win over the others, because a field with one of them
/// is named in the route or the protocol; between `json` and `form` the first written counts.
const SOURCES: &[(&str, Source)] = &[
    ("path", Source::Path),
    ("header", Source::Header),
    ("json", Source::Json),
    ("form", Source::Form),
];

/// Keys of other libraries that look like a slip of one of those.
const FOREIGN: &[&str] = &["bson", "from", "norm"];

/// One for each name, or none where the tag says `-`.
pub(super) fn fields(field: &ast::Field, ty: &Type, report: &mut Report) -> Vec<Field> {
    let tag = &field.read;
    if let Some(text) = &field.tag {
        check_tag(tag, text.span, report);
    }
    let mut out = Vec::new();
    for name in &field.names {
        // Only the first name reports, or `A, B int` would say everything twice.
        let mut quiet = Report::default();
        let report = if out.is_empty() {
            &mut *report
        } else {
            &mut quiet
        };
        let Some((source, pair)) = source(tag) else {
            unknown_key(tag, report);
            out.push(plain(name, ty, field));
            continue;
        };
        if pair.name == "-" && pair.options.is_empty() {
            continue;
        }
        let options = options::read(pair, ty, report);
        let mut found = tagged(name, ty, field, source, pair, options);
        found.also = others(tag, source, name);
        found.rules = match tag.get("validate") {
            Some(rules) => rules::read(rules, ty, report),
            None => Vec::new(),
        };
        out.push(found);
    }
    out
}

/// Whether a struct has no field of this name and place yet; reported if it has.
pub(super) fn is_new(field: &Field, fields: &[Field], report: &mut Report) -> bool {
    if let Some(first) = fields.iter().find(|first| first.name == field.name) {
        report.push(
            Diagnostic::error(
                "api/duplicate-field",
                field.span,
                format!("field `{}` is declared twice", field.name),
            )
            .label(first.span, "first declared here")
            .help("rename or delete one of them"),
        );
        return false;
    }
    let same = |first: &&Field| first.wire == field.wire && first.source == field.source;
    if let Some(first) = fields.iter().find(same) {
        report.push(
            Diagnostic::warning(
                "api/duplicate-wire-name",
                field.span,
                format!(
                    "`{}` and `{}` are both called `{}` on the wire",
                    first.name, field.name, field.wire
                ),
            )
            .label(first.span, "this one is used")
            .label(field.span, "this one is left out")
            .help("give one of them another name in its tag"),
        );
        return false;
    }
    true
}

/// `optional=dep` looks for `dep` in the same place: without a field of that name there, this one can never be sent.
pub(super) fn check_dependencies(fields: &[Field], report: &mut Report) {
    for field in fields {
        let Presence::OptionalWith { dependency, .. } = &field.presence else {
            continue;
        };
        let others = || {
            let beside = fields.iter().filter(|other| other.span != field.span);
            beside.filter_map(|other| other.wire_in(field.source))
        };
        if others().any(|other| other == dependency) {
            continue;
        }
        report.push(
            Diagnostic::error(
                "api/unknown-dependency",
                field.span,
                format!(
                    "`{}` depends on `{dependency}`, but no field beside it has that name",
                    field.wire
                ),
            )
            .help("write the name of another field's tag of the same kind, or plain `optional`")
            .maybe_help(did_you_mean(dependency, others())),
        );
    }
}

fn check_tag(tag: &Tag, span: Span, report: &mut Report) {
    if let Some(dropped) = &tag.dropped {
        report.push(
            Diagnostic::warning(
                "api/malformed-tag",
                span,
                format!("this part of the tag is not readable and is ignored: {dropped}"),
            )
            .help("tags are pairs, separated by blanks: `json:\"name\" form:\"name\"`"),
        );
    }
}

fn source(tag: &Tag) -> Option<(Source, &TagPair)> {
    let rank = |source: Source| match source {
        Source::Path => 0,
        Source::Header => 1,
        Source::Json | Source::Form => 2,
    };
    let known = tag.pairs.iter().filter_map(|pair| {
        let (_, source) = SOURCES.iter().find(|(key, _)| *key == pair.key)?;
        Some((*source, pair))
    });
    known.min_by_key(|(source, _)| rank(*source))
}

/// The places that the other tags name.
fn others(tag: &Tag, first: Source, name: &Spanned<String>) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::new();
    for pair in &tag.pairs {
        let Some((_, source)) = SOURCES.iter().find(|(key, _)| *key == pair.key) else {
            continue;
        };
        let is_new = *source != first && out.iter().all(|place| place.source != *source);
        if is_new && pair.name != "-" {
            let wire = if pair.name.is_empty() {
                &name.value
            } else {
                &pair.name
            };
            out.push(Place {
                source: *source,
                wire: wire.clone(),
            });
        }
    }
    out
}

/// A tag that names no source may have meant to.
fn unknown_key(tag: &Tag, report: &mut Report) {
    for pair in &tag.pairs {
        if FOREIGN.contains(&pair.key.as_str()) {
            continue;
        }
        let Some(help) = did_you_mean(&pair.key, SOURCES.iter().map(|(key, _)| *key)) else {
            continue;
        };
        report.push(
            Diagnostic::warning(
                "api/unknown-tag",
                pair.span,
                format!(
                    "the tag `{}` says nothing about where the field comes from",
                    pair.key
                ),
            )
            .help(help),
        );
    }
}

/// Without a tag a field has its own name in JSON.
fn plain(name: &Spanned<String>, ty: &Type, field: &ast::Field) -> Field {
    build(
        name,
        ty,
        field,
        Source::Json,
        &name.value,
        Options::default(),
    )
}

fn tagged(
    name: &Spanned<String>,
    ty: &Type,
    field: &ast::Field,
    source: Source,
    pair: &TagPair,
    options: Options,
) -> Field {
    let wire = if pair.name.is_empty() {
        &name.value
    } else {
        &pair.name
    };
    build(name, ty, field, source, wire, options)
}

fn build(
    name: &Spanned<String>,
    ty: &Type,
    field: &ast::Field,
    source: Source,
    wire: &str,
    options: Options,
) -> Field {
    Field {
        name: name.value.clone(),
        ty: ty.clone(),
        source,
        wire: wire.to_owned(),
        also: Vec::new(),
        presence: options.presence,
        options: options.allowed,
        range: options.range,
        rules: Vec::new(),
        as_string: options.as_string,
        omit_empty: options.omit_empty,
        example: options.example,
        docs: field.docs.clone(),
        span: name.span,
    }
}
