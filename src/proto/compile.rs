//! The compiler's run.

use camino::{Utf8Path, Utf8PathBuf};
use protox::Compiler;
use protox::file::{ChainFileResolver, GoogleFileResolver};

use super::resolve::Sources;
use super::{Set, errors};
use crate::diag::{Diagnostic, Report};
use crate::source::{Loader, SourceMap, reason};
use crate::syntax::MAX_FILE_LEN;

pub(super) fn compile(
    roots: &[&Utf8Path],
    includes: &[Utf8PathBuf],
    loader: &dyn Loader,
    map: &mut SourceMap,
    report: &mut Report,
) -> Option<Set> {
    let sources = match Sources::read(roots, includes, loader, map) {
        Ok(sources) => sources,
        Err((path, error)) => {
            let message = format!("cannot read `{path}`: {}", reason(&error));
            report.push(Diagnostic::error("input/unreadable", None, message));
            return None;
        }
    };
    for (name, id) in &sources.files {
        if map
            .get(*id)
            .is_some_and(|file| file.text.len() > MAX_FILE_LEN)
        {
            let message = format!("`{name}` is larger than 16 MiB");
            report.push(Diagnostic::error("input/too-large", None, message));
            return None;
        }
    }
    let mut resolver = ChainFileResolver::new();
    resolver.add(sources.resolver());
    resolver.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).include_source_info(true);
    for name in &sources.roots {
        if let Err(error) = compiler.open_file(name) {
            errors::push(&error, &sources.files, map, report);
            return None;
        }
    }
    Some(Set {
        descriptors: compiler.file_descriptor_set(),
        encoded: compiler.encode_file_descriptor_set(),
        roots: sources.roots,
        files: sources.files,
    })
}
