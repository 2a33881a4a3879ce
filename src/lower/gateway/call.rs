//! The call of an rpc method with its field-by-field conversions, as a person would write it.

use super::Gateway;
use super::handlers::declared;
use super::types::member_type;
use crate::lower::layout::{self, use_of};
use crate::lower::proto::Message;
use crate::lower::types::convert;
use crate::lower::{names, spans};
use crate::model::{Field, FieldPair, Route, RouteCall, Rpc, RpcMethod, Struct, Type};
use crate::rust::gateway::Call;
use crate::rust::{Init, Use};

/// The call, and the `use` line of the message that it sends.
pub(super) struct Called {
    pub(super) message_use: Use,
    pub(super) call: Call,
}

pub(super) fn call(gateway: &Gateway<'_>, route: &Route) -> Option<Called> {
    let call = route.call.as_ref()?;
    let is_stream = gateway.group_of(route).is_some_and(|group| group.sse);
    // The message is made from the fields of a request, and the answer from those of the reply.
    if is_stream || route.raw.request || route.raw.response {
        return None;
    }
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
    let is_taken = [&route.request, &route.response]
        .into_iter()
        .flatten()
        .flat_map(declared)
        .any(|name| gateway.scope.ty(name) == input.name);
    let (message, imported) = if is_taken {
        let message = format!("Rpc{}", input.name);
        let imported = format!("{} as {message}", input.name);
        (message, imported)
    } else {
        (input.name.clone(), input.name.clone())
    };
    let fields: Vec<_> = (call.request.iter())
        .map(|pair| to_message(gateway, pair, request, &input))
        .collect();
    let answer = response.map(|found| {
        let fields: Vec<_> = (call.response.iter())
            .map(|pair| to_body(gateway, pair, found, &output))
            .collect();
        layout::literal(4, &gateway.scope.ty(&found.name), &fields)
    });
    let call = Call {
        request: layout::literal(4, &message, &fields),
        send,
        response: answer,
        uses_span: !(request_attributes.is_empty() && response_attributes.is_empty()),
        request_attributes,
        response_attributes,
    };
    Some(Called {
        message_use: use_of(input.module.as_ref()?, &[imported])?,
        call,
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
        let request = request?;
        let field = request.fields.iter().find(|field| field.name == *from)?;
        Some((
            format!("req.{}", gateway.scope.field(request, field)),
            member_type(gateway, request, field),
        ))
    });
    init(name, &to, from)
}

fn to_body(gateway: &Gateway<'_>, pair: &FieldPair, body: &Struct, message: &Message<'_>) -> Init {
    let field = body.fields.iter().find(|field| field.name == pair.to);
    let to = field
        .map(|field| member_type(gateway, body, field))
        .unwrap_or_default();
    let name = field.map_or_else(
        || names::value(&pair.to),
        |field| gateway.scope.field(body, field),
    );
    let from = pair.from.as_ref().map(|from| {
        let (name, ty) = message.field(from);
        (format!("reply.{name}"), ty)
    });
    init(name, &to, from)
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
    let Some(found) = found else {
        return Vec::new();
    };
    let one = |field: &Field| {
        (
            field.wire.clone(),
            gateway.scope.field(found, field),
            member_type(gateway, found, field),
        )
    };
    found.fields.iter().map(one).collect()
}

fn seen(fields: &[(String, String, String)]) -> Vec<spans::Seen<'_>> {
    fields
        .iter()
        .map(|(wire, name, ty)| spans::Seen { wire, name, ty })
        .collect()
}
