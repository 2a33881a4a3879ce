//! Which field fits which column. What is said here, `lower` has a conversion for.

use crate::model::{Column, ColumnType, Enum, MessageField, ProtoType, Repetition};

const TIMESTAMP: &str = "google.protobuf.Timestamp";

/// How a field becomes a column, or a column a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Every value has its counterpart.
    Plain,
    /// Some values have none.
    Checked,
}

/// Whether a column can be set from a field; `may_be_absent`: where it is not sent, there is something else to put.
pub(super) fn writes(
    enums: &[Enum],
    field: &MessageField,
    column: &Column,
    may_be_absent: bool,
) -> bool {
    if field.oneof.is_some() {
        return false;
    }
    let Some(way) = way(enums, &field.ty, &column.ty) else {
        return false;
    };
    match &field.repetition {
        Repetition::Single => true,
        Repetition::Optional => {
            let is_message = matches!(field.ty, ProtoType::Message(_));
            column.nullable || is_message || may_be_absent && way == Way::Plain
        }
        Repetition::Repeated | Repetition::Map(_) => false,
    }
}

/// Whether a field says what a column is changed to, or is compared with.
pub(super) fn tells(enums: &[Enum], field: &MessageField, column: &Column) -> bool {
    let is_plain = matches!(field.repetition, Repetition::Single | Repetition::Optional);
    is_plain && field.oneof.is_none() && way(enums, &field.ty, &column.ty).is_some()
}

/// Whether a column can be read into a field.
pub(super) fn reads(enums: &[Enum], field: &MessageField, column: &Column) -> bool {
    let is_plain = matches!(field.repetition, Repetition::Single | Repetition::Optional)
        && field.oneof.is_none();
    let widens_float = matches!(
        (&field.ty, &column.ty),
        (ProtoType::Double, ColumnType::Float { .. })
    );
    let narrows_float = matches!(
        (&field.ty, &column.ty),
        (ProtoType::Float, ColumnType::Float { bits: 64 })
    );
    is_plain && !narrows_float && (widens_float || way(enums, &field.ty, &column.ty).is_some())
}

/// Whether a row can be found by it.
pub(super) fn is_key(enums: &[Enum], field: &MessageField, column: &Column) -> bool {
    let is_plain = field.repetition == Repetition::Single;
    let is_labelled = matches!(
        (&field.ty, &column.ty),
        (ProtoType::Enum(_), ColumnType::Enum(_))
    );
    let is_exact = matches!(
        column.ty,
        ColumnType::Int { .. }
            | ColumnType::Text
            | ColumnType::Enum(_)
            | ColumnType::Bytes
            | ColumnType::Uuid
    );
    is_plain && is_exact && !is_labelled && writes(enums, field, column, false)
}

fn way(enums: &[Enum], field: &ProtoType, column: &ColumnType) -> Option<Way> {
    use ColumnType as C;
    use ProtoType as P;
    let way = match (field, column) {
        (P::Bool, C::Bool)
        | (P::String, C::Text | C::Enum(_))
        | (P::Bytes, C::Bytes)
        | (P::Double, C::Float { bits: 64 })
        | (P::Float, C::Float { .. }) => Way::Plain,
        (P::Int32 | P::Int64 | P::Uint32 | P::Uint64 | P::Enum(_), C::Int { bits, signed }) => {
            if widens(field, *bits, *signed) {
                Way::Plain
            } else {
                Way::Checked
            }
        }
        (P::Enum(name), C::Enum(labels)) => {
            let found = enums.iter().find(|each| each.full_name == *name)?;
            found.labelled(labels)?;
            Way::Checked
        }
        (
            P::String,
            C::Decimal | C::Date | C::Time | C::DateTime | C::Timestamp | C::Json | C::Uuid,
        )
        | (P::Double, C::Decimal)
        | (P::Int64, C::DateTime | C::Timestamp) => Way::Checked,
        (P::Message(name), C::DateTime | C::Timestamp) if name == TIMESTAMP => Way::Checked,
        _ => return None,
    };
    Some(way)
}

fn widens(field: &ProtoType, bits: u8, signed: bool) -> bool {
    let from = match field {
        ProtoType::Int64 => (64, true),
        ProtoType::Uint32 => (32, false),
        ProtoType::Uint64 => (64, false),
        _ => (32, true),
    };
    crate::analyze::link::widens(from, (bits, signed))
}
