//! Lines that stand beside each other, and which of them stand for the others.

use std::collections::{BTreeMap, BTreeSet};

use super::line::Line;

/// A line with what is deeper, what is about it, and what closes it.
type Node = Vec<Line>;

/// Which of some nodes to keep, by place: they are of one kind, in their order.
pub(super) type Choose = dyn Fn(&mut [Node], &[usize]) -> BTreeSet<usize>;

/// The lines without those that others stand for. The last of neighbours always stays: rustfmt treats the last link of
/// a chain in a way of its own.
pub(super) fn reduced(lines: Vec<Line>, choose: &Choose) -> Vec<Line> {
    let indents = lines.iter().filter(|line| !line.text.is_empty());
    let Some(indent) = indents.map(|line| line.indent).min() else {
        return lines;
    };
    let nodes = nodes(lines, indent).into_iter();
    let mut nodes: Vec<Node> = nodes.map(|node| inner(node, indent, choose)).collect();
    let mut kinds: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate() {
        let key: Vec<&str> = node.iter().map(|line| line.text.as_str()).collect();
        kinds.entry(key.join("\n")).or_default().push(at);
    }
    let mut kept: BTreeSet<usize> = nodes.len().checked_sub(1).into_iter().collect();
    for alike in kinds.values() {
        kept.extend(choose(&mut nodes, alike));
    }
    let nodes = nodes.into_iter().enumerate();
    nodes
        .filter(|(at, _)| kept.contains(at))
        .flat_map(|(_, node)| node)
        .collect()
}

/// The first two, with room for all.
pub(super) fn two_with_room(nodes: &mut [Node], alike: &[usize]) -> BTreeSet<usize> {
    let Some((first, others)) = alike.split_first() else {
        return BTreeSet::new();
    };
    let mut all = nodes[*first].clone();
    for other in others {
        for (line, other) in all.iter_mut().zip(&nodes[*other]) {
            line.include(other);
        }
    }
    for at in alike {
        nodes[*at].clone_from(&all);
    }
    alike.iter().copied().take(2).collect()
}

/// The narrowest and the widest, as they are.
pub(super) fn extremes(nodes: &mut [Node], alike: &[usize]) -> BTreeSet<usize> {
    let widths = alike.iter().map(|at| {
        let lines = nodes[*at].iter().flat_map(|line| &line.widths);
        lines.map(|width| width.most).collect()
    });
    let widths: Vec<Vec<usize>> = widths.collect();
    let found = extremes_of(&widths).into_iter().map(|at| alike[at]);
    // One alone may be laid out as two are not.
    found.chain(alike.iter().copied().take(2)).collect()
}

/// Of some items that differ in widths only, those that no other is narrower than in every respect, or wider.
pub(in super::super::super) fn extremes_of(widths: &[Vec<usize>]) -> Vec<usize> {
    let mut distinct: BTreeMap<&[usize], usize> = BTreeMap::new();
    for (at, widths) in widths.iter().enumerate() {
        distinct.entry(widths).or_insert(at);
    }
    let is_within = |one: &[usize], other: &[usize]| one.iter().zip(other).all(|(a, b)| a <= b);
    let is_extreme = |widths: &&[usize]| {
        let others = || distinct.keys().filter(|other| *other != widths);
        !others().any(|other| is_within(other, widths))
            || !others().any(|other| is_within(widths, other))
    };
    let found = distinct.iter().filter(|(widths, _)| is_extreme(widths));
    found.map(|(_, at)| *at).collect()
}

fn nodes(lines: Vec<Line>, indent: usize) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut is_open = false;
    for line in lines {
        let begins = line.indent == indent && !line.text.is_empty() && !line.continues();
        let announces = begins && line.announces();
        match nodes.last_mut() {
            Some(node) if !begins || is_open => node.push(line),
            _ => nodes.push(vec![line]),
        }
        // What is announced, and whatever is deeper, belongs to it.
        is_open = announces || (is_open && !begins);
    }
    nodes
}

/// A node with what is deeper in it reduced.
fn inner(node: Node, indent: usize, choose: &Choose) -> Node {
    let mut out = Vec::with_capacity(node.len());
    let mut deeper: Vec<Line> = Vec::new();
    for line in node {
        if line.indent > indent || line.text.is_empty() {
            deeper.push(line);
            continue;
        }
        out.append(&mut reduced(std::mem::take(&mut deeper), choose));
        out.push(line);
    }
    out.append(&mut reduced(deeper, choose));
    out
}
