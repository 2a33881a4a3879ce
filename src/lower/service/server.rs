//! The implementation of tonic's trait: spans around calls of the logic.

use crate::lower::proto::Message;
use crate::lower::{layout, names, spans};
use crate::model::{Rpc, RpcMethod, RpcService};
use crate::rust::Use;
use crate::rust::service::{Method, Server, ServiceName};

pub(super) fn server(rpc: &Rpc, service: &RpcService, name: &ServiceName) -> Server {
    let methods = service
        .methods
        .iter()
        .filter_map(|each| method(rpc, each))
        .collect();
    Server {
        source: rpc.file.clone(),
        service: name.clone(),
        trait_name: names::ty(&service.name),
        docs: service.docs.clone(),
        messages: messages(rpc, service.methods.iter()),
        methods,
    }
}

/// `use` lines for the messages of these methods.
pub(super) fn messages<'a>(rpc: &Rpc, methods: impl Iterator<Item = &'a RpcMethod>) -> Vec<Use> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for method in methods {
        for full_name in [&method.input, &method.output] {
            let Some(message) = Message::of(rpc, full_name) else {
                continue;
            };
            match found
                .iter_mut()
                .find(|(module, _)| *module == message.module)
            {
                Some((_, names)) => names.push(message.name),
                None => found.push((message.module, vec![message.name])),
            }
        }
    }
    found.sort();
    found
        .iter()
        .filter_map(|(module, names)| layout::use_of(module, names))
        .collect()
}

fn method(rpc: &Rpc, method: &RpcMethod) -> Option<Method> {
    let input = Message::of(rpc, &method.input)?;
    let output = Message::of(rpc, &method.output)?;
    let name = names::value(&method.name);
    let signature = format!(
        "async fn {name}(&self, request: Request<{}>) -> Result<Response<{}>, Status> {{",
        input.name, output.name
    );
    let run = format!(".run(logic::{name}(&self.svc, req))");
    Some(Method {
        docs: method.docs.clone(),
        call: layout::chain(8, 19, "span", &[&run, ".await?"], ";"),
        span: format!("{}Logic", names::ty(&method.name)),
        request_attributes: spans::measures(subject(&rpc.package), "req", seen(&input.fields())),
        response_attributes: spans::ids("result", "resp", seen(&output.fields())),
        wide: layout::is_wide(4, &signature),
        request: input.name,
        response: output.name,
        name,
    })
}

/// What a package is about: `shop.order.v1` is about orders.
fn subject(package: &str) -> &str {
    let is_version = |part: &str| {
        let rest = part.strip_prefix('v');
        rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let mut parts = package.rsplit('.');
    parts.find(|part| !is_version(part)).unwrap_or(package)
}

fn seen(fields: &[(String, String, String)]) -> impl Iterator<Item = spans::Seen<'_>> {
    fields
        .iter()
        .map(|(wire, name, ty)| spans::Seen { wire, name, ty })
}
