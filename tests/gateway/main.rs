//! The slow lane: a gateway with everything that an `.api` file can say, generated, filled with logic, and called over
//! real HTTP by `fixtures/gateway/user/tests/wire.rs`; then once more with its answers in an envelope.
//!
//! `ZGEN_SLOW=0` skips it; CI never does.

#[path = "../support/cargo.rs"]
mod cargo;
#[path = "../support/files.rs"]
mod files;

use std::fs;
use std::process::Command;

use anyhow::ensure;
use camino::Utf8Path;

const FIXTURES: &str = "fixtures/gateway";

/// Before anybody has touched it.
const CLEAN: [&str; 2] = [
    "fmt --all --check",
    "clippy --workspace --all-targets -- -D warnings",
];

#[test]
fn a_gateway_with_everything_serves() -> anyhow::Result<()> {
    if cargo::is_skipped() {
        return Ok(());
    }
    let dir = Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("gateway");
    // What an earlier zgen has written may not be written any more.
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    zgen(&["api", "fixtures/gateway/wide.api", "-o", dir.as_str()])?;
    // The versions that the other workspaces are built with.
    fs::copy("fixtures/projects/order/Cargo.lock", dir.join("Cargo.lock"))?;
    let gateway = dir.join("crates/wide-api");
    take_files(&gateway.join("Cargo.toml"))?;
    CLEAN.iter().try_for_each(|line| cargo::cargo(&dir, line))?;

    for (from, to) in [
        ("logic", "src/logic"),
        ("middleware", "src/middleware"),
        ("tests", "tests"),
    ] {
        let from = Utf8Path::new(FIXTURES).join("user").join(from);
        files::copy(&from, &gateway.join(to))?;
    }
    cargo::cargo(&dir, "test -p wide-api")?;

    // The switch changes zgen's files and the user's untouched ones; what is written stays.
    let project = dir.join("zgen.yaml");
    let text = fs::read_to_string(&project)?;
    let switched = text.replace("envelope: false", "envelope: true");
    ensure!(switched != text, "{project} has no switch");
    fs::write(&project, switched)?;
    // Rows of a table, longer than rustfmt likes.
    fs::remove_file(gateway.join("tests/wire.rs"))?;
    zgen(&["gen", dir.as_str()])?;
    CLEAN.iter().try_for_each(|line| cargo::cargo(&dir, line))?;
    let tests = Utf8Path::new(FIXTURES).join("envelope");
    files::copy(&tests, &gateway.join("tests"))?;
    cargo::cargo(&dir, "test -p wide-api --test envelope --test http")
}

/// Lets a gateway's logic take uploads and send files, as docs/binding.md says.
fn take_files(manifest: &Utf8Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(manifest)?;
    let axum = "axum = { workspace = true, features = [\"multipart\"] }\n";
    let tokio = "tokio = { workspace = true, features = [\"fs\", \"io-util\"] }\n\
                 tokio-util = { version = \"0.7\", features = [\"io\"] }\n";
    let grown =
        (text.replace("axum.workspace = true\n", axum)).replace("tokio.workspace = true\n", tokio);
    ensure!(grown != text, "{manifest} has changed");
    Ok(fs::write(manifest, grown)?)
}

fn zgen(args: &[&str]) -> anyhow::Result<()> {
    let status = Command::new(env!("CARGO_BIN_EXE_zgen"))
        .args(args)
        .status()?;
    ensure!(status.success(), "zgen {}: {status}", args.join(" "));
    Ok(())
}
