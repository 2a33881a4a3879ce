//! The slow lane: expected workspaces with a user's logic in them (`fixtures/wired`), called over real sockets: two
//! services behind one gateway, and streams of all kinds.
//!
//! `ZGEN_SLOW=0` skips it; CI never does.

#[path = "../support/cargo.rs"]
mod cargo;
#[path = "../support/files.rs"]
mod files;

use std::fs;

use anyhow::Context as _;
use camino::Utf8Path;

struct Case {
    /// Of `fixtures/projects` and of `fixtures/wired`.
    project: &'static str,
    package: &'static str,
    /// Of the user's.
    tests: &'static [&'static str],
    /// What the user's code needs besides: package, heading of its manifest, lines below it.
    needs: &'static [(&'static str, &'static str, &'static str)],
}

const CASES: &[Case] = &[
    Case {
        project: "shop",
        package: "shop-api",
        tests: &["two_services"],
        needs: &[
            (
                "shop-api",
                "[dev-dependencies]\n",
                "shop-user-rpc.workspace = true\n",
            ),
            (
                "shop-order-rpc",
                "[dependencies]\n",
                "futures-util = \"0.3\"\nprost-types.workspace = true\n",
            ),
            (
                "shop-user-rpc",
                "[dependencies]\n",
                "futures-util = \"0.3\"\n",
            ),
        ],
    },
    Case {
        project: "shapes",
        package: "shapes-v1-rpc",
        tests: &["streams", "reflection"],
        needs: &[
            (
                "shapes-v1-rpc",
                "[dependencies]\n",
                "futures-util = \"0.3\"\n",
            ),
            (
                "shapes-v1-rpc",
                "[dev-dependencies]\n",
                "shapes-v1-proto = { workspace = true, features = [\"client\"] }\n\
                 tokio-stream = \"0.1\"\n\
                 tonic-reflection = \"0.14\"\n\
                 zgen-rt = { workspace = true, features = [\"rpc-client\"] }\n",
            ),
        ],
    },
];

#[test]
fn services_answer_each_other() -> anyhow::Result<()> {
    if cargo::is_skipped() {
        return Ok(());
    }
    for case in CASES {
        let dir = Utf8Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("wired")
            .join(case.project);
        // What an earlier zgen has written may not be written any more.
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        let project = Utf8Path::new("fixtures/projects").join(case.project);
        files::copy(&project.join("expected"), &dir)?;
        fs::copy(project.join("Cargo.lock"), dir.join("Cargo.lock"))?;
        let user = Utf8Path::new("fixtures/wired").join(case.project);
        files::copy(&user, &dir.join("crates"))?;
        for (package, heading, lines) in case.needs {
            let manifest = dir.join("crates").join(package).join("Cargo.toml");
            let text = fs::read_to_string(&manifest)?;
            fs::write(&manifest, below(&text, heading, lines)?)?;
        }
        let tests = case.tests.iter().flat_map(|test| ["--test", test]);
        let tests: Vec<&str> = tests.collect();
        cargo::cargo(
            &dir,
            &format!("test -p {} {}", case.package, tests.join(" ")),
        )?;
    }
    Ok(())
}

fn below(text: &str, heading: &str, lines: &str) -> anyhow::Result<String> {
    let (before, after) = text.split_once(heading).context("a manifest of zgen's")?;
    Ok([before, heading, lines, after].concat())
}
