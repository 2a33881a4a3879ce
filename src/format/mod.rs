//! `.api` files in one canonical form: tabs, aligned columns, a statement apart from the next. Every comment stays where
//! it is, and what a file means does not change.

mod block;
mod file;
mod page;
mod render;
mod service;
mod types;
mod words;

use crate::diag::{Diagnostic, Report};
use crate::source::FileId;
use crate::syntax;

use self::page::Page;

/// The canonical text. `None` for a file with syntax errors: they are reported, and the file is best left alone.
pub fn format(file: FileId, text: &str, report: &mut Report) -> Option<String> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let tree = syntax::parse_tree(file, text, report)?;
    let mut page = Page::new(text);
    file::write(&tree, &mut page);
    let formatted = page.finish();
    if !words::equal(&tree, &formatted) {
        let message = "formatting would change what this file says, so it is left alone";
        report.push(
            Diagnostic::error("zgen/format", None, message)
                .help("this is a bug in zgen; please report it with the file"),
        );
        return None;
    }
    Some(formatted)
}
