//! Comments and places out of `SourceCodeInfo`.

use std::collections::BTreeMap;
use std::ops::Range;

use prost_types::FileDescriptorProto;
use prost_types::source_code_info::Location;

/// What a line of a method's comment starts with to name a step of its logic.
const STEP: &str = "@step ";

/// The entry of one element, by its path of field numbers and indexes (`descriptor.proto`).
pub(super) fn location<'a>(file: &'a FileDescriptorProto, path: &[i32]) -> Option<&'a Location> {
    let info = file.source_code_info.as_ref()?;
    info.location.iter().find(|location| location.path == path)
}

/// The comments of a file that are asked for element by element: a large one has ten thousands.
pub(super) struct Comments<'a>(BTreeMap<&'a [i32], &'a Location>);

impl<'a> Comments<'a> {
    pub(super) fn of(file: &'a FileDescriptorProto) -> Self {
        let mut places = BTreeMap::new();
        for location in (file.source_code_info.iter()).flat_map(|info| &info.location) {
            places.entry(location.path.as_slice()).or_insert(location);
        }
        Self(places)
    }

    /// Leading comment lines, then trailing ones, without `@step` lines.
    pub(super) fn docs(&self, path: &[i32]) -> Vec<String> {
        self.0.get(path).map(|it| docs(it)).unwrap_or_default()
    }

    /// The names on `@step` lines, in order.
    pub(super) fn steps(&self, path: &[i32]) -> Vec<String> {
        let location = self.0.get(path);
        let comments = location.and_then(|location| location.leading_comments.as_deref());
        let lines = comments.unwrap_or_default().lines();
        lines.filter_map(step).map(str::to_owned).collect()
    }
}

fn docs(location: &Location) -> Vec<String> {
    let texts = [&location.leading_comments, &location.trailing_comments];
    let lines = texts
        .into_iter()
        .flatten()
        .flat_map(|text| text.lines())
        .filter(|line| step(line).is_none())
        .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned());
    trimmed(lines.collect())
}

fn step(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix(STEP)?.trim();
    (!name.is_empty()).then_some(name)
}

/// A comment that rustdoc prints as text: no `@step` lines, and nothing that it would run as a test.
pub(super) fn for_rustdoc(text: &str) -> String {
    let mut open_fence = false;
    let lines: Vec<String> = text
        .lines()
        .filter(|line| step(line).is_none())
        .map(|line| {
            let body = line.trim_start();
            if body.starts_with("```") || body.starts_with("~~~") {
                open_fence = !open_fence;
                // Without its language, which may be Rust; prost-build then makes it plain text.
                return " ```".to_owned();
            }
            if open_fence {
                return line.trim_end().to_owned();
            }
            // Four blanks start a code block.
            let indent = (line.len() - body.len()).min(3);
            format!("{}{}", &"   "[..indent], body.trim_end())
        })
        .collect();
    let mut lines = trimmed(lines);
    if open_fence {
        lines.push(" ```".to_owned());
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.join("\n")
}

/// Without the empty lines at either end.
fn trimmed(mut lines: Vec<String>) -> Vec<String> {
    let is_text = |line: &String| !line.trim().is_empty();
    lines.truncate(lines.iter().rposition(is_text).map_or(0, |last| last + 1));
    lines.drain(..lines.iter().position(is_text).unwrap_or(0));
    lines
}

/// `[line, column, end column]` or `[line, column, end line, end column]`, from 0 and in bytes, as a range.
pub(super) fn range(text: &str, span: &[i32]) -> Option<Range<usize>> {
    let at = |line: i32, column: i32| {
        let line = usize::try_from(line).ok()?;
        let start = match line {
            0 => 0,
            line => text.match_indices('\n').nth(line - 1)?.0 + 1,
        };
        Some((start + usize::try_from(column).ok()?).min(text.len()))
    };
    match *span {
        [line, column, end] => Some(at(line, column)?..at(line, end)?),
        [line, column, end_line, end] => Some(at(line, column)?..at(end_line, end)?),
        _ => None,
    }
}
