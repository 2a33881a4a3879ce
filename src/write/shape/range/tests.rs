//! Against rustfmt itself.

use super::super::super::rustfmt;
use super::super::reader::Kind;
use super::super::samples::{Lot, written};
use super::line::mark;
use super::*;

/// The item with names of other widths, up to `by` wider or narrower each.
fn resized(item: &str, by: u64, lot: &mut Lot) -> Option<String> {
    let masked = masked(item, &mut class)?;
    let (mut out, mut at) = (String::new(), 0);
    for run in &masked.runs {
        out.push_str(&item[at..run.at]);
        at = run.at + run.len;
        if run.kind == Kind::Number {
            out.push_str(&item[run.at..at]);
            continue;
        }
        let change = usize::try_from(lot.below(2 * by + 1)).ok()?;
        let wide = (run.len + change).saturating_sub(usize::try_from(by).ok()?);
        let (first, other) = sample(mark(run.kind))?;
        // An empty text is one, an empty name is none.
        let wide = wide.max(usize::from(run.kind != Kind::Text));
        out.extend((0..wide).map(|at| if at == 0 { first } else { other }));
    }
    out.push_str(&item[at..]);
    Some(out)
}

/// Texts that rustfmt has to leave, and those that it leaves then.
type Case = (Vec<String>, Vec<String>);

/// Items of one structure, by the ends of the range around them.
fn around(items: &[String]) -> Option<Case> {
    let range = |item: &String| Some(Range::of(item)?.collapsed());
    let mut all = range(items.first()?)?;
    let mut alike = Vec::new();
    for item in items {
        // What is as narrow or wide as another has become one with it.
        if let Some(range) = range(item).filter(|range| range.structure() == all.structure()) {
            all.include(&range);
            alike.push(item.clone());
        }
    }
    Some((all.ends()?.to_vec(), alike))
}

/// An item without those lines that others stand for.
fn thinned(item: &str) -> Option<Case> {
    let [_, text] = Range::of(item)?.thinned().ends()?;
    Some((vec![text], vec![item.to_owned()]))
}

#[test]
fn rustfmt_leaves_all_of_a_range_whose_ends_it_leaves() {
    let mut lot = Lot(29);
    let mut cases: Vec<Case> = Vec::new();
    // A part of them; all of them, by more widths, took minutes and found nothing.
    for item in written().iter().step_by(3) {
        for by in [1, 6] {
            let items = (0..3).filter_map(|_| resized(item, by, &mut lot));
            let items: Vec<String> = items.collect();
            cases.extend(around(&items));
            cases.extend(items.first().and_then(|item| thinned(item)));
        }
        cases.extend(thinned(item));
    }
    let texts: Vec<&str> = (cases.iter())
        .flat_map(|(ends, items)| ends.iter().chain(items))
        .map(String::as_str)
        .collect();
    let answers = rustfmt::all(&texts, "edition = \"2024\"");
    if answers.iter().all(Option::is_none) {
        // Without rustfmt there is nothing to be held against.
        return;
    }
    let answers = texts.iter().zip(&answers);
    let mut answers = answers.map(|(text, now)| now.as_deref() == Some(*text));
    let (mut counts, mut wrong) = ([0, 0], Vec::new());
    for (ends, items) in &cases {
        let ends_left: Vec<bool> = answers.by_ref().take(ends.len()).collect();
        let are_left = ends_left.iter().all(|is_left| *is_left);
        let items_left: Vec<bool> = answers.by_ref().take(items.len()).collect();
        for (item, is_left) in items.iter().zip(items_left) {
            if are_left && !is_left {
                wrong.push(format!("{item}--- by:\n{}", ends.join("---\n")));
            }
        }
        counts[usize::from(are_left)] += 1;
    }
    let shown = wrong[..wrong.len().min(3)].join("=======\n");
    assert!(wrong.is_empty(), "{} of {counts:?}\n{shown}", wrong.len());
    assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
}
