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

/// Neither of the fields that are asked for.
pub fn missing(field: &'static str) -> FieldError {
    wrong(field, "is missing")
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

/// A UUID such as `67e55044-10b1-426f-9247-bb680e5fe0c8`.
#[cfg(feature = "sql-uuid")]
pub fn uuid(field: &'static str, text: impl AsRef<str>) -> Result<super::Uuid, FieldError> {
    let found = text.as_ref().parse();
    found.map_err(|_| wrong(field, "is no UUID"))
}

/// Where a page starts, as the page before it has said; nothing is the first page.
pub fn token<T: std::str::FromStr>(
    field: &'static str,
    text: &str,
) -> Result<Option<T>, FieldError> {
    if text.is_empty() {
        return Ok(None);
    }
    let found = text.parse();
    found
        .map(Some)
        .map_err(|_| wrong(field, "is no token of a page"))
}

/// How many rows a page has: what is asked for, `usual` where nothing is, and `most` at most.
pub fn page_size(asked: impl TryInto<u32>, usual: u32, most: u32) -> u32 {
    match asked.try_into() {
        Ok(0) | Err(_) => usual,
        Ok(asked) => asked.min(most),
    }
}

/// How many rows are before a page of so many, the first page being 1; less is the first one, too. Beyond `most` is the
/// caller's mistake.
pub fn offset(
    field: &'static str,
    page: impl TryInto<i64>,
    size: u32,
    most: u32,
) -> Result<u32, FieldError> {
    let before = match page.try_into() {
        Ok(page) => (page.max(1) - 1).checked_mul(size.into()),
        Err(_) => None,
    };
    let before = before.and_then(|before| u32::try_from(before).ok());
    before
        .filter(|before| *before <= most)
        .ok_or_else(|| wrong(field, "is too far on"))
}

#[cfg(feature = "sql-time")]
mod time {
    use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
    use prost_types::Timestamp;

    use super::wrong;
    use crate::FieldError;
    use crate::sql::Moment;

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
    pub fn datetime<T: Moment>(
        field: &'static str,
        text: impl AsRef<str>,
    ) -> Result<T, FieldError> {
        let found = DateTime::parse_from_rfc3339(text.as_ref());
        let found = found.map_err(|_| wrong(field, "is no RFC 3339 time"))?;
        Ok(T::at(found.to_utc()))
    }

    /// Seconds since 1970.
    pub fn unix<T: Moment>(field: &'static str, seconds: i64) -> Result<T, FieldError> {
        moment(field, DateTime::from_timestamp(seconds, 0))
    }

    fn moment<T: Moment>(
        field: &'static str,
        found: Option<DateTime<Utc>>,
    ) -> Result<T, FieldError> {
        found
            .map(T::at)
            .ok_or_else(|| wrong(field, "is out of range"))
    }

    /// A message that has to be there.
    pub fn timestamp<T: Moment>(
        field: &'static str,
        value: Option<Timestamp>,
    ) -> Result<T, FieldError> {
        instant(field, value.ok_or_else(|| wrong(field, "is required"))?)
    }

    /// A message that is there.
    pub fn instant<T: Moment>(field: &'static str, value: Timestamp) -> Result<T, FieldError> {
        let nanos = u32::try_from(value.nanos).ok();
        moment(
            field,
            nanos.and_then(|nanos| DateTime::from_timestamp(value.seconds, nanos)),
        )
    }
}
