//! What the language can say and zgen does not write yet: said plainly, before anything is written.

use crate::diag::{Diagnostic, Report};
use crate::model::{ColumnType, Rpc, System};

/// Reports every construct that a generated workspace would lack.
pub fn limits(system: &System, report: &mut Report) {
    for rpc in &system.rpcs {
        rpc_limits(rpc, report);
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
