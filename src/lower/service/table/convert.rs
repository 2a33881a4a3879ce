//! Fields to columns and back, as expressions; `analyze::tables` has made sure that they fit.

use super::labels::constant;
use crate::lower::types;
use crate::model::{Column, ColumnDefault, ColumnType, MessageField, ProtoType, Repetition};

/// How a value becomes another.
enum Way {
    Same,
    /// By a function, given as a path.
    Path(String),
    /// By an expression over `{}`.
    Expression(String),
    /// By an expression over `{}` that is a `Result`.
    Checked(String),
}

impl Way {
    fn of(&self, value: &str) -> String {
        match self {
            Self::Same => value.to_owned(),
            Self::Path(path) => format!("{path}({value})"),
            Self::Expression(text) => text.replace("{}", value),
            Self::Checked(text) => format!("{}?", text.replace("{}", value)),
        }
    }

    /// Where the value may be absent.
    fn of_option(&self, value: &str) -> String {
        match self {
            Self::Same => value.to_owned(),
            Self::Path(path) => format!("{value}.map({path})"),
            Self::Expression(text) => {
                format!("{value}.map(|value| {})", text.replace("{}", "value"))
            }
            Self::Checked(text) => {
                let text = text.replace("{}", "value");
                format!("{value}.map(|value| {text}).transpose()?")
            }
        }
    }
}

/// A request field as the value of a column.
pub(super) fn write(field: &MessageField, column: &Column, value: &str) -> String {
    let way = to_column(field, column);
    let is_message = matches!(field.ty, ProtoType::Message(_));
    match (&field.repetition, column.nullable) {
        (Repetition::Optional, true) => of_message(field, column).of_option(value),
        (Repetition::Optional, false) if !is_message => {
            let default = filled(column);
            match way {
                Way::Path(path) => format!("{value}.map_or({default}, {path})"),
                _ if default.contains('(') => format!("{value}.unwrap_or_else(|| {default})"),
                _ => format!("{value}.unwrap_or({default})"),
            }
        }
        (_, true) => format!("Some({})", way.of(value)),
        (_, false) => way.of(value),
    }
}

/// A request field as a change of a column: `None` where it was not sent.
pub(super) fn change(field: &MessageField, column: &Column, value: &str) -> String {
    let is_optional = field.repetition == Repetition::Optional;
    match (is_optional, column.nullable) {
        (true, false) => of_message(field, column).of_option(value),
        (true, true) => format!("{}.map(Some)", of_message(field, column).of_option(value)),
        (false, _) => format!("Some({})", write(field, column, value)),
    }
}

/// A request field as a change of a column, where a mask has said whether it is to be changed.
pub(super) fn masked(field: &MessageField, column: &Column, value: &str) -> String {
    let is_told = format!("has(\"{}\")", field.name);
    if let (Way::Checked(text), Repetition::Single, true) =
        (to_column(field, column), &field.repetition, column.nullable)
    {
        let text = text.replace("{}", value);
        return format!("{is_told}.then(|| {text}).transpose()?.map(Some)");
    }
    let written = if field.repetition == Repetition::Optional && !column.nullable {
        match of_message(field, column) {
            Way::Checked(_) => write(field, column, value),
            way => way.of(&format!("{value}.unwrap_or_default()")),
        }
    } else {
        write(field, column, value)
    };
    match written.strip_suffix('?') {
        Some(checked) => format!("{is_told}.then(|| {checked}).transpose()?"),
        None => format!("{is_told}.then_some({written})"),
    }
}

/// What of a masked change is better said on a line before: a value that may be absent and may be wrong.
pub(super) fn hoisted(field: &MessageField, column: &Column, value: &str) -> Option<String> {
    let is_absent = field.repetition == Repetition::Optional && column.nullable;
    let is_checked = matches!(to_column(field, column), Way::Checked(_));
    (is_absent && is_checked).then(|| write(field, column, value))
}

