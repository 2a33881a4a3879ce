//! The fields of a struct literal that is filled from the other side.

use crate::lower::gateway::Gateway;
use crate::lower::gateway::types::member_type;
use crate::lower::proto::Place;
use crate::lower::{layout, names};
use crate::model::{
    Direction, Field, FieldLink, Message, MessageField, Repetition, Rpc, Struct, Type,
};
use crate::rust::Init;

use super::names::Names;
use super::step::{At, Step, chain_of};

const NO_PARTNER: &str = "The other side has no field of this name.";

/// A literal in the making.
pub(super) struct Filling<'a> {
    pub(super) gateway: &'a Gateway<'a>,
    pub(super) rpc: &'a Rpc,
    pub(super) names: &'a Names<'a>,
    /// What the fields are read from.
    pub(super) variable: &'a str,
    /// Of the literal's fields.
    pub(super) indent: usize,
}

/// A body's field as Rust has it.
struct Member<'a> {
    ty: &'a Type,
    name: String,
    optional: bool,
    boxed: bool,
}

impl Filling<'_> {
    /// The fields of a message, filled from a body, if there is one.
    pub(super) fn message(
        &self,
        message: &Message,
        body: Option<&Struct>,
        links: &[FieldLink],
    ) -> (Vec<String>, Vec<Init>) {
        let mut out = Vec::new();
        let mut statements = Vec::new();
        let mut oneofs: Vec<&str> = Vec::new();
        for field in &message.fields {
            match &field.oneof {
                None => {
                    let link = links.iter().find(|link| link.to == field.name);
                    out.push(self.message_field(field, body, link));
                }
                Some(oneof) if !oneofs.contains(&oneof.as_str()) => {
                    oneofs.push(oneof);
                    let (before, field) = self.oneof(message, oneof, body, links);
                    statements.extend(before);
                    out.push(field);
                }
                Some(_) => {}
            }
        }
        uses_first(&mut statements);
        (statements, out)
    }

    fn message_field(
        &self,
        field: &MessageField,
        body: Option<&Struct>,
        link: Option<&FieldLink>,
    ) -> Init {
        let name = names::value(&field.name);
        let found = link
            .zip(body)
            .and_then(|(link, body)| Some((link, self.member(body, link.from.as_ref()?)?)));
        let Some((link, (member, wire))) = found else {
            return unfilled(name);
        };
        let step =
            self.at(Direction::ToMessage)
                .field(&link.conversion, member.ty, field, member.boxed);
        let value = self.value(
            &name,
            &[self.variable, &member.name].join("."),
            (member.optional, is_optional(field)),
            &step,
            &wire,
        );
        filled(name, value)
    }

    /// At most one member of several: statements in front of the literal, and its field.
    fn oneof(
        &self,
        message: &Message,
        oneof: &str,
        body: Option<&Struct>,
        links: &[FieldLink],
    ) -> (Vec<String>, Init) {
        let name = names::value(oneof);
        let place = oneof_place(self.rpc, message, oneof);
        let mut members = Vec::new();
        for field in of_oneof(message, oneof) {
            let link = links.iter().find(|link| link.to == field.name);
            let found = link
                .zip(body)
                .and_then(|(link, body)| Some((link, self.member(body, link.from.as_ref()?)?)));
            let Some((link, (member, wire))) = found else {
                continue;
            };
            let at = self.at(Direction::ToMessage);
            let step = at.field(&link.conversion, member.ty, field, member.boxed);
            let source = format!("{}.{}", self.variable, member.name);
            let variant = format!("{}::{}", place.name, names::ty(&field.name));
            members.push((member.name, wire, source, step, variant));
        }
        if members.is_empty() {
            return (Vec::new(), unfilled(name));
        }
        let inner = Filling {
            indent: self.indent - 4,
            ..*self
        };
        let mut statements = vec![format!("use {};\n", self.names.place(self.rpc, &place))];
        let mut values = Vec::new();
        for (field, wire, source, step, variant) in members {
            let source = if matches!(step, Step::Same) {
                source
            } else {
                let (head, links) = inner.chain(&source, true, &step, &wire);
                let column = inner.indent + 7 + field.chars().count();
                let value = inner.layout(column, &head, &links, ";");
                statements.push(format!("let {field} = {value};"));
                field
            };
            values.push((wire, format!("{source}.map({variant})")));
        }
        let value = match values.as_slice() {
            [(_, only)] => only.clone(),
            several => {
                let tab = " ".repeat(self.indent);
                let rows = several.iter();
                let rows = rows.map(|(wire, value)| format!("{tab}(\"{wire}\", {value}),\n"));
                let rows: String = rows.collect();
                let end = " ".repeat(inner.indent);
                format!("convert::one_of([\n{rows}{end}])?")
            }
        };
        statements.push(format!("let {name} = {value};"));
        (statements, filled(name.clone(), name))
    }

    /// The fields of a body, filled from a message; before them statements that take its `oneof`s apart.
    pub(super) fn body(
        &self,
        body: &Struct,
        message: &Message,
        links: &[FieldLink],
    ) -> (Vec<String>, Vec<Init>) {
        let mut out = Vec::new();
        let mut read: Vec<&MessageField> = Vec::new();
        for field in &body.fields {
            let name = self.gateway.scope.field(body, field);
            let link = links.iter().find(|link| link.to == field.name);
            let from = link.and_then(|link| {
                let from = link.from.as_ref()?;
                Some((link, message.fields.iter().find(|each| each.name == *from)?))
            });
            let Some((link, from)) = from else {
                out.push(unfilled(name));
                continue;
            };
            let member = self.describe(body, field);
            let step =
                self.at(Direction::ToBody)
                    .field(&link.conversion, member.ty, from, member.boxed);
            let variable = names::value(&from.name);
            let source = if from.oneof.is_some() {
                read.push(from);
                variable
            } else {
                format!("{}.{variable}", self.variable)
            };
            let is_there = (is_optional(from) || from.oneof.is_some(), member.optional);
            let value = self.value(&name, &source, is_there, &step, &from.name);
            out.push(filled(name, value));
        }
        (self.take_apart(message, &read), out)
    }

    /// `let mut card = None;` for each member that is read, and the `match` that finds the one that is there.
    fn take_apart(&self, message: &Message, read: &[&MessageField]) -> Vec<String> {
        let mut oneofs: Vec<&str> = Vec::new();
        for oneof in read.iter().filter_map(|field| field.oneof.as_deref()) {
            if !oneofs.contains(&oneof) {
                oneofs.push(oneof);
            }
        }
        let tab = " ".repeat(self.indent - 4);
        let mut out = Vec::new();
        for oneof in oneofs {
            let place = oneof_place(self.rpc, message, oneof);
            let ty = &place.name;
            let source = format!("{}.{}", self.variable, names::value(oneof));
            let all = of_oneof(message, oneof).count();
            let members = of_oneof(message, oneof).filter(|field| {
                let mut read = read.iter();
                read.any(|each| each.name == field.name)
            });
            let members: Vec<_> = members.collect();
            let variant =
                |field: &MessageField| format!("Some({ty}::{}(value))", names::ty(&field.name));
            let rest = if members.len() == all { "None" } else { "_" };
            out.push(format!("use {};\n", self.names.place(self.rpc, &place)));
            if let [only] = members.as_slice() {
                let name = names::value(&only.name);
                let arms = format!(
                    "{tab}    {} => Some(value),\n{tab}    {rest} => None,\n",
                    variant(only)
                );
                out.push(format!("let {name} = match {source} {{\n{arms}{tab}}};"));
                continue;
            }
            let mut arms = String::new();
            for field in &members {
                let name = names::value(&field.name);
                out.push(format!("let mut {name} = None;"));
                let arm = format!("{tab}    {} => {name} = Some(value),\n", variant(field));
                arms.push_str(&arm);
            }
            out.push(format!(
                "match {source} {{\n{arms}{tab}    {rest} => {{}}\n{tab}}}"
            ));
        }
        uses_first(&mut out);
        out
    }

    /// The expression for one field; `there`: whether either side's value may be absent.
    fn value(
        &self,
        name: &str,
        source: &str,
        there: (bool, bool),
        step: &Step,
        wire: &str,
    ) -> String {
        let column = self.indent + name.chars().count() + 2;
        let (head, mut links) = self.chain(source, there.0, step, wire);
        if there == (true, false) {
            links.push(".unwrap_or_default()".to_owned());
        }
        if there == (false, true) {
            return format!("Some({})", self.layout(column + 5, &head, &links, "),"));
        }
        self.layout(column, &head, &links, ",")
    }

    /// What is done to a value, or to one that may be absent.
    fn chain(
        &self,
        source: &str,
        optional: bool,
        step: &Step,
        wire: &str,
    ) -> (String, Vec<String>) {
        let at = format!(".at(\"{}\")?", wire.escape_default());
        match (optional, step) {
            (_, Step::Same) => chain_of(source),
            (false, Step::Sure(call)) => call.chain(source, self.indent),
            (false, Step::Checked(call)) => with(call.chain(source, self.indent), vec![at]),
            (true, Step::Sure(call)) => {
                with(chain_of(source), vec![format!(".map({})", call.mapped)])
            }
            (true, Step::Checked(call)) => {
                let map = format!(".map({})", call.mapped);
                with(chain_of(source), vec![map, ".transpose()".to_owned(), at])
            }
        }
    }

    fn layout(&self, column: usize, head: &str, links: &[String], tail: &str) -> String {
        if head.contains('\n') {
            // Below a call that takes several lines, at its own indentation.
            let line = format!("\n{}", " ".repeat(self.indent));
            return links
                .iter()
                .fold(head.to_owned(), |text, link| text + &line + link);
        }
        let links: Vec<_> = links.iter().map(String::as_str).collect();
        layout::chain(self.indent, column, head, &links, tail)
    }

    fn at(&self, direction: Direction) -> At<'_> {
        At {
            gateway: self.gateway,
            rpc: self.rpc,
            names: self.names,
            direction,
        }
    }

    /// A body's field, and its name on the wire.
    fn member<'b>(&self, body: &'b Struct, name: &str) -> Option<(Member<'b>, String)> {
        let field = body.fields.iter().find(|field| field.name == name)?;
        Some((self.describe(body, field), field.wire.clone()))
    }

    fn describe<'b>(&self, body: &Struct, field: &'b Field) -> Member<'b> {
        let ty = member_type(self.gateway, body, field);
        Member {
            ty: match &field.ty {
                Type::Pointer(inner) => inner,
                other => other,
            },
            name: self.gateway.scope.field(body, field),
            optional: ty.starts_with("Option<"),
            boxed: ty.contains("Box<"),
        }
    }
}

