//! A large file in two halves, which are read side by side.

use super::ast::File;

/// A smaller file is read before a thread has started.
const LARGE: usize = 64 << 10;

/// What a half can begin with.
const STATEMENTS: [&str; 4] = ["type ", "type(", "@server(", "@server ("];

/// Where the second half of a large file begins.
pub(super) fn middle(text: &str) -> Option<usize> {
    let is_large = text.len() >= LARGE;
    is_large.then(|| place(text, text.len() / 2)).flatten()
}

/// Behind an empty line, and before a statement with the comments above it: the first such place in the text's rest.
///
/// It may also stand in a comment or a text. Then the first half lacks an end and can be no file; if both halves are
/// files, the whole means what they mean, since every statement has an end of its own.
fn place(text: &str, from: usize) -> Option<usize> {
    let from = (from..text.len()).find(|at| text.is_char_boundary(*at))?;
    let (mut at, mut found) = (from, None);
    // The first line may be the end of one.
    for (number, line) in text[from..].split_inclusive('\n').enumerate() {
        let begins = STATEMENTS.iter().any(|start| line.starts_with(start));
        match found {
            Some(start) if begins => return Some(start),
            Some(_) if line.starts_with("//") => {}
            _ if number > 0 && line.trim().is_empty() => found = Some(at + line.len()),
            _ => found = None,
        }
        at += line.len();
    }
    None
}

/// Both halves as one.
pub(super) fn joined(mut one: File, other: File) -> File {
    one.syntax.extend(other.syntax);
    one.info.extend(other.info);
    one.imports.extend(other.imports);
    one.types.extend(other.types);
    one.services.extend(other.services);
    one
}

#[cfg(test)]
mod tests {
    use super::super::{both, whole};
    use super::*;
    use crate::diag::Report;
    use crate::source::FileId;

    #[test]
    fn two_halves_are_the_whole() {
        let own = "// a type\ntype A {\n\tId int64 `json:\"id\"` // one\n} // behind\n\n// first\n// second\ntype (\n\tB {}\n)\n\n\
            @server(\n\tgroup: a\n)\nservice x {\n\t@handler a\n\tget /a (A)\n\n\t// here\n\t@handler b\n\tget /b returns (B)\n}\n\n\
            /*\n\ntype NotOne {}\n*/\n\ninfo(\n\tdesc: `\n\ntype NorThis {}\n`\n)\n\n@server (\n\tprefix: /b\n)\n\nservice x {\n}\n";
        let fixture = include_str!("../../fixtures/gateway/wide.api");
        let mut halved = 0;
        for text in [own, &own.replace('\n', "\r\n"), fixture] {
            let mut known = Report::default();
            let all = whole(FileId(0), text, &mut known);
            assert!(all.is_some(), "{:?}", known.iter().next());
            for at in (0..text.len()).filter_map(|from| place(text, from)) {
                let mut report = Report::default();
                if let Some(found) = both(FileId(0), text, at, &mut report) {
                    assert_eq!(Some(&found), all.as_ref(), "{}", &text[at..]);
                    halved += 1;
                }
            }
        }
        assert!(halved > 100, "{halved}");
    }

    #[test]
    fn a_half_begins_where_a_statement_does() {
        let cases = [
            ("type A {}\n\ntype B {}\n", Some("type B {}\n")),
            ("type A {}\ntype B {}\n", None),
            ("x\n\n// b\n// c\ntype B {}", Some("// b\n// c\ntype B {}")),
            ("x\n\n// b\n\ntype B {}", Some("type B {}")),
            ("x\n\n// b\n\ttype B {}", None),
            ("x\r\n\r\n@server(\r\n", Some("@server(\r\n")),
            ("x\n\nservice x {}\n", None),
            ("é\n\ntype B {}", Some("type B {}")),
        ];
        for (text, expected) in cases {
            let found = place(text, 1).map(|at| &text[at..]);
            assert_eq!(found, expected, "{text}");
        }
    }
}
