//! Which rpc method answers a route, and how each side's values become the other's: fields by wire name, types that fit.

mod fits;
mod matching;
mod pairs;

use std::collections::BTreeMap;

use indexmap::IndexMap;

use self::matching::{Found, Kind, Method};
use self::pairs::{Key, Misfit, Pairs};
use crate::diag::{Diagnostic, Report, did_you_mean};
use crate::model::{
    Conversion, Direction, FieldLink, Gateway, Message, Route, RouteCall, Rpc, Struct, Type,
    TypeLink,
};
use crate::source::Spanned;

pub(super) use self::fits::widens;

/// Applies the table of `zgen.yaml`: methods by the name of the handler, or by group and handler where several
/// groups have one of that name.
pub(super) fn apply(gateway: &mut Gateway, calls: &BTreeMap<String, String>, report: &mut Report) {
    for (handler, method) in calls {
        let mut known = Vec::new();
        let mut is_known = false;
        for group in &mut gateway.groups {
            for route in &mut group.routes {
                let long = group.group.as_ref();
                let long = long.map(|group| format!("{group}/{}", route.handler));
                if *handler == route.handler || long.as_deref() == Some(handler) {
                    is_known = true;
                    route.wanted = Some(Spanned {
                        value: method.clone(),
                        span: route.span,
                    });
                }
                known.push(route.handler.as_str());
            }
        }
        if !is_known {
            let message = format!(
                "`calls` of zgen.yaml names a handler `{handler}`, which {} has not",
                gateway.file
            );
            report.push(
                Diagnostic::warning("link/unknown-handler", None, message)
                    .help("write the name behind `@handler`, or `group/Name`")
                    .maybe_help(did_you_mean(handler, known)),
            );
        }
    }
}

/// Fills [`Route::call`] wherever exactly one method matches, and [`Gateway::links`].
pub(super) fn link(gateway: &mut Gateway, rpcs: &[Rpc], report: &mut Report) {
    let mut links = Vec::new();
    let mut wanted = Vec::new();
    let types = gateway.types.iter();
    let types: Types<'_> = types.map(|found| (found.name.as_str(), found)).collect();
    let routes = (gateway.groups.iter_mut()).flat_map(|group| {
        let kind = if group.sse { Kind::Stream } else { Kind::Once };
        group.routes.iter_mut().map(move |route| (route, kind))
    });
    for (route, kind) in routes {
        match matching::method(route, kind, rpcs) {
            Found::One(method) => match call(route, &types, &method, &mut links) {
                Ok(Some(call)) => {
                    unfilled(route, &types, &call, &method, report);
                    wanted.extend(keys(route, &method));
                    route.call = Some(call);
                }
                Ok(None) => {}
                Err(misfit) => report.push(mismatch(route, method.service, &misfit)),
            },
            Found::Several(first, second, name) => report.push(
                Diagnostic::warning(
                    "link/ambiguous-method",
                    route.span,
                    format!(
                        "`{name}` is a method of `{first}` and of `{second}`, so the route is not linked to either"
                    ),
                )
                .help(format!("say which: `@doc (rpc: {first}.{name})`")),
            ),
            Found::Wrong(finding) => report.push(finding),
            Found::None => {}
        }
    }
    gateway.links = pairs::reached(links, wanted);
}

/// The types of a gateway by their names.
type Types<'a> = IndexMap<&'a str, &'a Struct>;

/// The pairs of a call's bodies and messages.
fn keys(route: &Route, method: &Method<'_>) -> Vec<Key> {
    let key = |direction, ty: &Option<Type>, message: &String| {
        let body = named(ty.as_ref()?)?.to_owned();
        Some((direction, method.rpc.name.clone(), body, message.clone()))
    };
    let found = [
        key(Direction::ToMessage, &route.request, &method.found.input),
        key(Direction::ToBody, &route.response, &method.found.output),
    ];
    found.into_iter().flatten().collect()
}

