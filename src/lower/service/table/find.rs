//! Rows by their keys.

use std::fmt::Write as _;

use super::{Writer, convert};
use crate::lower::layout::{chain, is_wide};
use crate::lower::names;
use crate::lower::service::store::of_key;
use crate::model::{Column, FieldPair, MessageField, ProtoType};

impl Writer<'_> {
    /// Arguments; what may not fit is checked first, on a line of its own.
    pub(super) fn key(&self, key: &[FieldPair], lines: &mut Vec<String>) -> String {
        let arguments = key.iter().filter_map(|pair| {
            let column = self.table.column(&pair.to)?;
            let (field, value) = self.field(pair.from.as_ref()?)?;
            let argument = Self::argument(field, column, &value);
            Some(if argument.contains('(') {
                let name = self.names.field(column);
                lines.push(format!("let {name} = {argument};"));
                name
            } else {
                argument
            })
        });
        let arguments: Vec<_> = arguments.collect();
        arguments.join(", ")
    }

    /// `find`, or `find_by_email`.
    pub(super) fn finder(&self, columns: &[String]) -> String {
        if columns == self.table.primary_key {
            return "find".to_owned();
        }
        let fields = of_key(self.table, columns);
        let fields: Vec<_> = (fields.iter())
            .map(|column| self.names.field(column).trim_start_matches("r#").to_owned())
            .collect();
        format!("find_by_{}", fields.join("_and_"))
    }

    pub(super) fn missing(&self) -> String {
        let name = self.table.row_name().replace('_', " ");
        format!("Error::new(Code::NotFound, \"{name} not found\")")
    }

    pub(super) fn found(&self, finder: &str, key: &str, needs_row: bool) -> Vec<String> {
        let find = format!(".{finder}({key})");
        let start = "let found = ";
        let links = [".store", self.table_link(), &find, ".await?"];
        vec![
            format!("{start}{};", chain(4, 4 + start.len(), "svc", &links, ";")),
            self.unless_found(needs_row),
        ]
    }

    pub(super) fn unless_found(&self, needs_row: bool) -> String {
        let variable = if needs_row { &self.variable } else { "_" };
        format!(
            "let Some({variable}) = found else {{\n        return Err({});\n    }};",
            self.missing()
        )
    }

    /// By the member of the `oneof` that is there.
    pub(super) fn found_by_any(&self, oneof: &str, keys: &[FieldPair]) -> String {
        let place = self.oneof(oneof);
        let mut out = format!("let found = match req.{} {{\n", names::value(oneof));
        for pair in keys {
            let column = self.table.column(&pair.to);
            let field = pair.from.as_ref().and_then(|name| self.field(name));
            let (Some(column), Some((field, _))) = (column, field) else {
                continue;
            };
            let name = names::value(&field.name);
            let argument = Self::argument(&field.bare(), column, &name);
            let finder = self.finder(std::slice::from_ref(&pair.to));
            let find = format!(".{finder}({argument})");
            let links = [".store", self.table_link(), &find, ".await?"];
            let found = chain(12, 12, "svc", &links, "");
            let pattern = format!("Some({place}::{}({name})) =>", names::ty(&field.name));
            let line = format!("{pattern} {found},");
            if found.contains('\n') || is_wide(8, &line) {
                let _ = writeln!(out, "        {pattern} {{\n            {found}\n        }}");
            } else {
                let _ = writeln!(out, "        {line}");
            }
        }
        let _ = write!(
            out,
            "        None => return Err(field::missing(\"{oneof}\").into()),\n    }};"
        );
        out
    }

    /// `get_order_request::Key`
    pub(super) fn oneof(&self, oneof: &str) -> String {
        let last = self.input.rsplit('.').next().unwrap_or_default();
        format!("{}::{}", names::value(last), names::ty(oneof))
    }

    /// A value of this key's column, as a finder takes it.
    pub(super) fn argument(field: &MessageField, column: &Column, value: &str) -> String {
        let plain = Column {
            nullable: false,
            ..column.clone()
        };
        let written = convert::write(field, &plain, value);
        let is_text = matches!(field.ty, ProtoType::String | ProtoType::Bytes);
        if written == value && is_text {
            format!("&{value}")
        } else {
            written
        }
    }

    /// `.orders`
    pub(super) fn table_link(&self) -> &str {
        self.store.strip_prefix("svc.store").unwrap_or_default()
    }
}
