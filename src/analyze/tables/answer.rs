//! Responses made from a row.

use super::{Ask, Reason, fits, pair};
use crate::model::{FieldPair, MessageField, Repetition, RowField};

impl Ask<'_> {
    /// Columns as fields of the response, or of the one message in it.
    pub(super) fn answer(&self) -> Result<(Vec<FieldPair>, Option<RowField>), Reason> {
        if let (Some((outer, message)), [_]) =
            (self.nested(self.output, &Repetition::Optional), self.output)
        {
            let row = RowField {
                name: outer.name.clone(),
                message: message.full_name.clone(),
                fields: self.columns(&message.fields)?,
            };
            return Ok((Vec::new(), Some(row)));
        }
        Ok((self.columns(self.output)?, None))
    }

    pub(super) fn columns(&self, fields: &[MessageField]) -> Result<Vec<FieldPair>, Reason> {
        let pairs = fields.iter().map(|field| {
            let name = &field.name;
            match self.column(fields, field) {
                Some(column) if fits::reads(&self.rpc.enums, field, column) => {
                    Ok(pair(name, Some(&column.name)))
                }
                Some(column) => Err(format!(
                    "the column `{}` does not fit the answer's field",
                    column.name
                )),
                None => Err(format!("nothing fills the answer's `{name}`")),
            }
        });
        pairs.collect()
    }
}
