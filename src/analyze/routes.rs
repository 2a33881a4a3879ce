//! Service blocks as groups of routes.

use heck::ToSnakeCase as _;
use indexmap::IndexMap;

use crate::analyze::gateway::properties;
use crate::analyze::load::Unit;
use crate::analyze::paths;
use crate::analyze::server;
use crate::analyze::types::Declared;
use crate::analyze::usage;
use crate::diag::{Diagnostic, Report, did_you_mean};
use crate::model::{Group, Method, Raw, Route, Struct, Type};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Doc, TypeExpr};

const METHODS: &[(&str, Method)] = &[
    ("get", Method::Get),
    ("head", Method::Head),
    ("post", Method::Post),
    ("put", Method::Put),
    ("patch", Method::Patch),
    ("delete", Method::Delete),
    ("options", Method::Options),
    ("connect", Method::Connect),
    ("trace", Method::Trace),
];

/// Every service block that has routes, in source order.
pub(super) fn groups(
    units: &[Unit],
    declared: &Declared<'_>,
    types: &[Struct],
    report: &mut Report,
) -> Vec<Group> {
    let mut seen = Seen::default();
    let fields = usage::fields(types);
    let mut out = Vec::new();
    for service in units.iter().flat_map(|unit| &unit.ast.services) {
        if service.routes.is_empty() {
            continue;
        }
        let pairs = || service.server.iter().flat_map(|block| &block.pairs);
        server::check(pairs(), report);
        let properties = properties(pairs(), report);
        let group = properties
            .get("group")
            .map(|group| group.trim_matches('/').to_owned())
            .filter(|group| !group.is_empty());
        let prefix = paths::prefix(properties.get("prefix").map_or("", String::as_str));
        let rpc = rpc_of(pairs());
        let mut routes = Vec::new();
        for written in &service.routes {
            let Some((route, handler)) = route(written, &prefix, rpc, declared, report) else {
                continue;
            };
            usage::check(&route, written, &fields, report);
            seen.handler(group.as_deref(), &route.handler, handler, report);
            if properties.get("sse").map(String::as_str) == Some("true") && route.response.is_none()
            {
                report.push(
                    Diagnostic::error(
                        "api/event-type",
                        route.span,
                        "a route with `sse: true` sends events, but of no type",
                    )
                    .help("add `returns (Event)`"),
                );
            }
            if seen.route(&route, report) {
                routes.push(route);
            }
        }
        let get = |key: &str| properties.get(key).map(|value| value.trim().to_owned());
        let named = |key: &str| get(key).filter(|value| !value.is_empty());
        let is_on = |key: &str| get(key).as_deref() == Some("true");
        out.push(Group {
            group,
            prefix,
            jwt: named("jwt"),
            jwt_transition: named("jwtTransition"),
            middleware: server::list(properties.get("middleware").map_or("", String::as_str)),
            signature: is_on("signature"),
            timeout: get("timeout").and_then(|text| server::millis(&text)),
            max_bytes: get("maxBytes").and_then(|text| text.parse().ok()),
            sse: is_on("sse"),
            properties,
            routes,
        });
    }
    out
}

fn route(
    written: &ast::Route,
    prefix: &str,
    of_group: Option<&Spanned<String>>,
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<(Route, Span)> {
    let handler = handler(written, report);
    let method = method(&written.method, report);
    let path = paths::segments(prefix, &written.path, report);
    let request = written
        .request
        .as_ref()
        .and_then(|ty| request(ty, declared, report));
    let response = written
        .response
        .as_ref()
        .and_then(|ty| body(ty, declared, report));
    let mut docs = written.docs.clone();
    let mut pairs = Vec::new();
    for block in &written.doc_blocks {
        match block {
            Doc::Text(text) => docs.extend(text.value.lines().map(|line| line.trim().to_owned())),
            Doc::Pairs(block) => pairs.extend(&block.pairs),
        }
    }
    let own = written.server.iter().flat_map(|block| &block.pairs);
    let wanted = rpc_of(pairs.iter().copied().chain(own)).or(of_group);
    let properties: IndexMap<String, String> = properties(pairs, report);
    let (handler, at) = handler?;
    let route = Route {
        handler,
        method: method?,
        path: path?,
        request,
        response,
        docs,
        raw: raw(&properties, written.span, report),
        properties,
        wanted: wanted.cloned(),
        call: None,
        span: written.span,
    };
    Some((route, at))
}

/// The method, or the service, that `rpc:` asks for.
fn rpc_of<'a>(pairs: impl Iterator<Item = &'a ast::Pair>) -> Option<&'a Spanned<String>> {
    let found = pairs.filter(|pair| pair.key.value == "rpc" && !pair.value.value.is_empty());
    found.last().map(|pair| &pair.value)
}

fn raw(properties: &IndexMap<String, String>, span: Span, report: &mut Report) -> Raw {
    let (request, response) = match properties.get("raw").map(|text| text.trim()) {
        None | Some("false") => (false, false),
        Some("request") => (true, false),
        Some("response") => (false, true),
        Some("both" | "true") => (true, true),
        Some(other) => {
            report.push(
                Diagnostic::error(
                    "api/bad-raw",
                    span,
                    format!("`{other}` is no side of a route"),
                )
                .help("write `raw: request`, `raw: response` or `raw: both`"),
            );
            (false, false)
        }
    };
    Raw { request, response }
}

