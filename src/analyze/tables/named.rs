//! Which field is which column: `userId` is `user_id`, and in what is said of `users` it is also their `id`.

use heck::ToSnakeCase as _;

use super::Ask;
use crate::model::{Column, MessageField, Table};

impl Ask<'_> {
    /// The column that one of these fields means.
    pub(super) fn column(&self, fields: &[MessageField], field: &MessageField) -> Option<&Column> {
        let column = meant(self.table, &field.name)?;
        let is_meant_twice = || {
            let others = fields.iter().filter(|other| other.name != field.name);
            let mut columns = others.filter_map(|other| meant(self.table, &other.name));
            columns.any(|other| other.name == column.name)
        };
        // One that is spelled out comes before all others.
        (column.name == field.name || !is_meant_twice()).then_some(column)
    }

    /// The field among these that means a column.
    pub(super) fn field<'a>(
        &self,
        fields: &'a [MessageField],
        column: &str,
    ) -> Option<&'a MessageField> {
        fields.iter().find(|field| {
            self.column(fields, field)
                .is_some_and(|it| it.name == column)
        })
    }
}

fn meant<'a>(table: &'a Table, field: &str) -> Option<&'a Column> {
    let name = field.to_snake_case();
    let mut alike = (table.columns.iter()).filter(|column| column.name.to_snake_case() == name);
    let alike = alike.next().filter(|_| alike.next().is_none());
    let id = || {
        let is_id = name.strip_suffix("_id") == Some(table.row_name().as_str());
        table.column("id").filter(|_| is_id)
    };
    table.column(field).or(alike).or_else(id)
}
