//! Protobuf: sources to descriptors, to the model, and to Rust message and service code. The only place that knows
//! protox, prost and tonic's generator; `protoc` is never called.

mod bare;
mod comments;
mod compile;
mod contract;
mod describe;
mod errors;
mod holds;
mod resolve;
mod serde;
mod stubs;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use crate::diag::Report;
use crate::model::{Rpc, wire};
use crate::source::{FileId, Loader, SourceMap, Span};

pub use self::stubs::{Code, Stub};

/// Root files and everything they import, compiled.
#[derive(Debug, Clone)]
pub struct Set {
    /// Imports before what imports them, with comments.
    descriptors: prost_types::FileDescriptorSet,
    /// The same on the wire, options of the user's own included.
    encoded: Vec<u8>,
    /// The roots' names as an import would spell them, never none.
    roots: Vec<String>,
    /// The files that were read, by the same kind of name.
    files: IndexMap<String, FileId>,
}

impl Set {
    /// The proto package of the first root; empty if it names none.
    pub fn package(&self) -> &str {
        self.root_files().next().map_or("", |file| file.package())
    }

    /// Where the first root says its package, or its start.
    pub fn package_span(&self, sources: &SourceMap) -> Option<Span> {
        let file = *self.files.get(self.roots.first()?)?;
        let text = &sources.get(file)?.text;
        let place = (self.root_files().next())
            .and_then(|root| comments::location(root, &[2]))
            .and_then(|location| comments::range(text, &location.span));
        let range = place.unwrap_or(0..0);
        Some(Span::new(file, range.start, range.end))
    }

    /// In the order in which they were given.
    fn root_files(&self) -> impl Iterator<Item = &prost_types::FileDescriptorProto> {
        let files = &self.descriptors.file;
        let roots = self.roots.iter();
        roots.filter_map(|root| files.iter().find(|file| file.name() == root))
    }

    fn is_root(&self, file: &prost_types::FileDescriptorProto) -> bool {
        self.roots.iter().any(|root| root == file.name())
    }
}

/// Compiles root files as one set. Imports are looked for in the roots' own folders, then in `includes`, then among
/// Google's well-known types. What is wrong is reported with its place.
pub fn compile(
    roots: &[&Utf8Path],
    includes: &[Utf8PathBuf],
    loader: &dyn Loader,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Option<Set> {
    compile::compile(roots, includes, loader, sources, report)
}

/// The roots' packages as the model has them. Tables, and the links to them, come later.
pub fn describe(set: &Set, serve: bool) -> Rpc {
    describe::rpc(set, serve)
}

/// What the callers of the root's services depend on.
pub fn contract(set: &Set, sources: &SourceMap) -> wire::Contract {
    contract::contract(set, sources)
}

/// Rust code for every package of the set, by package, and the set itself for whoever asks a running service: a pure
/// function of the descriptors. With `serde`, messages are serde's, too, where they can be.
pub fn code(set: &Set, serde: bool) -> anyhow::Result<Code> {
    stubs::code(set, serde)
}

#[cfg(test)]
mod tests;
