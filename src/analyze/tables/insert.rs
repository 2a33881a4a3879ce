//! `CreateOrder`.

use heck::ToSnakeCase as _;

use super::{Ask, Reason, fits, misfit, pair};
use crate::model::{Column, FieldPair, MessageField, Repetition, TableOp};

/// Columns that the clock fills, as go-zero's model generator ignores them, and their cousins.
const CREATED: &[&str] = &[
    "created_at",
    "create_at",
    "create_time",
    "created_time",
    "gmt_create",
];
const UPDATED: &[&str] = &[
    "updated_at",
    "update_at",
    "update_time",
    "updated_time",
    "gmt_modified",
];

impl Ask<'_> {
    pub(super) fn insert(&self) -> Result<(Option<String>, TableOp), Reason> {
        let (inside, fields) = self.subject(&[]);
        let values = self.values(fields)?;
        Ok((inside, TableOp::Insert { values }))
    }

    /// The fields that hold the columns: of the request, or of the one message in it.
    pub(super) fn subject<'a>(&'a self, known: &[&str]) -> (Option<String>, &'a [MessageField]) {
        let is_known = |field: &&MessageField| known.contains(&field.name.as_str());
        let others = self.input.iter().filter(|field| !is_known(field)).count();
        match self.nested(self.input, &Repetition::Optional) {
            Some((outer, message)) if others == 1 => {
                (Some(outer.name.clone()), message.fields.as_slice())
            }
            _ => (None, self.input),
        }
    }

    fn values(&self, fields: &[MessageField]) -> Result<Vec<FieldPair>, Reason> {
        let mut values = Vec::new();
        for column in self.table.columns.iter().filter(|it| self.is_given(it)) {
            let name = &column.name;
            let has_default = fills_itself(column);
            values.push(match self.field(fields, name) {
                Some(field) if fits::writes(&self.rpc.enums, field, column, has_default) => {
                    pair(name, Some(&field.name))
                }
                Some(field) => return Err(misfit(field)),
                None if has_default => pair(name, None),
                None => return Err(format!("nothing fills the column `{name}`")),
            });
        }
        let is_used = |field: &&MessageField| {
            values
                .iter()
                .any(|pair| pair.from.as_ref() == Some(&field.name))
        };
        if let Some(field) = fields.iter().find(|field| !is_used(field)) {
            let is_column = self.column(fields, field).is_some();
            // A message of the whole row has what the database fills, too.
            if !is_column || field.repetition == Repetition::Repeated {
                return Err(format!("the field `{}` is no column", field.name));
            }
        }
        // A method that sets nothing of the table means something else.
        let sets_any = values.iter().any(|pair| pair.from.is_some());
        sets_any
            .then_some(values)
            .ok_or_else(|| "the request sets no column".to_owned())
    }

    /// Whether an insert says what the column holds.
    fn is_given(&self, column: &Column) -> bool {
        let name = Some(&column.name);
        let has_role =
            name == self.table.soft_delete.as_ref() || name == self.table.version.as_ref();
        !column.auto_increment && !column.ignored && !has_role
    }
}

fn fills_itself(column: &Column) -> bool {
    column.nullable || column.default.is_some() || is_created(column) || is_updated(column)
}

pub(super) fn is_created(column: &Column) -> bool {
    CREATED.contains(&column.name.to_snake_case().as_str()) && column.ty.is_clock()
}

pub(super) fn is_updated(column: &Column) -> bool {
    UPDATED.contains(&column.name.to_snake_case().as_str()) && column.ty.is_clock()
}
