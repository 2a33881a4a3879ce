//! Which fields go on which spans.

use heck::ToSnakeCase as _;

use crate::rust::Attribute;

use super::types::is_measure;

/// Parts of names whose values are nobody's business, numbers though they may be.
const SECRETS: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "credential",
    "pin",
    "cvv",
    "otp",
    "ssn",
];

/// A field as spans see it.
pub(super) struct Seen<'a> {
    /// On the wire, such as `user_id`.
    pub(super) wire: &'a str,
    /// The Rust field.
    pub(super) name: &'a str,
    pub(super) ty: &'a str,
}

/// Numbers and truths of a request.
pub(super) fn measures<'a>(
    prefix: &str,
    variable: &str,
    fields: impl Iterator<Item = Seen<'a>>,
) -> Vec<Attribute> {
    attributes(
        prefix,
        variable,
        fields.filter(|field| is_measure(field.ty)),
    )
}

/// Only what identifies something: `id`, `order_id`.
pub(super) fn ids<'a>(
    prefix: &str,
    variable: &str,
    fields: impl Iterator<Item = Seen<'a>>,
) -> Vec<Attribute> {
    attributes(
        prefix,
        variable,
        fields.filter(|field| is_measure(field.ty) && is_id(field.wire)),
    )
}

/// Attributes that are not set already.
pub(super) fn without(attributes: Vec<Attribute>, known: &[Attribute]) -> Vec<Attribute> {
    let is_new = |attribute: &Attribute| !known.iter().any(|known| known.key == attribute.key);
    attributes.into_iter().filter(is_new).collect()
}

fn attributes<'a>(
    prefix: &str,
    variable: &str,
    fields: impl Iterator<Item = Seen<'a>>,
) -> Vec<Attribute> {
    let public = fields.filter(|field| !is_secret(field.wire));
    public
        .map(|field| Attribute {
            key: format!("{prefix}.{}", key(field.wire)),
            value: format!("{variable}.{}", field.name),
        })
        .collect()
}

/// `X-Retry` is `x_retry`; names that are names already stay.
fn key(wire: &str) -> String {
    if wire.contains('-') {
        return wire.to_snake_case();
    }
    wire.to_owned()
}

fn is_id(wire: &str) -> bool {
    let lower = wire.to_ascii_lowercase();
    lower == "id" || lower.ends_with("_id") || wire.ends_with("Id") || wire.ends_with("ID")
}

fn is_secret(wire: &str) -> bool {
    let lower = wire.to_ascii_lowercase();
    lower
        .split(['_', '-', '.'])
        .any(|part| SECRETS.contains(&part))
        || SECRETS
            .iter()
            .any(|secret| secret.len() > 4 && lower.contains(secret))
}
