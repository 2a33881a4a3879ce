//! The model against goctl's own view of the same roots.
//!
//! Both sides become sets of lines, so that a difference names itself. goctl sorts types by name and routes by path and
//! mixes up groups, so order is not compared.

use std::collections::{BTreeSet, HashMap};
use std::fs;

use serde_json::Value;
use zgen::model::{Field, Group, Source, Type};
use zgen::source::{FileId, SourceMap};
use zgen::syntax::ast::{Doc, File, Member, TypeExpr, TypeKind};

use crate::support::{Checked, Corpus, check, row, say};

/// Roots whose model differs on purpose: the end of the path, the start of every line that differs, the reason.
const DIFFERENT: &[(&str, &str, &str)] = &[(
    "ytlike+goctl-apix/interface/userCenter/test.api",
    "route {group: template; jwt: Auth} handlerName2 ",
    "it differs from the route above only in a parameter's name, so no router can serve both",
)];

#[test]
fn models_are_equal() {
    let Some(corpus) = Corpus::find() else { return };
    let (mut equal, mut all, mut failures) = (0, 0, Vec::new());
    for verdict in corpus.verdicts() {
        let Ok(golden) = fs::read_to_string(&verdict.golden) else {
            continue;
        };
        all += 1;
        let golden: Value = serde_json::from_str(&golden).unwrap();
        let checked = check(&verdict.path);
        let theirs = golden_lines(&golden);
        let ours = model_lines(&checked);
        let known: Vec<_> = DIFFERENT
            .iter()
            .filter(|(path, ..)| verdict.path.as_str().ends_with(path))
            .collect();
        let lost = lost_comments(&golden, &checked);
        let mut differs = !lost.is_empty();
        failures.extend(lost);
        for (side, line) in theirs
            .difference(&ours)
            .map(|line| ("goctl", line))
            .chain(ours.difference(&theirs).map(|line| ("zgen ", line)))
        {
            if let Some((path, _, reason)) =
                known.iter().find(|(_, start, _)| line.starts_with(start))
            {
                say(&format!("{path}: {side}: {line} ({reason})"));
                continue;
            }
            differs = true;
            failures.push(format!("{}: {side}: {line}\n", verdict.path));
        }
        equal += usize::from(!differs);
    }
    row(
        "roots with a golden model: equal, or listed with a reason",
        equal,
        all,
    );
    assert!(all > 0 && equal == all, "{}", failures.concat());
}

/// goctl's view. Types as they are declared, then as they travel.
fn golden_lines(golden: &Value) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    lines.insert(format!("service {}", text(&golden["Service"])));
    for (key, value) in golden["Info"].as_object().into_iter().flatten() {
        lines.insert(format!("info {key} = {}", text(value)));
    }
    let types: HashMap<&str, &Vec<Value>> = list(&golden["Types"])
        .map(|ty| (text(&ty["Name"]), ty["Members"].as_array().unwrap_or(&NONE)))
        .collect();
    for (name, members) in &types {
        lines.insert(format!("type {name}"));
        for member in *members {
            let (field, ty) = (text(&member["Name"]), text(&member["Type"]));
            let shown = if member["Inline"] == Value::Bool(true) {
                ty.trim_start_matches('*')
            } else {
                ty
            };
            lines.insert(format!(
                "member {name} {field} {shown} {}",
                text(&member["Tag"])
            ));
        }
        for (wire, field) in travelling(name, &types, 0) {
            lines.insert(format!("wire {name} {wire} {field}"));
        }
    }
    for group in list(&golden["Groups"]) {
        let annotation = group["Annotation"].as_object();
        let annotation = properties(annotation.into_iter().flatten().map(|(k, v)| (k, text(v))));
        let prefix = group["Annotation"].get("prefix").map_or("", text);
        for route in list(&group["Routes"]) {
            let path = [prefix, text(&route["Path"])].join("/");
            let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
            let docs = unquoted(route.get("Doc").map_or("", text));
            if !docs.is_empty() {
                lines.insert(format!("doc {} {docs}", handler(text(&route["Handler"]))));
            }
            let pairs = route.get("DocKV").and_then(Value::as_object);
            let pairs = properties(pairs.into_iter().flatten().map(|(k, v)| (k, text(v))));
            lines.insert(format!(
                "route {{{annotation}}} {} {} /{} ({}) returns ({}) {{{pairs}}}",
                handler(text(&route["Handler"])),
                text(&route["Method"]),
                path.join("/"),
                text(&route["Req"]),
                text(&route["Resp"]),
            ));
        }
    }
    lines
}

