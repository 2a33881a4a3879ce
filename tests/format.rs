//! `zgen fmt`: the canonical form of texts that people write.

/// What the fuzz targets share. They are no part of the workspace and would go stale unseen.
#[path = "../fuzz/fuzz_targets/support.rs"]
#[allow(unreachable_pub)]
mod fuzzed;

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use zgen::diag::{Format, Report, render};
use zgen::format;
use zgen::source::SourceMap;

/// Every file of `fixtures/format` becomes what stands beside it. Refreshed with `ZGEN_UPDATE=1`.
#[test]
fn fixtures() {
    let inputs = files("fixtures/format");
    assert!(inputs.len() > 3);
    let mut wrong = Vec::new();
    for input in inputs {
        let found = formatted(&fs::read_to_string(&input).unwrap());
        let beside = input.with_extension("formatted");
        if std::env::var_os("ZGEN_UPDATE").is_some() {
            fs::write(&beside, &found).unwrap();
        }
        if fs::read_to_string(&beside).unwrap() != found {
            wrong.push(format!("== {}:\n{found}\n", input.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
}

#[test]
fn what_is_fuzzed_is_read() {
    let (model, findings) = fuzzed::read(&fs::read_to_string("fixtures/order.api").unwrap());
    assert!(model.contains("\"CreateOrder\""), "{model}");
    assert_eq!(findings, "[]\n");
    let (_, findings) = fuzzed::read("service {");
    assert!(findings.contains("api/syntax"), "{findings}");
}

/// Also for what analysis refuses: only syntax errors stop the formatter.
#[test]
fn once_is_enough() {
    let folders = [
        "fixtures/format",
        "fixtures/syntax/ok",
        "fixtures/syntax/err",
    ];
    let mut count = 0;
    for input in folders.into_iter().flat_map(files) {
        let text = fs::read_to_string(&input).unwrap();
        let mut report = Report::default();
        let file = SourceMap::default().add("a.api", "");
        let Some(once) = format::format(file, &text, &mut report) else {
            assert!(
                report.iter().all(|finding| finding.code != "zgen/format"),
                "{}",
                input.display()
            );
            continue;
        };
        count += 1;
        assert_eq!(formatted(&once), once, "{}", input.display());
    }
    assert!(count > 10);
}

#[test]
fn syntax_errors_are_reported() {
    let mut sources = SourceMap::default();
    let text = "type A {\n\tX int\n";
    let file = sources.add("a.api", text);
    let mut report = Report::default();
    assert_eq!(format::format(file, text, &mut report), None);
    let found = render(&report, &sources, Format::Short);
    assert!(found.starts_with("a.api:3:1: error[api/syntax]"), "{found}");
}

fn formatted(text: &str) -> String {
    let mut report = Report::default();
    let mut sources = SourceMap::default();
    let file = sources.add("a.api", text);
    let formatted = format::format(file, text, &mut report);
    formatted.unwrap_or_else(|| panic!("{}", render(&report, &sources, Format::Short)))
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let is_api = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "api");
    let mut files: Vec<PathBuf> = entries.filter(is_api).collect();
    files.sort();
    files
}

/// The command: a folder with a formatted file, another, and a broken one.
#[test]
fn the_command() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    fs::create_dir_all(folder.path().join("sub/.hidden")).unwrap();
    write("good.api", "type A {}\n");
    write("sub/bad.api", "type  B  { X int }");
    write("sub/.hidden/c.api", "type  C {}");
    write("sub/note.txt", "no description");
    let before = fs::metadata(folder.path().join("good.api")).unwrap();

    let run = |line: &str, input: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_zgen"))
            .args(line.split_whitespace())
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that reads files closes it unread.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let answer = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (
            answer.status.code(),
            text(answer.stdout),
            text(answer.stderr),
        )
    };
    let (status, out, _) = run("fmt . --check", "");
    assert_eq!(status, Some(1));
    assert!(
        out.contains("+++ b/./sub/bad.api") && !out.contains("good.api"),
        "{out}"
    );
    assert_eq!(read("sub/bad.api"), "type  B  { X int }");

    let (status, out, err) = run("fmt .", "");
    assert_eq!(
        (status, out.as_str(), err.as_str()),
        (Some(0), "1 of 2 files formatted\n", "")
    );
    assert_eq!(read("sub/bad.api"), "type B {\n\tX int\n}\n");
    assert_eq!(read("sub/.hidden/c.api"), "type  C {}");
    assert_eq!(run("fmt good.api sub --check", "").0, Some(0));
    let after = fs::metadata(folder.path().join("good.api")).unwrap();
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());

    write("broken.api", "type  D {");
    let (status, out, err) = run("fmt .", "");
    assert_eq!(
        (status, out.as_str()),
        (Some(1), "0 of 3 files formatted\n")
    );
    assert!(err.contains("error[api/syntax]"), "{err}");
    assert_eq!(read("broken.api"), "type  D {");

    let formatted = run("fmt -", "type  E {}");
    assert_eq!(
        formatted,
        (Some(0), "type E {}\n".to_owned(), String::new())
    );
    assert_eq!(run("fmt - --check", "type  E {}").0, Some(1));
    assert_eq!(run("fmt - --check", "type E {}\n").0, Some(0));
    assert_eq!(run("fmt sub/note.txt", "").0, Some(2));
    assert_eq!(run("fmt - good.api", "").0, Some(2));
}

