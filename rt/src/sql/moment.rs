//! Columns that say when: with a time zone or without one, which is then UTC.

use chrono::{DateTime, NaiveDateTime, Utc};

/// A point in time.
pub trait Moment {
    fn at(time: DateTime<Utc>) -> Self;

    fn utc(self) -> DateTime<Utc>;
}

impl Moment for DateTime<Utc> {
    fn at(time: DateTime<Utc>) -> Self {
        time
    }

    fn utc(self) -> DateTime<Utc> {
        self
    }
}

impl Moment for NaiveDateTime {
    fn at(time: DateTime<Utc>) -> Self {
        time.naive_utc()
    }

    fn utc(self) -> DateTime<Utc> {
        self.and_utc()
    }
}
