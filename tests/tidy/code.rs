//! Rust sources as the rules see them: without comments and the insides of strings, with and without their tests.

use std::collections::BTreeSet;
use std::path::Path;

use crate::files;

/// One file below `src/` or `rt/src/`.
pub(crate) struct Source {
    /// From the repository's root.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Comments and the insides of strings are blanks, line ends are kept.
    pub(crate) code: String,
    /// `code` without what is compiled for tests only.
    pub(crate) shipped: String,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let code = blanked(text);
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            shipped: without_tests(&code),
            code,
        }
    }
}

/// All sources of the two crates.
pub(crate) fn sources() -> Vec<Source> {
    let all: Vec<_> = files::below(&["src", "rt/src"])
        .into_iter()
        .filter(|path| files::is(path, "rs"))
        .map(|path| Source::new(&path, &files::read(&path)))
        .collect();
    let tests: BTreeSet<_> = all.iter().flat_map(test_modules).collect();
    let shipped = |mut source: Source| {
        if tests.contains(&source.path) {
            source.shipped = String::new();
        }
        source
    };
    all.into_iter().map(shipped).collect()
}

/// The line of a byte offset, from 1.
pub(crate) fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Blanks out comments, strings and characters.
fn blanked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = skipped(rest, out.chars().next_back());
        if length == 0 {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (skipped, after) = rest.split_at(length);
        out.extend(skipped.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = after;
    }
    out
}

/// How many bytes of a comment or literal start here.
fn skipped(rest: &str, before: Option<char>) -> usize {
    let word_before = before.is_some_and(is_word);
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    if rest.starts_with('"') {
        return quoted(rest, 1);
    }
    let raw = rest.strip_prefix('b').unwrap_or(rest);
    if let Some(hashes) = raw.strip_prefix('r').filter(|_| !word_before) {
        let count = hashes.len() - hashes.trim_start_matches('#').len();
        if hashes[count..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(count));
            let start = rest.len() - hashes.len() + count + 1;
            let length = rest[start..].find(&end).map(|at| start + at + end.len());
            return length.unwrap_or(rest.len());
        }
    }
    // A lifetime has no second quote where a character has it.
    let mut chars = rest.char_indices();
    match (chars.next(), chars.next(), chars.next()) {
        (Some((_, '\'')), Some((_, '\\')), Some((at, escaped))) => {
            let from = at + escaped.len_utf8();
            rest[from..].find('\'').map_or(0, |end| from + end + 1)
        }
        (Some((_, '\'')), Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn quoted(rest: &str, from: usize) -> usize {
    let mut escaped = false;
    for (at, c) in rest[from..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return from + at + 1,
            _ => {}
        }
    }
    rest.len()
}

const TEST_ONLY: &str = "#[cfg(test)]";

/// Blanks the items behind `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, item)) = rest.split_once(TEST_ONLY) {
        let (skipped, after) = item.split_at(item_length(item));
        out.push_str(before);
        out.extend(skipped.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    out + rest
}

fn item_length(item: &str) -> usize {
    let mut depth = 0;
    for (at, c) in item.char_indices() {
        match c {
            ';' if depth == 0 => return at + 1,
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    item.len()
}

/// The files of modules that are declared for tests only.
fn test_modules(source: &Source) -> Vec<String> {
    let path = Path::new(&source.path);
    let stem = path.file_stem().unwrap_or_default();
    let folder = path.parent().unwrap_or(Path::new(""));
    let folder = if ["mod", "lib", "main"].iter().any(|root| stem == *root) {
        folder.to_owned()
    } else {
        folder.join(stem)
    };
    let declared = source.code.split(TEST_ONLY).skip(1).filter_map(|item| {
        let name = item.trim_start().strip_prefix("mod ")?;
        let name = name.split_once(';')?.0;
        (!name.contains('{')).then(|| format!("{}/{name}.rs", folder.display()))
    });
    declared.collect()
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[test]
fn comments_strings_and_tests_are_blanked() {
    let cases = [
        ("a // b\nc", "a     \nc"),
        ("a /* b /* c */ d */ e", "a                   e"),
        (
            r#"f("a\"b", 'x', '\'', '\u{1}')"#,
            "f(      ,    ,     ,        )",
        ),
        (r##"f(r#"a"b"#, br"c")"##, "f(        ,      )"),
        ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
        ("let er = \"\";", "let er =   ;"),
    ];
    for (text, expected) in cases {
        assert_eq!(blanked(text), expected, "{text}");
    }
    let text = "use a;\n#[cfg(test)]\nmod tests {\n  fn f() { g() }\n}\nfn h() {}\n";
    let source = Source::new("src/x.rs", text);
    assert_eq!(source.shipped, "use a;\n\n\n\n\nfn h() {}\n");
    for (path, expected) in [
        ("src/a/mod.rs", "src/a/tests.rs"),
        ("src/a.rs", "src/a/tests.rs"),
        ("src/lib.rs", "src/tests.rs"),
    ] {
        let source = Source::new(path, "#[cfg(test)]\nmod tests;\nfn f() {}");
        assert_eq!(test_modules(&source), [expected]);
        assert_eq!(source.shipped.trim(), "fn f() {}");
    }
}
