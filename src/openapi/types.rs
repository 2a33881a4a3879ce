//! What the values of a type look like on the wire.

use std::collections::BTreeSet;

use serde_json::{Number, Value};

use super::bounds::{limits, value};
use super::checks::{constrain, matching, pointee};
use super::schema::Schema;
use crate::model::{Field, Gateway, Presence, Struct, Type};

/// Which way a value goes. The two differ in what has to be there and what may be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Input,
    Output,
}

/// Turns types into schemas; `name` gives the component of a declared type.
pub(super) struct Types<'a, N> {
    pub(super) gateway: &'a Gateway,
    pub(super) name: N,
}

/// A field as a member of an object.
pub(super) struct Member {
    pub(super) schema: Schema,
    pub(super) required: bool,
}

impl<N: Fn(Role, &str) -> String> Types<'_, N> {
    pub(super) fn schema(&self, ty: &Type, role: Role) -> Schema {
        match ty {
            Type::Bool => Schema::of("boolean"),
            Type::Int { bits, signed } => integer(*bits, *signed),
            Type::Float { bits } => Schema {
                format: Some(if *bits == 32 { "float" } else { "double" }),
                ..Schema::of("number")
            },
            Type::String => Schema::of("string"),
            Type::Bytes => Schema {
                content_encoding: Some("base64"),
                ..Schema::of("string")
            },
            Type::Any => Schema::default(),
            Type::Named(name) => Schema::reference(&(self.name)(role, name)),
            Type::Slice(item) => Schema::list_of(self.schema(item, role)),
            Type::Array(length, item) => Schema {
                min_items: Some(u64::from(*length)),
                max_items: Some(u64::from(*length)),
                ..Schema::list_of(self.schema(item, role))
            },
            Type::Map(key, inner) => Schema {
                additional_properties: Some(Box::new(self.schema(inner, role))),
                property_names: key_names(key).map(Box::new),
                ..Schema::of("object")
            },
            Type::Pointer(inner) => self.schema(inner, role).nullable(),
        }
    }

    /// A field of a JSON object.
    pub(super) fn member(&self, owner: &Struct, field: &Field, role: Role) -> Member {
        let is_pointer = matches!(field.ty, Type::Pointer(_));
        let is_endless = is_endless(self.gateway, owner, field);
        let may_be_absent = !matches!(field.presence, Presence::Required | Presence::Default(_));
        let is_quoted = field.as_string && is_scalar(pointee(&field.ty));
        let mut schema = self.plain(field, role);
        if is_quoted {
            schema = quoted(&schema, pointee(&field.ty));
        }
        let (null, required) = match role {
            // Null is as good as nothing where nothing will do. Only of a pointer is that said.
            Role::Input => (
                is_pointer && may_be_absent,
                field.presence == Presence::Required && !is_endless,
            ),
            Role::Output => {
                let is_option = may_be_absent && !is_container(&field.ty);
                let left_out = field.omit_empty || (is_option && !is_pointer);
                let null = (is_pointer || is_endless) && !left_out;
                (null, !left_out)
            }
        };
        if null {
            schema = hoisted(schema);
        }
        describe(&mut schema, field, role, is_quoted);
        Member { schema, required }
    }

    /// The value of a field without what absence means.
    pub(super) fn plain(&self, field: &Field, role: Role) -> Schema {
        let mut schema = self.schema(pointee(&field.ty), role);
        match role {
            Role::Input => constrain(&mut schema, field),
            // What the description says of all values; what a request is checked for, nobody checks in an answer.
            Role::Output => constrain(
                &mut schema,
                &Field {
                    rules: Vec::new(),
                    ..field.clone()
                },
            ),
        }
        schema
    }
}

/// Words about a field, its example and its default.
pub(super) fn describe(schema: &mut Schema, field: &Field, role: Role, is_quoted: bool) {
    let (docs, deprecated) = super::operation::prose(&field.docs);
    // In front of what the checks had to say.
    if let Some(docs) = docs {
        let said = schema.description.replace(docs);
        if let Some(said) = said {
            schema.say(&said);
        }
    }
    schema.deprecated = deprecated;
    let value = |text: &String| match value(&field.ty, text) {
        Some(plain) if is_quoted => Some(in_quotes(&plain)),
        other => other,
    };
    let examples = field.example.iter().filter_map(value);
    schema.examples = examples.filter(|example| schema.admits(example)).collect();
    if role == Role::Output {
        return;
    }
    match &field.presence {
        // A default is not checked, but nobody may send it where it would not pass.
        Presence::Default(text) => match value(text) {
            Some(default) if schema.admits(&default) => schema.default = Some(default),
            Some(_) => schema.say(&format!("Where absent: `{text}`.")),
            None => {}
        },
        Presence::OptionalWith {
            dependency,
            negated: false,
        } => schema.say(&format!("Goes with `{dependency}`: send both or neither.")),
        Presence::OptionalWith { dependency, .. } => {
            schema.say(&format!("Stands for `{dependency}`: send one of them."));
        }
        Presence::Required | Presence::Optional => {}
    }
}

