//! Which table answers an rpc method: `CreateOrder` inserts into `orders`, `GetOrder` reads one row by its key.

use heck::ToSnakeCase as _;

use crate::analyze::link::widens;
use crate::model::{
    Column, ColumnType, FieldPair, Message, MessageField, ProtoType, Repetition, Rpc, RpcMethod,
    Table, TableCall, TableOp,
};

const INSERT: &[&str] = &["create", "add", "insert"];
const FIND: &[&str] = &["get", "find", "query"];

/// Columns that the clock fills, as go-zero's model generator ignores them, and their cousins.
const CLOCK: &[&str] = &[
    "created_at",
    "create_at",
    "create_time",
    "created_time",
    "gmt_create",
    "updated_at",
    "update_at",
    "update_time",
    "updated_time",
    "gmt_modified",
];

/// Fills [`RpcMethod::call`] of a service that the workspace contains.
pub(super) fn link(rpc: &mut Rpc) {
    if !rpc.serve {
        return;
    }
    let mut calls = Vec::new();
    for method in rpc.services.iter().flat_map(|service| &service.methods) {
        calls.push(call(method, rpc));
    }
    let methods = rpc
        .services
        .iter_mut()
        .flat_map(|service| &mut service.methods);
    for (method, call) in methods.zip(calls) {
        method.call = call;
    }
}

fn call(method: &RpcMethod, rpc: &Rpc) -> Option<TableCall> {
    if method.client_streaming || method.server_streaming {
        return None;
    }
    let name = method.name.to_snake_case();
    let (verb, noun) = name.split_once('_')?;
    let table = rpc.tables.iter().find(|table| is_called(table, noun))?;
    let input = rpc.message(&method.input)?;
    let op = if INSERT.contains(&verb) {
        insert(table, input)?
    } else if FIND.contains(&verb) {
        find(table, input)?
    } else {
        return None;
    };
    Some(TableCall {
        table: table.name.clone(),
        op,
        response: response(table, rpc.message(&method.output)?)?,
    })
}

/// The table's name or its singular.
fn is_called(table: &Table, noun: &str) -> bool {
    let name = table.name.to_snake_case();
    name == noun || table.row_name() == noun
}

fn insert(table: &Table, input: &Message) -> Option<TableOp> {
    let columns = table.columns.iter().filter(|column| !column.auto_increment);
    let values = columns.map(|column| {
        let from = match field(input, &column.name) {
            Some(field) if fits(&field.ty, &column.ty, Direction::Write) => {
                Some(field.name.clone())
            }
            None if fills_itself(column) => None,
            _ => return None,
        };
        Some(FieldPair {
            to: column.name.clone(),
            from,
        })
    });
    let values: Vec<FieldPair> = values.collect::<Option<_>>()?;
    // A method that sets nothing of the table means something else.
    let sets_any = values.iter().any(|pair| pair.from.is_some());
    sets_any.then_some(TableOp::Insert { values })
}

fn fills_itself(column: &Column) -> bool {
    column.nullable
        || column.default.is_some()
        || (CLOCK.contains(&column.name.to_snake_case().as_str()) && column.ty.is_clock())
}

fn find(table: &Table, input: &Message) -> Option<TableOp> {
    let key = table.primary_key.iter().map(|name| {
        let column = table.column(name)?;
        let field = field(input, name)?;
        fits(&field.ty, &column.ty, Direction::Write).then(|| FieldPair {
            to: name.clone(),
            from: Some(field.name.clone()),
        })
    });
    let key: Vec<FieldPair> = key.collect::<Option<_>>()?;
    // A further field would be a condition that is not checked.
    (!key.is_empty() && input.fields.len() == key.len()).then_some(TableOp::Find { key })
}

fn response(table: &Table, output: &Message) -> Option<Vec<FieldPair>> {
    let pairs = output.fields.iter().map(|field| {
        let column = table.column(&field.name)?;
        let plain = field.repetition == Repetition::Single && field.oneof.is_none();
        (plain && !column.nullable && fits(&field.ty, &column.ty, Direction::Read)).then(|| {
            FieldPair {
                to: field.name.clone(),
                from: Some(column.name.clone()),
            }
        })
    });
    pairs.collect()
}

fn field<'a>(message: &'a Message, name: &str) -> Option<&'a MessageField> {
    let mut fields = message.fields.iter();
    fields.find(|field| {
        field.name == name && field.repetition == Repetition::Single && field.oneof.is_none()
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// Message to column.
    Write,
    /// Column to message.
    Read,
}

/// Whether every value of one is a value of the other.
fn fits(field: &ProtoType, column: &ColumnType, direction: Direction) -> bool {
    let int = match field {
        ProtoType::Int32 => Some((32, true)),
        ProtoType::Int64 => Some((64, true)),
        ProtoType::Uint32 => Some((32, false)),
        ProtoType::Uint64 => Some((64, false)),
        _ => None,
    };
    match (field, column) {
        (ProtoType::Bool, ColumnType::Bool)
        | (ProtoType::String, ColumnType::Text)
        | (ProtoType::Bytes, ColumnType::Bytes) => true,
        (ProtoType::Double, ColumnType::Float { bits }) => {
            *bits == 64 || direction == Direction::Read
        }
        (ProtoType::Float, ColumnType::Float { bits }) => {
            *bits == 32 || direction == Direction::Write
        }
        (_, ColumnType::Int { bits, signed }) => int.is_some_and(|int| match direction {
            Direction::Write => widens(int, (*bits, *signed)),
            Direction::Read => widens((*bits, *signed), int),
        }),
        _ => false,
    }
}