/// What only others import is checked with them; a folder is all that is below it.
#[test]
fn folders_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("parts")).unwrap();
    let service = "service a-api {\n\t@handler A\n\tget /a (Req)\n}\n";
    write(
        "a.api",
        &format!("import \"parts/req.api\"\n\ntype Page {{}}\n\n{service}"),
    );
    write("other.api", "service a-api {\n\t@handler A\n\tget /a\n}\n");
    // Needs a type of the file that imports it.
    write(
        "parts/req.api",
        "type Req {\n\tPage Page `form:\"page,optional\"`\n}\n",
    );
    write("parts/free.api", "type Free {}\n");
    let run = |line: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zgen"));
        command
            .args(line.split_whitespace())
            .current_dir(folder.path());
        let answer = command.output().unwrap();
        (
            answer.status.code(),
            String::from_utf8(answer.stderr).unwrap(),
        )
    };
    assert_eq!(run("check . --deny-warnings"), (Some(0), String::new()));
    assert_eq!(run("check parts/free.api"), (Some(0), String::new()));
    assert_eq!(run("check a.api parts/req.api").0, Some(0));
    let (status, err) = run("check parts/req.api");
    assert_eq!(status, Some(1));
    assert!(err.contains("api/unknown-type"), "{err}");
    // To generate, there must be something.
    let (status, err) = run("api parts/free.api -o out");
    assert_eq!(status, Some(1));
    assert!(err.contains("api/no-route"), "{err}");
    write(
        "warned.api",
        "service w-api {\n\t@handler W\n\tget /w/:id\n}\n",
    );
    assert_eq!(run("check .").0, Some(0));
    assert_eq!(run("check . --deny-warnings").0, Some(1));
}

/// Too deep or too long ends soon, in a text or a finding.
#[test]
fn hostile_texts() {
    let deep = |open: &str, count: usize| format!("type A {{ {} }}", open.repeat(count));
    let long = |part: &str| part.repeat(40_000 / part.len());
    for (text, is_taken) in [
        (deep("X {", 50_000), false),
        (deep("map[", 50_000), false),
        (format!("type A {{ X {}int }}", "*".repeat(100_000)), false),
        (
            format!("type A {{ {}{} }}", "X { ".repeat(40), "}".repeat(40)),
            true,
        ),
        (long("type A {} /* x */ "), true),
        (long("// x\n"), true),
        (long("/* x */"), true),
        (long("\n"), true),
        (format!("type A {{ {} }}", long("X int // x\n")), true),
        (format!("type A {{ {} }}", long("X, Y int `a` ")), true),
        (format!("info ({})", long("a: b, c d: \"e\" ")), true),
        (
            format!("@server (a: b{}) service x {{}}", long(", c")),
            true,
        ),
        (
            format!(
                "service x {{ {} }}",
                long("@handler a get /a (A) returns (B); ")
            ),
            true,
        ),
    ] {
        let mut report = Report::default();
        let file = SourceMap::default().add("a.api", "");
        let once = format::format(file, &text, &mut report);
        let start: String = text.chars().take(40).collect();
        assert_eq!(once.is_some(), is_taken, "{start}");
        assert_ne!(report.has_errors(), is_taken, "{start}");
    }
}
