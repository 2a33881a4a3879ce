//! A gRPC service's crate.

mod folders;
mod library;
mod lines;
mod logic;
mod migrations;
mod server;
mod store;
mod table;

use camino::Utf8PathBuf;

pub(super) use self::library::{files as library, place as library_place};
pub use self::migrations::Place;
pub(super) use self::migrations::place;
pub(super) use self::store::Columns;
use super::layout::{self, Imports};
use super::{names, proto};
use crate::emit::Owner;
use crate::lower::deploy::Plan;
use crate::model::{Dialect, Rpc, RpcService};
use crate::rust::service::{Body, Crate, Manifest, ServiceName};
use crate::rust::{self, File, Use};

/// The files of one service.
pub(super) fn files(process: usize, plan: &Plan<'_>) -> Vec<File> {
    let rpc = plan.services[process].model;
    let info = &plan.services[process].process;
    let has_tables = !rpc.tables.is_empty();
    let view = Crate {
        source: rpc.file.clone(),
        crate_name: info.crate_name.clone(),
        module: info.crate_name.replace('-', "_"),
        process_name: info.name.clone(),
        config: info.config.clone(),
        imports: imports(rpc, &service_names(rpc)),
        exports: exports(&service_names(rpc)),
        mounted: mounted(&service_names(rpc)),
        services: service_names(rpc),
        has_tables,
    };
    let columns = Columns::of(rpc);
    let manifest = Manifest {
        crate_name: info.crate_name.clone(),
        proto: proto::crate_name(&rpc.name),
        uses_prost_types: uses_prost_types(rpc),
        has_tables,
        has_times: columns.times,
        has_json: columns.json,
        features: features(rpc, columns),
    };

    let mut out = Output {
        dir: format!("crates/{}", info.crate_name).into(),
        files: Vec::new(),
    };
    out.user("Cargo.toml", Body::Manifest(manifest));
    out.user("src/main.rs", Body::Main(view.clone()));
    out.user("src/lib.rs", Body::Lib(view.clone()));
    out.user("src/config.rs", Body::Config(view.clone()));
    out.user("src/svc.rs", Body::Svc(view.clone()));
    out.user("src/error.rs", Body::Error(view.clone()));
    out.zgen("src/generated/mod.rs", Body::GeneratedMod(view.clone()));
    for name in &view.services {
        let mut services = rpc.services.iter();
        let Some(service) = services.find(|service| service.full_name == name.full_name) else {
            continue;
        };
        let server = server::server(rpc, service, name);
        out.zgen(
            format!("src/generated/{}.rs", name.file),
            Body::Server(server),
        );
    }
    let called = store::Called::of(rpc);
    folders::files(rpc, &called, &mut out);
    if has_tables {
        let store = store::files(rpc, &called);
        for (path, body) in store.zgen {
            out.zgen(path, body);
        }
        for (path, body) in store.user {
            out.user(path, body);
        }
        out.files.extend(migrations::files(rpc, &out.dir));
    }
    out.user("tests/grpc.rs", Body::GrpcTest(view));
    out.files
}

/// Files of the crate, as they come.
struct Output {
    dir: Utf8PathBuf,
    files: Vec<File>,
}

impl Output {
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
            body: rust::Body::Service(body),
        });
    }
}

/// What of zgen-rt the service needs.
fn features(rpc: &Rpc, columns: Columns) -> String {
    let has_tables = !rpc.tables.is_empty();
    let features = [
        ("etcd", true),
        ("mysql", has_tables && rpc.dialect == Dialect::MySql),
        ("postgres", has_tables && rpc.dialect == Dialect::Postgres),
        ("redis", has_tables),
        ("reflection", true),
        ("rpc-server", true),
        ("sql-decimal", columns.decimals),
        ("sql-json", columns.json),
        ("sql-time", columns.times),
        ("sql-uuid", columns.uuids),
    ];
    let needed = features.iter().filter(|(_, is_needed)| *is_needed);
    let quoted: Vec<_> = needed.map(|(name, _)| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

/// What `lib.rs` imports from other crates.
fn imports(rpc: &Rpc, services: &[ServiceName]) -> Vec<Use> {
    let mut imports = Imports::default();
    for service in services {
        let (module, name) = service.server_path.rsplit_once("::").unwrap_or_default();
        if name == service.server {
            imports.add(module, &[name]);
        } else {
            imports.add(module, &[&format!("{name} as {}", service.server)]);
        }
    }
    let proto = proto::module_path(&rpc.name, "");
    imports.add(&proto, &["FILE_DESCRIPTOR_SET"]);
    imports.add("zgen_rt::rpc", &["self", "Services"]);
    imports.lines()
}

fn exports(services: &[ServiceName]) -> Option<Use> {
    let names: Vec<_> = services.iter().map(|service| service.ty.clone()).collect();
    layout::use_of("crate::generated", &names)
}

/// How the services get their context: each a clone, the last the thing itself.
fn mounted(services: &[ServiceName]) -> Vec<String> {
    let last = services.len().saturating_sub(1);
    let one = |(index, service): (usize, &ServiceName)| {
        let svc = if index == last { "svc" } else { "svc.clone()" };
        let (outer, inner) = (&service.server, &service.ty);
        let heads = format!("{outer}::new({inner}::new(");
        // rustfmt breaks the innermost call for as long as those around it are short.
        if heads.len() + svc.len() + 2 <= layout::CALL_WIDTH {
            format!(".with({heads}{svc})))")
        } else if heads.len() <= layout::CALL_WIDTH {
            format!(".with({heads}\n            {svc},\n        )))")
        } else {
            format!(".with({outer}::new(\n            {inner}::new({svc}),\n        ))")
        }
    };
    services.iter().enumerate().map(one).collect()
}

/// Whether a signature names a message of Google's that prost-types has.
fn uses_prost_types(rpc: &Rpc) -> bool {
    let methods = rpc.services.iter().flat_map(|service| &service.methods);
    let mut names = methods.flat_map(|method| [&method.input, &method.output]);
    names.any(|name| proto::Message::of(rpc, name).module.as_deref() == Some("prost_types"))
}

fn service_names(rpc: &Rpc) -> Vec<ServiceName> {
    let only = rpc.services.len() == 1;
    let name = |service: &RpcService| {
        let module = proto::module_path(&rpc.name, &service.package);
        let camel = names::ty(&service.name);
        let snake = names::value(&format!("{}_server", service.name));
        let label = proto::service_ty(rpc, service);
        let file = names::value(&format!("{label}_server"));
        ServiceName {
            ty: format!("{label}Service"),
            server: format!("{label}Server"),
            server_path: format!("{module}::{snake}::{camel}Server"),
            trait_path: format!("{module}::{snake}::{camel}"),
            file: if only { "server".to_owned() } else { file },
            full_name: service.full_name.clone(),
        }
    };
    let mut names: Vec<_> = rpc.services.iter().map(name).collect();
    names.sort_by(|a, b| a.file.cmp(&b.file));
    names
}
