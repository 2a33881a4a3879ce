//! The user's logic: the call of the rpc that answers the route, or an honest 501.

use super::handlers::{Returned, Shape, Taken, docs, mentioned};
use super::tree::function;
use super::{Gateway, Output, call};
use crate::lower::layout;
use crate::lower::names;
use crate::model::Route;
use crate::parallel;
use crate::rust::Function;
use crate::rust::gateway::{Body, Logic, LogicMod};

pub(super) fn files(gateway: &Gateway<'_>, out: &mut Output<'_>) {
    let files = parallel::each(&gateway.root.all(), |(path, node)| {
        let dir = path.iter().flat_map(|part| [part, "/"]).collect::<String>();
        let functions: Vec<_> = node
            .routes
            .iter()
            .map(|route| Function {
                module: file_module(path, node, route),
                name: function(route),
            })
            .collect();
        let of_route = |(route, function): (&&Route, &Function)| {
            let body = Body::Logic(logic(gateway, route));
            (format!("{dir}{}", function.module), body)
        };
        let mut files: Vec<_> = node.routes.iter().zip(&functions).map(of_route).collect();
        let body = Body::LogicMod(logic_mod(gateway, node, functions));
        files.push((format!("{dir}mod"), body));
        files
    });
    for (file, body) in files.into_iter().flatten() {
        let path = format!("src/logic/{file}.rs");
        match body {
            Body::LogicMod(_) => out.zgen(path, body),
            _ => out.user(path, body),
        }
    }
}

/// The file of a route's logic; a folder of the same name belongs to a group, and one inside it would confuse.
fn file_module(path: &[String], node: &super::Node<'_>, route: &Route) -> String {
    let module = names::module(&route.handler);
    if node.children.contains_key(&module) || path.last() == Some(&module) {
        return format!("{module}_route");
    }
    module
}

fn logic_mod(
    gateway: &Gateway<'_>,
    node: &super::Node<'_>,
    mut functions: Vec<Function>,
) -> LogicMod {
    functions.sort();
    let own = functions.iter().map(|function| (&function.module, ""));
    let children = node.children.keys().map(|child| (child, "pub(crate) "));
    let mut modules: Vec<_> = own.chain(children).collect();
    modules.sort_unstable();
    let modules = modules
        .into_iter()
        .map(|(module, visible)| format!("{visible}mod {module};"))
        .collect();
    LogicMod {
        source: gateway.model.file.clone(),
        modules,
        functions,
    }
}

fn logic(gateway: &Gateway<'_>, route: &Route) -> Logic {
    let name = function(route);
    let shape = Shape::of(gateway, route);
    let call = call::call(gateway, route);
    let unused = if call.is_some() { "" } else { "_" };
    let reads_req = call.as_ref().is_some_and(|call| {
        let request = &call.call.request;
        super::convert::reads(request, "req") || !call.call.request_attributes.is_empty()
    });
    let unused_req = if reads_req { "" } else { "_" };
    let mut parameters = vec![format!("{unused}svc: &ServiceContext")];
    let mut outer: Vec<(&str, &[&str])> = Vec::new();
    let mut own: Vec<(&str, &[&str])> = vec![("crate::svc", &["ServiceContext"])];
    if shape.claims {
        parameters.push("_claims: Claims".to_owned());
        own.push(("crate::claims", &["Claims"]));
    }
    match shape.request {
        Taken::Nothing => {}
        Taken::Body(ty) => parameters.push(format!("{unused_req}req: {ty}")),
        Taken::Whole => {
            parameters.push("_request: Request".to_owned());
            outer.push(("axum::extract", &["Request"]));
        }
    }
    let response = match shape.response {
        Returned::Nothing => "()".to_owned(),
        Returned::Body(ty) => ty,
        Returned::Whole(ty) => {
            if ty == "Response" {
                outer.push(("axum::response", &["Response"]));
            } else {
                outer.push(("zgen_rt::http", &["Events"]));
            }
            ty
        }
    };
    let mut first = Vec::new();
    if let Some(call) = &call {
        first.extend(call.message_use.clone());
        own.push(("crate::error", &["Result"]));
        if call.call.uses_span {
            outer.push(("zgen_rt::trace", &["Span"]));
        }
    } else {
        own.push(("crate::error", &["Error", "Result"]));
        outer.push(("zgen_rt", &["Code"]));
    }
    first.extend(layout::uses(&outer));
    let mut own = layout::uses(&own);
    let names = mentioned(gateway, route);
    own.extend(layout::use_of("crate::generated::types", &names));
    let plain = name.strip_prefix("r#").unwrap_or(&name);
    let error = format!("Error::new(Code::Unimplemented, \"{plain} is not written yet\")");
    Logic {
        docs: docs(route),
        uses: vec![layout::sorted(first), layout::sorted(own)],
        signature: layout::signature(
            &format!("pub async fn {name}"),
            &parameters,
            &format!("Result<{response}>"),
        ),
        unwritten: layout::call(4, "Err", &[error], ""),
        call: call.map(|call| call.call),
    }
}
