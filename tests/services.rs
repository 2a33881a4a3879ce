//! Descriptions of services as odd as protobuf allows (`fixtures/services`): several files in one process, one name in
//! several packages, no package, proto2, nested types and Google's own in signatures, tables that nothing inserts into.
//!
//! What is generated is built, linted and tested in the slow lane: `ZGEN_SLOW=0` leaves that out.

#[path = "support/cargo.rs"]
mod cargo;
#[path = "support/files.rs"]
mod files;

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

const ODD: &str = "fixtures/services";

/// Runs zgen on the copied descriptions; its output and exit status.
fn zgen(dir: &Utf8Path, words: &str) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_zgen"))
        .args(words.split(' '))
        .current_dir(dir)
        .output()
        .expect("zgen runs");
    let text = [output.stdout, output.stderr].concat();
    (
        String::from_utf8_lossy(&text).into_owned(),
        output.status.code(),
    )
}

/// A folder with the descriptions, and a workspace `out` that is generated from all of them.
fn generated(name: &str) -> anyhow::Result<Utf8PathBuf> {
    let dir = cargo::root().join(name);
    if dir.exists() {
        std::fs::remove_dir_all(&dir)?;
    }
    files::copy(Utf8Path::new(ODD), &dir)?;
    for words in [
        "rpc order/v2/order.proto pinger.proto -I . --into shop -o out",
        "rpc audit.proto --sql audit.sql -o out",
        "api front.api -o out",
        // One more joins the others.
        "rpc order/v1/order.proto -I . --into shop --serde -o out",
    ] {
        let (said, code) = zgen(&dir, words);
        assert_eq!(code, Some(0), "zgen {words}\n{said}");
    }
    Ok(dir)
}

#[test]
fn one_process_serves_several_files() -> anyhow::Result<()> {
    let dir = generated("services")?;
    let (said, code) = zgen(&dir, "gen out --check");
    assert_eq!(code, Some(0), "{said}");
    // What cannot be answered is said once, and that is 501.
    assert!(said.contains("link/streaming-method"), "{said}");
    assert!(said.contains("serde is left out of `Timestamp`:"), "{said}");
    assert!(
        said.contains("`order.v1.Orders.Import` is asked by a stream"),
        "{said}"
    );
    let out = dir.join("out");
    let files = files::below(&out)?;
    for there in [
        "crates/shop-rpc/src/logic/order_v1_orders/create.rs",
        "crates/shop-rpc/src/logic/order_v2_orders/create.rs",
        "crates/shop-rpc/src/logic/pinger/ping.rs",
        // The first service of a file is where it would be alone.
        "crates/audit-v1-rpc/src/logic/list.rs",
        "crates/audit-v1-rpc/src/logic/watch_service/list.rs",
        "etc/shop.yaml",
        "deploy/Dockerfile.shop-rpc",
        "deploy/k8s/base/shop-rpc/deployment.yaml",
    ] {
        assert!(files.contains_key(Utf8Path::new(there)), "{there}");
    }
    let crates: Vec<_> = (out.join("crates").read_dir_utf8()?)
        .filter_map(|entry| Some(entry.ok()?.file_name().to_owned()))
        .filter(|name| name.ends_with("-rpc"))
        .collect();
    assert_eq!(crates.len(), 2, "{crates:?}");
    // One section for the process, however many of its services are called.
    let config = std::fs::read_to_string(out.join("etc/front-api.yaml"))?;
    assert_eq!(config.matches("\nShopRpc:").count(), 1, "{config}");
    let compose = std::fs::read_to_string(out.join("deploy/docker-compose.yaml"))?;
    assert_eq!(compose.matches("\n  shop-rpc:").count(), 1, "{compose}");
    Ok(())
}

#[test]
fn what_is_generated_has_no_lint() -> anyhow::Result<()> {
    if cargo::is_skipped() {
        return Ok(());
    }
    let out = generated("services-built")?.join("out");
    std::fs::copy("fixtures/projects/order/Cargo.lock", out.join("Cargo.lock"))?;
    for command in [
        "clippy --workspace --all-targets -- -D warnings",
        "test --workspace",
    ] {
        cargo::cargo(&out, command)?;
    }
    Ok(())
}

#[test]
fn names_of_processes_are_names_of_crates() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let dir = Utf8Path::from_path(dir.path()).expect("UTF-8");
    files::copy(Utf8Path::new(ODD), dir)?;
    for (words, code, said) in [
        ("rpc pinger.proto -o out", 1, "--into NAME"),
        (
            "rpc pinger.proto --into test -o out",
            1,
            "cargo keeps that name",
        ),
        (
            "rpc pinger.proto --into 7up -o out",
            1,
            "begin with a letter",
        ),
        (
            "rpc pinger.proto --into a/b -o out",
            1,
            "only letters, digits",
        ),
        ("rpc audit.proto pinger.proto --into a.b -o ok", 0, "files"),
    ] {
        let (text, found) = zgen(dir, words);
        assert_eq!(found, Some(code), "{words}\n{text}");
        assert!(text.contains(said), "{words}\n{text}");
    }
    Ok(())
}
