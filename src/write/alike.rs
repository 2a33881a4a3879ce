//! rustfmt, asked about one item for all that are like it: of a thousand handlers most differ in their names only.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::normal::hash_bytes;
use super::shape::{self, Range};
use super::{parallel, rustfmt};

/// Fewer texts are as quickly formatted as looked at.
const FEW: usize = 32;
/// Items that go to rustfmt as one file.
const BATCH: usize = 16 * 1024;

/// As [`rustfmt::all`]; `None`, too, for a text that rustfmt would leave as it is.
pub(super) fn all(texts: &[&str], settings: &str) -> Vec<Option<String>> {
    if texts.len() < FEW {
        return rustfmt::all(texts, settings);
    }
    if !rustfmt::is_at_hand() {
        return vec![None; texts.len()];
    }
    let shapes = parallel::map(texts, |text| shapes(text));
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for (shape, item) in shapes.iter().flatten().flatten() {
        first.entry(shape).or_insert(item);
    }
    let mut done = vec![None; texts.len()];
    // Those that cannot be told by their shapes go along: to start rustfmt costs more than most texts.
    let unknown: Vec<usize> = (0..texts.len())
        .filter(|at| shapes[*at].is_none())
        .collect();
    let along: Vec<&str> = unknown.iter().map(|at| texts[*at]).collect();
    let mut asked = Asked {
        settings,
        along: &along,
        answers: Vec::new(),
    };
    let left = left(&first, &mut asked);
    for (at, answer) in unknown.into_iter().zip(asked.answers) {
        done[at] = answer;
    }
    let is_open = |at: &usize| {
        let shapes = shapes[*at].iter().flatten();
        shapes
            .into_iter()
            .any(|(shape, _)| !left.contains(shape.as_str()))
    };
    let open: Vec<usize> = (0..texts.len()).filter(is_open).collect();
    let asked: Vec<&str> = open.iter().map(|at| texts[*at]).collect();
    for (at, answer) in open.into_iter().zip(rustfmt::all(&asked, settings)) {
        done[at] = answer;
    }
    done
}

/// Items, each with a hash of its shape.
type Shapes<'t> = Vec<(String, &'t str)>;

/// `None` where something in the text has no shape.
fn shapes(text: &str) -> Option<Shapes<'_>> {
    let items = shape::items(text)?.into_iter();
    let items = items.filter(|item| !shape::is_settled(item));
    let shapes = items.map(|item| Some((hash_bytes(shape::shape(item)?.as_bytes()), item)));
    shapes.collect()
}

/// The shapes that rustfmt leaves as they are: by the ends of ranges, then by the narrowest and widest items, then one by
/// one.
fn left<'s>(first: &BTreeMap<&'s str, &str>, asked: &mut Asked<'_>) -> BTreeSet<&'s str> {
    let exact = first
        .iter()
        .filter_map(|(shape, item)| Some((*shape, Range::of(item)?)));
    let exact: BTreeMap<&str, Range> = exact.collect();
    let mut left = by_ranges(&exact, asked);
    let open = exact.iter().filter(|(shape, _)| !left.contains(*shape));
    left.extend(by_extremes(
        open.map(|(shape, range)| (*shape, range)),
        asked,
    ));
    let open = first.iter().filter(|(shape, _)| !left.contains(*shape));
    let (shapes, items): (Vec<&str>, Vec<&str>) = open.unzip();
    let are_left = shapes.into_iter().zip(asked.are_left(&items));
    left.extend(are_left.filter_map(|(shape, is_left)| is_left.then_some(shape)));
    left
}

fn by_ranges<'s>(exact: &BTreeMap<&'s str, Range>, asked: &mut Asked<'_>) -> BTreeSet<&'s str> {
    let mut groups: BTreeMap<String, (Range, Vec<&'s str>)> = BTreeMap::new();
    for (shape, range) in exact {
        let range = range.collapsed();
        match groups.entry(range.structure()) {
            Entry::Vacant(entry) => {
                entry.insert((range, vec![shape]));
            }
            Entry::Occupied(mut entry) => {
                let (all, shapes) = entry.get_mut();
                all.include(&range);
                shapes.push(shape);
            }
        }
    }
    let groups = groups
        .into_values()
        .filter_map(|(range, shapes)| Some((range.ends()?, shapes)));
    let groups: Vec<([String; 2], Vec<&'s str>)> = groups.collect();
    let ends: Vec<&str> = (groups.iter().flat_map(|(ends, _)| ends))
        .map(String::as_str)
        .collect();
    let are_left = asked.are_left(&ends);
    let sure = groups.into_iter().zip(are_left.chunks(2));
    let sure = sure.filter(|(_, are_left)| are_left.iter().all(|is_left| *is_left));
    sure.flat_map(|((_, shapes), _)| shapes).collect()
}

/// A shape and its item.
type Member<'s, 'r> = (&'s str, &'r Range);

fn by_extremes<'s, 'r>(
    open: impl Iterator<Item = (&'s str, &'r Range)>,
    asked: &mut Asked<'_>,
) -> Vec<&'s str> {
    let mut groups: BTreeMap<String, Vec<Member<'s, 'r>>> = BTreeMap::new();
    for (shape, range) in open {
        groups
            .entry(range.structure())
            .or_default()
            .push((shape, range));
    }
    let groups = groups.into_values().filter_map(|group| {
        let widths: Vec<Vec<usize>> = group.iter().map(|(_, range)| range.widths()).collect();
        let extremes = shape::extremes_of(&widths).into_iter();
        let ends = extremes.map(|at| group[at].1.thinned().ends());
        let texts: Option<Vec<String>> = ends.map(|ends| ends.map(|[_, text]| text)).collect();
        Some((texts?, group))
    });
    let groups: Vec<(Vec<String>, Vec<Member<'s, '_>>)> = groups.collect();
    let texts: Vec<&str> = (groups.iter().flat_map(|(texts, _)| texts))
        .map(String::as_str)
        .collect();
    let mut are_left = asked.are_left(&texts).into_iter();
    let mut left = Vec::new();
    for (texts, group) in groups {
        let mine: Vec<bool> = are_left.by_ref().take(texts.len()).collect();
        if mine.into_iter().all(|is_left| is_left) {
            left.extend(group.into_iter().map(|(shape, _)| shape));
        }
    }
    left
}

/// rustfmt, with texts that go along when it is asked for the first time.
struct Asked<'a> {
    settings: &'a str,
    along: &'a [&'a str],
    answers: Vec<Option<String>>,
}

impl Asked<'_> {
    /// Whether it leaves each of these items.
    fn are_left(&mut self, items: &[&str]) -> Vec<bool> {
        if items.is_empty() && self.along.is_empty() {
            return Vec::new();
        }
        let mut batches: Vec<String> = Vec::new();
        for item in items {
            match batches.last_mut().filter(|text| text.len() < BATCH) {
                Some(text) => {
                    text.push('\n');
                    text.push_str(item);
                }
                None => batches.push((*item).to_owned()),
            }
        }
        let along = std::mem::take(&mut self.along);
        let texts: Vec<&str> = (batches.iter().map(String::as_str))
            .chain(along.iter().copied())
            .collect();
        let mut answers = rustfmt::all(&texts, self.settings);
        self.answers.extend(answers.split_off(batches.len()));
        // What it has written it would leave.
        let answers = answers.iter().flatten();
        let written: BTreeSet<&str> = answers
            .filter_map(|text| shape::items(text))
            .flatten()
            .collect();
        items.iter().map(|item| written.contains(item)).collect()
    }
}
