//! Which table answers an rpc method: `CreateOrder` inserts into `orders`, `GetOrder` reads one row by a key, and so on.
//! Only what matches whole; where a name says so and a field does not fit, the report says which.

mod answer;
mod choose;
mod find;
mod fits;
mod insert;
mod list;
mod named;
mod update;

use std::collections::BTreeMap;

use heck::ToSnakeCase as _;

pub(super) use self::choose::choose;
use crate::diag::{Diagnostic, Report};
use crate::model::{
    FieldPair, Message, MessageField, Repetition, Rpc, RpcMethod, Table, TableCall, TableOp,
    singular,
};

const INSERT: &[&str] = &["create", "add", "insert"];
const FIND: &[&str] = &["get", "find", "query"];
const UPDATE: &[&str] = &["update", "modify", "edit"];
const DELETE: &[&str] = &["delete", "remove", "del"];
const LIST: &[&str] = &["list", "page", "search"];
/// Where it comes last: `UserInfo` as well as `GetUserInfo`.
const ABOUT: &[&str] = &["info", "detail"];

/// Why a method is not answered from the table that its name speaks of.
type Reason = String;

/// Fills [`RpcMethod::call`] of a service that the workspace contains.
pub(super) fn link(rpc: &mut Rpc, report: &mut Report) {
    if !rpc.serve {
        return;
    }
    let spoken = Spoken::of(&rpc.tables);
    let mut answers = Vec::new();
    for service in &rpc.services {
        let mut calls = Vec::new();
        for method in &service.methods {
            calls.push(match call(method, rpc, &spoken) {
                Some(Err(reason)) => {
                    let method = format!("{}/{}", service.full_name, method.name);
                    report.push(mismatch(&method, &reason));
                    None
                }
                Some(Ok(call)) => Some(call),
                None => None,
            });
        }
        answers.push(calls);
    }
    for (service, calls) in rpc.services.iter_mut().zip(answers) {
        service.methods.set_calls(calls.into_iter());
    }
}

fn mismatch(method: &str, reason: &str) -> Diagnostic {
    let message = format!("`{method}` is not answered from its table: {reason}");
    Diagnostic::warning("link/table-mismatch", None, message).help(
        "its logic answers UNIMPLEMENTED until it is written; `docs/data.md` says what matches",
    )
}

/// `None`: the method's name speaks of no table.
fn call(method: &RpcMethod, rpc: &Rpc, spoken: &Spoken) -> Option<Result<TableCall, Reason>> {
    if method.client_streaming || method.server_streaming {
        return None;
    }
    let name = method.name.to_snake_case();
    let (verb, noun) = verb_and_noun(&name)?;
    let table = rpc.tables.get(spoken.table(noun)?)?;
    let ask = Ask {
        rpc,
        table,
        input: request(rpc, &method.input)?,
        output: request(rpc, &method.output)?,
    };
    Some(ask.answered(verb))
}

/// `CreateOrder` as well as `OrderCreate`.
fn verb_and_noun(name: &str) -> Option<(&str, &str)> {
    let is_verb = |verb: &&str| {
        let verbs = [INSERT, FIND, UPDATE, DELETE, LIST];
        verbs.iter().any(|verbs| verbs.contains(verb))
    };
    let first = name.split_once('_').filter(|(verb, _)| is_verb(verb));
    first.or_else(|| {
        let (noun, verb) = name.rsplit_once('_')?;
        match verb {
            _ if is_verb(&verb) => Some((verb, noun)),
            _ if ABOUT.contains(&verb) => Some(("get", noun)),
            _ => None,
        }
    })
}

/// A message of the package, or Google's one without fields.
fn request<'a>(rpc: &'a Rpc, full_name: &str) -> Option<&'a [MessageField]> {
    match full_name {
        "google.protobuf.Empty" => Some(&[]),
        _ => rpc.message(full_name).map(|found| found.fields.as_slice()),
    }
}

/// Which table a noun speaks of: its name or its singular.
struct Spoken {
    /// The first of each name, in snake case.
    names: BTreeMap<String, usize>,
    /// The first whose rows are called so.
    rows: BTreeMap<String, usize>,
}

impl Spoken {
    fn of(tables: &[Table]) -> Self {
        let (mut names, mut rows) = (BTreeMap::new(), BTreeMap::new());
        for (place, table) in tables.iter().enumerate() {
            names.entry(table.label().to_snake_case()).or_insert(place);
            rows.entry(table.row_name()).or_insert(place);
        }
        Self { names, rows }
    }

    /// `GetUserByEmail` and `GetUserList` speak of users, too.
    fn table(&self, noun: &str) -> Option<usize> {
        let noun = noun.split("_by_").next().unwrap_or(noun);
        let bare = ["_list", "_page", "_info", "_detail"]
            .iter()
            .find_map(|end| noun.strip_suffix(end));
        let nouns = [Some(noun), bare].into_iter().flatten();
        let places = nouns.flat_map(|noun| [self.names.get(noun), self.rows.get(&singular(noun))]);
        places.flatten().min().copied()
    }
}

/// A method and the table that it may be about.
struct Ask<'a> {
    rpc: &'a Rpc,
    table: &'a Table,
    input: &'a [MessageField],
    output: &'a [MessageField],
}

impl Ask<'_> {
    fn answered(&self, verb: &str) -> Result<TableCall, Reason> {
        if self.table.primary_key.is_empty() && !INSERT.contains(&verb) {
            return Err(format!("`{}` has no primary key", self.table.name));
        }
        let has_rows = (self.output.iter()).any(|field| field.repetition == Repetition::Repeated);
        if LIST.contains(&verb) || FIND.contains(&verb) && has_rows {
            return self.list();
        }
        let (inside, op) = if INSERT.contains(&verb) {
            self.insert()?
        } else if FIND.contains(&verb) {
            (None, self.find()?)
        } else if UPDATE.contains(&verb) {
            self.update()?
        } else {
            let op = self.delete()?;
            return Ok(self.call(None, op, Vec::new(), None));
        };
        let (response, row) = self.answer()?;
        Ok(self.call(inside, op, response, row))
    }

    fn call(
        &self,
        inside: Option<String>,
        op: TableOp,
        response: Vec<FieldPair>,
        row: Option<crate::model::RowField>,
    ) -> TableCall {
        TableCall {
            table: self.table.name.clone(),
            op,
            inside,
            response,
            row,
        }
    }

    /// The only message among these fields, where it stands for the row: `Order order = 1;`.
    fn nested<'a>(
        &'a self,
        fields: &'a [MessageField],
        repetition: &Repetition,
    ) -> Option<(&'a MessageField, &'a Message)> {
        let mut messages = fields.iter().filter_map(|field| {
            let crate::model::ProtoType::Message(name) = &field.ty else {
                return None;
            };
            let message = self.rpc.message(name)?;
            let is_plain = field.repetition == *repetition && field.oneof.is_none();
            (is_plain && self.column(fields, field).is_none()).then_some((field, message))
        });
        messages.next().filter(|_| messages.next().is_none())
    }
}

/// What is filled, and from what.
fn pair(to: &str, from: Option<&str>) -> FieldPair {
    FieldPair {
        to: to.to_owned(),
        from: from.map(str::to_owned),
    }
}

fn misfit(field: &MessageField) -> Reason {
    format!("the field `{}` does not fit its column", field.name)
}
