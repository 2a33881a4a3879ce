//! Reading a root `.api` file and everything it imports.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::rc::Rc;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use crate::diag::{Diagnostic, Report};
use crate::source::{FileId, Loader, SourceMap, Span, Spanned, reason};
use crate::syntax::{self, ast};

/// One parsed file.
#[derive(Clone)]
pub(super) struct Unit {
    pub(super) file: FileId,
    pub(super) ast: Rc<ast::File>,
}

/// Everything that reading needs.
pub(super) struct Sources<'a> {
    pub(super) loader: &'a dyn Loader,
    pub(super) map: &'a mut SourceMap,
    pub(super) report: &'a mut Report,
    /// What several roots import is parsed, and complained of, once. `None`: it has a syntax error.
    parsed: BTreeMap<FileId, Option<Rc<ast::File>>>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(
        loader: &'a dyn Loader,
        map: &'a mut SourceMap,
        report: &'a mut Report,
    ) -> Self {
        Self {
            loader,
            map,
            report,
            parsed: BTreeMap::new(),
        }
    }

    fn parse(&mut self, file: FileId) -> Option<Rc<ast::File>> {
        if let Some(known) = self.parsed.get(&file) {
            return known.clone();
        }
        let text = &self.map.get(file)?.text;
        let ast = syntax::parse(file, text, self.report).map(Rc::new);
        self.parsed.insert(file, ast.clone());
        ast
    }

    /// Reads one file and remembers it. `Err` without a report: the caller knows what it wanted the file for.
    pub(super) fn read(&mut self, path: &Utf8Path) -> io::Result<FileId> {
        if let Some(known) = self.map.find(path) {
            return Ok(known);
        }
        let text = self.loader.read(path)?;
        // A mark at the start would shift every column of the first line.
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
        Ok(self.map.add(path, text))
    }

    /// [`Self::read`] for a file that the user named.
    pub(super) fn read_root(&mut self, path: &Utf8Path) -> Option<FileId> {
        match self.read(path) {
            Ok(file) => Some(file),
            Err(error) => {
                let message = format!("cannot read `{path}`: {}", reason(&error));
                self.report
                    .push(Diagnostic::error("input/unreadable", None, message));
                None
            }
        }
    }
}

/// A root and everything it imports.
pub(super) struct Loaded {
    /// File name of the root, without folders.
    pub(super) name: String,
    /// The root first, then its imports, each file once. A file that cannot be read or parsed is reported and left out,
    /// so that the rest is still checked.
    pub(super) units: Vec<Unit>,
    /// Whether all of them are there.
    pub(super) complete: bool,
}

impl Loaded {
    fn root(&self) -> Option<FileId> {
        self.units.first().map(|unit| unit.file)
    }

    fn contains(&self, file: FileId) -> bool {
        self.units.iter().any(|unit| unit.file == file)
    }
}

/// Those that none of the others import. Of files that import each other, the first.
pub(super) fn roots(all: &[Loaded]) -> impl Iterator<Item = &Loaded> {
    all.iter()
        .enumerate()
        .filter(|(at, each)| {
            let Some(root) = each.root() else {
                return false;
            };
            !all.iter().enumerate().any(|(other_at, other)| {
                let Some(other_root) = other.root() else {
                    return false;
                };
                let is_first = other_at < *at;
                if other_root == root {
                    return is_first;
                }
                other.contains(root) && (is_first || !each.contains(other_root))
            })
        })
        .map(|(_, each)| each)
}

pub(super) fn load(root: &Utf8Path, sources: &mut Sources<'_>) -> Loaded {
    let root = &clean(root);
    let mut walk = Walk {
        folder: parent(root),
        units: Vec::new(),
        seen: BTreeSet::new(),
        stack: Vec::new(),
        complete: true,
    };
    match sources.read_root(root) {
        Some(file) => walk.visit(file, root, sources),
        None => walk.complete = false,
    }
    Loaded {
        name: root.file_name().unwrap_or(root.as_str()).to_owned(),
        units: walk.units,
        complete: walk.complete,
    }
}

struct Walk {
    /// The root's.
    folder: Utf8PathBuf,
    units: Vec<Unit>,
    seen: BTreeSet<FileId>,
    /// The files between the root and the current one.
    stack: Vec<FileId>,
    complete: bool,
}

/// Nobody nests imports so deep, except by a mistake that would otherwise use up the stack.
const MAX_IMPORT_DEPTH: usize = 100;

impl Walk {
    fn visit(&mut self, file: FileId, path: &Utf8Path, sources: &mut Sources<'_>) {
        if !self.seen.insert(file) {
            return;
        }
        let Some(ast) = sources.parse(file) else {
            self.complete = false;
            return;
        };
        self.units.push(Unit {
            file,
            ast: Rc::clone(&ast),
        });
        self.stack.push(file);
        for import in &ast.imports {
            self.import(import, path, sources);
        }
        self.stack.pop();
    }

    fn import(&mut self, import: &Spanned<String>, from: &Utf8Path, sources: &mut Sources<'_>) {
        if self.stack.len() > MAX_IMPORT_DEPTH {
            let message = format!("imports are nested more than {MAX_IMPORT_DEPTH} levels deep");
            sources
                .report
                .push(Diagnostic::error("api/too-deep", import.span, message));
            self.complete = false;
            return;
        }
        let Some((file, path)) = self.find(import, from, sources) else {
            self.complete = false;
            return;
        };
        if let Some(at) = self.stack.iter().position(|open| *open == file) {
            let chain: Vec<&str> = self.stack[at..]
                .iter()
                .chain([&file])
                .filter_map(|file| sources.map.get(*file)?.path.file_name())
                .collect();
            let message = format!("import cycle: {}", chain.join(" -> "));
            sources.report.push(
                Diagnostic::error("api/import-cycle", import.span, message)
                    .help("move what both files need into a third one"),
            );
            self.complete = false;
            return;
        }
        self.visit(file, &path, sources);
    }

    /// Beside the importing file; then, as some projects have it, below the root's folder.
    fn find(
        &self,
        import: &Spanned<String>,
        from: &Utf8Path,
        sources: &mut Sources<'_>,
    ) -> Option<(FileId, Utf8PathBuf)> {
        let beside = clean(&parent(from).join(&import.value));
        let error = match sources.read(&beside) {
            Ok(file) => return Some((file, beside)),
            Err(error) => error,
        };
        let from_root = clean(&self.folder.join(&import.value));
        if from_root != beside
            && let Ok(file) = sources.read(&from_root)
        {
            let message = format!("`{}` is not beside the file that imports it", import.value);
            sources.report.push(
                Diagnostic::warning("api/import-from-root", import.span, message)
                    .label(import.span, format!("found as `{from_root}`"))
                    .help("import paths are relative to the importing file; go-zero does not find this one"),
            );
            return Some((file, from_root));
        }
        let message = format!("cannot import `{}`: {}", import.value, reason(&error));
        sources.report.push(
            Diagnostic::error("api/missing-import", import.span, message)
                .label(import.span, format!("looked for `{beside}`")),
        );
        None
    }
}

pub(super) fn parent(path: &Utf8Path) -> Utf8PathBuf {
    path.parent().map(Utf8Path::to_owned).unwrap_or_default()
}

/// Without `.` and, where a folder stands before them, `..`: one file is to have one name.
pub(super) fn clean(path: &Utf8Path) -> Utf8PathBuf {
    let mut out = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir
                if matches!(out.components().next_back(), Some(Utf8Component::Normal(_))) =>
            {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// The start of a file, for findings about what it lacks.
pub(super) fn start(file: FileId) -> Span {
    Span::new(file, 0, 0)
}
