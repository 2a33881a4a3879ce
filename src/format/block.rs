//! Parenthesised lists of pairs and strings.

use super::page::{Apart, Page};
use crate::syntax::{Kind, Node};

/// Words and comments as they come, on the line that is begun.
pub(super) fn words(node: &Node<'_>, page: &mut Page<'_>) {
    for part in &node.parts {
        match part.kind {
            Kind::Comment => page.comment(part),
            _ if part.parts.is_empty() => page.word(part),
            _ => words(part, page),
        }
    }
}

/// A keyword and what it holds: `info ( .. )`, `import "a.api"`, `@server ( .. )`.
pub(super) fn block(node: &Node<'_>, page: &mut Page<'_>) {
    let outer = page.apart;
    let mut is_open = false;
    for part in &node.parts {
        match part.kind {
            Kind::Comment => page.comment(part),
            Kind::OpenParen => {
                page.word(part);
                page.open();
                page.apart = Apart::AsWritten;
                is_open = true;
            }
            Kind::CloseParen => {
                page.close(part);
                page.apart = outer;
                is_open = false;
            }
            Kind::Pair => {
                if is_open {
                    page.line(part.start, Apart::AsWritten);
                }
                pair(part, page);
            }
            _ => {
                if is_open {
                    page.line(part.start, Apart::AsWritten);
                }
                page.word(part);
            }
        }
    }
}

/// `key: value`
fn pair(node: &Node<'_>, page: &mut Page<'_>) {
    for part in &node.parts {
        match part.kind {
            Kind::Comment => page.comment(part),
            Kind::Colon => {
                page.glued(part);
                page.aligned();
            }
            Kind::Value => {
                page.column();
                page.spelled(part, &value(part.text));
            }
            _ => page.word(part),
        }
    }
}

/// A bare list over several lines becomes one line, if there is no comment in it.
pub(super) fn value(text: &str) -> String {
    let is_bare = !text.starts_with(['"', '`']);
    if !is_bare || !text.contains(['\n', '\r']) || text.contains("//") || text.contains("/*") {
        return text.to_owned();
    }
    let parts = text.split(',').map(str::trim);
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}
