//! A run that finds everything as it was, and one that has forgotten that it was there, come to the same end: whatever
//! is touched in between, and whichever command asks.

#[path = "support/cargo.rs"]
mod cargo;
#[path = "support/files.rs"]
mod files;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;
use zgen::project::{Project, RpcInput};
use zgen::source::{Disk as Sources, Loader, Overheard};
use zgen::write::{self, Disk, Guard, Lock, Reads, Rules, Stamp};

const STAMP: &str = "out/.zgen/cache/stamp";
/// Between the parts of a step.
const TO: &str = " => ";

type Files = BTreeMap<Utf8PathBuf, Vec<u8>>;

/// What is touched: `append PATH => TEXT`, `replace PATH => OLD => NEW`, `write PATH => TEXT`, `remove PATH`,
/// `crlf PATH`, or a command of zgen's. Steps of one row are joined by `&&`.
const TOUCHED: &[&str] = &[
    "",
    // Descriptions, and what they import.
    "append shop.api => // a comment",
    "replace shop.api => path:\"id\" => path:\"id\" // a comment",
    "replace item.api => Title string => Name string",
    "remove item.api",
    "write more.api => type More { A string `json:\"a\"` } && replace shop.api => import \"item.api\" => import \"item.api\"\\nimport \"more.api\"",
    "replace stock.proto => int64 left = 1; => int64 left = 1; int64 sold = 2;",
    "replace shared/unit.proto => pieces => boxes",
    // Beside the importing file is searched first.
    "write unit.proto => syntax = \"proto3\";\\npackage unit;\\nmessage Unit { string nearer = 1; }",
    "replace stock.sql => id BIGINT => id INT",
    "crlf shop.api",
    "append shop.api => type Odd { A nowhere }",
    // What there was to say, and is not any more, or is otherwise.
    "replace shop.api => /:part => ",
    "replace stock.proto => rpc GetStock(LeftReq) returns (LeftResp); => ",
    "replace shop.api => /:part =>  && replace stock.proto => rpc GetStock(LeftReq) returns (LeftResp); => ",
    "replace shop.api => :part => :half",
    // Options and templates.
    "replace out/zgen.yaml => envelope: false => envelope: true",
    "replace out/zgen.yaml => namespace: microservices => namespace: other",
    "append out/zgen.yaml => # a comment",
    "replace out/zgen.yaml => own: [] => own: [crates/shop-api/src/svc.rs]",
    "append out/zgen.yaml => nonsense: true",
    "append own/workspace/gitignore.j2 => /mine",
    "remove own/workspace/gitignore.j2",
    "write own/gateway/src/svcs.rs.j2 => x",
    // Files of the workspace, the user's and zgen's.
    "append out/crates/shop-api/src/svc.rs => // mine",
    "remove out/crates/shop-api/src/svc.rs",
    "crlf out/crates/shop-api/src/svc.rs",
    "append out/crates/shop-api/src/svc.rs => // mine && replace item.api => Title string => Name string",
    "append out/crates/shop-api/src/generated/types.rs => // mine",
    "append out/crates/shop-api/src/generated/types.rs => \\n\\n",
    "remove out/crates/shop-api/src/generated/types.rs",
    "replace out/Cargo.toml => crates/shop-api => crates/*-api",
    "append out/etc/shop-api.yaml => Mine: 1",
    "remove out/etc/shop-api.yaml",
    "remove out/.gitignore",
    "write out/crates/shop-api/src/mine.rs => // not zgen's",
    "append out/rustfmt.toml => max_width = 60",
    // What zgen remembers.
    "remove out/zgen.lock",
    "append out/zgen.lock => <<<<<<<",
    "replace out/zgen.lock => version => versions",
    "append out/.zgen/base/crates/shop-api/src/svc.rs => // mine",
    "remove out/.zgen/base/crates/shop-api/src/svc.rs",
    "write out/.zgen/cache/stamp => zgen stamp 2",
    "replace out/.zgen/cache/stamp => path parameter => parameter",
    "replace out/.zgen/cache/stamp => human => humane",
    "replace out/.zgen/cache/stamp => file crates/shop-api/src/svc.rs\\n => ",
    "append out/.zgen/cache/stamp => read nowhere",
    // Migrations: of the DDL's change, of somebody's own, and without any.
    "replace stock.sql => amount BIGINT NOT NULL => amount BIGINT NOT NULL, note TEXT",
    "write out/crates/stock-rpc/migrations/mysql/0007_mine.sql => ALTER TABLE stock ADD COLUMN mine BIGINT",
    "remove out/crates/stock-rpc/migrations/mysql/0001_stock.sql",
    "append out/crates/stock-rpc/migrations/sqlite/0001_stock.sql => -- mine",
    // Runs of other parts of the workspace.
    "zgen rpc other.proto -I shared -o out",
    "zgen kube out --helm",
    "zgen api shop.api -o out",
];

