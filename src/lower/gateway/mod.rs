//! An HTTP gateway's crate.

mod attributes;
mod bind;
mod call;
mod calls_test;
mod checks;
mod convert;
mod handlers;
mod layers;
mod logic;
mod routes;
mod samples;
mod tests;
mod tree;
mod types;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::names::Unique;
use super::scope::Scope;
use super::{layout, names};
use crate::emit::Owner;
use crate::lower::deploy::Plan;
use crate::model::{self, Group, Route, RpcMethod, RpcService, System};
use crate::parallel;
use crate::project::Options;
use crate::rust::gateway::{
    Body, Client, Crate, ErrorType, Jwt, Manifest, Middleware, MiddlewareMod,
};
use crate::rust::workspace::Example;
use crate::rust::{self, File, Use};

use self::routes::Parameters;
use self::tree::Node;

/// What the files of one gateway are made from.
struct Gateway<'a> {
    model: &'a model::Gateway,
    system: &'a System,
    scope: Scope<'a>,
    clients: Vec<Client>,
    jwts: Vec<Jwt>,
    middleware: Vec<Middleware>,
    root: Node<'a>,
    parameters: Parameters,
    /// The routes that read each type as their request.
    readers: BTreeMap<&'a str, Vec<&'a Route>>,
    /// Whether answers and errors come in an envelope.
    envelope: bool,
}

impl<'a> Gateway<'a> {
    /// The group that a route belongs to.
    fn group_of(&self, route: &Route) -> Option<&'a Group> {
        let mut groups = self.model.groups.iter();
        let route = std::ptr::from_ref(route);
        groups.find(|group| group.routes.as_ptr_range().contains(&route))
    }

    fn jwt(&self, section: &str) -> Option<&Jwt> {
        self.jwts.iter().find(|jwt| jwt.section == section)
    }
}

/// The files of one gateway, and a request to try.
pub(super) fn files(
    process: usize,
    system: &System,
    plan: &Plan<'_>,
    options: &Options,
) -> (Vec<File>, Option<Example>) {
    let model = plan.gateways[process].model;
    let info = &plan.gateways[process].process;
    let clients = clients(system, plan);
    let gateway = Gateway {
        model,
        system,
        scope: Scope::of(model),
        jwts: layers::jwts(model, &clients),
        clients,
        middleware: layers::middleware(model),
        root: Node::of(model),
        parameters: Parameters::of(model),
        readers: readers(model),
        envelope: options.envelope,
    };
    let conversions = convert::conversions(&gateway);
    let dir = Utf8PathBuf::from(format!("crates/{}", info.crate_name));
    let view = Crate {
        source: model.file.clone(),
        crate_name: info.crate_name.clone(),
        module: info.crate_name.replace('-', "_"),
        config: info.config.clone(),
        docs: docs(model),
        clients: gateway.clients.clone(),
        has_types: !model.types.is_empty(),
        has_conversions: conversions.is_some(),
        jwts: gateway.jwts.clone(),
        has_middleware: !gateway.middleware.is_empty(),
        has_signature: has_signature(&gateway),
        has_sections: !gateway.clients.is_empty()
            || !gateway.jwts.is_empty()
            || has_signature(&gateway),
        config_use: config_use(&gateway),
    };
    let files = || {
        let mut out = Output::new(&dir);
        handlers::files(&gateway, &mut out);
        logic::files(&gateway, &mut out);
        out.zgen(
            "src/generated/routes.rs",
            Body::Routes(routes::routes(&gateway)),
        );
        out.files
    };
    let shared = || {
        let types = types::types(&gateway);
        let http_test = tests::http_test(&gateway, &view);
        let calls_test = calls_test::test(&gateway, &view);
        (types, http_test, calls_test)
    };
    // Each about half of the work.
    let (files, (types, http_test, calls_test)) = parallel::both(files, shared);
    let trace_test = tests::trace_test(&gateway, &view, plan);
    let manifest = Manifest {
        crate_name: info.crate_name.clone(),
        protos: protos(&gateway),
        trace_test: trace_test.as_ref().map(|(_, service)| service.clone()),
        needs_serde_json: types.types.iter().any(types::mentions_json) || !gateway.jwts.is_empty(),
        features: features(&gateway),
    };

    let mut out = Output { dir: &dir, files };
    out.user("Cargo.toml", Body::Manifest(manifest));
    out.user("src/main.rs", Body::Main(view.clone()));
    out.user("src/lib.rs", Body::Lib(view.clone()));
    out.user("src/config.rs", Body::Config(view.clone()));
    out.user("src/svc.rs", Body::Svc(view.clone()));
    out.user(
        "src/error.rs",
        Body::Error(ErrorType {
            envelope: options.envelope,
        }),
    );
    out.zgen("src/generated/mod.rs", Body::GeneratedMod(view.clone()));
    if !gateway.clients.is_empty() {
        out.zgen("src/generated/clients.rs", Body::Clients(view.clone()));
    }
    if let Some(conversions) = conversions {
        out.zgen("src/generated/convert.rs", Body::Conversions(conversions));
    }
    if view.has_types {
        out.zgen("src/generated/types.rs", Body::Types(types));
    }
    if !gateway.jwts.is_empty() {
        out.user("src/claims.rs", Body::Claims);
    }
    middleware(&gateway, &mut out);
    out.user("tests/http.rs", Body::HttpTest(http_test));
    if let Some(test) = calls_test {
        out.user("tests/calls.rs", Body::CallsTest(test));
    }
    if let Some((test, _)) = trace_test {
        out.user("tests/trace.rs", Body::TraceTest(test));
    }
    let files = out.files;
    (files, tests::example(&gateway, info))
}

