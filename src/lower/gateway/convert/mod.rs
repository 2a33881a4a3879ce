//! Declared types and messages, one made from the other: `generated/convert.rs`, and the short form of flat ones that
//! stands in the logic itself.

mod fields;
mod names;
mod step;

use self::fields::Filling;
use self::names::Names;
use super::Gateway;
use crate::lower::layout;
use crate::lower::proto::Place;
use crate::model::{
    Conversion, Direction, FieldLink, Message, Route, RouteCall, Rpc, Struct, Type, TypeLink,
};
use crate::rust::Init;
use crate::rust::gateway::{Conversions, TypeConversion};

impl<'a> Gateway<'a> {
    pub(super) fn link(
        &self,
        direction: Direction,
        rpc: &str,
        body: &str,
        message: &str,
    ) -> Option<&'a TypeLink> {
        self.model.links.iter().find(|link| {
            link.direction == direction
                && link.rpc == rpc
                && link.body == body
                && link.message == message
        })
    }

    fn rpc(&self, name: &str) -> Option<&'a Rpc> {
        self.system.rpcs.iter().find(|rpc| rpc.name == name)
    }
}

/// Whether each value is the other side's as it is, or wider: then the fields read well where they are needed.
pub(super) fn is_flat(links: &[FieldLink], message: Option<&Message>) -> bool {
    let is_plain =
        |link: &FieldLink| matches!(link.conversion, Conversion::Same | Conversion::Widen);
    let fields = || message.iter().flat_map(|message| &message.fields);
    let of_oneof = |link: &&FieldLink| {
        fields().any(|field| {
            let is_linked = field.name == link.to && link.from.is_some()
                || link.from.as_ref() == Some(&field.name);
            is_linked && field.oneof.is_some()
        })
    };
    links.iter().all(is_plain)
        && !links.iter().any(|link| of_oneof(&link))
        && !fields().any(|field| field.deprecated)
}

/// The fields of a message or a body in the logic.
pub(super) fn flat_message(
    gateway: &Gateway<'_>,
    rpc: &Rpc,
    message: Option<&Message>,
    body: Option<&Struct>,
    links: &[FieldLink],
) -> Vec<Init> {
    let names = Names::new(&gateway.scope);
    let filling = Filling {
        gateway,
        rpc,
        names: &names,
        variable: "req",
        indent: 8,
    };
    let message = message.map(|message| filling.message(message, body, links).1);
    message.unwrap_or_default()
}

/// The same on the way back.
pub(super) fn flat_body(
    gateway: &Gateway<'_>,
    rpc: &Rpc,
    body: &Struct,
    message: &Message,
    links: &[FieldLink],
) -> Vec<Init> {
    let names = Names::new(&gateway.scope);
    let filling = Filling {
        gateway,
        rpc,
        names: &names,
        variable: "reply",
        indent: 8,
    };
    filling.body(body, message, links).1
}

/// `None` where every call is flat.
pub(super) fn conversions(gateway: &Gateway<'_>) -> Option<Conversions> {
    let names = Names::new(&gateway.scope);
    let needed = needed(gateway);
    let impls: Vec<_> = (needed.iter())
        .filter_map(|link| conversion(gateway, &names, link))
        .collect();
    if impls.is_empty() {
        return None;
    }
    let text: String = impls.iter().map(TypeConversion::text).collect();
    let mut outer = names.uses();
    let mut convert = Vec::new();
    if text.contains("convert::") {
        convert.push("self".to_owned());
    }
    if text.contains(".at(\"") {
        convert.push("At as _".to_owned());
    }
    outer.extend(layout::use_of("zgen_rt::convert", &convert));
    if text.contains("Refusal") {
        outer.extend(layout::use_of("zgen_rt::http", &["Refusal".to_owned()]));
    }
    let own = layout::uses(&[("super", &["types"])]);
    Some(Conversions {
        source: gateway.model.file.clone(),
        uses: vec![layout::sorted(outer), own],
        impls,
    })
}

/// The pairs of calls that are not flat, and what those lead to.
fn needed<'a>(gateway: &Gateway<'a>) -> Vec<&'a TypeLink> {
    let mut open: Vec<&TypeLink> = Vec::new();
    for route in gateway.model.groups.iter().flat_map(|group| &group.routes) {
        let Some(call) = super::call::linked(gateway, route) else {
            continue;
        };
        let Some((rpc, method)) = super::call::callee(gateway, call) else {
            continue;
        };
        for (direction, ty, message, links) in [
            (
                Direction::ToMessage,
                &route.request,
                &method.input,
                &call.request,
            ),
            (
                Direction::ToBody,
                &route.response,
                &method.output,
                &call.response,
            ),
        ] {
            if is_flat(links, rpc.message(message)) {
                continue;
            }
            let body = ty.as_ref().and_then(named);
            open.extend(body.and_then(|body| gateway.link(direction, &rpc.name, body, message)));
        }
    }
    let mut found: Vec<&TypeLink> = Vec::new();
    while let Some(next) = open.pop() {
        if found.iter().any(|known| std::ptr::eq(*known, next)) {
            continue;
        }
        found.push(next);
        for field in &next.fields {
            if let Some((body, message)) = inside(&field.conversion) {
                open.extend(gateway.link(next.direction, &next.rpc, body, message));
            }
        }
    }
    let order = |link: &TypeLink| {
        let mut links = gateway.model.links.iter();
        links.position(|known| std::ptr::eq(known, link))
    };
    found.sort_by_key(|link| order(link));
    found
}

