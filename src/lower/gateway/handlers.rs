//! Thin handlers: extract, call the logic, answer; each a span.

use std::collections::BTreeMap;

use super::attributes::Fields;
use super::tree::{Node, attribute_prefix, function};
use super::types::holds_bytes;
use super::{Gateway, Output};
use crate::lower::{layout, names, spans, types};
use crate::model::{Group, Route, Type};
use crate::parallel;
use crate::rust::gateway::{Answer, Body, Handler, Handlers};
use crate::rust::{Attribute, Use};

pub(super) fn files(gateway: &Gateway<'_>, out: &mut Output<'_>) {
    let files = parallel::each(&gateway.root.all(), |(path, node)| {
        let file = if path.is_empty() || !node.children.is_empty() {
            [path.as_slice(), &["mod".to_owned()]].concat().join("/")
        } else {
            path.join("/")
        };
        (file, handlers(gateway, path, node))
    });
    for (file, view) in files {
        out.zgen(
            format!("src/generated/handler/{file}.rs"),
            Body::Handlers(view),
        );
    }
}

fn handlers(gateway: &Gateway<'_>, path: &[String], node: &Node<'_>) -> Handlers {
    let handlers: Vec<_> = node
        .routes
        .iter()
        .map(|route| handler(gateway, path, route))
        .collect();
    let uses = if handlers.is_empty() {
        Vec::new()
    } else {
        uses(gateway, node, &handlers)
    };
    Handlers {
        source: gateway.model.file.clone(),
        children: node.children.keys().cloned().collect(),
        uses,
        handlers,
    }
}

fn uses(gateway: &Gateway<'_>, node: &Node<'_>, handlers: &[Handler]) -> Vec<Vec<Use>> {
    let mentions = |word: &str| handlers.iter().any(|found| found.signature.contains(word));
    let extracts = handlers.iter().any(|handler| handler.request.is_some());
    let mut extract = vec!["State"];
    if extracts {
        extract.extend(["FromRequest", "Request"]);
    } else if mentions(": Request") {
        extract.push("Request");
    }
    let mut outer = BTreeMap::from([("axum::extract", extract), ("zgen_rt::trace", vec!["Span"])]);
    for (path, name, word) in [
        ("axum", "Extension", "Extension("),
        ("axum", "Json", "<Json<"),
        ("axum::response", "Response", "<Response>"),
        ("zgen_rt::http", "Envelope", "<Envelope<"),
        ("zgen_rt::http", "Events", "<Events<"),
        ("zgen_rt::http::json", "AsBase64", "<AsBase64<"),
    ] {
        if mentions(word) {
            outer.entry(path).or_default().push(name);
        }
    }
    let outer: Vec<_> = (outer.iter())
        .map(|(path, names)| (*path, names.as_slice()))
        .collect();
    let mut own = layout::uses(&[
        ("crate::error", &["Result"]),
        ("crate", &["logic"]),
        ("crate::svc", &["ServiceContext"]),
    ]);
    if mentions("Claims>") {
        own.extend(layout::uses(&[("crate::claims", &["Claims"])]));
    }
    let names: Vec<_> = node
        .routes
        .iter()
        .flat_map(|route| mentioned(gateway, route))
        .collect();
    own.extend(layout::use_of("crate::generated::types", &names));
    let std = layout::uses(&[("std::sync", &["Arc"])]);
    vec![std, layout::uses(&outer), layout::sorted(own)]
}

/// The Rust names of the declared types that a route's handler and logic mention.
pub(super) fn mentioned(gateway: &Gateway<'_>, route: &Route) -> Vec<String> {
    let request = route.request.as_ref().filter(|_| !route.raw.request);
    let response = route.response.as_ref().filter(|_| !route.raw.response);
    let types = [request, response].into_iter().flatten();
    types
        .flat_map(declared)
        .map(|name| gateway.scope.ty(name))
        .collect()
}

