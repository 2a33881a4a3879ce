//! The normal form of a text: equal for two texts that differ only in what formatting may change.

use std::borrow::Cow;
use std::fmt::Write as _;

use camino::Utf8Path;
use sha2::{Digest, Sha256};

use super::lexer::{Kind, Token, tokens};

/// The hash that `zgen.lock` keeps of a text.
pub(super) fn hash(path: &Utf8Path, text: &str) -> String {
    hash_bytes(normal(path, text).as_bytes())
}

pub(super) fn hash_bytes(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Rust by its tokens and comments, the rest by its lines.
pub(super) fn normal<'a>(path: &Utf8Path, text: &'a str) -> Cow<'a, str> {
    let text = lines(text);
    if path.extension() == Some("rs") {
        return Cow::Owned(rust(&text));
    }
    text
}

/// Line ends are the editor's or git's business, never an edit.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") {
        return Cow::Owned(text.replace("\r\n", "\n"));
    }
    Cow::Borrowed(text)
}

fn rust(text: &str) -> String {
    let tokens = tokens(text);
    let marks = Marks::of(&tokens);
    let mut out = String::with_capacity(text.len());
    let mut last: Option<Token<'_>> = None;
    let mut spaced = false;
    for (at, token) in tokens.iter().enumerate() {
        spaced |= token.spaced;
        if !marks.dropped[at] {
            if let Some(last) = last {
                out.push_str(separator(&last, token, spaced));
            }
            match token.kind {
                Kind::Comment => push_comment(&mut out, token.text),
                _ => out.push_str(token.text),
            }
            last = Some(*token);
            spaced = false;
        }
        if marks.comma_behind[at] {
            out.push(',');
            last = None;
        }
    }
    out
}

/// Indentation and trailing blanks are the formatter's.
fn push_comment(out: &mut String, text: &str) {
    for (nth, line) in text.lines().enumerate() {
        if nth > 0 {
            out.push('\n');
        }
        out.push_str(line.trim());
    }
}

/// What must stand between two tokens so that they do not run into one.
fn separator(last: &Token<'_>, next: &Token<'_>, spaced: bool) -> &'static str {
    const OPERATORS: [&str; 25] = [
        "&&", "||", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=", "<<",
        ">>", "->", "<-", "=>", "..", "::", "//", "/*", ".=", "*/",
    ];
    match (last.kind, next.kind) {
        (Kind::Comment, _) | (_, Kind::Comment) => "\n",
        _ if !spaced => "",
        (Kind::Punct, Kind::Punct) => {
            let joined = [last.text, next.text].concat();
            if OPERATORS.contains(&joined.as_str()) {
                " "
            } else {
                ""
            }
        }
        (Kind::Punct, _) | (_, Kind::Punct) => "",
        _ => " ",
    }
}

/// Tokens that rustfmt adds or drops as the width of the line asks.
struct Marks {
    dropped: Vec<bool>,
    comma_behind: Vec<bool>,
}

