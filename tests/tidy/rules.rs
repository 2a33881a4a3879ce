//! What may be used where.

use crate::code::{Source, is_word, line, sources};
use crate::expect_none;

/// Something that code can mention.
#[derive(Clone, Copy)]
enum Word {
    /// A crate: `clap::..` or `use clap;`.
    Crate(&'static str),
    /// A piece of code, at the borders of words.
    Code(&'static str),
}
use Word::{Code, Crate};

struct Rule {
    /// Completes "x: `word` ..".
    why: &'static str,
    /// Paths that the rule is about, by their beginnings.
    within: &'static [&'static str],
    /// Where the words are at home, or are allowed with the reason that stands beside them.
    home: &'static [&'static str],
    words: &'static [Word],
    /// Whether code that is compiled for tests only has to keep it too.
    tests_too: bool,
    /// Code that the rule must refuse.
    bad: &'static [&'static str],
}

/// The passes from sources to files: pure functions.
const PASSES: &[&str] = &[
    "src/analyze",
    "src/breaking",
    "src/diag",
    "src/emit",
    "src/generate.rs",
    "src/inspect",
    "src/lower",
    "src/model",
    "src/openapi",
    "src/proto",
    "src/rust",
    "src/sql",
    "src/syntax",
];

const RULES: &[Rule] = &[
    Rule {
        why: "only src/syntax knows the grammar's tool",
        within: &["src/"],
        home: &["src/syntax/"],
        words: &[Crate("pest"), Crate("pest_derive")],
        tests_too: true,
        bad: &[
            "use pest::Parser as _;",
            "fn f(p: pest::iterators::Pair<R>) {}",
        ],
    },
    Rule {
        why: "only src/proto knows how protobuf is compiled",
        within: &["src/"],
        home: &["src/proto/"],
        words: &[
            Crate("protox"),
            Crate("prost"),
            Crate("prost_types"),
            Crate("prost_build"),
            Crate("tonic_prost_build"),
            Crate("miette"),
        ],
        tests_too: true,
        bad: &[
            "use prost_types::FileDescriptorSet;",
            "let x = protox::compile(a, b);",
        ],
    },
    Rule {
        why: "only src/sql knows the SQL parser",
        within: &["src/"],
        home: &["src/sql/"],
        words: &[Crate("sqlparser")],
        tests_too: true,
        bad: &["use sqlparser::ast;"],
    },
    Rule {
        why: "only src/database knows a database's driver",
        within: &["src/"],
        home: &["src/database/"],
        words: &[Crate("sqlx")],
        tests_too: true,
        bad: &["use sqlx::Connection as _;"],
    },
    Rule {
        why: "only src/emit knows the template engine",
        within: &["src/"],
        home: &["src/emit/"],
        words: &[Crate("askama"), Crate("minijinja")],
        tests_too: true,
        bad: &["#[derive(askama::Template)] struct X;"],
    },
    Rule {
        why: "only src/cli knows the argument parser",
        within: &["src/"],
        home: &["src/cli/"],
        words: &[Crate("clap")],
        tests_too: true,
        bad: &["#[derive(clap::Args)] struct X;", "use clap;"],
    },
    Rule {
        why: "only src/parallel.rs knows how work is shared out",
        within: &["src/"],
        home: &["src/parallel.rs"],
        words: &[Crate("rayon")],
        tests_too: true,
        bad: &["use rayon::prelude::*;"],
    },
    Rule {
        why: "only src/diag knows how findings are drawn",
        within: &["src/"],
        home: &["src/diag/"],
        words: &[Crate("annotate_snippets"), Crate("strsim")],
        tests_too: true,
        bad: &["use annotate_snippets::Level;"],
    },
    Rule {
        why: "only `zgen dev` and what asks databases are asynchronous and talk to a network",
        within: &["src/"],
        home: &["src/dev/", "src/database/"],
        words: &[
            Crate("tokio"),
            Crate("hyper"),
            Crate("hyper_util"),
            Crate("http_body_util"),
            Crate("tonic"),
            Crate("opentelemetry_proto"),
            Crate("rustix"),
        ],
        tests_too: true,
        bad: &["tokio::spawn(x);"],
    },
    Rule {
        why: "only src/write compares with the disk",
        within: &["src/"],
        home: &["src/write/"],
        words: &[
            Crate("tempfile"),
            Crate("toml_edit"),
            Crate("diffy"),
            Crate("sha2"),
        ],
        tests_too: false,
        bad: &["use toml_edit::DocumentMut;"],
    },
    Rule {
        why: "only src/write writes",
        within: &["src/"],
        home: &["src/write/"],
        words: &[
            Code("fs::write"),
            Code("fs::create_dir"),
            Code("fs::create_dir_all"),
            Code("fs::remove_file"),
            Code("fs::remove_dir"),
            Code("fs::remove_dir_all"),
            Code("fs::rename"),
            Code("fs::copy"),
            Code("fs::hard_link"),
            Code("fs::set_permissions"),
            Code("File::create"),
            Code("File::create_new"),
            Code("File::options"),
            Code("OpenOptions"),
        ],
        tests_too: false,
        bad: &["std::fs::write(a, b)?;", "let f = File::create(path)?;"],
    },
    Rule {
        why: "only `main` ends the process",
        within: &["src/"],
        home: &["src/main.rs", "src/cli/exit.rs"],
        words: &[
            Code("process::exit"),
            Code("process::abort"),
            Code("ExitCode"),
        ],
        tests_too: true,
        bad: &["std::process::exit(2)", "fn f() -> ExitCode {}"],
    },
    Rule {
        why: "only src/cli prints; everything else gives back what there is to say, or takes a writer",
        within: &["src/"],
        home: &["src/cli/"],
        words: &[
            Code("print!"),
            Code("println!"),
            Code("eprint!"),
            Code("eprintln!"),
            Code("dbg!"),
            Code("io::stdout"),
            Code("io::stderr"),
        ],
        tests_too: true,
        bad: &[
            "println!(\"x\");",
            "let x = dbg!(y);",
            "std::io::stdout().lock()",
        ],
    },
    Rule {
        why: "a service speaks through its log",
        within: &["rt/src/"],
        // Unread keys are told before there is a log; the log itself goes to the standard error.
        home: &["rt/src/config/file.rs", "rt/src/log.rs"],
        words: &[
            Code("print!"),
            Code("println!"),
            Code("eprint!"),
            Code("eprintln!"),
            Code("dbg!"),
            Code("io::stdout"),
            Code("io::stderr"),
        ],
        tests_too: true,
        bad: &["eprintln!(\"x\");"],
    },
    Rule {
        why: "generation is a pure function: no clock, environment, disk, chance or hash order",
        within: PASSES,
        home: &[],
        words: &[
            Code("std::time"),
            Code("SystemTime"),
            Code("Instant"),
            Code("std::env"),
            Code("env::var"),
            Code("std::fs"),
            Code("fs::read"),
            Code("std::process"),
            Code("std::thread"),
            Code("HashMap"),
            Code("HashSet"),
            Code("RandomState"),
        ],
        tests_too: false,
        bad: &[
            "use std::collections::{BTreeMap, HashMap};",
            "let now = std::time::SystemTime::now();",
            "let home = std::env::var(\"HOME\");",
        ],
    },
    Rule {
        why: "what a user or a caller can cause is an error, not a crash",
        within: &["src/", "rt/src/"],
        home: &[],
        words: &[
            Code(".unwrap()"),
            Code(".unwrap_err()"),
            Code(".expect("),
            Code(".expect_err("),
            Code("panic!"),
            Code("todo!"),
            Code("unimplemented!"),
            Code("unreachable!"),
            Code("assert!"),
            Code("assert_eq!"),
            Code("assert_ne!"),
        ],
        tests_too: false,
        bad: &[
            "let x = y.unwrap();",
            "y\n    .expect(\"there\");",
            "_ => unreachable!(),",
        ],
    },
    Rule {
        why: "the runtime is vendored into every workspace, so its tests live in rt/tests",
        within: &["rt/src/"],
        home: &[],
        words: &[
            Code("#[test]"),
            Code("#[cfg(test)]"),
            Code("#[tokio::test]"),
        ],
        tests_too: true,
        bad: &["#[cfg(test)]\nmod tests {}"],
    },
];

