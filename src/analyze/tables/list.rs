//! `ListOrders`: page by page, in the order of the primary key.

use super::{Ask, Reason, fits, pair};
use crate::model::{
    ColumnType, FieldPair, MessageField, ProtoType, Repetition, RowField, TableCall, TableOp,
};

const SIZES: &[&str] = &["page_size", "limit", "size", "page_limit"];
const AFTER: &[&str] = &["page_token", "cursor", "after", "after_id", "last_id"];
const NEXT: &[&str] = &[
    "next_page_token",
    "next_token",
    "next_cursor",
    "next",
    "next_id",
    "last_id",
];
const TOTALS: &[&str] = &["total", "count", "total_size", "total_count"];

impl Ask<'_> {
    pub(super) fn list(&self) -> Result<TableCall, Reason> {
        let (mut filter, mut size, mut after) = (Vec::new(), None, None);
        for field in self.input {
            let name = field.name.as_str();
            if SIZES.contains(&name) && is_count(field) {
                size = Some(field.name.clone());
            } else if AFTER.contains(&name) && self.is_token(field) {
                after = Some(field.name.clone());
            } else {
                filter.push(self.condition(field)?);
            }
        }
        // Without it only the first page could be read.
        if after.is_none() {
            return Err("the request has no `page_token` to go on from".to_owned());
        }
        let (row, next, total) = self.page()?;
        let op = TableOp::List {
            filter,
            size,
            after,
            next,
            total,
        };
        Ok(self.call(None, op, Vec::new(), Some(row)))
    }

    fn condition(&self, field: &MessageField) -> Result<FieldPair, Reason> {
        let name = &field.name;
        let Some(column) = self.table.column(name) else {
            return Err(format!("the field `{name}` is no column"));
        };
        if !self.table.is_filter(name) {
            return Err(format!("the column `{name}` has no index"));
        }
        // Where `false` is sent and where nothing is, looks the same.
        let is_told = field.repetition == Repetition::Optional || field.ty != ProtoType::Bool;
        let is_plain = !matches!(field.ty, ProtoType::Message(_));
        if is_told && is_plain && fits::tells(field, column) {
            Ok(pair(name, Some(name)))
        } else {
            Err(format!("the field `{name}` does not fit its column"))
        }
    }

    /// Whether it can hold a primary key.
    fn is_token(&self, field: &MessageField) -> bool {
        let [key] = self.table.primary_key.as_slice() else {
            return false;
        };
        let is_plain = field.repetition == Repetition::Single && field.oneof.is_none();
        let ty = self.table.column(key).map(|column| &column.ty);
        is_plain
            && match ty {
                Some(ColumnType::Int { .. }) => {
                    field.ty == ProtoType::String || field.ty == ProtoType::Int64
                }
                Some(ColumnType::Text | ColumnType::Uuid) => field.ty == ProtoType::String,
                _ => false,
            }
    }

    fn page(&self) -> Result<(RowField, Option<String>, Option<String>), Reason> {
        let (mut next, mut total) = (None, None);
        let rows = self.nested(self.output, &Repetition::Repeated);
        let Some((rows, message)) = rows else {
            return Err("the answer has no list of rows".to_owned());
        };
        for field in self.output {
            let name = field.name.as_str();
            if field.name == rows.name {
                continue;
            }
            if NEXT.contains(&name) && self.is_token(field) {
                next = Some(field.name.clone());
            } else if TOTALS.contains(&name) && is_count(field) {
                total = Some(field.name.clone());
            } else {
                return Err(format!("nothing fills the answer's `{name}`"));
            }
        }
        let row = RowField {
            name: rows.name.clone(),
            message: message.full_name.clone(),
            fields: self.columns(&message.fields)?,
        };
        Ok((row, next, total))
    }
}

fn is_count(field: &MessageField) -> bool {
    let is_number = matches!(
        field.ty,
        ProtoType::Int32 | ProtoType::Int64 | ProtoType::Uint32 | ProtoType::Uint64
    );
    is_number && field.repetition == Repetition::Single && field.oneof.is_none()
}
