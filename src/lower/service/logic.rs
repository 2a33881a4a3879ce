//! The user's logic: the steps, then the query that answers the method, or an honest UNIMPLEMENTED.

use crate::lower::layout::{self, is_wide};
use crate::lower::names;
use crate::lower::proto::Message;
use crate::lower::types::{self, convert};
use crate::model::{Column, ColumnDefault, FieldPair, Rpc, RpcMethod, Table, TableOp};
use crate::rust::Init;
use crate::rust::service::{Logic, Step, TableCall};

use super::server::messages;
use super::store::Rows;

pub(super) fn logic(rpc: &Rpc, method: &RpcMethod) -> Logic {
    let name = names::value(&method.name);
    let message = |full_name: &str| Message::of(rpc, full_name).name;
    let (request, response) = (message(&method.input), message(&method.output));
    let table = table_call(rpc, method);
    // A step looks at the request before it is served; a stream has none to look at.
    let steps = if method.client_streaming {
        &[]
    } else {
        method.steps.as_slice()
    };
    let is_read = table.is_some() || !steps.is_empty();
    let unused = if is_read { "" } else { "_" };
    let parameter = if method.client_streaming {
        format!("{unused}requests: Streaming<{request}>")
    } else {
        format!("{unused}req: {request}")
    };
    let answer = if method.server_streaming {
        format!("Replies<{response}, Error>")
    } else {
        response.clone()
    };
    let signature = format!(
        "pub async fn {name}({unused}svc: &ServiceContext, {parameter}) -> Result<{answer}> {{"
    );
    let uses_code = table.as_ref().is_none_or(|table| table.new.is_none());
    let uses_clock = (table.as_ref())
        .and_then(|table| table.new.as_ref())
        .is_some_and(|new| new.contains("unix_now()"));
    let mut imports = messages(rpc, std::iter::once(method));
    imports.add_if(method.client_streaming, "tonic", &["Streaming"]);
    imports.add_if(uses_code, "zgen_rt", &["Code"]);
    imports.add_if(method.server_streaming, "zgen_rt::rpc", &["Replies"]);
    imports.add_if(uses_clock, "zgen_rt::time", &["unix_now"]);
    imports.add_if(!steps.is_empty(), "zgen_rt::trace", &["step"]);
    Logic {
        docs: method.docs.clone(),
        imports: imports.lines(),
        wide: is_wide(0, &signature),
        unused,
        uses_code,
        steps: steps.iter().map(|each| step(each, &request)).collect(),
        table,
        unwritten: layout::unwritten(&method.name),
        name,
        parameter,
        request,
        response,
        answer,
    }
}

fn step(span: &str, request: &str) -> Step {
    let name = names::value(span);
    let call = format!("step(\"{span}\", {name}(svc, &req))");
    let signature =
        format!("async fn {name}(_svc: &ServiceContext, _req: &{request}) -> Result<()> {{");
    Step {
        call: layout::chain(4, 4, &call, &[".await?"], ";"),
        wide: is_wide(0, &signature),
        span: span.to_owned(),
        name,
    }
}

fn table_call(rpc: &Rpc, method: &RpcMethod) -> Option<TableCall> {
    let call = method.call.as_ref()?;
    let table = rpc.tables.iter().find(|table| table.name == call.table)?;
    let input = Message::of(rpc, &method.input);
    let output = Message::of(rpc, &method.output);
    let Rows { row, new: new_row } = Rows::of(rpc, table);
    let variable = names::value(&table.row_name());
    let (new, key) = match &call.op {
        TableOp::Insert { values } => {
            let values: Vec<_> = values
                .iter()
                .filter_map(|pair| inserted(table, &input, pair))
                .collect();
            let new = layout::literal(4, &new_row, &values);
            (Some(new), String::new())
        }
        TableOp::Find { key } => {
            let key: Vec<_> = key
                .iter()
                .filter_map(|pair| argument(table, &input, pair))
                .collect();
            (None, key.join(", "))
        }
    };
    let response: Vec<_> = call
        .response
        .iter()
        .map(|pair| answered(table, &output, &variable, pair))
        .collect();
    let imported = [new.as_ref().map(|_| new_row), Some(row.clone())];
    let imported: Vec<_> = imported.into_iter().flatten().collect();
    Some(TableCall {
        store: names::value(&table.name),
        not_found: format!("{} not found", table.row_name().replace('_', " ")),
        row_key: table
            .primary_key
            .iter()
            .map(|name| row_key(table, &variable, name))
            .collect::<Vec<_>>()
            .join(", "),
        rows: layout::use_of("crate::store", &imported),
        response: layout::literal(4, &output.name, &response),
        row,
        variable,
        new,
        key,
    })
}

fn column_type(column: &Column) -> String {
    types::column(&column.ty, column.nullable)
}

fn inserted(table: &Table, input: &Message<'_>, pair: &FieldPair) -> Option<Init> {
    let column = table.column(&pair.to)?;
    let value = match &pair.from {
        Some(from) => {
            let (name, ty) = input.field(from);
            convert(format!("req.{name}"), &ty, &column_type(column))
        }
        None => filled(column),
    };
    Some(Init {
        name: names::value(&column.name),
        value,
        comment: None,
    })
}

/// What stands in a column that the request does not name.
fn filled(column: &Column) -> String {
    let ty = types::column(&column.ty, false);
    let value = match &column.default {
        Some(ColumnDefault::Text(text)) if ty == "String" => {
            format!("\"{}\".to_owned()", text.escape_default())
        }
        Some(ColumnDefault::Number(number)) if ty.starts_with('f') => {
            if number.contains('.') {
                number.clone()
            } else {
                format!("{number}.0")
            }
        }
        Some(ColumnDefault::Number(number)) if ty == "bool" => (number != "0").to_string(),
        Some(ColumnDefault::Number(number)) if types::is_copy(&ty) => number.clone(),
        Some(ColumnDefault::Bool(value)) => value.to_string(),
        _ if column.nullable => return "None".to_owned(),
        // Created and updated times: seconds since 1970.
        _ if column.default.is_none() && types::is_copy(&ty) => {
            let now = "unix_now()";
            return if ty == "i64" {
                now.to_owned()
            } else {
                format!("{now}.try_into().unwrap_or_default()")
            };
        }
        _ => "Default::default()".to_owned(),
    };
    if column.nullable {
        format!("Some({value})")
    } else {
        value
    }
}

fn argument(table: &Table, input: &Message<'_>, pair: &FieldPair) -> Option<String> {
    let column = table.column(&pair.to)?;
    let (name, from) = input.field(pair.from.as_ref()?);
    let ty = column_type(column);
    let value = format!("req.{name}");
    Some(if types::is_copy(&ty) {
        convert(value, &from, &ty)
    } else {
        format!("&{value}")
    })
}

fn row_key(table: &Table, variable: &str, column: &str) -> String {
    let is_copy = table
        .column(column)
        .is_some_and(|column| types::is_copy(&column_type(column)));
    let value = format!("{variable}.{}", names::value(column));
    if is_copy { value } else { format!("&{value}") }
}

fn answered(table: &Table, output: &Message<'_>, variable: &str, pair: &FieldPair) -> Init {
    let (name, to) = output.field(&pair.to);
    let column = pair.from.as_ref().and_then(|from| table.column(from));
    let value = match column {
        Some(column) => {
            let value = format!("{variable}.{}", names::value(&column.name));
            convert(value, &column_type(column), &to)
        }
        None => "Default::default()".to_owned(),
    };
    Init {
        name,
        value,
        comment: None,
    }
}
