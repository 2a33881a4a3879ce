//! Where rustfmt adds or drops tokens, not only white space.

use super::groups::{Groups, is_close};
use super::lexer::{Kind, Token};

/// Tokens that rustfmt adds or drops as the width of the line asks.
pub(super) struct Marks {
    pub(super) dropped: Vec<bool>,
    pub(super) comma_behind: Vec<bool>,
}

impl Marks {
    pub(super) fn of(tokens: &[Token<'_>]) -> Self {
        let mut marks = Self {
            dropped: vec![false; tokens.len()],
            comma_behind: vec![false; tokens.len()],
        };
        let Some(groups) = Groups::of(tokens) else {
            // Not Rust; compare it as it is.
            return marks;
        };
        for at in 0..tokens.len() {
            if let Some(open) = arm_block(tokens, at) {
                marks.arm(tokens, &groups, open);
            }
            if let Some(open) = closure_block(tokens, &groups, at) {
                marks.unwrap(tokens, &groups, open);
            }
        }
        for at in 0..tokens.len() {
            marks.trailing_comma(tokens, &groups, at);
        }
        marks
    }

    /// `=> { a }` is `=> a,`, and a block needs no comma behind it.
    fn arm(&mut self, tokens: &[Token<'_>], groups: &Groups, open: usize) {
        let Some(close) = groups.close_of(open) else {
            return;
        };
        let next = tokens.get(close + 1);
        let unwrapped = self.unwrap(tokens, groups, open);
        if next.is_some_and(|next| next.is(",")) {
            self.dropped[close + 1] = true;
        }
        let ends = next.is_none_or(|next| {
            is_close(next) || (next.is(",") && tokens.get(close + 2).is_some_and(is_close))
        });
        self.comma_behind[close] = unwrapped && !ends;
    }

    /// Drops the braces around a single expression; the semicolon of a jump goes with them.
    fn unwrap(&mut self, tokens: &[Token<'_>], groups: &Groups, open: usize) -> bool {
        let Some(close) = groups.close_of(open) else {
            return false;
        };
        let first = &tokens[open + 1];
        let jump = ["return", "break", "continue"].contains(&first.text);
        let jump_end = (jump && tokens[close - 1].is(";")).then_some(close - 1);
        let mut inside = (open + 1..close)
            .filter(|at| groups.parent_of(*at) == Some(open) && Some(*at) != jump_end)
            .map(|at| &tokens[at]);
        let single =
            close > open + 1 && inside.all(|token| !token.is(";") && token.kind != Kind::Comment);
        if single {
            self.dropped[open] = true;
            self.dropped[close] = true;
            if let Some(end) = jump_end {
                self.dropped[end] = true;
            }
        }
        single
    }

    /// `(a, b,)` is `(a, b)`, but `(a,)` is a tuple.
    fn trailing_comma(&mut self, tokens: &[Token<'_>], groups: &Groups, at: usize) {
        if !tokens[at].is(",") {
            return;
        }
        let behind = tokens[at + 1..]
            .iter()
            .position(|token| token.kind != Kind::Comment);
        let Some(next) = behind.map(|offset| at + 1 + offset) else {
            return;
        };
        let ends = is_close(&tokens[next]) || tokens[next].is(">");
        if ends && !groups.is_tuple_of_one(tokens, at) {
            self.dropped[at] = true;
        }
    }
}

/// The `{` of `=> {` when `at` is its `=`.
fn arm_block(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let arrow = tokens[at].is("=")
        && tokens
            .get(at + 1)
            .is_some_and(|next| next.is(">") && !next.spaced);
    (arrow && tokens.get(at + 2)?.is("{")).then_some(at + 2)
}

/// The `{` of `|a, b| {` when `at` is the first `|`.
fn closure_block(tokens: &[Token<'_>], groups: &Groups, at: usize) -> Option<usize> {
    if !tokens[at].is("|") {
        return None;
    }
    let before = at.checked_sub(1).map(|before| &tokens[before])?;
    let starts = match before.kind {
        Kind::Punct => "(,={;[:".contains(before.text),
        Kind::Word => ["move", "return", "async"].contains(&before.text),
        _ => false,
    };
    if !starts {
        return None;
    }
    let parent = groups.parent_of(at);
    let end = (at + 1..tokens.len())
        .take_while(|end| groups.parent_of(*end) == parent || groups.is_inside(*end, parent))
        .find(|end| tokens[*end].is("|") && groups.parent_of(*end) == parent)?;
    tokens.get(end + 1)?.is("{").then_some(end + 1)
}
