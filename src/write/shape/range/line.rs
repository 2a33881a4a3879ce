//! A line of a range.

use super::super::is_about_item;
use super::super::reader::{Kind, Run};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// With a mark of its kind in place of each name.
    pub(super) text: String,
    pub(super) indent: usize,
    pub(super) widths: Vec<Width>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Width {
    pub(super) least: usize,
    pub(super) most: usize,
}

impl Line {
    /// The line of an item that begins at `start` of it.
    pub(super) fn of(text: &str, start: usize, runs: &[&Run]) -> Self {
        let indent = text.len() - text.trim_start().len();
        if is_about_item(text) {
            return Self {
                text: "/// q".to_owned(),
                indent,
                widths: Vec::new(),
            };
        }
        let (mut line, mut at) = (String::new(), 0);
        for run in runs {
            let begin = run.at - start;
            line.push_str(&text[at..begin]);
            line.push(mark(run.kind));
            at = begin + run.len;
        }
        line.push_str(&text[at..]);
        let width = |run: &&Run| Width {
            least: run.len,
            most: run.len,
        };
        Self {
            text: line,
            indent,
            widths: runs.iter().map(width).collect(),
        }
    }

    pub(super) fn include(&mut self, other: &Self) {
        for (width, other) in self.widths.iter_mut().zip(&other.widths) {
            width.least = width.least.min(other.least);
            width.most = width.most.max(other.most);
        }
    }

    /// Whether it goes on with what the line before it began.
    pub(super) fn continues(&self) -> bool {
        let text = self.text.trim_start();
        let closes = text.starts_with([')', ']', '}', '?']);
        closes || text.starts_with("else") || text.starts_with("where")
    }

    /// Whether it is about what follows.
    pub(super) fn announces(&self) -> bool {
        let text = self.text.trim_start();
        text.starts_with("#[") || text.starts_with("//")
    }
}

/// No character of a text that is read.
pub(super) fn mark(kind: Kind) -> char {
    match kind {
        Kind::Lower => '\u{1}',
        Kind::Upper => '\u{2}',
        Kind::Number => '\u{3}',
        Kind::Text => '\u{4}',
    }
}

/// Names that are no keywords: the first letter and the others.
pub(super) fn sample(mark: char) -> Option<(char, char)> {
    match mark {
        '\u{1}' | '\u{4}' => Some(('q', 'q')),
        '\u{2}' => Some(('Q', 'q')),
        '\u{3}' => Some(('1', '1')),
        _ => None,
    }
}
