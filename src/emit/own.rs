//! Templates of the user's own, in minijinja: rendered at run time from the same views as zgen's.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value, context};

use super::{Error, builtin};

/// The user's templates by name: a path as below `templates/`, such as `gateway/src/svc.rs.j2`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Templates(pub BTreeMap<String, String>);

impl Templates {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Templates that nothing would print: neither zgen's by name, nor included by another one.
    pub fn unused(&self) -> impl Iterator<Item = &str> {
        let included: BTreeSet<&str> = self
            .0
            .values()
            .flat_map(|text| builtin::includes(text))
            .collect();
        let names = self.0.keys().map(String::as_str);
        names.filter(move |name| !builtin::is_name(name) && !included.contains(name))
    }
}

pub(super) struct Own<'a> {
    environment: Environment<'a>,
    /// The templates that are the user's, and those that include a piece that is.
    concerned: BTreeSet<&'a str>,
}

impl<'a> Own<'a> {
    pub(super) fn read(templates: &'a Templates) -> Result<Self, Error> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        // A misspelt name is a mistake, not an empty text.
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_debug(true);
        for (name, text) in &templates.0 {
            let added = environment.add_template(name, text);
            added.map_err(|error| explained(&error, name, None))?;
        }
        for (name, text) in builtin::translated() {
            if !templates.0.contains_key(name) {
                let added = environment.add_template_owned(name, text);
                added.map_err(|error| explained(&error, name, None))?;
            }
        }
        Ok(Self {
            environment,
            concerned: concerned(templates),
        })
    }

    pub(super) fn concerns(&self, name: &str) -> bool {
        self.concerned.contains(name)
    }

    pub(super) fn render(&self, name: &str, view: &Value) -> Result<String, Error> {
        let template = self.environment.get_template(name);
        let text = template.and_then(|template| template.render(context! { v => view.clone() }));
        text.map_err(|error| explained(&error, name, Some(view)))
    }
}

fn concerned(templates: &Templates) -> BTreeSet<&str> {
    let mut concerned: BTreeSet<&str> = templates.0.keys().map(String::as_str).collect();
    loop {
        let known = concerned.len();
        for (name, text) in builtin::sources() {
            if builtin::includes(text).any(|piece| concerned.contains(piece)) {
                concerned.insert(name);
            }
        }
        if concerned.len() == known {
            return concerned;
        }
    }
}

fn explained(error: &minijinja::Error, name: &str, view: Option<&Value>) -> Error {
    // The innermost: an error in an included piece is wrapped by those that include it.
    let mut inner = error;
    while let Some(source) = std::error::Error::source(inner) {
        match source.downcast_ref::<minijinja::Error>() {
            Some(source) => inner = source,
            None => break,
        }
    }
    let detail = inner.detail().map(|detail| format!(": {detail}"));
    let is_missing = inner.kind() == ErrorKind::UndefinedError;
    let fields = view.filter(|_| is_missing).and_then(fields);
    Error {
        template: inner.name().unwrap_or(name).to_owned(),
        range: inner.range(),
        message: format!("{}{}", inner.kind(), detail.unwrap_or_default()),
        help: fields.map(|fields| format!("`v` has {fields}")),
    }
}

/// The names in a view, with what is in the things that it has.
fn fields(view: &Value) -> Option<String> {
    let mut names = Vec::new();
    for key in view.try_iter().ok()? {
        let value = view.get_item(&key).ok()?;
        let inner = match value.kind() {
            ValueKind::Map => keys(&value),
            ValueKind::Seq => value
                .get_item_by_index(0)
                .ok()
                .and_then(|first| keys(&first)),
            _ => None,
        };
        names.push(match inner {
            Some(inner) => format!("`{key}` ({inner})"),
            None => format!("`{key}`"),
        });
    }
    Some(names.join(", "))
}

fn keys(value: &Value) -> Option<String> {
    if value.kind() != ValueKind::Map {
        return None;
    }
    let keys: Vec<String> = value.try_iter().ok()?.map(|key| key.to_string()).collect();
    Some(keys.join(", "))
}
