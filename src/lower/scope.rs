//! How the types of a gateway are used: read from requests, written in responses, both, or neither; and what they
//! are called in Rust.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::{IndexMap, IndexSet};

use super::names::{self, Unique};
use crate::model::{Field, Gateway, Struct, Type};
use crate::parallel;

/// Names that generated files import or that the prelude has.
const TAKEN: &[&str] = &[
    "Arc",
    "BTreeMap",
    "Body",
    "Box",
    "Claims",
    "Clone",
    "Code",
    "Copy",
    "Debug",
    "Default",
    "Deserialize",
    "Deserializer",
    "Drop",
    "Envelope",
    "Err",
    "Error",
    "Errors",
    "Event",
    "Events",
    "Extension",
    "Field",
    "File",
    "Form",
    "From",
    "FromJson",
    "FromRequest",
    "Headers",
    "Into",
    "Iterator",
    "Json",
    "Next",
    "None",
    "Ok",
    "Option",
    "PartialEq",
    "PathParams",
    "Request",
    "Response",
    "Result",
    "Router",
    "Send",
    "Serialize",
    "ServiceContext",
    "Some",
    "Span",
    "State",
    "String",
    "Sync",
    "ToString",
    "Vec",
];

#[derive(Debug)]
pub(super) struct Scope<'a> {
    gateway: &'a Gateway,
    declared: IndexMap<&'a str, &'a Struct>,
    /// Extracted from requests.
    requests: IndexSet<&'a str>,
    /// Inside JSON bodies of requests.
    nested: IndexSet<&'a str>,
    /// Written, or inside what is written.
    responses: IndexSet<&'a str>,
    /// Rust names of the types.
    types: IndexMap<&'a str, String>,
    /// Rust names of the fields of each type, by their declared names.
    fields: IndexMap<&'a str, BTreeMap<&'a str, String>>,
    /// The types that each holds without a list or a map between.
    held: IndexMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Scope<'a> {
    pub(super) fn of(gateway: &'a Gateway) -> Self {
        let mut scope = Self {
            gateway,
            declared: (gateway.types.iter().rev())
                .map(|found| (found.name.as_str(), found))
                .collect(),
            requests: IndexSet::new(),
            nested: IndexSet::new(),
            responses: IndexSet::new(),
            types: IndexMap::new(),
            fields: IndexMap::new(),
            held: held(gateway),
        };
        scope.name();
        for route in gateway.groups.iter().flat_map(|group| &group.routes) {
            if let Some(request) = &route.request {
                for name in named(request) {
                    scope.requests.insert(name);
                    scope.add_nested(name);
                }
            }
            if let Some(response) = &route.response {
                for name in named(response) {
                    scope.add_response(name);
                }
            }
        }
        // Types that no route mentions are written too: hand-written code may send them.
        for found in &gateway.types {
            let name = found.name.as_str();
            if !(scope.is_request(name) || scope.is_nested(name)) {
                scope.add_response(name);
            }
        }
        scope
    }

    pub(super) fn find(&self, name: &str) -> Option<&'a Struct> {
        self.declared.get(name).copied()
    }

    pub(super) fn is_request(&self, name: &str) -> bool {
        self.requests.contains(name)
    }

    pub(super) fn is_nested(&self, name: &str) -> bool {
        self.nested.contains(name)
    }

    pub(super) fn is_response(&self, name: &str) -> bool {
        self.responses.contains(name)
    }

    /// The Rust name of a declared type.
    pub(super) fn ty(&self, name: &str) -> String {
        let known = self.types.get(name).cloned();
        known.unwrap_or_else(|| names::ty(name))
    }

    /// The Rust name of a field.
    pub(super) fn field(&self, owner: &Struct, field: &Field) -> String {
        let fields = self.fields.get(owner.name.as_str());
        let known = fields.and_then(|fields| fields.get(field.name.as_str()));
        known.cloned().unwrap_or_else(|| names::value(&field.name))
    }

    /// Whether a member of type `name` would make its owner infinitely large.
    pub(super) fn is_boxed(&self, owner: &str, name: &str) -> bool {
        owner == name || self.held.get(name).is_some_and(|held| held.contains(owner))
    }

    fn name(&mut self) {
        let mut types = Unique::with(TAKEN, "Data");
        let of_fields = |found: &'a Struct| {
            let mut fields = Unique::default();
            let of_field = |field: &'a Field| {
                let name = fields.take(names::value(&field.name));
                (field.name.as_str(), name)
            };
            (
                found.name.as_str(),
                found.fields.iter().map(of_field).collect(),
            )
        };
        self.fields = parallel::map(&self.gateway.types, of_fields)
            .into_iter()
            .collect();
        let names = parallel::map(&self.gateway.types, |found| names::ty(&found.name));
        for (found, name) in self.gateway.types.iter().zip(names) {
            self.types.insert(&found.name, types.take(name));
        }
    }

    fn add_nested(&mut self, name: &'a str) {
        let Some(found) = self.find(name) else { return };
        // Other parts of a request hold them as JSON, too.
        for field in &found.fields {
            for inner in named(&field.ty) {
                if self.nested.insert(inner) {
                    self.add_nested(inner);
                }
            }
        }
    }

    fn add_response(&mut self, name: &'a str) {
        if !self.responses.insert(name) {
            return;
        }
        let Some(found) = self.find(name) else { return };
        for field in &found.fields {
            for inner in named(&field.ty) {
                self.add_response(inner);
            }
        }
    }
}

/// What each type holds by value, directly or through others.
fn held(gateway: &Gateway) -> IndexMap<&str, BTreeSet<&str>> {
    let direct: IndexMap<&str, Vec<&str>> = gateway
        .types
        .iter()
        .map(|found| {
            let held = found.fields.iter().filter_map(|field| by_value(&field.ty));
            (found.name.as_str(), held.collect())
        })
        .collect();
    let closure = |start: &str| {
        let mut seen = BTreeSet::new();
        let mut queue: Vec<&str> = direct.get(start).cloned().unwrap_or_default();
        while let Some(next) = queue.pop() {
            if seen.insert(next) {
                queue.extend(direct.get(next).into_iter().flatten());
            }
        }
        seen
    };
    direct.keys().map(|name| (*name, closure(name))).collect()
}

/// The declared type whose size counts.
fn by_value(ty: &Type) -> Option<&str> {
    match ty {
        Type::Named(name) => Some(name),
        Type::Array(_, inner) | Type::Pointer(inner) => by_value(inner),
        _ => None,
    }
}

/// The declared types that a type mentions.
fn named(ty: &Type) -> Vec<&str> {
    match ty {
        Type::Named(name) => vec![name],
        Type::Slice(inner) | Type::Array(_, inner) | Type::Pointer(inner) => named(inner),
        Type::Map(key, value) => [named(key), named(value)].concat(),
        _ => Vec::new(),
    }
}