/// The same or null, with the words about it outside.
fn hoisted(mut schema: Schema) -> Schema {
    let description = schema.description.take();
    let mut outer = schema.nullable();
    outer.description = description;
    outer
}

fn integer(bits: u8, signed: bool) -> Schema {
    let (low, high) = limits(bits, signed);
    let format = match (bits, signed) {
        (64, false) => "uint64",
        (64, true) | (32, false) => "int64",
        _ => "int32",
    };
    let mut schema = Schema {
        format: Some(format),
        ..Schema::of("integer")
    };
    let is_said_by_format = signed && bits >= 32;
    if !is_said_by_format {
        schema.minimum = Number::from_i128(low);
    }
    if !is_said_by_format && bits < 64 {
        schema.maximum = Number::from_i128(high);
    }
    schema
}

/// `,string`: the number or truth inside a text. Bounds are then only words.
fn quoted(plain: &Schema, ty: &Type) -> Schema {
    let mut schema = Schema::of("string");
    let pattern = match ty {
        Type::Bool => "^(true|false)$",
        Type::Int { signed: false, .. } => "^[0-9]+$",
        Type::Int { .. } => "^-?[0-9]+$",
        _ => r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$",
    };
    matching(&mut schema, pattern);
    schema.values = plain.values.iter().map(in_quotes).collect();
    schema.description.clone_from(&plain.description);
    let bounds = [
        ("At least", &plain.minimum),
        ("More than", &plain.exclusive_minimum),
        ("At most", &plain.maximum),
        ("Less than", &plain.exclusive_maximum),
    ];
    // Those of the type itself go without saying.
    let own = match ty {
        Type::Int { bits, signed } => integer(*bits, *signed),
        _ => Schema::default(),
    };
    for (word, bound) in bounds {
        if let Some(bound) = bound
            && own.minimum.as_ref() != Some(bound)
            && own.maximum.as_ref() != Some(bound)
        {
            schema.say(&format!("{word} {bound}."));
        }
    }
    schema
}

fn in_quotes(value: &Value) -> Value {
    Value::String(value.to_string())
}

/// Keys of a JSON object are texts; those of other types are written in one.
fn key_names(key: &Type) -> Option<Schema> {
    let mut schema = Schema::default();
    match key {
        Type::Int { signed, .. } => {
            matching(&mut schema, if *signed { "^-?[0-9]+$" } else { "^[0-9]+$" });
        }
        Type::Bool => schema.values = vec!["true".into(), "false".into()],
        _ => return None,
    }
    Some(schema)
}

fn is_scalar(ty: &Type) -> bool {
    matches!(ty, Type::Bool | Type::Int { .. } | Type::Float { .. })
}

/// Types with a value for nothing, which is what an absent one becomes.
fn is_container(ty: &Type) -> bool {
    matches!(ty, Type::Slice(_) | Type::Map(..) | Type::Bytes)
}

/// Whether the type of a field holds its owner without a list or a map between. No such value would ever end, so the
/// field is optional whatever its tag says.
fn is_endless(gateway: &Gateway, owner: &Struct, field: &Field) -> bool {
    let Type::Named(start) = &field.ty else {
        return false;
    };
    let mut seen = BTreeSet::new();
    let mut queue = vec![start.as_str()];
    while let Some(name) = queue.pop() {
        if name == owner.name {
            return true;
        }
        if seen.insert(name) {
            let fields = gateway.find_type(name).into_iter();
            let fields = fields.flat_map(|found| &found.fields);
            queue.extend(fields.filter_map(|field| by_value(&field.ty)));
        }
    }
    false
}

fn by_value(ty: &Type) -> Option<&str> {
    match ty {
        Type::Named(name) => Some(name),
        Type::Array(_, inner) | Type::Pointer(inner) => by_value(inner),
        _ => None,
    }
}
