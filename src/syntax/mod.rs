//! go-zero's `.api` language: text to [`ast`]. The only place that knows pest.

pub mod ast;
mod cursor;
mod docs;
mod error;
mod file;
mod grammar;
mod service;
pub mod tag;
mod tree;
mod types;

use pest::Parser as _;

use self::docs::Comments;
use self::grammar::{ApiGrammar, Rule};
pub use self::tree::{Kind, Node, tree};
use crate::diag::{Diagnostic, Report};
use crate::source::FileId;

/// Larger files are refused: offsets are 32 bits, and nobody wrote such a file by hand.
pub const MAX_FILE_LEN: usize = 16 << 20;

/// Reads one file. A file that cannot be read gives one error, at the first place that makes no sense, and no tree.
pub fn parse(file: FileId, text: &str, report: &mut Report) -> Option<ast::File> {
    if text.len() > MAX_FILE_LEN {
        let message = format!("the file has {} bytes; the limit is 16 MiB", text.len());
        report.push(Diagnostic::error("input/too-large", None, message));
        return None;
    }
    match ApiGrammar::parse(Rule::file, text) {
        Ok(pairs) => {
            let comments = Comments::collect(text, pairs.clone());
            let file = file::Reader::new(file, &comments, report).file(pairs);
            Some(file)
        }
        Err(failure) => {
            report.push(error::diagnostic(file, text, &failure));
            None
        }
    }
}
