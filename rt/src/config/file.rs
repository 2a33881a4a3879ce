//! One configuration file, read section by section.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::de::{Keys, Tree};
use super::expand::expand;

/// Why a configuration cannot be used. Never shows a value: it may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("config file {path}: {source}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("config file {path}: {message}")]
    Syntax { path: PathBuf, message: String },
    #[error("config file {path}: `{key}`: {message}")]
    Key {
        path: PathBuf,
        key: String,
        message: String,
    },
}

/// A parsed file with the environment laid over it. Sections are taken out of it by type.
#[derive(Debug)]
pub struct ConfigFile {
    path: PathBuf,
    root: Value,
    known: RefCell<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Lower-case names of the top-level keys that something has read.
    top: BTreeSet<String>,
    /// Paths of the keys inside sections that nothing reads.
    unread: Vec<String>,
}

impl ConfigFile {
    /// Reads and expands the file.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(
            path,
            &text,
            &|name| std::env::var(name).ok(),
            // `vars` panics at a variable that is not UTF-8, whoever it belongs to.
            std::env::vars_os().filter_map(|(key, value)| {
                Some((key.into_string().ok()?, value.into_string().ok()?))
            }),
        )
    }

    /// A text of the program's own, such as a test's; the environment stays out of it.
    pub fn from_yaml(text: &str) -> Result<Self, Error> {
        Self::parse(Path::new("(text)"), text, &|_| None, [])
    }

    /// The same from a text and an environment of the caller's.
    pub fn parse(
        path: &Path,
        text: &str,
        variable: &dyn Fn(&str) -> Option<String>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Error> {
        let syntax = |message: String| Error::Syntax {
            path: path.to_owned(),
            message,
        };
        let mut root: Value = if text.trim().is_empty() {
            Value::Object(Map::new())
        } else {
            serde_saphyr::from_str_with_options(text, yaml())
                .map_err(|error| syntax(error.to_string()))?
        };
        expand_all(&mut root, "", variable).map_err(|(key, name)| Error::Key {
            path: path.to_owned(),
            key,
            message: format!(
                "environment variable `{name}` is not set (`${{{name}:-default}}` gives one)"
            ),
        })?;
        let Value::Object(top) = &mut root else {
            return Err(syntax(
                "expected keys and values, such as `Name: order-api`".to_owned(),
            ));
        };
        if let Some(name) = get(top, "name").and_then(Value::as_str) {
            let prefix = format!("{}__", environment_name(name));
            for (key, value) in environment {
                if let Some(path) = key.strip_prefix(&prefix) {
                    set(top, path, value);
                }
            }
        }
        Ok(Self {
            path: path.to_owned(),
            root,
            known: RefCell::default(),
        })
    }

    /// Reads the top-level keys of a type, such as [`super::RestConf`].
    pub fn root<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let keys = Keys::default();
        let value = self.convert(&self.root, "", &keys)?;
        let mut known = self.known.borrow_mut();
        known.top.extend(keys.top_level());
        known
            .unread
            .extend(keys.unread().into_iter().filter(|path| path.contains('.')));
        Ok(value)
    }

    /// Reads one required section.
    pub fn section<T: DeserializeOwned>(&self, key: &str) -> Result<T, Error> {
        self.optional(key)?.ok_or_else(|| Error::Key {
            path: self.path.clone(),
            key: key.to_owned(),
            message: "this section is missing".to_owned(),
        })
    }

    /// Reads the first of these sections that is there; one has to be.
    pub fn any_of<T: DeserializeOwned>(&self, keys: &[&str]) -> Result<T, Error> {
        for key in keys {
            if let Some(section) = self.optional(key)? {
                return Ok(section);
            }
        }
        Err(Error::Key {
            path: self.path.clone(),
            key: keys.first().copied().unwrap_or_default().to_owned(),
            message: "this section is missing".to_owned(),
        })
    }

    /// Reads one section if it is there.
    pub fn optional<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        self.known.borrow_mut().top.insert(key.to_lowercase());
        let Value::Object(top) = &self.root else {
            return Ok(None);
        };
        let Some(value) = get(top, key).filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        let keys = Keys::default();
        let section = self.convert(value, key, &keys)?;
        self.known.borrow_mut().unread.extend(keys.unread());
        Ok(Some(section))
    }

    /// Keys that nothing has read.
    pub fn unread(&self) -> Vec<String> {
        let known = self.known.borrow();
        let Value::Object(top) = &self.root else {
            return Vec::new();
        };
        let unread_top = top
            .keys()
            .filter(|key| !known.top.contains(&key.to_lowercase()))
            .cloned();
        unread_top.chain(known.unread.iter().cloned()).collect()
    }

    /// Says which keys nothing has read, most likely misspelt. Call after the last section.
    pub fn warn_unread(&self) {
        for key in self.unread() {
            eprintln!("config file {}: nothing reads `{key}`", self.path.display());
        }
    }

    fn convert<T: DeserializeOwned>(
        &self,
        value: &Value,
        at: &str,
        keys: &Keys,
    ) -> Result<T, Error> {
        T::deserialize(Tree::new(value, at, keys)).map_err(|error| {
            let mut key = error.key.unwrap_or_else(|| at.to_owned());
            let mut message = error.message;
            if let Some(field) = error.missing {
                let dot = if key.is_empty() { "" } else { "." };
                key = format!("{key}{dot}{field}");
                // Where secrets come from the environment alone, this is how one learns of it.
                if let Some(variable) = self.variable(&key) {
                    message = format!("{message}; the variable {variable} gives it");
                }
            }
            let path = self.path.clone();
            Error::Key { path, key, message }
        })
    }

    /// The environment variable over a key; none within lists.
    fn variable(&self, key: &str) -> Option<String> {
        let Value::Object(top) = &self.root else {
            return None;
        };
        let name = get(top, "name").and_then(Value::as_str)?;
        let path = key.replace('.', "__").to_uppercase();
        (!key.contains('[')).then(|| format!("{}__{path}", environment_name(name)))
    }
}