/// Comments behind fields that goctl keeps with them and zgen does not.
fn lost_comments(golden: &Value, checked: &Checked) -> Vec<String> {
    let mut docs: HashMap<(String, String), Vec<String>> = HashMap::new();
    for decl in trees(&checked.sources).flat_map(|file| file.types) {
        let TypeKind::Struct(members) = decl.ty.kind else {
            continue;
        };
        for member in members {
            let Member::Field(field) = member else {
                continue;
            };
            for name in field.names {
                let key = (decl.name.value.clone(), name.value);
                docs.insert(key, field.docs.clone());
            }
        }
    }
    let mut lost = Vec::new();
    for ty in list(&golden["Types"]) {
        for member in list(&ty["Members"]) {
            let comment = member.get("Comment").map_or("", text);
            let comment = comment.strip_prefix("//").unwrap_or(comment).trim();
            let key = (
                text(&ty["Name"]).to_owned(),
                text(&member["Name"]).to_owned(),
            );
            let Some(docs) = docs.get(&key) else { continue };
            if !comment.is_empty() && !docs.iter().any(|line| line.trim() == comment) {
                lost.push(format!("{key:?}: lost {comment:?}, has {docs:?}\n"));
            }
        }
    }
    lost
}

static NONE: Vec<Value> = Vec::new();

/// What the fields of a type are called on the wire, as `encoding/json` and go-zero's mapping see an embedded type.
fn travelling(
    name: &str,
    types: &HashMap<&str, &Vec<Value>>,
    depth: usize,
) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    let mut embedded = Vec::new();
    for member in types.get(name).into_iter().copied().flatten() {
        if member["Inline"] == Value::Bool(true) {
            embedded.push(text(&member["Type"]).trim_start_matches('*'));
            continue;
        }
        let field = text(&member["Name"]);
        let Some(wire) = wire_name(text(&member["Tag"]), field) else {
            continue;
        };
        if !out.iter().any(|(known, _)| *known == wire) {
            out.push((wire, field.to_owned()));
        }
    }
    for inner in embedded {
        assert!(depth < 20, "{name} embeds itself");
        for (wire, field) in travelling(inner, types, depth + 1) {
            if !out.iter().any(|known| known.0 == wire || known.1 == field) {
                out.push((wire, field));
            }
        }
    }
    out
}

/// `json:name` and so on; `None` where the tag says `-`. Read here once more, and differently, than zgen does it.
fn wire_name(tag: &str, field: &str) -> Option<String> {
    let value = |key: &str| {
        let (_, rest) = tag
            .match_indices(&format!("{key}:\""))
            .find(|(at, _)| *at == 0 || tag[..*at].ends_with(['`', ' ', '"']))
            .map(|(at, found)| tag.split_at(at + found.len()))?;
        Some(rest.split('"').next().unwrap_or_default())
    };
    let first = |a: &'static str, b: &'static str| {
        let at = |key: &str| tag.find(&format!("{key}:\"")).unwrap_or(usize::MAX);
        if at(a) <= at(b) { [a, b] } else { [b, a] }
    };
    let [one, two] = first("json", "form");
    for key in ["path", "header", one, two] {
        let Some(value) = value(key) else { continue };
        if value == "-" {
            return None;
        }
        let name = value.split(',').next().unwrap_or_default().trim();
        return Some(format!(
            "{key}:{}",
            if name.is_empty() { field } else { name }
        ));
    }
    Some(format!("json:{field}"))
}

