//! Which texts rustfmt has seen already, but for their names.
//!
//! rustfmt lays out by tokens and by how wide they are. So two items that differ only in the letters of their names, in
//! literals and in comments, of the same width each, are laid out alike: where it leaves one as it is, it leaves the
//! other. What decides by letters is compared by letters: keywords, macros, attributes, and `use` and `mod` lines, which
//! are sorted. `tests` holds this against
//! rustfmt itself.

mod listed;

pub(super) use self::listed::is_settled;

/// The items of a file, cut at the blank lines between them; `None` where that is not certain.
pub(super) fn items(text: &str) -> Option<Vec<&str>> {
    let mut items = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices("\n\n") {
        let is_between = text[at + 2..].starts_with(|c: char| !c.is_whitespace());
        if is_between && at >= start {
            items.push(&text[start..=at]);
            start = at + 2;
        }
    }
    items.push(&text[start..]);
    // Only where a file begins.
    let opens = |item: &&str| item.starts_with("#!") || item.starts_with("//!");
    (text.ends_with('\n') && !items.iter().any(opens)).then_some(items)
}

/// An item with `mask` of each letter and digit that does not matter. `None` for what this cannot read.
pub(super) fn masked(item: &str, mask: &mut dyn FnMut(u8) -> u8) -> Option<Vec<u8>> {
    let mut reader = Reader {
        bytes: item.as_bytes(),
        at: 0,
        out: Vec::with_capacity(item.len()),
        mask,
    };
    reader.run()?;
    Some(reader.out)
}

/// Equal for two items that are laid out alike.
pub(super) fn shape(item: &str) -> Option<String> {
    let masked = String::from_utf8(masked(item, &mut class)?).ok()?;
    let mut shape = String::with_capacity(masked.len());
    for line in masked.split_inclusive('\n') {
        // In front of an item rustfmt leaves what it says, however long it is.
        let is_about_item = line.starts_with("/// ") && !line.ends_with(" \n");
        shape.push_str(if is_about_item { "///\n" } else { line });
    }
    Some(shape)
}

/// What a letter or digit may be in another item of one shape.
fn class(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => b'a',
        b'A'..=b'Z' => b'A',
        b'0'..=b'9' => b'0',
        other => other,
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    out: Vec<u8>,
    mask: &'a mut dyn FnMut(u8) -> u8,
}

