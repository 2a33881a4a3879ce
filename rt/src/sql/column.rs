//! Columns on their way into messages.

/// A whole number of another width or sign. One that does not fit is an error inside: the caller asked for nothing wrong.
pub fn int<T, U: TryFrom<T>>(column: &'static str, value: T) -> sqlx::Result<U>
where
    U::Error: std::error::Error + Send + Sync + 'static,
{
    U::try_from(value).map_err(|error| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: error.into(),
    })
}

/// The float next to a decimal number.
#[cfg(feature = "sql-decimal")]
pub fn double(value: super::Decimal) -> f64 {
    use std::str::FromStr as _;
    // Through the text, which rounds once and right.
    f64::from_str(&value.to_string()).unwrap_or_default()
}

/// Seconds since 1970.
#[cfg(feature = "sql-time")]
pub fn unix(value: impl super::Moment) -> i64 {
    value.utc().timestamp()
}

/// As messages hold it.
#[cfg(feature = "sql-time")]
pub fn timestamp(value: impl super::Moment) -> prost_types::Timestamp {
    let value = value.utc();
    prost_types::Timestamp {
        seconds: value.timestamp(),
        nanos: i32::try_from(value.timestamp_subsec_nanos()).unwrap_or_default(),
    }
}

/// RFC 3339 in UTC, such as `2026-11-22T10:30:00Z`.
#[cfg(feature = "sql-time")]
pub fn rfc3339(value: impl super::Moment) -> String {
    let value = value.utc();
    value.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
