//! Path parameters, form values and headers: texts, parsed by the type of the field.

use std::collections::HashMap;

use axum::body::Body;
use axum::extract::{FromRequestParts as _, RawPathParams};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use percent_encoding::percent_decode_str;

use super::super::refusal::Refusal;
use super::body::{self, content_type};
use super::field::Field;
use super::json::FromJson;
use super::multipart;
use crate::Code;

/// A type that a text can be read as.
pub trait FromText: Sized {
    /// The reason is what was expected.
    fn from_text(text: &str) -> Result<Self, &'static str>;
}

macro_rules! integers {
    ($($ty:ty),*) => {$(
        impl FromText for $ty {
            fn from_text(text: &str) -> Result<Self, &'static str> {
                use std::num::IntErrorKind::{NegOverflow, PosOverflow};
                text.parse().map_err(|error: std::num::ParseIntError| match error.kind() {
                    PosOverflow | NegOverflow => concat!("does not fit ", stringify!($ty)),
                    _ => "expected a whole number",
                })
            }
        }
    )*};
}
integers!(i8, i16, i32, i64, u8, u16, u32, u64);

/// Finite ones only: JSON has no other, and no range check holds for NaN.
macro_rules! floats {
    ($($ty:ty),*) => {$(
        impl FromText for $ty {
            fn from_text(text: &str) -> Result<Self, &'static str> {
                match text.parse::<Self>() {
                    Ok(value) if value.is_finite() => Ok(value),
                    Ok(_) if text.contains(|c: char| c.is_ascii_digit()) => {
                        Err(concat!("does not fit ", stringify!($ty)))
                    }
                    _ => Err("expected a number"),
                }
            }
        }
    )*};
}
floats!(f32, f64);

/// `1`, `0`, `true`, `false` in any case (go-zero's `core/mapping/utils.go`).
impl FromText for bool {
    fn from_text(text: &str) -> Result<Self, &'static str> {
        match text.to_ascii_lowercase().as_str() {
            "1" | "true" => Ok(true),
            "0" | "false" => Ok(false),
            _ => Err("expected true or false"),
        }
    }
}

impl FromText for String {
    fn from_text(text: &str) -> Result<Self, &'static str> {
        Ok(text.to_owned())
    }
}

fn read<T: FromText>(text: &str) -> Field<T> {
    T::from_text(text).map_or_else(Field::invalid, Field::Value)
}

/// A value that no plain text can be: JSON inside the text, as go-zero has it for maps.
fn read_json<T: FromJson>(text: &str) -> Field<T> {
    serde_json::from_str(text).unwrap_or_else(|_| Field::invalid("is not valid JSON"))
}

fn read_all<T: FromText>(texts: &[impl AsRef<str>]) -> Field<Vec<T>> {
    if texts.is_empty() {
        return Field::Absent;
    }
    let values: Result<_, _> = texts
        .iter()
        .map(|text| T::from_text(text.as_ref()))
        .collect();
    values.map_or_else(Field::invalid, Field::Value)
}

/// The parameters of the matched route.
#[derive(Debug)]
pub struct PathParams(Vec<(String, String)>);

impl PathParams {
    pub async fn read(parts: &mut Parts) -> Result<Self, Refusal> {
        let params = RawPathParams::from_request_parts(parts, &())
            .await
            .map_err(|_| Refusal::new(Code::InvalidArgument, "the path is not valid UTF-8"))?;
        Ok(Self(
            params
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        ))
    }

    pub fn field<T: FromText>(&self, name: &str) -> Field<T> {
        let value = self.0.iter().find(|(known, _)| known == name);
        value.map_or(Field::Absent, |(_, text)| read(text))
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The one value as a list, for the sake of types that other parts of a request fill as well.
    pub fn list<T: FromText>(&self, name: &str) -> Field<Vec<T>> {
        self.field(name).map(|value| vec![value])
    }

    pub fn json<T: FromJson>(&self, name: &str) -> Field<T> {
        let value = self.0.iter().find(|(known, _)| known == name);
        value.map_or(Field::Absent, |(_, text)| read_json(text))
    }
}

/// The values of the query and of a form in the body, the body's first; empty ones count as absent
/// (go-zero's `rest/httpx/util.go`).
#[derive(Debug)]
pub struct Form(HashMap<String, Vec<String>>);

impl Form {
    /// Takes the body if it is a form; any other is left for [`super::json`].
    pub async fn read(parts: &Parts, body: &mut Body) -> Result<Self, Refusal> {
        let mut form = Self(HashMap::new());
        let kind = content_type(&parts.headers).unwrap_or_default();
        match body::essence(kind).as_str() {
            "application/x-www-form-urlencoded" => {
                let bytes = body::read(parts, std::mem::take(body)).await?;
                let text = std::str::from_utf8(&bytes).map_err(|_| {
                    Refusal::new(Code::InvalidArgument, "the form is not valid UTF-8")
                })?;
                form.add(text)?;
            }
            "multipart/form-data" => {
                let bytes = body::read(parts, std::mem::take(body)).await?;
                let fields = multipart::fields(kind, &bytes).map_err(|reason| {
                    let message = format!("the form is not valid: {reason}");
                    Refusal::new(Code::InvalidArgument, message)
                })?;
                for (key, value) in fields {
                    form.push(&key, value);
                }
            }
            _ => {}
        }
        form.add(parts.uri.query().unwrap_or_default())?;
        Ok(form)
    }