fn handler(gateway: &Gateway<'_>, path: &[String], route: &Route) -> Handler {
    let name = function(route);
    let camel = names::ty(&route.handler);
    let shape = Shape::of(gateway, route);
    let written = route.response.as_ref().is_some_and(holds_bytes);
    let (result, answer, answered) = match (&shape.response, gateway.envelope) {
        (Returned::Body(ty), false) if written => {
            let result = format!("Json<AsBase64<{ty}>>");
            (result, Answer::Value, "Json(AsBase64(resp))")
        }
        (Returned::Body(ty), true) if written => {
            let result = format!("Envelope<AsBase64<{ty}>>");
            (result, Answer::Value, "Envelope::ok(AsBase64(resp))")
        }
        (Returned::Body(ty), false) => (format!("Json<{ty}>"), Answer::Value, "Json(resp)"),
        (Returned::Body(ty), true) => {
            let result = format!("Envelope<{ty}>");
            (result, Answer::Value, "Envelope::ok(resp)")
        }
        (Returned::Nothing, false) => ("()".to_owned(), Answer::Empty, "()"),
        (Returned::Nothing, true) => {
            let result = "Envelope<()>".to_owned();
            (result, Answer::Empty, "Envelope::ok(())")
        }
        (Returned::Whole(ty), _) => (ty.clone(), Answer::Direct, ""),
    };
    let result = format!("Result<{result}>");
    let mut parameters = vec!["State(svc): State<Arc<ServiceContext>>".to_owned()];
    let mut passed = vec!["&svc"];
    if shape.claims {
        parameters.push("Extension(claims): Extension<Claims>".to_owned());
        passed.push("claims");
    }
    match &shape.request {
        Taken::Nothing => {}
        Taken::Body(_) => {
            parameters.push("request: Request".to_owned());
            passed.push("req");
        }
        Taken::Whole => {
            parameters.push("request: Request".to_owned());
            passed.push("request");
        }
    }
    let head = format!("pub(crate) async fn {name}");
    let logic = [&["logic".to_owned()], path, std::slice::from_ref(&name)]
        .concat()
        .join("::");
    let called = format!("{logic}({})", passed.join(", "));
    let run = layout::call(12, ".run", &[called], "");
    let (column, links): (usize, &[&str]) = match answer {
        Answer::Value => (19, &[&run, ".await?"]),
        Answer::Empty => (8, &[&run, ".await?"]),
        Answer::Direct => (8, &[&run, ".await"]),
    };
    let end = if answer == Answer::Direct { "" } else { ";" };
    let call = layout::chain(8, column, "logic", links, end);

    let prefix = attribute_prefix(path, gateway.model);
    let request_type = route.request.as_ref().filter(|_| !route.raw.request);
    let response_type = route.response.as_ref().filter(|_| answer == Answer::Value);
    let request_attributes = Fields::of(gateway, request_type).measures(&prefix, "req");
    let response_attributes = Fields::of(gateway, response_type).ids(&prefix, "resp");
    let response_attributes = spans::without(response_attributes, &request_attributes);
    Handler {
        docs: docs(route),
        signature: layout::signature(&head, &parameters, &result),
        request: match shape.request {
            Taken::Body(ty) => Some(ty),
            Taken::Nothing | Taken::Whole => None,
        },
        answer,
        answered,
        handler_span: format!("{camel}Handler"),
        logic_span: format!("{camel}Logic"),
        call,
        request_attributes: statements(&request_attributes),
        response_attributes: statements(&response_attributes),
    }
}

fn statements(attributes: &[Attribute]) -> Vec<String> {
    let set = |attribute: &Attribute| {
        let arguments = [format!("\"{}\"", attribute.key), attribute.value.clone()];
        layout::call(8, "span.set", &arguments, ";")
    };
    attributes.iter().map(set).collect()
}

/// What handler and logic of a route pass each other.
pub(super) struct Shape {
    pub(super) claims: bool,
    pub(super) request: Taken,
    pub(super) response: Returned,
}

pub(super) enum Taken {
    Nothing,
    /// A value of this type.
    Body(String),
    /// The request as it came.
    Whole,
}

pub(super) enum Returned {
    Nothing,
    /// A value of this type.
    Body(String),
    /// A response: events, or one of the logic's own.
    Whole(String),
}

impl Shape {
    pub(super) fn of(gateway: &Gateway<'_>, route: &Route) -> Self {
        let group = gateway.group_of(route);
        let request = match &route.request {
            _ if route.raw.request => Taken::Whole,
            Some(ty) => Taken::Body(body_type(gateway, ty)),
            None => Taken::Nothing,
        };
        let response = match &route.response {
            _ if route.raw.response => Returned::Whole("Response".to_owned()),
            Some(ty) if group.is_some_and(|group| group.sse) => {
                Returned::Whole(format!("Events<{}>", body_type(gateway, ty)))
            }
            Some(ty) => Returned::Body(body_type(gateway, ty)),
            None => Returned::Nothing,
        };
        Self {
            claims: group.is_some_and(has_claims),
            request,
            response,
        }
    }
}

/// Whether requests show who they are from.
pub(super) fn has_claims(group: &Group) -> bool {
    group.jwt.is_some() || group.jwt_transition.is_some()
}

/// The description's words, then method and path.
pub(super) fn docs(route: &Route) -> Vec<String> {
    let mut docs = route.docs.clone();
    for key in ["summary", "description"] {
        let text = route.properties.get(key).map_or("", |text| text.trim());
        if !text.is_empty() && !docs.iter().any(|line| line == text) {
            docs.extend(text.lines().map(|line| line.trim().to_owned()));
        }
    }
    let deprecated = route.properties.get("deprecated").map(|text| text.trim());
    if deprecated.is_some_and(|text| text != "false") {
        docs.push("Deprecated.".to_owned());
    }
    if !docs.is_empty() {
        docs.push(String::new());
    }
    docs.push(format!(
        "`{} {}`",
        route.method.as_http(),
        route.full_path()
    ));
    docs
}

/// The Rust type of a request or response body.
pub(super) fn body_type(gateway: &Gateway<'_>, ty: &Type) -> String {
    match ty {
        // A body is there or the route has none: nothing to be a pointer to.
        Type::Pointer(inner) => body_type(gateway, inner),
        other => types::api(other, &gateway.scope, None),
    }
}

/// The declared types in a body.
pub(super) fn declared(ty: &Type) -> Vec<&str> {
    match ty {
        Type::Named(name) => vec![name],
        Type::Slice(inner) | Type::Array(_, inner) | Type::Pointer(inner) => declared(inner),
        Type::Map(_, value) => declared(value),
        _ => Vec::new(),
    }
}
