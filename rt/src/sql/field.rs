//! Request fields on their way into columns: what a column cannot hold is the caller's mistake and names the field.

use crate::FieldError;

#[cfg(feature = "sql-time")]
pub use self::time::{date, datetime, instant, time, timestamp, unix};

fn wrong(field: &'static str, reason: &'static str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        reason: reason.into(),
    }
}

/// A whole number of another width or sign.
pub fn int<T, U: TryFrom<T>>(field: &'static str, value: T) -> Result<U, FieldError> {
    U::try_from(value).map_err(|_| wrong(field, "is out of range"))
}

/// A number such as `12.50`.
#[cfg(feature = "sql-decimal")]
pub fn decimal(field: &'static str, text: impl AsRef<str>) -> Result<super::Decimal, FieldError> {
    let found = text.as_ref().parse();
    found.map_err(|_| wrong(field, "is no decimal number"))
}

/// The decimal number that is written as the float is.
#[cfg(feature = "sql-decimal")]
pub fn decimal_of(field: &'static str, value: f64) -> Result<super::Decimal, FieldError> {
    let found = rust_decimal::Decimal::try_from(value);
    found
        .map(super::Decimal)
        .map_err(|_| wrong(field, "is out of range"))
}

/// Any JSON text.
#[cfg(feature = "sql-json")]
pub fn json(field: &'static str, text: impl AsRef<str>) -> Result<serde_json::Value, FieldError> {
    serde_json::from_str(text.as_ref()).map_err(|_| wrong(field, "is not JSON"))
}

#[cfg(feature = "sql-time")]
mod time {
    use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
    use prost_types::Timestamp;

    use super::wrong;
    use crate::FieldError;

    /// `2026-11-22`.
    pub fn date(field: &'static str, text: impl AsRef<str>) -> Result<NaiveDate, FieldError> {
        let found = text.as_ref().parse();
        found.map_err(|_| wrong(field, "is no date such as `2026-11-22`"))
    }

    /// `10:30:00`.
    pub fn time(field: &'static str, text: impl AsRef<str>) -> Result<NaiveTime, FieldError> {
        let found = text.as_ref().parse();
        found.map_err(|_| wrong(field, "is no time of day such as `10:30:00`"))
    }

    /// RFC 3339, such as `2026-11-22T10:30:00Z`.
    pub fn datetime(
        field: &'static str,
        text: impl AsRef<str>,
    ) -> Result<DateTime<Utc>, FieldError> {
        let found = DateTime::parse_from_rfc3339(text.as_ref());
        found
            .map(Into::into)
            .map_err(|_| wrong(field, "is no RFC 3339 time"))
    }

    /// Seconds since 1970.
    pub fn unix(field: &'static str, seconds: i64) -> Result<DateTime<Utc>, FieldError> {
        DateTime::from_timestamp(seconds, 0).ok_or_else(|| wrong(field, "is out of range"))
    }

    /// A message; one that is not there is 1970's first second, as in every message of numbers.
    pub fn timestamp(
        field: &'static str,
        value: Option<Timestamp>,
    ) -> Result<DateTime<Utc>, FieldError> {
        instant(field, value.unwrap_or_default())
    }

    /// A message that is there.
    pub fn instant(field: &'static str, value: Timestamp) -> Result<DateTime<Utc>, FieldError> {
        let nanos = u32::try_from(value.nanos).ok();
        let found = nanos.and_then(|nanos| DateTime::from_timestamp(value.seconds, nanos));
        found.ok_or_else(|| wrong(field, "is out of range"))
    }
}
