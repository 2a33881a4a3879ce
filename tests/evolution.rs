//! The slow lane: the descriptions of one workspace change again and again, its user's edits stay, and it compiles after
//! every step; where it cannot, the compiler names the user's file, and `--merge` mends it.
//!
//! `ZGEN_SLOW=0` skips it; CI never does.

#[path = "support/cargo.rs"]
mod cargo;
#[path = "support/files.rs"]
mod files;
#[path = "support/project.rs"]
mod project;
#[path = "support/workspace.rs"]
mod workspace;

use std::fs;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use camino::Utf8Path;

use self::project::Fixture;
use self::workspace::Workspace;

const BASE: &str = "fixtures/scenarios/base";

struct Step {
    name: &'static str,
    /// File, what is in it, what is to be there. An empty old text stands for the end of the file.
    edits: &'static [(&'static str, &'static str, &'static str)],
    zgen: &'static str,
    /// Where the compiler complains; empty if it does not.
    broken: &'static str,
}

const MINE: &str = "\npub fn mine() -> u32 {\n    1\n}\n";
const USER: &str = "syntax = \"proto3\";\npackage user;\nservice User { rpc GetUser(Req) returns (Resp); }\n\
                    message Req { string id = 1; }\nmessage Resp { string name = 1; }\n";

const STEPS: &[Step] = &[
    Step {
        name: "the user edits logic and context",
        edits: &[
            ("crates/shop-api/src/logic/item/add_item.rs", "", MINE),
            ("crates/shop-api/src/svc.rs", "", MINE),
            (
                "crates/shop-api/src/lib.rs",
                "",
                "\npub fn of_svc() -> u32 {\n    svc::mine()\n}\n",
            ),
            ("crates/stock-rpc/src/logic/get_item.rs", "", MINE),
        ],
        zgen: "gen",
        broken: "",
    },
    Step {
        name: "a route more",
        edits: &[(
            "shop.api",
            "\t@handler AddItem\n",
            "\t@handler ListItems\n\tget /items returns ([]Item)\n\n\t@handler AddItem\n",
        )],
        zgen: "gen",
        broken: "",
    },
    Step {
        name: "a field more, in the message and the table too",
        edits: &[
            (
                "shop.api",
                "\tAddItemReq {\n",
                "\tAddItemReq {\n\t\tNote string `json:\"note,optional\"`\n",
            ),
            (
                "stock.proto",
                "message AddItemReq {\n",
                "message AddItemReq {\n  string note = 2;\n",
            ),
            (
                "stock.sql",
                "  PRIMARY KEY",
                "  note VARCHAR(32) NOT NULL DEFAULT '',\n  PRIMARY KEY",
            ),
        ],
        zgen: "gen --merge",
        broken: "",
    },
    Step {
        name: "a method more, one that streams",
        edits: &[(
            "stock.proto",
            "returns (Item);\n}",
            "returns (Item);\n  rpc Watch(GetItemReq) returns (stream Item);\n}",
        )],
        zgen: "gen",
        broken: "",
    },
    Step {
        name: "a service more, which the edited context does not know",
        edits: &[
            ("user.proto", "", USER),
            (
                "shop.api",
                "\t@handler AddItem\n",
                "\t@handler GetUser\n\tget /users/:id (UserReq) returns (UserResp)\n\n\t@handler AddItem\n",
            ),
            (
                "shop.api",
                "type (\n",
                "type (\n\tUserReq {\n\t\tId string `path:\"id\"`\n\t}\n\n\tUserResp {\n\t\tName string `json:\"name\"`\n\t}\n\n",
            ),
        ],
        zgen: "rpc user.proto",
        broken: "no field `user` on type",
    },
    Step {
        name: "the merge brings it in",
        edits: &[],
        zgen: "gen --merge",
        broken: "",
    },
    Step {
        name: "tokens and another middleware",
        edits: &[(
            "shop.api",
            "middleware: Audit\n",
            "middleware: Audit, Limit\n\tjwt: Auth\n",
        )],
        zgen: "gen --merge",
        broken: "",
    },
    Step {
        name: "a group renamed, a type renamed",
        edits: &[
            ("shop.api", "group:      admin", "group:      back/office"),
            ("shop.api", "AddItemReq", "NewItem"),
        ],
        zgen: "gen --merge",
        // The user's own logic names the type.
        broken: "",
    },
    Step {
        name: "a column, a route and a method less",
        edits: &[
            ("stock.sql", "  note VARCHAR(32) NOT NULL DEFAULT '',\n", ""),
            (
                "shop.api",
                "\t@handler ListItems\n\tget /items returns ([]Item)\n\n",
                "",
            ),
            (
                "stock.proto",
                "  rpc Watch(GetItemReq) returns (stream Item);\n",
                "",
            ),
        ],
        zgen: "gen --merge",
        broken: "",
    },
];

#[test]
fn descriptions_change_and_it_compiles() -> anyhow::Result<()> {
    if cargo::is_skipped() {
        return Ok(());
    }
    let workspace = Workspace::fresh("evolution")?;
    for (path, bytes) in files::below(Utf8Path::new(BASE))? {
        files::write(&workspace.dir.join(path), &bytes)?;
    }
    // The versions that the other workspaces have built.
    let lock = fs::read(Fixture::named("order").dir.join("Cargo.lock"))?;
    files::write(&workspace.dir.join("Cargo.lock"), &lock)?;
    for words in ["api shop.api", "rpc stock.proto --sql stock.sql"] {
        zgen(&workspace, words)?;
    }
    for step in STEPS {
        let start = Instant::now();
        for (path, old, new) in step.edits {
            edit(&workspace.dir.join(path), old, new).context(step.name)?;
        }
        zgen(&workspace, step.zgen).context(step.name)?;
        let checked = workspace.cargo("check --workspace --all-targets");
        match checked {
            Ok(()) => ensure!(step.broken.is_empty(), "{}: it compiles", step.name),
            Err(error) => {
                let said = format!("{error:#}");
                let expected = !step.broken.is_empty() && said.contains(step.broken);
                ensure!(expected, "{}: {said}", step.name);
            }
        }
        eprintln!("{}: {:.1} s", step.name, start.elapsed().as_secs_f64());
    }
    // What the user wrote is all there.
    for path in [
        "crates/shop-api/src/logic/item/add_item.rs",
        "crates/shop-api/src/svc.rs",
        "crates/stock-rpc/src/logic/get_item.rs",
    ] {
        let text = fs::read_to_string(workspace.dir.join(path))?;
        ensure!(text.contains(MINE.trim()), "{path} has lost an edit");
    }
    Ok(())
}

fn zgen(workspace: &Workspace, words: &str) -> anyhow::Result<()> {
    let output = Command::new(env!("CARGO_BIN_EXE_zgen"))
        .args(words.split(' '))
        .current_dir(&workspace.dir)
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "zgen {words}: {said}");
    Ok(())
}

fn edit(path: &Utf8Path, old: &str, new: &str) -> anyhow::Result<()> {
    let text = match fs::read_to_string(path) {
        Ok(text) if old.is_empty() => text + new,
        Ok(text) => {
            ensure!(text.contains(old), "{path} has no {old:?}");
            text.replace(old, new)
        }
        Err(_) => new.to_owned(),
    };
    files::write(path, text.as_bytes())
}
