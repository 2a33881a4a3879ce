//! The new text while it grows: lines, and the comments between their words.

use crate::format::render::{self, Line};
use crate::syntax::{Kind, Node};

/// Empty lines before a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Apart {
    /// One, if there are some.
    AsWritten,
    Always,
    Never,
}

/// Words become lines. Comments are kept by looking at the old text: one on the line of the word before it stays
/// there, another has a line of its own.
pub(super) struct Page<'t> {
    text: &'t str,
    lines: Vec<Line>,
    pub(super) indent: usize,
    /// How comments between the current lines are set apart.
    pub(super) apart: Apart,
    /// Where the last word or comment ends in the old text.
    at: usize,
    after: After,
    /// The next word stands right behind the last one.
    is_glued: bool,
    /// Nothing has been written since a brace or parenthesis was opened.
    opened: bool,
}

/// What may follow on the current line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Word,
    /// `/* .. */` behind a word.
    Comment,
    /// `/* .. */` at the start of its line, with something behind it in the old text.
    Leading,
    /// `// ..`, or a comment alone on its line: nothing may.
    Closed,
}

impl<'t> Page<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            lines: Vec::new(),
            indent: 0,
            apart: Apart::Always,
            at: 0,
            after: After::Closed,
            is_glued: false,
            opened: true,
        }
    }

    pub(super) fn finish(self) -> String {
        render::text(&self.lines)
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Begins a line for what starts at `start`.
    pub(super) fn line(&mut self, start: usize, apart: Apart) {
        if self.after == After::Leading {
            return;
        }
        self.push_line(start, apart);
        self.after = After::Word;
    }

    fn push_line(&mut self, start: usize, apart: Apart) {
        let written = self.breaks(start) > 1;
        let after_comment = self.lines.last().is_some_and(|line| line.is_comment);
        let empty = match apart {
            _ if self.opened => false,
            // Whether a comment describes what follows must stay as it is.
            _ if after_comment => written,
            Apart::AsWritten => written,
            Apart::Always => true,
            Apart::Never => false,
        };
        self.lines.push(Line::new(self.indent, empty));
        self.opened = false;
    }

    /// Empty lines and line ends between the last word and `start`.
    fn breaks(&self, start: usize) -> usize {
        let between = self.text.get(self.at..start).unwrap_or_default();
        between.replace("\r\n", "\n").matches(['\n', '\r']).count()
    }

    /// A word behind a blank.
    pub(super) fn word(&mut self, node: &Node<'_>) {
        self.put(node, node.text, true);
    }

    /// A word right behind the one before.
    pub(super) fn glued(&mut self, node: &Node<'_>) {
        self.put(node, node.text, false);
    }

    /// The next word has no blank before it.
    pub(super) fn glue(&mut self) {
        self.is_glued = self.after == After::Word;
    }

    /// Another spelling of a word.
    pub(super) fn spelled(&mut self, node: &Node<'_>, text: &str) {
        self.put(node, text, true);
    }

    fn put(&mut self, node: &Node<'_>, text: &str, apart: bool) {
        if self.after == After::Closed {
            // A comment ended the line in the middle of something.
            self.indent += 1;
            self.push_line(node.start, Apart::Never);
            self.indent -= 1;
            if let Some(line) = self.lines.last_mut() {
                line.is_aligned = false;
            }
        }
        let apart = apart && !std::mem::take(&mut self.is_glued);
        if let Some(line) = self.lines.last_mut() {
            line.put(text, apart);
        }
        self.after = After::Word;
        self.at = node.end();
    }

    /// A `;` that can go, unless it keeps a comment from what follows.
    pub(super) fn dispensable(&mut self, node: &Node<'_>) {
        if self.after == After::Closed {
            self.glued(node);
        } else {
            self.skip(node);
        }
    }

    /// Something that is not printed.
    pub(super) fn skip(&mut self, node: &Node<'_>) {
        self.at = self.at.max(node.end());
    }

    /// The next word begins a column.
    pub(super) fn column(&mut self) {
        if let Some(line) = self.lines.last_mut()
            && self.after != After::Closed
        {
            line.columns.push(String::new());
        }
    }

    /// The columns of this line are aligned with those of its neighbours.
    pub(super) fn aligned(&mut self) {
        if let Some(line) = self.lines.last_mut() {
            line.is_aligned = true;
        }
    }

    /// The lines that follow belong to a block.
    pub(super) fn open(&mut self) {
        self.indent += 1;
        self.opened = true;
    }

    /// The end of a block; on the line of its start if there is nothing in it.
    pub(super) fn close(&mut self, node: &Node<'_>) {
        self.indent -= 1;
        if self.opened && self.after == After::Word {
            self.opened = false;
            self.glued(node);
            return;
        }
        self.opened = true;
        self.push_line(node.start, Apart::Never);
        self.after = After::Word;
        self.word(node);
    }

    pub(super) fn comment(&mut self, node: &Node<'_>) {
        let text = unix(node.text);
        let text = text.trim_end();
        let is_line = text.starts_with("//");
        let is_behind = self.after != After::Closed && self.breaks(node.start) == 0;
        if is_behind && !self.lines.is_empty() {
            if let Some(line) = self.lines.last_mut() {
                line.comment(text);
            }
            self.after = match self.after {
                _ if is_line => After::Closed,
                After::Leading => self.leading(node),
                _ => After::Comment,
            };
        } else {
            self.push_line(node.start, self.apart);
            if let Some(line) = self.lines.last_mut() {
                line.put(text, false);
                line.is_comment = true;
            }
            self.after = if is_line {
                After::Closed
            } else {
                self.leading(node)
            };
        }
        self.at = node.end();
    }

    /// Whether something stands behind a comment that starts its line.
    fn leading(&self, node: &Node<'_>) -> After {
        let rest = self.text.get(node.end()..).unwrap_or_default();
        match rest
            .chars()
            .find(|c| !c.is_whitespace() || matches!(c, '\n' | '\r'))
        {
            None | Some('\n' | '\r') => After::Closed,
            Some(_) => After::Leading,
        }
    }
}

/// Whether a node is printed by [`Page::comment`], wherever it stands.
pub(super) fn is_comment(node: &Node<'_>) -> bool {
    node.kind == Kind::Comment
}

/// With plain line ends. A carriage return on its own stays: it may be meant.
pub(super) fn unix(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let (last, ended) = lines.split_last().unwrap_or((&"", &[]));
    let mut out: String = ended
        .iter()
        .flat_map(|line| [line.trim_end_matches('\r'), "\n"])
        .collect();
    out.push_str(last);
    out
}
