//! One column: type, default and options.

use sqlparser::ast::{
    BinaryLength, CharacterLength, ColumnDef, ColumnOption, DataType, EnumMember, ExactNumberInfo,
    Expr, TimezoneInfo, UnaryOperator, Value,
};
use sqlparser::tokenizer::Token;

use super::words::Words;
use crate::model::{Column, ColumnDefault, ColumnType, Dialect, Written};

/// `None` if the type has no counterpart.
pub(super) fn column(def: &ColumnDef, words: &Words) -> Option<Column> {
    let (ty, serial) = match words.dialect {
        Dialect::MySql if is_serial(def) => (int(64, false), true),
        Dialect::MySql => ty(&def.data_type)?,
        Dialect::Postgres => postgres(&def.data_type, words)?,
    };
    let is_time = matches!(
        ty,
        ColumnType::DateTime | ColumnType::Timestamp | ColumnType::Time
    );
    // PostgreSQL keeps microseconds unless it is told otherwise.
    let microseconds = (is_time && words.dialect == Dialect::Postgres).then_some(6);
    let mut column = Column {
        name: words.name(&def.name),
        untyped: words.is_untyped(&def.data_type),
        ty,
        nullable: !serial,
        auto_increment: serial,
        ignored: false,
        default: None,
        length: length(&def.data_type).or(microseconds),
        docs: Vec::new(),
    };
    for option in &def.options {
        match &option.option {
            ColumnOption::NotNull | ColumnOption::PrimaryKey(_) => column.nullable = false,
            ColumnOption::Default(expr) => set_default(&mut column, expr),
            ColumnOption::Check(check) if is_json(&check.expr) => column.ty = ColumnType::Json,
            ColumnOption::Comment(text) => {
                column.docs = text.lines().map(|line| line.trim().to_owned()).collect();
            }
            option => column.auto_increment |= counts(option),
        }
    }
    column.docs.retain(|line| !line.is_empty());
    Some(column)
}

/// Its words, for whoever has to add it to a table that is there.
pub(super) fn written(def: &ColumnDef, text: &str, words: &Words) -> Written {
    let default = def.options.iter().find_map(|option| match &option.option {
        ColumnOption::Default(value) => Some(value.to_string()),
        _ => None,
    });
    Written {
        name: words.name(&def.name),
        text: text.to_owned(),
        ty: def.data_type.to_string(),
        default,
    }
}

/// As `ALTER COLUMN .. TYPE` does.
pub(super) fn set_type(column: &mut Column, data_type: &DataType, words: &Words) {
    if let Some((ty, _)) = postgres(data_type, words) {
        column.ty = ty;
        column.length = length(data_type).or(column.length);
        column.untyped = words.is_untyped(data_type);
    }
}

/// `nextval('items_id_seq')` is how a dump writes `SERIAL`.
pub(super) fn set_default(column: &mut Column, expr: &Expr) {
    match default(expr) {
        ColumnDefault::Expression(text) if text.to_ascii_lowercase().starts_with("nextval(") => {
            column.auto_increment = true;
        }
        found => column.default = Some(found),
    }
}

/// `CHECK (json_valid(c))` is all that MariaDB remembers of `JSON`.
fn is_json(expr: &Expr) -> bool {
    matches!(expr, Expr::Function(it) if it.name.to_string().eq_ignore_ascii_case("json_valid"))
}

/// `GENERATED ALWAYS AS (..)`.
pub(super) fn is_computed(def: &ColumnDef) -> bool {
    def.options.iter().any(|option| {
        matches!(
            option.option,
            ColumnOption::Generated {
                generation_expr: Some(_),
                ..
            }
        )
    })
}

/// Whether the database counts the column up.
fn counts(option: &ColumnOption) -> bool {
    match option {
        ColumnOption::DialectSpecific(tokens) => says_auto_increment(tokens),
        ColumnOption::Identity(_)
        | ColumnOption::Generated {
            generation_expr: None,
            ..
        } => true,
        _ => false,
    }
}

