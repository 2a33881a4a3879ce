//! Text in YAML.

use std::fmt;

use serde::Serialize;

/// Text where YAML expects a string: printed plain when that is unambiguous, quoted otherwise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scalar(pub String);

impl fmt::Display for Scalar {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_plain() {
            return out.write_str(&self.0);
        }
        out.write_str("\"")?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(out, "\\{character}")?,
                control if control.is_control() => write!(out, "\\u{:04x}", u32::from(control))?,
                other => write!(out, "{other}")?,
            }
        }
        out.write_str("\"")
    }
}

/// As it is printed, so that a template of any language prints it right.
impl Serialize for Scalar {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Scalar {
    fn is_plain(&self) -> bool {
        // Words that some YAML 1.1 or 1.2 reader takes for a boolean or null.
        const WORDS: [&str; 10] = [
            "true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan",
        ];
        let starts_with_letter = self.0.starts_with(|c: char| c.is_ascii_alphabetic());
        let safe = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
        starts_with_letter
            && self.0.chars().all(safe)
            && !self.0.ends_with(':')
            && !WORDS.contains(&self.0.to_ascii_lowercase().as_str())
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self(text)
    }
}
