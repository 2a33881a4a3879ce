//! What is stable in `SHOW CREATE TABLE`, and its order: a table that another one refers to comes first.

use std::collections::BTreeMap;

/// Without the number that the next row would get, which every insert changes.
pub(super) fn without_counter(statement: &str) -> String {
    const COUNTER: &str = " AUTO_INCREMENT=";
    let mut out = String::with_capacity(statement.len());
    let mut quote = None;
    let mut escaped = false;
    let mut rest = statement;
    while let Some(c) = rest.chars().next() {
        if let Some(number) = rest.strip_prefix(COUNTER).filter(|_| quote.is_none()) {
            rest = number.trim_start_matches(|c: char| c.is_ascii_digit());
            continue;
        }
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('\'' | '"'), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(c),
            _ => {}
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// The statements by name, each behind those that it refers to, as far as they do not refer to each other.
pub(super) fn by_reference(tables: &BTreeMap<String, String>) -> Vec<&str> {
    let mut order = Order {
        tables,
        visited: Vec::new(),
        out: Vec::new(),
    };
    for name in tables.keys() {
        order.visit(name);
    }
    order.out
}

struct Order<'a> {
    tables: &'a BTreeMap<String, String>,
    visited: Vec<&'a str>,
    out: Vec<&'a str>,
}

impl Order<'_> {
    fn visit(&mut self, name: &str) {
        let Some((name, statement)) = self.tables.get_key_value(name) else {
            return;
        };
        if self.visited.contains(&name.as_str()) {
            return;
        }
        self.visited.push(name);
        for rest in statement.split(" REFERENCES `").skip(1) {
            if let Some(other) = rest.split('`').next() {
                self.visit(other);
            }
        }
        self.out.push(statement);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{by_reference, without_counter};

    #[test]
    fn a_counter_is_one_outside_of_quotes() {
        let cases = [
            (
                ") ENGINE=InnoDB AUTO_INCREMENT=71 DEFAULT CHARSET=utf8mb4 COMMENT='it''s AUTO_INCREMENT=5'",
                ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='it''s AUTO_INCREMENT=5'",
            ),
            (
                "(`a AUTO_INCREMENT=1` int DEFAULT '\\' AUTO_INCREMENT=2') AUTO_INCREMENT=3",
                "(`a AUTO_INCREMENT=1` int DEFAULT '\\' AUTO_INCREMENT=2')",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(without_counter(text), expected);
        }
    }

    #[test]
    fn references_come_first() {
        let tables = [
            ("a", "a REFERENCES `b` (`id`)"),
            ("b", "b REFERENCES `c` (`id`), REFERENCES `b` (`id`)"),
            ("c", "c REFERENCES `a` (`id`)"),
            ("d", "d REFERENCES `elsewhere` (`id`)"),
        ];
        let tables: BTreeMap<_, _> = tables
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into();
        let order: Vec<_> = by_reference(&tables)
            .iter()
            .map(|text| &text[..1])
            .collect();
        assert_eq!(order, ["c", "b", "a", "d"]);
    }
}
