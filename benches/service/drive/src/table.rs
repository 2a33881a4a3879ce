//! Markdown from the lines of a run. Ratios are those within one round, and of these the median: what a machine does
//! besides touches neighbours alike.

use std::fs;

use anyhow::Context as _;

use crate::row::{Kind, Row};

/// What the others are compared with.
const LIMIT: &str = "limit";
const OFF: &str = "zgen, traces off";

pub fn print(file: &str) -> anyhow::Result<()> {
    let text = fs::read_to_string(file).with_context(|| file.to_owned())?;
    let rows: Result<Vec<Row>, _> = text.lines().map(serde_json::from_str).collect();
    let rows = rows?;
    for shape in ["gateway", "service", "both"] {
        for kind in [Kind::Closed, Kind::Open, Kind::Start] {
            let some: Vec<_> = rows
                .iter()
                .filter(|row| row.shape == shape && row.kind == kind)
                .collect();
            if some.is_empty() {
                continue;
            }
            match kind {
                Kind::Closed => closed(shape, &some),
                Kind::Open => open(shape, &some),
                Kind::Start => start(shape, &some),
            }
        }
    }
    Ok(())
}

fn closed(shape: &str, rows: &[&Row]) {
    println!("\n{shape}, closed loop:\n");
    println!(
        "| | requests/s per core | of the limit | CPU against off | µs of CPU | requests/s | p50 ms | p99 ms | p99.9 ms | RSS MB | errors |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for variant in variants(rows) {
        let of = |value: &dyn Fn(&Row) -> f64| median(rows, &variant, value);
        println!(
            "| {variant} | {:.0} | {} | {} | {:.1} | {:.0} | {:.2} | {:.2} | {:.2} | {} | {} |",
            of(&Row::per_core),
            ratio(rows, &variant, LIMIT, &Row::per_core),
            ratio(rows, &variant, OFF, &|row| 1.0 / row.per_core()),
            of(&|row| 1e6 / row.per_core()),
            of(&Row::per_second),
            of(&|row| row.p50 / 1e3),
            of(&|row| row.p99 / 1e3),
            of(&|row| row.p999 / 1e3),
            memory(rows, &variant),
            errors(rows, &variant),
        );
    }
}

fn open(shape: &str, rows: &[&Row]) {
    let rate = median(rows, LIMIT, &Row::per_second);
    println!("\n{shape}, open loop, {rate:.0} requests/s:\n");
    println!(
        "| | p50 ms | p50 against off | p99 ms | p99 against off | p99.9 ms | max ms | µs of CPU | errors |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for variant in variants(rows) {
        let of = |value: &dyn Fn(&Row) -> f64| median(rows, &variant, value);
        println!(
            "| {variant} | {:.2} | {} | {:.2} | {} | {:.2} | {:.2} | {:.1} | {} |",
            of(&|row| row.p50 / 1e3),
            ratio(rows, &variant, OFF, &|row| row.p50),
            of(&|row| row.p99 / 1e3),
            ratio(rows, &variant, OFF, &|row| row.p99),
            of(&|row| row.p999 / 1e3),
            of(&|row| row.max / 1e3),
            of(&|row| 1e6 / row.per_core()),
            errors(rows, &variant),
        );
    }
}

fn start(shape: &str, rows: &[&Row]) {
    println!("\n{shape}, from the start to the first answer:\n");
    println!("| | ms | RSS idle MB |");
    println!("|---|---|---|");
    for variant in variants(rows) {
        let took = median(rows, &variant, &|row| row.seconds * 1e3);
        println!("| {variant} | {took:.0} | {} |", memory(rows, &variant));
    }
}

/// In the order of their first rows.
fn variants(rows: &[&Row]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    // The first round is in the order of the script; the others turn it round.
    for row in rows {
        if !found.contains(&row.variant) {
            found.push(row.variant.clone());
        }
    }
    found
}

fn median(rows: &[&Row], variant: &str, value: &dyn Fn(&Row) -> f64) -> f64 {
    let of = rows.iter().filter(|row| row.variant == variant);
    middle(of.map(|row| value(row)).collect())
}

/// Against another variant, round by round.
fn ratio(rows: &[&Row], variant: &str, base: &str, value: &dyn Fn(&Row) -> f64) -> String {
    let pairs = rows.iter().filter(|row| row.variant == variant);
    let ratios: Vec<_> = pairs
        .filter_map(|row| {
            let mut others = rows.iter().filter(|other| other.variant == base);
            let other = others.find(|other| other.round == row.round)?;
            Some(value(row) / value(other))
        })
        .collect();
    if ratios.is_empty() {
        return "–".to_owned();
    }
    format!("{:.2}", middle(ratios))
}

fn memory(rows: &[&Row], variant: &str) -> String {
    let of: Vec<_> = rows.iter().filter(|row| row.variant == variant).collect();
    let processes = of.first().map_or(0, |row| row.rss.len());
    let each = (0..processes).map(|at| {
        let values = of.iter().filter_map(|row| row.rss.get(at).copied());
        format!("{:.0}", middle(values.collect()))
    });
    each.collect::<Vec<_>>().join(" + ")
}

fn errors(rows: &[&Row], variant: &str) -> u64 {
    let of = rows.iter().filter(|row| row.variant == variant);
    of.map(|row| row.errors).sum()
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let count = values.len();
    match count {
        0 => f64::NAN,
        _ if count.is_multiple_of(2) => f64::midpoint(values[count / 2 - 1], values[count / 2]),
        _ => values[count / 2],
    }
}
