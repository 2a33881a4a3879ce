//! Columns whose labels messages have as an enum.

use heck::{ToShoutySnakeCase as _, ToUpperCamelCase as _};

use crate::lower::layout::is_wide;
use crate::lower::names;
use crate::lower::proto::{Place, module_path};
use crate::model::{Column, ColumnType, Enum, Rpc, Table};
use crate::rust::service::Labels;

/// The constant with the counterparts: `STATUS`, `ORDER_STATUS`.
pub(super) fn constant(full_name: &str, column: &Column) -> String {
    let ty = full_name.rsplit('.').next().unwrap_or_default();
    let (ty, column) = (
        ty.to_shouty_snake_case(),
        column.name.to_shouty_snake_case(),
    );
    if ty.ends_with(&column) {
        ty
    } else {
        format!("{column}_{ty}")
    }
}

/// The constants that some statements mention.
pub(super) fn mentioned(rpc: &Rpc, table: &Table, texts: &[&str]) -> Vec<Labels> {
    let mut out: Vec<Labels> = Vec::new();
    for column in &table.columns {
        let ColumnType::Enum(labels) = &column.ty else {
            continue;
        };
        for each in &rpc.enums {
            let name = constant(&each.full_name, column);
            let call = format!("{name}.");
            let is_known = out.iter().any(|known| known.name == name);
            if !is_known && texts.iter().any(|text| has_word(text, &call)) {
                out.extend(made(rpc, each, column, labels, name));
            }
        }
    }
    out
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (text.match_indices(word)).any(|(at, _)| !text[..at].ends_with(is_part))
}

fn made(
    rpc: &Rpc,
    each: &Enum,
    column: &Column,
    labels: &[String],
    name: String,
) -> Option<Labels> {
    let place = Place::of_enum(rpc, &each.full_name);
    let mut module = module_path(&rpc.name, &place.package);
    for outer in &place.outer {
        module.push_str("::");
        module.push_str(outer);
    }
    let mut rows = rpc.tables.iter().map(|table| names::ty(&table.row_name()));
    let is_known = names::is_taken(&place.name) || rows.any(|row| row == place.name);
    let (ty, item) = if is_known {
        let ty = format!("{}Enum", place.name);
        let item = format!("{} as {ty}", place.name);
        (ty, item)
    } else {
        (place.name.clone(), place.name.clone())
    };
    let own = each.name().to_upper_camel_case();
    let pairs = each.labelled(labels)?.into_iter().map(|(value, label)| {
        let value = value.to_upper_camel_case();
        // As prost-build names variants.
        let variant = match value.strip_prefix(&own) {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_uppercase()) => rest,
            _ => &value,
        };
        format!("({ty}::{variant}, {label:?})")
    });
    let pairs: Vec<_> = pairs.collect();
    let list = format!("&[{}]", pairs.join(", "));
    let head = format!("const {name}: Labels<{ty}> = Labels(");
    let line = format!("{head}{list});");
    // Up to 60 columns rustfmt leaves a call's arguments beside each other.
    let text = if list.len() <= 60 && !is_wide(0, &line) {
        line
    } else {
        format!("{head}&[\n    {},\n]);", pairs.join(",\n    "))
    };
    Some(Labels {
        docs: format!("The labels of `{}` in messages.", column.name),
        name,
        text,
        module,
        item,
    })
}
