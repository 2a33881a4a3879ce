//! A script as statements with their places.

use std::ops::Range;

use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Whitespace};

/// A script, split at semicolons.
pub(super) struct Statements<'a> {
    text: &'a str,
    tokens: Vec<TokenWithSpan>,
    /// Byte offset of each line.
    lines: Vec<usize>,
}

/// One statement, without its semicolon.
pub(super) struct Statement<'a> {
    pub(super) tokens: &'a [TokenWithSpan],
    /// From its first word to its last.
    pub(super) range: Range<usize>,
    /// The `--` lines right above.
    pub(super) docs: Vec<String>,
    script: &'a Statements<'a>,
}

impl<'a> Statements<'a> {
    /// The message and the place of what is no token.
    pub(super) fn split(text: &'a str, dialect: &dyn Dialect) -> Result<Self, (String, usize)> {
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        let mut out = Self {
            text,
            tokens: Vec::new(),
            lines,
        };
        match Tokenizer::new(dialect, text).tokenize_with_location() {
            Ok(tokens) => out.tokens = tokens,
            Err(error) => return Err((error.message, out.offset(error.location))),
        }
        Ok(out)
    }

    pub(super) fn iter(&'a self) -> impl Iterator<Item = Statement<'a>> {
        self.tokens
            .split(|token| token.token == Token::SemiColon)
            .filter_map(|tokens| self.statement(tokens))
    }

    fn statement(&'a self, tokens: &'a [TokenWithSpan]) -> Option<Statement<'a>> {
        let is_word = |token: &TokenWithSpan| !matches!(token.token, Token::Whitespace(_));
        let first = tokens.iter().position(is_word)?;
        let last = tokens.iter().rposition(is_word)?;
        Some(Statement {
            range: self.offset(tokens[first].span.start)..self.offset(tokens[last].span.end),
            docs: comment_above(&tokens[..first]),
            tokens: &tokens[first..=last],
            script: self,
        })
    }

    pub(super) fn offset(&self, at: Location) -> usize {
        let line = usize::try_from(at.line).unwrap_or(1).saturating_sub(1);
        let start = self.lines.get(line).copied().unwrap_or(self.text.len());
        let column = usize::try_from(at.column).unwrap_or(1).saturating_sub(1);
        let rest = &self.text[start..];
        start
            + rest
                .char_indices()
                .nth(column)
                .map_or(rest.len(), |(at, _)| at)
    }
}

