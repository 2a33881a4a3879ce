//! `ListOrders`: page by page, in the order of the primary key; the next page by the key that it starts behind, or any
//! by its number.

use heck::ToSnakeCase as _;

use super::{Ask, Reason, fits, misfit, pair};
use crate::model::{
    ColumnType, FieldPair, MessageField, ProtoType, Repetition, RowField, TableCall, TableOp,
};

const SIZES: &[&str] = &["page_size", "limit", "size", "page_limit", "per_page"];
const PAGES: &[&str] = &[
    "page",
    "page_num",
    "page_no",
    "page_number",
    "page_index",
    "current",
];
const AFTER: &[&str] = &["page_token", "cursor", "after", "after_id", "last_id"];
const NEXT: &[&str] = &[
    "next_page_token",
    "next_token",
    "next_cursor",
    "next",
    "next_id",
    "last_id",
];
const MORE: &[&str] = &["has_more", "has_next", "has_next_page", "more"];
const TOTALS: &[&str] = &["total", "count", "total_size", "total_count"];

impl Ask<'_> {
    pub(super) fn list(&self) -> Result<TableCall, Reason> {
        let after = |field: &&MessageField| is_one(field, AFTER) && self.is_token(field);
        let after = self.input.iter().find(after);
        let (mut filter, mut size, mut page) = (Vec::new(), None, None);
        for field in self.input {
            let name = Some(field.name.clone());
            if is_one(field, SIZES) && is_count(field) {
                size = name;
            } else if after.is_none() && self.is_number_of_page(field) {
                page = name;
            } else if after.is_none_or(|after| after.name != field.name) {
                filter.push(self.condition(field)?);
            }
        }
        // Without either only the first page could be read.
        if after.is_none() && page.is_none() {
            return Err("the request has no `page_token` to go on from, and no `page`".to_owned());
        }
        let by_number = page
            .as_deref()
            .and_then(|name| self.input.iter().find(|field| field.name == name));
        let (row, shown) = self.answered_page(after.is_some(), by_number)?;
        let op = TableOp::List {
            filter,
            size,
            after: after.map(|field| field.name.clone()),
            page,
            next: shown.next,
            total: shown.total,
            shown_page: shown.page,
            shown_size: shown.size,
            more: shown.more,
            next_page: shown.next_page,
        };
        Ok(self.call(None, op, Vec::new(), Some(row)))
    }

    fn condition(&self, field: &MessageField) -> Result<FieldPair, Reason> {
        let name = &field.name;
        let Some(column) = self.column(self.input, field) else {
            return Err(format!("the field `{name}` is no column"));
        };
        if !self.table.is_filter(&column.name) {
            return Err(format!("the column `{}` has no index", column.name));
        }
        // Where `false` is sent and where nothing is, looks the same.
        let is_told = field.repetition == Repetition::Optional || field.ty != ProtoType::Bool;
        let is_plain = !matches!(field.ty, ProtoType::Message(_));
        if is_told && is_plain && fits::tells(&self.rpc.enums, field, column) {
            Ok(pair(&column.name, Some(name)))
        } else {
            Err(misfit(field))
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

    fn is_number_of_page(&self, field: &MessageField) -> bool {
        is_one(field, PAGES) && is_count(field) && !self.table.is_filter(&field.name)
    }

    /// `by_key`: the next page is found by a key; `by_number`: by the request's number.
    fn answered_page(
        &self,
        by_key: bool,
        by_number: Option<&MessageField>,
    ) -> Result<(RowField, Shown), Reason> {
        let mut shown = Shown::default();
        let rows = self.nested(self.output, &Repetition::Repeated);
        let Some((rows, message)) = rows else {
            return Err("the answer has no list of rows".to_owned());
        };
        for field in self.output {
            if field.name == rows.name {
                continue;
            }
            // A number of another width would have to be checked for nothing.
            let is_page = is_count(field) && by_number.is_some_and(|page| page.ty == field.ty);
            let place = if by_key && is_one(field, NEXT) && self.is_token(field) {
                &mut shown.next
            } else if is_one(field, TOTALS) && is_count(field) {
                &mut shown.total
            } else if is_one(field, SIZES) && is_count(field) {
                &mut shown.size
            } else if is_one(field, PAGES) && is_page {
                &mut shown.page
            } else if is_one(field, &["next_page"]) && is_page {
                &mut shown.next_page
            } else if is_one(field, MORE) && is_flag(field) {
                &mut shown.more
            } else {
                return Err(format!("nothing fills the answer's `{}`", field.name));
            };
            if let Some(first) = place.replace(field.name.clone()) {
                let both = format!("`{first}` and `{}`", field.name);
                return Err(format!("the answer's {both} are the same"));
            }
        }
        let row = RowField {
            name: rows.name.clone(),
            message: message.full_name.clone(),
            fields: self.columns(&message.fields)?,
        };
        Ok((row, shown))
    }
}

/// What an answer says beside its rows, by its own fields.
#[derive(Default)]
struct Shown {
    next: Option<String>,
    total: Option<String>,
    page: Option<String>,
    size: Option<String>,
    more: Option<String>,
    next_page: Option<String>,
}

fn is_flag(field: &MessageField) -> bool {
    field.ty == ProtoType::Bool && field.repetition == Repetition::Single && field.oneof.is_none()
}

/// `pageSize` is `page_size`.
fn is_one(field: &MessageField, names: &[&str]) -> bool {
    names.contains(&field.name.to_snake_case().as_str())
}

fn is_count(field: &MessageField) -> bool {
    let is_number = matches!(
        field.ty,
        ProtoType::Int32 | ProtoType::Int64 | ProtoType::Uint32 | ProtoType::Uint64
    );
    is_number && field.repetition == Repetition::Single && field.oneof.is_none()
}
