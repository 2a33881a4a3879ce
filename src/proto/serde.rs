//! Which messages can have serde's traits: prost-types has none, so not those that hold Google's own.

use std::collections::BTreeSet;

use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FileDescriptorProto};

use super::describe::{bare, is_map_entry, join};

/// Google's messages that prost writes as plain Rust types.
const PLAIN: &[&str] = &[
    "BoolValue",
    "BytesValue",
    "DoubleValue",
    "Empty",
    "FloatValue",
    "Int32Value",
    "Int64Value",
    "StringValue",
    "UInt32Value",
    "UInt64Value",
];

#[derive(Debug, Default)]
pub(super) struct Derived {
    /// Outermost messages and enums, as prost-build wants them (`.order.Order`): what is inside of them is meant, too.
    pub(super) paths: Vec<String>,
    /// Messages by their full names.
    pub(super) left_out: Vec<String>,
}

impl Derived {
    pub(super) fn of(files: &[FileDescriptorProto]) -> Self {
        let own = files
            .iter()
            .filter(|file| file.package() != "google.protobuf");
        let own: Vec<_> = own.collect();
        let mut known = BTreeSet::new();
        for file in &own {
            for message in &file.message_type {
                names(file.package(), message, &mut known);
            }
        }
        // What holds one of those that cannot, cannot either.
        loop {
            let before = known.len();
            for file in &own {
                for message in &file.message_type {
                    settle(file.package(), message, &mut known);
                }
            }
            if known.len() == before {
                break;
            }
        }
        let mut out = Self::default();
        for file in own {
            let enums = file.enum_type.iter();
            let package = file.package();
            out.paths
                .extend(enums.map(|each| format!(".{}", join(package, each.name()))));
            for message in &file.message_type {
                out.collect(package, message, &known);
            }
        }
        out
    }

    fn collect(&mut self, scope: &str, message: &DescriptorProto, known: &BTreeSet<String>) {
        let name = join(scope, message.name());
        if known.contains(&name) {
            self.paths.push(format!(".{name}"));
            return;
        }
        let enums = message.enum_type.iter();
        self.paths
            .extend(enums.map(|each| format!(".{}", join(&name, each.name()))));
        for nested in message.nested_type.iter().filter(|it| !is_map_entry(it)) {
            self.collect(&name, nested, known);
        }
        self.left_out.push(name);
    }
}

fn names(scope: &str, message: &DescriptorProto, out: &mut BTreeSet<String>) {
    let name = join(scope, message.name());
    for nested in &message.nested_type {
        names(&name, nested, out);
    }
    out.insert(name);
}

/// Takes out what cannot, inner messages first: an outer one stands for all that is in it.
fn settle(scope: &str, message: &DescriptorProto, known: &mut BTreeSet<String>) {
    let name = join(scope, message.name());
    for nested in &message.nested_type {
        settle(&name, nested, known);
    }
    let mut nested = message.nested_type.iter();
    let mut fields = message.field.iter();
    let can = nested.all(|nested| known.contains(&join(&name, nested.name())))
        && fields.all(|field| {
            let is_message = matches!(field.r#type(), Type::Message | Type::Group);
            let ty = bare(field.type_name());
            let is_plain = |name: &str| PLAIN.contains(&name);
            !is_message
                || known.contains(ty)
                || ty.strip_prefix("google.protobuf.").is_some_and(is_plain)
        });
    if !can {
        known.remove(&name);
    }
}
