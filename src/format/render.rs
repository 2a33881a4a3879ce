//! Lines to text: indentation, and columns under each other.

/// One line: columns of words, then a comment.
#[derive(Debug)]
pub(super) struct Line {
    indent: usize,
    empty_before: bool,
    pub(super) columns: Vec<String>,
    /// Behind everything else.
    comment: Option<String>,
    /// Columns stand under those of the lines around.
    pub(super) is_aligned: bool,
    /// A comment and nothing else.
    pub(super) is_comment: bool,
}

impl Line {
    pub(super) fn new(indent: usize, empty_before: bool) -> Self {
        Self {
            indent,
            empty_before,
            columns: vec![String::new()],
            comment: None,
            is_aligned: false,
            is_comment: false,
        }
    }

    pub(super) fn put(&mut self, text: &str, apart: bool) {
        // What was taken for the last comment stands before a word.
        if let Some(comment) = self.comment.take() {
            self.append(&comment, true);
        }
        self.is_comment = false;
        self.append(text, apart);
    }

    pub(super) fn comment(&mut self, text: &str) {
        match &mut self.comment {
            Some(first) => {
                first.push(' ');
                first.push_str(text);
            }
            None => self.comment = Some(text.to_owned()),
        }
    }

    fn append(&mut self, text: &str, apart: bool) {
        if let Some(column) = self.columns.last_mut() {
            if apart && !column.is_empty() {
                column.push(' ');
            }
            column.push_str(text);
        }
    }

    /// Columns of several lines have no width.
    fn has_width(&self) -> bool {
        self.is_aligned && !self.columns.iter().any(|column| column.contains('\n'))
    }
}

pub(super) fn text(lines: &[Line]) -> String {
    let mut out = String::new();
    for block in blocks(lines) {
        let widths = widths(block);
        let contents: Vec<String> = block.iter().map(|line| content(line, &widths)).collect();
        let commented = block.iter().zip(&contents);
        let column = commented
            .filter(|(line, _)| line.comment.is_some() && line.has_width())
            .map(|(_, content)| width(content))
            .max()
            .unwrap_or(0);
        for (line, content) in block.iter().zip(contents) {
            if line.empty_before {
                out.push('\n');
            }
            let mut full = "\t".repeat(line.indent) + &content;
            if let Some(comment) = &line.comment {
                let padding = if line.has_width() {
                    column.saturating_sub(width(&content))
                } else {
                    0
                };
                full += &" ".repeat(padding + 1);
                full += comment;
            }
            // Only what was put there: other blanks may belong to a word.
            out += full.trim_end_matches([' ', '\t']);
            out.push('\n');
        }
    }
    out
}

/// Runs of lines that are aligned with each other. An empty line ends a run; a comment on its own does not.
fn blocks(lines: &[Line]) -> impl Iterator<Item = &[Line]> {
    lines.chunk_by(|a, b| {
        let fits = |line: &Line| line.is_comment || line.has_width();
        !b.empty_before && a.indent == b.indent && fits(a) && fits(b)
    })
}

fn widths(block: &[Line]) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for line in block.iter().filter(|line| line.has_width()) {
        for (at, column) in line.columns.iter().enumerate() {
            // The last column pushes nothing.
            let own = if at + 1 == line.columns.len() {
                0
            } else {
                width(column)
            };
            match widths.get_mut(at) {
                Some(known) => *known = own.max(*known),
                None => widths.push(own),
            }
        }
    }
    widths
}

fn content(line: &Line, widths: &[usize]) -> String {
    let mut out = String::new();
    let mut pending = 0;
    for (column, wanted) in line
        .columns
        .iter()
        .zip(widths.iter().chain(std::iter::repeat(&0)))
    {
        if !out.is_empty() && !column.is_empty() {
            out += &" ".repeat(pending.max(1));
        }
        out += column;
        pending = wanted.saturating_sub(width(column)) + 1;
    }
    out
}

/// In characters, as go-zero's formatter counts.
fn width(text: &str) -> usize {
    text.chars().count()
}
