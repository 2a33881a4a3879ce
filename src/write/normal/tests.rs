//! What counts as an edit.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::*;

#[test]
fn formatting_is_no_edit_and_everything_else_is() {
    let equal = [
        ("fn a ( ) { }", "fn a() {}"),
        ("f(a,\n  b,\n)", "f(a, b)"),
        ("f(\n  a,\n)", "f(a)"),
        ("Foo::<A>(\n  a,\n)", "Foo::<A>(a)"),
        ("HashMap<\n  K,\n  V,\n>", "HashMap<K, V>"),
        ("m!(a,)", "m!(a)"),
        (
            "match a { B => { c } D => e }",
            "match a { B => c, D => e, }",
        ),
        ("match a { B => { c } }", "match a { B => c }"),
        (
            "match a { B => { c }, D => e }",
            "match a { B => c, D => e }",
        ),
        (
            "match a { B => { c; }, D => e }",
            "match a { B => { c; } D => e }",
        ),
        (
            "match a { B => { return c; } D => { continue; } }",
            "match a { B => return c, D => continue }",
        ),
        (
            "match a { B => { c } /* d */ D => e }",
            "match a { B => c, /* d */ D => e }",
        ),
        ("A<\n  B<C>,\n>", "A<B<C>>"),
        ("f(|a| { g(a) })", "f(|a| g(a))"),
        ("f(|| { g() })", "f(|| g())"),
        ("f(move |(a, b)| { g(a) })", "f(move |(a, b)| g(a))"),
        ("  // a  \nfn b() {}", "// a\n\nfn b() {}"),
        ("/* a\n   b */", "/* a\n b */"),
        ("a\r\nb", "a\nb"),
    ];
    for (a, b) in equal {
        assert_eq!(rust(&lines(a)), rust(&lines(b)), "{a} | {b}");
    }
    let different = [
        ("let ab = 1", "let a b = 1"),
        ("\"a b\"", "\"ab\""),
        ("'a' ", "'b'"),
        ("(a,)", "(a)"),
        ("-> (A,)", "-> (A)"),
        ("return (a,)", "return (a)"),
        ("a && b", "a & &b"),
        ("a / *b", "a /*b"),
        ("// a\nb", "// a b"),
        ("// a", "// b"),
        ("f(a) // c", "f(a)"),
        ("{ a; }", "{ a }"),
        ("match a { B => { c; } }", "match a { B => c }"),
        ("match a { B => {} }", "match a { B => () }"),
        ("if a || { b == c } {}", "if a || b == c {}"),
        ("r\"a\"", "\"a\""),
        ("f(|a| { g(a); })", "f(|a| g(a))"),
        ("f(a, b)", "f(a b)"),
        ("} a {", "}a,{"),
    ];
    for (a, b) in different {
        assert_ne!(rust(a), rust(b), "{a} | {b}");
    }
}

#[test]
fn other_files_are_compared_by_line() {
    let yaml = |text| normal("a.yaml".into(), text).into_owned();
    assert_eq!(yaml("a: 1\r\nb: 2\r\n"), yaml("a: 1\nb: 2\n"));
    assert_ne!(yaml("a:  1"), yaml("a: 1"));
}

#[test]
fn no_setting_of_rustfmt_makes_an_edit() {
    let settings = [
        "max_width=60",
        "max_width=140,tab_spaces=2",
        "use_small_heuristics=Max,hard_tabs=true",
        "use_small_heuristics=Off,match_block_trailing_comma=true",
    ];
    let sources = [
        include_str!("mod.rs"),
        include_str!("marks.rs"),
        include_str!("../plan.rs"),
        include_str!("../guard.rs"),
        include_str!("../merge.rs"),
        include_str!("../../project/edit.rs"),
    ];
    for settings in settings {
        for source in sources {
            // Without rustfmt nobody can format, and there is nothing to show.
            let Some(formatted) = format(source, settings) else {
                return;
            };
            assert_ne!(formatted, source, "{settings} changes nothing");
            assert_eq!(rust(&formatted), rust(source), "{settings}");
        }
    }
}

fn format(text: &str, settings: &str) -> Option<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", settings])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8(output.stdout).ok())?
}
