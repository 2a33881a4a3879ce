//! Which texts rustfmt has seen already, but for their names.
//!
//! rustfmt lays out by tokens and by how wide they are. So two items that differ only in the letters of their names, in
//! literals and in comments, of the same width each, are laid out alike: where it leaves one as it is, it leaves the
//! other. What decides by letters is compared by letters: keywords, macros, attributes, and `use` and `mod` lines, which
//! are sorted. `tests` holds this against rustfmt itself.

mod listed;
mod range;
mod reader;
#[cfg(test)]
mod samples;

pub(super) use self::listed::is_settled;
pub(super) use self::range::{Range, extremes_of};
use self::reader::masked;

/// The items of a file, cut at the blank lines between them; `None` where that is not certain.
pub(super) fn items(text: &str) -> Option<Vec<&str>> {
    let mut items = Vec::new();
    let mut start = 0;
    let (mut at, mut empty) = (0, 0);
    for line in text.split_inclusive('\n') {
        // Of several empty lines rustfmt leaves one.
        if empty == 1 && at > 1 && line.starts_with(|c: char| !c.is_whitespace()) {
            items.push(&text[start..at - 1]);
            start = at;
        }
        empty = if line == "\n" { empty + 1 } else { 0 };
        at += line.len();
    }
    items.push(&text[start..]);
    // What a file says about itself stands as it is.
    let says = |line: &str| line == "//!" || line.starts_with("//! ") && !line.ends_with(' ');
    if items.len() > 1 && items[0].lines().all(says) {
        items.remove(0);
    }
    // Only where a file begins.
    let opens = |item: &&str| item.starts_with("#!") || item.starts_with("//!");
    (text.ends_with('\n') && !items.iter().any(opens)).then_some(items)
}

/// Equal for two items that are laid out alike.
pub(super) fn shape(item: &str) -> Option<String> {
    let masked = masked(item, class)?;
    let mut shape = String::with_capacity(masked.text.len());
    for line in masked.text.split_inclusive('\n') {
        let is_about_item = is_about_item(line.trim_end_matches('\n'));
        shape.push_str(if is_about_item { "///\n" } else { line });
    }
    Some(shape)
}

/// In front of an item rustfmt leaves what a line says, however long it is.
fn is_about_item(line: &str) -> bool {
    line.starts_with("/// ") && !line.ends_with(' ')
}

/// What a letter or digit may be in another item of one shape.
fn class(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => b'a',
        b'A'..=b'Z' => b'A',
        b'0'..=b'9' => b'0',
        other => other,
    }
}

#[cfg(test)]
mod tests;
