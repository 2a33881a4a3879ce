//! Values on their way between the types of a gateway and the messages of the services that it calls.
//!
//! The generated `convert` module is made of these. On the way to a service a misfit is the caller's fault and becomes
//! a [`Refusal`] that names the field; on the way back it is a fault inside, for the log.

mod json;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{BuildHasher, Hash};

use prost_types::{Duration, Timestamp};

use crate::FieldError;
use crate::base64;
use crate::http::Refusal;

pub use self::json::{
    from_json, from_json_list, from_json_map, from_object, to_json, to_json_list, to_json_map,
    to_object,
};

/// What RFC 3339 can write: the years 1 to 9999 (`google/protobuf/timestamp.proto`).
const TIMES: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
/// About ten thousand years (`google/protobuf/duration.proto`).
const LONGEST: i64 = 315_576_000_000;

/// A value that the other side's type cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Where in the value it is, such as `items[2].price`; empty: the value itself.
    field: String,
    reason: Cow<'static, str>,
}

impl Misfit {
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field: String::new(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.reason)
    }
}

impl std::error::Error for Misfit {}

impl From<Misfit> for Refusal {
    fn from(Misfit { field, reason }: Misfit) -> Self {
        Self::of_fields(vec![FieldError { field, reason }])
    }
}

/// An error that knows the field that it is about.
pub trait Inside: Sized {
    /// The same, seen from outside: `items` around `[2].price`.
    #[must_use]
    fn inside(self, outer: &str) -> Self;
}

impl Inside for Misfit {
    fn inside(mut self, outer: &str) -> Self {
        self.field = join(outer, &self.field);
        self
    }
}

impl Inside for Refusal {
    fn inside(self, outer: &str) -> Self {
        let mut fields = self.fields;
        for error in &mut fields {
            error.field = join(outer, &error.field);
        }
        Self::of_fields(fields)
    }
}

impl Inside for anyhow::Error {
    fn inside(self, outer: &str) -> Self {
        match self.downcast::<Misfit>() {
            Ok(misfit) => misfit.inside(outer).into(),
            Err(error) => error.context(outer.to_owned()),
        }
    }
}

fn join(outer: &str, inner: &str) -> String {
    let dot = if inner.is_empty() || inner.starts_with('[') {
        ""
    } else {
        "."
    };
    format!("{outer}{dot}{inner}")
}

/// Says which field a conversion was for.
pub trait At {
    /// The field's name on the wire.
    #[must_use]
    fn at(self, field: &str) -> Self;
}

impl<T, E: Inside> At for Result<T, E> {
    fn at(self, field: &str) -> Self {
        self.map_err(|error| error.inside(field))
    }
}

/// A whole number of another width or sign.
pub fn int<T, U: TryFrom<T>>(value: T) -> Result<U, Misfit> {
    U::try_from(value).map_err(|_| Misfit::new("is out of range"))
}

/// A floating-point number of half the width: rounded, as long as its size is kept.
pub fn float(value: f64) -> Result<f32, Misfit> {
    // Rounding is what is asked for.
    #[allow(clippy::cast_possible_truncation)]
    let narrow = value as f32;
    if narrow.is_infinite() && value.is_finite() {
        return Err(Misfit::new("is out of range"));
    }
    Ok(narrow)
}

/// The number of an enum's value by its name in the .proto file, such as `STATUS_PAID`; nothing is its zero value.
pub fn enum_number<E: Into<i32>>(
    name: impl AsRef<str>,
    find: impl Fn(&str) -> Option<E>,
) -> Result<i32, Misfit> {
    match name.as_ref() {
        "" => Ok(0),
        name => find(name)
            .map(Into::into)
            .ok_or_else(|| Misfit::new("is none of the known names")),
    }
}

/// The name of an enum's value in the .proto file. A number that a newer service knows and this gateway does not is
/// written as a number, as in protobuf's own JSON.
pub fn enum_name<E: TryFrom<i32>>(number: i32, name: impl Fn(&E) -> &'static str) -> String {
    match E::try_from(number) {
        Ok(value) => name(&value).to_owned(),
        Err(_) => number.to_string(),
    }
}

/// Standard base64, with or without padding.
pub fn from_base64(text: impl AsRef<str>) -> Result<Vec<u8>, Misfit> {
    base64::decode(text.as_ref()).ok_or_else(|| Misfit::new("is not base64"))
}

/// Standard base64 with padding.
pub fn to_base64(bytes: impl AsRef<[u8]>) -> String {
    base64::encode(bytes.as_ref())
}

/// The time that is this many seconds after 1970 began.
pub fn unix_time(seconds: i64) -> Timestamp {
    Timestamp { seconds, nanos: 0 }
}

/// Seconds since 1970; parts of one are cut off.
pub fn unix_seconds(time: Timestamp) -> i64 {
    time.seconds
}

/// A text such as `2026-11-22T10:00:00Z` (RFC 3339).
pub fn timestamp(text: impl AsRef<str>) -> Result<Timestamp, Misfit> {
    let found = text.as_ref().parse();
    found.map_err(|_| Misfit::new("is no RFC 3339 time"))
}

/// RFC 3339 in UTC.
pub fn rfc3339(time: Timestamp) -> Result<String, Misfit> {
    if !TIMES.contains(&time.seconds) || !(0..1_000_000_000).contains(&time.nanos) {
        return Err(Misfit::new("is a time that RFC 3339 cannot write"));
    }
    Ok(time.to_string())
}

/// A duration of this many seconds.
pub fn duration_of(seconds: i64) -> Duration {
    Duration { seconds, nanos: 0 }
}

