//! The command as it is used: arguments, streams, exit status, files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

/// A folder with the sample's descriptions, to run commands in.
struct Place(tempfile::TempDir);

struct Answer {
    status: i32,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("a folder"));
        for name in ["order.api", "order.proto", "order.sql"] {
            let text = fs::read(Path::new("fixtures").join(name)).expect("a fixture");
            fs::write(place.path(name), text).expect("a copy");
        }
        fs::write(place.path("notes.txt"), "no description\n").expect("a file");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn zgen(&self, line: &str) -> Answer {
        let output = Command::new(env!("CARGO_BIN_EXE_zgen"))
            .args(line.split_whitespace())
            .current_dir(self.0.path())
            .output()
            .expect("zgen runs");
        Answer {
            status: output.status.code().expect("an exit status"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// A command that must end well.
    fn fine(&self, line: &str) -> Answer {
        let answer = self.zgen(line);
        assert_eq!(
            answer.status, 0,
            "zgen {line}: {}{}",
            answer.out, answer.err
        );
        answer
    }

    fn files(&self, under: &str) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
        let root = self.path(under);
        let mut files = BTreeMap::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                // Of one machine, and written by runs that change nothing.
                if path.ends_with(".zgen/cache") {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let time = entry
                    .metadata()
                    .and_then(|data| data.modified())
                    .expect("a time");
                let name = path.strip_prefix(&root).expect("inside").to_owned();
                files.insert(name, (fs::read(&path).expect("bytes"), time));
            }
        }
        files
    }

    fn texts(&self, under: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = self.files(under).into_iter();
        files.map(|(path, (bytes, _))| (path, bytes)).collect()
    }

    /// Some Rust file in `out` that belongs to `owner`.
    fn file_of(&self, owner: &str) -> String {
        let lock = fs::read_to_string(self.path("out/zgen.lock")).expect("a lock");
        let line = lock
            .lines()
            .find(|line| line.starts_with(owner) && line.ends_with("lib.rs"));
        line.and_then(|line| line.split(' ').nth(2))
            .expect("such a file")
            .to_owned()
    }
}

const COMMANDS: [&str; 11] = [
    "new", "api", "rpc", "gen", "docker", "kube", "check", "breaking", "inspect", "openapi", "dev",
];

#[test]
fn every_command_explains_itself_by_examples() {
    let place = Place::new();
    let overview = place.fine("--help").out;
    for command in COMMANDS {
        assert!(
            overview.contains(&format!("\n  {command} ")),
            "{command} is not listed"
        );
        let help = place.fine(&format!("{command} --help")).out;
        assert!(help.contains(&format!("Usage: zgen {command}")), "{help}");
        let examples = help.split("Examples:").nth(1).expect("examples");
        assert!(examples.contains(&format!("\n  zgen {command}")), "{help}");
    }
    for command in ["api", "rpc", "gen", "docker", "kube"] {
        let help = place.fine(&format!("{command} --help")).out;
        for flag in ["--check", "--dry-run", "--force", "--prune"] {
            assert!(help.contains(flag), "{command} has no {flag}");
        }
    }
}

