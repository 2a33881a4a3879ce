//! A parse failure in the words of the language.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::grammar::Rule;
use crate::diag::{Diagnostic, nearest};
use crate::source::{FileId, Span};

/// What a statement of a file starts with.
const STATEMENTS: &[&str] = &["syntax", "info", "import", "type", "service", "@server"];

/// The other words of the language.
const PARTS: &[&str] = &["returns", "@doc", "@handler"];

pub(super) fn diagnostic(file: FileId, text: &str, error: &Error<Rule>) -> Diagnostic {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at.min(text.len()),
    };
    // Where line ends matter the parser stops before the blanks.
    let at = text.len() - text[at..].trim_start_matches([' ', '\t']).len();
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
    diagnostic.maybe_help(help(text, at, len, positives))
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
    for name in rules.iter().flat_map(|rule| rule.describe().split(", ")) {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    if names.contains(&"a field") {
        // A further name of the field before; never what was meant.
        names.retain(|name| *name != "a name");
    }
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

fn help(text: &str, at: usize, len: usize, rules: &[Rule]) -> Option<String> {
    let (rest, word) = (&text[at..], &text[at..at + len]);
    let expects = |rule: Rule| rules.contains(&rule);
    for (open, close) in [("\"", "`\"`"), ("`", "a backquote"), ("/*", "`*/`")] {
        let end = if open == "/*" { "*/" } else { open };
        if rest.starts_with(open) && !rest[open.len()..].contains(end) {
            return Some(format!("close it with {close}"));
        }
    }
    if rest.starts_with('"') && expects(Rule::tag) {
        return Some("write the tag between backquotes: `json:\"name\"`".to_owned());
    }
    if expects(Rule::path_end) || expects(Rule::returns) {
        if word == "return" {
            return Some("did you mean `returns`?".to_owned());
        }
        if word.starts_with(char::is_alphabetic) {
            return Some(format!("put types between parentheses: `({word})`"));
        }
    }
    if expects(Rule::close_brace) {
        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let first = text[line..].split_whitespace().next().unwrap_or_default();
        let first = first.trim_end_matches('(');
        if STATEMENTS.contains(&first) {
            return Some(format!("is there a `}}` missing above this `{first}`?"));
        }
    }
    nearest(word, STATEMENTS.iter().chain(PARTS).copied())
        .filter(|_| word.len() > 2)
        .map(|keyword| format!("did you mean `{keyword}`?"))
}