/// The name without the suffix that go-zero adds back, and its place.
fn handler(written: &ast::Route, report: &mut Report) -> Option<(String, Span)> {
    let pairs = written.server.iter().flat_map(|block| &block.pairs);
    let old_style = pairs
        .filter(|pair| pair.key.value == "handler")
        .map(|pair| &pair.value);
    let handlers: Vec<&Spanned<String>> = written.handlers.iter().chain(old_style).collect();
    let Some((first, others)) = handlers.split_first() else {
        report.push(
            Diagnostic::error(
                "api/missing-handler",
                written.span,
                format!(
                    "`{} {}` has no handler",
                    written.method.value, written.path.value
                ),
            )
            .help("write `@handler Name` on the line above"),
        );
        return None;
    };
    for other in others {
        report.push(
            Diagnostic::error("api/two-handlers", other.span, "a route has one handler")
                .label(first.span, "the first one")
                .help("delete one of them, or write the route that is missing between them"),
        );
    }
    let name = first.value.as_str();
    let base = name
        .strip_suffix("Handler")
        .or_else(|| name.strip_suffix("handler"))
        .map(|base| base.trim_end_matches('_'))
        .filter(|base| !base.is_empty());
    Some((base.unwrap_or(name).to_owned(), first.span))
}

fn method(written: &Spanned<String>, report: &mut Report) -> Option<Method> {
    let found = METHODS.iter().find(|(name, _)| *name == written.value);
    if found.is_none() {
        let names = METHODS.iter().map(|(name, _)| *name);
        report.push(
            Diagnostic::error(
                "api/unknown-method",
                written.span,
                format!("`{}` is not a method", written.value),
            )
            .help("methods are `get`, `head`, `post`, `put`, `patch`, `delete` and `options`, in lower case")
            .maybe_help(did_you_mean(&written.value, names)),
        );
    }
    found.map(|(_, method)| *method)
}

fn body(written: &TypeExpr, declared: &Declared<'_>, report: &mut Report) -> Option<Type> {
    declared.resolve(written, report, &mut |_, span, report| {
        report.push(
            Diagnostic::error("api/inline-body", span, "a body has a declared type")
                .help("declare it: `type Name { .. }`"),
        );
        None
    })
}

/// Requests are structs: each field says where it comes from.
fn request(written: &TypeExpr, declared: &Declared<'_>, report: &mut Report) -> Option<Type> {
    match body(written, declared, report)? {
        Type::Named(name) => Some(Type::Named(name)),
        // A pointer says nothing more: there always is a request.
        Type::Pointer(inner) if matches!(*inner, Type::Named(_)) => Some(*inner),
        _ => {
            report.push(
                Diagnostic::error("api/request-type", written.span, "a request is a struct").help(
                    "declare a type with one field for it, such as `type Req { Items []Item }`",
                ),
            );
            None
        }
    }
}

/// Handlers and routes so far.
#[derive(Default)]
struct Seen {
    /// By group and name in snake case: the file and function that the handler becomes.
    handlers: IndexMap<(Option<String>, String), (String, Span)>,
    /// By method and path, whatever the parameters are called.
    routes: IndexMap<(Method, String), (String, Span)>,
}

impl Seen {
    fn handler(&mut self, group: Option<&str>, name: &str, span: Span, report: &mut Report) {
        // As modules: `a-b` and `a_b` are one folder.
        let folder = group.map(|group| {
            let parts = group.split('/').map(str::to_snake_case);
            parts.collect::<Vec<_>>().join("/")
        });
        let key = (folder, name.to_snake_case());
        let Some((first, at)) = self.handlers.get(&key) else {
            self.handlers.insert(key, (name.to_owned(), span));
            return;
        };
        let message = if first == name {
            format!("handler `{name}` is declared twice")
        } else {
            format!(
                "handlers `{first}` and `{name}` are both `{}` in Rust",
                key.1
            )
        };
        report.push(
            Diagnostic::error("api/duplicate-handler", span, message)
                .label(*at, "first declared here")
                .help("rename one of them, or put it into another `group`"),
        );
    }

    /// Whether requests can reach the route; reported if they cannot.
    fn route(&mut self, route: &Route, report: &mut Report) -> bool {
        let written = format!("{} {}", route.method.as_http(), route.full_path());
        let key = (route.method, paths::normalised(&route.path));
        let Some((first, at)) = self.routes.get(&key) else {
            self.routes.insert(key, (written, route.span));
            return true;
        };
        if *first == written {
            report.push(
                Diagnostic::error(
                    "api/duplicate-route",
                    route.span,
                    format!("route `{written}` is declared twice"),
                )
                .label(*at, "first declared here")
                .help("change the path or the method of one of them, or delete it"),
            );
            return false;
        }
        // Real files have this, and go-zero serves one of the two by chance. No router can tell them apart.
        report.push(
            Diagnostic::warning(
                "api/shadowed-route",
                route.span,
                format!("`{first}` takes every request of `{written}`, which is left out"),
            )
            .label(*at, "this one is served")
            .help("change the path or the method of one of them, or delete it"),
        );
        false
    }
}
