//! The implementation of tonic's trait: spans around calls of the logic.

use crate::lower::proto::Message;
use crate::lower::{layout, names, spans};
use crate::model::{Rpc, RpcMethod, RpcService};
use crate::rust::service::{Method, Server, ServiceName};
use crate::rust::{Attribute, Use};

pub(super) fn server(rpc: &Rpc, service: &RpcService, name: &ServiceName) -> Server {
    let methods = service
        .methods
        .iter()
        .map(|each| method(rpc, each))
        .collect();
    Server {
        source: rpc.file.clone(),
        service: name.clone(),
        trait_name: names::ty(&service.name),
        docs: service.docs.clone(),
        messages: messages(rpc, service.methods.iter()),
        streams_in: service.methods.iter().any(|each| each.client_streaming),
        streams_out: service.methods.iter().any(|each| each.server_streaming),
        methods,
    }
}

/// `use` lines for the messages of these methods.
pub(super) fn messages<'a>(rpc: &Rpc, methods: impl Iterator<Item = &'a RpcMethod>) -> Vec<Use> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for method in methods {
        for full_name in [&method.input, &method.output] {
            let message = Message::of(rpc, full_name);
            let Some(module) = message.module else {
                continue;
            };
            match found.iter_mut().find(|(known, _)| *known == module) {
                Some((_, names)) => names.push(message.name),
                None => found.push((module, vec![message.name])),
            }
        }
    }
    found.sort();
    found
        .iter()
        .filter_map(|(module, names)| layout::use_of(module, names))
        .collect()
}

fn method(rpc: &Rpc, method: &RpcMethod) -> Method {
    let input = Message::of(rpc, &method.input);
    let output = Message::of(rpc, &method.output);
    let name = names::value(&method.name);
    let package = rpc.package.rsplit('.').next().unwrap_or(&rpc.package);
    let argument = if method.client_streaming {
        "requests"
    } else {
        "req"
    };
    let run = format!(".run(logic::{name}(&self.svc, {argument}))");
    let attributes = |attributes: Vec<Attribute>, streams: bool| match streams {
        true => Vec::new(),
        false => attributes,
    };
    Method {
        docs: method.docs.clone(),
        call: layout::chain(8, 19, "span", &[&run, ".await?"], ";"),
        span: format!("{}Logic", names::ty(&method.name)),
        request_attributes: attributes(
            spans::measures(package, "req", seen(&input.fields())),
            method.client_streaming,
        ),
        response_attributes: attributes(
            spans::ids("result", "resp", seen(&output.fields())),
            method.server_streaming,
        ),
        streams_in: method.client_streaming,
        streams_out: method
            .server_streaming
            .then(|| format!("{}Stream", names::ty(&method.name))),
        request: input.name,
        response: output.name,
        name,
    }
}

fn seen(fields: &[(String, String, String)]) -> impl Iterator<Item = spans::Seen<'_>> {
    fields
        .iter()
        .map(|(wire, name, ty)| spans::Seen { wire, name, ty })
}
