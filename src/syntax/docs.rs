//! Comments, and what they describe.

use pest::iterators::Pairs;

use super::Part;
use super::cursor::is_comment;
use super::grammar::Rule;
use crate::source::Span;

/// Every comment of a file, in order.
pub(super) struct Comments<'i> {
    text: &'i str,
    comments: Vec<(usize, usize)>,
}

impl<'i> Comments<'i> {
    pub(super) fn collect(part: Part<'i>, pairs: Pairs<'_, Rule>) -> Self {
        let comments = pairs
            .flatten()
            .filter(|pair| is_comment(pair.as_rule()))
            .map(|pair| pair.as_span())
            .map(|span| (part.start + span.start(), part.start + span.end()))
            .collect();
        let text = part.text;
        Self { text, comments }
    }

    /// The lines of the comments right above: nothing but line ends between, no empty line, and not behind
    /// something else on their own line.
    pub(super) fn above(&self, span: Span) -> Vec<String> {
        let mut at = span.start as usize;
        let mut found = self.comments.partition_point(|(_, end)| *end <= at);
        let last = found;
        while found > 0 {
            let (start, end) = self.comments[found - 1];
            let between = &self.text[end..at];
            let adjacent = between.trim().is_empty() && line_ends(between) <= 1;
            if !adjacent || !self.starts_line(start) {
                break;
            }
            found -= 1;
            at = start;
        }
        self.comments[found..last]
            .iter()
            .flat_map(|(start, end)| lines(&self.text[*start..*end]))
            .collect()
    }

    /// The lines of the comment behind, on the same line.
    pub(super) fn behind(&self, span: Span) -> Vec<String> {
        let at = span.end as usize;
        let next = self.comments.partition_point(|(start, _)| *start < at);
        match self.comments.get(next) {
            Some((start, end)) if self.is_filler(at, *start) => {
                lines(&self.text[*start..*end]).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Above, then behind.
    pub(super) fn around(&self, span: Span) -> Vec<String> {
        let mut lines = self.above(span);
        lines.extend(self.behind(span));
        lines
    }

    fn starts_line(&self, at: usize) -> bool {
        // Not by the line's start: a file may be one long line.
        let before =
            self.text[..at].trim_end_matches(|c: char| c.is_whitespace() && !is_line_end(c));
        before.is_empty() || before.ends_with(is_line_end)
    }

    fn is_filler(&self, from: usize, to: usize) -> bool {
        self.text[from..to]
            .chars()
            .all(|c| !is_line_end(c) && (c.is_whitespace() || matches!(c, ';' | ',')))
    }
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

/// A carriage return on its own ends a line, as in the grammar.
fn line_ends(text: &str) -> usize {
    text.matches(is_line_end).count() - text.matches("\r\n").count()
}

/// The text of one comment, without its signs.
fn lines(comment: &str) -> impl Iterator<Item = String> {
    let (body, block) = match comment.strip_prefix("//") {
        Some(line) => (line, false),
        None => (
            comment
                .trim_start_matches("/*")
                .trim_end_matches("*/")
                .trim_start_matches('*'),
            true,
        ),
    };
    let lines: Vec<String> = body
        .lines()
        .map(|line| {
            let line = if block {
                let line = line.trim_start();
                line.strip_prefix('*').unwrap_or(line)
            } else {
                line
            };
            // One blank after the sign is layout; more may be meant, as in a list.
            line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()
        })
        .collect();
    let start = lines.iter().position(|line| !line.is_empty());
    let end = lines.iter().rposition(|line| !line.is_empty());
    let kept = match (start, end) {
        (Some(start), Some(end)) => lines[start..=end].to_vec(),
        _ => Vec::new(),
    };
    kept.into_iter()
}

#[cfg(test)]
mod tests {
    #[test]
    fn signs_are_taken_off() {
        for (comment, expected) in [
            ("// one", vec!["one"]),
            ("//one", vec!["one"]),
            ("//   - item\r", vec!["  - item"]),
            ("//", vec![]),
            ("/* one */", vec!["one"]),
            ("/**\n * one\n *\n * two\n */", vec!["one", "", "two"]),
            ("/* http://x */", vec!["http://x"]),
        ] {
            assert_eq!(
                super::lines(comment).collect::<Vec<_>>(),
                expected,
                "{comment}"
            );
        }
    }
}