/// YAML 1.2: `yes` is a text, which a boolean field takes all the same. A password `0123` keeps its zero.
fn yaml() -> serde_saphyr::Options {
    serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        // A listing would show values.
        with_snippet: false,
    }
}

/// `order-api` to `ORDER_API`, as environment variables are named.
fn environment_name(name: &str) -> String {
    let upper = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    name.chars().map(upper).collect()
}

fn get<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    map.iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(key))
        .map(|(_, value)| value)
}

/// Sets `ORDERRPC__TIMEOUT` below the map, whatever the case of the keys that are there.
fn set(map: &mut Map<String, Value>, path: &str, value: String) {
    let (key, rest) = path
        .split_once("__")
        .map_or((path, None), |(key, rest)| (key, Some(rest)));
    let known = map
        .keys()
        .find(|known| known.eq_ignore_ascii_case(key))
        .cloned();
    let key = known.unwrap_or_else(|| key.to_lowercase());
    match rest {
        None => {
            map.insert(key, Value::String(value));
        }
        Some(rest) => {
            let section = map.entry(key).or_insert(Value::Null);
            if !section.is_object() {
                *section = Value::Object(Map::new());
            }
            if let Value::Object(section) = section {
                set(section, rest, value);
            }
        }
    }
}

fn expand_all(
    value: &mut Value,
    at: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<(), (String, String)> {
    match value {
        Value::String(text) if text.contains("${") => {
            *text = expand(text, variable).map_err(|name| (at.to_owned(), name))?;
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                expand_all(item, &format!("{at}[{index}]"), variable)?;
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                let at = if at.is_empty() {
                    key.clone()
                } else {
                    format!("{at}.{key}")
                };
                expand_all(item, &at, variable)?;
            }
        }
        _ => {}
    }
    Ok(())
}
