//! What rustfmt decides by letters and by width, where several passes have to agree with it: the order of names, and how
//! far a line goes. Style edition 2024 (the Rust Style Guide, "Sorting"); `write` holds this against rustfmt itself.

use std::cmp::Ordering;

pub(crate) const MAX_WIDTH: usize = 100;
pub(crate) const TAB: usize = 4;

/// The order of two names in a list of imports: numbers by what they are worth, `_` before all other letters.
pub(crate) fn by_version(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (bare(a), bare(b));
    // Zeros in front decide only between names that are equal otherwise.
    let mut zeros = Ordering::Equal;
    loop {
        let (first, second) = (chunk(&mut a), chunk(&mut b));
        let order = kind(first).cmp(&kind(second)).then_with(|| {
            if kind(first) != Kind::Digits {
                return first.cmp(second);
            }
            zeros = zeros.then(second.len().cmp(&first.len()));
            let [one, other] = [first, second].map(|digits| digits.trim_start_matches('0'));
            one.len().cmp(&other.len()).then_with(|| one.cmp(other))
        });
        if order.is_ne() || first.is_empty() {
            return order.then(zeros);
        }
    }
}

/// The order of two modules behind `mod`, which knows no numbers.
pub(crate) fn by_letters(a: &str, b: &str) -> Ordering {
    bare(a).cmp(bare(b))
}

/// The order of two paths behind `use`: `self`, `super` and `crate` before names, a list after them.
pub(crate) fn by_path(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split("::"), b.split("::"));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (Some(one), Some(other)) => {
                let ranks = rank(one).cmp(&rank(other));
                ranks.then_with(|| by_version(one, other))
            }
            (one, other) => one.is_some().cmp(&other.is_some()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Names that follow each other on as few indented lines as there can be.
pub(crate) fn fill(names: &[impl AsRef<str>]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut width = 0;
    for (index, name) in names.iter().enumerate() {
        let name = name.as_ref();
        // With its comma; that of the last one does not count.
        let wide = name.chars().count() + 1;
        let limit = MAX_WIDTH - usize::from(index + 1 < names.len());
        match lines.last_mut() {
            Some(line) if TAB + width + 1 + wide <= limit => {
                line.extend([" ", name, ","]);
                width += 1 + wide;
            }
            _ => {
                lines.push(format!("{name},"));
                width = wide;
            }
        }
    }
    lines
}

fn bare(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// What a name is made of, in the order in which it is sorted.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    End,
    Underscore,
    Digits,
    Letters,
}

fn kind(chunk: &str) -> Kind {
    chunk.chars().next().map_or(Kind::End, |first| match first {
        '_' => Kind::Underscore,
        '0'..='9' => Kind::Digits,
        _ => Kind::Letters,
    })
}

/// What is of one kind, from the front of a name.
fn chunk<'n>(name: &mut &'n str) -> &'n str {
    let mut chars = name.char_indices();
    let kind_at = |at| kind(&name[at..]);
    let first = kind(name);
    let end = chars.find(|(at, _)| kind_at(*at) != first || (*at > 0 && first == Kind::Underscore));
    let (chunk, rest) = name.split_at(end.map_or(name.len(), |(at, _)| at));
    *name = rest;
    chunk
}

fn rank(part: &str) -> u8 {
    match part {
        "self" => 0,
        "super" => 1,
        "crate" => 2,
        list if list.starts_with('{') => 4,
        _ => 3,
    }
}
