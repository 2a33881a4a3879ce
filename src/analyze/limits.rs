//! What the language can say and zgen does not write yet: said plainly, before anything is written.

use crate::diag::{Diagnostic, Report};
use crate::model::{ColumnType, Gateway, Rpc, System};

/// Keys of `@server` that change what a request may do: leaving one out in silence would open a door.
const KEYS: &[&str] = &["signature"];

/// Reports every construct that a generated workspace would lack.
pub fn limits(system: &System, report: &mut Report) {
    for gateway in &system.gateways {
        gateway_limits(gateway, report);
    }
    for rpc in &system.rpcs {
        rpc_limits(rpc, report);
    }
}

fn gateway_limits(gateway: &Gateway, report: &mut Report) {
    for group in &gateway.groups {
        let place = group.routes.first().map(|route| route.span);
        for key in KEYS
            .iter()
            .filter(|key| group.properties.contains_key(**key))
        {
            let message =
                format!("`{key}` is understood, but this version of zgen does not generate it");
            report.push(
                Diagnostic::error("zgen/unsupported", place, message)
                    .help("take the key out of `@server` to generate the rest of the gateway"),
            );
        }
    }
}

fn rpc_limits(rpc: &Rpc, report: &mut Report) {
    for table in &rpc.tables {
        for column in &table.columns {
            let known = matches!(
                column.ty,
                ColumnType::Bool
                    | ColumnType::Int { .. }
                    | ColumnType::Float { .. }
                    | ColumnType::Text
                    | ColumnType::Bytes
                    | ColumnType::Enum(_)
            );
            if !known {
                let message = format!(
                    "the column `{}` of `{}` has a type that this version of zgen does not generate",
                    column.name, table.name
                );
                report.push(Diagnostic::error("zgen/unsupported", table.span, message));
            }
        }
    }
}
