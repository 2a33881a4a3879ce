//! Items that are laid out alike whatever their names are, as long as these are between one width and another.
//!
//! rustfmt breaks what is too wide, and does not break what is not: each decision is about a sum of widths and a limit.
//! So where it leaves an item with the narrowest names, nothing that is broken would fit; where it leaves it with the
//! widest, nothing that is on one line would not; and it leaves all that are between. Lines that differ only in names and
//! stand beside each other (fields, links of a chain, arguments, statements) are laid out without regard to each other:
//! two of a kind stand for all of them. If there is a doubt that is no harm, since the answer would be that rustfmt
//! changes something. `tests` holds this against rustfmt itself.

mod line;
mod nodes;

use self::line::{Line, Width, sample};
pub(in super::super) use self::nodes::extremes_of;
use super::class;
use super::reader::masked;
use crate::style::MAX_WIDTH;

/// Wider lines are where rustfmt may give up and leave everything.
const WIDEST: usize = MAX_WIDTH;

/// Items of one structure: what stands between its names, and how wide these are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Range(Vec<Line>);

impl Range {
    /// Of one item; `None` for what cannot be read.
    pub(in super::super) fn of(item: &str) -> Option<Self> {
        if has_fields_in_variants(item) {
            return None;
        }
        let masked = masked(item, class)?;
        let mut lines = Vec::new();
        let mut runs = masked.runs.iter().peekable();
        let mut start = 0;
        for text in masked.text.split_inclusive('\n') {
            let end = start + text.len();
            let mut mine = Vec::new();
            while let Some(run) = runs.next_if(|run| run.at < end) {
                mine.push(run);
            }
            lines.push(Line::of(text.trim_end_matches('\n'), start, &mine));
            start = end;
        }
        Some(Self(lines))
    }

    /// Those that are enough to ask about, each with room for all that it stands for.
    pub(in super::super) fn collapsed(&self) -> Self {
        Self(nodes::reduced(self.0.clone(), &nodes::two_with_room))
    }

    /// Those that are enough to ask about, as they are: of neighbours that differ in widths only, the narrowest and the
    /// widest.
    pub(in super::super) fn thinned(&self) -> Self {
        Self(nodes::reduced(self.0.clone(), &nodes::extremes))
    }

    /// Equal for items that can be in one range.
    pub(in super::super) fn structure(&self) -> String {
        let lines: Vec<&str> = self.0.iter().map(|line| line.text.as_str()).collect();
        lines.join("\n")
    }

    /// Makes room for another one of the same structure.
    pub(in super::super) fn include(&mut self, other: &Self) {
        for (line, other) in self.0.iter_mut().zip(&other.0) {
            line.include(other);
        }
    }

    /// Of all names, in their order.
    pub(in super::super) fn widths(&self) -> Vec<usize> {
        let lines = self.0.iter();
        lines
            .flat_map(|line| line.widths.iter().map(|width| width.most))
            .collect()
    }

    /// The items that rustfmt has to leave if it is to leave all that are in the range: one where all names are as
    /// narrow as any of them, one where they are as wide. `None` where a line is too wide to be sure.
    pub(in super::super) fn ends(&self) -> Option<[String; 2]> {
        let ends =
            [|width: &Width| width.least, |width: &Width| width.most].map(|end| self.text(end));
        let is_too_wide = |line: &str| line.len() > WIDEST && !line.starts_with("///");
        (!ends[1].lines().any(is_too_wide)).then_some(ends)
    }

    fn text(&self, end: fn(&Width) -> usize) -> String {
        let mut out = String::new();
        for line in &self.0 {
            let mut widths = line.widths.iter().map(end);
            for c in line.text.chars() {
                match sample(c) {
                    Some((first, other)) => {
                        let width = widths.next().unwrap_or_default();
                        out.extend((0..width).map(|at| if at == 0 { first } else { other }));
                    }
                    None => out.push(c),
                }
            }
            out.push('\n');
        }
        out
    }
}

/// Where rustfmt lays out one with an eye on the others, and on which of them have comments.
fn has_fields_in_variants(item: &str) -> bool {
    let mut lines = item.lines();
    let is_enum = |line: &str| line.starts_with("enum ") || line.contains(" enum ");
    lines.any(is_enum) && lines.any(|line| line.ends_with('{'))
}

#[cfg(test)]
mod tests;
