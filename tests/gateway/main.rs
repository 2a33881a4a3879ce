//! The slow lane: a gateway with everything that an `.api` file can say, generated, filled with logic, and called over
//! real HTTP by `fixtures/gateway/user/tests/wire.rs`.
//!
//! `ZGEN_SLOW=0` skips it; CI never does.

use std::fs;
use std::process::Command;

use anyhow::ensure;
use camino::{Utf8Path, Utf8PathBuf};

const USER: &str = "fixtures/gateway/user";

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
    let status = Command::new(env!("CARGO_BIN_EXE_zgen"))
        .args(["api", "fixtures/gateway/wide.api", "-o", dir.as_str()])
        .status()?;
    ensure!(status.success(), "zgen api: {status}");
    // Before anybody has touched it.
    cargo(&dir, &["fmt", "--all", "--check"])?;
    cargo(
        &dir,
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
    )?;

    let gateway = dir.join("crates/wide-api");
    for (from, to) in [
        ("logic", "src/logic"),
        ("middleware", "src/middleware"),
        ("tests", "tests"),
    ] {
        copy(&Utf8Path::new(USER).join(from), &gateway.join(to))?;
    }
    // As docs/binding.md says of uploads and downloads.
    let manifest = gateway.join("Cargo.toml");
    let text = fs::read_to_string(&manifest)?;
    let more = "axum = { workspace = true, features = [\"multipart\"] }\n\
                tokio-util = { version = \"0.7\", features = [\"io\"] }\n";
    let grown = text.replace("axum.workspace = true\n", more).replace(
        "tokio.workspace = true",
        "tokio = { workspace = true, features = [\"fs\", \"io-util\"] }",
    );
    ensure!(grown != text, "{manifest} has changed");
    fs::write(&manifest, grown)?;
    cargo(&dir, &["test", "-p", "wide-api"])
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

fn cargo(dir: &Utf8Path, args: &[&str]) -> anyhow::Result<()> {
    let target: Utf8PathBuf = match std::env::var("ZGEN_LAB_TARGET") {
        Ok(target) => target.into(),
        Err(_) => Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("workspaces-target"),
    };
    let output = Command::new(env!("CARGO"))
        .args(args)
        .current_dir(dir)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env_remove("RUSTFLAGS")
        .output()?;
    ensure!(
        output.status.success(),
        "cargo {}: {}\n{}{}",
        args.join(" "),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
