//! What the spans of a route say about its request and response.

use super::Gateway;
use super::types::member_type;
use crate::lower::spans::{self, Seen};
use crate::model::{Struct, Type};
use crate::rust::Attribute;

/// The members of a struct as spans see them: wire name, Rust name, Rust type.
pub(super) struct Fields(Vec<(String, String, String)>);

impl Fields {
    pub(super) fn of(gateway: &Gateway<'_>, ty: Option<&Type>) -> Self {
        let found = match ty {
            Some(Type::Named(name)) => gateway.scope.find(name),
            _ => None,
        };
        Self(
            found
                .map(|found| members(gateway, found))
                .unwrap_or_default(),
        )
    }

    pub(super) fn measures(&self, prefix: &str, variable: &str) -> Vec<Attribute> {
        spans::measures(prefix, variable, self.seen())
    }

    pub(super) fn ids(&self, prefix: &str, variable: &str) -> Vec<Attribute> {
        spans::ids(prefix, variable, self.seen())
    }

    fn seen(&self) -> impl Iterator<Item = Seen<'_>> {
        self.0
            .iter()
            .map(|(wire, name, ty)| Seen { wire, name, ty })
    }
}

fn members(gateway: &Gateway<'_>, found: &Struct) -> Vec<(String, String, String)> {
    let fields = found.fields.iter();
    fields
        .map(|field| {
            let name = gateway.scope.field(found, field);
            (field.wire.clone(), name, member_type(gateway, found, field))
        })
        .collect()
}