/// `Ok(None)`: nothing to compare, such as a list for a response.
fn call(
    route: &Route,
    types: &Types<'_>,
    method: &Method<'_>,
    links: &mut Vec<TypeLink>,
) -> Result<Option<RouteCall>, Misfit> {
    let rpc = method.rpc;
    let empty = empty();
    let message = |full_name: &str| match full_name {
        "google.protobuf.Empty" => Some(&empty),
        other => rpc.message(other),
    };
    let messages = (message(&method.found.input), message(&method.found.output));
    let (Some(input), Some(output)) = messages else {
        return Ok(None);
    };
    let bodies = (
        body(route.request.as_ref(), types),
        body(route.response.as_ref(), types),
    );
    let (Ok(request), Ok(response)) = bodies else {
        return Ok(None);
    };
    let mut pairs = Pairs::new(types, rpc, links);
    let request = match request {
        Some(body) => pairs.link(Direction::ToMessage, body, input)?,
        None => input
            .fields
            .iter()
            .map(|field| default(&field.name))
            .collect(),
    };
    let response = match response {
        Some(body) => pairs.link(Direction::ToBody, body, output)?,
        None => Vec::new(),
    };
    Ok(Some(RouteCall {
        rpc: rpc.name.clone(),
        service: method.service_name.to_owned(),
        method: method.found.name.clone(),
        request,
        response,
    }))
}

/// `google.protobuf.Empty` says nothing.
fn empty() -> Message {
    Message {
        full_name: "google.protobuf.Empty".to_owned(),
        name: "Empty".to_owned(),
        package: "google.protobuf".to_owned(),
        fields: Vec::new(),
        docs: Vec::new(),
    }
}

fn default(name: &str) -> FieldLink {
    FieldLink {
        to: name.to_owned(),
        from: None,
        conversion: Conversion::Same,
    }
}

fn named(ty: &Type) -> Option<&str> {
    match ty {
        Type::Named(name) => Some(name),
        Type::Pointer(inner) => named(inner),
        _ => None,
    }
}

/// `Err` for what has no fields by name, such as a list.
fn body<'a>(ty: Option<&Type>, types: &Types<'a>) -> Result<Option<&'a Struct>, ()> {
    let Some(ty) = ty else { return Ok(None) };
    let name = named(ty).ok_or(())?;
    types.get(name).copied().map(Some).ok_or(())
}

fn mismatch(route: &Route, service: &str, misfit: &Misfit) -> Diagnostic {
    let message = format!(
        "`{}` is not linked to the method of `{service}`: the types of field `{}` do not fit",
        route.handler, misfit.field
    );
    Diagnostic::warning("link/type-mismatch", route.span, message).help(
        "give both fields types that fit (docs/wiring.md), or write the call in the route's logic",
    )
}

/// Says once for a route what its call leaves at the default.
fn unfilled(
    route: &Route,
    types: &Types<'_>,
    call: &RouteCall,
    method: &Method<'_>,
    report: &mut Report,
) {
    let (input, output) = (&method.found.input, &method.found.output);
    let message = method.rpc.message(input);
    let is_deprecated = |name: &str| {
        let mut fields = message.iter().flat_map(|message| &message.fields);
        fields.any(|field| field.name == name && field.deprecated)
    };
    let response = body(route.response.as_ref(), types).ok().flatten();
    let wire = |name: &str| {
        let mut fields = response.iter().flat_map(|body| &body.fields);
        let found = fields.find(|field| field.name == name);
        found.map_or(name, |field| field.wire.as_str()).to_owned()
    };
    let empty = |links: &[FieldLink]| -> Vec<String> {
        let empty = links.iter().filter(|link| link.from.is_none());
        empty.map(|link| link.to.clone()).collect()
    };
    let mut request = empty(&call.request);
    request.retain(|name| !is_deprecated(name));
    let response: Vec<_> = empty(&call.response)
        .iter()
        .map(|name| wire(name))
        .collect();
    let mut parts = Vec::new();
    if !request.is_empty() {
        parts.push(format!("`{}` of `{input}`", request.join("`, `")));
    }
    if !response.is_empty() {
        let names = response.join("`, `");
        parts.push(format!(
            "`{names}` of the response, which `{output}` has not"
        ));
    }
    if parts.is_empty() {
        return;
    }
    let message = format!("`{}` does not fill {}", route.handler, parts.join(", nor "));
    let help = "they have their defaults; give both sides fields of one name, or fill them in the route's logic";
    report.push(Diagnostic::warning("link/unfilled-fields", route.span, message).help(help));
}
