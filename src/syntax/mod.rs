//! go-zero's `.api` language: text to [`ast`]. The only place that knows pest.

pub mod ast;
mod cursor;
mod docs;
mod error;
mod file;
mod grammar;
mod parts;
mod service;
pub mod tag;
mod tree;
mod types;

use pest::Parser as _;
use pest::iterators::Pairs;

use self::docs::Comments;
use self::grammar::{ApiGrammar, Rule};
pub use self::tree::{Kind, Node, tree};
use crate::diag::{Diagnostic, Report};
use crate::parallel;
use crate::source::FileId;

/// Larger files are refused: offsets are 32 bits, and nobody wrote such a file by hand.
pub const MAX_FILE_LEN: usize = 16 << 20;

/// Reads one file. A file that cannot be read gives one error, at the first place that makes no sense, and no tree.
pub fn parse(file: FileId, text: &str, report: &mut Report) -> Option<ast::File> {
    let parts = parts::parts(text);
    let found = in_parts(file, text, &parts, report);
    found.or_else(|| whole(file, text, report))
}

fn whole(file: FileId, text: &str, report: &mut Report) -> Option<ast::File> {
    let pairs = pairs(file, text, report)?;
    Some(read(Part::whole(file, text), pairs, report))
}

/// The parts of a file side by side; `None`, and nothing said, if one of them is no file of its own.
fn in_parts(
    file: FileId,
    text: &str,
    parts: &[(usize, &str)],
    report: &mut Report,
) -> Option<ast::File> {
    let found = parallel::each(parts, |(start, part)| {
        let pairs = ApiGrammar::parse(Rule::file, part).ok()?;
        let mut report = Report::default();
        let start = *start;
        Some((read(Part { file, text, start }, pairs, &mut report), report))
    });
    let found: Vec<(ast::File, Report)> = found.into_iter().collect::<Option<_>>()?;
    let files = found.into_iter().map(|(file, findings)| {
        report.append(findings);
        file
    });
    files.reduce(parts::joined)
}

/// As [`parse`], for one who needs the file as it is written: `None` where there is any error.
pub fn parse_tree<'t>(file: FileId, text: &'t str, report: &mut Report) -> Option<Node<'t>> {
    let mut findings = Report::default();
    let found = pairs(file, text, &mut findings);
    if let Some(pairs) = &found {
        read(Part::whole(file, text), pairs.clone(), &mut findings);
    }
    let is_refused = findings.has_errors();
    report.append(findings);
    // Types of a file that is refused may be nested too deeply for a tree.
    found.filter(|_| !is_refused).and_then(tree::of)
}

/// What pest has read, which counts from its own start.
#[derive(Clone, Copy)]
struct Part<'t> {
    file: FileId,
    /// Of the whole file.
    text: &'t str,
    start: usize,
}

impl<'t> Part<'t> {
    fn whole(file: FileId, text: &'t str) -> Self {
        let start = 0;
        Self { file, text, start }
    }
}

fn read<'t>(part: Part<'t>, pairs: Pairs<'t, Rule>, report: &mut Report) -> ast::File {
    let comments = Comments::collect(part, pairs.clone());
    file::Reader::new(part, &comments, report).file(pairs)
}

fn pairs<'t>(file: FileId, text: &'t str, report: &mut Report) -> Option<Pairs<'t, Rule>> {
    if text.len() > MAX_FILE_LEN {
        let message = format!("the file has {} bytes; the limit is 16 MiB", text.len());
        report.push(Diagnostic::error("input/too-large", None, message));
        return None;
    }
    match ApiGrammar::parse(Rule::file, text) {
        Ok(pairs) => Some(pairs),
        Err(failure) => {
            report.push(error::diagnostic(file, text, &failure));
            None
        }
    }
}
