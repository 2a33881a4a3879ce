//! Whether every value of a column still fits after its type has changed.

use crate::model::{Column, ColumnType, Dialect, Written};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Same,
    /// All that is there fits, and more.
    Wider,
    /// Something that is there may not fit.
    Unsure,
}

/// A column as it was and as it is, each with its words.
pub(super) fn fit(old: (&Column, &Written), new: (&Column, &Written), dialect: Dialect) -> Fit {
    let (before, after) = (spelling(&old.1.ty), spelling(&new.1.ty));
    let (old, new) = (old.0, new.0);
    let is_like = old.ty == new.ty && old.length == new.length;
    let is_by_words = matches!(new.ty, ColumnType::Decimal)
        || matches!(new.ty, ColumnType::Text | ColumnType::Bytes) && new.length.is_none();
    if before == after || is_like && !is_by_words {
        return Fit::Same;
    }
    let is_wider = match (&old.ty, &new.ty) {
        (
            ColumnType::Int { bits, signed },
            ColumnType::Int {
                bits: more,
                signed: also,
            },
        ) => more > bits && (*also || !signed),
        (ColumnType::Float { bits }, ColumnType::Float { bits: more }) => more > bits,
        (ColumnType::Decimal, ColumnType::Decimal) => has_more_digits(&before, &after),
        (ColumnType::Enum(old), ColumnType::Enum(new)) => new.starts_with(old),
        (ColumnType::Text | ColumnType::Bytes, ColumnType::Text | ColumnType::Bytes)
            if old.ty == new.ty =>
        {
            holds_more(&before, &after, old.length, new.length, dialect)
        }
        (before, after) if before == after => old.length <= new.length,
        _ => false,
    };
    if is_wider { Fit::Wider } else { Fit::Unsure }
}

/// Display widths say nothing of what fits.
fn spelling(ty: &str) -> String {
    let ty = ty.to_ascii_uppercase();
    match ty.split_once('(') {
        Some((word, rest)) if word.ends_with("INT") || word == "INTEGER" => {
            let behind = rest.split_once(')').map_or("", |(_, behind)| behind);
            format!("{word}{behind}")
        }
        _ => ty,
    }
}

/// `DECIMAL(10,2)` to `DECIMAL(12,2)`.
fn has_more_digits(before: &str, after: &str) -> bool {
    let digits = |ty: &str| {
        let (_, inside) = ty.split_once('(')?;
        let (inside, _) = inside.split_once(')')?;
        let mut numbers = inside
            .split(',')
            .map(|number| number.trim().parse::<i32>().ok());
        let all = numbers.next()??;
        let behind = numbers.next().flatten().unwrap_or(0);
        Some((all - behind, behind))
    };
    match (digits(before), digits(after)) {
        (Some((before, behind)), Some((after, now))) => after >= before && now >= behind,
        _ => false,
    }
}

fn holds_more(
    before: &str,
    after: &str,
    old: Option<u64>,
    new: Option<u64>,
    dialect: Dialect,
) -> bool {
    let word = |ty: &str| ty.split('(').next().unwrap_or_default().trim().to_owned();
    let rank = |ty: &str| {
        let all = ["TINY", "", "MEDIUM", "LONG"];
        let mut all = all.iter().enumerate();
        let kinds = ["TEXT", "BLOB"];
        let found = all.find(|(_, size)| kinds.iter().any(|kind| ty == format!("{size}{kind}")));
        found.map(|(rank, _)| rank)
    };
    match (rank(before), rank(after)) {
        (Some(before), Some(after)) => before <= after,
        // PostgreSQL keeps both alike.
        (None, Some(_)) => dialect == Dialect::Postgres,
        (Some(_), None) => false,
        (None, None) => word(before) == word(after) && old <= new,
    }
}
