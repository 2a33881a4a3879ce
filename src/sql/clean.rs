//! A script without what no table needs: dumped rows, bodies of procedures, the marks of `/*! .. */`.

/// The statements that are blanked, wherever they end.
const PASSED_OVER: &[&str] = &[
    "CALL", "DELETE", "INSERT", "LOCK", "REPLACE", "SET", "UNLOCK", "UPDATE",
];

/// The text with a blank for every byte that is no DDL, so that every place stays what it is. Told apart by quotes and
/// comments alone: what is in a dumped row need not be read. `escapes`: whether a backslash is one inside quotes.
pub(super) fn clean(text: &str, escapes: bool) -> String {
    let mut cleaner = Cleaner {
        text,
        escapes,
        at: 0,
        delimiter: ";",
        start: None,
        hints: 0,
        out: String::with_capacity(text.len()),
    };
    cleaner.run();
    cleaner.out
}

struct Cleaner<'a> {
    text: &'a str,
    escapes: bool,
    at: usize,
    delimiter: &'a str,
    /// Where the statement has begun.
    start: Option<usize>,
    /// `/*!` that are open.
    hints: usize,
    out: String,
}

impl<'a> Cleaner<'a> {
    fn run(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            if self.start.is_none() && self.changes_delimiter() {
                continue;
            }
            let rest = self.rest();
            if rest.starts_with(self.delimiter) {
                self.finish();
                // Whatever ends it here, a semicolon does for those that read on.
                self.out.push(';');
                self.out
                    .extend(std::iter::repeat_n(' ', self.delimiter.len() - 1));
                self.at += self.delimiter.len();
                continue;
            }
            let line = rest.find('\n').unwrap_or(rest.len());
            match c {
                '\'' | '"' | '`' => self.keep(self.quoted(c)),
                '#' => self.copy(line),
                '-' if is_comment(rest, self.before()) => self.copy(line),
                '/' if rest.starts_with("/*!") || rest.starts_with("/*M!") => self.hint(),
                '*' if self.hints > 0 && rest.starts_with("*/") => {
                    self.hints -= 1;
                    self.blank(2);
                }
                '/' if rest.starts_with("/*") => {
                    self.copy(rest.find("*/").map_or(rest.len(), |end| end + 2));
                }
                '$' => self.keep(dollar_quoted(rest).unwrap_or(1)),
                c if c.is_whitespace() => self.copy(c.len_utf8()),
                c => self.keep(c.len_utf8()),
            }
        }
        self.finish();
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn before(&self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    /// `DELIMITER ;;` on a line of its own: the client's word, not the server's.
    fn changes_delimiter(&mut self) -> bool {
        let rest = self.rest();
        if !rest.starts_with(['D', 'd']) {
            return false;
        }
        let line = rest.lines().next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let is_word = (words.next()).is_some_and(|word| word.eq_ignore_ascii_case("DELIMITER"));
        let Some(delimiter) = words.next().filter(|_| is_word) else {
            return false;
        };
        self.delimiter = delimiter;
        self.blank(line.len());
        true
    }

    /// `/*!50100`, whose end is blanked when it comes.
    fn hint(&mut self) {
        let rest = self.rest();
        let mark = rest.find('!').map_or(0, |at| at + 1);
        let number = rest[mark..].bytes().take_while(u8::is_ascii_digit).count();
        self.hints += 1;
        self.blank(mark + number);
    }

    fn keep(&mut self, bytes: usize) {
        self.start.get_or_insert(self.at);
        self.copy(bytes);
    }

    fn copy(&mut self, bytes: usize) {
        self.out.push_str(&self.rest()[..bytes]);
        self.at += bytes;
    }

    fn blank(&mut self, bytes: usize) {
        let blanks = blanks(&self.rest()[..bytes]);
        self.out.push_str(&blanks);
        self.at += bytes;
    }

    fn finish(&mut self) {
        self.hints = 0;
        let Some(start) = self.start.take() else {
            return;
        };
        let words = self.out[start..].split(|c: char| !c.is_ascii_alphabetic());
        let first = words.take(1).next().unwrap_or_default();
        let is_passed_over = PASSED_OVER
            .iter()
            .any(|word| word.eq_ignore_ascii_case(first));
        // Only a body with semicolons of its own needs another delimiter.
        if is_passed_over || self.delimiter != ";" {
            let blanks = blanks(&self.out[start..]);
            self.out.replace_range(start.., &blanks);
        }
    }

    /// Up to the closing quote; a doubled one begins another text, which is as good.
    fn quoted(&self, quote: char) -> usize {
        let rest = self.rest();
        let mut escaped = false;
        for (at, c) in rest.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' if self.escapes && quote != '`' => escaped = true,
                c if c == quote => return at + 1,
                _ => {}
            }
        }
        rest.len()
    }
}

fn blanks(text: &str) -> String {
    let blank = |byte: u8| if byte == b'\n' { '\n' } else { ' ' };
    text.bytes().map(blank).collect()
}

/// `--` at the start of a word, or with a blank behind it; `5--1` is arithmetic.
fn is_comment(rest: &str, before: Option<char>) -> bool {
    let Some(behind) = rest.strip_prefix("--") else {
        return false;
    };
    let is_word = |c: char| c.is_alphanumeric() || c == ')';
    !before.is_some_and(is_word) || behind.chars().next().is_none_or(char::is_whitespace)
}

/// `$$ .. $$`, `$body$ .. $body$`.
fn dollar_quoted(rest: &str) -> Option<usize> {
    let end = rest[1..].find('$')? + 2;
    let tag = &rest[..end];
    let is_tag = |c: char| c == '$' || c == '_' || c.is_alphanumeric();
    if !tag.chars().all(is_tag) || tag[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some(end + rest[end..].find(tag)? + tag.len())
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn places_stay() {
        let cases = [
            (
                "INSERT INTO t VALUES ('a;b\\';');CREATE",
                "                               ;CREATE",
            ),
            (
                "/*!40101 SET x = 1 */;\nUSE a;",
                "                     ;\nUSE a;",
            ),
            ("/*!50503 USE a */;", "         USE a   ;"),
            (
                "DELIMITER ;;\nCREATE PROCEDURE p() BEGIN END;;\nDELIMITER ;\nUSE a;",
                "            \n                              ; \n           \nUSE a;",
            ),
            (
                "-- it's\nUSE a; # '\n/* ' */ USE `a;`;",
                "-- it's\nUSE a; # '\n/* ' */ USE `a;`;",
            ),
            (
                "insert into t values ('订单'); USE b",
                "                               ; USE b",
            ),
            (
                "DO $$ BEGIN; 'x END $$; USE `b",
                "DO $$ BEGIN; 'x END $$; USE `b",
            ),
        ];
        for (text, expected) in cases {
            let cleaned = clean(text, true);
            assert_eq!(cleaned, expected);
            assert_eq!(cleaned.len(), text.len());
        }
    }
}
