//! One running service: started, watched until it listens, and stopped.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::output::Output;
use super::ports::Launch;
use crate::write::log;

/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(50);
/// After a process is gone, what it printed last may still be on its way.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A service that has been started. Killed when dropped.
pub struct Process {
    pub launch: Launch,
    /// Relative to the workspace.
    pub log: Utf8PathBuf,
    child: Child,
    output: Output,
    readers: JoinSet<()>,
}

impl Process {
    /// Starts `binary` in the workspace `dir`, its spans going to `endpoint`.
    pub fn start(
        dir: &Utf8Path,
        launch: Launch,
        binary: &Utf8Path,
        endpoint: &str,
        notable: mpsc::Sender<String>,
    ) -> anyhow::Result<Self> {
        let package = &launch.service.package;
        let path = Utf8PathBuf::from(format!("target/zgen-dev/{package}.log"));
        let file = log::create(&dir.join(&path)).with_context(|| format!("writing {path}"))?;
        let output = Output::new(file, format!("{package} | "), notable);
        let mut command = Command::new(binary);
        command
            .args(["-f", launch.service.config.as_str()])
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        telemetry(&mut command, endpoint);
        command.envs(&launch.env);
        // Out of the terminal's foreground group: Ctrl-C is for zgen, which then stops services in order.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command
            .spawn()
            .with_context(|| format!("starting {package} ({binary})"))?;
        let mut readers = JoinSet::new();
        if let Some(stdout) = child.stdout.take() {
            readers.spawn(output.clone().read(stdout));
        }
        if let Some(stderr) = child.stderr.take() {
            readers.spawn(output.clone().read(stderr));
        }
        Ok(Self {
            launch,
            log: path,
            child,
            output,
            readers,
        })
    }

    pub fn package(&self) -> &str {
        &self.launch.service.package
    }

    /// Waits until the service accepts connections.
    pub async fn ready(&mut self, patience: Duration) -> anyhow::Result<()> {
        let deadline = Instant::now() + patience;
        loop {
            let attempt = timeout(PAUSE, TcpStream::connect(&self.launch.address)).await;
            // Asked after the attempt: whoever has answered may be another process on the same port.
            if self.has_ended() {
                bail!(self.ended().await);
            }
            if matches!(attempt, Ok(Ok(_))) {
                return Ok(());
            }
            if Instant::now() >= deadline {
                let seconds = patience.as_secs();
                let (name, address) = (self.package(), &self.launch.address);
                let what = format!("{name} does not listen on {address} after {seconds} s");
                bail!(self.with_tail(&what));
            }
            sleep(PAUSE).await;
        }
    }

    /// Whether the process is gone.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Waits until the process is gone, and tells how it went.
    pub async fn ended(&mut self) -> String {
        let status = self.child.wait().await;
        // A process that it has left behind may hold the streams open.
        let _ = timeout(LAST_WORDS, async {
            while self.readers.join_next().await.is_some() {}
        })
        .await;
        let how = match status {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        self.with_tail(&format!("{} has ended ({how})", self.package()))
    }

    /// Asks it to stop.
    pub fn terminate(&mut self) {
        #[cfg(unix)]
        if let Some(id) = self.id() {
            // An error means that it has just ended by itself.
            let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        }
        #[cfg(not(unix))]
        let _ = self.child.start_kill();
    }

    /// Stops it without asking, with whatever it has started.
    pub fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(id) = self.id() {
            let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
        }
        #[cfg(not(unix))]
        let _ = self.child.start_kill();
    }

    /// Waits for its end up to a deadline; `None` when it is still running then.
    pub async fn wait(&mut self, deadline: Instant) -> Option<ExitStatus> {
        let waited = tokio::time::timeout_at(deadline, self.child.wait()).await;
        waited.ok()?.ok()
    }

    /// None once the process has been waited for: its id may be somebody else's by then.
    #[cfg(unix)]
    fn id(&self) -> Option<rustix::process::Pid> {
        let id = i32::try_from(self.child.id()?).ok()?;
        rustix::process::Pid::from_raw(id)
    }

    fn with_tail(&self, what: &str) -> String {
        let tail = self.output.tail();
        if tail.is_empty() {
            return format!("{what}; it has printed nothing");
        }
        format!("{what}; the end of {}:\n  {}", self.log, tail.join("\n  "))
    }
}

/// Sends all spans to the receiver, soon, and nothing else anywhere.
fn telemetry(command: &mut Command, endpoint: &str) {
    for (name, _) in std::env::vars_os() {
        if is_routing(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
        .env("OTEL_BSP_SCHEDULE_DELAY", "200")
        .env("OTEL_TRACES_SAMPLER", "parentbased_always_on")
        .env("OTEL_METRICS_EXPORTER", "none")
        .env("OTEL_LOGS_EXPORTER", "none");
}

/// Whether a variable says what is exported, or where to: somebody's collector, its headers and its compression are
/// not the receiver's. Nor is one name for every service of any use here. Other variables are not touched.
fn is_routing(variable: &str) -> bool {
    let signals = [
        "BSP",
        "EXPORTER",
        "LOGS",
        "METRICS",
        "SDK_DISABLED",
        "SERVICE_NAME",
        "TRACES",
    ];
    let rest = variable.strip_prefix("OTEL_");
    rest.is_some_and(|rest| signals.iter().any(|signal| rest.starts_with(signal)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_routing_of_somebody_else_is_dropped() {
        let cases = [
            ("OTEL_EXPORTER_OTLP_HEADERS", true),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", true),
            ("OTEL_SDK_DISABLED", true),
            ("OTEL_SERVICE_NAME", true),
            ("OTEL_TRACES_SAMPLER_ARG", true),
            ("OTEL_RESOURCE_ATTRIBUTES", false),
            ("OTEL_SEMCONV_STABILITY_OPT_IN", false),
            ("PATH", false),
        ];
        for (variable, expected) in cases {
            assert_eq!(is_routing(variable), expected, "{variable}");
        }
    }
}
