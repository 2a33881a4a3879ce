//! The proto crates: where prost's names live in Rust.

use camino::Utf8PathBuf;

use super::{bytes, names, types};
use crate::emit::Owner;
use crate::model::{self, Rpc, RpcService};
use crate::proto::{Code, Stub};
use crate::rust::workspace::{Body, Descriptors, ModuleLine, ProtoLib, ProtoManifest};
use crate::rust::{self, File};

/// `order` is `order-proto`.
pub(super) fn crate_name(rpc: &str) -> String {
    names::package(&format!("{}-proto", rpc.replace(['.', '_'], "-")))
}

/// `order_proto::order`; of package `shop.order.v1`, `shop_order_v1_proto::shop::order::v1`.
pub(super) fn module_path(rpc: &str, package: &str) -> String {
    let mut path = crate_name(rpc).replace('-', "_");
    for part in package.split('.').filter(|part| !part.is_empty()) {
        path.push_str("::");
        path.push_str(&names::value(part));
    }
    path
}

/// Where prost puts what a package declares.
pub(super) struct Place {
    pub(super) package: String,
    /// Modules of the messages around it.
    pub(super) outer: Vec<String>,
    pub(super) name: String,
}

impl Place {
    pub(super) fn in_package(package: &str, full_name: &str) -> Self {
        let inside = full_name.strip_prefix(package).unwrap_or(full_name);
        let parts = inside.split('.').filter(|part| !part.is_empty());
        let mut parts: Vec<_> = parts.collect();
        let name = parts.pop().unwrap_or_default();
        Self {
            package: package.to_owned(),
            outer: parts.into_iter().map(names::value).collect(),
            name: names::ty(name),
        }
    }

    /// Packages are written in lower case, messages are not.
    fn guess(full_name: &str) -> Self {
        let (package, _) = foreign(full_name);
        Self::in_package(package, full_name)
    }

    pub(super) fn of_message(rpc: &Rpc, full_name: &str) -> Self {
        match rpc.message(full_name) {
            Some(found) => Self::in_package(&found.package, full_name),
            None => Self::guess(full_name),
        }
    }

    pub(super) fn of_enum(rpc: &Rpc, full_name: &str) -> Self {
        let mut enums = rpc.enums.iter();
        match enums.find(|each| each.full_name == full_name) {
            Some(found) => Self::in_package(&found.package, full_name),
            None => Self::guess(full_name),
        }
    }
}

/// A message as Rust code names it.
pub(super) struct Message<'a> {
    /// `None` for a message of Google's.
    pub(super) model: Option<&'a model::Message>,
    /// `order_proto::order`; nested messages are in the module of the outer one. `None`: nothing to import.
    pub(super) module: Option<String>,
    /// `CreateOrderRequest`; `RequestMessage` where the files that mention it have a `Request` already.
    pub(super) name: String,
    /// What prost calls it.
    pub(super) own_name: String,
}

impl<'a> Message<'a> {
    pub(super) fn of(rpc: &'a Rpc, full_name: &str) -> Self {
        if let Some(known) = full_name.strip_prefix("google.protobuf.") {
            return Self::well_known(known);
        }
        let model = rpc.message(full_name);
        let place = match model {
            Some(model) => Place::in_package(&model.package, full_name),
            None => Place::guess(full_name),
        };
        let mut module = module_path(&rpc.name, &place.package);
        for outer in &place.outer {
            module.push_str("::");
            module.push_str(outer);
        }
        let is_service = |name: &str| {
            let mut services = rpc.services.iter();
            services.any(|service| names::ty(&service.name) == name)
        };
        let name = told_apart(rpc, full_name, &place);
        let own_name = place.name;
        let name = if names::is_taken(&name) || is_service(&name) {
            format!("{name}Message")
        } else {
            name
        };
        Self {
            model,
            module: Some(module),
            name,
            own_name,
        }
    }

    /// In a `use` line.
    pub(super) fn item(&self) -> String {
        if self.name == self.own_name {
            self.name.clone()
        } else {
            format!("{} as {}", self.own_name, self.name)
        }
    }

    /// As prost maps Google's own messages: some are plain Rust types.
    fn well_known(name: &str) -> Self {
        let plain = match name {
            "Empty" => "()",
            "BoolValue" => "bool",
            "BytesValue" => "Vec<u8>",
            "DoubleValue" => "f64",
            "FloatValue" => "f32",
            "Int32Value" => "i32",
            "Int64Value" => "i64",
            "StringValue" => "String",
            "UInt32Value" => "u32",
            "UInt64Value" => "u64",
            other => {
                return Self {
                    model: None,
                    module: Some("prost_types".to_owned()),
                    name: names::ty(other),
                    own_name: names::ty(other),
                };
            }
        };
        Self {
            model: None,
            module: None,
            name: plain.to_owned(),
            own_name: plain.to_owned(),
        }
    }

    /// Wire name, Rust name and Rust type of each field.
    pub(super) fn fields(&self) -> Vec<(String, String, String)> {
        let fields = self.model.iter().flat_map(|model| &model.fields);
        // A member of a oneof is not a field in Rust, and rustc warns of whoever reads a deprecated one.
        let fields = fields.filter(|field| field.oneof.is_none() && !field.deprecated);
        fields
            .map(|field| {
                let ty = types::proto(field).unwrap_or_default();
                (field.name.clone(), names::value(&field.name), ty)
            })
            .collect()
    }
}