impl Rule {
    fn findings(&self, source: &Source) -> Vec<String> {
        let starts = |paths: &[&str]| paths.iter().any(|path| source.path.starts_with(path));
        if !starts(self.within) || starts(self.home) {
            return Vec::new();
        }
        let code = if self.tests_too {
            &source.code
        } else {
            &source.shipped
        };
        let mut findings = Vec::new();
        for word in self.words {
            let (text, places) = word.places(code);
            findings.extend(places.iter().map(|at| {
                let (path, line, why) = (&source.path, line(code, *at), self.why);
                format!("{path}:{line}: `{text}`: {why}")
            }));
        }
        findings
    }
}

impl Word {
    fn places(self, code: &str) -> (&'static str, Vec<usize>) {
        match self {
            Crate(name) => (name, crate_places(code, name)),
            Code(text) => (text, whole_places(code, text)),
        }
    }
}

/// Where a crate is named: at the start of a path.
pub(crate) fn crate_places(code: &str, name: &str) -> Vec<usize> {
    let mut places = whole_places(code, name);
    places.retain(|at| {
        let (before, after) = (code[..*at].trim_end(), &code[at + name.len()..]);
        // `::name::` is a crate too, `other::name::` is not.
        let inside = |path: &str| path.ends_with(|c| is_word(c) || c == '>');
        let is_nested = before.strip_suffix("::").is_some_and(inside);
        let is_path = after.starts_with("::") && !is_nested;
        let is_use = before.ends_with("use") && after.trim_start().starts_with([';', 'a']);
        is_path || is_use
    });
    places
}

