//! `cargo build` of a workspace, and where it has put the programs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::text::plain;

/// Package name to its program.
pub type Binaries = BTreeMap<String, Utf8PathBuf>;

/// A first build takes minutes; a sign of life comes this often.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

/// How to build.
#[derive(Debug, Clone, Default)]
pub struct Build {
    /// The cargo to run; `None` for the one that runs this program, or the one on the path.
    pub cargo: Option<OsString>,
    pub release: bool,
    pub color: bool,
}

impl Build {
    /// Builds every program of the workspace `dir`. Progress and diagnostics go to `out`.
    pub async fn run(&self, dir: &Utf8Path, out: &mut dyn Write) -> anyhow::Result<Binaries> {
        let profile = if self.release { "release" } else { "debug" };
        writeln!(out, "building {dir} ({profile})")?;
        out.flush()?;
        let start = Instant::now();
        let mut child = self
            .command(dir)
            .spawn()
            .context("cargo cannot be started")?;
        let (events, mut waiting) = mpsc::channel(100);
        if let Some(stdout) = child.stdout.take() {
            tokio::spawn(forward(stdout, events.clone(), message));
        }
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(forward(stderr, events.clone(), report));
        }
        drop(events);

        let mut binaries = Binaries::new();
        let mut progress = Progress::new(start);
        loop {
            match timeout(SIGN_OF_LIFE, waiting.recv()).await {
                Ok(Some(Event::Binary(package, path))) => {
                    binaries.insert(package, path);
                }
                Ok(Some(Event::Step(step))) => progress.step(step),
                Ok(Some(Event::Text(line))) => writeln!(out, "{line}")?,
                Ok(None) => break,
                // Nothing happens at the moment; the line below says so.
                Err(_) => {}
            }
            if let Some(line) = progress.due(Instant::now()) {
                writeln!(out, "{line}")?;
            }
            out.flush()?;
        }
        let status = child.wait().await?;
        if !status.success() {
            bail!("{dir} does not build (cargo: {status})");
        }
        writeln!(out, "built in {:.1} s", start.elapsed().as_secs_f64())?;
        Ok(binaries)
    }

    fn command(&self, dir: &Utf8Path) -> Command {
        let around = || std::env::var_os("CARGO");
        let cargo = self.cargo.clone().or_else(around);
        let mut command = Command::new(cargo.unwrap_or_else(|| "cargo".into()));
        command
            .args(["build", "--workspace", "--bins"])
            .arg("--message-format=json-render-diagnostics")
            .args(self.release.then_some("--release"))
            .env(
                "CARGO_TERM_COLOR",
                if self.color { "always" } else { "never" },
            )
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Event {
    Binary(String, Utf8PathBuf),
    /// One of hundreds of `Compiling x v1.2.3`.
    Step(String),
    /// A diagnostic, for the user to read.
    Text(String),
}

async fn forward(
    stream: impl AsyncRead + Unpin,
    events: mpsc::Sender<Event>,
    event: fn(&str) -> Option<Event>,
) {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    // An error here is the end of the stream as well: cargo is gone.
    while matches!(stream.read_until(b'\n', &mut line).await, Ok(1..)) {
        let event = event(String::from_utf8_lossy(&line).trim_end());
        line.clear();
        if let Some(event) = event
            && events.send(event).await.is_err()
        {
            return;
        }
    }
}

/// A line of cargo's output for machines: only the programs are of interest.
fn message(line: &str) -> Option<Event> {
    #[derive(Deserialize)]
    struct Message {
        executable: Option<Utf8PathBuf>,
        target: Option<Target>,
    }
    #[derive(Deserialize)]
    struct Target {
        src_path: String,
    }
    let message: Message = serde_json::from_str(line).ok()?;
    let source = message.target?.src_path.replace('\\', "/");
    // A service is the `main.rs` of its package; it may have further programs beside it.
    let package = source.strip_suffix("/src/main.rs")?.rsplit('/').next()?;
    Some(Event::Binary(package.to_owned(), message.executable?))
}

/// A line of cargo's output for people.
fn report(line: &str) -> Option<Event> {
    let plain = plain(line);
    // Cargo aligns its verbs to the right; diagnostics begin at the margin or with a line number.
    let verb = plain
        .strip_prefix("  ")
        .and_then(|rest| rest.trim_start().split_once(' '));
    match verb {
        Some(("Compiling", what)) => {
            let what = what.split(" (").next().unwrap_or(what);
            Some(Event::Step(what.to_owned()))
        }
        Some((
            "Updating" | "Locking" | "Adding" | "Downloading" | "Downloaded" | "Finished" | "Fresh"
            | "Checking" | "Removed" | "Unchanged" | "Blocking",
            _,
        )) => None,
        _ => Some(Event::Text(line.to_owned())),
    }
}

/// Condenses the steps into a line now and then.
struct Progress {
    steps: usize,
    /// Steps when a line was last shown.
    told: usize,
    last: String,
    shown: Instant,
}

impl Progress {
    fn new(now: Instant) -> Self {
        Self {
            steps: 0,
            told: 0,
            last: String::new(),
            shown: now,
        }
    }

    fn step(&mut self, step: String) {
        self.steps += 1;
        self.last = step;
    }

    fn due(&mut self, now: Instant) -> Option<String> {
        let silent = now.duration_since(self.shown) < SIGN_OF_LIFE;
        if silent || self.steps == 0 {
            return None;
        }
        self.shown = now;
        if self.told == self.steps {
            // A large crate: say that it goes on, not the same again.
            return Some("  ..".to_owned());
        }
        self.told = self.steps;
        Some(format!("  {} crates so far: {}", self.steps, self.last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_programs_in_messages() {
        let artifact = |source: &str, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"src_path":"{source}"}},"executable":{executable}}}"#
            )
        };
        let found = Event::Binary("order-api".to_owned(), "/t/debug/order-api".into());
        let cases = [
            (
                artifact("/w/crates/order-api/src/main.rs", r#""/t/debug/order-api""#),
                Some(found),
            ),
            (artifact("/w/crates/order-api/src/main.rs", "null"), None),
            (
                artifact("/w/crates/order-api/src/bin/tool.rs", r#""/t/debug/tool""#),
                None,
            ),
            (
                r#"{"reason":"build-finished","success":true}"#.to_owned(),
                None,
            ),
            ("not a message".to_owned(), None),
        ];
        for (line, expected) in cases {
            assert_eq!(message(&line), expected, "{line}");
        }
    }

    #[test]
    fn tells_progress_from_diagnostics() {
        let text = |line: &str| Some(Event::Text(line.to_owned()));
        let step = |what: &str| Some(Event::Step(what.to_owned()));
        let cases = [
            ("   Compiling serde v1.0.0", step("serde v1.0.0")),
            (
                "\x1b[1m\x1b[32m   Compiling\x1b[0m a v0.1.0 (/w/a)",
                step("a v0.1.0"),
            ),
            ("    Finished `dev` profile in 1 s", None),
            ("  Downloaded serde v1.0.0", None),
            (
                "error[E0425]: cannot find value",
                text("error[E0425]: cannot find value"),
            ),
            ("  --> src/main.rs:1:2", text("  --> src/main.rs:1:2")),
            ("  |     Compiling x", text("  |     Compiling x")),
            ("", text("")),
        ];
        for (line, expected) in cases {
            assert_eq!(report(line), expected, "{line}");
        }
    }

    #[test]
    fn gives_a_sign_of_life_now_and_then() {
        let start = Instant::now();
        let mut progress = Progress::new(start);
        assert_eq!(progress.due(start + SIGN_OF_LIFE), None);
        progress.step("serde v1.0.0".to_owned());
        assert_eq!(progress.due(start), None);
        let line = progress.due(start + SIGN_OF_LIFE);
        assert_eq!(line.as_deref(), Some("  1 crates so far: serde v1.0.0"));
        assert_eq!(progress.due(start + SIGN_OF_LIFE), None);
        let line = progress.due(start + 2 * SIGN_OF_LIFE);
        assert_eq!(line.as_deref(), Some("  .."));
    }
}
