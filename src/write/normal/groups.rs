//! Brackets in Rust text.

use super::lexer::{Kind, Token};

/// An index that may be missing, small: there are as many as a text has tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Index(u32);

impl Index {
    const NONE: Self = Self(u32::MAX);

    /// Texts have far fewer tokens; one that had not would be compared as it is.
    fn of(at: usize) -> Option<Self> {
        let index = u32::try_from(at).ok().map(Self);
        index.filter(|index| *index != Self::NONE)
    }

    fn get(self) -> Option<usize> {
        (self != Self::NONE).then_some(self.0 as usize)
    }
}

/// Which bracket encloses which token.
pub(super) struct Groups {
    /// Index of the innermost opening bracket around each token; brackets stand in their own parent.
    parent: Vec<Index>,
    close: Vec<Index>,
}

impl Groups {
    /// `None` where brackets do not match.
    pub(super) fn of(tokens: &[Token<'_>]) -> Option<Self> {
        let mut stack: Vec<usize> = Vec::new();
        let mut parent = Vec::with_capacity(tokens.len());
        let mut close = vec![Index::NONE; tokens.len()];
        for (at, token) in tokens.iter().enumerate() {
            if is_close(token) {
                let open = stack.pop()?;
                let pair = (tokens[open].text, token.text);
                if ![("(", ")"), ("[", "]"), ("{", "}")].contains(&pair) {
                    return None;
                }
                close[open] = Index::of(at)?;
            }
            parent.push(match stack.last() {
                Some(open) => Index::of(*open)?,
                None => Index::NONE,
            });
            if is_open(token) {
                stack.push(at);
            }
        }
        stack.is_empty().then_some(Self { parent, close })
    }

    pub(super) fn parent_of(&self, at: usize) -> Option<usize> {
        self.parent[at].get()
    }

    pub(super) fn close_of(&self, open: usize) -> Option<usize> {
        self.close[open].get()
    }

    pub(super) fn is_inside(&self, at: usize, group: Option<usize>) -> bool {
        group.is_none_or(|open| at > open && self.close_of(open).is_some_and(|close| at < close))
    }

    /// Whether the comma at `at` is what makes `(a,)` a tuple.
    pub(super) fn is_tuple_of_one(&self, tokens: &[Token<'_>], at: usize) -> bool {
        const NOT_CALLED: [&str; 12] = [
            "return", "in", "match", "if", "while", "break", "let", "as", "else", "for", "mut",
            "ref",
        ];
        let Some(open) = self.parent_of(at).filter(|open| tokens[*open].is("(")) else {
            return false;
        };
        let first = (open + 1..at)
            .all(|before| self.parent_of(before) != Some(open) || !tokens[before].is(","));
        let Some(before) = open.checked_sub(1) else {
            return first;
        };
        let token = &tokens[before];
        let arrow = token.is(">")
            && before > 0
            && ["-", "="].iter().any(|head| tokens[before - 1].is(head));
        let called = match token.kind {
            Kind::Word => !NOT_CALLED.contains(&token.text),
            Kind::Punct => ")]>?!".contains(token.text) && !arrow,
            _ => false,
        };
        first && !called
    }
}

fn is_open(token: &Token<'_>) -> bool {
    token.is("(") || token.is("[") || token.is("{")
}

pub(super) fn is_close(token: &Token<'_>) -> bool {
    token.is(")") || token.is("]") || token.is("}")
}