fn says_auto_increment(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| {
        let text = token.to_string();
        text.eq_ignore_ascii_case("AUTO_INCREMENT") || text.eq_ignore_ascii_case("AUTOINCREMENT")
    })
}

/// MySQL's `SERIAL`, which is `BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE`.
pub(super) fn is_serial(def: &ColumnDef) -> bool {
    matches!(&def.data_type, DataType::Custom(name, _) if name.to_string().eq_ignore_ascii_case("serial"))
}

const fn int(bits: u8, signed: bool) -> ColumnType {
    ColumnType::Int { bits, signed }
}

/// The type, and whether it counts by itself, as `SERIAL` does.
fn ty(data_type: &DataType) -> Option<(ColumnType, bool)> {
    use DataType as D;
    let ty = match data_type {
        // MySQL has no other way to write a bool.
        D::TinyInt(Some(1)) | D::Bool | D::Boolean | D::Bit(None | Some(1)) => ColumnType::Bool,
        D::TinyInt(_) => int(8, true),
        D::TinyIntUnsigned(_) | D::UTinyInt => int(8, false),
        D::SmallInt(_) | D::Int2(_) => int(16, true),
        D::SmallIntUnsigned(_) | D::Int2Unsigned(_) | D::USmallInt => int(16, false),
        D::MediumInt(_) | D::Int(_) | D::Int4(_) | D::Integer(_) | D::Int32 => int(32, true),
        D::MediumIntUnsigned(_)
        | D::IntUnsigned(_)
        | D::Int4Unsigned(_)
        | D::IntegerUnsigned(_)
        | D::Unsigned
        | D::UnsignedInteger => int(32, false),
        D::BigInt(_) | D::Int8(_) | D::Int64 | D::Signed | D::SignedInteger => int(64, true),
        D::BigIntUnsigned(_) | D::UBigInt | D::Int8Unsigned(_) | D::Bit(Some(_)) => int(64, false),
        D::Float(_) | D::FloatUnsigned(_) | D::Float4 | D::Float32 | D::Real | D::RealUnsigned => {
            ColumnType::Float { bits: 32 }
        }
        D::Double(_)
        | D::DoubleUnsigned(_)
        | D::DoublePrecision
        | D::DoublePrecisionUnsigned
        | D::Float8
        | D::Float64 => ColumnType::Float { bits: 64 },
        D::Decimal(_) | D::DecimalUnsigned(_) | D::Numeric(_) | D::Dec(_) | D::DecUnsigned(_) => {
            ColumnType::Decimal
        }
        D::Character(_)
        | D::Char(_)
        | D::CharacterVarying(_)
        | D::CharVarying(_)
        | D::Varchar(_)
        | D::Nvarchar(_)
        | D::Text
        | D::TinyText
        | D::MediumText
        | D::LongText
        | D::String(_)
        | D::Clob(_)
        | D::Uuid
        | D::Set(_) => ColumnType::Text,
        D::Binary(_)
        | D::Varbinary(_)
        | D::Blob(_)
        | D::TinyBlob
        | D::MediumBlob
        | D::LongBlob
        | D::Bytea
        | D::Bytes(_) => ColumnType::Bytes,
        D::Date => ColumnType::Date,
        D::Time(..) => ColumnType::Time,
        D::Datetime(_) | D::TimestampNtz(_) | D::Timestamp(_, TimezoneInfo::WithoutTimeZone) => {
            ColumnType::DateTime
        }
        D::Timestamp(..) => ColumnType::Timestamp,
        D::JSON | D::JSONB => ColumnType::Json,
        D::Enum(members, _) => ColumnType::Enum(members.iter().map(member).collect()),
        D::Custom(name, _) => return custom(&name.to_string()),
        _ => return None,
    };
    Some((ty, false))
}

