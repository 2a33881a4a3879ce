//! How each field of a request comes out of it.

use super::Gateway;
use super::routes::Parameters;
use crate::lower::{layout, names, types};
use crate::model::{Field, Presence, Source, Struct, Type};
use crate::rust::Member;
use crate::rust::gateway::{Bound, Extract};

/// `FromRequest` of a request type.
pub(super) fn extract(gateway: &Gateway<'_>, found: &Struct) -> Extract {
    let has = |source: Source| found.fields.iter().any(|field| field.source == source);
    let fields = found.fields.iter();
    Extract {
        has_json: has(Source::Json),
        has_path: has(Source::Path),
        has_form: has(Source::Form),
        has_header: has(Source::Header),
        fields: fields
            .map(|field| bound(gateway, found, field, "&mut errors"))
            .collect(),
    }
}

/// `FromJson` of a type inside a JSON body.
pub(super) fn nested(gateway: &Gateway<'_>, found: &Struct) -> Vec<Bound> {
    let fields = found.fields.iter();
    fields
        .map(|field| bound(gateway, found, field, "errors"))
        .collect()
}

fn bound(gateway: &Gateway<'_>, owner: &Struct, field: &Field, errors: &str) -> Bound {
    let name = names::value(&field.name);
    let ty = read_type(gateway, field);
    let is_list = matches!(field.ty, Type::Slice(_)) && field.source != Source::Json;
    let read = if is_list { "list" } else { "field" };
    // A check that calls a method needs to know the type before `required` does.
    let of = if calls_method(field) {
        "::<String>"
    } else {
        ""
    };
    let (head, first) = match field.source {
        // Inside a JSON value there is only JSON.
        Source::Json => ("body".to_owned(), format!(".{name}")),
        Source::Form => (
            "form".to_owned(),
            format!(".{read}{of}(\"{}\")", field.wire),
        ),
        Source::Header => (
            "headers".to_owned(),
            format!(".{read}{of}(\"{}\")", field.wire),
        ),
        Source::Path => {
            let key = router_name(gateway, owner, &field.wire);
            ("path".to_owned(), format!(".field{of}(\"{key}\")"))
        }
    };
    let mut links = vec![first];
    links.extend(checks(field));
    links.extend(decision(field, errors));
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let column = 12 + name.chars().count() + 2;
    let wire = (field.source == Source::Json).then(|| wire_member(field, &name, &ty));
    Bound {
        value: layout::chain(12, column, &head, &links, ","),
        wire,
        name,
    }
}

/// The type that is read: without the `Option` that absence adds.
fn read_type(gateway: &Gateway<'_>, field: &Field) -> String {
    let ty = match &field.ty {
        Type::Pointer(target) => target,
        other => other,
    };
    types::api(ty, &|name| gateway.scope.is_recursive(name))
}

fn wire_member(field: &Field, name: &str, ty: &str) -> Member {
    let plain = name.strip_prefix("r#").unwrap_or(name);
    let attributes = if plain == field.wire {
        Vec::new()
    } else {
        vec![format!(
            "serde(rename = \"{}\")",
            field.wire.escape_default()
        )]
    };
    Member {
        docs: Vec::new(),
        attributes,
        name: name.to_owned(),
        ty: format!("Field<{ty}>"),
    }
}

/// The name of a path parameter in the router, which knows one name for each position.
fn router_name(gateway: &Gateway<'_>, owner: &Struct, wire: &str) -> String {
    let parameters = Parameters::of(gateway.model);
    let mut routes = gateway.model.groups.iter().flat_map(|group| &group.routes);
    let is_read = |ty: &Type| matches!(ty, Type::Named(name) if *name == owner.name);
    let route = routes.find(|route| route.request.as_ref().is_some_and(is_read));
    route.map_or_else(
        || wire.to_owned(),
        |route| parameters.router_name(&route.path, wire),
    )
}

