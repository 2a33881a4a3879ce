//! Walks what pest matched, without its punctuation.

use std::iter::Peekable;

use pest::iterators::{Pair, Pairs};

use super::Part;
use super::grammar::Rule;
use crate::source::{Span, Spanned};

/// The inner pairs of one rule, in order. Asking for a rule that is not next gives `None`, so that the passes over it
/// need no panics: what the grammar promises is there.
pub(super) struct Cursor<'i> {
    part: Part<'i>,
    pub(super) span: Span,
    pub(super) text: &'i str,
    pairs: Peekable<Significant<'i>>,
}

/// Pairs that carry meaning.
struct Significant<'i>(Pairs<'i, Rule>);

impl<'i> Iterator for Significant<'i> {
    type Item = Pair<'i, Rule>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.find(|pair| !is_punctuation(pair.as_rule()))
    }
}

fn is_punctuation(rule: Rule) -> bool {
    is_comment(rule)
        || matches!(
            rule,
            Rule::EOI
                | Rule::open_paren
                | Rule::close_paren
                | Rule::open_brace
                | Rule::close_brace
                | Rule::equals
                | Rule::colon
                | Rule::comma
                | Rule::semicolon
                | Rule::kw_syntax
                | Rule::kw_info
                | Rule::kw_import
                | Rule::kw_type
                | Rule::kw_struct
                | Rule::kw_map
                | Rule::kw_service
                | Rule::kw_returns
                | Rule::kw_at_server
                | Rule::kw_at_doc
                | Rule::kw_at_handler
        )
}

/// Where the last word ends. A rule whose last part is optional also takes the blanks and comments before what it looked
/// for in vain.
fn written_end(pair: &Pair<'_, Rule>) -> usize {
    let whole = pair.as_span().end();
    if !matches!(pair.as_rule(), Rule::field | Rule::embedded | Rule::route) {
        return whole;
    }
    let parts = pair.clone().into_inner();
    let words =
        parts.filter(|part| !is_comment(part.as_rule()) && part.as_rule() != Rule::semicolon);
    words.last().map_or(whole, |last| last.as_span().end())
}

pub(super) fn is_comment(rule: Rule) -> bool {
    matches!(rule, Rule::COMMENT | Rule::inline_comment)
}

impl<'i> Cursor<'i> {
    pub(super) fn new(part: Part<'i>, pair: Pair<'i, Rule>) -> Self {
        let start = part.start + pair.as_span().start();
        let end = part.start + written_end(&pair);
        Self {
            part,
            span: Span::new(part.file, start, end),
            text: pair.as_str(),
            pairs: Significant(pair.into_inner()).peekable(),
        }
    }

    /// The next child, whatever it is.
    pub(super) fn next(&mut self) -> Option<(Rule, Self)> {
        let pair = self.pairs.next()?;
        Some((pair.as_rule(), Self::new(self.part, pair)))
    }

    /// The next child, if it is this one.
    pub(super) fn take(&mut self, rule: Rule) -> Option<Self> {
        let pair = self.pairs.next_if(|pair| pair.as_rule() == rule)?;
        Some(Self::new(self.part, pair))
    }

    /// All next children of this rule.
    pub(super) fn many(&mut self, rule: Rule) -> impl Iterator<Item = Self> {
        std::iter::from_fn(move || self.take(rule))
    }

    /// The text and place of the next child, if it is this one.
    pub(super) fn word(&mut self, rule: Rule) -> Option<Spanned<String>> {
        self.take(rule).map(|child| child.spanned())
    }

    pub(super) fn spanned(&self) -> Spanned<String> {
        Spanned {
            value: self.text.to_owned(),
            span: self.span,
        }
    }

    /// The text between the first and the last character: quotes or backquotes.
    pub(super) fn unquoted(&self) -> Spanned<String> {
        let inner = self.text.get(1..self.text.len().saturating_sub(1));
        Spanned {
            value: inner.unwrap_or_default().to_owned(),
            span: self.span,
        }
    }
}
