//! Look-ups among the keys of `info`, `@server` and `@doc`, as goctl's swagger command makes them: in any case.

use indexmap::IndexMap;

use super::document::ExternalDocs;

#[derive(Clone, Copy)]
pub(super) struct Keys<'a>(pub(super) &'a IndexMap<String, String>);

impl<'a> Keys<'a> {
    /// The value of a key; an empty one is none.
    pub(super) fn text(self, key: &str) -> Option<&'a str> {
        let mut pairs = self.0.iter();
        let found = pairs.find(|(name, _)| name.eq_ignore_ascii_case(key));
        found
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    pub(super) fn owned(self, key: &str) -> Option<String> {
        self.text(key).map(str::to_owned)
    }

    /// The parts between commas, each once.
    pub(super) fn list(self, key: &str) -> Vec<&'a str> {
        let mut out = Vec::new();
        for part in self.text(key).unwrap_or_default().split(',') {
            let part = part.trim();
            if !part.is_empty() && !out.contains(&part) {
                out.push(part);
            }
        }
        out
    }

    /// The value, if it can be a link.
    pub(super) fn link(self, key: &str) -> Option<String> {
        self.owned(key).filter(|text| is_link(text))
    }

    pub(super) fn external_docs(self) -> Option<ExternalDocs> {
        Some(ExternalDocs {
            description: self.owned("externalDocsDescription"),
            url: self.link("externalDocsURL")?,
        })
    }
}

/// Whether a text can be a reference to something (RFC 3986), for which tools check the format.
pub(super) fn is_link(text: &str) -> bool {
    let is_odd = |c: char| !c.is_ascii_graphic() || "\"<>\\^`{|}".contains(c);
    !text.is_empty() && !text.contains(is_odd)
}
