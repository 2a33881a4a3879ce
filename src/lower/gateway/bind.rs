//! How each field of a request comes out of it.

use super::Gateway;
use super::checks;
use super::types::{complexity, is_container, is_scalar, member_type};
use crate::lower::types::MAX_ARRAY;
use crate::lower::{layout, types};
use crate::model::{Field, Presence, Segment, Source, Struct, Type};
use crate::rust::Member;
use crate::rust::gateway::{Bound, Extract};

/// `FromRequest` of a request type.
pub(super) fn extract(gateway: &Gateway<'_>, found: &Struct) -> Extract {
    let has = |source: Source| found.fields.iter().any(|field| reads(field, source));
    let binder = Binder {
        gateway,
        owner: found,
        errors: "&mut errors",
        json_only: false,
    };
    let [has_json, has_path, has_form, has_header] =
        [Source::Json, Source::Path, Source::Form, Source::Header].map(has);
    Extract {
        has_json,
        only_json: has_json && !(has_path || has_form || has_header),
        has_path,
        has_form,
        has_header,
        dependencies: binder.dependencies(8),
        fields: found
            .fields
            .iter()
            .map(|field| binder.bound(field))
            .collect(),
    }
}

/// `FromJson` of a type inside a JSON body.
pub(super) fn nested(gateway: &Gateway<'_>, found: &Struct) -> (Vec<String>, Vec<Bound>) {
    let binder = Binder {
        gateway,
        owner: found,
        errors: "errors",
        json_only: true,
    };
    let fields = found.fields.iter().map(|field| binder.bound(field));
    (binder.dependencies(12), fields.collect())
}

fn reads(field: &Field, source: Source) -> bool {
    field.source == source || field.also.iter().any(|place| place.source == source)
}

struct Binder<'a> {
    gateway: &'a Gateway<'a>,
    owner: &'a Struct,
    /// The list of errors, as an argument.
    errors: &'static str,
    /// Inside a JSON value there is only JSON.
    json_only: bool,
}

