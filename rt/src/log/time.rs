//! When something was logged.

use std::cell::Cell;
use std::fmt;
use std::time::SystemTime;

/// RFC 3339 in UTC with milliseconds.
#[derive(Clone, Copy)]
pub(super) struct Timestamp([u8; 24]);

thread_local! {
    /// The last second that this thread has written: most lines differ only in the milliseconds.
    static LAST: Cell<(u64, Timestamp)> = const { Cell::new((0, Timestamp(*b"1970-01-01T00:00:00.000Z"))) };
}

impl Timestamp {
    pub(super) fn of(now: SystemTime) -> Self {
        let since = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let (seconds, millis) = (since.as_secs(), since.subsec_millis());
        let (last, mut text) = LAST.get();
        if last != seconds {
            text = Self::of_second(seconds);
            LAST.set((seconds, text));
        }
        put(&mut text.0[20..23], u64::from(millis));
        text
    }

    fn of_second(seconds: u64) -> Self {
        let (days, rest) = (seconds / 86_400, seconds % 86_400);
        let (year, month, day) = civil_from_days(days);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        put(&mut text[0..4], year);
        put(&mut text[5..7], month);
        put(&mut text[8..10], day);
        put(&mut text[11..13], rest / 3600);
        put(&mut text[14..16], rest / 60 % 60);
        put(&mut text[17..19], rest % 60);
        Self(text)
    }

    pub(super) fn as_str(&self) -> &str {
        // It is ASCII throughout.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The last digits of a number, in all places there are.
fn put(places: &mut [u8], mut number: u64) {
    for place in places.iter_mut().rev() {
        *place = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

/// Days since 1970-01-01 to year, month, day, by eras of 400 years that start on 1 March.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}
