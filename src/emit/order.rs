//! Puts `use` and `mod` lines into rustfmt's order: where a crate stands among others depends on its name, which a
//! template does not know.

use std::cmp::Ordering;

use crate::style;

/// The text with each group of neighbouring `use` items, and each of `mod` items, sorted.
pub(super) fn of_items(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut group: Vec<Item<'_>> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let item = Item::at(rest);
        let line = rest.split_inclusive('\n').next().unwrap_or(rest);
        let taken = item.as_ref().map_or(line, |item| item.text);
        let is_neighbour = |last: &Item<'_>| item.as_ref().is_some_and(|item| item.goes_with(last));
        if !group.last().is_some_and(is_neighbour) {
            flush(&mut group, &mut out);
        }
        match item {
            Some(item) => group.push(item),
            None => out.push_str(line),
        }
        rest = &rest[taken.len()..];
    }
    flush(&mut group, &mut out);
    out
}

fn flush(group: &mut Vec<Item<'_>>, out: &mut String) {
    group.sort_by(Item::compare);
    for item in group.drain(..) {
        out.push_str(item.text);
    }
}

/// A whole item with its line break; `use` items may take several lines.
struct Item<'a> {
    text: &'a str,
    keyword: &'a str,
    path: &'a str,
}

impl<'a> Item<'a> {
    /// The item that the text begins with. Indented ones are none: their neighbours may be code.
    fn at(text: &'a str) -> Option<Self> {
        let bare = ["pub(crate) ", "pub "]
            .iter()
            .find_map(|visibility| text.strip_prefix(visibility))
            .unwrap_or(text);
        let keyword = ["use ", "mod "]
            .into_iter()
            .find(|keyword| bare.starts_with(keyword))?;
        let (path, _) = bare[keyword.len()..].split_once(";\n")?;
        // `mod tests { .. }` is not a line.
        if keyword == "mod " && path.contains(['{', '\n']) {
            return None;
        }
        let length = text.find(";\n")? + 2;
        Some(Self {
            text: &text[..length],
            keyword,
            path,
        })
    }

    fn goes_with(&self, other: &Self) -> bool {
        self.keyword == other.keyword
    }

    fn compare(&self, other: &Self) -> Ordering {
        if self.keyword == "use " {
            style::by_path(self.path, other.path)
        } else {
            style::by_letters(self.path, other.path)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::of_items;

    #[test]
    fn sorts_groups() {
        let cases = [
            (
                "use shapes_api::{\n    Config,\n};\nuse serde_json::Value;\n\nuse a::B;\n",
                "use serde_json::Value;\nuse shapes_api::{\n    Config,\n};\n\nuse a::B;\n",
            ),
            (
                "use zgen_rt::{Code, FieldError};\nuse zgen_rt::trace::Failure;\nuse super::x;\n",
                "use super::x;\nuse zgen_rt::trace::Failure;\nuse zgen_rt::{Code, FieldError};\n",
            ),
            (
                "pub(crate) mod shape;\nmod names;\nmod r#type;\npub mod api;\n",
                "pub mod api;\nmod names;\npub(crate) mod shape;\nmod r#type;\n",
            ),
            (
                "mod b;\nuse z::Z;\nfn f() {\n    use y::Y;\n    use x::X;\n}\n",
                "mod b;\nuse z::Z;\nfn f() {\n    use y::Y;\n    use x::X;\n}\n",
            ),
            (
                "mod b {\n    x;\n}\nmod a;\n",
                "mod b {\n    x;\n}\nmod a;\n",
            ),
            ("no line break", "no line break"),
        ];
        for (text, expected) in cases {
            assert_eq!(of_items(text), expected);
        }
    }
}
