//! Services and routes.

use super::block;
use super::page::{Apart, Page};
use super::types;
use super::words::says_nothing;
use crate::syntax::{Kind, Node};

pub(super) fn service(node: &Node<'_>, page: &mut Page<'_>) {
    let mut is_first = true;
    for part in &node.parts {
        match part.kind {
            Kind::AtServer => {
                start(part, &mut is_first, page);
                block::block(part, page);
            }
            Kind::Word => {
                start(part, &mut is_first, page);
                page.word(part);
            }
            Kind::ServiceName => {
                let name: String = part.text.split_whitespace().collect();
                page.spelled(part, &name);
            }
            Kind::OpenBrace => {
                page.word(part);
                page.open();
                page.apart = Apart::Always;
            }
            Kind::CloseBrace => page.close(part),
            Kind::Route => route(part, page),
            _ => page.comment(part),
        }
    }
}

/// The first line of a statement is begun already.
fn start(node: &Node<'_>, is_first: &mut bool, page: &mut Page<'_>) {
    if !std::mem::take(is_first) {
        page.line(node.start, Apart::Never);
    }
}

fn route(node: &Node<'_>, page: &mut Page<'_>) {
    page.line(node.start, Apart::Always);
    page.apart = Apart::Never;
    let mut is_first = true;
    // Comments behind the last part belong between the routes.
    let last = node
        .parts
        .iter()
        .rposition(|part| part.kind != Kind::Comment);
    for (at, part) in node.parts.iter().enumerate() {
        if Some(at) > last {
            page.apart = Apart::Always;
        }
        match part.kind {
            Kind::AtServer | Kind::AtDoc | Kind::AtHandler | Kind::Target => {
                start(part, &mut is_first, page);
            }
            _ => {}
        }
        match part.kind {
            Kind::Comment => page.comment(part),
            Kind::Semicolon => page.dispensable(part),
            Kind::AtDoc => doc(part, page),
            Kind::Body | Kind::Returns if says_nothing(part) => page.skip(part),
            Kind::Body => body(part, page),
            Kind::Returns => {
                for part in &part.parts {
                    match part.kind {
                        Kind::Comment => page.comment(part),
                        Kind::Body => body(part, page),
                        _ => page.word(part),
                    }
                }
            }
            Kind::AtServer => block::block(part, page),
            _ => block::words(part, page),
        }
    }
    page.apart = Apart::Always;
}

/// `@doc "text"`, also where it is written `@doc("text")`.
fn doc(node: &Node<'_>, page: &mut Page<'_>) {
    if node.part(Kind::Value).is_none() || node.has_comment() {
        block::block(node, page);
        return;
    }
    for part in &node.parts {
        match part.kind {
            Kind::OpenParen | Kind::CloseParen => page.skip(part),
            _ => page.word(part),
        }
    }
}

/// `(Type)`
fn body(node: &Node<'_>, page: &mut Page<'_>) {
    let mut is_open = false;
    for part in &node.parts {
        match part.kind {
            Kind::OpenParen => {
                page.word(part);
                is_open = true;
            }
            Kind::CloseParen => page.glued(part),
            Kind::Comment => page.comment(part),
            _ if is_open => {
                page.glue();
                types::expression(part, page);
            }
            _ => {}
        }
    }
}
