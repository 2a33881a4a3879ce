//! The call of an rpc method with its field-by-field conversions, as a person would write it.

use super::Gateway;
use super::convert;
use super::handlers::declared;
use super::types::member_type;
use crate::lower::layout::{self, use_of};
use crate::lower::proto::Message;
use crate::lower::{names, spans};
use crate::model::{Direction, Field, Route, RouteCall, Rpc, RpcMethod, Struct, Type};
use crate::rust::Use;
use crate::rust::gateway::Call;

/// The call, and the `use` line of the message that it sends, if that is no plain Rust type.
pub(super) struct Called {
    pub(super) message_use: Option<Use>,
    pub(super) call: Call,
}

/// The method that answers a route, where its logic can call it.
pub(super) fn linked<'a>(gateway: &Gateway<'_>, route: &'a Route) -> Option<&'a RouteCall> {
    // The message is made from the fields of a request, and the answer from those of the reply.
    if route.raw.request || route.raw.response {
        return None;
    }
    let call = route.call.as_ref()?;
    // Events are of some type.
    let is_stream = gateway.group_of(route).is_some_and(|group| group.sse);
    (!is_stream || route.response.is_some()).then_some(call)
}

pub(super) fn call(gateway: &Gateway<'_>, route: &Route) -> Option<Called> {
    let call = linked(gateway, route)?;
    let (rpc, method) = callee(gateway, call)?;
    let client = gateway.clients.iter().find(|client| {
        client.rpc == call.rpc && client.full_name == full_name(rpc, &call.service)
    })?;
    let request = body(gateway, route.request.as_ref());
    let response = body(gateway, route.response.as_ref());
    let input = Message::of(rpc, &method.input);
    let output = Message::of(rpc, &method.output);

    let request_attributes =
        spans::ids("rpc", "req", seen(&fields_of(gateway, request)).into_iter());
    let response_attributes = spans::ids("rpc", "reply", seen(&output.fields()).into_iter());
    let response_attributes = match response {
        Some(_) if !method.server_streaming => {
            spans::without(response_attributes, &request_attributes)
        }
        _ => Vec::new(),
    };
    let (message, message_use) = imported(gateway, route, &input);
    let answer = response.map(|found| {
        if method.server_streaming {
            return events(gateway, route, call, found);
        }
        let links = &call.response;
        match output.model {
            Some(model) if convert::is_flat(links, Some(model)) => {
                let fields = convert::flat_body(gateway, rpc, found, model, links);
                layout::literal(4, &gateway.scope.ty(&found.name), &fields)
            }
            Some(_) => {
                let ty = gateway.scope.ty(&found.name);
                convert::called(gateway, route, call, Direction::ToBody, &ty, &method.output)
            }
            None => format!("{}::default()", gateway.scope.ty(&found.name)),
        }
    });
    let reads_reply = method.server_streaming
        || answer.as_ref().is_some_and(|answer| {
            !response_attributes.is_empty() || convert::reads(answer, "reply")
        });
    let reply = if method.server_streaming {
        "replies"
    } else {
        "reply"
    };
    let send_method = format!(".{}(request)", names::value(&call.method));
    let inner: &[&str] = if reads_reply { &[".into_inner()"] } else { &[] };
    let head = format!("svc.{}", client.field);
    let links = [&[".clone()", &send_method, ".await?"], inner].concat();
    let column = if reads_reply { 11 + reply.len() } else { 4 };
    let send = chain_of_field(column, &head, &links);
    let is_flat = convert::is_flat(&call.request, input.model);
    let request_value = match (request, input.model) {
        (_, None) if input.module.is_none() => message,
        (None, Some(model)) if !model.fields.is_empty() => format!("{message}::default()"),
        (Some(_), Some(_)) if !is_flat => convert::called(
            gateway,
            route,
            call,
            Direction::ToMessage,
            &message,
            &method.input,
        ),
        (_, model) => {
            let fields = convert::flat_message(gateway, rpc, model, request, &call.request);
            layout::literal(4, &message, &fields)
        }
    };
    let call = Call {
        request: request_value,
        send,
        response: answer,
        reply: reads_reply.then_some(reply),
        uses_span: !(request_attributes.is_empty() && response_attributes.is_empty()),
        request_attributes,
        response_attributes,
    };
    Some(Called { message_use, call })
}

/// The answer of a method that streams, each reply an event.
fn events(gateway: &Gateway<'_>, route: &Route, call: &RouteCall, found: &Struct) -> String {
    let ty = gateway.scope.ty(&found.name);
    let Some((rpc, method)) = callee(gateway, call) else {
        return String::new();
    };
    let links = &call.response;
    let (function, convert) = match Message::of(rpc, &method.output).model {
        Some(model) if convert::is_flat(links, Some(model)) => {
            let fields = convert::flat_body(gateway, rpc, found, model, links);
            let literal = layout::literal(4, &ty, &fields);
            let reply = if convert::reads(&literal, "reply") {
                "reply"
            } else {
                "_"
            };
            ("of_replies", format!("|{reply}| {literal}"))
        }
        Some(_) => {
            let called =
                convert::called(gateway, route, call, Direction::ToBody, &ty, &method.output);
            let path = called.split('(').next().unwrap_or(&called).to_owned();
            let is_checked = called.ends_with('?');
            let function = if is_checked {
                "of_checked_replies"
            } else {
                "of_replies"
            };
            (function, path)
        }
        None => ("of_replies", format!("|()| {ty}::default()")),
    };
    format!("Events::{function}(replies, {convert})")
}

/// What the message is called in the logic, and its `use` line, if there is something to import.
fn imported(gateway: &Gateway<'_>, route: &Route, input: &Message<'_>) -> (String, Option<Use>) {
    let is_taken = [&route.request, &route.response]
        .into_iter()
        .flatten()
        .flat_map(declared)
        .any(|name| gateway.scope.ty(name) == input.own_name);
    let (message, item) = if is_taken {
        let message = format!("Rpc{}", input.own_name);
        let item = format!("{} as {message}", input.own_name);
        (message, item)
    } else {
        (input.name.clone(), input.item())
    };
    let line = input.module.as_ref();
    (message, line.and_then(|module| use_of(module, &[item])))
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
    Some((rpc, rpc.method(&call.service, &call.method)?))
}

fn full_name(rpc: &Rpc, service: &str) -> String {
    let found = rpc.service(service);
    found
        .map(|service| service.full_name.clone())
        .unwrap_or_default()
}

fn body<'a>(gateway: &Gateway<'a>, ty: Option<&Type>) -> Option<&'a Struct> {
    let name = *declared(ty?).first()?;
    gateway.scope.find(name)
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