/// A request field as a condition: a zero value is none.
pub(super) fn condition(field: &MessageField, column: &Column, value: &str) -> String {
    let way = to_column(field, column);
    if field.repetition == Repetition::Optional {
        return way.of_option(value);
    }
    let is_given = match field.ty {
        ProtoType::String | ProtoType::Bytes => format!("(!{value}.is_empty())"),
        _ => format!("({value} != 0)"),
    };
    match &way {
        Way::Checked(text) => {
            let text = text.replace("{}", value);
            format!("{is_given}.then(|| {text}).transpose()?")
        }
        _ => format!("{is_given}.then_some({})", way.of(value)),
    }
}

/// A column as the value of a field.
pub(super) fn read(field: &MessageField, column: &Column, value: &str) -> String {
    let way = from_column(field, column);
    let is_optional = field.repetition == Repetition::Optional;
    match (column.nullable, is_optional) {
        (false, false) => way.of(value),
        (false, true) => format!("Some({})", way.of(value)),
        (true, true) => way.of_option(value),
        (true, false) => match way {
            Way::Path(path) => format!("{value}.map({path}).unwrap_or_default()"),
            way => format!("{}.unwrap_or_default()", way.of_option(value)),
        },
    }
}

/// Messages that are there; [`to_column`] asks for them.
fn of_message(field: &MessageField, column: &Column) -> Way {
    match to_column(field, column) {
        Way::Checked(text) => Way::Checked(text.replace("field::timestamp(", "field::instant(")),
        way => way,
    }
}

fn to_column(field: &MessageField, column: &Column) -> Way {
    let name = &field.name;
    let checked = |function: &str| format!("field::{function}(\"{name}\", {{}})");
    match (&field.ty, &column.ty) {
        (ProtoType::Enum(ty), ColumnType::Enum(_)) => {
            let labels = constant(ty, column);
            Way::Checked(format!("{labels}.label(\"{name}\", {{}})"))
        }
        (ProtoType::String, ColumnType::Decimal) => Way::Checked(checked("decimal")),
        (_, ColumnType::Decimal) => Way::Checked(checked("decimal_of")),
        (_, ColumnType::Date) => Way::Checked(checked("date")),
        (_, ColumnType::Time) => Way::Checked(checked("time")),
        (_, ColumnType::Json) => Way::Checked(checked("json")),
        (_, ColumnType::Uuid) => Way::Checked(checked("uuid")),
        (ProtoType::String, ColumnType::DateTime | ColumnType::Timestamp) => {
            Way::Checked(checked("datetime"))
        }
        (ProtoType::Int64, ColumnType::DateTime | ColumnType::Timestamp) => {
            Way::Checked(checked("unix"))
        }
        (_, ColumnType::DateTime | ColumnType::Timestamp) => Way::Checked(checked("timestamp")),
        (from, _) => number(from, column, || Way::Checked(checked("int"))),
    }
}

/// The numbers' widths, where they differ.
fn number(from: &ProtoType, column: &Column, narrow: impl Fn() -> Way) -> Way {
    let Some(from) = types::proto_scalar(from) else {
        return Way::Same;
    };
    let to = types::column(&column.ty, false);
    if from == to {
        return Way::Same;
    }
    if widens(from, &to) {
        Way::Path(format!("{to}::from"))
    } else {
        narrow()
    }
}

/// Whether the standard library has a `From` for the two.
fn widens(from: &str, to: &str) -> bool {
    let parts = |ty: &str| {
        let bits: u32 = ty.get(1..)?.parse().ok()?;
        Some((ty.chars().next()?, bits))
    };
    match (parts(from), parts(to)) {
        (Some((a, from)), Some((b, to))) => from < to && (a == b || a == 'u' && b == 'i'),
        _ => false,
    }
}