/// Whole seconds; parts of one are cut off.
pub fn whole_seconds(duration: Duration) -> i64 {
    duration.seconds
}

/// A text such as `1.5s`, as in protobuf's own JSON.
pub fn duration(text: impl AsRef<str>) -> Result<Duration, Misfit> {
    let found = text.as_ref().parse();
    found.map_err(|_| Misfit::new("is no duration, such as `1.5s`"))
}

/// As [`duration`] reads them.
pub fn duration_text(duration: Duration) -> Result<String, Misfit> {
    let is_long = !(-LONGEST..=LONGEST).contains(&duration.seconds);
    if is_long || duration.nanos.unsigned_abs() >= 1_000_000_000 {
        return Err(Misfit::new("is a duration out of range"));
    }
    Ok(duration.to_string())
}

/// Item by item.
pub fn list<T, U, E: Inside>(
    items: impl IntoIterator<Item = T>,
    convert: impl Fn(T) -> Result<U, E>,
) -> Result<Vec<U>, E> {
    let items = items.into_iter().enumerate();
    items
        .map(|(index, item)| convert(item).map_err(|error| error.inside(&format!("[{index}]"))))
        .collect()
}

/// A list of exactly as many items.
pub fn array<T, const N: usize>(items: impl IntoIterator<Item = T>) -> Result<[T; N], Misfit> {
    let items: Vec<T> = items.into_iter().collect();
    let count = items.len();
    items
        .try_into()
        .map_err(|_| Misfit::new(format!("has {count} items instead of {N}")))
}

/// The same, item by item.
pub fn try_array<T, U, E: Inside + From<Misfit>, const N: usize>(
    items: impl IntoIterator<Item = T>,
    convert: impl Fn(T) -> Result<U, E>,
) -> Result<[U; N], E> {
    Ok(array(list(items, convert)?)?)
}

/// Value by value, for a message.
pub fn to_map<K: Eq + Hash + fmt::Display, T, U, E: Inside>(
    values: BTreeMap<K, T>,
    convert: impl Fn(T) -> Result<U, E>,
) -> Result<HashMap<K, U>, E> {
    values
        .into_iter()
        .map(|pair| entry(pair, &convert))
        .collect()
}

/// Value by value, out of a message.
pub fn from_map<K: Ord + fmt::Display, T, U, E: Inside, S: BuildHasher>(
    values: HashMap<K, T, S>,
    convert: impl Fn(T) -> Result<U, E>,
) -> Result<BTreeMap<K, U>, E> {
    values
        .into_iter()
        .map(|pair| entry(pair, &convert))
        .collect()
}

/// A map for a message whose keys have another width or sign.
pub fn to_keyed_map<K: Copy + fmt::Display, L: TryFrom<K> + Eq + Hash, T, U>(
    values: BTreeMap<K, T>,
    convert: impl Fn(T) -> U,
) -> Result<HashMap<L, U>, Misfit> {
    try_to_keyed_map(values, |value| Ok(convert(value)))
}

/// The same, value by value.
pub fn try_to_keyed_map<K, L, T, U, E>(
    values: BTreeMap<K, T>,
    convert: impl Fn(T) -> Result<U, E>,
) -> Result<HashMap<L, U>, E>
where
    K: Copy + fmt::Display,
    L: TryFrom<K> + Eq + Hash,
    E: Inside + From<Misfit>,
{
    let values = values.into_iter();
    values.map(|pair| keyed(pair, &convert)).collect()
}

/// A map out of a message whose keys have another width or sign.
pub fn from_keyed_map<K: Copy + fmt::Display, L: TryFrom<K> + Ord, T, U, S: BuildHasher>(
    values: HashMap<K, T, S>,
    convert: impl Fn(T) -> U,
) -> Result<BTreeMap<L, U>, Misfit> {
    try_from_keyed_map(values, |value| Ok(convert(value)))
}

/// The same, value by value.
pub fn try_from_keyed_map<K, L, T, U, E, S>(
    values: HashMap<K, T, S>,
    convert: impl Fn(T) -> Result<U, E>,
) -> Result<BTreeMap<L, U>, E>
where
    K: Copy + fmt::Display,
    L: TryFrom<K> + Ord,
    E: Inside + From<Misfit>,
    S: BuildHasher,
{
    let values = values.into_iter();
    values.map(|pair| keyed(pair, &convert)).collect()
}

fn keyed<K: Copy + fmt::Display, L: TryFrom<K>, T, U, E: Inside + From<Misfit>>(
    (key, value): (K, T),
    convert: impl Fn(T) -> Result<U, E>,
) -> Result<(L, U), E> {
    let place = format!("[{key}]");
    let key = int(key).map_err(|misfit| E::from(misfit.inside(&place)))?;
    let value = convert(value).map_err(|error| error.inside(&place))?;
    Ok((key, value))
}

fn entry<K: fmt::Display, T, U, E: Inside>(
    (key, value): (K, T),
    convert: impl Fn(T) -> Result<U, E>,
) -> Result<(K, U), E> {
    match convert(value) {
        Ok(value) => Ok((key, value)),
        Err(error) => Err(error.inside(&format!("[{key}]"))),
    }
}

/// The one member of a `oneof` that is there, each with its name on the wire.
pub fn one_of<T, const N: usize>(members: [(&str, Option<T>); N]) -> Result<Option<T>, Misfit> {
    let mut found: Option<(&str, T)> = None;
    for (name, member) in members {
        let Some(member) = member else { continue };
        if let Some((first, _)) = found {
            let reason = format!("cannot be given together with {first}");
            return Err(Misfit::new(reason).inside(name));
        }
        found = Some((name, member));
    }
    Ok(found.map(|(_, member)| member))
}