/// Each run that writes leaves a stamp of its own.
const COMMANDS: [&str; 3] = ["gen out --check", "api shop.api -o out", "gen out"];

/// Other ways of asking for the same.
const WAYS: [&str; 8] = [
    "gen out --format short",
    "gen out --format github",
    "gen out --format json",
    "gen out --check --format short",
    "gen out --check --format github",
    "gen out --check --format json",
    "gen out --merge",
    "gen out --prune",
];

/// First runs, each with what they have changed in a second one.
const FIRST: [&str; 7] = [
    "api shop.api -o out",
    "rpc stock.proto -I shared -o out",
    "rpc stock.proto -I shared --sql stock.sql -o out",
    "rpc stock.proto -I shared --sql stock.sql --dialect postgres --serde --into store -o out",
    "rpc other.proto stock.proto -I shared --into both -o out",
    "model stock.sql -o out",
    "model stock.sql --dialect postgres -o deep/er/out",
];

const DESCRIPTIONS: [(&str, &str); 7] = [
    (
        "shop.api",
        "syntax = \"v1\"\nimport \"item.api\"\ntype GetReq { Id int64 `path:\"id\"` }\n@server ( middleware: Who )\nservice \
         shop-api {\n\t@handler GetItem\n\tget /items/:id/:part (GetReq) returns (Item)\n}\n",
    ),
    ("item.api", "type Item { Title string `json:\"title\"` }\n"),
    (
        "stock.proto",
        "syntax = \"proto3\";\npackage stock;\nimport \"unit.proto\";\nmessage LeftReq { int64 id = 1; unit.Unit unit = 2; \
         }\nmessage LeftResp { int64 left = 1; }\nservice Stock { rpc Left(LeftReq) returns (LeftResp);\nrpc GetStock(LeftReq) returns (LeftResp); }\n",
    ),
    (
        "other.proto",
        "syntax = \"proto3\";\npackage other;\nmessage Ask { int64 id = 1; }\nservice Other { rpc Tell(Ask) returns \
         (Ask); }\n",
    ),
    (
        "shared/unit.proto",
        "syntax = \"proto3\";\npackage unit;\nmessage Unit { string pieces = 1; }\n",
    ),
    (
        "stock.sql",
        "CREATE TABLE stock (id BIGINT PRIMARY KEY, amount BIGINT NOT NULL);\n",
    ),
    ("own/workspace/gitignore.j2", "/target\n"),
];

struct Place {
    dir: Utf8PathBuf,
    _temp: TempDir,
}

impl Place {
    fn new() -> Self {
        let temp = TempDir::new().expect("a folder");
        let dir = Utf8PathBuf::try_from(temp.path().join("place")).expect("UTF-8");
        let place = Self { dir, _temp: temp };
        for (path, text) in DESCRIPTIONS {
            place.write(path, text.as_bytes());
        }
        place
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        files::write(&self.dir.join(path), bytes).expect("written");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.dir.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// What it says, with its exit status.
    fn zgen(&self, words: &str) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_zgen"))
            .args(words.split(' '))
            .current_dir(&self.dir)
            // The same with and without rustfmt, and much faster without.
            .env("PATH", "")
            .output()
            .expect("zgen runs");
        let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
        format!("$ zgen {words}\n{out}{err}{:?}\n", output.status.code())
    }

    /// As it was, with a stamp or without.
    fn restore(&self, files: &Files, stamp: Option<&str>) {
        let _ = fs::remove_dir_all(&self.dir);
        for (path, bytes) in files {
            self.write(path.as_str(), bytes);
        }
        if let Some(stamp) = stamp {
            self.write(STAMP, stamp.as_bytes());
        }
    }

    fn touch(&self, steps: &str) {
        for step in steps.split(" && ").filter(|step| !step.is_empty()) {
            let (verb, rest) = step.split_once(' ').expect("a verb and more");
            let rest = rest.replace("\\n", "\n");
            let mut parts = rest.split(TO);
            let path = parts.next().unwrap_or_default();
            let mut part = || parts.next().unwrap_or_default();
            // What a forgetful run does not have cannot be touched.
            let is_gone = path == STAMP && !self.dir.join(path).exists();
            let text = match verb {
                _ if is_gone => continue,
                "zgen" => {
                    self.zgen(&rest);
                    continue;
                }
                "remove" => {
                    fs::remove_file(self.dir.join(path)).expect("removed");
                    continue;
                }
                "write" => part().to_owned(),
                "append" => self.read(path) + part() + "\n",
                "crlf" => self.read(path).replace('\n', "\r\n"),
                "replace" => {
                    let (old, new) = (part(), part());
                    let text = self.read(path);
                    assert!(text.contains(old), "{path} has no {old:?}:\n{text}");
                    text.replace(old, new)
                }
                _ => panic!("`{verb}` is no step"),
            };
            self.write(path, text.as_bytes());
        }
    }
}

