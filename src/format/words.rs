//! Whether two texts say the same: the words and comments of both, in order.

use crate::format::block;
use crate::syntax::{self, Kind, Node};

/// Compares a file with its new text.
pub(super) fn equal(before: &Node<'_>, after: &str) -> bool {
    let Some(after) = syntax::tree(after) else {
        return false;
    };
    let (mut left, mut right) = (Vec::new(), Vec::new());
    collect(before, &mut left);
    collect(&after, &mut right);
    left == right
}

/// Everything but what the canonical form leaves out, adds or spells in one way.
fn collect(node: &Node<'_>, out: &mut Vec<String>) {
    match node.kind {
        Kind::StructKeyword
        | Kind::OpenParen
        | Kind::CloseParen
        | Kind::Comma
        | Kind::Semicolon => {}
        Kind::Body | Kind::Returns if says_nothing(node) => {}
        Kind::Value => out.push(block::value(node.text).replace('\r', "")),
        Kind::Comment => out.push(node.text.replace('\r', "").trim_end().to_owned()),
        _ if node.parts.is_empty() => out.push(node.text.split_whitespace().collect()),
        _ => {
            for part in &node.parts {
                collect(part, out);
            }
        }
    }
}

/// `()` and `returns ()` without a comment.
pub(super) fn says_nothing(node: &Node<'_>) -> bool {
    match node.kind {
        Kind::Body => node.part(Kind::TypeExpr).is_none() && !node.has_comment(),
        Kind::Returns => node
            .part(Kind::Body)
            .is_some_and(|body| says_nothing(body) && !node.has_comment()),
        _ => false,
    }
}