impl Statement<'_> {
    /// As written, but for what is blanked.
    pub(super) fn text(&self) -> &str {
        &self.script.text[self.range.clone()]
    }

    /// What some of its words are written as.
    pub(super) fn slice(&self, words: &[TokenWithSpan]) -> &str {
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return "";
        };
        let (start, end) = (self.offset(first.span.start), self.offset(last.span.end));
        self.script.text.get(start..end).unwrap_or_default()
    }

    /// The words from a place to the next comma or to the end of the list that they are in.
    pub(super) fn element_at(&self, start: Location) -> Vec<TokenWithSpan> {
        let mut depth = 0_usize;
        // Asked for each column: what stands before it is passed over as it is.
        let words = (self.tokens.iter()).skip_while(|word| word.span.start != start);
        let words = words.filter(|word| !matches!(word.token, Token::Whitespace(_)));
        let mut out = Vec::new();
        for word in words {
            match word.token {
                Token::LParen => depth += 1,
                Token::RParen | Token::Comma if depth == 0 => break,
                Token::RParen => depth -= 1,
                _ => {}
            }
            out.push(word.clone());
        }
        out
    }

    /// What is temporary is no table of a store.
    pub(super) fn creates_table(&self) -> bool {
        let mut words = self.keywords();
        words.next() == Some(Keyword::CREATE)
            && words
                .find(|word| !matches!(word, Keyword::OR | Keyword::REPLACE | Keyword::UNLOGGED))
                == Some(Keyword::TABLE)
    }

    /// The database that `USE` names.
    pub(super) fn used(&self) -> Option<String> {
        let words = self.words();
        let is_use =
            |word: &Token| matches!(word, Token::Word(word) if word.keyword == Keyword::USE);
        match words.as_slice() {
            [first, name] if is_use(&first.token) => Some(name.token.to_string()),
            _ => None,
        }
    }

    /// The one that stands before the name of a table.
    pub(super) fn database(&self) -> Option<String> {
        let words = self.words();
        let mut head = words.iter().take_while(|word| word.token != Token::LParen);
        let period = head.position(|word| word.token == Token::Period)?;
        let name = words.get(period.checked_sub(1)?)?;
        Some(name.token.to_string())
    }

    /// `CREATE OR REPLACE`
    pub(super) fn replaces(&self) -> bool {
        self.keywords().nth(1) == Some(Keyword::OR)
    }

    /// `IF NOT EXISTS`
    pub(super) fn is_optional(&self) -> bool {
        self.keywords().take(4).any(|word| word == Keyword::IF)
    }

    pub(super) fn keywords(&self) -> impl Iterator<Item = Keyword> {
        self.tokens.iter().filter_map(|token| match &token.token {
            Token::Word(word) => Some(word.keyword),
            _ => None,
        })
    }

    /// Without blanks and comments.
    pub(super) fn words(&self) -> Vec<TokenWithSpan> {
        let is_word = |token: &&TokenWithSpan| !matches!(token.token, Token::Whitespace(_));
        self.tokens.iter().filter(is_word).cloned().collect()
    }

    /// The statement's words to another dialect, which may have other quotes; places stay those of the script.
    pub(super) fn tokens_in(&self, dialect: &dyn Dialect) -> Option<Vec<TokenWithSpan>> {
        let first = self.tokens.first()?.span.start;
        let shift = |at: &mut Location| {
            if at.line == 1 {
                at.column += first.column - 1;
            }
            at.line += first.line - 1;
        };
        let text = &self.script.text[self.range.clone()];
        let mut tokens = Tokenizer::new(dialect, text)
            .tokenize_with_location()
            .ok()?;
        for token in &mut tokens {
            shift(&mut token.span.start);
            shift(&mut token.span.end);
        }
        Some(tokens)
    }

    pub(super) fn offset(&self, at: Location) -> usize {
        self.script.offset(at)
    }

    /// The parser writes the place at the end of its message.
    pub(super) fn place_of(&self, message: &str) -> (String, Range<usize>) {
        let message = message.trim_start_matches("sql parser error: ");
        let Some((text, place)) = message.rsplit_once(" at Line: ") else {
            return (lower_first(message), self.range.clone());
        };
        let numbers: Vec<u64> = place
            .split(", Column: ")
            .filter_map(|number| number.trim().parse().ok())
            .collect();
        let [line, column] = numbers[..] else {
            return (lower_first(text), self.range.clone());
        };
        let at = Location { line, column };
        let token = self.tokens.iter().find(|token| token.span.start == at);
        let start = self.offset(at);
        let end = token.map_or(start, |token| self.offset(token.span.end));
        (lower_first(text), start..end)
    }
}

/// As the messages of the other languages: "expected .., found ..".
fn lower_first(message: &str) -> String {
    message
        .replacen("Expected: ", "expected ", 1)
        .replacen("found: ", "found ", 1)
}

/// `--` and `#` lines up to the statement, with no empty line between.
fn comment_above(before: &[TokenWithSpan]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line_ends = 0;
    for token in before.iter().rev() {
        match &token.token {
            Token::Whitespace(Whitespace::SingleLineComment { comment, .. }) => {
                lines.push(comment.trim().to_owned());
                line_ends = 0;
            }
            Token::Whitespace(Whitespace::Newline) if line_ends == 0 => line_ends = 1,
            Token::Whitespace(Whitespace::Space | Whitespace::Tab) => {}
            _ => break,
        }
    }
    lines.reverse();
    lines.retain(|line| !line.trim_matches(['-', '=', '*', ' ']).is_empty());
    lines
}
