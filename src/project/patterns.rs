//! The `own:` list: which files are none of zgen's business.

use camino::Utf8Path;

/// Paths below the workspace with `*` (within one name) and `**` (any depth). A folder covers all that is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patterns(Vec<String>);

impl Patterns {
    pub fn new(patterns: Vec<String>) -> Self {
        Self(patterns)
    }

    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    pub fn matches(&self, path: &Utf8Path) -> bool {
        let names: Vec<&str> = path.as_str().split('/').collect();
        self.0.iter().any(|pattern| {
            let pattern = pattern.trim_start_matches("./").trim_matches('/');
            let pattern: Vec<&str> = pattern.split('/').collect();
            // A prefix of the path is a folder that the pattern names.
            (1..=names.len()).any(|end| matches_names(&pattern, &names[..end]))
        })
    }
}

fn matches_names(pattern: &[&str], names: &[&str]) -> bool {
    match (pattern, names) {
        ([], []) => true,
        (["**", rest @ ..], _) => {
            (0..=names.len()).any(|skipped| matches_names(rest, &names[skipped..]))
        }
        ([first, pattern @ ..], [name, names @ ..]) => {
            matches_name(first, name) && matches_names(pattern, names)
        }
        _ => false,
    }
}

fn matches_name(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            let mut ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            ends.any(|at| matches_name(after, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_files_and_folders() {
        let cases = [
            ("a/b.rs", "a/b.rs", true),
            ("./a/b.rs", "a/b.rs", true),
            ("a/b.rs", "a/b.rs.bak", false),
            ("a", "a/b/c.rs", true),
            ("a/", "a/b/c.rs", true),
            ("a", "ab/c.rs", false),
            ("a/*.rs", "a/b.rs", true),
            ("a/*.rs", "a/b/c.rs", false),
            ("a/**/*.rs", "a/b/c/d.rs", true),
            ("a/**/*.rs", "a/d.rs", true),
            ("**/types.rs", "crates/x/src/types.rs", true),
            ("*", "a/b", true),
            ("*b*d", "abcd", true),
            ("*b*d", "abc", false),
            ("", "a", false),
        ];
        for (pattern, path, expected) in cases {
            let patterns = Patterns::new(vec![pattern.to_owned()]);
            assert_eq!(
                patterns.matches(path.into()),
                expected,
                "{pattern} on {path}"
            );
        }
    }
}
