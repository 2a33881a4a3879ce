//! A large file in parts, which are read side by side.

use super::ast::File;

/// A smaller file is read before a thread has started.
const LARGE: usize = 64 << 10;

/// What a part can begin with.
const STATEMENTS: [&str; 4] = ["type ", "type(", "@server(", "@server ("];

/// The parts of a large file, each with where it begins; nothing for a small one.
pub(super) fn parts(text: &str) -> Vec<(usize, &str)> {
    let mut starts = vec![0];
    while let Some(start) = starts.last().filter(|start| text.len() - **start >= LARGE) {
        let Some(next) = place(text, start + LARGE / 2) else {
            break;
        };
        starts.push(next);
    }
    parts_at(text, &starts)
}

fn parts_at<'t>(text: &'t str, starts: &[usize]) -> Vec<(usize, &'t str)> {
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let parts = starts.iter().zip(ends);
    let parts = parts.filter_map(|(start, end)| Some((*start, text.get(*start..end)?)));
    parts.filter(|_| starts.len() > 1).collect()
}

/// Behind an empty line, and before a statement with the comments above it: the first such place in the text's rest.
///
/// It may also stand in a comment or a text. Then the part before it lacks an end and can be no file; if all parts are
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

/// Two parts as one.
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
    use super::super::{in_parts, whole};
    use super::*;
    use crate::diag::Report;
    use crate::source::FileId;

    #[test]
    fn the_parts_are_the_whole() {
        let own = "// a type\ntype A {\n\tId int64 `json:\"id\"` // one\n} // behind\n\n// first\n// second\ntype (\n\tB {}\n)\n\n\
            @server(\n\tgroup: a\n)\nservice x {\n\t@handler a\n\tget /a (A)\n\n\t// here\n\t@handler b\n\tget /b returns (B)\n}\n\n\
            /*\n\ntype NotOne {}\n*/\n\ninfo(\n\tdesc: `\n\ntype NorThis {}\n`\n)\n\n@server (\n\tprefix: /b\n)\n\nservice x {\n}\n";
        let fixture = include_str!("../../fixtures/gateway/wide.api");
        let mut cut = 0;
        for text in [own, &own.replace('\n', "\r\n"), fixture] {
            let mut known = Report::default();
            let all = whole(FileId(0), text, &mut known);
            assert!(all.is_some(), "{:?}", known.iter().next());
            for at in (0..text.len()).filter_map(|from| place(text, from)) {
                let behind = place(text, at + 1);
                let starts: Vec<usize> = [0, at].into_iter().chain(behind).collect();
                let mut report = Report::default();
                let parts = parts_at(text, &starts);
                assert_eq!(parts.len(), starts.len());
                if let Some(found) = in_parts(FileId(0), text, &parts, &mut report) {
                    assert_eq!(Some(&found), all.as_ref(), "{}", &text[at..]);
                    cut += 1;
                }
            }
        }
        assert!(cut > 100, "{cut}");
    }

    #[test]
    fn only_a_large_text_has_parts() {
        assert_eq!(parts("type A {}\n\ntype B {}\n"), []);
        let text = "type A {}\n\n".repeat(20_000);
        let found = parts(&text);
        assert!(found.len() > 4, "{}", found.len());
        assert_eq!(
            found.iter().map(|(_, part)| *part).collect::<String>(),
            text
        );
        assert!(
            found
                .iter()
                .all(|(start, part)| text[*start..].starts_with(part))
        );
    }

    #[test]
    fn a_part_begins_where_a_statement_does() {
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