impl Marks {
    fn of(tokens: &[Token<'_>]) -> Self {
        let mut marks = Self {
            dropped: vec![false; tokens.len()],
            comma_behind: vec![false; tokens.len()],
        };
        let Some(groups) = Groups::of(tokens) else {
            // Not Rust; compare it as it is.
            return marks;
        };
        for at in 0..tokens.len() {
            if let Some(open) = arm_block(tokens, at) {
                marks.arm(tokens, &groups, open);
            }
            if let Some(open) = closure_block(tokens, &groups, at) {
                marks.unwrap(tokens, &groups, open);
            }
        }
        for at in 0..tokens.len() {
            marks.trailing_comma(tokens, &groups, at);
        }
        marks
    }

    /// `=> { a }` is `=> a,`, and a block needs no comma behind it.
    fn arm(&mut self, tokens: &[Token<'_>], groups: &Groups, open: usize) {
        let Some(close) = groups.close_of(open) else {
            return;
        };
        let next = tokens.get(close + 1);
        let unwrapped = self.unwrap(tokens, groups, open);
        if next.is_some_and(|next| next.is(",")) {
            self.dropped[close + 1] = true;
        }
        let ends = next.is_none_or(|next| {
            is_close(next) || (next.is(",") && tokens.get(close + 2).is_some_and(is_close))
        });
        self.comma_behind[close] = unwrapped && !ends;
    }

    /// Drops the braces around a single expression.
    fn unwrap(&mut self, tokens: &[Token<'_>], groups: &Groups, open: usize) -> bool {
        let Some(close) = groups.close_of(open) else {
            return false;
        };
        let inside = open + 1..close;
        let single = !inside.is_empty()
            && inside.into_iter().all(|at| {
                groups.parent[at] != Some(open)
                    || !(tokens[at].is(";") || tokens[at].kind == Kind::Comment)
            });
        if single {
            self.dropped[open] = true;
            self.dropped[close] = true;
        }
        single
    }

    /// `(a, b,)` is `(a, b)`, but `(a,)` is a tuple.
    fn trailing_comma(&mut self, tokens: &[Token<'_>], groups: &Groups, at: usize) {
        if !tokens[at].is(",") {
            return;
        }
        let behind = tokens[at + 1..]
            .iter()
            .position(|token| token.kind != Kind::Comment);
        let Some(next) = behind.map(|offset| at + 1 + offset) else {
            return;
        };
        let ends = is_close(&tokens[next]) || tokens[next].is(">");
        if ends && !groups.is_tuple_of_one(tokens, at) {
            self.dropped[at] = true;
        }
    }
}

fn is_open(token: &Token<'_>) -> bool {
    token.is("(") || token.is("[") || token.is("{")
}

fn is_close(token: &Token<'_>) -> bool {
    token.is(")") || token.is("]") || token.is("}")
}

/// The `{` of `=> {` when `at` is its `=`.
fn arm_block(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let arrow = tokens[at].is("=")
        && tokens
            .get(at + 1)
            .is_some_and(|next| next.is(">") && !next.spaced);
    (arrow && tokens.get(at + 2)?.is("{")).then_some(at + 2)
}

/// The `{` of `|a, b| {` when `at` is the first `|`.
fn closure_block(tokens: &[Token<'_>], groups: &Groups, at: usize) -> Option<usize> {
    if !tokens[at].is("|") {
        return None;
    }
    let before = at.checked_sub(1).map(|before| &tokens[before])?;
    let starts = match before.kind {
        Kind::Punct => "(,={;[:".contains(before.text),
        Kind::Word => ["move", "return", "async"].contains(&before.text),
        _ => false,
    };
    if !starts {
        return None;
    }
    let end = (at + 1..tokens.len())
        .take_while(|end| {
            groups.parent[*end] == groups.parent[at] || groups.is_inside(*end, groups.parent[at])
        })
        .find(|end| tokens[*end].is("|") && groups.parent[*end] == groups.parent[at])?;
    tokens.get(end + 1)?.is("{").then_some(end + 1)
}

/// Which bracket encloses which token.
struct Groups {
    /// Index of the innermost opening bracket around each token; brackets stand in their own parent.
    parent: Vec<Option<usize>>,
    close: Vec<Option<usize>>,
}

impl Groups {
    /// `None` where brackets do not match.
    fn of(tokens: &[Token<'_>]) -> Option<Self> {
        let mut stack: Vec<usize> = Vec::new();
        let mut parent = Vec::with_capacity(tokens.len());
        let mut close = vec![None; tokens.len()];
        for (at, token) in tokens.iter().enumerate() {
            if is_close(token) {
                let open = stack.pop()?;
                let pair = [tokens[open].text, token.text].concat();
                if !["()", "[]", "{}"].contains(&pair.as_str()) {
                    return None;
                }
                close[open] = Some(at);
            }
            parent.push(stack.last().copied());
            if is_open(token) {
                stack.push(at);
            }
        }
        stack.is_empty().then_some(Self { parent, close })
    }

    fn close_of(&self, open: usize) -> Option<usize> {
        self.close[open]
    }

    fn is_inside(&self, at: usize, group: Option<usize>) -> bool {
        group.is_none_or(|open| at > open && self.close[open].is_some_and(|close| at < close))
    }

    /// Whether the comma at `at` is what makes `(a,)` a tuple.
    fn is_tuple_of_one(&self, tokens: &[Token<'_>], at: usize) -> bool {
        const NOT_CALLED: [&str; 12] = [
            "return", "in", "match", "if", "while", "break", "let", "as", "else", "for", "mut",
            "ref",
        ];
        let Some(open) = self.parent[at].filter(|open| tokens[*open].is("(")) else {
            return false;
        };
        let first = (open + 1..at)
            .all(|before| self.parent[before] != Some(open) || !tokens[before].is(","));
        let Some(before) = open.checked_sub(1) else {
            return first;
        };
        let token = &tokens[before];
        let arrow = token.is(">")
            && before > 0
            && ["-", "="].iter().any(|head| tokens[before - 1].is(head));
        let called = match token.kind {
            Kind::Word => !NOT_CALLED.contains(&token.text),
            Kind::Punct => ")]>?!".contains(token.text) && !arrow,
            _ => false,
        };
        first && !called
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formatting_is_no_edit_and_everything_else_is() {
        let equal = [
            ("fn a ( ) { }", "fn a() {}"),
            ("f(a,\n  b,\n)", "f(a, b)"),
            ("f(\n  a,\n)", "f(a)"),
            ("Foo::<A>(\n  a,\n)", "Foo::<A>(a)"),
            ("HashMap<\n  K,\n  V,\n>", "HashMap<K, V>"),
            ("m!(a,)", "m!(a)"),
            (
                "match a { B => { c } D => e }",
                "match a { B => c, D => e, }",
            ),
            ("match a { B => { c } }", "match a { B => c }"),
            (
                "match a { B => { c }, D => e }",
                "match a { B => c, D => e }",
            ),
            (
                "match a { B => { c; }, D => e }",
                "match a { B => { c; } D => e }",
            ),
            ("f(|a| { g(a) })", "f(|a| g(a))"),
            ("f(|| { g() })", "f(|| g())"),
            ("f(move |(a, b)| { g(a) })", "f(move |(a, b)| g(a))"),
            ("  // a  \nfn b() {}", "// a\n\nfn b() {}"),
            ("/* a\n   b */", "/* a\n b */"),
            ("a\r\nb", "a\nb"),
        ];
        for (a, b) in equal {
            assert_eq!(rust(&lines(a)), rust(&lines(b)), "{a} | {b}");
        }
        let different = [
            ("let ab = 1", "let a b = 1"),
            ("\"a b\"", "\"ab\""),
            ("'a' ", "'b'"),
            ("(a,)", "(a)"),
            ("-> (A,)", "-> (A)"),
            ("return (a,)", "return (a)"),
            ("a && b", "a & &b"),
            ("a / *b", "a /*b"),
            ("// a\nb", "// a b"),
            ("// a", "// b"),
            ("f(a) // c", "f(a)"),
            ("{ a; }", "{ a }"),
            ("match a { B => { c; } }", "match a { B => c }"),
            ("match a { B => {} }", "match a { B => () }"),
            ("if a || { b == c } {}", "if a || b == c {}"),
            ("r\"a\"", "\"a\""),
            ("f(|a| { g(a); })", "f(|a| g(a))"),
            ("f(a, b)", "f(a b)"),
            ("} a {", "}a,{"),
        ];
        for (a, b) in different {
            assert_ne!(rust(a), rust(b), "{a} | {b}");
        }
    }

    #[test]
    fn other_files_are_compared_by_line() {
        let yaml = |text| normal("a.yaml".into(), text).into_owned();
        assert_eq!(yaml("a: 1\r\nb: 2\r\n"), yaml("a: 1\nb: 2\n"));
        assert_ne!(yaml("a:  1"), yaml("a: 1"));
    }
}
