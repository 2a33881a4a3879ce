//! Other programs' text on its way to the terminal.

/// Without terminal escape sequences.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\x1b' {
            plain.push(char);
        } else if chars.next() == Some('[') {
            // A control sequence: parameters up to a letter or one of a few signs.
            chars.by_ref().find(|char| ('@'..='~').contains(char));
        }
    }
    plain
}

/// With control characters spelt out, because what a service sends must not steer the terminal.
pub(super) fn clean(text: &str) -> String {
    if !text.contains(char::is_control) {
        return text.to_owned();
    }
    let mut clean = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_control() {
            clean.extend(char.escape_default());
        } else {
            clean.push(char);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_go() {
        let cases = [
            ("plain", "plain"),
            ("\x1b[1m\x1b[32m   Compiling\x1b[0m a", "   Compiling a"),
            ("\x1b[38;5;9merror", "error"),
            ("cut \x1b[3", "cut "),
            ("\x1b", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }

    #[test]
    fn control_characters_are_spelt_out() {
        assert_eq!(clean("a\tb\x07ü"), "a\\tb\\u{7}ü");
    }
}