#[test]
fn what_was_remembered_changes_nothing() {
    let place = Place::new();
    for command in [
        "api shop.api -o out",
        "rpc stock.proto -I shared --sql stock.sql -o out",
    ] {
        let said = place.zgen(command);
        assert!(said.ends_with("Some(0)\n"), "{said}");
    }
    place.touch("append out/zgen.yaml => templates: ../own");
    let said = place.zgen("gen out");
    assert!(said.ends_with("Some(0)\n"), "{said}");
    // A file of the user's own, as there are in every workspace.
    place.touch("append out/crates/stock-rpc/src/svc.rs => // mine");
    let said = place.zgen("gen out");
    assert!(said.contains("(0 written, "), "{said}");
    let base = files::below(&place.dir).expect("files");
    let stamp = place.read(STAMP);

    // All of them take a minute; the quick lane takes one of each kind.
    let every = if cargo::is_skipped() { 6 } else { 1 };
    for touched in TOUCHED.iter().step_by(every) {
        let [known, forgotten] = [Some(stamp.as_str()), None].map(|stamp| {
            place.restore(&base, stamp);
            place.touch(touched);
            let mut said = String::new();
            for command in COMMANDS {
                if stamp.is_none() {
                    let _ = fs::remove_file(place.dir.join(STAMP));
                }
                said += &place.zgen(command);
            }
            (said, files::below(&place.dir).expect("files"))
        });
        assert_eq!(known.0, forgotten.0, "{touched:?}");
        assert!(known.1.keys().eq(forgotten.1.keys()), "{touched:?}");
        for (path, bytes) in &forgotten.1 {
            assert!(known.1[path] == *bytes, "{touched:?}: {path}");
        }
    }
}

/// What is found and said once is said as long as it is so, in the way in which it is asked for.
#[test]
fn what_was_said_is_said_again() {
    let place = Place::new();
    for command in [
        "rpc stock.proto -I shared --sql stock.sql -o out",
        "api shop.api -o out",
    ] {
        place.zgen(command);
    }
    // A scaffold that changes below an edit is told in full once, and by its name from then on.
    place.touch("append out/crates/shop-api/src/logic/get_item.rs => // mine");
    place.touch("replace shop.api => returns (Item) => returns (Item) // more");
    place.touch("replace shop.api => @handler => @doc \"an item\" @handler");
    for told in ["its scaffold changed", "has changed since"] {
        let said = place.zgen("gen out");
        assert!(said.contains(told), "{said}");
    }
    let base = files::below(&place.dir).expect("files");
    let stamp = place.read(STAMP);
    for command in COMMANDS.iter().chain(&WAYS) {
        place.restore(&base, Some(&stamp));
        let known = place.zgen(command);
        place.restore(&base, None);
        assert_eq!(place.zgen(command), known);
        for finding in ["table-mismatch", "`part`", "get_item.rs"] {
            // Findings are no part of a plan's document, and are shown beside it.
            assert!(known.contains(finding), "{finding} is not in: {known}");
        }
    }
}

/// The second run has nothing to find out, whatever the first one has written: their stamps are one. One that does not
/// hold would be replaced by another.
#[test]
fn a_first_run_is_remembered() {
    let place = Place::new();
    let base = files::below(&place.dir).expect("files");
    for command in FIRST {
        place.restore(&base, None);
        let dir = command.rsplit(' ').next().unwrap_or_default();
        let stamp = format!("{dir}/.zgen/cache/stamp");
        let again = format!("gen {dir}");
        let said = place.zgen(command);
        assert!(said.ends_with("Some(0)\n"), "{said}");
        for command in [command, &again] {
            let first = place.read(&stamp);
            let said = place.zgen(command);
            assert!(said.contains("(0 written, "), "{said}");
            assert_eq!(place.read(&stamp), first, "{command}");
        }
        // There is a list of what there is, and nothing else yet.
        let text = place.read(&format!("{dir}/zgen.yaml"));
        place.restore(&base, None);
        place.write(&format!("{dir}/zgen.yaml"), text.as_bytes());
        let said = place.zgen(&again);
        assert!(said.contains("is missing"), "{said}");
        let first = place.read(&stamp);
        let said = place.zgen(&again);
        assert!(!said.contains("is missing"), "{said}");
        assert_eq!(place.read(&stamp), first, "{command}");
        if !command.contains("stock.sql") {
            continue;
        }
        // A migration more of zgen's.
        place.touch(
            "replace stock.sql => amount BIGINT NOT NULL => amount BIGINT NOT NULL, note TEXT",
        );
        let said = place.zgen(&again);
        assert!(!said.contains("(0 written, "), "{said}");
        let first = place.read(&stamp);
        let said = place.zgen(&again);
        assert!(said.contains("(0 written, "), "{said}");
        assert_eq!(place.read(&stamp), first, "{command}");
    }
}

