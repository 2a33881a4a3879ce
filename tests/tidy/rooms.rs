//! Which room of `src/` knows which, and that the two rooms of data hold data.

use std::collections::BTreeSet;

use crate::code::{Source, is_word, line, sources};
use crate::expect_none;

/// Each room with the rooms that it may name. What is not in this table is not in the house.
const ROOMS: &[(&str, &[&str])] = &[
    ("parallel", &[]),
    ("source", &[]),
    ("style", &[]),
    ("diag", &["source"]),
    ("model", &["source"]),
    ("project", &["model"]),
    ("syntax", &["diag", "parallel", "source"]),
    ("proto", &["diag", "model", "source", "syntax"]),
    ("sql", &["diag", "model", "source"]),
    (
        "analyze",
        &[
            "diag", "model", "parallel", "project", "proto", "source", "sql", "syntax",
        ],
    ),
    ("migrate", &["diag", "model", "source", "sql"]),
    ("format", &["diag", "source", "syntax"]),
    ("inspect", &["model", "source"]),
    ("openapi", &["model"]),
    ("breaking", &["diag", "model", "source"]),
    ("git", &["source"]),
    ("database", &["model"]),
    // Whose a file is (`Owner`) is said where files are.
    ("rust", &["emit"]),
    (
        "lower",
        &[
            "emit", "model", "parallel", "project", "proto", "rust", "style",
        ],
    ),
    ("emit", &["parallel", "rust", "style"]),
    (
        "generate",
        &[
            "analyze", "diag", "emit", "lower", "migrate", "model", "project", "source",
        ],
    ),
    ("write", &["emit", "parallel", "project", "style"]),
    ("sample", &["generate", "project", "source", "write"]),
    ("dev", &["sample", "write"]),
    (
        "cli",
        &[
            "analyze", "breaking", "database", "dev", "diag", "emit", "format", "generate", "git",
            "inspect", "model", "openapi", "project", "proto", "source", "sql", "write",
        ],
    ),
];

/// Data has look-ups and conversions, not passes.
const MAX_FUNCTION: usize = 25;

fn room(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    let room = inside.split(['/', '.']).next()?;
    (room != "lib" && room != "main").then_some(room)
}

/// The rooms that code names, each with a place.
fn named(code: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| is_word(c) || c == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let words = match rest.strip_prefix('{') {
            // Of `{a::{b, c}, d}` the names at the outer level.
            Some(list) => outer(list),
            None => vec![rest],
        };
        let name = |word: &str| word.chars().take_while(|c| is_word(*c)).collect::<String>();
        found.extend(words.into_iter().map(|word| (name(word), at)));
    }
    found
}

fn outer(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut words) = (0, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '}' if depth == 0 => {
                words.push(list[start..at].trim());
                break;
            }
            ',' if depth == 0 => {
                words.push(list[start..at].trim());
                start = at + 1;
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn strangers(source: &Source) -> Vec<String> {
    let path = &source.path;
    let Some(room) = room(path) else {
        return Vec::new();
    };
    let Some((_, friends)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return vec![format!(
            "{path}: `{room}` is not in the table of rooms; say there what it may know"
        )];
    };
    let is_room = |name: &str| ROOMS.iter().any(|(room, _)| *room == name);
    named(&source.shipped)
        .into_iter()
        .filter(|(name, _)| is_room(name) && name != room && !friends.contains(&name.as_str()))
        .map(|(name, at)| {
            let line = line(&source.shipped, at);
            format!("{path}:{line}: `{room}` does not know `{name}`")
        })
        .collect()
}

fn long_functions(source: &Source) -> Vec<String> {
    let code = &source.shipped;
    let starts = code.match_indices("fn ").map(|(at, _)| at);
    let lengths = starts.filter_map(|at| {
        let body = &code[at..at + code[at..].find('{')?];
        let mut depth = 0;
        let end = code[at + body.len()..].char_indices().find(|(_, c)| {
            depth += i32::from(*c == '{') - i32::from(*c == '}');
            depth == 0
        })?;
        let lines = code[at..at + body.len() + end.0].matches('\n').count() + 1;
        Some((at, lines))
    });
    lengths
        .filter(|(_, lines)| *lines > MAX_FUNCTION)
        .map(|(at, lines)| {
            let (path, line) = (&source.path, line(code, at));
            format!("{path}:{line}: a function of {lines} lines; passes live elsewhere")
        })
        .collect()
}

#[test]
fn rooms_know_only_what_they_need() {
    let sources = sources();
    let found = sources.iter().flat_map(strangers);
    expect_none(&found.collect::<Vec<_>>());
    let there: BTreeSet<_> = sources
        .iter()
        .filter_map(|source| room(&source.path))
        .collect();
    let listed: BTreeSet<_> = ROOMS.iter().map(|(room, _)| *room).collect();
    assert_eq!(there, listed);
}

#[test]
fn data_is_data() {
    let sources = sources();
    let is_data = |source: &&Source| matches!(room(&source.path), Some("model" | "rust"));
    let found = sources.iter().filter(is_data).flat_map(long_functions);
    expect_none(&found.collect::<Vec<_>>());
    let long = format!("fn f() {{\n{}}}\n", "    g();\n".repeat(MAX_FUNCTION));
    assert_eq!(
        long_functions(&Source::new("src/model/x.rs", &long)).len(),
        1
    );
    assert!(long_functions(&Source::new("src/model/x.rs", "fn f() {\n    g();\n}\n")).is_empty());
}

#[test]
fn strangers_are_found() {
    let cases = [
        ("src/emit/x.rs", "use crate::model::Gateway;", 1),
        ("src/emit/x.rs", "use crate::rust::Body;", 0),
        ("src/rust/x.rs", "fn f(x: crate::syntax::ast::File) {}", 1),
        (
            "src/analyze/x.rs",
            "use crate::{diag::{A, B}, lower, write::Plan};",
            2,
        ),
        ("src/attic/x.rs", "", 1),
        (
            "src/write/x.rs",
            "macro_rules! m { () => { $crate::lower::x() } }",
            0,
        ),
        ("src/lib.rs", "use crate::lower;", 0),
        ("src/emit/x.rs", "// crate::model", 0),
    ];
    for (path, code, count) in cases {
        assert_eq!(strangers(&Source::new(path, code)).len(), count, "{code}");
    }
}
