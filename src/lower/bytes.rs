//! Bytes as Rust writes them.

/// The lines of a byte string, each but the last to be followed by `\`, which drops the space at the start of the next.
pub(super) fn lines(bytes: &[u8]) -> Vec<String> {
    const WIDTH: usize = 94;
    let mut lines = Vec::new();
    let mut line = String::new();
    for byte in bytes {
        let escaped = match byte {
            b' ' if line.is_empty() => "\\x20".to_owned(),
            0 => "\\0".to_owned(),
            byte => byte.escape_ascii().to_string(),
        };
        if line.len() + escaped.len() > WIDTH {
            lines.push(std::mem::take(&mut line));
            // What was no start has become one.
            line.push_str(if *byte == b' ' { "\\x20" } else { &escaped });
        } else {
            line.push_str(&escaped);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn a_line_starts_with_no_space_that_would_be_dropped() {
        for (bytes, expected) in [
            (&b""[..], vec![String::new()]),
            (b"a\n\0\"\\ \xff", vec![r#"a\n\0\"\\ \xff"#.to_owned()]),
            (b" a", vec![r"\x20a".to_owned()]),
            (
                &[&[b'a'; 94][..], b" b"].concat(),
                vec!["a".repeat(94), r"\x20b".to_owned()],
            ),
        ] {
            assert_eq!(lines(bytes), expected);
        }
    }
}
