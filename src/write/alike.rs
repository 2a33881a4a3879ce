//! rustfmt, asked once for all items of one shape: of a thousand handlers most differ in their names only.

use std::collections::{BTreeMap, BTreeSet};

use super::normal::hash_bytes;
use super::{parallel, rustfmt, shape};

/// Fewer texts are as quickly formatted as looked at.
const FEW: usize = 32;
/// Items that go to rustfmt as one file: where it changes one of them, all are asked about once more.
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
    let (left, answers) = left(&first, &along, settings);
    for (at, answer) in unknown.into_iter().zip(answers) {
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

/// The shapes that rustfmt leaves as they are, and what it makes of the texts that go `along`.
fn left<'s>(
    first: &BTreeMap<&'s str, &str>,
    along: &[&str],
    settings: &str,
) -> (BTreeSet<&'s str>, Vec<Option<String>>) {
    let all: Vec<(&str, &str)> = first.iter().map(|(shape, item)| (*shape, *item)).collect();
    let mut batches: Vec<(Vec<&str>, String)> = Vec::new();
    for (shape, item) in &all {
        match batches.last_mut().filter(|(_, text)| text.len() < BATCH) {
            Some((shapes, text)) => {
                shapes.push(shape);
                text.push('\n');
                text.push_str(item);
            }
            None => batches.push((vec![shape], (*item).to_owned())),
        }
    }
    let mut left = BTreeSet::new();
    let mut rest = BTreeSet::new();
    let texts = batches.iter().map(|(_, text)| text.as_str());
    let texts: Vec<&str> = texts.chain(along.iter().copied()).collect();
    let mut answers = rustfmt::all(&texts, settings);
    let along = answers.split_off(batches.len());
    for ((shapes, text), answer) in batches.iter().zip(answers) {
        let same = answer.as_ref() == Some(text);
        (if same { &mut left } else { &mut rest }).extend(shapes.iter().copied());
    }
    let rest: Vec<_> = all
        .iter()
        .filter(|(shape, _)| rest.contains(shape))
        .collect();
    let texts: Vec<&str> = rest.iter().map(|(_, item)| *item).collect();
    let answers = rustfmt::all(&texts, settings);
    for ((shape, item), answer) in rest.into_iter().zip(answers) {
        if answer.as_deref() == Some(item) {
            left.insert(*shape);
        }
    }
    (left, along)
}
