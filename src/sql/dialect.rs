//! Which database a script is for, by what only one of them says.

use sqlparser::dialect::MySqlDialect;
use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Token, Tokenizer};

use super::clean::clean;
use crate::model::Dialect;

/// `MySQL`'s where nothing tells: it is what go-zero's users write.
pub(super) fn detect(text: &str) -> Dialect {
    if text.contains("/*!") {
        return Dialect::MySql;
    }
    let Ok(tokens) = Tokenizer::new(&MySqlDialect {}, &clean(text, true)).tokenize() else {
        // A function's body between `$$`, or a backslash in a text.
        return by_words(text);
    };
    let is_word = |token: &&Token| !matches!(token, Token::Whitespace(_));
    let tokens: Vec<&Token> = tokens.iter().filter(is_word).collect();
    if tokens.iter().any(|token| is_of_mysql(token)) {
        return Dialect::MySql;
    }
    let is_of_postgres = tokens.iter().any(|token| is_of_postgres(token))
        || (tokens.windows(2)).any(|pair| is_pair_of_postgres(pair[0], pair[1]))
        || (tokens.windows(3)).any(|three| is_quoted_name(three[0], three[1], three[2]));
    if is_of_postgres {
        Dialect::Postgres
    } else {
        Dialect::MySql
    }
}

fn keyword(token: &Token) -> Option<K> {
    match token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.keyword),
        _ => None,
    }
}

fn is_of_mysql(token: &Token) -> bool {
    let is_quoted = matches!(token, Token::Word(word) if word.quote_style == Some('`'));
    let words = [
        K::ENGINE,
        K::AUTO_INCREMENT,
        K::AUTOINCREMENT,
        K::UNSIGNED,
        K::TINYINT,
        K::MEDIUMINT,
        K::DATETIME,
        K::LONGTEXT,
        K::MEDIUMTEXT,
    ];
    is_quoted || keyword(token).is_some_and(|word| words.contains(&word))
}

fn is_of_postgres(token: &Token) -> bool {
    let words = [K::TIMESTAMPTZ, K::TIMETZ, K::BYTEA, K::JSONB, K::IDENTITY];
    let names = [
        "serial",
        "bigserial",
        "smallserial",
        "serial4",
        "serial8",
        "citext",
        "plpgsql",
    ];
    let is_named = |token: &Token| match token {
        Token::Word(word) => names.contains(&word.value.to_ascii_lowercase().as_str()),
        _ => false,
    };
    matches!(token, Token::DoubleColon)
        || keyword(token).is_some_and(|word| words.contains(&word))
        || is_named(token)
}

/// `TABLE "items" (`, `, "id" BIGINT`: to MySQL, it would be a text.
fn is_quoted_name(before: &Token, name: &Token, after: &Token) -> bool {
    let is_before = matches!(before, Token::LParen | Token::Comma | Token::Period)
        || matches!(keyword(before), Some(K::TABLE | K::EXISTS | K::ONLY));
    let is_after = matches!(after, Token::Word(_) | Token::LParen | Token::Period);
    matches!(name, Token::DoubleQuotedString(_)) && is_before && is_after
}

/// `COMMENT ON`, `CREATE TYPE`, `OWNER TO`, `TABLE ONLY`, `WITHOUT TIME`.
fn is_pair_of_postgres(first: &Token, second: &Token) -> bool {
    let pairs = [
        (K::COMMENT, K::ON),
        (K::CREATE, K::TYPE),
        (K::CREATE, K::EXTENSION),
        (K::OWNER, K::TO),
        (K::TABLE, K::ONLY),
        (K::WITHOUT, K::TIME),
        (K::WITH, K::TIME),
    ];
    match (keyword(first), keyword(second)) {
        (Some(first), Some(second)) => pairs.contains(&(first, second)),
        _ => false,
    }
}

fn by_words(text: &str) -> Dialect {
    let text = text.to_ascii_lowercase();
    let of_mysql = ["`", "engine", "auto_increment"];
    let of_postgres = [
        "$$",
        "::",
        "serial",
        "timestamptz",
        "comment on",
        "create type",
    ];
    if of_postgres.iter().any(|word| text.contains(word))
        && !of_mysql.iter().any(|word| text.contains(word))
    {
        Dialect::Postgres
    } else {
        Dialect::MySql
    }
}
