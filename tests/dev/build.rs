#![cfg(unix)]

use zgen::dev::cargo::Build;

use crate::{folder, support};

/// Runs a build with a cargo that does as the script says; gives what the user sees, and the outcome.
async fn build(
    script: &str,
    release: bool,
) -> anyhow::Result<(String, anyhow::Result<Vec<String>>)> {
    let (_temp, dir) = folder(&[("cargo.sh", script)])?;
    let build = Build {
        cargo: Some(support("fake-cargo").into()),
        release,
        color: false,
    };
    let mut out = Vec::new();
    let outcome = build.run(&dir, &mut out).await.map(|binaries| {
        let found = binaries.iter().map(|(name, path)| format!("{name} {path}"));
        found.collect()
    });
    Ok((
        String::from_utf8(out)?.replace(dir.as_str(), "DIR"),
        outcome,
    ))
}

#[tokio::test]
async fn a_build_gives_the_programs() -> anyhow::Result<()> {
    let script = r#"
echo "   Compiling serde v1.0.0" >&2
echo "warning: unused variable" >&2
echo '{"target":{"src_path":"/w/crates/order-api/src/main.rs"},"executable":"/t/order-api"}'
echo '{"reason":"build-finished","success":true}'
"#;
    let (shown, outcome) = build(script, false).await?;
    assert_eq!(outcome?, ["order-api /t/order-api"]);
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(
        lines[..2],
        ["building DIR (debug)", "warning: unused variable"]
    );
    assert!(lines[2].starts_with("built in "), "{shown}");
    Ok(())
}

#[tokio::test]
async fn a_failed_build_shows_its_errors() -> anyhow::Result<()> {
    let (shown, outcome) = build("echo 'error: no such crate' >&2; exit 101", false).await?;
    assert!(shown.contains("error: no such crate"), "{shown}");
    let error = outcome.err().map(|error| error.to_string());
    let error = error.unwrap_or_default();
    assert!(error.contains("does not build"), "{error}");
    assert!(error.contains("101"), "{error}");
    Ok(())
}

#[tokio::test]
async fn cargo_is_asked_for_every_program() -> anyhow::Result<()> {
    for (release, expected) in [(false, ""), (true, " --release")] {
        let (shown, _) = build("echo \"args: $*\" >&2", release).await?;
        let expected = format!(
            "args: build --workspace --bins --message-format=json-render-diagnostics{expected}"
        );
        assert!(shown.lines().any(|line| line == expected), "{shown}");
    }
    Ok(())
}
