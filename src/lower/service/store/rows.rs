//! The types of a table's rows.

use super::places::{cache_key, is_exact};
use super::{Names, columns, source};
use crate::lower::layout::Imports;
use crate::model::{Column, Rpc, Table};
use crate::rust::Member;
use crate::rust::store::{Optionals, Place, Rows};

pub(super) fn rows(rpc: &Rpc, names: &Names, table: &Table) -> Rows {
    let members: Vec<_> = (table.columns.iter())
        .map(|column| columns::member(names, column))
        .collect();
    let bare = |column: &&Column| Member {
        docs: Vec::new(),
        attributes: Vec::new(),
        ..columns::member(names, column)
    };
    let optional = |column: &&Column| Member {
        ty: format!("Option<{}>", columns::ty(column)),
        ..bare(column)
    };
    let key = columns::key(table);
    let mut changes: Vec<_> = columns::changed(table).iter().map(optional).collect();
    let has_changes = !key.is_empty() && !changes.is_empty();
    if let Some(version) = table.version.as_ref().and_then(|name| table.column(name)) {
        changes.push(Member {
            docs: vec!["Only where the row still has this version.".to_owned()],
            ..optional(&version)
        });
    }
    let filter: Vec<_> = columns::filters(table)
        .iter()
        .map(|column| Member {
            ty: format!("Option<{}>", columns::plain(column)),
            ..bare(column)
        })
        .collect();
    let mut imports = Imports::default();
    imports.add("serde", &["Deserialize", "Serialize"]);
    imports.add_if(!key.is_empty(), "zgen_rt::cache", &["Cached"]);
    columns::import(&mut imports, members.iter().map(|member| member.ty.clone()));
    Rows {
        source: source(rpc),
        name: table.name.clone(),
        imports: imports.lines(),
        row: names.row.clone(),
        columns: members,
        new: names.new.clone(),
        inserted: columns::inserted(table).iter().map(bare).collect(),
        auto: (table.columns.iter())
            .find(|column| column.auto_increment)
            .map(|column| names.field(column)),
        changes: has_changes.then(|| Optionals {
            ty: names.changes.clone(),
            members: changes,
        }),
        filter: (!filter.is_empty()).then(|| Optionals {
            ty: names.filter.clone(),
            members: filter,
        }),
        place: (!key.is_empty()).then(|| place(rpc, names, table, &key)),
    }
}

fn place(rpc: &Rpc, names: &Names, table: &Table, key: &[&Column]) -> Place {
    let parameters: Vec<_> = (key.iter())
        .map(|column| columns::parameter(names, column))
        .collect();
    let arguments: Vec<_> = (key.iter())
        .map(|column| argument(column, &format!("self.{}", names.field(column))))
        .collect();
    Place {
        parameters: parameters.join(", "),
        text: cache_key(rpc, names, table, key),
        arguments: arguments.join(", "),
        is_exact: key.iter().all(|column| is_exact(column)).to_string(),
    }
}

/// A value of a column's type where a parameter of its is expected.
pub(in crate::lower::service) fn argument(column: &Column, value: &str) -> String {
    if columns::borrowed(column).starts_with('&') {
        format!("&{value}")
    } else {
        value.to_owned()
    }
}
