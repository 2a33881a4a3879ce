//! `zgen breaking`: what it finds between two states of a description, and where it finds the earlier one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const CASES: &str = "fixtures/breaking";

/// The descriptions of `new` against those of `old`, in each folder of the fixtures; the roots are the files called `shop`.
/// What is found stands in `findings.txt`; in `findings.human.txt`, where there is one, as people see it. Refreshed with
/// `ZGEN_UPDATE=1`.
#[test]
fn fixtures() {
    let mut wrong = Vec::new();
    let mut cases: Vec<PathBuf> = entries(Path::new(CASES));
    cases.sort();
    assert!(cases.len() > 12, "{cases:?}");
    for case in cases {
        let roots = ["shop.api", "shop.proto"].map(|name| format!("new/{name}"));
        let roots: Vec<&str> = roots
            .iter()
            .map(String::as_str)
            .filter(|root| case.join(root).is_file())
            .collect();
        let mut formats = vec![("short", "findings.txt")];
        if case.join("findings.human.txt").is_file() {
            formats.push(("human", "findings.human.txt"));
        }
        for (format, expected) in formats {
            let mut arguments = vec!["--against", "old", "--format", format];
            arguments.extend(&roots);
            let answer = zgen(&case, &arguments);
            let beside = case.join(expected);
            if std::env::var_os("ZGEN_UPDATE").is_some() {
                fs::write(&beside, &answer.text).expect("an update");
            }
            let expected = fs::read_to_string(&beside).unwrap_or_default();
            if answer.text != expected {
                let case = case.display();
                wrong.push(format!(
                    "== {case}: expected\n{expected}== found\n{}\n",
                    answer.text
                ));
            }
            let breaks = answer.text.contains("error[");
            assert_eq!(answer.status, i32::from(breaks), "{}", case.display());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
}

/// What is the same breaks nothing, and neither does a description that was not there before.
#[test]
fn nothing_breaks_nothing() {
    for case in entries(Path::new(CASES)) {
        for name in ["shop.api", "shop.proto"] {
            if !case.join("new").join(name).is_file() {
                continue;
            }
            let answer = zgen(&case.join("new"), &["--against", ".", name]);
            assert_eq!(
                (answer.status, answer.text.as_str()),
                (0, ""),
                "{}",
                case.display()
            );
        }
    }
}

/// Every code of the family is shown by a fixture.
#[test]
fn every_code_has_a_case() {
    let findings = entries(Path::new(CASES));
    let findings = findings
        .iter()
        .map(|case| fs::read_to_string(case.join("findings.txt")));
    let findings: String = findings.map(Result::unwrap_or_default).collect();
    let docs = fs::read_to_string("docs/diagnostics.md").expect("a document");
    let codes = docs.lines().filter_map(|line| {
        let code = line.strip_prefix("| `breaking/")?;
        code.split('`').next()
    });
    let mut count = 0;
    for code in codes {
        count += 1;
        assert!(findings.contains(&format!("[breaking/{code}]")), "{code}");
    }
    assert!(count > 20, "{count}");
}

#[test]
fn against_a_revision() {
    let repository = Repository::new();
    repository.write("api/shop.api", "syntax = \"v1\"\nimport \"../types/order.api\"\nservice shop-api {\n\t@handler Get\n\tget /order returns (Order)\n}\n");
    repository.write("types/order.api", "syntax = \"v1\"\ntype Order {\n\tId int64 `json:\"id\"`\n\tNote string `json:\"note\"`\n}\n");
    repository.write("proto/shop.proto", "syntax = \"proto3\";\npackage shop;\nimport \"page.proto\";\nservice Shop { rpc List(page.Page) returns (page.Page); }\n");
    repository.write(
        "third_party/page.proto",
        "syntax = \"proto3\";\npackage page;\nmessage Page {\n  int32 size = 1;\n}\n",
    );
    repository.git(&["add", "."]);
    repository.git(&["commit", "-q", "-m", "first"]);
    repository.git(&["tag", "v1"]);
    // Committed or not, the present state is what lies on the disk.
    repository.write(
        "types/order.api",
        "syntax = \"v1\"\ntype Order {\n\tId string `json:\"id\"`\n}\n",
    );
    repository.write(
        "third_party/page.proto",
        "syntax = \"proto3\";\npackage page;\nmessage Page {\n}\n",
    );
    repository.write(
        "api/added.api",
        "syntax = \"v1\"\nservice added-api {\n\t@handler Get\n\tget /added\n}\n",
    );

    let shop = "v1:types/order.api:4:2: error[breaking/field-removed]: `note` of `Order` is no longer sent\n";
    let shop_id = "types/order.api:3:2: error[breaking/field-type]: `id` of `Order` is `string`, and was `int64`\n";
    let page = "v1:third_party/page.proto:4:3: error[breaking/field-removed]: `size` of `page.Page` is gone\n";
    let cases: [(&str, &[&str], i32, String); 8] = [
        (
            ".",
            &["api/shop.api", "--against", "v1"],
            1,
            format!("{shop}{shop_id}"),
        ),
        // Paths are those of the folder in which the command runs; the earlier ones are git's.
        (
            "api",
            &["shop.api", "--against", "v1"],
            1,
            format!("{shop}../{shop_id}"),
        ),
        (
            ".",
            &["proto/shop.proto", "-I", "third_party", "--against", "v1"],
            1,
            page.to_owned(),
        ),
        (
            "proto",
            &[
                "shop.proto",
                "-I",
                "../third_party",
                "--against",
                "v1^{commit}",
            ],
            1,
            page.replace("v1:", "v1^{commit}:"),
        ),
        (
            ".",
            &["api/added.api", "--against", "HEAD"],
            0,
            "note: api/added.api: not there in `HEAD`, so nobody depends on it\n".to_owned(),
        ),
        (
            ".",
            &["api/shop.api", "--against", "v2"],
            2,
            "error: `v2` is neither a file, nor a folder, nor a revision".to_owned(),
        ),
        (".", &["api/shop.api", "--against", "-v"], 2, String::new()),
        (
            ".",
            &["api/gone.api", "--against", "v1"],
            1,
            "error[input/unreadable]: cannot read `api/gone.api`: there is no such file\n"
                .to_owned(),
        ),
    ];
    for (folder, arguments, status, expected) in cases {
        let arguments = [arguments, &["--format", "short"]].concat();
        let answer = zgen(&repository.0.path().join(folder), &arguments);
        assert_eq!(answer.status, status, "{arguments:?}: {}", answer.text);
        if status == 2 {
            assert!(answer.text.contains(&expected), "{}", answer.text);
        } else {
            assert_eq!(answer.text, expected, "{arguments:?}");
        }
    }
}

#[test]
fn what_cannot_be_compared() {
    let place = tempfile::tempdir().expect("a folder");
    let api = "syntax = \"v1\"\nservice a-api {\n\t@handler Get\n\tget /a\n}\n";
    for name in ["a.api", "b.api"] {
        fs::write(place.path().join(name), api).expect("a file");
    }
    fs::write(place.path().join("a.proto"), "syntax = \"proto3\";\n").expect("a file");
    fs::write(place.path().join("a.sql"), "").expect("a file");
    for (line, expected) in [
        ("a.api --against main", "not a git repository"),
        (
            "a.api b.api --against a.api",
            "one file is compared with one file",
        ),
        ("a.api --against a.proto", "not in one language"),
        ("a.sql --against a.api", "nobody calls tables"),
        ("a.api", "--against"),
    ] {
        let arguments: Vec<&str> = line.split(' ').collect();
        let answer = zgen(place.path(), &arguments);
        assert_eq!(answer.status, 2, "{line}: {}", answer.text);
        assert!(answer.text.contains(expected), "{line}: {}", answer.text);
    }
    let same = zgen(place.path(), &["a.api", "--against", "b.api"]);
    assert_eq!((same.status, same.text.as_str()), (0, ""));
}

struct Answer {
    status: i32,
    /// Both streams.
    text: String,
}

fn zgen(folder: &Path, arguments: &[&str]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_zgen"))
        .arg("breaking")
        .args(arguments)
        .current_dir(folder)
        // No repository above the folders of tests, whatever holds them.
        .env("GIT_CEILING_DIRECTORIES", std::env::temp_dir())
        // As in a hook.
        .env("GIT_DIR", ".git")
        .output()
        .expect("zgen runs");
    let text = [output.stdout, output.stderr].concat();
    Answer {
        status: output.status.code().expect("an exit status"),
        text: String::from_utf8(text).expect("UTF-8"),
    }
}

/// A repository of its own, without the user's configuration.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().expect("a folder"));
        repository.git(&["init", "-q"]);
        repository
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn git(&self, arguments: &[&str]) {
        let status = Command::new("git")
            .current_dir(self.0.path())
            .args([
                "-c",
                "user.name=test",
                "-c",
                "user.email=test@example.com",
                "-c",
                "commit.gpgsign=false",
            ])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .status()
            .expect("git runs");
        assert!(status.success(), "git {arguments:?}");
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}