/// What comes into the folder of migrations, or goes from it, is seen by the second run.
#[test]
fn a_listing_that_is_remembered_is_not_stale() {
    let place = Place::new();
    place.zgen("rpc stock.proto -I shared --sql stock.sql -o out");
    let base = files::below(&place.dir).expect("files");
    let stamp = place.read(STAMP);
    let folder = "out/crates/stock-rpc/migrations/mysql";
    for touched in [
        format!("write {folder}/0002_mine.sql => ALTER TABLE stock ADD COLUMN mine BIGINT"),
        format!("write {folder}/0002_mine.sql => ALTER TABLE stock ADD COLUMN mine TEXT"),
        format!("write {folder}/mine.txt => not of sqlx's form"),
        format!("remove {folder}/0001_stock.sql"),
        format!("append {folder}/0001_stock.sql => -- mine"),
    ] {
        let [known, forgotten] = [Some(stamp.as_str()), None].map(|stamp| {
            place.restore(&base, stamp);
            place.touch(&touched);
            let said = place.zgen("gen out");
            (said, files::below(&place.dir).expect("files"))
        });
        assert_eq!(known.0, forgotten.0, "{touched}");
        assert!(known.1 == forgotten.1, "{touched}");
        assert_ne!(place.read(STAMP), stamp, "{touched}");
    }
}

fn read(path: &Utf8Path) -> io::Result<String> {
    Sources.read(path)
}

#[test]
fn a_stamp_holds_until_something_is_touched() {
    let place = Place::new();
    let out = place.dir.join("out");
    let mut project = Project::empty(&out);
    let api = project.add_api(&place.dir.join("shop.api"), &[]);
    api.expect("a gateway");
    let rpc = RpcInput {
        include: vec![place.dir.join("shared")],
        ..RpcInput::of(place.dir.join("stock.proto"))
    };
    project.add_rpc(&rpc).expect("a service");
    let heard = Reads::default();
    let loader = Overheard {
        loader: &Sources,
        heard: &|path, answer| heard.note(path, answer),
    };
    let tree = zgen::generate(&project, &loader).tree.expect("no errors");
    let guard = Guard::acquire(&out).expect("the guard");
    let disk = Disk::at(&out);
    let rules = Rules::default();
    let plan = write::plan(&tree, &disk, &Lock::read(&disk).expect("a lock"), &rules);
    let plan = plan.expect("a plan");
    let stamp = Stamp::of(&plan, &disk, "key", &heard, "").expect("files");
    let stamp = stamp.expect("a run that has nothing to say");
    let ready = plan.ready().expect("no conflicts");
    write::apply(ready, &guard).expect("written");
    stamp.write(&guard);
    assert_eq!(Stamp::read(guard.disk()).as_ref(), Some(&stamp));
    drop(guard);

    let held = || stamp.holds(&Disk::at(&out), "key", read);
    assert_eq!(held(), Some(tree.0.len()));
    assert_eq!(stamp.holds(&Disk::at(&out), "another", read), None);
    let base = files::below(&place.dir).expect("files");
    let all = base.keys().filter(|path| !path.starts_with("own"));
    let all: Vec<_> = all
        .filter(|path| *path != "other.proto" && *path != "stock.sql")
        .collect();
    assert!(all.len() > 200, "only {} files", all.len());
    for path in all {
        let file = place.dir.join(path);
        fs::write(&file, [&base[path][..], b" "].concat()).expect("written");
        assert_eq!(held(), None, "{path}");
        fs::remove_file(&file).expect("removed");
        assert_eq!(held(), None, "{path}");
        fs::write(&file, &base[path]).expect("written");
    }
    assert_eq!(held(), Some(tree.0.len()));
    // Would be found before the one that was read.
    place.write("unit.proto", b"");
    assert_eq!(held(), None);
}
