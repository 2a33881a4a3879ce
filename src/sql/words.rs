//! What words mean in a dialect: names, and types that the user has made.

use std::collections::BTreeMap;

use sqlparser::ast::{
    DataType, Ident, ObjectName, ObjectNamePart, UserDefinedTypeRepresentation as Representation,
};

use crate::model::Dialect;

#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) dialect: Dialect,
    /// Labels of the enums that were made so far.
    enums: BTreeMap<String, Vec<String>>,
}

impl Words {
    pub(super) fn of(dialect: Dialect) -> Self {
        Self {
            dialect,
            enums: BTreeMap::new(),
        }
    }

    /// To PostgreSQL, `Items` without quotes is `items`.
    pub(super) fn name(&self, name: &Ident) -> String {
        match (self.dialect, name.quote_style) {
            (Dialect::Postgres, None) => name.value.to_lowercase(),
            _ => name.value.clone(),
        }
    }

    pub(super) fn add_type(&mut self, name: &ObjectName, representation: Option<&Representation>) {
        let (Some(name), Some(Representation::Enum { labels })) = (last(name), representation)
        else {
            return;
        };
        let labels = labels.iter().map(|label| label.value.clone()).collect();
        self.enums.insert(self.name(name), labels);
    }

    pub(super) fn labels(&self, name: &ObjectName) -> Option<&[String]> {
        let name = self.name(last(name)?);
        self.enums.get(&name).map(Vec::as_slice)
    }

    /// Whether a text or a jsonb is not taken for a value of the type.
    pub(super) fn is_untyped(&self, data_type: &DataType) -> bool {
        let is_own = |name: &ObjectName| {
            let is_citext = |name: &Ident| name.value.eq_ignore_ascii_case("citext");
            self.labels(name).is_some() || last(name).is_some_and(is_citext)
        };
        self.dialect == Dialect::Postgres
            && match data_type {
                DataType::JSON => true,
                DataType::Custom(name, _) => is_own(name),
                _ => false,
            }
    }
}

/// Without the schema.
pub(super) fn last(name: &ObjectName) -> Option<&Ident> {
    match name.0.last()? {
        ObjectNamePart::Identifier(name) => Some(name),
        ObjectNamePart::Function(_) => None,
    }
}
