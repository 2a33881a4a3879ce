//! Logic that is a query: from the request's fields to a row, and from the row to the response.

mod convert;
mod find;
mod labels;
mod list;

use std::fmt::Write as _;

use super::store::{Called, Names};
use crate::lower::layout::{self, literal};
use crate::lower::names;
use crate::lower::proto::Message;
use crate::lower::service::lines;
use crate::model::{
    Column, FieldPair, MessageField, ProtoType, RowField, Rpc, RpcMethod, Table, TableOp,
};
use crate::rust::Init;
use crate::rust::service::TableCall;

pub(super) fn call(rpc: &Rpc, called: &Called<'_>, method: &RpcMethod) -> Option<TableCall> {
    let call = method.call.as_ref()?;
    let table = called.table(&call.table)?;
    let inside = call.inside.as_deref();
    let subject = match inside {
        None => rpc.message(&method.input),
        Some(name) => {
            let outer = rpc.message(&method.input)?;
            let field = outer.fields.iter().find(|field| field.name == name)?;
            match &field.ty {
                ProtoType::Message(name) => rpc.message(name),
                _ => None,
            }
        }
    };
    let names = Names::of(called, table);
    let writer = Writer {
        rpc,
        table,
        fields: subject.map_or(&[], |message| &message.fields),
        input: &method.input,
        output: &method.output,
        of: if inside.is_some() { "given" } else { "req" },
        store: format!("svc.store.{}", names.module),
        variable: names::value(&table.row_name()),
        names,
    };
    let mut made = writer.call(&call.op, &call.response, call.row.as_ref());
    if let (Some(name), Some(first)) = (inside, made.blocks.first_mut()) {
        let given = format!(
            "let given = req.{}.unwrap_or_default();",
            names::value(name)
        );
        first.insert(0, given);
    }
    let convert = made.convert.iter().map(|convert| convert.body.as_str());
    let texts = (made.blocks.iter().flatten().map(String::as_str))
        .chain([made.response.as_str()])
        .chain(convert);
    let texts: Vec<_> = texts.collect();
    made.labels = labels::mentioned(rpc, table, &texts);
    Some(made)
}

/// What the statements are made of.
struct Writer<'a> {
    rpc: &'a Rpc,
    table: &'a Table,
    names: Names,
    /// Of the request, or of the message in it that holds the columns.
    fields: &'a [MessageField],
    /// Full name of the request.
    input: &'a str,
    /// Full name of the response.
    output: &'a str,
    /// The variable with these fields.
    of: &'static str,
    /// `svc.store.orders`
    store: String,
    /// Of the row.
    variable: String,
}