fn of_oneof<'m>(message: &'m Message, oneof: &str) -> impl Iterator<Item = &'m MessageField> {
    let fields = message.fields.iter();
    fields.filter(move |field| field.oneof.as_deref() == Some(oneof))
}

/// `use` lines stand above all others, with one blank line below.
fn uses_first(statements: &mut [String]) {
    let is_use = |line: &String| line.starts_with("use ");
    statements.sort_by_key(|line| !is_use(line));
    let uses = statements.iter().filter(|line| is_use(line)).count();
    for line in statements.iter_mut().take(uses.saturating_sub(1)) {
        line.truncate(line.trim_end().len());
    }
}

/// prost has an `Option` for proto3 `optional` and for messages.
fn is_optional(field: &MessageField) -> bool {
    field.repetition == Repetition::Optional && field.oneof.is_none()
}

/// The enum of a `oneof`, in the module of its message.
fn oneof_place(rpc: &Rpc, message: &Message, oneof: &str) -> Place {
    let mut place = Place::of_message(rpc, &message.full_name);
    place.outer.push(names::value(&message.name));
    place.name = names::ty(oneof);
    place
}

fn with((head, mut links): (String, Vec<String>), more: Vec<String>) -> (String, Vec<String>) {
    links.extend(more);
    (head, links)
}

fn filled(name: String, value: String) -> Init {
    Init {
        name,
        value,
        comment: None,
    }
}

fn unfilled(name: String) -> Init {
    Init {
        name,
        value: "Default::default()".to_owned(),
        comment: Some(NO_PARTNER.to_owned()),
    }
}