/// What is another type in PostgreSQL, or none, than in MySQL.
fn postgres(data_type: &DataType, words: &Words) -> Option<(ColumnType, bool)> {
    use DataType as D;
    let plain = |ty| Some((ty, false));
    match data_type {
        D::Timestamp(_, TimezoneInfo::None) => plain(ColumnType::DateTime),
        D::Float(ExactNumberInfo::None) => plain(ColumnType::Float { bits: 64 }),
        D::Float(ExactNumberInfo::Precision(digits)) if *digits > 24 => {
            plain(ColumnType::Float { bits: 64 })
        }
        D::Uuid => plain(ColumnType::Uuid),
        // Bit strings, and times of day with a zone, which PostgreSQL itself advises against.
        D::Bit(_)
        | D::BitVarying(_)
        | D::Time(_, TimezoneInfo::WithTimeZone | TimezoneInfo::Tz) => None,
        D::Custom(name, _) => match words.labels(name) {
            Some(labels) => plain(ColumnType::Enum(labels.to_vec())),
            None => ty(data_type),
        },
        _ => ty(data_type),
    }
}

/// Types that the parser takes for somebody's own.
fn custom(name: &str) -> Option<(ColumnType, bool)> {
    let int = |bits| ColumnType::Int { bits, signed: true };
    Some(match name.to_ascii_uppercase().as_str() {
        "SMALLSERIAL" | "SERIAL2" => (int(16), true),
        "SERIAL" | "SERIAL4" => (int(32), true),
        "BIGSERIAL" | "SERIAL8" => (int(64), true),
        // MySQL calls it unsigned.
        "YEAR" => (
            ColumnType::Int {
                bits: 16,
                signed: false,
            },
            false,
        ),
        // `TEXT(1000)`.
        "CITEXT" | "TEXT" | "TINYTEXT" | "MEDIUMTEXT" | "LONGTEXT" => (ColumnType::Text, false),
        _ => return None,
    })
}

fn member(member: &EnumMember) -> String {
    match member {
        EnumMember::Name(name) | EnumMember::NamedValue(name, _) => name.clone(),
    }
}

fn length(data_type: &DataType) -> Option<u64> {
    match data_type {
        DataType::Character(length)
        | DataType::Char(length)
        | DataType::CharacterVarying(length)
        | DataType::CharVarying(length)
        | DataType::Varchar(length)
        | DataType::Nvarchar(length) => match length {
            Some(CharacterLength::IntegerLength { length, .. }) => Some(*length),
            _ => None,
        },
        DataType::Binary(length)
        | DataType::Datetime(length)
        | DataType::Timestamp(length, _)
        | DataType::Time(length, _) => *length,
        DataType::Varbinary(Some(BinaryLength::IntegerLength { length })) => Some(*length),
        _ => None,
    }
}

fn default(expr: &Expr) -> ColumnDefault {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Null => ColumnDefault::Null,
            Value::Boolean(value) => ColumnDefault::Bool(*value),
            Value::Number(text, _) => ColumnDefault::Number(text.clone()),
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => {
                ColumnDefault::Text(text.clone())
            }
            other => ColumnDefault::Expression(other.to_string()),
        },
        Expr::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => match default(expr) {
            ColumnDefault::Number(text) => ColumnDefault::Number(format!("-{text}")),
            _ => ColumnDefault::Expression(format!("-{expr}")),
        },
        Expr::Nested(inner)
        | Expr::Cast { expr: inner, .. }
        | Expr::AtTimeZone {
            timestamp: inner, ..
        } => default(inner),
        other => {
            let text = other.to_string();
            let name = text.split('(').next().unwrap_or_default();
            let now = ["CURRENT_TIMESTAMP", "NOW", "LOCALTIMESTAMP", "LOCALTIME"];
            if now.iter().any(|now| name.eq_ignore_ascii_case(now)) {
                ColumnDefault::Now
            } else {
                ColumnDefault::Expression(text)
            }
        }
    }
}