fn readers(model: &model::Gateway) -> BTreeMap<&str, Vec<&Route>> {
    let mut readers: BTreeMap<&str, Vec<&Route>> = BTreeMap::new();
    for route in model.groups.iter().flat_map(|group| &group.routes) {
        if let Some(model::Type::Named(name)) = &route.request {
            readers.entry(name).or_default().push(route);
        }
    }
    readers
}

/// Files of the crate, as they come.
struct Output<'a> {
    dir: &'a Utf8Path,
    files: Vec<File>,
}

impl<'a> Output<'a> {
    fn new(dir: &'a Utf8Path) -> Self {
        let files = Vec::new();
        Self { dir, files }
    }

    fn user(&mut self, path: impl AsRef<str>, body: Body) {
        self.push(path.as_ref(), Owner::User, body);
    }

    fn zgen(&mut self, path: impl AsRef<str>, body: Body) {
        self.push(path.as_ref(), Owner::Zgen, body);
    }

    fn push(&mut self, path: &str, owner: Owner, body: Body) {
        let path = self.dir.join(path);
        self.files.push(File {
            path,
            owner,
            body: rust::Body::Gateway(body),
        });
    }
}

fn middleware(gateway: &Gateway<'_>, out: &mut Output<'_>) {
    for middleware in &gateway.middleware {
        let path = format!("src/middleware/{}.rs", middleware.name);
        out.user(path, Body::Middleware(middleware.clone()));
    }
    let mut names: Vec<_> = gateway
        .middleware
        .iter()
        .map(|middleware| middleware.name.clone())
        .collect();
    names.sort();
    if !names.is_empty() {
        let source = gateway.model.file.clone();
        let view = MiddlewareMod { source, names };
        out.zgen("src/middleware/mod.rs", Body::MiddlewareMod(view));
    }
}

fn features(gateway: &Gateway<'_>) -> Vec<String> {
    let mut features = vec!["http"];
    if !gateway.clients.is_empty() {
        features.extend(["etcd", "rpc-client"]);
    }
    if !gateway.jwts.is_empty() {
        features.push("jwt");
    }
    if has_signature(gateway) {
        features.push("signature");
    }
    features.sort_unstable();
    features.into_iter().map(str::to_owned).collect()
}

