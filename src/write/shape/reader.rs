//! Cuts an item into what rustfmt looks at: which letters matter, and which only take room.

/// An item with `mask` of each letter and digit that does not matter. `None` for what this cannot read.
pub(super) fn masked(item: &str, mask: impl FnMut(u8) -> u8) -> Option<Masked> {
    let mut reader = Reader {
        bytes: item.as_bytes(),
        at: 0,
        out: Vec::with_capacity(item.len()),
        runs: Vec::new(),
        mask,
    };
    reader.run()?;
    Some(Masked {
        text: String::from_utf8(reader.out).ok()?,
        runs: reader.runs,
    })
}

/// A text of the same length, and what may be of any width in it.
pub(super) struct Masked {
    pub(super) text: String,
    pub(super) runs: Vec<Run>,
}

/// One name, number, text or comment.
pub(super) struct Run {
    pub(super) at: usize,
    pub(super) len: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Lower,
    Upper,
    Number,
    /// Between quotation marks, or in a comment.
    Text,
}

struct Reader<'a, M> {
    bytes: &'a [u8],
    at: usize,
    out: Vec<u8>,
    runs: Vec<Run>,
    mask: M,
}

impl<M: FnMut(u8) -> u8> Reader<'_, M> {
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
                    self.copy(1);
                }
            }
        }
        (depth == 0).then_some(())
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// The bytes from here on as long as they are such ones.
    fn length(&self, is_one: impl Fn(u8) -> bool) -> usize {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|byte| !is_one(*byte));
        end.unwrap_or(rest.len())
    }

    fn copy(&mut self, length: usize) {
        let end = (self.at + length).min(self.bytes.len());
        self.out.extend_from_slice(&self.bytes[self.at..end]);
        self.at = end;
    }

    fn hide(&mut self, length: usize) {
        let end = (self.at + length).min(self.bytes.len());
        let hidden = self.bytes[self.at..end].iter().map(|byte| {
            if byte.is_ascii_alphanumeric() {
                (self.mask)(*byte)
            } else {
                *byte
            }
        });
        self.out.extend(hidden);
        self.at = end;
    }

    /// What began there and ends here, if it is as wide as it is long.
    fn ran(&mut self, start: usize, kind: Kind) {
        if self.bytes[start..self.at].is_ascii() {
            self.runs.push(Run {
                at: start,
                len: self.at - start,
                kind,
            });
        }
    }

    fn comment(&mut self) {
        self.copy(self.length(|byte| matches!(byte, b'/' | b'!' | b' ')));
        let start = self.at;
        self.hide(self.length(|byte| byte != b'\n'));
        // What ends in a space is changed.
        if self.at > start && self.bytes[self.at - 1] != b' ' {
            self.ran(start, Kind::Text);
        }
    }

    fn string(&mut self) -> Option<()> {
        self.copy(1);
        let start = self.at;
        let mut is_plain = true;
        loop {
            match self.peek(0)? {
                b'\n' => return None,
                b'"' => break,
                b'\\' if self.peek(1) == Some(b'\n') => return None,
                b'\\' => {
                    is_plain = false;
                    self.escape()?;
                }
                _ => self.hide(self.length(|byte| !matches!(byte, b'\n' | b'"' | b'\\'))),
            }
        }
        if is_plain {
            self.ran(start, Kind::Text);
        }
        self.copy(1);
        Some(())
    }

    /// Digits of a character by its number have their limits.
    fn escape(&mut self) -> Option<()> {
        let is_number = matches!(self.peek(1)?, b'x' | b'u');
        self.copy(2);
        while is_number && self.peek(0)? != b'"' && self.peek(0)?.is_ascii() {
            let is_digit = self.peek(0)?.is_ascii_hexdigit();
            if !is_digit && !matches!(self.peek(0)?, b'{' | b'}') {
                break;
            }
            self.copy(1);
        }
        Some(())
    }

    /// A character, or a lifetime.
    fn quote(&mut self) -> Option<()> {
        if self.peek(1)? == b'\\' {
            self.copy(3);
            while self.peek(0)? != b'\'' {
                self.copy(1);
            }
        } else if self.peek(2) == Some(b'\'') {
            self.copy(2);
        } else if !self.peek(1)?.is_ascii_alphabetic() {
            return None;
        }
        self.copy(1);
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
                    self.copy(1);
                    if byte == b']' && depth == 0 {
                        return Some(());
                    }
                }
            }
        }
    }

    fn number(&mut self) {
        let length = self.length(is_word);
        let rest = &self.bytes[self.at..];
        // Of another base, or of a type that it names.
        let is_plain = rest[..length].iter().all(u8::is_ascii_digit);
        let start = self.at;
        if is_plain {
            self.hide(length);
        } else {
            self.copy(length);
        }
        if is_plain {
            self.ran(start, Kind::Number);
        }
    }

    fn word(&mut self) -> Option<()> {
        let length = self.length(is_word);
        let rest = &self.bytes[self.at..];
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
            self.copy(2);
            self.copy(self.length(is_word));
            return Some(());
        }
        let end: &[u8] = match word {
            b"use" | b"extern" => b";",
            b"mod" => b";{",
            _ => b"",
        };
        if !end.is_empty() {
            self.copy(self.length(|byte| !end.contains(&byte)));
            return self.peek(0).map(|_| ());
        }
        let is_literal = matches!(next, Some(b'!' | b'\'' | b'"')) || is_keyword(word);
        let start = self.at;
        let kind = match word.first() {
            Some(b'A'..=b'Z') => Kind::Upper,
            _ => Kind::Lower,
        };
        if is_literal {
            self.copy(length);
        } else {
            self.hide(length);
            self.ran(start, kind);
        }
        Some(())
    }
}

fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// Of every edition, the weak and the reserved ones included.
fn is_keyword(word: &[u8]) -> bool {
    matches!(
        word,
        b"_" | b"Self"
            | b"abstract"
            | b"as"
            | b"async"
            | b"auto"
            | b"await"
            | b"become"
            | b"box"
            | b"break"
            | b"const"
            | b"continue"
            | b"crate"
            | b"default"
            | b"do"
            | b"dyn"
            | b"else"
            | b"enum"
            | b"extern"
            | b"false"
            | b"final"
            | b"fn"
            | b"for"
            | b"gen"
            | b"if"
            | b"impl"
            | b"in"
            | b"let"
            | b"loop"
            | b"macro"
            | b"macro_rules"
            | b"match"
            | b"mod"
            | b"move"
            | b"mut"
            | b"override"
            | b"priv"
            | b"pub"
            | b"raw"
            | b"ref"
            | b"return"
            | b"safe"
            | b"self"
            | b"static"
            | b"struct"
            | b"super"
            | b"trait"
            | b"true"
            | b"try"
            | b"type"
            | b"typeof"
            | b"union"
            | b"unsafe"
            | b"unsized"
            | b"use"
            | b"virtual"
            | b"where"
            | b"while"
            | b"yeet"
            | b"yield"
    )
}