/// `options=` and `range=` as plain checks.
fn checks(field: &Field) -> Vec<String> {
    let mut out = Vec::new();
    if !field.options.is_empty() {
        let reason = format!("must be one of {}", field.options.join(", "));
        let options: Vec<_> = field
            .options
            .iter()
            .map(|option| literal(&field.ty, option))
            .collect();
        let test = match field.ty {
            Type::String => format!("[{}].contains(&value.as_str())", options.join(", ")),
            _ => format!("[{}].contains(value)", options.join(", ")),
        };
        out.push(check(&test, &reason.escape_default().to_string()));
    }
    if let Some(range) = &field.range {
        let mut tests = Vec::new();
        let mut words = Vec::new();
        if let Some(low) = &range.low {
            let (sign, word) = if range.low_inclusive {
                (">=", "at least")
            } else {
                (">", "above")
            };
            tests.push(format!("*value {sign} {}", literal(&field.ty, low)));
            words.push(format!("{word} {low}"));
        }
        if let Some(high) = &range.high {
            let (sign, word) = if range.high_inclusive {
                ("<=", "at most")
            } else {
                ("<", "below")
            };
            tests.push(format!("*value {sign} {}", literal(&field.ty, high)));
            words.push(format!("{word} {high}"));
        }
        if !tests.is_empty() {
            let (test, words) = (tests.join(" && "), words.join(" and "));
            out.push(check(&test, &format!("must be {words}")));
        }
    }
    out
}

/// A link of a chain in a field's value.
fn check(test: &str, reason: &str) -> String {
    let (test, reason) = (format!("|value| {test}"), format!("\"{reason}\""));
    layout::call(16, ".check", &[&test, &reason])
}

fn calls_method(field: &Field) -> bool {
    field.ty == Type::String && !field.options.is_empty()
}

/// What absence means.
fn decision(field: &Field, errors: &str) -> Vec<String> {
    let name = field.wire.escape_default();
    let is_pointer = matches!(field.ty, Type::Pointer(_));
    let is_container = matches!(field.ty, Type::Slice(_) | Type::Map(..) | Type::Bytes);
    match &field.presence {
        // A pointer has room for absence, but a required one is there.
        Presence::Required if is_pointer => {
            vec![
                format!(".map(Some)"),
                format!(".required(\"{name}\", {errors})"),
            ]
        }
        Presence::Required => vec![format!(".required(\"{name}\", {errors})")],
        Presence::Default(text) => {
            let value = default(&field.ty, text);
            vec![format!(".or({value}, \"{name}\", {errors})")]
        }
        Presence::Optional | Presence::OptionalWith { .. } => {
            let mut links = vec![format!(".optional(\"{name}\", {errors})")];
            if is_container {
                links.push(".unwrap_or_default()".to_owned());
            }
            links
        }
    }
}

fn default(ty: &Type, text: &str) -> String {
    match ty {
        Type::String => format!("\"{}\".to_owned()", text.escape_default()),
        Type::Slice(item) => {
            let inner = text.trim_start_matches('[').trim_end_matches(']');
            let parts = inner
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty());
            let items: Vec<_> = parts.map(|part| default(item, part)).collect();
            format!("vec![{}]", items.join(", "))
        }
        Type::Pointer(target) => format!("Some({})", default(target, text)),
        Type::Bool | Type::Int { .. } | Type::Float { .. } => literal(ty, text),
        _ => "Default::default()".to_owned(),
    }
}

/// A value of a tag as a Rust literal; analysis has made sure that it is one.
fn literal(ty: &Type, text: &str) -> String {
    match ty {
        Type::Float { .. } if text.contains(['.', 'e', 'E']) => text.to_owned(),
        Type::Float { .. } => format!("{text}.0"),
        Type::Int { .. } => text
            .trim_start_matches('+')
            .split('.')
            .next()
            .unwrap_or(text)
            .to_owned(),
        Type::Bool => matches!(text, "true" | "1").to_string(),
        _ => format!("\"{}\"", text.escape_default()),
    }
}
