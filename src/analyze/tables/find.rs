//! `GetOrder` and `DeleteOrder`.

use super::{Ask, Reason, fits, misfit, pair};
use crate::model::{FieldPair, MessageField, ProtoType, Repetition, TableOp};

impl Ask<'_> {
    /// By the primary key, or a unique one; a further field would be a condition that is not checked.
    pub(super) fn find(&self) -> Result<TableOp, Reason> {
        let keys = std::iter::once(&self.table.primary_key).chain(&self.table.unique_keys);
        for key in keys.filter(|key| key.len() == self.input.len()) {
            if let Ok(key) = self.key(key, self.input) {
                return Ok(TableOp::Find { key });
            }
        }
        self.find_by_any().ok_or_else(|| {
            "the request's fields are neither the primary key nor a unique one".to_owned()
        })
    }

    /// By whichever of some keys is in the one `oneof` of the request.
    fn find_by_any(&self) -> Option<TableOp> {
        let oneof = self.input.first()?.oneof.as_ref()?;
        let keys = self.input.iter().map(|field| {
            let column = self.column(self.input, field)?;
            let by = [column.name.clone()];
            let is_key =
                self.table.primary_key == by || self.table.unique_keys.contains(&by.to_vec());
            let is_whole = is_key && field.oneof.as_ref() == Some(oneof);
            (is_whole && fits::is_key(&self.rpc.enums, &field.bare(), column))
                .then(|| pair(&column.name, Some(&field.name)))
        });
        Some(TableOp::FindBy {
            oneof: oneof.clone(),
            keys: keys.collect::<Option<_>>()?,
        })
    }

    pub(super) fn delete(&self) -> Result<TableOp, Reason> {
        let key = self.key(&self.table.primary_key, self.input)?;
        if self.input.len() > key.len() {
            return Err("the request has more fields than the primary key".to_owned());
        }
        let says_done = |field: &MessageField| {
            let is_named = ["success", "ok", "deleted", "done"].contains(&field.name.as_str());
            is_named && field.ty == ProtoType::Bool && field.repetition == Repetition::Single
        };
        let done = match self.output {
            [] => None,
            [field] if says_done(field) => Some(field.name.clone()),
            [field, ..] => return Err(format!("nothing fills the answer's `{}`", field.name)),
        };
        Ok(TableOp::Delete { key, done })
    }

    /// One field for each column of a key.
    pub(super) fn key(
        &self,
        columns: &[String],
        fields: &[MessageField],
    ) -> Result<Vec<FieldPair>, Reason> {
        let pairs = columns.iter().map(|name| {
            let column = self.table.column(name);
            let field = self.field(fields, name);
            match (column, field) {
                (Some(column), Some(field)) if fits::is_key(&self.rpc.enums, field, column) => {
                    Ok(pair(name, Some(&field.name)))
                }
                (Some(_), Some(field)) => Err(misfit(field)),
                _ => Err(format!("the request has no `{name}`")),
            }
        });
        pairs.collect()
    }
}