impl Binder<'_> {
    fn bound(&self, field: &Field) -> Bound {
        let name = self.gateway.scope.field(self.owner, field);
        let ty = self.read_type(field);
        let mut places: Vec<_> = self.places(field);
        let (head, first) = places.remove(0);
        let mut links = vec![first];
        for (part, link) in places {
            links.push(format!(".or_else(|| {part}{link})"));
        }
        if is_quoted(field) {
            links.push(".unquoted()".to_owned());
        }
        links.extend(checks::links(field));
        links.extend(self.decision(field, &ty));
        let links: Vec<_> = links.iter().map(String::as_str).collect();
        let column = 12 + name.chars().count() + 2;
        let in_json = self.json_only || reads(field, Source::Json);
        let wire = in_json.then(|| wire_member(field, &name, &ty));
        Bound {
            value: layout::chain(12, column, &head, &links, ","),
            wire,
            name,
        }
    }

    /// Where to look for the field, in order: a part of the request and how to take the field from it.
    fn places(&self, field: &Field) -> Vec<(String, String)> {
        let json = || {
            let name = self.gateway.scope.field(self.owner, field);
            ("body".to_owned(), format!(".{name}"))
        };
        if self.json_only {
            return vec![json()];
        }
        let mut sources = vec![(field.source, field.wire.as_str())];
        sources.extend(
            field
                .also
                .iter()
                .map(|place| (place.source, place.wire.as_str())),
        );
        // JSON is taken, the others are asked: taken last, or not at all.
        sources.sort_by_key(|(source, _)| *source == Source::Json);
        let mut read = reader(&field.ty).to_owned();
        // A check on what nothing else gives a type to yet.
        if !checks::links(field).is_empty() {
            let ty = self.read_type(field);
            let item = ty.strip_prefix("Vec<").and_then(|ty| ty.strip_suffix('>'));
            let ty = item.filter(|_| read == "list").unwrap_or(&ty);
            read = format!("{read}::<{ty}>");
        }
        let one = |(source, wire): (Source, &str)| {
            let wire = wire.escape_default();
            match source {
                Source::Json => json(),
                Source::Form => ("form".to_owned(), format!(".{read}(\"{wire}\")")),
                Source::Header => ("headers".to_owned(), format!(".{read}(\"{wire}\")")),
                Source::Path => {
                    let key = self.router_name(&wire.to_string());
                    ("path".to_owned(), format!(".{read}(\"{key}\")"))
                }
            }
        };
        sources.into_iter().map(one).collect()
    }

    /// `optional=dep` and `optional=!dep`: statements before the fields are decided on.
    fn dependencies(&self, indent: usize) -> Vec<String> {
        let fields = &self.owner.fields;
        let mut out = Vec::new();
        for field in fields {
            let Presence::OptionalWith {
                dependency,
                negated,
            } = &field.presence
            else {
                continue;
            };
            let Some(other) = fields.iter().find(|other| other.wire == *dependency) else {
                continue;
            };
            // Said once for both.
            let is_mutual = matches!(
                &other.presence,
                Presence::OptionalWith { dependency, .. } if *dependency == field.wire
            );
            if is_mutual && other.span.start < field.span.start {
                continue;
            }
            let method = if *negated { "either" } else { "both" };
            let errors = self.errors.trim_start_matches("&mut ");
            let arguments = [self.given(field), self.given(other)];
            out.push(layout::call(
                indent,
                &format!("{errors}.{method}"),
                &arguments,
                ";",
            ));
        }
        out
    }

    /// `("a", body.a.is_given())`
    fn given(&self, field: &Field) -> String {
        let given = self.places(field).into_iter().map(|(part, link)| {
            if link.contains('(') {
                let name = link.split_once('(').map_or("", |(_, name)| name);
                format!("{part}.has({name}")
            } else {
                format!("{part}{link}.is_given()")
            }
        });
        let given: Vec<_> = given.collect();
        format!(
            "(\"{}\", {})",
            field.wire.escape_default(),
            given.join(" || ")
        )
    }

    /// The type that is read: without the `Option` that absence adds.
    fn read_type(&self, field: &Field) -> String {
        let ty = types::api(&field.ty, &self.gateway.scope, Some(&self.owner.name));
        let plain = ty.strip_prefix("Option<");
        plain
            .and_then(|ty| ty.strip_suffix('>'))
            .map_or(ty.clone(), str::to_owned)
    }

    /// The name of a path parameter in the router, which knows one name for each position.
    fn router_name(&self, wire: &str) -> String {
        let readers = self.gateway.readers.get(self.owner.name.as_str());
        let wanted = Segment::Param(wire.to_owned());
        let mut readers = readers.into_iter().flatten();
        readers
            .find(|route| route.path.contains(&wanted))
            .map_or_else(
                || wire.to_owned(),
                |route| self.gateway.parameters.router_name(&route.path, wire),
            )
    }

    /// What absence means.
    fn decision(&self, field: &Field, ty: &str) -> Vec<String> {
        let errors = self.errors;
        let name = field.wire.escape_default();
        let member = member_type(self.gateway, self.owner, field);
        let optional = format!(".optional(\"{name}\", {errors})");
        match &field.presence {
            // Only a value that ends somewhere can be there.
            Presence::Required if ty.starts_with("Box<") && !is_pointer(&field.ty) => {
                vec![optional]
            }
            // A pointer has room for absence, but a required one is there.
            Presence::Required if member.starts_with("Option<") => {
                let some = ".map(Some)".to_owned();
                vec![some, format!(".required(\"{name}\", {errors})")]
            }
            Presence::Required => vec![format!(".required(\"{name}\", {errors})")],
            Presence::Default(text) => {
                let value = checks::default(&field.ty, text);
                let mut links = vec![format!(".or({value}, \"{name}\", {errors})")];
                if is_pointer(&field.ty) {
                    links.insert(0, ".map(Some)".to_owned());
                }
                links
            }
            Presence::Optional | Presence::OptionalWith { .. } => {
                let mut links = vec![optional];
                if is_container(&field.ty) {
                    links.push(".unwrap_or_default()".to_owned());
                }
                links
            }
        }
    }
}

fn is_pointer(ty: &Type) -> bool {
    matches!(ty, Type::Pointer(_))
}

/// `,string`: the number travels as a text.
fn is_quoted(field: &Field) -> bool {
    field.as_string && field.source == Source::Json && is_scalar(&field.ty)
}

/// How a text becomes a value of the type: as one, as a list of them, or as JSON.
fn reader(ty: &Type) -> &'static str {
    let is_text = |ty: &Type| is_scalar(ty) || *ty == Type::String;
    match ty {
        Type::Slice(item) if is_text(item) && !is_pointer(item) => "list",
        Type::Pointer(inner) => reader(inner),
        ty if is_text(ty) => "field",
        _ => "json",
    }
}

fn wire_member(field: &Field, name: &str, ty: &str) -> Member {
    let plain = name.strip_prefix("r#").unwrap_or(name);
    let wire = field.json_name();
    let mut attributes = Vec::new();
    if plain != wire {
        attributes.push(format!("serde(rename = \"{}\")", wire.escape_default()));
    }
    attributes.extend(complexity(ty));
    let ty = if is_quoted(field) {
        format!("Field<Quoted<{ty}>>")
    } else {
        format!("Field<{ty}>")
    };
    Member {
        docs: Vec::new(),
        attributes,
        name: name.to_owned(),
        ty,
    }
}

/// Whether the length of a fixed array is checked, not part of its type.
pub(super) fn is_long_array(ty: &Type) -> Option<u32> {
    match ty {
        Type::Array(length, _) if *length > MAX_ARRAY => Some(*length),
        Type::Pointer(inner) => is_long_array(inner),
        _ => None,
    }
}
