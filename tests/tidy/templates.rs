//! Templates print what was decided in Rust (`templates/README.md`).

use crate::{expect_none, files};

const MAX_LINES: usize = 100;

const TAGS: &[&str] = &[
    "for", "endfor", "if", "else", "endif", "match", "when", "endmatch", "include", "let",
];

/// What stands between them is another program's template, such as Helm's: all of it is printed.
const RAW: (&str, &str) = ("{% raw %}", "{% endraw %}");

/// The text without what is printed as it is.
fn without_raw(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, raw)) = rest.split_once(RAW.0) {
        out += before;
        rest = raw.split_once(RAW.1).map_or("", |(_, after)| after);
    }
    out + rest
}

/// What generated code must not do, but in its tests.
const ROUGH: &[&str] = &[".unwrap()", ".expect(", "todo!", "unimplemented!", "panic!"];

/// The insides of `{{ }}` and `{% %}`, with whether it is a tag.
fn expressions(text: &str) -> Vec<(bool, &str)> {
    let mut found = Vec::new();
    for (open, close, is_tag) in [("{%", "%}", true), ("{{", "}}", false)] {
        let parts = text.split(open).skip(1);
        let insides = parts.map(|part| part.split(close).next().unwrap_or(part));
        let trimmed = insides.map(|inside| inside.trim_matches(['-', '+', '~']).trim());
        found.extend(trimmed.map(|inside| (is_tag, inside)));
    }
    found
}

fn findings(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |what: String| found.push(format!("{path}: {what}"));
    let lines = text.lines().count();
    if lines > MAX_LINES {
        say(format!("{lines} lines; split it (at most {MAX_LINES})"));
    }
    for (is_tag, inside) in expressions(&without_raw(text)) {
        let word = inside.split_whitespace().next().unwrap_or_default();
        if is_tag && !TAGS.contains(&word) {
            say(format!("`{inside}`: not a tag that templates need"));
        }
        let decides = word == "if" || inside.starts_with("else if");
        if decides && inside.contains('"') {
            say(format!(
                "`{inside}`: decide by a field of the view, not by a text"
            ));
        }
        if inside.replace("||", "").contains('|') && word != "when" {
            // The same filter expression prints nothing the second time.
            say(format!("`{inside}`: no filters; work it out in Rust"));
        }
    }
    let is_test = path.contains("/tests/");
    for rough in ROUGH
        .iter()
        .filter(|rough| !is_test && text.contains(*rough))
    {
        say(format!("`{rough}` in code that users ship"));
    }
    found
}

#[test]
fn templates_only_print() {
    let paths = files::below(&["templates"]);
    let templates: Vec<_> = paths.iter().filter(|path| files::is(path, "j2")).collect();
    assert!(templates.len() > 50);
    let found = templates
        .iter()
        .flat_map(|path| findings(path, &files::read(path)));
    expect_none(&found.collect::<Vec<_>>());
    for other in paths.iter().filter(|path| !files::is(path, "j2")) {
        // A plain Cargo.toml below templates/ would drop its folder from the package.
        assert_eq!(other, "templates/README.md");
    }
}

#[test]
fn every_template_is_used() {
    let mut text = String::new();
    for path in files::below(&["src/emit", "templates"]) {
        text += &files::read(&path);
    }
    let unused: Vec<_> = files::below(&["templates"])
        .into_iter()
        .filter_map(|path| path.strip_prefix("templates/").map(str::to_owned))
        .filter(|path| files::is(path, "j2") && !text.contains(&format!("\"{path}\"")))
        .collect();
    expect_none(&unused);
}

#[test]
fn bad_templates_are_refused() {
    let cases = [
        ("a.rs.j2", "{% for x in v.xs %}{{ x.name }}{% endfor %}", 0),
        (
            "a.rs.j2",
            "{%- if let Some(x) = v.x -%}{% else if v.y %}{% endif %}",
            0,
        ),
        ("a.rs.j2", "on_pool!(pool => x.map(|done| done.id()))", 0),
        ("a.rs.j2", "{% macro m() %}{% endmacro %}", 2),
        ("a.rs.j2", "{% if v.ty == \"i64\" %}{% endif %}", 1),
        ("a.rs.j2", "{{ v.names|join(\", \") }}", 1),
        ("a.rs.j2", "x.unwrap();", 1),
        ("a/tests/b.rs.j2", "x.unwrap();", 0),
        ("a.yaml.j2", "{% raw %}{{ .a | quote }}{% endraw %}", 0),
        (
            "a.yaml.j2",
            "{% raw %}{{ a | b }}{% endraw %}{{ v.a|b }}",
            1,
        ),
    ];
    for (path, text, count) in cases {
        assert_eq!(findings(path, text).len(), count, "{text}");
    }
    assert_eq!(findings("a.j2", &"\n".repeat(MAX_LINES + 1)).len(), 1);
}
