//! A `Cargo.toml` that is the user's and edited, and that must grow all the same.

use camino::Utf8Path;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::project::Patterns;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Grown {
    /// Nothing is missing.
    Same,
    Text(String),
    /// Something may be missing, but the file cannot be read.
    Stuck,
}

/// The user's `Cargo.toml` with what is missing of zgen's.
pub(super) fn manifest(theirs: &str, ours: &str) -> Grown {
    match extended(theirs, ours) {
        None => Grown::Stuck,
        Some(text) if text == theirs => Grown::Same,
        Some(text) => Grown::Text(text),
    }
}

fn extended(theirs: &str, ours: &str) -> Option<String> {
    let mut manifest: DocumentMut = theirs.parse().ok()?;
    let new: DocumentMut = ours.parse().ok()?;
    let mut grew = grow_members(&mut manifest, &new);
    grew |= grow_table(
        &mut manifest,
        &new,
        &["workspace", "dependencies"],
        grow_dependency,
    );
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        grew |= grow_table(&mut manifest, &new, &[kind], grow_dependency);
    }
    grew |= grow_table(&mut manifest, &new, &["features"], grow_feature);
    // Printing what was parsed keeps the bytes, but do not depend on it where nothing is missing.
    Some(if grew {
        manifest.to_string()
    } else {
        theirs.to_owned()
    })
}

fn find<'a>(manifest: &'a DocumentMut, path: &[&str]) -> Option<&'a dyn TableLike> {
    let mut table: &dyn TableLike = manifest.as_table();
    for key in path {
        table = table.get(key)?.as_table_like()?;
    }
    Some(table)
}

fn grow_members(manifest: &mut DocumentMut, new: &DocumentMut) -> bool {
    let wanted = find(new, &["workspace"])
        .and_then(|workspace| workspace.get("members"))
        .and_then(Item::as_array);
    let Some(wanted) = wanted else {
        return false;
    };
    let workspace = manifest
        .as_table_mut()
        .entry("workspace")
        .or_insert(Item::Table(Table::new()));
    let Some(workspace) = workspace.as_table_like_mut() else {
        return false;
    };
    let members = workspace
        .entry("members")
        .or_insert(Item::Value(Value::Array(Array::new())));
    let Some(members) = members.as_array_mut() else {
        return false;
    };
    let known = Patterns::new(strings(members));
    let mut grew = false;
    for member in strings(wanted) {
        if !known.as_slice().contains(&member) && !known.matches(Utf8Path::new(&member)) {
            push(members, &member);
            grew = true;
        }
    }
    grew
}

fn strings(array: &Array) -> Vec<String> {
    array
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// In the layout of the items that are there: one a line, or all in one.
fn push(array: &mut Array, text: &str) {
    let last = array.len().checked_sub(1).and_then(|last| array.get(last));
    let prefix = last
        .and_then(|last| last.decor().prefix()?.as_str())
        .map(|prefix| {
            // Comments above the last item are about the last item.
            let start = prefix.rfind('\n').unwrap_or(0);
            prefix[start..].to_owned()
        });
    let mut value = Value::from(text);
    match prefix {
        Some(prefix) if prefix.contains('\n') => {
            value.decor_mut().set_prefix(prefix);
            let closing = array.trailing().as_str().unwrap_or_default().to_owned();
            if array.trailing_comma() {
                // A comment behind the last item stands in front of the bracket, with the line's end.
                let (comment, end) = closing.rsplit_once('\n').unwrap_or(("", &closing));
                let prefix = value
                    .decor()
                    .prefix()
                    .and_then(|p| p.as_str())
                    .unwrap_or_default()
                    .to_owned();
                value.decor_mut().set_prefix(format!("{comment}{prefix}"));
                array.set_trailing(format!("\n{end}"));
            }
        }
        _ if array.is_empty() => value.decor_mut().set_prefix(""),
        _ => value.decor_mut().set_prefix(" "),
    }
    array.push_formatted(value);
}

/// Adds the missing entries of one table; `entry` sees those that are in both.
fn grow_table(
    manifest: &mut DocumentMut,
    new: &DocumentMut,
    path: &[&str],
    entry: fn(&mut Item, &Item) -> bool,
) -> bool {
    let Some(wanted) = find(new, path) else {
        return false;
    };
    if wanted.is_empty() {
        return false;
    }
    let mut table: &mut dyn TableLike = manifest.as_table_mut();
    for (depth, key) in path.iter().enumerate() {
        let mut fresh = Table::new();
        // `[workspace]` need not be written for `[workspace.dependencies]`.
        fresh.set_implicit(depth + 1 < path.len());
        let item = table.entry(key).or_insert(Item::Table(fresh));
        let Some(next) = item.as_table_like_mut() else {
            return false;
        };
        table = next;
    }
    let mut grew = false;
    for (key, item) in wanted.iter() {
        if let Some(known) = table.get_mut(key) {
            grew |= entry(known, item);
        } else {
            table.insert(key, plain(item));
            grew = true;
        }
    }
    grew
}

/// Without the comments and blank lines of zgen's own file.
fn plain(item: &Item) -> Item {
    match item.clone().into_value() {
        Ok(mut value) => {
            value.decor_mut().clear();
            Item::Value(value)
        }
        Err(item) => item,
    }
}

/// Only features are added: version and place are the user's choice.
fn grow_dependency(theirs: &mut Item, ours: &Item) -> bool {
    let wanted = ours
        .as_table_like()
        .and_then(|ours| ours.get("features"))
        .and_then(Item::as_array);
    let Some(wanted) = wanted else {
        return false;
    };
    if let Some(version) = theirs.as_str().map(str::to_owned) {
        let mut table = InlineTable::new();
        table.insert("version", Value::from(version));
        let mut value = Value::InlineTable(table);
        if let Some(old) = theirs.as_value() {
            *value.decor_mut() = old.decor().clone();
        }
        *theirs = Item::Value(value);
    }
    let Some(table) = theirs.as_table_like_mut() else {
        return false;
    };
    let features = table
        .entry("features")
        .or_insert(Item::Value(Value::Array(Array::new())));
    grow_feature(features, &Item::Value(Value::Array(wanted.clone())))
}

fn grow_feature(theirs: &mut Item, ours: &Item) -> bool {
    let (Some(theirs), Some(ours)) = (theirs.as_array_mut(), ours.as_array()) else {
        return false;
    };
    let known = strings(theirs);
    let missing: Vec<String> = strings(ours)
        .into_iter()
        .filter(|name| !known.contains(name))
        .collect();
    for name in &missing {
        push(theirs, name);
    }
    !missing.is_empty()
}
