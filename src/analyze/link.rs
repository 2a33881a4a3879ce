//! Which rpc method answers a route: handler name equal to method name, fields by wire name, types that fit.

use crate::diag::{Diagnostic, Report};
use crate::model::{
    Field, FieldPair, Gateway, MessageField, Presence, ProtoType, Repetition, Route, RouteCall,
    Rpc, RpcMethod, Source, Struct, Type,
};

/// Fills [`Route::call`] wherever exactly one method matches.
pub(super) fn link(gateway: &mut Gateway, rpcs: &[Rpc], report: &mut Report) {
    let types = &gateway.types;
    for route in gateway
        .groups
        .iter_mut()
        .flat_map(|group| &mut group.routes)
    {
        let found: Vec<_> = candidates(route, rpcs).collect();
        match found[..] {
            [(rpc, service, method)] => match call(route, types, rpc, service, method) {
                Ok(call) => route.call = call,
                Err(misfit) => report.push(mismatch(route, service, &misfit)),
            },
            [(_, first, _), (_, second, _), ..] => report.push(
                Diagnostic::warning(
                    "link/ambiguous-method",
                    route.span,
                    format!(
                        "`{}` is a method of `{first}` and of `{second}`, so the route is not linked to either",
                        route.handler
                    ),
                )
                .help("rename the handler or one of the methods, or write the call in the route's logic"),
            ),
            [] => {}
        }
    }
}

/// Unary methods of the handler's name, with their service.
fn candidates<'a>(
    route: &'a Route,
    rpcs: &'a [Rpc],
) -> impl Iterator<Item = (&'a Rpc, &'a str, &'a RpcMethod)> {
    rpcs.iter().flat_map(move |rpc| {
        rpc.services.iter().flat_map(move |service| {
            let methods = service.methods.iter().filter(move |method| {
                method.name == route.handler && !method.client_streaming && !method.server_streaming
            });
            methods.map(move |method| (rpc, service.full_name.as_str(), method))
        })
    })
}

/// `Ok(None)`: nothing to compare, such as a list for a response.
fn call(
    route: &Route,
    types: &[Struct],
    rpc: &Rpc,
    service: &str,
    method: &RpcMethod,
) -> Result<Option<RouteCall>, Misfit> {
    let messages = (rpc.message(&method.input), rpc.message(&method.output));
    let (Some(input), Some(output)) = messages else {
        return Ok(None);
    };
    let bodies = (
        fields(route.request.as_ref(), types),
        fields(route.response.as_ref(), types),
    );
    let (Some(request), Some(response)) = bodies else {
        return Ok(None);
    };
    let to_message = input.fields.iter().map(|to| fill_message(to, request));
    let to_response = response.iter().map(|to| fill_response(to, &output.fields));
    let service = service.rsplit('.').next().unwrap_or(service);
    Ok(Some(RouteCall {
        rpc: rpc.name.clone(),
        service: service.to_owned(),
        method: method.name.clone(),
        request: to_message.collect::<Result<_, _>>()?,
        response: to_response.collect::<Result<_, _>>()?,
    }))
}

fn mismatch(route: &Route, service: &str, misfit: &Misfit) -> Diagnostic {
    let message = format!(
        "`{}` is not linked to the method of `{service}`: the types of field `{}` do not fit",
        route.handler, misfit.field
    );
    Diagnostic::warning("link/type-mismatch", route.span, message)
        .help("give both fields one type, or write the call in the route's logic")
}

/// The fields of a body; none where there is no body. `None` for what has no fields by name, such as a list.
fn fields<'a>(ty: Option<&Type>, types: &'a [Struct]) -> Option<&'a [Field]> {
    match ty {
        None => Some(&[]),
        Some(Type::Named(name)) => {
            let found = types.iter().find(|each| each.name == *name)?;
            Some(&found.fields)
        }
        Some(Type::Pointer(inner)) => fields(Some(inner), types),
        Some(_) => None,
    }
}

/// There is a field of the same name, but its value cannot be passed on.
struct Misfit {
    field: String,
}