fn from_column(field: &MessageField, column: &Column) -> Way {
    match (&field.ty, &column.ty) {
        (ProtoType::Enum(ty), ColumnType::Enum(_)) => {
            let labels = constant(ty, column);
            Way::Checked(format!("{labels}.number(\"{}\", &{{}})", column.name))
        }
        (ProtoType::Double, ColumnType::Decimal) => Way::Path("column::double".to_owned()),
        (
            _,
            ColumnType::Decimal
            | ColumnType::Date
            | ColumnType::Time
            | ColumnType::Json
            | ColumnType::Uuid,
        ) => Way::Expression("{}.to_string()".to_owned()),
        (ProtoType::String, ColumnType::DateTime | ColumnType::Timestamp) => {
            Way::Path("column::rfc3339".to_owned())
        }
        (ProtoType::Int64, ColumnType::DateTime | ColumnType::Timestamp) => {
            Way::Path("column::unix".to_owned())
        }
        (_, ColumnType::DateTime | ColumnType::Timestamp) => {
            Way::Path("column::timestamp".to_owned())
        }
        (to, _) => {
            let (Some(to), from) = (types::proto_scalar(to), types::column(&column.ty, false))
            else {
                return Way::Same;
            };
            if to == from {
                Way::Same
            } else if widens(&from, to) {
                Way::Path(format!("{to}::from"))
            } else {
                Way::Checked(format!("column::int(\"{}\", {{}})", column.name))
            }
        }
    }
}

/// What stands in a column that the request does not name.
pub(super) fn filled(column: &Column) -> String {
    let digits = column.length.unwrap_or_default();
    let value = match (&column.default, &column.ty) {
        (Some(ColumnDefault::Text(text)), ColumnType::Text | ColumnType::Enum(_))
            if text.is_empty() =>
        {
            "String::new()".to_owned()
        }
        (Some(ColumnDefault::Text(text)), ColumnType::Text | ColumnType::Enum(_)) => {
            format!("\"{}\".to_owned()", text.escape_default())
        }
        (
            Some(ColumnDefault::Number(number) | ColumnDefault::Text(number)),
            ColumnType::Float { .. },
        ) if number.parse::<f64>().is_ok() => float(number),
        (Some(ColumnDefault::Number(number) | ColumnDefault::Text(number)), ColumnType::Bool) => {
            (number != "0").to_string()
        }
        (
            Some(ColumnDefault::Number(number) | ColumnDefault::Text(number)),
            ColumnType::Int { .. },
        ) if number.parse::<i128>().is_ok() => number.clone(),
        (
            Some(ColumnDefault::Number(number) | ColumnDefault::Text(number)),
            ColumnType::Decimal,
        ) if number.parse::<i64>().is_ok_and(|number| number != 0) => {
            format!("Decimal::from({number})")
        }
        (Some(ColumnDefault::Bool(value)), ColumnType::Bool) => value.to_string(),
        (Some(ColumnDefault::Text(text)), ColumnType::Json) if text == "{}" || text == "[]" => {
            format!("serde_json::json!({text})")
        }
        // As `gen_random_uuid()` would.
        (Some(ColumnDefault::Expression(_)), ColumnType::Uuid) => "Uuid::random()".to_owned(),
        // Where nothing is said of a nullable column, nothing is there.
        _ if column.nullable && column.default != Some(ColumnDefault::Now) => {
            return "None".to_owned();
        }
        (Some(ColumnDefault::Now) | None, ColumnType::Timestamp | ColumnType::DateTime) => {
            format!("now({digits})")
        }
        (None, ColumnType::Int { bits: 64, signed }) => {
            // Created and updated times: seconds since 1970.
            let now = "unix_now()";
            if *signed {
                now.to_owned()
            } else {
                format!("{now}.try_into().unwrap_or_default()")
            }
        }
        _ => "Default::default()".to_owned(),
    };
    if column.nullable {
        format!("Some({value})")
    } else {
        value
    }
}

fn float(number: &str) -> String {
    if number.contains('.') {
        number.to_owned()
    } else {
        format!("{number}.0")
    }
}
