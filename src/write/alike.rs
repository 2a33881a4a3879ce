//! rustfmt, asked about one item for all that are like it: of a thousand handlers most differ in their names only.

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::normal::hash_bytes;
use super::rustfmt;
use super::shape::{self, Range};
use crate::parallel;

/// Fewer texts are as quickly formatted as looked at.
const FEW: usize = 32;
/// Shapes of one range that are compared with each other.
const MANY: usize = 250;
/// Bytes of items that go to rustfmt as one file.
const BATCH: usize = 4 * 1024;

/// Texts and their shapes: what there is to do before rustfmt has to be started.
pub(super) struct Shaped<'t> {
    texts: Vec<&'t str>,
    /// `None` where something in the text has no shape.
    shapes: Vec<Option<Shapes<'t>>>,
}

impl<'t> Shaped<'t> {
    pub(super) fn of(texts: Vec<&'t str>) -> Self {
        let is_worth_it = texts.len() >= FEW && rustfmt::is_at_hand();
        let shapes = if is_worth_it {
            shapes(&texts)
        } else {
            Vec::new()
        };
        Self { texts, shapes }
    }

    /// As [`rustfmt::all`]; `None`, too, for a text that rustfmt would leave as it is.
    pub(super) fn answers(&self, settings: &str) -> Vec<Option<String>> {
        let Self { texts, shapes } = self;
        if shapes.is_empty() {
            return rustfmt::all(texts, settings);
        }
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
        // As a rule all of them are.
        if left.len() == first.len() {
            return done;
        }
        let is_open = |at: &usize| {
            let mut shapes = shapes[*at].iter().flatten();
            shapes.any(|(shape, _)| !left.contains(shape.as_str()))
        };
        let open: Vec<usize> = (0..texts.len()).filter(is_open).collect();
        let asked: Vec<&str> = open.iter().map(|at| texts[*at]).collect();
        for (at, answer) in open.into_iter().zip(rustfmt::all(&asked, settings)) {
            done[at] = answer;
        }
        done
    }
}

/// Items, each with a hash of its shape.
type Shapes<'t> = Vec<(String, &'t str)>;

/// Item by item, because one file may be as long as all others.
fn shapes<'t>(texts: &[&'t str]) -> Vec<Option<Shapes<'t>>> {
    let items = parallel::each(texts, |text| shape::items(text));
    let all: Vec<&str> = items.iter().flatten().flatten().copied().collect();
    let hash = |item: &str| Some(hash_bytes(shape::shape(item)?.as_bytes()));
    let found = parallel::map(&all, |item| {
        let is_open = !shape::is_settled(item);
        is_open.then(|| Some((hash(item)?, *item)))
    });
    let mut found = found.into_iter();
    let of_text = |items: Option<Vec<&str>>| {
        let mine = found.by_ref().take(items?.len());
        mine.flatten().collect()
    };
    items.into_iter().map(of_text).collect()
}

/// The shapes that rustfmt leaves as they are. To ask once more is to start it once more, so what takes few words is asked
/// closely at once, and what takes many at first in general.
fn left<'s>(first: &BTreeMap<&'s str, &str>, asked: &mut Asked<'_>) -> BTreeSet<&'s str> {
    let items: Vec<(&str, &str)> = first.iter().map(|(shape, item)| (*shape, *item)).collect();
    let ranges = parallel::map(&items, |(shape, item)| Some((*shape, Range::of(item)?)));
    let ranges: BTreeMap<&str, Range> = ranges.into_iter().flatten().collect();
    let each = |shapes: Vec<&'s str>| {
        let alone = |shape: &'s str| Question {
            texts: vec![Cow::Borrowed(first[shape])],
            shapes: vec![shape],
            next: Next::Nothing,
        };
        shapes.into_iter().map(alone).collect::<Vec<_>>()
    };
    let closely = |shapes: &[&'s str]| {
        let group = shapes.iter().map(|shape| (*shape, &ranges[*shape]));
        let (mut questions, unsure) = by_extremes(group);
        questions.extend(each(unsure));
        questions
    };
    let others = first.keys().filter(|shape| !ranges.contains_key(*shape));
    let mut questions = each(others.copied().collect());
    for (range, shapes) in groups(&ranges) {
        let close = (shapes.len() <= MANY).then(|| closely(&shapes));
        let ends = range.ends().map(|ends| Question {
            texts: ends.map(Cow::Owned).to_vec(),
            shapes: shapes.clone(),
            next: Next::Extremes,
        });
        match (close, ends) {
            (Some(close), Some(ends)) => {
                let is_short = length(&close) <= 2 * length(std::slice::from_ref(&ends));
                questions.extend(if is_short { close } else { vec![ends] });
            }
            (None, Some(ends)) => questions.push(ends),
            (close, None) => questions.extend(close.unwrap_or_else(|| closely(&shapes))),
        }
    }
    let mut left = BTreeSet::new();
    while !(questions.is_empty() && asked.along.is_empty()) {
        let are_left = asked.answers_to(&questions);
        let mut closer = Vec::new();
        for (question, is_left) in questions.into_iter().zip(are_left) {
            match question.next {
                _ if is_left => left.extend(question.shapes),
                Next::Extremes => closer.extend(closely(&question.shapes)),
                Next::Each => closer.extend(each(question.shapes)),
                Next::Nothing => {}
            }
        }
        questions = closer;
    }
    left
}

