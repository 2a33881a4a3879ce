//! Rust text cut into the few kinds of token that comparing needs. Never fails: odd text gives odd tokens.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Identifier, keyword or number.
    Word,
    /// String or character, with its quotes and prefix.
    Literal,
    Lifetime,
    Comment,
    /// One character of an operator, or a delimiter.
    Punct,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Whether white space stands before it.
    pub(super) spaced: bool,
}

impl Token<'_> {
    pub(super) fn is(&self, punct: &str) -> bool {
        self.kind == Kind::Punct && self.text == punct
    }
}

pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    // Few texts have more.
    let mut found = Vec::with_capacity(text.len() / 4);
    let mut rest = text;
    loop {
        let blanks = length(
            rest,
            |byte| matches!(byte, b' ' | b'\t'..=b'\r'),
            char::is_whitespace,
        );
        let spaced = blanks > 0;
        rest = &rest[blanks..];
        let Some((kind, length)) = first(rest) else {
            return found;
        };
        let (token, behind) = rest.split_at(length);
        found.push(Token {
            kind,
            text: token,
            spaced,
        });
        rest = behind;
    }
}

/// The kind and length of the token that `text` starts with.
fn first(text: &str) -> Option<(Kind, usize)> {
    let c = text.chars().next()?;
    if text.starts_with("//") {
        return Some((Kind::Comment, text.find('\n').unwrap_or(text.len())));
    }
    if text.starts_with("/*") {
        return Some((Kind::Comment, block_comment(text)));
    }
    Some(match c {
        '"' => (Kind::Literal, quoted(text, 0, '"')),
        '\'' => quote(text),
        c if is_word(c) => word(text),
        c => (Kind::Punct, c.len_utf8()),
    })
}

/// Of the characters at the start that are such ones; in ASCII, as nearly all are, byte by byte.
fn length(text: &str, is_one: fn(u8) -> bool, is_any: fn(char) -> bool) -> usize {
    let end = text.bytes().position(|byte| !is_one(byte));
    match end {
        Some(end) if text.as_bytes()[end].is_ascii() => end,
        Some(_) => text.find(|c| !is_any(c)).unwrap_or(text.len()),
        None => text.len(),
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The end of a literal whose opening quote is at `start`.
fn quoted(text: &str, start: usize, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text[start + 1..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return start + 1 + at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `'a'` or `'a`.
fn quote(text: &str) -> (Kind, usize) {
    let mut chars = text[1..].chars();
    let is_char = match chars.next() {
        Some('\\') => true,
        Some(_) => chars.next() == Some('\''),
        None => false,
    };
    if is_char {
        return (Kind::Literal, quoted(text, 0, '\''));
    }
    let name = text[1..].find(|c| !is_word(c)).unwrap_or(text.len() - 1);
    (Kind::Lifetime, 1 + name)
}

/// A word, or a literal that a word is the prefix of.
fn word(text: &str) -> (Kind, usize) {
    let end = length(
        text,
        |byte| byte == b'_' || byte.is_ascii_alphanumeric(),
        is_word,
    );
    let (word, behind) = text.split_at(end);
    match word {
        "r" | "br" | "cr" => {
            let hashes = behind.len() - behind.trim_start_matches('#').len();
            if behind[hashes..].starts_with('"') {
                let close = format!("\"{}", &behind[..hashes]);
                let body = end + hashes + 1;
                let length = text[body..].find(&close).map(|at| body + at + close.len());
                return (Kind::Literal, length.unwrap_or(text.len()));
            }
            if word == "r" && hashes == 1 {
                let name = behind[1..]
                    .find(|c| !is_word(c))
                    .unwrap_or(behind.len() - 1);
                return (Kind::Word, end + 1 + name);
            }
        }
        "b" | "c" if behind.starts_with('"') => return (Kind::Literal, quoted(text, end, '"')),
        "b" if behind.starts_with('\'') => return (Kind::Literal, quoted(text, end, '\'')),
        _ => {}
    }
    (Kind::Word, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_told_apart() {
        let cases: &[(&str, &[&str])] = &[
            ("a b", &["a", "b"]),
            (
                "fn f<'a>(x: &'a str)",
                &[
                    "fn", "f", "<", "'a", ">", "(", "x", ":", "&", "'a", "str", ")",
                ],
            ),
            (
                r"'a' '\'' b'\\' '\u{1F600}'",
                &["'a'", r"'\''", r"b'\\'", r"'\u{1F600}'"],
            ),
            (r#""a \" // b" c"#, &[r#""a \" // b""#, "c"]),
            (
                r##"r#"a " b"# r#type br"x\""##,
                &[r##"r#"a " b"#"##, "r#type", r#"br"x\""#],
            ),
            ("/* a /* b */ c */ d", &["/* a /* b */ c */", "d"]),
            ("a // b\nc", &["a", "// b", "c"]),
            ("'static", &["'static"]),
            ("\"open", &["\"open"]),
            ("/* open", &["/* open"]),
            ("r#\"open\"", &["r#\"open\""]),
            ("'", &["'"]),
            ("r#", &["r#"]),
            ("1_000u64 0x1F", &["1_000u64", "0x1F"]),
            ("订单::x", &["订单", ":", ":", "x"]),
        ];
        for (text, expected) in cases {
            let found: Vec<&str> = tokens(text).iter().map(|token| token.text).collect();
            assert_eq!(&found, expected, "{text}");
        }
    }
}
