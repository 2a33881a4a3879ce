//! Struct tags: `json:"id,optional" path:"id"` (go-zero `core/mapping/utils.go`).

use pest::Parser as _;

use crate::source::Span;

/// In a module of its own: pest derives one `Rule` for each grammar.
mod grammar {
    /// `grammar/tag.pest`.
    #[derive(pest_derive::Parser)]
    #[grammar = "grammar/tag.pest"]
    pub(super) struct TagGrammar;
}

use self::grammar::{Rule, TagGrammar};

/// A tag, as far as it is readable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tag {
    pub pairs: Vec<TagPair>,
    /// What could not be read.
    pub dropped: Option<String>,
}

/// `json:"id,optional,default=1"`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagPair {
    /// `json`
    pub key: String,
    /// The whole text between the quotes.
    pub text: String,
    /// Up to the first comma, trimmed: `id`.
    pub name: String,
    /// The rest, split at commas outside brackets, trimmed; empty ones left out.
    pub options: Vec<String>,
    /// Of the text between the quotes.
    pub span: Span,
}

impl Tag {
    pub fn get(&self, key: &str) -> Option<&TagPair> {
        self.pairs.iter().find(|pair| pair.key == key)
    }
}

/// Reads what stands between the backquotes; `span` is that of the tag with them.
pub fn parse(text: &str, span: Span) -> Tag {
    let mut tag = Tag::default();
    let Ok(pairs) = TagGrammar::parse(Rule::tag, text) else {
        tag.dropped = Some(text.to_owned());
        return tag;
    };
    let mut dropped: Vec<&str> = Vec::new();
    for pair in pairs.flat_map(pest::iterators::Pair::into_inner) {
        match pair.as_rule() {
            Rule::pair => tag.pairs.extend(read(pair, span)),
            // Blanks that the grammar does not know are nothing to complain about.
            Rule::junk if pair.as_str().trim().is_empty() => {}
            Rule::junk => dropped.push(pair.as_str()),
            _ => {}
        }
    }
    if !dropped.is_empty() {
        tag.dropped = Some(dropped.join(" "));
    }
    tag
}

fn read(pair: pest::iterators::Pair<'_, Rule>, tag: Span) -> Option<TagPair> {
    let mut inner = pair.into_inner();
    let key = inner.next()?.as_str().to_owned();
    let value = inner.next()?;
    let mut segments = split(value.as_str()).into_iter();
    // One for the backquote.
    let start = tag.start as usize + 1;
    Some(TagPair {
        key,
        text: value.as_str().to_owned(),
        name: segments.next().unwrap_or_default(),
        options: segments.filter(|option| !option.is_empty()).collect(),
        span: Span::new(
            tag.file,
            start + value.as_span().start(),
            start + value.as_span().end(),
        ),
    })
}

/// Splits at commas that are not between `[` or `(` and `]` or `)`; a backslash takes the next character as it is.
fn split(text: &str) -> Vec<String> {
    let mut segments = vec![String::new()];
    let mut depth = 0_usize;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ',' if depth == 0 => {
                segments.push(String::new());
                continue;
            }
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let taken = if c == '\\' { chars.next() } else { Some(c) };
        if let (Some(segment), Some(taken)) = (segments.last_mut(), taken) {
            segment.push(taken);
        }
    }
    for segment in &mut segments {
        *segment = segment.trim().to_owned();
    }
    segments
}

#[cfg(test)]
mod tests {
    use crate::source::{FileId, Span};

    #[test]
    fn tags() {
        type Pair = (&'static str, &'static str, &'static [&'static str]);
        let cases: &[(&str, &[Pair], Option<&str>)] = &[
            (r#"json:"id""#, &[("json", "id", &[])], None),
            ("\u{c}\u{c}\u{3000}", &[], None),
            (
                r#"json:"id,optional,default=1" path:"id""#,
                &[
                    ("json", "id", &["optional", "default=1"]),
                    ("path", "id", &[]),
                ],
                None,
            ),
            (
                r#"form:"c, default=200""#,
                &[("form", "c", &["default=200"])],
                None,
            ),
            (r#"json:",optional""#, &[("json", "", &["optional"])], None),
            (
                r#"form:"a,options=[1,2],range=[0:)""#,
                &[("form", "a", &["options=[1,2]", "range=[0:)"])],
                None,
            ),
            (
                r#"json:"s,options=1|2|3,""#,
                &[("json", "s", &["options=1|2|3"])],
                None,
            ),
            (r#"json:"e"""#, &[("json", "e", &[])], Some("\"")),
            (
                r#"json:"status" validate:"omitempty"#,
                &[("json", "status", &[])],
                Some("validate:\"omitempty"),
            ),
            (r#"xml json:"a""#, &[("json", "a", &[])], Some("xml")),
            ("", &[], None),
            (r#"json: "a""#, &[("json", "a", &[])], None),
        ];
        for (text, expected, dropped) in cases {
            let tag = super::parse(text, Span::new(FileId(0), 0, text.len() + 2));
            let pairs: Vec<_> = tag
                .pairs
                .iter()
                .map(|pair| {
                    let options: Vec<&str> = pair.options.iter().map(String::as_str).collect();
                    (pair.key.as_str(), pair.name.as_str(), options)
                })
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(key, name, options)| (*key, *name, options.to_vec()))
                .collect();
            assert_eq!(pairs, expected, "{text}");
            assert_eq!(tag.dropped.as_deref(), *dropped, "{text}");
        }
    }
}