/// Where a text stands and is not part of a longer word.
fn whole_places(code: &str, text: &str) -> Vec<usize> {
    let places = code.match_indices(text).map(|(at, _)| at);
    let is_whole = |at: &usize| {
        let before = code[..*at].chars().next_back();
        let after = code[at + text.len()..].chars().next();
        let joins = |edge: Option<char>, next: Option<char>| {
            edge.is_some_and(is_word) && next.is_some_and(is_word)
        };
        !joins(text.chars().next(), before) && !joins(text.chars().next_back(), after)
    };
    places.filter(is_whole).collect()
}

#[test]
fn everything_is_used_where_it_belongs() {
    let sources = sources();
    assert!(sources.len() > 150, "only {} files", sources.len());
    let mut findings = Vec::new();
    for rule in RULES {
        for path in rule.within.iter().chain(rule.home) {
            assert!(
                sources.iter().any(|source| source.path.starts_with(path)),
                "{path} is gone: {}",
                rule.why
            );
        }
        findings.extend(sources.iter().flat_map(|source| rule.findings(source)));
    }
    expect_none(&findings);
}

#[test]
fn every_rule_can_fail() {
    for rule in RULES {
        let inside = format!("{}/x.rs", rule.within[0].trim_end_matches('/'));
        for bad in rule.bad {
            let source = Source::new(&inside, bad);
            assert!(!rule.findings(&source).is_empty(), "{bad}: {}", rule.why);
            let commented: String = bad.lines().flat_map(|line| ["// ", line, "\n"]).collect();
            let quoted = format!("let x = {bad:?};");
            let test = format!("#[cfg(test)]\nmod tests {{\n{bad}\n}}");
            for (good, harmless) in [(commented, true), (quoted, true), (test, !rule.tests_too)] {
                let found = rule.findings(&Source::new(&inside, &good));
                assert_eq!(found.is_empty(), harmless, "{good}: {}", rule.why);
            }
            for home in rule.home {
                let source = Source::new(&format!("{home}x.rs"), bad);
                assert!(rule.findings(&source).is_empty(), "{home}: {}", rule.why);
            }
        }
        assert!(!rule.bad.is_empty(), "{}", rule.why);
    }
}

#[test]
fn parts_of_words_and_paths_are_no_mention() {
    for good in [
        "crate::clap::x()",
        "clapper::x()",
        "self.clap.x()",
        "let clap = 1;",
    ] {
        assert!(crate_places(good, "clap").is_empty(), "{good}");
    }
    assert_eq!(crate_places("x: ::clap::Args", "clap"), [5]);
    for good in ["eprintln!()", "println2!()"] {
        assert!(whole_places(good, "println!").is_empty(), "{good}");
    }
}