    fn add(&mut self, encoded: &str) -> Result<(), Refusal> {
        for pair in encoded.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (key, value) = (decode(key)?, decode(value)?);
            self.push(&key, value);
        }
        Ok(())
    }

    fn push(&mut self, key: &str, value: String) {
        if !value.is_empty() {
            let key = key.strip_suffix("[]").unwrap_or(key).to_owned();
            self.0.entry(key).or_default().push(value);
        }
    }

    /// The first value of the name.
    pub fn field<T: FromText>(&self, name: &str) -> Field<T> {
        self.0
            .get(name)
            .and_then(|values| values.first())
            .map_or(Field::Absent, |text| read(text))
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The first value of the name, written as JSON.
    pub fn json<T: FromJson>(&self, name: &str) -> Field<T> {
        let first = self.0.get(name).and_then(|values| values.first());
        first.map_or(Field::Absent, |text| read_json(text))
    }

    /// Every value of the name.
    pub fn list<T: FromText>(&self, name: &str) -> Field<Vec<T>> {
        self.0
            .get(name)
            .map_or(Field::Absent, |values| read_all(values))
    }
}

fn decode(text: &str) -> Result<String, Refusal> {
    let spaced = text.replace('+', " ");
    match percent_decode_str(&spaced).decode_utf8() {
        Ok(decoded) => Ok(decoded.into_owned()),
        Err(_) => Err(Refusal::new(
            Code::InvalidArgument,
            "the query is not valid UTF-8",
        )),
    }
}

/// The headers of the request; names in any case.
#[derive(Debug)]
pub struct Headers<'a>(&'a HeaderMap);

impl<'a> Headers<'a> {
    pub fn of(parts: &'a Parts) -> Self {
        Self(&parts.headers)
    }

    pub fn field<T: FromText>(&self, name: &str) -> Field<T> {
        match self.0.get(name).map(|value| value.to_str()) {
            None => Field::Absent,
            Some(Ok(text)) => read(text),
            Some(Err(_)) => Field::invalid("is not plain text"),
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub fn json<T: FromJson>(&self, name: &str) -> Field<T> {
        match self.0.get(name).map(|value| value.to_str()) {
            None => Field::Absent,
            Some(Ok(text)) => read_json(text),
            Some(Err(_)) => Field::invalid("is not plain text"),
        }
    }

    pub fn list<T: FromText>(&self, name: &str) -> Field<Vec<T>> {
        let texts: Result<Vec<_>, _> = self.0.get_all(name).iter().map(|v| v.to_str()).collect();
        texts.map_or_else(
            |_| Field::invalid("is not plain text"),
            |texts| read_all(&texts),
        )
    }
}

/// `email`: one `@` with something before it and a domain behind it.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || c == '@';
    let labels = || domain.split('.');
    !local.is_empty()
        && !text.replacen('@', "", 1).contains(is_odd)
        && labels().count() > 1
        && labels().all(|label| !label.is_empty())
}

/// `url`: a scheme and what it leads to.
pub fn is_url(text: &str) -> bool {
    let uri = text.parse::<axum::http::Uri>();
    uri.is_ok_and(|uri| uri.scheme().is_some() && uri.host().is_some_and(|host| !host.is_empty()))
}

/// `uuid`: 8-4-4-4-12 hexadecimal digits (RFC 9562).
pub fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    groups.len() == lengths.len()
        && groups.iter().zip(lengths).all(|(group, length)| {
            group.len() == length && group.chars().all(|c| c.is_ascii_hexdigit())
        })
}

/// `number`, `numeric`: digits, perhaps with a sign and a fraction.
pub fn is_numeric(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    digits(whole) && digits(fraction)
}
