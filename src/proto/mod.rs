//! Protobuf: sources to descriptors, to the model, and to Rust message and service code. The only place that knows
//! protox, prost and tonic's generator; `protoc` is never called.

mod comments;
mod compile;
mod contract;
mod describe;
mod errors;
mod holds;
mod resolve;
mod stubs;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use crate::diag::Report;
use crate::model::{Rpc, wire};
use crate::source::{FileId, Loader, SourceMap, Span};

pub use self::stubs::Stub;

/// A root file and everything it imports, compiled.
#[derive(Debug, Clone)]
pub struct Set {
    /// Imports before what imports them, with comments.
    descriptors: prost_types::FileDescriptorSet,
    /// The root's name as an import would spell it.
    root: String,
    /// The files that were read, by the same kind of name.
    files: IndexMap<String, FileId>,
}

impl Set {
    /// The proto package of the root; empty if it names none.
    pub fn package(&self) -> &str {
        self.root_file().map_or("", |file| file.package())
    }

    /// Where the root says its package, or its start.
    pub fn package_span(&self, sources: &SourceMap) -> Option<Span> {
        let file = *self.files.get(&self.root)?;
        let text = &sources.get(file)?.text;
        let place = self
            .root_file()
            .and_then(|root| comments::location(root, &[2]))
            .and_then(|location| comments::range(text, &location.span));
        let range = place.unwrap_or(0..0);
        Some(Span::new(file, range.start, range.end))
    }

    fn root_file(&self) -> Option<&prost_types::FileDescriptorProto> {
        let mut files = self.descriptors.file.iter();
        files.find(|file| file.name() == self.root)
    }
}

/// Compiles a root file. Imports are looked for in the root's own folder, then in `includes`, then among Google's
/// well-known types. What is wrong is reported with its place.
pub fn compile(
    root: &Utf8Path,
    includes: &[Utf8PathBuf],
    loader: &dyn Loader,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Option<Set> {
    compile::compile(root, includes, loader, sources, report)
}

/// The root's package as the model has it. Tables, and the links to them, come later.
pub fn describe(set: &Set, serve: bool) -> Rpc {
    describe::rpc(set, serve)
}

/// What the callers of the root's services depend on.
pub fn contract(set: &Set, sources: &SourceMap) -> wire::Contract {
    contract::contract(set, sources)
}

/// Rust code for every package of the set, by package: a pure function of the descriptors.
pub fn stubs(set: &Set) -> anyhow::Result<Vec<Stub>> {
    stubs::stubs(set)
}

#[cfg(test)]
mod tests;
