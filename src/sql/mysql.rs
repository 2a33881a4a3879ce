//! MySQL's and MariaDB's words that the parser does not know, taken out of a definition or put in the parser's own.

use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

/// The tokens of a `CREATE TABLE` without what says nothing about rows and keys.
pub(super) fn create_table(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let Some(open) = tokens.iter().position(|it| it.token == Token::LParen) else {
        return tokens;
    };
    let close = closing(&tokens, open);
    let mut out = tokens[..=open].to_vec();
    let elements = split(&tokens[open + 1..close]);
    // The parser says better what is wrong with it.
    if elements.iter().any(|element| element.is_empty()) {
        return tokens;
    }
    let kept = elements
        .into_iter()
        .filter(|element| !is_passed_over(element));
    for (index, element) in kept.enumerate() {
        if index > 0 {
            out.push(like(&element[0], Token::Comma));
        }
        out.extend(self::element(element));
    }
    out.extend(tokens.get(close).cloned());
    out.extend(options(tokens.get(close + 1..).unwrap_or_default()));
    out
}

/// One column or key.
pub(super) fn element(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let is_key = is_any(
        tokens.first(),
        &["PRIMARY", "UNIQUE", "KEY", "INDEX", "CONSTRAINT"],
    );
    let mut out: Vec<TokenWithSpan> = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        let next = tokens.get(at + 1);
        // A column's name may be any word, and so may a default.
        let is_name = at == 0 || depth > 0 || is_any(out.last(), &["DEFAULT"]);
        let (taken, put) = if is_name {
            (1, Some(token.token.clone()))
        } else if is_key {
            key_word(token, next)
        } else {
            column_word(&out, token, next)
        };
        out.extend(put.map(|put| like(token, put)));
        at += taken;
    }
    out
}

/// How many tokens are taken, and what stands for them.
fn key_word(token: &TokenWithSpan, next: Option<&TokenWithSpan>) -> (usize, Option<Token>) {
    let equals = usize::from(next.is_some_and(|next| next.token == Token::Eq));
    match keyword(token).as_str() {
        "USING" | "COMMENT" => (2, None),
        "KEY_BLOCK_SIZE" => (2 + equals, None),
        "VISIBLE" | "INVISIBLE" | "IGNORED" => (1, None),
        "NOT" if is_any(next, &["IGNORED"]) => (2, None),
        _ => (1, Some(token.token.clone())),
    }
}

fn column_word(
    before: &[TokenWithSpan],
    token: &TokenWithSpan,
    next: Option<&TokenWithSpan>,
) -> (usize, Option<Token>) {
    let is_type = before.len() == 1;
    let says = |words: &[&str]| before.iter().skip(1).any(|it| is_any(Some(it), words));
    let text = |word: &str| Some(Token::make_keyword(word));
    match keyword(token).as_str() {
        "FIXED" if is_type => (1, text("DECIMAL")),
        "NCHAR" if is_type => (1, text("CHAR")),
        "NATIONAL" if is_type => (1, None),
        "LONG" if is_type && is_any(next, &["VARCHAR"]) => (2, text("MEDIUMTEXT")),
        "LONG" if is_type && is_any(next, &["VARBINARY"]) => (2, text("MEDIUMBLOB")),
        "LONG" if is_type => (1, text("MEDIUMTEXT")),
        "ZEROFILL" if says(&["UNSIGNED", "DECIMAL", "NUMERIC"]) => (1, None),
        "ZEROFILL" => (1, text("UNSIGNED")),
        "UNSIGNED" if says(&["NUMERIC", "DECIMAL"]) => (1, None),
        "BINARY"
            if says(&[
                "CHAR",
                "VARCHAR",
                "TEXT",
                "TINYTEXT",
                "MEDIUMTEXT",
                "LONGTEXT",
            ]) =>
        {
            (1, None)
        }
        "ASCII" | "UNICODE" | "BYTE" | "VISIBLE" | "INVISIBLE" => (1, None),
        "CHARSET" | "COLLATE" | "COLUMN_FORMAT" | "STORAGE" | "ENGINE_ATTRIBUTE" => (2, None),
        "CHARACTER" if is_any(next, &["SET"]) => (3, None),
        "PERSISTENT" => (1, text("STORED")),
        // SQLite's word.
        "AUTOINCREMENT" => (1, text("AUTO_INCREMENT")),
        "COMMENT" => (1, Some(token.token.clone())),
        _ => {
            // A text in either kind of quotes.
            let put = match &token.token {
                Token::DoubleQuotedString(text) => Token::SingleQuotedString(text.clone()),
                other => other.clone(),
            };
            (1, Some(put))
        }
    }
}

/// Full texts and places are searched by functions of their own; checks and references are the database's business.
fn is_passed_over(element: &[TokenWithSpan]) -> bool {
    let first = match element {
        [first, _, rest, ..] if is_any(Some(first), &["CONSTRAINT"]) => {
            if is_any(element.get(1), &["FOREIGN", "CHECK"]) {
                element.get(1)
            } else {
                Some(rest)
            }
        }
        _ => element.first(),
    };
    let is_alone = element.len() < 2;
    let words = ["FULLTEXT", "SPATIAL", "FOREIGN", "CHECK", "PERIOD"];
    // `check int` is a column.
    let is_kind = |next: &TokenWithSpan| {
        next.token == Token::LParen
            || is_any(Some(next), &["KEY", "INDEX", "FOR"])
            || matches!(&next.token, Token::Word(word) if word.quote_style.is_some())
    };
    let at = element.iter().position(|it| Some(it) == first).unwrap_or(0);
    is_alone || is_any(first, &words) && element.get(at + 1).is_some_and(is_kind)
}

/// Of a table's options, its comment.
fn options(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let Some(at) = tokens.iter().position(|it| is_any(Some(it), &["COMMENT"])) else {
        return Vec::new();
    };
    let text = tokens[at + 1..].iter().find(|it| it.token != Token::Eq);
    let Some(text) = text.and_then(|it| text_of(&it.token)) else {
        return Vec::new();
    };
    let put = |token: Token| like(&tokens[at], token);
    vec![
        put(Token::make_keyword("COMMENT")),
        put(Token::Eq),
        put(Token::SingleQuotedString(text)),
    ]
}

fn text_of(token: &Token) -> Option<String> {
    match token {
        Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => Some(text.clone()),
        _ => None,
    }
}

/// Parts between the commas that stand in no parentheses.
pub(super) fn split(tokens: &[TokenWithSpan]) -> Vec<&[TokenWithSpan]> {
    let mut depth = 0_usize;
    let parts = tokens.split(|token| {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.token == Token::Comma
    });
    parts.collect()
}

/// The parenthesis that ends what `open` begins.
pub(super) fn closing(tokens: &[TokenWithSpan], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len()
}

/// The word in capitals; empty for what stands in quotes or is none.
pub(super) fn keyword(token: &TokenWithSpan) -> String {
    match &token.token {
        Token::Word(Word {
            value,
            quote_style: None,
            ..
        }) => value.to_ascii_uppercase(),
        _ => String::new(),
    }
}

pub(super) fn is_any(token: Option<&TokenWithSpan>, words: &[&str]) -> bool {
    token.is_some_and(|token| words.contains(&keyword(token).as_str()))
}

/// Another token in the same place.
fn like(token: &TokenWithSpan, put: Token) -> TokenWithSpan {
    TokenWithSpan {
        token: put,
        span: token.span,
    }
}
