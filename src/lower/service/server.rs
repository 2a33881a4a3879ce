//! The implementation of tonic's trait: spans around calls of the logic.

use crate::lower::layout::{self, Imports, is_wide};
use crate::lower::proto::Message;
use crate::lower::{names, spans};
use crate::model::{Rpc, RpcMethod, RpcService};
use crate::rust::Attribute;
use crate::rust::service::{Method, Server, ServiceName};

use super::folders::folder;

pub(super) fn server(rpc: &Rpc, service: &RpcService, name: &ServiceName) -> Server {
    let folder = folder(rpc, service).map(|folder| format!("{folder}::"));
    let folder = folder.unwrap_or_default();
    let methods = (service.methods.iter())
        .map(|each| method(rpc, service, &folder, each))
        .collect();
    let streams_in = service.methods.iter().any(|each| each.client_streaming);
    let streams_out = service.methods.iter().any(|each| each.server_streaming);
    let trait_name = names::ty(&service.name);
    let mut imports = messages(rpc, service.methods.iter());
    let (module, _) = name.trait_path.rsplit_once("::").unwrap_or_default();
    imports.add(module, &[&trait_name]);
    imports.add("tonic", &["Request", "Response", "Status"]);
    imports.add_if(streams_in, "tonic", &["Streaming"]);
    imports.add_if(streams_out, "zgen_rt::rpc", &["self", "Replies"]);
    imports.add("zgen_rt::trace", &["Span"]);
    Server {
        source: rpc.file.clone(),
        service: name.clone(),
        trait_name,
        docs: service.docs.clone(),
        imports: imports.lines(),
        methods,
    }
}

/// Imports of the messages of these methods.
pub(super) fn messages<'a>(rpc: &Rpc, methods: impl Iterator<Item = &'a RpcMethod>) -> Imports {
    let mut imports = Imports::default();
    for method in methods {
        for full_name in [&method.input, &method.output] {
            let message = Message::of(rpc, full_name);
            if let Some(module) = &message.module {
                imports.add(module, &[&message.item()]);
            }
        }
    }
    imports
}

fn method(rpc: &Rpc, service: &RpcService, folder: &str, method: &RpcMethod) -> Method {
    let input = Message::of(rpc, &method.input);
    let output = Message::of(rpc, &method.output);
    let name = names::value(&method.name);
    let package = subject(&service.package);
    let streams_out = method
        .server_streaming
        .then(|| format!("{}Stream", method.name));
    let request = if method.client_streaming {
        format!("Streaming<{}>", input.name)
    } else {
        input.name.clone()
    };
    let response = match &streams_out {
        Some(stream) => format!("Self::{stream}"),
        None => output.name.clone(),
    };
    let signature = format!(
        "async fn {name}(&self, request: Request<{request}>) -> Result<Response<{response}>, Status> {{"
    );
    let argument = if method.client_streaming {
        "requests"
    } else {
        "req"
    };
    let logic = format!("logic::{folder}{name}(&self.svc, {argument})");
    let run = layout::call(12, ".run", &[logic], "");
    let attributes = |attributes: Vec<Attribute>, streams: bool| {
        if streams { Vec::new() } else { attributes }
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
        streams_out,
        wide: is_wide(4, &signature),
        request,
        response,
        reply: output.name,
        name,
    }
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
