//! The method that a route asks for, by its handler's name or by `rpc:`.

use crate::diag::{Diagnostic, did_you_mean};
use crate::model::{Route, Rpc, RpcMethod, RpcService};
use crate::source::{Span, Spanned};

/// A route answers with 501 on purpose.
const NONE: &str = "none";

#[derive(Clone)]
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

/// How a route answers, and a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// With one value.
    Once,
    /// With events, or replies, one after the other.
    Stream,
    /// Only methods: the caller streams, which a route cannot.
    Asking,
}

impl Kind {
    fn of(method: &RpcMethod) -> Self {
        match (method.client_streaming, method.server_streaming) {
            (true, _) => Self::Asking,
            (false, true) => Self::Stream,
            (false, false) => Self::Once,
        }
    }
}

/// The method that answers a route which answers in this way.
pub(super) fn method<'a>(route: &Route, kind: Kind, rpcs: &'a [Rpc]) -> Found<'a> {
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
        return one(services(), &route.handler, kind, route.span);
    };
    let text = wanted.value.trim();
    if text == NONE {
        return Found::None;
    }
    let of_service = services().filter(|(_, service)| is_called(service, text));
    if of_service.clone().next().is_some() {
        return one(of_service, &route.handler, kind, wanted.span);
    }
    let found = match text.rsplit_once('.') {
        None => one(services(), text, kind, wanted.span),
        Some((service, method)) => {
            let of_service = services().filter(|(_, known)| is_called(known, service));
            one(of_service, method, kind, wanted.span)
        }
    };
    match found {
        Found::None => Found::Wrong(unknown(wanted, services())),
        found => found,
    }
}

/// By its name, or by the package's and its own.
fn is_called(service: &RpcService, name: &str) -> bool {
    service.name == name || service.full_name == name
}

/// The method of this name and kind, or why those of the name do not do.
fn one<'a>(
    services: impl Iterator<Item = (&'a Rpc, &'a RpcService)>,
    name: &str,
    kind: Kind,
    span: Span,
) -> Found<'a> {
    let found = services.flat_map(|(rpc, service)| {
        let methods = service.methods.iter().filter(|method| method.name == name);
        methods.map(move |method| Method {
            rpc,
            service: &service.full_name,
            service_name: rpc.short_name(service),
            found: method,
        })
    });
    let all: Vec<_> = found.collect();
    let mut fitting = all.iter().filter(|method| Kind::of(method.found) == kind);
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Found::One(one.clone()),
        (Some(first), Some(second)) => {
            Found::Several(first.service, second.service, &first.found.name)
        }
        (None, _) => match all.first() {
            Some(other) => Found::Wrong(of_other_kind(other, span)),
            None => Found::None,
        },
    }
}

fn of_other_kind(method: &Method<'_>, span: Span) -> Diagnostic {
    let name = format!("{}.{}", method.service, method.found.name);
    let (message, help) = match Kind::of(method.found) {
        Kind::Once => (
            format!("`{name}` answers once, and the routes of this group stream (`sse: true`)"),
            "make the method's answer a `stream`, or put the route into a group without `sse`",
        ),
        Kind::Stream => (
            format!(
                "`{name}` streams its answer, which a route of a group without `sse: true` does not"
            ),
            "put the route into a group with `sse: true`: each reply is an event",
        ),
        Kind::Asking => (
            format!("`{name}` is asked by a stream, which no HTTP route can send"),
            "collect what the request holds and write the call in the route's logic, with `rpc: none` here",
        ),
    };
    let message = format!("{message}, so the route answers 501");
    Diagnostic::warning("link/streaming-method", span, message).help(help)
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
