//! The slow lane: expected workspaces with a user's logic in them (`fixtures/wired`), called over real sockets: two
//! services behind one gateway, and streams of all kinds.
//!
//! `ZGEN_SLOW=0` skips it; CI never does.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, ensure};
use camino::{Utf8Path, Utf8PathBuf};

struct Case {
    /// Of `fixtures/projects` and of `fixtures/wired`.
    project: &'static str,
    package: &'static str,
    /// Of the user's.
    test: &'static str,
    /// What the user's code needs besides, in the manifest of the package.
    dependencies: &'static str,
    dev_dependencies: &'static str,
}

const CASES: &[Case] = &[
    Case {
        project: "shop",
        package: "shop-api",
        test: "two_services",
        dependencies: "",
        dev_dependencies: "shop-user-rpc.workspace = true\n",
    },
    Case {
        project: "shapes",
        package: "shapes-v1-rpc",
        test: "streams",
        dependencies: "futures-util = \"0.3\"\n",
        dev_dependencies: "shapes-v1-proto = { workspace = true, features = [\"client\"] }\n\
                           zgen-rt = { workspace = true, features = [\"rpc-client\"] }\n",
    },
];

#[test]
fn services_answer_each_other() -> anyhow::Result<()> {
    if std::env::var_os("ZGEN_SLOW").is_some_and(|value| value == "0") {
        eprintln!("skipped: ZGEN_SLOW=0");
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
        copy(&project.join("expected"), &dir)?;
        fs::copy(project.join("Cargo.lock"), dir.join("Cargo.lock"))?;
        let user = Utf8Path::new("fixtures/wired").join(case.project);
        copy(&user, &dir.join("crates"))?;
        let manifest = dir.join("crates").join(case.package).join("Cargo.toml");
        let text = fs::read_to_string(&manifest)?;
        let text = below(&text, "[dependencies]\n", case.dependencies)?;
        let text = below(&text, "[dev-dependencies]\n", case.dev_dependencies)?;
        fs::write(&manifest, text)?;
        if case.project == "shop" {
            let manifest = dir.join("crates/shop-order-rpc/Cargo.toml");
            let text = fs::read_to_string(&manifest)?;
            let types = if text.contains("prost-types") {
                ""
            } else {
                "prost-types.workspace = true\n"
            };
            fs::write(&manifest, below(&text, "[dependencies]\n", types)?)?;
        }
        test(&dir, case)?;
    }
    Ok(())
}

fn below(text: &str, heading: &str, lines: &str) -> anyhow::Result<String> {
    let (before, after) = text.split_once(heading).context("a manifest of zgen's")?;
    Ok([before, heading, lines, after].concat())
}

fn copy(from: &Utf8Path, to: &Utf8Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in from.read_dir_utf8()? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

fn test(dir: &Utf8Path, case: &Case) -> anyhow::Result<()> {
    let target: Utf8PathBuf = match std::env::var("ZGEN_LAB_TARGET") {
        Ok(target) => target.into(),
        Err(_) => Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("workspaces-target"),
    };
    let package = case.package;
    let output = Command::new(env!("CARGO"))
        .args(["test", "-p", package, "--test", case.test])
        .current_dir(dir)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env_remove("RUSTFLAGS")
        .output()?;
    ensure!(
        output.status.success(),
        "cargo test -p {package} in {dir}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
