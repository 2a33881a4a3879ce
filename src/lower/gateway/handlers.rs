//! Thin handlers: extract, call the logic, answer; each a span.

use super::attributes::Fields;
use super::tree::{Node, attribute_prefix, function};
use super::{Gateway, Output};
use crate::lower::layout::{self, is_wide};
use crate::lower::{names, spans, types};
use crate::model::{Route, Type};
use crate::rust::gateway::{Body, Handler, Handlers};

pub(super) fn files(gateway: &Gateway<'_>, out: &mut Output) {
    let mut files = Vec::new();
    gateway.root.walk(&[], &mut |path, node| {
        let file = if path.is_empty() || !node.children.is_empty() {
            [path, &["mod".to_owned()]].concat().join("/")
        } else {
            path.join("/")
        };
        files.push((file, handlers(gateway, path, node)));
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
    let mentioned = node
        .routes
        .iter()
        .flat_map(|route| [&route.request, &route.response]);
    let names: Vec<_> = mentioned
        .flatten()
        .flat_map(declared)
        .map(names::ty)
        .collect();
    Handlers {
        source: gateway.model.file.clone(),
        children: node.children.keys().cloned().collect(),
        types: layout::use_of("crate::generated::types", &names),
        has_requests: handlers.iter().any(|handler| handler.request.is_some()),
        has_json: handlers.iter().any(|handler| handler.response.is_some()),
        handlers,
    }
}

fn handler(gateway: &Gateway<'_>, path: &[String], route: &Route) -> Handler {
    let name = function(route);
    let camel = names::ty(&route.handler);
    let request = route.request.as_ref().map(body_type);
    let response = route.response.as_ref().map(body_type);
    let result = match &response {
        Some(ty) => format!("Result<Json<{ty}>>"),
        None => "Result<()>".to_owned(),
    };
    let arguments = match &request {
        Some(_) => "State(svc): State<ServiceContext>, request: Request",
        None => "State(svc): State<ServiceContext>",
    };
    let signature = format!("pub(crate) async fn {name}({arguments}) -> {result} {{");

    let logic = [&["logic".to_owned()], path, std::slice::from_ref(&name)]
        .concat()
        .join("::");
    let passed = if request.is_some() {
        "&svc, req"
    } else {
        "&svc"
    };
    let run = format!(".run({logic}({passed}))");
    let (column, end) = if response.is_some() {
        (19, ";")
    } else {
        (8, ";")
    };
    let call = layout::chain(8, column, "logic", &[&run, ".await?"], end);

    let prefix = attribute_prefix(path, gateway.model);
    let request_attributes = Fields::of(gateway, route.request.as_ref()).measures(&prefix, "req");
    let response_attributes = Fields::of(gateway, route.response.as_ref()).ids(&prefix, "resp");
    Handler {
        docs: docs(route),
        request,
        response,
        wide: is_wide(0, &signature),
        result,
        handler_span: format!("{camel}Handler"),
        logic_span: format!("{camel}Logic"),
        call,
        response_attributes: spans::without(response_attributes, &request_attributes),
        request_attributes,
        name,
    }
}

/// The description's words, then method and path.
pub(super) fn docs(route: &Route) -> Vec<String> {
    let mut docs = route.docs.clone();
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
pub(super) fn body_type(ty: &Type) -> String {
    match ty {
        // A body is there or the route has none: nothing to be a pointer to.
        Type::Pointer(inner) => body_type(inner),
        other => types::api(other, &|_| false),
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
