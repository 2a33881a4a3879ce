//! Doubles of services, for the tests of their callers.

use super::layout;
use super::names;
use super::proto::{Message, crate_name, module_path, packages, service_ty};
use crate::model::{Rpc, RpcMethod, RpcService};
use crate::rust::workspace::{Fake, FakeMethod, ProtoFake};

/// `FakeOrder`
pub(super) fn name(rpc: &Rpc, service: &RpcService) -> String {
    format!("Fake{}", service_ty(rpc, service))
}

/// The doubles of every service of an rpc.
pub(super) fn fakes(rpc: &Rpc) -> ProtoFake {
    let methods = || rpc.services.iter().flat_map(|service| &service.methods);
    let streams_in = methods().any(|method| method.client_streaming);
    let streams_out = methods().any(|method| method.server_streaming);
    let mut tonic = vec!["Request", "Response", "Status"];
    let mut rt = vec!["Canned", "Channel"];
    if streams_in {
        tonic.push("Streaming");
    }
    if streams_out {
        rt.push("Replies");
    }
    if streams_in || streams_out {
        rt.push("self");
    }
    let mut uses = vec![layout::uses(&[
        ("tonic", tonic.as_slice()),
        ("zgen_rt::rpc", rt.as_slice()),
    ])];
    if let Some((path, name)) = alias(rpc) {
        uses.push(layout::uses(&[(path.as_str(), &[name.as_str()])]));
    }
    ProtoFake {
        source: rpc.file.clone(),
        uses,
        services: rpc
            .services
            .iter()
            .map(|service| fake(rpc, service))
            .collect(),
    }
}

fn fake(rpc: &Rpc, service: &RpcService) -> Fake {
    let module = inside(rpc, &module_path(&rpc.name, &service.package));
    let ty = names::ty(&service.name);
    let client = names::value(&format!("{}_client", service.name));
    let server = names::value(&format!("{}_server", service.name));
    Fake {
        name: name(rpc, service),
        full_name: service.full_name.clone(),
        client: format!("{module}::{client}::{ty}Client"),
        server: format!("{module}::{server}::{ty}Server"),
        trait_path: format!("{module}::{server}::{ty}"),
        methods: (service.methods.iter())
            .map(|each| method(rpc, service, each))
            .collect(),
    }
}

fn method(rpc: &Rpc, service: &RpcService, method: &RpcMethod) -> FakeMethod {
    let path = |full_name: &str| {
        let message = Message::of(rpc, full_name);
        match &message.module {
            Some(module) => format!("{}::{}", inside(rpc, module), message.own_name),
            None => message.own_name,
        }
    };
    let (input, output) = (path(&method.input), path(&method.output));
    let name = names::value(&method.name);
    let streams_out = (method.server_streaming).then(|| format!("{}Stream", method.name));
    let (asked, request) = if method.client_streaming {
        (format!("Vec<{input}>"), format!("Streaming<{input}>"))
    } else {
        (input.clone(), input)
    };
    let (answered, response) = match &streams_out {
        Some(stream) => (format!("Vec<{output}>"), format!("Self::{stream}")),
        None => (output.clone(), output.clone()),
    };
    let result = format!("Result<Response<{response}>, Status>");
    let line = format!("async fn {name}(&self, request: Request<{request}>) -> {result} {{");
    let signature = if layout::is_wide(4, &line) {
        format!(
            "async fn {name}(\n        &self,\n        request: Request<{request}>,\n    ) -> {result} {{"
        )
    } else {
        line
    };
    let ty = format!("Canned<{asked}, {answered}>");
    let line = format!("{name}: {ty}");
    let field = if layout::is_wide(8, &format!("{line},")) {
        format!("{name}:\n        {ty}")
    } else {
        line
    };
    let full_name = format!("\"{}/{}\"", service.full_name, method.name);
    let line = format!("{name}: Canned::new({full_name})");
    let made = if layout::is_wide(12, &format!("{line},")) {
        format!("{name}: Canned::new(\n                {full_name},\n            )")
    } else {
        line
    };
    FakeMethod {
        field,
        made,
        streams_in: method.client_streaming,
        name,
        signature,
        output,
        streams_out,
    }
}

/// A path as the file writes it: by the last module of the package.
fn inside(rpc: &Rpc, path: &str) -> String {
    let own = crate_name(&rpc.name).replace('-', "_");
    let Some(rest) = path.strip_prefix(&own) else {
        return path.to_owned();
    };
    let path = format!("crate{rest}");
    let Some((outer, name)) = alias(rpc) else {
        return path;
    };
    match path.strip_prefix(&format!("{outer}::{name}")) {
        Some("") => name,
        Some(rest) if rest.starts_with("::") => format!("{name}{rest}"),
        _ => path,
    }
}

/// The package's own module, if its name is free: what it is in, and the name.
fn alias(rpc: &Rpc) -> Option<(String, String)> {
    if packages(rpc).len() > 1 {
        return None;
    }
    let own = crate_name(&rpc.name).replace('-', "_");
    let path = module_path(&rpc.name, &rpc.package);
    let path = format!("crate{}", path.strip_prefix(&own)?);
    let (outer, name) = path.rsplit_once("::")?;
    let is_free = !matches!(name, "rpc" | "tonic" | "zgen_rt");
    is_free.then(|| (outer.to_owned(), name.to_owned()))
}