#[test]
fn the_exit_status_tells_how_it_went() {
    let cases = [
        ("", 2, "", "Usage:"),
        ("--version", 0, "zgen 0.", ""),
        ("frobnicate", 2, "", "unrecognized subcommand"),
        ("api", 2, "", "<FILE>"),
        ("rpc", 2, "", "<FILE>"),
        (
            "api order.proto",
            2,
            "",
            "order.proto: expected a .api file",
        ),
        ("rpc order.api", 2, "", "order.api: expected a .proto file"),
        (
            "rpc order.proto --sql order.api",
            2,
            "",
            "expected a .sql file",
        ),
        ("api notes.txt", 2, "", "not a description"),
        ("openapi order.proto", 2, "", "expected a .api file"),
        ("openapi order.api -o order.sql", 2, "", "a description"),
        ("openapi order.api -o .", 2, "", "."),
        ("openapi missing.api", 1, "", "missing.api"),
        (
            "api order.api --check --dry-run",
            2,
            "",
            "cannot be used with",
        ),
        ("api missing.api -o fresh", 1, "", "missing.api"),
        ("gen", 2, "", "zgen.yaml: not found"),
        ("gen nowhere", 2, "", "zgen.yaml: not found"),
        ("check", 2, "", "<PATH>"),
        ("check notes.txt", 2, "", "notes.txt: not a description"),
        ("check Makefile", 2, "", "Makefile: not a description"),
        ("check missing.api", 1, "", "missing.api"),
        ("check missing.sql", 1, "", "missing.sql"),
        ("check order.api order.proto order.sql", 0, "", ""),
        ("check order.api --deny-warnings", 0, "", ""),
        ("check order.api --format short", 0, "", ""),
        ("check order.api --format json", 0, "", ""),
        ("check order.api --format github", 0, "", ""),
        ("check order.api --format xml", 2, "", "invalid value"),
        ("inspect order.api", 0, "{", ""),
        ("inspect missing.api", 1, "", "missing.api"),
        ("inspect order.sql", 0, "{", ""),
        ("inspect notes.txt", 2, "", "not a description"),
        ("new .", 2, "", "is not empty"),
        ("api order.api -o notes.txt", 2, "", "notes.txt"),
    ];
    for (line, status, out, err) in cases {
        let place = Place::new();
        let before = place.texts("");
        let answer = place.zgen(line);
        let all = format!(
            "zgen {line}: {}\n{}{}",
            answer.status, answer.out, answer.err
        );
        assert_eq!(answer.status, status, "{all}");
        assert!(answer.out.contains(out), "{all}");
        assert!(answer.err.contains(err), "{all}");
        assert!(!answer.err.contains("panicked"), "{all}");
        assert_eq!(place.texts(""), before, "{all}");
        assert!(!place.path("fresh").exists(), "{all}");
    }
}

#[test]
fn both_orders_end_in_the_same_tree_and_stay_there() {
    let (api, rpc) = (
        "api order.api -o out",
        "rpc order.proto --sql order.sql -o out/",
    );
    let one = Place::new();
    one.fine(api);
    let answer = one.fine(rpc);
    assert_eq!(answer.out.lines().count(), 1, "{}", answer.out);
    assert!(answer.out.starts_with("order: "), "{}", answer.out);
    assert!(answer.out.ends_with(" in out/\n"), "{}", answer.out);
    assert_eq!(answer.err, "");
    let other = Place::new();
    other.fine(rpc);
    other.fine(api);
    assert_eq!(one.texts("out"), other.texts("out"));

    let before = one.files("out");
    for line in [
        api,
        rpc,
        "gen out",
        "gen out --check",
        "gen out --dry-run",
        "gen out --force --prune",
    ] {
        one.fine(line);
        assert_eq!(one.files("out"), before, "zgen {line} moved something");
    }
    assert!(one.fine("gen out").out.contains("(0 written, "));
}

#[test]
fn a_run_that_only_looks_writes_nothing() {
    let place = Place::new();
    let before = place.texts("");
    let plan = place.fine("api order.api -o out --dry-run").out;
    assert!(
        plan.lines()
            .any(|line| line.starts_with("create ") && line.contains("zgen.yaml")),
        "{plan}"
    );
    let check = place.zgen("api order.api -o out --check");
    assert_eq!(check.status, 1);
    assert!(
        check.out.contains("--- /dev/null\n+++ b/zgen.yaml\n"),
        "{}",
        check.out
    );
    assert!(check.err.contains("zgen gen out/"), "{}", check.err);
    assert_eq!(place.texts(""), before);
}

