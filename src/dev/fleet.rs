//! The processes of a workspace, started in the order of their calls and stopped the other way round.

use std::time::Duration;

use anyhow::Context as _;
use camino::Utf8PathBuf;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::cargo::Binaries;
use super::ports::Launch;
use super::process::Process;
use super::services::Role;

/// For a service to open its database and listen.
const PATIENCE: Duration = Duration::from_secs(30);
/// For the requests in flight and the last spans.
const GRACE: Duration = Duration::from_secs(10);

/// Everything that runs. What is dropped without [`stop`](Self::stop) is killed.
pub struct Fleet {
    dir: Utf8PathBuf,
    endpoint: String,
    grace: Duration,
    processes: Vec<Process>,
    notable: (mpsc::Sender<String>, mpsc::Receiver<String>),
}

impl Fleet {
    /// An empty fleet for the workspace `dir`, whose spans go to `endpoint`.
    pub fn new(dir: impl Into<Utf8PathBuf>, endpoint: impl Into<String>) -> Self {
        Self {
            dir: dir.into(),
            endpoint: endpoint.into(),
            grace: GRACE,
            processes: Vec::new(),
            notable: mpsc::channel(1_000),
        }
    }

    /// Lets each service take this long for its end, instead of ten seconds.
    #[must_use]
    pub fn with_grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    /// Starts the services, and once they accept connections the gateways; returns when all do. After an
    /// error what has been started is still to be stopped.
    pub async fn start(&mut self, launches: &[Launch], binaries: &Binaries) -> anyhow::Result<()> {
        for role in [Role::Service, Role::Gateway] {
            let first = self.processes.len();
            let wave = launches.iter().filter(|launch| launch.service.role == role);
            for launch in wave {
                let package = &launch.service.package;
                let binary = binaries
                    .get(package)
                    .with_context(|| format!("crates/{package} has built no program"))?;
                let process = Process::start(
                    &self.dir,
                    launch.clone(),
                    binary,
                    &self.endpoint,
                    self.notable.0.clone(),
                )?;
                self.processes.push(process);
            }
            for index in first..self.processes.len() {
                let process = &mut self.processes[index];
                if let Err(error) = process.ready(PATIENCE).await {
                    if process.has_ended() {
                        // The error has told its end.
                        self.processes.remove(index);
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    pub fn processes(&self) -> &[Process] {
        &self.processes
    }

    /// What has happened by now: a process has ended by itself, or a log has a line that needs attention.
    /// Waits up to `patience` for a line.
    pub async fn happening(&mut self, patience: Duration) -> Option<Happening> {
        let mut processes = self.processes.iter_mut();
        if let Some(index) = processes.position(Process::has_ended) {
            let how = self.processes[index].ended().await;
            self.processes.remove(index);
            return Some(Happening::Ended(how));
        }
        // The sender beside the receiver keeps the channel open.
        let line = timeout(patience, self.notable.1.recv()).await;
        line.ok().flatten().map(Happening::Line)
    }

    /// Lets gateways finish first, so that no request loses its service; returns what did not go well.
    pub async fn stop(&mut self) -> Vec<String> {
        let mut complaints = Vec::new();
        for role in [Role::Gateway, Role::Service] {
            let deadline = Instant::now() + self.grace;
            let wave = || move |process: &&mut Process| process.launch.service.role == role;
            for process in self.processes.iter_mut().filter(wave()) {
                process.terminate();
            }
            for process in self.processes.iter_mut().filter(wave()) {
                let complaint = match process.wait(deadline).await {
                    Some(status) if status.success() => continue,
                    Some(status) => format!("{} stopped with {status}", process.package()),
                    None => {
                        process.kill();
                        let grace = self.grace.as_secs();
                        format!("{} killed: still there after {grace} s", process.package())
                    }
                };
                complaints.push(complaint);
            }
        }
        self.processes.clear();
        complaints
    }

    /// Ends all at once.
    pub fn kill(&mut self) {
        for process in &mut self.processes {
            process.kill();
        }
        self.processes.clear();
    }
}

/// What happens in a fleet by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// A warning or an error in a log.
    Line(String),
    /// A process is gone, and how.
    Ended(String),
}
