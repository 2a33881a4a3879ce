//! What must not grow unnoticed, in counts that do not depend on how busy a machine is: instructions, allocations,
//! bytes of the program, crates, files and lines. The limits stand in `tests/counts/limits`.
//!
//! After a growth that is meant: `ZGEN_UPDATE=1 cargo test --test counts`, then read the diff.

#[path = "support/cargo.rs"]
mod cargo;
#[path = "../benches/inputs/mod.rs"]
mod inputs;
#[path = "counts/limits.rs"]
mod limits;
#[path = "support/project.rs"]
mod project;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use camino::Utf8Path;
use zgen::project::Project;
use zgen::source;

use self::limits::Limits;
use self::project::Fixture;

const ROUTES: usize = 200;

/// For what no compiler changes.
const EVERYWHERE: &str = "every-compiler";

#[test]
fn what_is_written_for_the_order_project() -> anyhow::Result<()> {
    let generated = zgen::generate(&Fixture::named("order").project()?, &source::Disk);
    let tree = generated.tree.context("the order project has errors")?;
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (path, file) in &tree.0 {
        let part = match path.as_str() {
            path if path.starts_with("crates/zgen-rt/") => "the runtime",
            path if path.starts_with("crates/order-proto/") => "order: messages and stubs",
            path if path.starts_with("crates/") => "order: crates",
            _ => "order: all else",
        };
        *counts.entry(format!("files of {part}")).or_default() += 1;
        *counts.entry(format!("lines of {part}")).or_default() += file.text.lines().count() as u64;
    }
    Limits::check(EVERYWHERE, &counts)
}

#[test]
fn crates_below_each_program() -> anyhow::Result<()> {
    let lock = fs::read_to_string("fixtures/projects/order/Cargo.lock")?;
    let order = lock.lines().filter(|line| *line == "[[package]]").count();
    let tree = Command::new(env!("CARGO"))
        .args("tree --locked --package zgen --edges normal --prefix none".split(' '))
        .output()?;
    ensure!(
        tree.status.success(),
        "cargo tree: {}",
        String::from_utf8_lossy(&tree.stderr)
    );
    let tree = String::from_utf8(tree.stdout)?;
    // A crate that is listed above is marked with a star.
    let crates = tree.lines().map(|line| line.trim_end_matches(" (*)"));
    let zgen = crates.collect::<BTreeSet<_>>().len();
    let counts = [("crates of zgen", zgen), ("crates of order", order)];
    Limits::check(
        EVERYWHERE,
        &counts
            .map(|(name, count)| (name.to_owned(), count as u64))
            .into(),
    )
}

/// What is counted is what one thread does, so this is done where there is one: on one processor.
#[test]
fn allocations_of_a_generation() -> anyhow::Result<()> {
    let Some(processor) = first_processor() else {
        eprintln!("skipped: only Linux says which processors there are");
        return Ok(());
    };
    let output = Command::new("taskset")
        .args(["--cpu-list", &processor])
        .arg(std::env::current_exe()?)
        .args(["count_allocations", "--exact", "--ignored", "--nocapture"])
        .output();
    let Ok(output) = output else {
        eprintln!("skipped: `taskset`, of util-linux, is not installed");
        return Ok(());
    };
    let said = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "{said}");
    let counts = said.lines().filter_map(|line| {
        let (what, count) = line.strip_prefix("counted ")?.split_once(": ")?;
        Some((format!("{what} for {ROUTES} routes"), count.parse().ok()?))
    });
    let counts: BTreeMap<String, u64> = counts.collect();
    ensure!(counts.len() == 2, "{said}");
    Limits::check(&limits::compiler()?, &counts)
}

/// Of those that this process may use.
fn first_processor() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let mut lines = status.lines();
    let list = lines.find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    let first = list.trim().split(['-', ',']).next()?;
    Some(first.to_owned())
}

#[test]
#[ignore = "a part of another test"]
fn count_allocations() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let dir = Utf8Path::from_path(dir.path()).context("a path that is UTF-8")?;
    let file = dir.join("large.api");
    fs::write(&file, inputs::api(ROUTES))?;
    let mut project = Project::empty(dir.join("out"));
    project.add_api(&file, &[])?;
    // What is made once for all runs is not counted.
    zgen::generate(&project, &source::Disk);
    let mut tree = None;
    let found = allocation_counter::measure(|| {
        tree = zgen::generate(&project, &source::Disk).tree;
    });
    ensure!(tree.is_some(), "the made-up description has errors");
    // Behind what the test harness has begun to say.
    println!("\ncounted allocations: {}", found.count_total);
    println!("counted bytes at once: {}", found.bytes_max);
    Ok(())
}

/// In the debug profile, as the tests are: building the released program takes minutes.
#[test]
fn instructions_of_a_run() -> anyhow::Result<()> {
    if cargo::is_skipped() {
        return Ok(());
    }
    let valgrind = Command::new("valgrind").arg("--version").output();
    if !valgrind.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: instructions are counted by valgrind, which is not installed");
        return Ok(());
    }
    let dir = tempfile::tempdir()?;
    let dir = Utf8Path::from_path(dir.path()).context("a path that is UTF-8")?;
    fs::write(dir.join("large.api"), inputs::api(ROUTES))?;
    let mut counts = BTreeMap::new();
    for (what, arguments) in [
        ("cold", "api large.api -o out"),
        ("nothing changed", "gen out"),
    ] {
        let count = instructions(dir, arguments)?;
        counts.insert(format!("instructions for {ROUTES} routes, {what}"), count);
    }
    Limits::check(&limits::compiler()?, &counts)
}

/// Of zgen's own process; what rustfmt does is rustfmt's.
fn instructions(dir: &Utf8Path, arguments: &str) -> anyhow::Result<u64> {
    let out = dir.join("callgrind.out");
    let status = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--trace-children=no",
            "--log-file=/dev/null",
        ])
        .arg(format!("--callgrind-out-file={out}"))
        .arg(env!("CARGO_BIN_EXE_zgen"))
        .args(arguments.split(' '))
        .current_dir(dir)
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    ensure!(
        status.success(),
        "zgen {arguments} below valgrind: {status}"
    );
    let text = fs::read_to_string(&out).with_context(|| format!("reading {out}"))?;
    let totals = text.lines().find_map(|line| {
        let rest = line
            .strip_prefix("totals: ")
            .or(line.strip_prefix("summary: "))?;
        rest.trim().parse().ok()
    });
    totals.context("callgrind counted nothing")
}

#[test]
fn bytes_of_the_program() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let stripped = dir.path().join("zgen");
    let strip = Command::new("strip")
        .arg("-o")
        .arg(&stripped)
        .arg(env!("CARGO_BIN_EXE_zgen"))
        .status();
    if !strip.is_ok_and(|status| status.success()) {
        eprintln!("skipped: the program is measured without symbols, and there is no strip");
        return Ok(());
    }
    let bytes = fs::metadata(&stripped)?.len();
    let name = "bytes of the debug program".to_owned();
    Limits::check(&limits::compiler()?, &[(name, bytes)].into())
}
