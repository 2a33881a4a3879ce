//! Which messages hold which by value: where they hold themselves, Rust needs a box.

use std::collections::{BTreeMap, BTreeSet};

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FileDescriptorProto};

use super::describe::{bare, join};

/// The messages that each message has as fields, lists and maps aside: as prost-build looks at them
/// (`message_graph.rs`).
pub(super) struct Holds<'a>(BTreeMap<String, Vec<&'a str>>);

impl<'a> Holds<'a> {
    pub(super) fn of(files: &'a [FileDescriptorProto]) -> Self {
        let mut found = BTreeMap::new();
        for file in files {
            for message in &file.message_type {
                add(file.package(), message, &mut found);
            }
        }
        Self(found)
    }

    /// Whether `from` is `to` or has it inside.
    pub(super) fn reaches(&self, from: &str, to: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(name) = open.pop() {
            if name == to {
                return true;
            }
            if seen.insert(name) {
                open.extend(self.0.get(name).into_iter().flatten());
            }
        }
        false
    }
}

fn add<'a>(scope: &str, message: &'a DescriptorProto, out: &mut BTreeMap<String, Vec<&'a str>>) {
    let name = join(scope, message.name());
    for nested in &message.nested_type {
        add(&name, nested, out);
    }
    let single = message
        .field
        .iter()
        .filter(|field| field.label() != Label::Repeated && field.r#type() == Type::Message);
    let held = single.map(|field| bare(field.type_name())).collect();
    out.insert(name, held);
}