/// zgen's view: declarations from the trees, meaning from the model.
fn model_lines(checked: &Checked) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let Some(gateway) = checked.output.system.gateways.first() else {
        return lines;
    };
    lines.insert(format!("service {}", gateway.name));
    for (key, value) in &gateway.info {
        lines.insert(format!("info {key} = {value}"));
    }
    for file in trees(&checked.sources) {
        for decl in &file.types {
            lines.insert(format!("type {}", decl.name.value));
            if let TypeKind::Struct(members) = &decl.ty.kind {
                for member in members {
                    lines.extend(members_of(&decl.name.value, member));
                }
            }
        }
    }
    for route in trees(&checked.sources)
        .flat_map(|file| file.services)
        .flat_map(|each| each.routes)
    {
        for doc in &route.doc_blocks {
            if let (Doc::Text(text), Some(name)) = (doc, route.handlers.first()) {
                lines.insert(format!("doc {} {}", handler(&name.value), text.value));
            }
        }
    }
    for ty in &gateway.types {
        for Field {
            name, source, wire, ..
        } in &ty.fields
        {
            let source = match source {
                Source::Json => "json",
                Source::Form => "form",
                Source::Path => "path",
                Source::Header => "header",
            };
            lines.insert(format!("wire {} {source}:{wire} {name}", ty.name));
        }
    }
    lines.extend(gateway.groups.iter().flat_map(routes));
    lines
}

fn trees(sources: &SourceMap) -> impl Iterator<Item = File> {
    let files = (0..).map_while(|number| sources.get(FileId(number)));
    files.filter_map(|file| {
        zgen::syntax::parse(FileId(0), &file.text, &mut zgen::diag::Report::default())
    })
}

fn members_of(owner: &str, member: &Member) -> Vec<String> {
    let tag = |tag: &Option<zgen::source::Spanned<String>>| {
        tag.as_ref()
            .map_or(String::new(), |tag| format!("`{}`", tag.value))
    };
    match member {
        Member::Embedded(embedded) => vec![format!(
            "member {owner}  {} {}",
            embedded.name.value,
            tag(&embedded.tag)
        )],
        Member::Field(field) => field
            .names
            .iter()
            .map(|name| {
                let ty = go(&field.ty);
                format!("member {owner} {} {ty} {}", name.value, tag(&field.tag))
            })
            .collect(),
    }
}

/// As Go writes it.
fn go(ty: &TypeExpr) -> String {
    match &ty.kind {
        TypeKind::Name(name) => name.clone(),
        TypeKind::Interface => "interface{}".to_owned(),
        TypeKind::Pointer(inner) => format!("*{}", go(inner)),
        TypeKind::Slice(inner) => format!("[]{}", go(inner)),
        TypeKind::Array(length, inner) => format!("[{}]{}", length.value, go(inner)),
        TypeKind::Map(key, value) => format!("map[{}]{}", go(key), go(value)),
        TypeKind::Struct(_) => "struct".to_owned(),
    }
}

fn routes(group: &Group) -> Vec<String> {
    let annotation = properties(group.properties.iter().map(|(k, v)| (k, v.as_str())));
    let line = |route: &zgen::model::Route| {
        let body = |ty: &Option<Type>| ty.as_ref().map_or(String::new(), named);
        let path = route.full_path();
        let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let pairs = properties(route.properties.iter().map(|(k, v)| (k, v.as_str())));
        format!(
            "route {{{annotation}}} {} {} /{} ({}) returns ({}) {{{pairs}}}",
            handler(&route.handler),
            route.method.as_http().to_lowercase(),
            path.join("/"),
            body(&route.request),
            body(&route.response),
        )
    };
    group.routes.iter().map(line).collect()
}

/// The types that bodies have.
fn named(ty: &Type) -> String {
    match ty {
        Type::Named(name) => name.clone(),
        Type::String => "string".to_owned(),
        Type::Slice(inner) => format!("[]{}", named(inner)),
        Type::Int { bits, signed } => format!("{}int{bits}", if *signed { "" } else { "u" }),
        other => format!("{other:?}"),
    }
}

/// go-zero adds the suffix back when it generates.
fn handler(name: &str) -> &str {
    name.strip_suffix("Handler")
        .or_else(|| name.strip_suffix("handler"))
        .unwrap_or(name)
}

/// Sorted; blanks behind the commas of a list make no difference.
fn properties<'a>(pairs: impl Iterator<Item = (&'a String, &'a str)>) -> String {
    let mut pairs: Vec<String> = pairs
        .map(|(key, value)| {
            let parts: Vec<&str> = unquoted(value).split(',').map(str::trim).collect();
            format!("{key}: {}", parts.join(","))
        })
        .collect();
    pairs.sort();
    pairs.join("; ")
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '`'])
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
