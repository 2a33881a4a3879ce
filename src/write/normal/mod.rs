//! The normal form of a text: equal for two texts that differ only in what formatting may change.
//!
//! `zgen.lock` holds hashes of it: a change here makes every file of an older lock look edited, unless the older
//! form is kept and tried too.

mod groups;
mod lexer;
mod marks;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use camino::Utf8Path;
use sha2::{Digest, Sha256};

use self::lexer::{Kind, Token, tokens};
use self::marks::Marks;

/// The hash that `zgen.lock` keeps of a text.
pub(super) fn hash(path: &Utf8Path, text: &str) -> String {
    hash_bytes(normal(path, text).as_bytes())
}

pub(super) fn hash_bytes(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digest = Sha256::digest(bytes);
    let mut hex = String::with_capacity(2 * digest.len());
    for byte in digest {
        for digit in [byte >> 4, byte & 15] {
            hex.push(char::from(DIGITS[usize::from(digit)]));
        }
    }
    hex
}

/// Rust by its tokens and comments, the rest by its lines.
pub(super) fn normal<'a>(path: &Utf8Path, text: &'a str) -> Cow<'a, str> {
    let text = lines(text);
    if path.extension() == Some("rs") {
        return Cow::Owned(rust(&text));
    }
    text
}

/// Whether two texts differ only in what formatting may change.
pub(super) fn is_same(path: &Utf8Path, one: &str, other: &str) -> bool {
    // Most files of most runs are as they were.
    one == other || normal(path, one) == normal(path, other)
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
            let comma = Token {
                kind: Kind::Punct,
                text: ",",
                spaced: false,
            };
            out.push_str(comma.text);
            last = Some(comma);
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
    // Not `>>`: lists of type parameters end in it, and nothing else can stand there.
    const OPERATORS: [&str; 22] = [
        "&&", "||", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=", "<<",
        "->", "<-", "=>", "..", "::", "//", "/*",
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
