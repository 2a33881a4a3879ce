//! The slow lane: a gateway with everything that an `.api` file can say, generated, filled with logic, and called over
//! real HTTP by `fixtures/gateway/user/tests/wire.rs`; then once more with its answers in an envelope.
//!
//! `ZGEN_SLOW=0` skips it; CI never does.

use std::fs;
use std::process::Command;

use anyhow::ensure;
use camino::{Utf8Path, Utf8PathBuf};

const FIXTURES: &str = "fixtures/gateway";

/// Before anybody has touched it.
const CLEAN: [&str; 2] = [
    "fmt --all --check",
    "clippy --workspace --all-targets -- -D warnings",
];

#[test]
fn a_gateway_with_everything_serves() -> anyhow::Result<()> {
    if std::env::var_os("ZGEN_SLOW").is_some_and(|value| value == "0") {
        eprintln!("skipped: ZGEN_SLOW=0");
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
    CLEAN.iter().try_for_each(|line| cargo(&dir, line))?;

    for (from, to) in [
        ("logic", "src/logic"),
        ("middleware", "src/middleware"),
        ("tests", "tests"),
    ] {
        let from = Utf8Path::new(FIXTURES).join("user").join(from);
        copy(&from, &gateway.join(to))?;
    }
    cargo(&dir, "test -p wide-api")?;

    // The switch changes zgen's files and the user's untouched ones; what is written stays.
    let project = dir.join("zgen.yaml");
    let text = fs::read_to_string(&project)?;
    let switched = text.replace("envelope: false", "envelope: true");
    ensure!(switched != text, "{project} has no switch");
    fs::write(&project, switched)?;
    // Rows of a table, longer than rustfmt likes.
    fs::remove_file(gateway.join("tests/wire.rs"))?;
    zgen(&["gen", dir.as_str()])?;
    CLEAN.iter().try_for_each(|line| cargo(&dir, line))?;
    let tests = Utf8Path::new(FIXTURES).join("envelope");
    copy(&tests, &gateway.join("tests"))?;
    cargo(&dir, "test -p wide-api --test envelope --test http")
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

fn copy(from: &Utf8Path, to: &Utf8Path) -> anyhow::Result<()> {
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

fn cargo(dir: &Utf8Path, line: &str) -> anyhow::Result<()> {
    let target: Utf8PathBuf = match std::env::var("ZGEN_LAB_TARGET") {
        Ok(target) => target.into(),
        // That of tests/compile.rs, whose dependencies are the same.
        Err(_) => Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects/target"),
    };
    let output = Command::new(env!("CARGO"))
        .args(line.split_whitespace())
        .current_dir(dir)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env_remove("RUSTFLAGS")
        .output()?;
    ensure!(
        output.status.success(),
        "cargo {line}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
