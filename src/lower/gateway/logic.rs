//! The user's logic: the call of the rpc that answers the route, or an honest 501.

use super::handlers::{body_type, declared, docs};
use super::tree::function;
use super::{Gateway, Output, call};
use crate::lower::layout::{self, is_wide};
use crate::lower::names;
use crate::model::Route;
use crate::rust::Function;
use crate::rust::gateway::{Body, Logic, LogicMod};

pub(super) fn files(gateway: &Gateway<'_>, out: &mut Output) {
    let mut files = Vec::new();
    gateway.root.walk(&[], &mut |path, node| {
        let dir = path.iter().flat_map(|part| [part, "/"]).collect::<String>();
        files.push((
            format!("{dir}mod"),
            Body::LogicMod(logic_mod(gateway, node)),
        ));
        for route in &node.routes {
            let module = names::module(&route.handler);
            files.push((format!("{dir}{module}"), Body::Logic(logic(gateway, route))));
        }
    });
    for (file, body) in files {
        let path = format!("src/logic/{file}.rs");
        match body {
            Body::LogicMod(_) => out.zgen(path, body),
            _ => out.user(path, body),
        }
    }
}

fn logic_mod(gateway: &Gateway<'_>, node: &super::Node<'_>) -> LogicMod {
    let functions = node.routes.iter().map(|route| Function {
        module: names::module(&route.handler),
        name: function(route),
    });
    let mut functions: Vec<_> = functions.collect();
    functions.sort();
    LogicMod {
        source: gateway.model.file.clone(),
        children: node.children.keys().cloned().collect(),
        functions,
    }
}

fn logic(gateway: &Gateway<'_>, route: &Route) -> Logic {
    let name = function(route);
    let request = route.request.as_ref().map(body_type);
    let response = route.response.as_ref().map(body_type);
    let call = call::call(gateway, route);
    let result = format!("Result<{}>", response.as_deref().unwrap_or("()"));
    let unused = if call.is_some() { "" } else { "_" };
    let reads_req = call
        .as_ref()
        .is_some_and(|call| call.request.contains("req.") || !call.request_attributes.is_empty());
    let unused_req = if reads_req { "" } else { "_" };
    let argument = request
        .as_ref()
        .map(|ty| format!(", {unused_req}req: {ty}"))
        .unwrap_or_default();
    let signature =
        format!("pub async fn {name}({unused}svc: &ServiceContext{argument}) -> {result} {{");
    let mentioned = [&route.request, &route.response].into_iter().flatten();
    let names: Vec<_> = mentioned.flat_map(declared).map(names::ty).collect();
    Logic {
        docs: docs(route),
        name,
        types: layout::use_of("crate::generated::types", &names),
        request,
        result,
        unused_svc: unused,
        unused_req,
        wide: is_wide(0, &signature),
        unwritten: layout::unwritten(&route.handler),
        call,
    }
}
