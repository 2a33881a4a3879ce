//! Texts of `zgen.yaml` that end in manifests: what a cluster would refuse is refused here, with its place.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

/// A type of checked text: its name, what it is for, the check, and what is expected in words.
macro_rules! values {
    ($($(#[$doc:meta])* $name:ident $check:ident $expected:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                if $check(&text) {
                    return Ok(Self(text));
                }
                Err(format!(concat!("expected ", $expected, ", found `{}`"), text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = deserializer.deserialize_any(Text)?;
                text.try_into().map_err(de::Error::custom)
            }
        }
    )*};
}

values! {
    /// How much of a resource: `250m`, `256Mi`.
    Quantity is_quantity "a quantity such as `250m`, `1` or `256Mi`";
    /// The tag of an image.
    Tag is_tag "the tag of an image, such as `1.2.0`";
    /// A DNS name, or all below one.
    Host is_host "a host name such as `shop.example.com` or `*.example.com`";
    /// The name of a Kubernetes object.
    Name is_label "a name of lower-case letters, digits and dashes";
    /// Host and port.
    Address is_address "HOST:PORT, such as `etcd.infra:2379`";
}

impl Quantity {
    /// One that is written in the source.
    pub(super) fn known(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Address {
    pub fn port(&self) -> Option<u16> {
        self.0.rsplit_once(':')?.1.parse().ok()
    }
}

impl Default for Tag {
    fn default() -> Self {
        Self("0.1.0".to_owned())
    }
}

/// A text that may look like a number: nobody quotes `cpu: 1`.
struct Text;

impl de::Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

fn is_quantity(text: &str) -> bool {
    const UNITS: &[&str] = &["", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"];
    let end = text.find(|c: char| c != '.' && !c.is_ascii_digit());
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let is_number = number.parse::<f64>().is_ok_and(|number| number > 0.0);
    is_number && number.ends_with(|c: char| c.is_ascii_digit()) && UNITS.contains(&unit)
}

fn is_tag(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    text.len() <= 128
        && text.chars().all(plain)
        && !text.is_empty()
        && !text.starts_with(['.', '-'])
}

fn is_host(text: &str) -> bool {
    let name = text.strip_prefix("*.").unwrap_or(text);
    name.len() <= 253 && name.contains('.') && name.split('.').all(is_label)
}

fn is_label(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ends = text.starts_with('-') || text.ends_with('-');
    !text.is_empty() && text.len() <= 63 && text.chars().all(plain) && !ends
}

fn is_address(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    host.split('.').all(is_label) && port.parse::<u16>().is_ok_and(|port| port > 0)
}
