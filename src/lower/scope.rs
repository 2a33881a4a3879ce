//! How the types of a gateway are used: read from requests, written in responses, both, or neither.

use std::collections::BTreeSet;

use crate::model::{Gateway, Source, Struct, Type};

#[derive(Debug)]
pub(super) struct Scope<'a> {
    gateway: &'a Gateway,
    /// Extracted from requests.
    requests: BTreeSet<&'a str>,
    /// Inside JSON bodies of requests.
    nested: BTreeSet<&'a str>,
    /// Written, or inside what is written.
    responses: BTreeSet<&'a str>,
}

impl<'a> Scope<'a> {
    pub(super) fn of(gateway: &'a Gateway) -> Self {
        let mut scope = Self {
            gateway,
            requests: BTreeSet::new(),
            nested: BTreeSet::new(),
            responses: BTreeSet::new(),
        };
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
        scope
    }

    pub(super) fn find(&self, name: &str) -> Option<&'a Struct> {
        self.gateway.types.iter().find(|each| each.name == name)
    }

    pub(super) fn is_request(&self, name: &str) -> bool {
        self.requests.contains(name)
    }

    pub(super) fn is_nested(&self, name: &str) -> bool {
        self.nested.contains(name)
    }

    /// Types that no route mentions are written too: hand-written code may send them.
    pub(super) fn is_response(&self, name: &str) -> bool {
        self.responses.contains(name) || !(self.is_request(name) || self.is_nested(name))
    }

    /// Whether a member of this type needs a box.
    pub(super) fn is_recursive(&self, name: &str) -> bool {
        self.find(name).is_some_and(|found| found.recursive)
    }

    fn add_nested(&mut self, name: &'a str) {
        let Some(found) = self.find(name) else { return };
        for field in found
            .fields
            .iter()
            .filter(|field| field.source == Source::Json)
        {
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

/// The declared types that a type mentions.
fn named(ty: &Type) -> Vec<&str> {
    match ty {
        Type::Named(name) => vec![name],
        Type::Slice(inner) | Type::Array(_, inner) | Type::Pointer(inner) => named(inner),
        Type::Map(key, value) => [named(key), named(value)].concat(),
        _ => Vec::new(),
    }
}