impl Writer<'_> {
    fn call(&self, op: &TableOp, response: &[FieldPair], row: Option<&RowField>) -> TableCall {
        let (mut lines, mut used) = (Vec::new(), vec![]);
        let needs_row = !response.is_empty() || row.is_some();
        match op {
            TableOp::Insert { values } => {
                let values: Vec<_> = values.iter().filter_map(|it| self.inserted(it)).collect();
                lines.push(format!(
                    "let new = {};",
                    literal(4, &self.names.new, &values)
                ));
                lines.push(format!(
                    "{}{}.insert(new).await?;",
                    self.bound(needs_row),
                    self.store
                ));
                used.push(self.names.new.clone());
            }
            TableOp::Find { key } => {
                let columns = key.iter().map(|pair| pair.to.clone());
                let finder = self.finder(&columns.collect::<Vec<_>>());
                let key = self.key(key, &mut lines);
                lines.extend(self.found(&finder, &key, needs_row));
            }
            TableOp::FindBy { oneof, keys } => {
                lines.push(self.found_by_any(oneof, keys));
                lines.push(self.unless_found(needs_row));
            }
            TableOp::Update {
                key,
                changes,
                mask,
                version,
            } => {
                let key = self.key(key, &mut lines);
                lines.extend(self.changed(&key, changes, mask.as_deref(), version.as_deref()));
                used.push(self.names.changes.clone());
                if needs_row {
                    let mut blocks = vec![lines];
                    blocks.push(self.found("find", &key, true));
                    return self.finish(blocks, &used, response, row);
                }
            }
            TableOp::Delete { key, done } => {
                let key = self.key(key, &mut lines);
                lines.push(self.refused(&format!("delete({key})"), &self.missing()));
                let mut made = self.finish(vec![lines], &used, &[], None);
                if let Some(done) = done {
                    let done = Init {
                        name: names::value(done),
                        value: "true".to_owned(),
                        comment: None,
                    };
                    made.response = self.message(self.output, &[done], 4);
                }
                return made;
            }
            TableOp::List { .. } => return self.list(op, row),
        }
        self.finish(vec![lines], &used, response, row)
    }

    fn finish(
        &self,
        blocks: Vec<Vec<String>>,
        used: &[String],
        response: &[FieldPair],
        row: Option<&RowField>,
    ) -> TableCall {
        let response = match row {
            None => {
                let fields = self.answered(self.output, response, 8);
                self.message(self.output, &fields, 4)
            }
            Some(row) => {
                let fields = self.answered(&row.message, &row.fields, 12);
                let inner = self.message(&row.message, &fields, 8);
                let field = Init {
                    name: names::value(&row.name),
                    value: format!("Some({inner})"),
                    comment: None,
                };
                self.message(self.output, &[field], 4)
            }
        };
        TableCall {
            rows: layout::use_of("crate::store", used),
            pages: false,
            is_by_number: false,
            blocks,
            response,
            convert: None,
            labels: Vec::new(),
        }
    }

    fn message(&self, full_name: &str, fields: &[Init], indent: usize) -> String {
        let name = Message::of(self.rpc, full_name).name;
        if name == "()" {
            return name;
        }
        literal(indent, &name, fields)
    }

    fn bound(&self, needs_row: bool) -> String {
        if needs_row {
            format!("let {} = ", self.variable)
        } else {
            String::new()
        }
    }

    fn field(&self, name: &str) -> Option<(&MessageField, String)> {
        let field = self.fields.iter().find(|field| field.name == name)?;
        Some((field, format!("{}.{}", self.of, names::value(name))))
    }

    fn inserted(&self, pair: &FieldPair) -> Option<Init> {
        let column = self.table.column(&pair.to)?;
        let value = match &pair.from {
            Some(from) => {
                let (field, value) = self.field(from)?;
                convert::write(field, column, &value)
            }
            None => convert::filled(column),
        };
        Some(self.init(column, &value))
    }

    fn init(&self, column: &Column, value: &str) -> Init {
        let name = self.names.field(column);
        Init {
            value: lines::value(8, 10 + name.len(), value),
            name,
            comment: None,
        }
    }

    /// `if !.. { return Err(..); }`
    fn refused(&self, call: &str, error: &str) -> String {
        format!(
            "if !{}.{call}.await? {{\n        return Err({error});\n    }}",
            self.store
        )
    }

    fn changed(
        &self,
        key: &str,
        changes: &[FieldPair],
        mask: Option<&str>,
        version: Option<&str>,
    ) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(mask) = mask {
            let mask = names::value(mask);
            lines.push(format!("let mask = req.{mask}.unwrap_or_default().paths;"));
            lines.push(
                "let has = |name: &str| mask.is_empty() || mask.iter().any(|path| path == name);"
                    .to_owned(),
            );
        }
        let values = changes.iter().filter_map(|pair| {
            let column = self.table.column(&pair.to)?;
            let value = match &pair.from {
                None => {
                    let now = Column {
                        default: None,
                        nullable: false,
                        ..column.clone()
                    };
                    let now = convert::filled(&now);
                    if column.nullable {
                        format!("Some(Some({now}))")
                    } else {
                        format!("Some({now})")
                    }
                }
                Some(from) => {
                    let (field, value) = self.field(from)?;
                    let hoisted = convert::hoisted(field, column, &value);
                    if let Some(hoisted) = hoisted.filter(|_| mask.is_some()) {
                        let name = self.names.field(column);
                        let value = lines::value(4, 11 + name.len(), &hoisted);
                        lines.push(format!("let {name} = {value};"));
                        format!("has(\"{}\").then_some({name})", field.name)
                    } else if mask.is_some() {
                        convert::masked(field, column, &value)
                    } else {
                        convert::change(field, column, &value)
                    }
                }
            };
            Some(self.init(column, &value))
        });
        let mut values: Vec<_> = values.collect();
        let column = self.table.version.as_deref();
        let column = column.and_then(|name| self.table.column(name));
        let versioned = version.and_then(|name| Some((column?, self.field(name)?)));
        if let Some((column, (field, value))) = versioned {
            let value = format!("Some({})", convert::write(field, column, &value));
            values.push(self.init(column, &value));
        }
        let all = super::store::changes_of(self.table);
        lines.push(format!(
            "let changes = {};",
            with_rest(&self.names.changes, &values, values.len() < all)
        ));
        let arguments = format!("change({key}, changes)");
        if version.is_none() {
            lines.push(self.refused(&arguments, &self.missing()));
        } else {
            let name = self.table.row_name().replace('_', " ");
            lines.push(format!(
                "if !{store}.{arguments}.await? {{\n        \
                 return Err(match {store}.find({key}).await? {{\n            \
                 Some(_) => Error::new(Code::Aborted, \"{name} has changed since it was read\"),\n            \
                 None => {missing},\n        }});\n    }}",
                store = self.store,
                missing = self.missing()
            ));
        }
        lines
    }

    /// Members of a message on lines that are indented by `indent`.
    fn answered(&self, message: &str, pairs: &[FieldPair], indent: usize) -> Vec<Init> {
        let message = self.rpc.message(message);
        let fields = message.map_or(&[][..], |message| &message.fields);
        let inits = pairs.iter().filter_map(|pair| {
            let field = fields.iter().find(|field| field.name == pair.to)?;
            let column = self.table.column(pair.from.as_ref()?)?;
            let value = format!("{}.{}", self.variable, self.names.field(column));
            let name = names::value(&field.name);
            let value = convert::read(field, column, &value);
            Some(Init {
                value: lines::value(indent, indent + 2 + name.len(), &value),
                name,
                comment: None,
            })
        });
        inits.collect()
    }

    fn output_field(&self, name: &str) -> Option<&MessageField> {
        let fields = &self.rpc.message(self.output)?.fields;
        fields.iter().find(|field| field.name == name)
    }
}

/// A struct literal whose other members are as by default.
fn with_rest(ty: &str, values: &[Init], has_rest: bool) -> String {
    if !has_rest {
        return literal(4, ty, values);
    }
    let mut out = format!("{ty} {{\n");
    for value in values {
        let line = if value.name == value.value {
            value.name.clone()
        } else {
            format!("{}: {}", value.name, value.value)
        };
        let _ = writeln!(out, "        {line},");
    }
    out.push_str("        ..Default::default()\n    }");
    out
}