#[test]
fn one_kind_of_deployment_is_generated_alone() {
    let place = Place::new();
    place.fine("api order.api -o out");
    let all = place.texts("out");
    // Whatever is gone or no longer generated elsewhere is none of their business.
    fs::remove_file(place.path("out/etc/order-api.yaml")).expect("removed");
    fs::remove_file(place.path("out/deploy/docker-compose.yaml")).expect("removed");
    fs::remove_file(place.path("out/deploy/k8s/base/namespace.yaml")).expect("removed");
    let lock = all[&PathBuf::from("zgen.lock")].clone();
    let answer = place.zgen("docker out --check");
    assert_eq!(answer.status, 1, "{}", answer.err);
    assert!(answer.out.contains("+services:") && !answer.out.contains("+kind: Namespace"));
    place.fine("docker out");
    assert!(place.path("out/deploy/docker-compose.yaml").exists());
    assert!(!place.path("out/deploy/k8s/base/namespace.yaml").exists());
    place.fine("kube out");
    assert!(!place.path("out/etc/order-api.yaml").exists());
    let mut now = place.texts("out");
    assert_eq!(now[&PathBuf::from("zgen.lock")], lock);
    now.insert(
        "etc/order-api.yaml".into(),
        all[&PathBuf::from("etc/order-api.yaml")].clone(),
    );
    assert_eq!(now, all);

    place.fine("gen out");
    place.fine("kube out --helm");
    assert!(place.path("out/deploy/helm/order/Chart.yaml").exists());
    for command in ["gen out --check", "docker out --check", "kube out --check"] {
        place.fine(command);
    }
    // Between them, they have everything there.
    for path in place
        .texts("out")
        .into_keys()
        .filter(|path| path.starts_with("deploy"))
    {
        fs::remove_file(place.path("out").join(path)).expect("removed");
    }
    place.fine("docker out");
    place.fine("kube out");
    place.fine("gen out --check");
}

#[test]
fn values_for_what_is_not_there_are_a_mistake() {
    let place = Place::new();
    place.fine("api order.api -o out");
    let path = place.path("out/zgen.yaml");
    let text = fs::read_to_string(&path).expect("zgen.yaml");
    fs::write(&path, text + "deploy:\n  workloads:\n    order-apu: {}\n").expect("written");
    let answer = place.zgen("gen out");
    assert_eq!(answer.status, 1);
    for part in [
        "zgen/unknown-workload",
        "`order-apu`",
        "did you mean `order-api`?",
    ] {
        assert!(answer.err.contains(part), "{}", answer.err);
    }
}

#[test]
fn an_edited_file_of_zgens_stops_the_run_until_the_user_decides() {
    let place = Place::new();
    place.fine("api order.api -o out");
    let name = place.file_of("zgen");
    let file = place.path("out").join(&name);
    let pristine = fs::read_to_string(&file).expect("a file");
    let edited = format!("{pristine}\npub fn mine() {{}}\n");
    fs::write(&file, &edited).expect("an edit");
    let before = place.files("out");
    for line in ["gen out", "rpc order.proto -o out", "gen out --check"] {
        let answer = place.zgen(line);
        assert_eq!(answer.status, 1, "{line}");
        assert!(
            format!("{}{}", answer.out, answer.err).contains("-pub fn mine() {}"),
            "{line}"
        );
        assert_eq!(place.files("out"), before, "{line}");
    }
    let answer = place.zgen("gen out").err;
    for part in [&name, "--force", "own:", "zgen.yaml"] {
        assert!(answer.contains(part), "{answer}");
    }

    let yaml = place.path("out/zgen.yaml");
    let text = fs::read_to_string(&yaml).expect("zgen.yaml");
    fs::write(
        &yaml,
        text.replace("own: []", &format!("own:\n  - {name} # mine")),
    )
    .expect("an edit");
    place.fine("gen out");
    assert_eq!(fs::read_to_string(&file).expect("a file"), edited);
    place.fine("rpc order.proto -o out");
    let grown = fs::read_to_string(&yaml).expect("zgen.yaml");
    assert!(
        grown.contains("# mine") && grown.contains("- file: ../order.proto"),
        "{grown}"
    );

    fs::write(&yaml, text).expect("an edit");
    place.fine("gen out --force");
    assert_eq!(fs::read_to_string(&file).expect("a file"), pristine);
}