fn fill_message(to: &MessageField, request: &[Field]) -> Result<FieldPair, Misfit> {
    let from = request.iter().find(|field| field.wire == to.name);
    let fits = |from: &Field| is_plain(to) && fits(&from.ty, &to.ty, Direction::ToMessage);
    pair(&to.name, from.map(|from| (&from.name, fits(from))))
}

fn fill_response(to: &Field, message: &[MessageField]) -> Result<FieldPair, Misfit> {
    // A response field with another source is never sent.
    let from = message
        .iter()
        .find(|field| field.name == to.wire && to.source == Source::Json);
    let fits =
        |from: &MessageField| is_plain(from) && fits(&to.ty, &from.ty, Direction::ToResponse);
    let from = from.map(|from| (&from.name, fits(from)));
    let required = matches!(to.presence, Presence::Required | Presence::Default(_));
    // What need not be there can stay away.
    pair(&to.name, from.filter(|(_, fits)| *fits || required))
}

fn pair(to: &str, from: Option<(&String, bool)>) -> Result<FieldPair, Misfit> {
    match from {
        Some((_, false)) => Err(Misfit {
            field: to.to_owned(),
        }),
        from => Ok(FieldPair {
            to: to.to_owned(),
            from: from.map(|(name, _)| name.clone()),
        }),
    }
}

fn is_plain(field: &MessageField) -> bool {
    field.repetition == Repetition::Single && field.oneof.is_none()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    ToMessage,
    ToResponse,
}

/// Whether every value of one is a value of the other.
fn fits(body: &Type, message: &ProtoType, direction: Direction) -> bool {
    match (body, message) {
        (Type::String, ProtoType::String)
        | (Type::Bool, ProtoType::Bool)
        | (Type::Bytes, ProtoType::Bytes) => true,
        (Type::Int { bits, signed }, message) => {
            let Some(message) = int(message) else {
                return false;
            };
            match direction {
                Direction::ToMessage => widens((*bits, *signed), message),
                Direction::ToResponse => widens(message, (*bits, *signed)),
            }
        }
        (Type::Float { bits }, ProtoType::Double) => {
            *bits == 64 || direction == Direction::ToMessage
        }
        (Type::Float { bits }, ProtoType::Float) => {
            *bits == 32 || direction == Direction::ToResponse
        }
        _ => false,
    }
}

fn int(ty: &ProtoType) -> Option<(u8, bool)> {
    match ty {
        ProtoType::Int32 => Some((32, true)),
        ProtoType::Int64 => Some((64, true)),
        ProtoType::Uint32 => Some((32, false)),
        ProtoType::Uint64 => Some((64, false)),
        _ => None,
    }
}

/// Integers by width and sign.
pub(super) fn widens(from: (u8, bool), to: (u8, bool)) -> bool {
    match (from, to) {
        ((from, signed), (to, same)) if signed == same => from <= to,
        ((from, false), (to, true)) => from < to,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, fits};
    use crate::model::{ProtoType, Type};

    #[test]
    fn only_lossless_conversions() {
        let int = |bits, signed| Type::Int { bits, signed };
        for (body, message, to_message, to_response) in [
            (int(64, true), ProtoType::Int64, true, true),
            (int(32, true), ProtoType::Int64, true, false),
            (int(64, true), ProtoType::Int32, false, true),
            (int(32, false), ProtoType::Int64, true, false),
            (int(64, false), ProtoType::Int64, false, false),
            (Type::Float { bits: 64 }, ProtoType::Double, true, true),
            (Type::Float { bits: 32 }, ProtoType::Double, true, false),
            (Type::Float { bits: 64 }, ProtoType::Float, false, true),
            (Type::String, ProtoType::String, true, true),
            (Type::String, ProtoType::Bytes, false, false),
            (int(64, true), ProtoType::Double, false, false),
        ] {
            assert_eq!(
                fits(&body, &message, Direction::ToMessage),
                to_message,
                "{body:?}"
            );
            assert_eq!(
                fits(&body, &message, Direction::ToResponse),
                to_response,
                "{body:?}"
            );
        }
    }
}
