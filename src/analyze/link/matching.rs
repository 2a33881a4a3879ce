//! The method that a route asks for, by its handler's name or by `rpc:`.

use crate::diag::{Diagnostic, did_you_mean};
use crate::model::{Route, Rpc, RpcMethod, RpcService};
use crate::source::Spanned;

/// A route answers with 501 on purpose.
const NONE: &str = "none";

pub(super) struct Method<'a> {
    pub(super) rpc: &'a Rpc,
    /// Full name, for messages.
    pub(super) service: &'a str,
    pub(super) service_name: &'a str,
    pub(super) found: &'a RpcMethod,
}

pub(super) enum Found<'a> {
    None,
    One(Method<'a>),
    /// Full names of two of the services, and the method that both have.
    Several(&'a str, &'a str, &'a str),
    Wrong(Diagnostic),
}

pub(super) fn method<'a>(route: &Route, rpcs: &'a [Rpc]) -> Found<'a> {
    let services = || {
        let of_rpc = |rpc: &'a Rpc| rpc.services.iter().map(move |service| (rpc, service));
        rpcs.iter().flat_map(of_rpc)
    };
    // A service that is not known yet may come with the next command.
    let wanted = route
        .wanted
        .as_ref()
        .filter(|_| services().next().is_some());
    let Some(wanted) = wanted else {
        return one(services(), &route.handler);
    };
    let text = wanted.value.trim();
    if text == NONE {
        return Found::None;
    }
    let of_service = services().filter(|(_, service)| is_called(service, text));
    if of_service.clone().next().is_some() {
        return one(of_service, &route.handler);
    }
    let Some((service, method)) = text.rsplit_once('.') else {
        return match one(services(), text) {
            Found::None => Found::Wrong(unknown(wanted, services())),
            found => found,
        };
    };
    let of_service = services().filter(|(_, known)| is_called(known, service));
    match one(of_service.clone(), method) {
        Found::None => {}
        found => return found,
    }
    let streams = of_service.clone().any(|(_, known)| {
        let mut methods = known.methods.iter();
        methods.any(|known| known.name == method)
    });
    if streams {
        let message = format!("`{text}` streams, so no route can be answered by it alone");
        return Found::Wrong(
            Diagnostic::warning("link/streaming-method", wanted.span, message)
                .help("write the call in the route's logic, and `rpc: none` here"),
        );
    }
    Found::Wrong(unknown(wanted, services()))
}

/// By its name, or by the package's and its own.
fn is_called(service: &RpcService, name: &str) -> bool {
    service.name == name || service.full_name == name
}

/// The unary method of this name.
fn one<'a>(services: impl Iterator<Item = (&'a Rpc, &'a RpcService)>, name: &str) -> Found<'a> {
    let mut found = services.flat_map(|(rpc, service)| {
        let methods = service.methods.iter().filter(|method| {
            method.name == name && !method.client_streaming && !method.server_streaming
        });
        methods.map(move |method| Method {
            rpc,
            service: &service.full_name,
            service_name: rpc.short_name(service),
            found: method,
        })
    });
    match (found.next(), found.next()) {
        (None, _) => Found::None,
        (Some(one), None) => Found::One(one),
        (Some(first), Some(second)) => {
            Found::Several(first.service, second.service, &first.found.name)
        }
    }
}

fn unknown<'a>(
    wanted: &Spanned<String>,
    services: impl Iterator<Item = (&'a Rpc, &'a RpcService)>,
) -> Diagnostic {
    let text = wanted.value.trim();
    let mut names = Vec::new();
    for (_, service) in services {
        for method in &service.methods {
            names.push(format!("{}.{}", service.name, method.name));
            names.push(format!("{}.{}", service.full_name, method.name));
            names.push(method.name.clone());
        }
    }
    let message = format!("there is no method `{text}`, so the route answers 501");
    Diagnostic::warning("link/unknown-method", wanted.span, message)
        .help("write `Service.Method` of a .proto file of this workspace, or `none`")
        .maybe_help(did_you_mean(text, names.iter().map(String::as_str)))
}
