//! A parse failure in the words of the language.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::grammar::Rule;
use crate::diag::{Diagnostic, nearest};
use crate::source::{FileId, Span};

/// Words that can start something; for a slip in one of them.
const KEYWORDS: &[&str] = &[
    "syntax", "info", "import", "type", "service", "returns", "@server", "@doc", "@handler",
];

pub(super) fn diagnostic(file: FileId, text: &str, error: &Error<Rule>) -> Diagnostic {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at.min(text.len()),
    };
    let (found, len) = found(&text[at..]);
    let span = Span::new(file, at, at + len);
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        // pest stops by itself before the stack does.
        return Diagnostic::error("api/too-deep", span, "this is nested too deep to be read")
            .help("give inner structs a name of their own");
    };
    let expected = expected(positives);
    let message = if expected.is_empty() {
        format!("unexpected {found}")
    } else {
        format!("expected {expected}, found {found}")
    };
    let diagnostic = Diagnostic::error("api/syntax", span, message);
    match help(&text[at..], &text[at..at + len], positives) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// What is there, for the message, and how many bytes of it to underline.
fn found(rest: &str) -> (String, usize) {
    let Some(first) = rest.chars().next() else {
        return ("the end of the file".to_owned(), 0);
    };
    let word_len = |text: &str| {
        text.find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(text.len())
    };
    let len = match first {
        '@' => 1 + word_len(&rest[1..]),
        first if first.is_alphanumeric() || first == '_' => word_len(rest),
        first => first.len_utf8(),
    };
    match first {
        '"' => ("a string".to_owned(), len),
        '`' => ("a backquote".to_owned(), len),
        '\n' | '\r' => ("the end of the line".to_owned(), 0),
        _ => (format!("`{}`", &rest[..len]), len),
    }
}

/// "`)`, a key or a type", in the grammar's order.
fn expected(rules: &[Rule]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in rules.iter().map(|rule| rule.describe()) {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

fn help(rest: &str, word: &str, rules: &[Rule]) -> Option<String> {
    let expects = |rule: Rule| rules.contains(&rule);
    if rest.starts_with('"') && !rest[1..].contains('"') {
        return Some("close the string with `\"`".to_owned());
    }
    if rest.starts_with('`') && !rest[1..].contains('`') {
        return Some("close the tag with a backquote".to_owned());
    }
    if rest.starts_with("/*") {
        return Some("close the comment with `*/`".to_owned());
    }
    if rest.starts_with('"') && expects(Rule::tag) {
        return Some("write the tag between backquotes: `json:\"name\"`".to_owned());
    }
    if expects(Rule::kw_returns) || expects(Rule::returns) {
        if word == "return" {
            return Some("did you mean `returns`?".to_owned());
        }
        if word.starts_with(char::is_alphabetic) {
            return Some(format!("put types between parentheses: `({word})`"));
        }
    }
    nearest(word, KEYWORDS.iter().copied())
        .filter(|_| word.len() > 2)
        .map(|keyword| format!("did you mean `{keyword}`?"))
}
