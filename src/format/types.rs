//! Types and their fields.

use super::page::{Apart, Page, is_comment, unix};
use crate::syntax::{Kind, Node};

/// `type Name { .. }` or `type ( .. )`.
pub(super) fn types(node: &Node<'_>, page: &mut Page<'_>) {
    let mut is_open = false;
    // Whether the declaration before takes several lines.
    let mut after_block = false;
    for part in &node.parts {
        match part.kind {
            Kind::OpenParen => {
                page.word(part);
                page.open();
                page.apart = Apart::AsWritten;
                is_open = true;
            }
            Kind::CloseParen => page.close(part),
            Kind::TypeDecl => {
                if is_open {
                    let apart = if after_block || is_block(part) {
                        Apart::Always
                    } else {
                        Apart::AsWritten
                    };
                    page.line(part.start, apart);
                }
                let before = page.len();
                declaration(part, page);
                after_block = page.len() > before;
                page.apart = if after_block {
                    Apart::Always
                } else {
                    Apart::AsWritten
                };
            }
            Kind::Comment => page.comment(part),
            _ => page.word(part),
        }
    }
}

/// Whether a declaration will take several lines.
fn is_block(decl: &Node<'_>) -> bool {
    let body = decl
        .part(Kind::TypeExpr)
        .and_then(|ty| ty.part(Kind::StructBody));
    body.is_some_and(|body| {
        let inner = |part: &&Node<'_>| !matches!(part.kind, Kind::OpenBrace | Kind::CloseBrace);
        body.parts.iter().any(|part| inner(&part))
    })
}

fn declaration(node: &Node<'_>, page: &mut Page<'_>) {
    let outer = page.apart;
    page.apart = Apart::Never;
    for part in &node.parts {
        match part.kind {
            Kind::Comment => page.comment(part),
            Kind::TypeExpr => expression(part, page),
            _ => page.word(part),
        }
    }
    page.apart = outer;
}

/// A type behind a blank.
pub(super) fn expression(node: &Node<'_>, page: &mut Page<'_>) {
    let Some(body) = node.part(Kind::StructBody) else {
        page.spelled(node, &plain(node));
        return;
    };
    let prefixes: Vec<&Node<'_>> = node
        .parts
        .iter()
        .take_while(|part| part.kind == Kind::Prefix)
        .collect();
    if let Some(last) = prefixes.last() {
        let text: String = prefixes.iter().map(|prefix| plain(prefix)).collect();
        page.spelled(last, &text);
    }
    let mut rest = node.parts.iter().skip(prefixes.len());
    for part in rest.by_ref() {
        match part.kind {
            Kind::StructBody => break,
            Kind::Comment => page.comment(part),
            // Comments between prefixes: as they are.
            Kind::Prefix => page.glued(part),
            // go-zero's own formatter takes the keyword away.
            _ => page.skip(part),
        }
    }
    members(body, !prefixes.is_empty(), page);
    for part in rest.filter(|part| is_comment(part)) {
        page.comment(part);
    }
}

/// A type or prefix on one line, without blanks. With comments inside it stays as it is.
fn plain(node: &Node<'_>) -> String {
    if node.has_comment() {
        return unix(node.text);
    }
    let text: String = node.text.split_whitespace().collect();
    text
}

fn members(body: &Node<'_>, is_glued: bool, page: &mut Page<'_>) {
    let outer = page.apart;
    for part in &body.parts {
        match part.kind {
            Kind::OpenBrace => {
                if is_glued {
                    page.glued(part);
                } else {
                    page.word(part);
                }
                page.open();
                page.apart = Apart::AsWritten;
            }
            Kind::CloseBrace => page.close(part),
            Kind::Comment => page.comment(part),
            _ => {
                page.line(part.start, Apart::AsWritten);
                field(part, page);
            }
        }
    }
    page.apart = outer;
}

fn field(node: &Node<'_>, page: &mut Page<'_>) {
    let is_block = node
        .part(Kind::TypeExpr)
        .is_some_and(|ty| ty.part(Kind::StructBody).is_some());
    let has_names = node.kind == Kind::Field;
    for part in &node.parts {
        match part.kind {
            Kind::Comment => page.comment(part),
            Kind::Comma => page.glued(part),
            Kind::Semicolon => page.dispensable(part),
            Kind::TypeExpr if is_block => expression(part, page),
            Kind::TypeExpr => {
                page.aligned();
                page.column();
                expression(part, page);
            }
            Kind::EmbeddedName => embedded(part, page),
            Kind::Tag => {
                if has_names && !is_block {
                    page.column();
                }
                page.word(part);
            }
            _ => page.word(part),
        }
    }
}

/// `Name` or `*Name`
fn embedded(node: &Node<'_>, page: &mut Page<'_>) {
    page.aligned();
    let mut is_pointer = false;
    for part in &node.parts {
        match part.kind {
            Kind::Comment => page.comment(part),
            _ if is_pointer => page.glued(part),
            _ => page.word(part),
        }
        is_pointer = part.kind == Kind::Prefix;
    }
}
