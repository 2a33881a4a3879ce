//! The table of limits.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, bail};

const FILE: &str = "tests/counts/limits";
/// How much more than the limit says is still the same, in percent.
const ROOM: u64 = 3;
const HEADER: &str = "\
# What was counted last, a line for each: count, compiler, name. A test fails where it counts over 3 % more.
# After a growth that is meant: ZGEN_UPDATE=1 cargo test --test counts
";

/// Tests of one program run at the same time.
static FILE_IS_OPEN: Mutex<()> = Mutex::new(());

/// The counts that were found when the file was last written.
#[derive(Default)]
pub(crate) struct Limits(BTreeMap<String, Row>);

struct Row {
    count: u64,
    compiler: String,
}

/// The compiler that the tests are built with: another one has other counts.
pub(crate) fn compiler() -> anyhow::Result<String> {
    let output = Command::new("rustc").arg("--version").output()?;
    let text = String::from_utf8(output.stdout)?;
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    let debug = if cfg!(debug_assertions) {
        ""
    } else {
        "-release"
    };
    Ok(format!(
        "{}-{}{debug}",
        words.join("-"),
        std::env::consts::ARCH
    ))
}

impl Limits {
    /// Fails where a count is over its limit, or takes all of them as the new limits if that is asked for.
    pub(crate) fn check(compiler: &str, counts: &BTreeMap<String, u64>) -> anyhow::Result<()> {
        let _open = FILE_IS_OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut limits = Self::read()?;
        if std::env::var_os("ZGEN_UPDATE").is_some_and(|value| value == "1") {
            for (name, count) in counts {
                let row = Row {
                    count: *count,
                    compiler: compiler.to_owned(),
                };
                limits.0.insert(name.clone(), row);
            }
            return Ok(fs::write(FILE, limits.render())?);
        }
        let mut wrong = String::new();
        for (name, count) in counts {
            let Some(row) = limits.0.get(name) else {
                let _ = write!(wrong, "\n{name}: {count}, and no limit in {FILE}");
                continue;
            };
            if row.compiler != compiler {
                eprintln!(
                    "skipped: {name} was counted with {}, this is {compiler}",
                    row.compiler
                );
                continue;
            }
            let limit = row.count + row.count * ROOM / 100;
            println!("{name}: {count} of {limit}");
            if *count > limit {
                let more = count - row.count;
                let percent = more * 100 / row.count.max(1);
                let _ = write!(
                    wrong,
                    "\n{name}: {count}, which is {more} ({percent} %) more than {}",
                    row.count
                );
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        bail!("{wrong}\nif this is meant: ZGEN_UPDATE=1 cargo test --test counts");
    }

    fn read() -> anyhow::Result<Self> {
        let text = fs::read_to_string(FILE).with_context(|| format!("reading {FILE}"))?;
        let mut limits = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, row) = parse(line).with_context(|| format!("{FILE}: {line}"))?;
            limits.0.insert(name, row);
        }
        Ok(limits)
    }

    fn render(&self) -> String {
        let mut text = HEADER.to_owned();
        for (name, row) in &self.0 {
            let _ = writeln!(text, "{} {} {name}", grouped(row.count), row.compiler);
        }
        text
    }
}

fn parse(line: &str) -> Option<(String, Row)> {
    let mut words = line.splitn(3, ' ');
    let count = words.next()?.replace('_', "").parse().ok()?;
    let compiler = words.next()?.to_owned();
    Some((words.next()?.to_owned(), Row { count, compiler }))
}

/// `1_234_567`
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}