/// The name of a body's type.
pub(super) fn named(ty: &Type) -> Option<&str> {
    match ty {
        Type::Named(name) => Some(name),
        Type::Pointer(inner) => named(inner),
        _ => None,
    }
}

fn inside(conversion: &Conversion) -> Option<(&str, &str)> {
    match conversion {
        Conversion::Type { body, message } => Some((body, message)),
        Conversion::List { item, .. }
        | Conversion::Array(item)
        | Conversion::Map(item)
        | Conversion::KeyedMap(item) => inside(item),
        _ => None,
    }
}

fn conversion(gateway: &Gateway<'_>, names: &Names<'_>, link: &TypeLink) -> Option<TypeConversion> {
    let rpc = gateway.rpc(&link.rpc)?;
    let message = rpc.message(&link.message)?;
    let body = gateway.scope.find(&link.body)?;
    let body_path = names.body(&link.body);
    let message_path = names.place(rpc, &Place::of_message(rpc, &link.message));
    let is_out = link.direction == Direction::ToMessage;
    let (variable, from, to) = if is_out {
        ("body", body_path, message_path)
    } else {
        ("message", message_path, body_path)
    };
    let filling = Filling {
        gateway,
        rpc,
        names,
        variable,
        indent: 12,
    };
    let (statements, fields) = if is_out {
        filling.message(message, Some(body), &link.fields)
    } else {
        filling.body(body, message, &link.fields)
    };
    let literal = layout::literal(8, "Self", &fields);
    let literal = if link.checked {
        format!("Ok({literal})")
    } else {
        literal
    };
    let is_read = reads(&literal, variable) || statements.iter().any(|line| reads(line, variable));
    let parameter = format!("{}: {from}", if is_read { variable } else { "_" });
    let (head, error, signature) = match (link.checked, is_out) {
        (false, _) => (format!("impl From<{from}>"), None, ("from", "Self")),
        (true, true) => (
            format!("impl TryFrom<{from}>"),
            Some("Refusal".to_owned()),
            ("try_from", "Result<Self, Refusal>"),
        ),
        (true, false) => (
            format!("impl TryFrom<{from}>"),
            Some("anyhow::Error".to_owned()),
            ("try_from", "anyhow::Result<Self>"),
        ),
    };
    let whole = format!("{head} for {to} {{");
    let head = if layout::is_wide(0, &whole) {
        format!("{head}\n    for {to}\n{{")
    } else {
        whole
    };
    let (function, result) = signature;
    let whole = format!("fn {function}({parameter}) -> {result} {{");
    let signature = if layout::is_wide(4, &whole) {
        format!("fn {function}(\n        {parameter},\n    ) -> {result} {{")
    } else {
        whole
    };
    let is_deprecated = |field: &crate::model::MessageField| {
        let reads = |link: &FieldLink| link.from.as_ref() == Some(&field.name);
        field.deprecated && (is_out || link.fields.iter().any(reads))
    };
    Some(TypeConversion {
        head,
        error,
        signature,
        allow_deprecated: message.fields.iter().any(is_deprecated),
        statements,
        literal,
    })
}

/// Whether code mentions a variable: its fields, or all of it.
pub(super) fn reads(code: &str, variable: &str) -> bool {
    [".", "\n", ")"].iter().any(|end| {
        let word = format!("{variable}{end}");
        let mut found = code.match_indices(&word);
        // Not the end of another name.
        found.any(|(at, _)| {
            let before = code[..at].chars().next_back();
            before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '.')
        })
    })
}

/// What a call in the logic makes of a body, or of a reply: `CreateOrderRequest::try_from(req)?`.
pub(super) fn called(
    gateway: &Gateway<'_>,
    route: &Route,
    call: &RouteCall,
    direction: Direction,
    ty: &str,
    message: &str,
) -> String {
    let (body, variable) = match direction {
        Direction::ToMessage => (&route.request, "req"),
        Direction::ToBody => (&route.response, "reply"),
    };
    let body = body.as_ref().and_then(named).unwrap_or_default();
    let link = gateway.link(direction, &call.rpc, body, message);
    if link.is_some_and(|link| link.checked) {
        format!("{ty}::try_from({variable})?")
    } else {
        format!("{ty}::from({variable})")
    }
}
