//! Whether two texts say the same: the words and comments of both, in order.

use std::borrow::Cow;

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

fn without(text: &str, is_left_out: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.contains(&is_left_out) {
        return Cow::Owned(text.replace(is_left_out, ""));
    }
    Cow::Borrowed(text)
}

/// Everything but what the canonical form leaves out, adds or spells in one way.
fn collect<'t>(node: &Node<'t>, out: &mut Vec<Cow<'t, str>>) {
    match node.kind {
        Kind::StructKeyword
        | Kind::OpenParen
        | Kind::CloseParen
        | Kind::Comma
        | Kind::Semicolon => {}
        Kind::Body | Kind::Returns if says_nothing(node) => {}
        Kind::Value => out.push(block::value(node.text).replace('\r', "").into()),
        Kind::Comment => {
            let text = node.text.trim_end();
            out.push(without(text, |c| c == '\r'));
        }
        _ if node.parts.is_empty() => out.push(without(node.text, char::is_whitespace)),
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