/// Whether callers sign the requests of some group.
fn has_signature(gateway: &Gateway<'_>) -> bool {
    gateway.model.groups.iter().any(|group| group.signature)
}

fn config_use(gateway: &Gateway<'_>) -> Option<Use> {
    let mut names = vec!["self", "ConfigFile", "RestConf"];
    if !gateway.clients.is_empty() {
        names.push("RpcClientConf");
    }
    if !gateway.jwts.is_empty() {
        names.push("JwtConf");
    }
    if has_signature(gateway) {
        names.push("SignatureConf");
    }
    let names: Vec<_> = names.into_iter().map(str::to_owned).collect();
    layout::use_of("zgen_rt::config", &names)
}

fn docs(model: &model::Gateway) -> Vec<String> {
    let info = |key: &str| model.info.get(key).map(|text| text.trim().to_owned());
    let texts = ["title", "desc"]
        .into_iter()
        .filter_map(info)
        .filter(|text| !text.is_empty());
    texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// A client for each service that the system knows.
fn clients(system: &System, plan: &Plan<'_>) -> Vec<Client> {
    let mut clients: Vec<Client> = Vec::new();
    let mut fields = Unique::with(&["config", "readiness"], "_rpc");
    for (rpc, callee) in system.rpcs.iter().zip(&plan.callees) {
        for service in &rpc.services {
            let field = names::value(&service.name);
            let is_taken = clients.iter().any(|client| client.field == field);
            let field = if is_taken {
                names::value(&service.full_name)
            } else {
                field
            };
            let field = fields.take(field);
            let module = super::proto::module_path(&rpc.name, &service.package);
            let generated = names::ty(&service.name);
            let file = names::value(&format!("{}_client", service.name));
            let alias = names::ty(&format!("{field}_client"));
            let path = format!("{module}::{file}::{generated}Client");
            let line = format!("pub type {alias} = {path}<Channel>;");
            clients.push(Client {
                type_line: if layout::is_wide(0, &line) {
                    format!("pub type {alias} =\n    {path}<Channel>;")
                } else {
                    line
                },
                signature: layout::signature(
                    &format!("pub(crate) fn {field}"),
                    &["conf: &RpcClientConf".to_owned()],
                    &format!("anyhow::Result<{alias}>"),
                ),
                alias,
                full_name: service.full_name.clone(),
                config_field: names::value(&callee.section),
                declares_config: !clients
                    .iter()
                    .any(|client| client.section == callee.section),
                section: callee.section.clone(),
                rpc: rpc.name.clone(),
                channel: channel(&callee.section, service),
                field,
            });
        }
    }
    clients
}

/// The channel of a client, with the methods that stream, and those that may be called again.
fn channel(section: &str, service: &RpcService) -> String {
    let head = format!("Channel::new(\"{section}\", conf)?");
    let streams = |method: &&RpcMethod| method.client_streaming || method.server_streaming;
    let link = |name: &str, method: &RpcMethod| {
        format!(".{name}(\"/{}/{}\")", service.full_name, method.name)
    };
    let methods = || service.methods.iter();
    let streams = methods()
        .filter(streams)
        .map(|method| link("with_stream", method));
    let idempotent = methods().filter(|method| method.idempotent);
    let idempotent = idempotent.map(|method| link("with_idempotent", method));
    let links: Vec<_> = streams.chain(idempotent).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    layout::chain(4, 18, &head, &links, ";")
}

fn protos(gateway: &Gateway<'_>) -> Vec<String> {
    let mut crates: Vec<_> = gateway
        .clients
        .iter()
        .map(|client| super::proto::crate_name(&client.rpc))
        .collect();
    crates.sort();
    crates.dedup();
    crates
}
