//! The call of an rpc method with its field-by-field conversions, as a person would write it.

use super::Gateway;
use super::handlers::declared;
use crate::lower::layout::{self, use_of};
use crate::lower::proto::Message;
use crate::lower::types::{self, convert};
use crate::lower::{names, spans};
use crate::model::{Field, FieldPair, Presence, Route, RouteCall, Rpc, RpcMethod, Struct, Type};
use crate::rust::Init;
use crate::rust::gateway::Call;

pub(super) fn call(gateway: &Gateway<'_>, route: &Route) -> Option<Call> {
    let call = route.call.as_ref()?;
    let (rpc, method) = callee(gateway, call)?;
    let client = gateway.clients.iter().find(|client| {
        client.rpc == call.rpc && client.full_name == full_name(rpc, &call.service)
    })?;
    let request = body(gateway, route.request.as_ref());
    let response = body(gateway, route.response.as_ref());
    let input = Message::of(rpc, &method.input);
    let output = Message::of(rpc, &method.output);

    let send_method = format!(".{}(request)", names::value(&call.method));
    let inner: &[&str] = if response.is_some() {
        &[".into_inner()"]
    } else {
        &[]
    };
    let head = format!("svc.{}", client.field);
    let links = [&[".clone()", &send_method, ".await?"], inner].concat();
    let column = if response.is_some() { 16 } else { 4 };
    let send = chain_of_field(column, &head, &links);

    let request_attributes =
        spans::ids("rpc", "req", seen(&fields_of(gateway, request)).into_iter());
    let response_attributes = spans::ids("rpc", "reply", seen(&output.fields()).into_iter());
    let response_attributes = match response {
        Some(_) => spans::without(response_attributes, &request_attributes),
        None => Vec::new(),
    };
    let fields: Vec<_> = (call.request.iter())
        .map(|pair| to_message(gateway, pair, request, &input))
        .collect();
    let answer = response.map(|found| {
        let fields: Vec<_> = (call.response.iter())
            .map(|pair| to_body(gateway, pair, found, &output))
            .collect();
        layout::literal(4, &names::ty(&found.name), &fields)
    });
    Some(Call {
        message_use: use_of(input.module.as_ref()?, std::slice::from_ref(&input.name))?,
        request: layout::literal(4, &input.name, &fields),
        send,
        response: answer,
        uses_span: !(request_attributes.is_empty() && response_attributes.is_empty()),
        request_attributes,
        response_attributes,
    })
}

/// rustfmt keeps `svc.order` together only in a chain that fits on one line.
fn chain_of_field(column: usize, head: &str, links: &[&str]) -> String {
    let (svc, field) = head.split_once('.').unwrap_or((head, ""));
    let field = format!(".{field}");
    let links = [&[field.as_str()], links].concat();
    layout::chain(4, column, svc, &links, ";")
}

pub(super) fn callee<'a>(
    gateway: &Gateway<'a>,
    call: &RouteCall,
) -> Option<(&'a Rpc, &'a RpcMethod)> {
    let rpc = gateway
        .system
        .rpcs
        .iter()
        .find(|rpc| rpc.name == call.rpc)?;
    let service = rpc
        .services
        .iter()
        .find(|service| service.name == call.service)?;
    Some((
        rpc,
        service
            .methods
            .iter()
            .find(|method| method.name == call.method)?,
    ))
}

fn full_name(rpc: &Rpc, service: &str) -> String {
    let found = rpc.services.iter().find(|known| known.name == service);
    found
        .map(|service| service.full_name.clone())
        .unwrap_or_default()
}

fn body<'a>(gateway: &Gateway<'a>, ty: Option<&Type>) -> Option<&'a Struct> {
    let name = *declared(ty?).first()?;
    gateway.scope.find(name)
}

fn to_message(
    gateway: &Gateway<'_>,
    pair: &FieldPair,
    request: Option<&Struct>,
    message: &Message<'_>,
) -> Init {
    let (name, to) = message.field(&pair.to);
    let from = pair.from.as_ref().and_then(|from| {
        let field = request?.fields.iter().find(|field| field.name == *from)?;
        Some((
            format!("req.{}", names::value(from)),
            member_type(gateway, field),
        ))
    });
    init(name, &to, from)
}

fn to_body(gateway: &Gateway<'_>, pair: &FieldPair, body: &Struct, message: &Message<'_>) -> Init {
    let field = body.fields.iter().find(|field| field.name == pair.to);
    let to = field
        .map(|field| member_type(gateway, field))
        .unwrap_or_default();
    let from = pair.from.as_ref().map(|from| {
        let (name, ty) = message.field(from);
        (format!("reply.{name}"), ty)
    });
    init(names::value(&pair.to), &to, from)
}

fn init(name: String, to: &str, from: Option<(String, String)>) -> Init {
    match from {
        Some((value, from)) => Init {
            name,
            value: convert(value, &from, to),
            comment: None,
        },
        None => Init {
            name,
            value: "Default::default()".to_owned(),
            comment: Some("The other side has no field of this name.".to_owned()),
        },
    }
}

fn fields_of(gateway: &Gateway<'_>, found: Option<&Struct>) -> Vec<(String, String, String)> {
    let fields = found
        .map(|found| found.fields.as_slice())
        .unwrap_or_default();
    let one = |field: &Field| {
        (
            field.wire.clone(),
            names::value(&field.name),
            member_type(gateway, field),
        )
    };
    fields.iter().map(one).collect()
}

fn seen(fields: &[(String, String, String)]) -> Vec<spans::Seen<'_>> {
    fields
        .iter()
        .map(|(wire, name, ty)| spans::Seen { wire, name, ty })
        .collect()
}

/// The Rust type of a member, `Option` where it may be absent.
pub(super) fn member_type(gateway: &Gateway<'_>, field: &Field) -> String {
    let plain = types::api(&field.ty, &|name| gateway.scope.is_recursive(name));
    let may_be_absent = !matches!(field.presence, Presence::Required | Presence::Default(_));
    let is_container = matches!(field.ty, Type::Slice(_) | Type::Map(..) | Type::Bytes);
    if may_be_absent && !is_container && !plain.starts_with("Option<") {
        return format!("Option<{plain}>");
    }
    plain
}