impl Reader<'_> {
    fn run(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'/' if self.peek(1) == Some(b'/') => self.comment(),
                // Nothing that zgen prints.
                b'/' if self.peek(1) == Some(b'*') => return None,
                b'"' => self.string()?,
                b'\'' => self.quote()?,
                b'#' if self.peek(1) == Some(b'[') => self.attribute()?,
                b'0'..=b'9' => self.number(),
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word()?,
                // The inside of a macro is a language of its own.
                b'\r' | b'\t' | b'$' => return None,
                _ => {
                    match byte {
                        b'(' | b'[' | b'{' => depth += 1,
                        b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
                        _ => {}
                    }
                    self.copy();
                }
            }
        }
        (depth == 0).then_some(())
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn copy(&mut self) {
        self.out.extend(self.peek(0));
        self.at += 1;
    }

    fn hide(&mut self) {
        if let Some(byte) = self.peek(0) {
            let hidden = if byte.is_ascii_alphanumeric() {
                (self.mask)(byte)
            } else {
                byte
            };
            self.out.push(hidden);
        }
        self.at += 1;
    }

    fn comment(&mut self) {
        while self.peek(0).is_some_and(|byte| byte != b'\n') {
            self.hide();
        }
    }

    fn string(&mut self) -> Option<()> {
        self.copy();
        loop {
            match self.peek(0)? {
                b'\n' => return None,
                b'"' => break,
                b'\\' if self.peek(1) == Some(b'\n') => return None,
                b'\\' => self.escape()?,
                _ => self.hide(),
            }
        }
        self.copy();
        Some(())
    }

    /// Digits of a character by its number have their limits.
    fn escape(&mut self) -> Option<()> {
        let is_number = matches!(self.peek(1)?, b'x' | b'u');
        self.copy();
        self.copy();
        while is_number && self.peek(0)? != b'"' && self.peek(0)?.is_ascii() {
            let is_digit = self.peek(0)?.is_ascii_hexdigit();
            if !is_digit && !matches!(self.peek(0)?, b'{' | b'}') {
                break;
            }
            self.copy();
        }
        Some(())
    }

    /// A character, or a lifetime.
    fn quote(&mut self) -> Option<()> {
        if self.peek(1)? == b'\\' {
            self.copy();
            self.copy();
            self.copy();
            while self.peek(0)? != b'\'' {
                self.copy();
            }
        } else if self.peek(2) == Some(b'\'') {
            self.copy();
            self.copy();
        } else if !self.peek(1)?.is_ascii_alphabetic() {
            return None;
        }
        self.copy();
        Some(())
    }

    /// Its words decide, its texts do not.
    fn attribute(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek(0)? {
                b'"' => self.string()?,
                byte => {
                    depth += usize::from(byte == b'[');
                    depth -= usize::from(byte == b']');
                    self.copy();
                    if byte == b']' && depth == 0 {
                        return Some(());
                    }
                }
            }
        }
    }

    fn number(&mut self) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().take_while(|byte| is_word(**byte)).count();
        // Of another base, or of a type that it names.
        let is_plain = rest[..length].iter().all(u8::is_ascii_digit);
        for _ in 0..length {
            if is_plain { self.hide() } else { self.copy() }
        }
    }

    fn word(&mut self) -> Option<()> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().take_while(|byte| is_word(**byte)).count();
        let word = &rest[..length];
        let next = self.peek(length);
        let is_raw = matches!(word, b"r" | b"br" | b"cr");
        if is_raw && (next == Some(b'"') || next == Some(b'#')) {
            // `r#type` is a name, the others are texts of many lines.
            let name = self
                .peek(2)
                .is_some_and(|byte| byte == b'_' || byte.is_ascii_alphabetic());
            if word != b"r" || next != Some(b'#') || !name {
                return None;
            }
            self.copy();
            self.copy();
            while self.peek(0).is_some_and(is_word) {
                self.copy();
            }
            return Some(());
        }
        let end: &[u8] = match word {
            b"use" | b"extern" => b";",
            b"mod" => b";{",
            _ => b"",
        };
        if !end.is_empty() {
            while !end.contains(&self.peek(0)?) {
                self.copy();
            }
            return Some(());
        }
        let is_literal = matches!(next, Some(b'!' | b'\'' | b'"')) || KEYWORDS.contains(&word);
        for _ in 0..length {
            if is_literal { self.copy() } else { self.hide() }
        }
        Some(())
    }
}

fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// Of every edition, the weak and the reserved ones included.
const KEYWORDS: [&[u8]; 60] = [
    b"_",
    b"Self",
    b"abstract",
    b"as",
    b"async",
    b"auto",
    b"await",
    b"become",
    b"box",
    b"break",
    b"const",
    b"continue",
    b"crate",
    b"default",
    b"do",
    b"dyn",
    b"else",
    b"enum",
    b"extern",
    b"false",
    b"final",
    b"fn",
    b"for",
    b"gen",
    b"if",
    b"impl",
    b"in",
    b"let",
    b"loop",
    b"macro",
    b"macro_rules",
    b"match",
    b"mod",
    b"move",
    b"mut",
    b"override",
    b"priv",
    b"pub",
    b"raw",
    b"ref",
    b"return",
    b"safe",
    b"self",
    b"static",
    b"struct",
    b"super",
    b"trait",
    b"true",
    b"try",
    b"type",
    b"typeof",
    b"union",
    b"unsafe",
    b"unsized",
    b"use",
    b"virtual",
    b"where",
    b"while",
    b"yeet",
    b"yield",
];

#[cfg(test)]
mod tests;
