//! A page of rows.

use super::{Writer, convert};
use crate::lower::layout::{self, chain};
use crate::lower::names;
use crate::lower::proto::Message;
use crate::model::{ColumnType, FieldPair, ProtoType, RowField, TableOp};
use crate::rust::Init;
use crate::rust::service::{Convert, TableCall};

impl Writer<'_> {
    pub(super) fn list(&self, op: &TableOp, row: Option<&RowField>) -> TableCall {
        let (
            TableOp::List {
                filter,
                size,
                after,
                page,
                next,
                total,
                shown_page,
                shown_size,
                more,
                next_page,
            },
            Some(row),
        ) = (op, row)
        else {
            return self.finish(Vec::new(), &[], &[], None);
        };
        let has_filter = (self.table.columns.iter()).any(|it| self.table.is_filter(&it.name));
        let mut used = vec![self.names.row.clone()];
        let mut lines = Vec::new();
        if has_filter {
            used.push(self.names.filter.clone());
            let filter = self.filter(filter);
            lines.push(format!("let filter = {filter};"));
        }
        let by_number = page.as_deref().and_then(|name| self.field(name));
        if by_number.is_none() {
            lines.push(self.after(after.as_deref()));
        }
        lines.push(match size {
            Some(size) => {
                let size = names::value(size);
                let arguments = format!("req.{size}, PAGE_SIZE, MAX_PAGE_SIZE");
                format!("let limit = field::page_size({arguments});")
            }
            None => "let limit = PAGE_SIZE;".to_owned(),
        });
        let filter = if has_filter { "&filter, " } else { "" };
        // One row more than a page has tells whether another page follows.
        let looks_on = more.is_some() || next_page.is_some();
        let rows = if looks_on { "limit + 1" } else { "limit" };
        let list = match &by_number {
            Some((field, value)) => {
                let is_shown = shown_page.is_some() || next_page.is_some();
                if is_shown {
                    lines.push(format!("let page = {value}.max(1);"));
                }
                let page = if is_shown { "page" } else { value };
                let arguments = format!("\"{}\", {page}, limit, MAX_OFFSET", field.name);
                lines.push(format!("let offset = field::offset({arguments})?;"));
                format!(".page({filter}offset, {rows})")
            }
            None => format!(".list({filter}after, {rows})"),
        };
        let start = if looks_on {
            "let mut rows = "
        } else {
            "let rows = "
        };
        let chained = [".store", self.table_link(), &list, ".await?"];
        let rows = chain(4, 4 + start.len(), "svc", &chained, ";");
        lines.push(format!("{start}{rows};"));
        let mut answer = Vec::new();
        if looks_on {
            lines.push("// The row behind the page only says that there is one.".to_owned());
            lines.push("let has_more = rows.len() > limit as usize;".to_owned());
            lines.push("rows.truncate(limit as usize);".to_owned());
        }
        if let Some(next) = next {
            let value = self.next(next);
            if !looks_on {
                lines.push("// A page that is not full is the last one.".to_owned());
            }
            let is_followed = if looks_on {
                "has_more"
            } else {
                "rows.len() >= limit as usize"
            };
            lines.push(format!("let last = rows.last().filter(|_| {is_followed});"));
            lines.push(format!("let next = {value};"));
            answer.push((next.clone(), "next".to_owned()));
        }
        if let Some(total) = total {
            let filter = if has_filter { "&filter" } else { "" };
            let count = format!("{}.count({filter}).await?", self.store);
            let to =
                (self.output_field(total)).and_then(|it| crate::lower::types::proto_scalar(&it.ty));
            lines.push(format!("let total = {count};"));
            answer.push((
                total.clone(),
                match to {
                    Some("i64") => "total".to_owned(),
                    _ => "column::int(\"count\", total)?".to_owned(),
                },
            ));
        }
        let next_page_value = "if has_more { page + 1 } else { 0 }";
        let shown = [
            (more, "has_more"),
            (shown_page, "page"),
            (next_page, next_page_value),
        ];
        for (name, value) in shown {
            answer.extend(name.iter().map(|name| (name.clone(), value.to_owned())));
        }
        if let Some(size) = shown_size {
            let to = self.output_field(size);
            let to = to.and_then(|it| crate::lower::types::proto_scalar(&it.ty));
            let value = match to {
                Some("u32") => "limit".to_owned(),
                Some(wide @ ("i64" | "u64")) => format!("{wide}::from(limit)"),
                _ => format!("column::int(\"{size}\", limit)?"),
            };
            answer.push((size.clone(), value));
        }
        let collected = "rows.into_iter().map(message).collect::<Result<_>>()?";
        answer.push((row.name.clone(), collected.to_owned()));
        let message = self.rpc.message(self.output);
        let fields = message.iter().flat_map(|message| &message.fields);
        let inits = fields.filter_map(|field| {
            let (_, value) = answer.iter().find(|(name, _)| *name == field.name)?;
            Some(Init {
                name: names::value(&field.name),
                value: value.clone(),
                comment: None,
            })
        });
        let inits: Vec<_> = inits.collect();
        TableCall {
            rows: layout::use_of("crate::store", &used),
            pages: true,
            is_by_number: by_number.is_some(),
            blocks: vec![lines],
            response: self.message(self.output, &inits, 4),
            convert: Some(self.convert(row)),
            labels: Vec::new(),
        }
    }

    fn filter(&self, pairs: &[FieldPair]) -> String {
        let values = pairs.iter().filter_map(|pair| {
            let column = self.table.column(&pair.to)?;
            let (field, value) = self.field(pair.from.as_ref()?)?;
            Some(self.init(column, &convert::condition(field, column, &value)))
        });
        let values: Vec<_> = values.collect();
        let columns = self.table.columns.iter();
        let all = columns.filter(|it| self.table.is_filter(&it.name)).count();
        if values.is_empty() {
            format!("{}::default()", self.names.filter)
        } else {
            super::with_rest(&self.names.filter, &values, values.len() < all)
        }
    }

    fn key_type(&self) -> Option<&ColumnType> {
        let key = self.table.primary_key.first()?;
        self.table.column(key).map(|column| &column.ty)
    }

    fn after(&self, after: Option<&str>) -> String {
        let field = after.and_then(|name| self.field(name));
        let Some((field, value)) = field else {
            return "let after = None;".to_owned();
        };
        let name = &field.name;
        match (&field.ty, self.key_type()) {
            (_, Some(ColumnType::Text)) => {
                format!("let after = (!{value}.is_empty()).then_some({value}.as_str());")
            }
            (ProtoType::String, _) => {
                format!("let after = field::token(\"{name}\", &{value})?;")
            }
            (
                _,
                Some(ColumnType::Int {
                    bits: 64,
                    signed: true,
                }),
            ) => {
                format!("let after = ({value} != 0).then_some({value});")
            }
            _ => format!(
                "let after = ({value} != 0)\n        .then(|| field::int(\"{name}\", {value}))\n        .transpose()?;"
            ),
        }
    }

    fn next(&self, next: &str) -> String {
        let key = self.table.primary_key.first();
        let key = key.and_then(|name| self.table.column(name));
        let member = key.map_or_else(|| "id".to_owned(), |column| self.names.field(column));
        let is_text = (self.output_field(next)).is_some_and(|it| it.ty == ProtoType::String);
        match self.key_type() {
            _ if is_text => {
                format!("last.map_or_else(String::new, |row| row.{member}.to_string())")
            }
            Some(ColumnType::Int {
                bits: 64,
                signed: true,
            }) => {
                format!("last.map_or(0, |row| row.{member})")
            }
            Some(ColumnType::Int { bits: 64, .. }) => format!(
                "match last {{\n        Some(row) => column::int(\"{member}\", row.{member})?,\n        None => 0,\n    }}"
            ),
            _ => format!("last.map_or(0, |row| i64::from(row.{member}))"),
        }
    }

    fn convert(&self, row: &RowField) -> Convert {
        let name = Message::of(self.rpc, &row.message).name;
        let fields = self.answered(&row.message, &row.fields, 8);
        Convert {
            signature: layout::signature(
                "fn message",
                &[format!("{}: {}", self.variable, self.names.row)],
                &format!("Result<{name}>"),
            ),
            body: format!("Ok({})", self.message(&row.message, &fields, 4)),
        }
    }
}