/// The shortest name that no other message in the signatures of the same service has: `Request`, `CreateRequest` for
/// `Create.Request`, or the package in front of it.
fn told_apart(rpc: &Rpc, full_name: &str, place: &Place) -> String {
    let inner = |name: &str| names::ty(last_part(name));
    let others = rpc.services.iter().map(|service| &service.methods);
    let others = others.filter(|methods| methods.mention(full_name));
    let others = others.flat_map(|methods| methods.alike(full_name));
    let is_other = |name: &&str| *name != full_name && inner(name) == place.name;
    let others: Vec<&str> = others.filter(is_other).collect();
    if others.is_empty() {
        return place.name.clone();
    }
    let is_nested = !place.outer.is_empty()
        && others
            .iter()
            .all(|name| Place::of_message(rpc, name).outer != place.outer);
    if is_nested {
        let path = full_name.strip_prefix(&place.package).unwrap_or(full_name);
        return names::ty(&path.replace('.', "_"));
    }
    let name = names::ty(&full_name.replace('.', "_"));
    // Without a package there is nothing to put in front.
    if name == place.name {
        format!("{name}Message")
    } else {
        name
    }
}

fn last_part(full_name: &str) -> &str {
    full_name.rsplit('.').next().unwrap_or(full_name)
}

/// The Rust name of a service: with its package where the process serves several of one name.
pub(super) fn service_ty(rpc: &Rpc, service: &RpcService) -> String {
    names::ty(&rpc.short_name(service).replace('.', "_"))
}

/// The proto packages of a process's services.
pub(super) fn packages(rpc: &Rpc) -> Vec<&str> {
    let mut out = vec![rpc.package.as_str()];
    for service in &rpc.services {
        if !out.contains(&service.package.as_str()) {
            out.push(&service.package);
        }
    }
    out
}

/// In words.
fn named_packages(rpc: &Rpc) -> String {
    let names = packages(rpc)
        .into_iter()
        .filter(|package| !package.is_empty());
    let names: Vec<_> = names.map(|package| format!("`{package}`")).collect();
    match names.as_slice() {
        [] => "files of no proto package".to_owned(),
        [one] => format!("the proto package {one}"),
        several => format!("the proto packages {}", several.join(", ")),
    }
}

/// Package and path of a message in it: packages are written in lower case, messages are not.
fn foreign(full_name: &str) -> (&str, &str) {
    let mut at = 0;
    for part in full_name.split('.') {
        if part.starts_with(|c: char| c.is_uppercase()) {
            break;
        }
        at += part.len() + 1;
    }
    let at = at.min(full_name.len());
    (full_name[..at].trim_end_matches('.'), &full_name[at..])
}

/// The crate with the code of prost and tonic.
pub(super) fn files(rpc: &Rpc, code: &Code) -> Vec<File> {
    let stubs = code.stubs.as_slice();
    let crate_name = crate_name(&rpc.name);
    let dir = Utf8PathBuf::from(format!("crates/{crate_name}"));
    let zgen = |path: String, body: rust::Body| File {
        path: dir.join(path),
        owner: Owner::Zgen,
        body,
    };
    let manifest = ProtoManifest {
        source: rpc.file.clone(),
        crate_name: crate_name.clone(),
        uses_prost_types: stubs
            .iter()
            .any(|stub| stub.text.contains("::prost_types::")),
        has_services: !rpc.services.is_empty(),
        serde: code.serde,
    };
    let lib = ProtoLib {
        source: rpc.file.clone(),
        packages: named_packages(rpc),
        has_services: !rpc.services.is_empty(),
        lines: module_lines(stubs),
    };
    let mut files = vec![
        zgen(
            "Cargo.toml".to_owned(),
            rust::Body::Workspace(Body::ProtoManifest(manifest)),
        ),
        zgen(
            "src/lib.rs".to_owned(),
            rust::Body::Workspace(Body::ProtoLib(lib)),
        ),
    ];
    if !rpc.services.is_empty() {
        let body = Body::ProtoFake(super::fake::fakes(rpc));
        files.push(zgen("src/fake.rs".to_owned(), rust::Body::Workspace(body)));
        let view = Descriptors {
            source: rpc.file.clone(),
            lines: bytes::lines(&code.descriptors),
        };
        let body = Body::ProtoDescriptors(view);
        files.push(zgen(
            "src/file_descriptor_set.rs".to_owned(),
            rust::Body::Workspace(body),
        ));
    }
    for stub in stubs {
        let text = format!(
            "// @generated by zgen from {}. DO NOT EDIT.\n\n{}",
            rpc.file, stub.text
        );
        files.push(zgen(
            format!("src/{}", file_name(stub)),
            rust::Body::Text(text),
        ));
    }
    files
}

fn file_name(stub: &Stub) -> String {
    let name = if stub.package.is_empty() {
        "root"
    } else {
        &stub.package
    };
    format!("{name}.pb.rs")
}

/// Nested modules, each with the code of its package: the code reaches other packages through `super`.
fn module_lines(stubs: &[Stub]) -> Vec<ModuleLine> {
    let mut sorted: Vec<_> = stubs.iter().collect();
    sorted.sort_by(|a, b| a.modules.cmp(&b.modules));
    let mut lines = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let line = |depth: usize, text: String| ModuleLine {
        indent: "    ".repeat(depth),
        text,
    };
    for stub in sorted {
        let shared = open
            .iter()
            .zip(&stub.modules)
            .take_while(|(known, new)| **known == new.as_str())
            .count();
        while open.len() > shared {
            open.pop();
            lines.push(line(open.len(), "}".to_owned()));
        }
        for module in &stub.modules[shared..] {
            lines.push(line(open.len(), format!("pub mod {module} {{")));
            open.push(module);
        }
        lines.push(line(
            open.len(),
            format!("include!(\"{}\");", file_name(stub)),
        ));
    }
    while open.pop().is_some() {
        lines.push(line(open.len(), "}".to_owned()));
    }
    lines
}
