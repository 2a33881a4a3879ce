//! `UpdateOrder`.

use super::insert::is_updated;
use super::{Ask, Reason, fits, misfit, pair};
use crate::model::{MessageField, ProtoType, TableOp};

const MASKS: &[&str] = &["update_mask", "field_mask", "mask"];
const MASK: &str = "google.protobuf.FieldMask";

impl Ask<'_> {
    pub(super) fn update(&self) -> Result<(Option<String>, TableOp), Reason> {
        let is_mask = |field: &&MessageField| {
            MASKS.contains(&field.name.as_str()) && field.ty == ProtoType::Message(MASK.to_owned())
        };
        let mask = self.input.iter().find(is_mask);
        let (inside, fields) = self.subject(MASKS);
        let key = self.key(&self.table.primary_key, fields)?;
        let mut changes = Vec::new();
        let mut version = None;
        for given in fields.iter().filter(|field| !is_mask(field)) {
            let name = &given.name;
            let Some(column) = self.column(fields, given) else {
                return Err(format!("the field `{name}` is no column"));
            };
            if key.iter().any(|pair| pair.to == column.name) {
                continue;
            }
            if self.table.version.as_ref() == Some(&column.name) {
                if !fits::is_key(&self.rpc.enums, given, column) {
                    return Err(misfit(given));
                }
                version = Some(name.clone());
            } else if self.table.soft_delete.as_ref() == Some(&column.name)
                || column.auto_increment
                || column.ignored
            {
                return Err(format!("`{name}` is not for callers to change"));
            } else if fits::tells(&self.rpc.enums, given, column) {
                changes.push(pair(&column.name, Some(name)));
            } else {
                return Err(misfit(given));
            }
        }
        if changes.is_empty() {
            return Err("the request changes no column".to_owned());
        }
        let clock = self
            .table
            .columns
            .iter()
            .filter(|it| is_updated(it) && !it.ignored);
        let unset = clock.filter(|column| self.field(fields, &column.name).is_none());
        changes.extend(unset.map(|column| pair(&column.name, None)));
        let op = TableOp::Update {
            key,
            changes,
            mask: mask.map(|field| field.name.clone()),
            version,
        };
        Ok((inside, op))
    }
}