#[test]
fn an_openapi_document_goes_where_it_is_wanted() {
    let place = Place::new();
    let yaml = place.fine("openapi order.api").out;
    let json = place.fine("openapi order.api --format json").out;
    assert!(yaml.starts_with("openapi: ") && json.starts_with('{'));
    let cases = [
        ("a.yaml", "", &yaml),
        ("deep/er/a.json", "", &json),
        ("a.JSON", "", &json),
        ("plain", "", &yaml),
        ("b.yaml", "--format json", &json),
    ];
    for (name, format, expected) in cases {
        let line = format!("openapi order.api -o {name} {format}");
        assert_eq!(place.fine(&line).out, format!("{name}: written\n"));
        let text = fs::read_to_string(place.path(name)).expect("a document");
        assert_eq!(text, *expected, "{line}");
    }
    // Nothing changes what is right already; what is not is replaced.
    let before = place.files("");
    assert_eq!(
        place.fine("openapi order.api -o a.yaml").out,
        "a.yaml: up to date\n"
    );
    assert_eq!(place.files(""), before);
    fs::write(place.path("a.yaml"), "old\n").expect("a file");
    place.fine("openapi order.api -o a.yaml");
    assert_eq!(place.texts("")[Path::new("a.yaml")], yaml.as_bytes());
    // The workspace says what the answers look like.
    place.fine("api order.api -o out");
    let config = place.path("out/zgen.yaml");
    let text = fs::read_to_string(&config).expect("a zgen.yaml");
    let text = text.replace("envelope: false", "envelope: true");
    fs::write(&config, text).expect("a file");
    let inside = place.fine("openapi order.api --workspace out").out;
    assert!(
        inside.contains("msg:") && !yaml.contains("msg:"),
        "{inside}"
    );
    let nowhere = place.zgen("openapi order.api --workspace nowhere");
    assert_eq!(nowhere.status, 2, "{}", nowhere.err);
    // A description with errors has no document.
    fs::write(place.path("bad.api"), "service x {\n\tget /a\n}\n").expect("a file");
    let checked = place.zgen("check bad.api");
    let refused = place.zgen("openapi bad.api -o a.yaml");
    assert_eq!((refused.status, refused.err), (1, checked.err));
    assert_eq!(place.texts("")[Path::new("a.yaml")], yaml.as_bytes());
}

#[test]
fn new_makes_a_workspace_of_its_own() {
    let place = Place::new();
    place.fine("new shop");
    let files = place.texts("shop");
    for name in [
        "order.api",
        "order.proto",
        "order.sql",
        "zgen.yaml",
        "zgen.lock",
    ] {
        assert!(files.contains_key(Path::new(name)), "{name}");
    }
    place.fine("gen shop --check");
    assert_eq!(place.zgen("new shop").status, 2);
    assert_eq!(place.texts("shop"), files);
    fs::create_dir(place.path("empty")).expect("a folder");
    place.fine("new empty");
}

#[test]
fn pipes_get_no_colour_and_may_close() {
    let place = Place::new();
    place.fine("api order.api -o out");
    fs::write(place.path("out").join(place.file_of("zgen")), "// mine\n").expect("an edit");
    let answer = place.zgen("gen out --check");
    assert!(!answer.out.contains('\u{1b}') && !answer.err.contains('\u{1b}'));

    let mut child = Command::new(env!("CARGO_BIN_EXE_zgen"))
        .args(["gen", "out", "--dry-run"])
        .current_dir(place.0.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("zgen runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("an end");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
