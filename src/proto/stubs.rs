//! Message and service code, by prost-build and tonic's generator, in memory.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;

use anyhow::Context as _;
use prost_build::{Config, Module, Service, ServiceGenerator};

use super::serde::Derived;
use super::{Set, bare, comments};

/// The Rust code of one proto package: the content of its module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stub {
    /// The proto package, such as `shop.order.v1`.
    pub package: String,
    /// The nested modules it belongs in, such as `shop`, `order`, `v1`: the code reaches other packages through `super`.
    pub modules: Vec<String>,
    /// Messages; clients below `#[cfg(feature = "client")]`, servers below `#[cfg(feature = "server")]`.
    pub text: String,
}

/// What the crate of a contract is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Code {
    /// By package.
    pub stubs: Vec<Stub>,
    /// A `google.protobuf.FileDescriptorSet` on the wire: the files and what they import, without comments.
    pub descriptors: Vec<u8>,
    /// Whether messages are serde's, too.
    pub serde: bool,
    /// The messages that are not, although that was asked for.
    pub without_serde: Vec<String>,
}

pub(super) fn code(set: &Set, serde: bool) -> anyhow::Result<Code> {
    let mut config = Config::new();
    let mut without_serde = Vec::new();
    if serde {
        let derived = Derived::of(&set.descriptors.file);
        for path in &derived.paths {
            config.type_attribute(path, "#[derive(serde::Serialize, serde::Deserialize)]");
            config.message_attribute(path, "#[serde(default)]");
        }
        without_serde = derived.left_out;
    }
    Ok(Code {
        stubs: stubs(set, config)?,
        descriptors: bare::without_sources(&set.encoded),
        serde,
        without_serde,
    })
}

fn stubs(set: &Set, mut config: Config) -> anyhow::Result<Vec<Stub>> {
    let mut requests = Vec::new();
    let mut packages: Vec<(Module, String)> = Vec::new();
    for file in &set.descriptors.file {
        let mut file = file.clone();
        clean_comments(&mut file);
        let module = Module::from_protobuf_package_name(file.package());
        if !packages.iter().any(|(known, _)| *known == module) {
            packages.push((module.clone(), file.package().to_owned()));
        }
        requests.push((module, file));
    }
    let services = tonic_prost_build::configure()
        .client_mod_attribute(".", "#[cfg(feature = \"client\")]")
        .server_mod_attribute(".", "#[cfg(feature = \"server\")]")
        .service_generator();
    let written = Rc::default();
    config.service_generator(Box::new(Aside {
        generator: services,
        written: Rc::clone(&written),
    }));
    let mut texts = config
        .generate(requests)
        .context("prost-build could not write the messages")?;
    packages.sort();
    let written = written.take();
    let stubs = packages.into_iter().filter_map(|(module, package)| {
        // Google's well-known types have code of their own in prost-types.
        let text = with_services(&texts.remove(&module)?, &written);
        Some(Stub {
            package,
            modules: module.parts().map(str::to_owned).collect(),
            // prost-build leaves a comma after the language of a fence that had none.
            text: plain_types(&without_header(&text).replace("```text,\n", "```text\n")),
        })
    });
    Ok(stubs.collect())
}

/// What stands in the place of a service while messages are formatted: the start of a module without a body, of which
/// prost-build writes none.
const SERVICE: &str = "mod zgen_service_";

/// Keeps services out of what prost-build formats: tonic's generator has formatted them already, and to read them again
/// takes more time and memory than all messages do.
struct Aside {
    generator: Box<dyn ServiceGenerator>,
    written: Rc<RefCell<Vec<String>>>,
}

impl ServiceGenerator for Aside {
    fn generate(&mut self, service: Service, buf: &mut String) {
        let mut text = String::new();
        self.generator.generate(service, &mut text);
        let mut written = self.written.borrow_mut();
        // Writing into a `String` cannot fail.
        let _ = writeln!(buf, "{SERVICE}{};", written.len());
        written.push(text);
    }

    fn finalize(&mut self, buf: &mut String) {
        self.generator.finalize(buf);
    }

    fn finalize_package(&mut self, package: &str, buf: &mut String) {
        self.generator.finalize_package(package, buf);
    }
}

fn with_services(text: &str, written: &[String]) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let number = line.strip_prefix(SERVICE);
        let number = number.and_then(|rest| rest.trim_end().strip_suffix(';'));
        let service = number.and_then(|number| written.get(number.parse::<usize>().ok()?));
        out.push_str(service.map_or(line, String::as_str));
    }
    out
}

fn clean_comments(file: &mut prost_types::FileDescriptorProto) {
    let Some(info) = &mut file.source_code_info else {
        return;
    };
    for location in &mut info.location {
        let comments = [
            &mut location.leading_comments,
            &mut location.trailing_comments,
        ];
        for comment in comments {
            *comment = comment
                .as_deref()
                .map(comments::for_rustdoc)
                .filter(|text| !text.is_empty());
        }
        location.leading_detached_comments.clear();
    }
}

/// tonic's generator takes Google's wrappers of numbers for messages of the package: `super::i64`. No message of a package
/// has such a name: prost writes them in camel case.
fn plain_types(text: &str) -> String {
    const HEAD: &str = "super::";
    const PLAIN: &[&str] = &["bool", "f32", "f64", "i32", "i64", "u32", "u64"];

    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(HEAD) {
        let (before, found) = rest.split_at(at);
        let after = &found[HEAD.len()..];
        let end = after.find(|c: char| !c.is_alphanumeric() && c != '_');
        let is_plain = PLAIN.contains(&&after[..end.unwrap_or(after.len())]);
        out.push_str(before);
        out.push_str(if is_plain { "" } else { HEAD });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Generated files carry zgen's own header.
fn without_header(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("// This file is @generated") => rest,
        _ => text,
    }
}