/// Texts that rustfmt leaves only if it leaves all items of some shapes.
struct Question<'s, 't> {
    texts: Vec<Cow<'t, str>>,
    shapes: Vec<&'s str>,
    next: Next,
}

/// What to ask if it does not.
enum Next {
    Extremes,
    Each,
    Nothing,
}

fn length(questions: &[Question<'_, '_>]) -> usize {
    let texts = questions.iter().flat_map(|question| &question.texts);
    texts.map(|text| text.len()).sum()
}

/// Shapes that may be in one range, with that range.
fn groups<'s>(ranges: &BTreeMap<&'s str, Range>) -> impl Iterator<Item = (Range, Vec<&'s str>)> {
    let mut groups: BTreeMap<String, (Range, Vec<&'s str>)> = BTreeMap::new();
    let ranges: Vec<(&'s str, &Range)> = ranges
        .iter()
        .map(|(shape, range)| (*shape, range))
        .collect();
    let collapsed = parallel::map(&ranges, |(shape, range)| {
        let range = range.collapsed();
        (*shape, range.structure(), range)
    });
    for (shape, structure, range) in collapsed {
        match groups.entry(structure) {
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
    groups.into_values()
}

/// The narrowest and widest of each structure, and the shapes that none can be asked about.
fn by_extremes<'s, 'r>(
    group: impl Iterator<Item = (&'s str, &'r Range)>,
) -> (Vec<Question<'s, 'static>>, Vec<&'s str>) {
    let mut groups: BTreeMap<String, Vec<(&'s str, &'r Range)>> = BTreeMap::new();
    for (shape, range) in group {
        groups
            .entry(range.structure())
            .or_default()
            .push((shape, range));
    }
    let (mut questions, mut unsure) = (Vec::new(), Vec::new());
    for group in groups.into_values() {
        let widths: Vec<Vec<usize>> = group.iter().map(|(_, range)| range.widths()).collect();
        let extremes = shape::extremes_of(&widths).into_iter();
        let ends = extremes.map(|at| group[at].1.thinned().ends());
        let texts: Option<Vec<_>> = ends
            .map(|ends| ends.map(|[_, text]| Cow::Owned(text)))
            .collect();
        let shapes = group.into_iter().map(|(shape, _)| shape);
        match texts {
            Some(texts) => questions.push(Question {
                texts,
                shapes: shapes.collect(),
                next: Next::Each,
            }),
            None => unsure.extend(shapes),
        }
    }
    (questions, unsure)
}

/// rustfmt, with texts that go along when it is asked for the first time.
struct Asked<'a> {
    settings: &'a str,
    along: &'a [&'a str],
    answers: Vec<Option<String>>,
}

impl Asked<'_> {
    /// Whether it leaves all texts of each question.
    fn answers_to(&mut self, questions: &[Question<'_, '_>]) -> Vec<bool> {
        let texts = questions.iter().flat_map(|question| &question.texts);
        let texts: Vec<&str> = texts.map(AsRef::as_ref).collect();
        let are_left = self.are_left(&texts);
        let mut rest = are_left.as_slice();
        let answer = |question: &Question<'_, '_>| {
            let (mine, others) = rest.split_at(question.texts.len());
            rest = others;
            mine.iter().all(|is_left| *is_left)
        };
        questions.iter().map(answer).collect()
    }

    /// Whether it leaves each of these items.
    fn are_left(&mut self, items: &[&str]) -> Vec<bool> {
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
