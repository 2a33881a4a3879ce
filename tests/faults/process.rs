//! One process of the fleet, and what can be done to it.

use std::fs::{self, File};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use camino::{Utf8Path, Utf8PathBuf};
use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// For a process to listen or to end, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(30);

/// Killed when dropped.
pub(crate) struct Process {
    /// `127.0.0.1:PORT`
    pub(crate) address: String,
    child: Child,
    log: Utf8PathBuf,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// Starts `program` with a configuration in a folder of its own; it listens at `address` when this returns.
    pub(crate) async fn start(
        program: &Utf8Path,
        dir: &Utf8Path,
        conf: &str,
        address: &str,
        env: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        fs::create_dir_all(dir)?;
        let conf_path = dir.join("conf.yaml");
        fs::write(&conf_path, conf)?;
        let log = dir.join("log");
        let file = File::options().create(true).append(true).open(&log)?;
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("OTEL_") {
                command.env_remove(name);
            }
        }
        let child = command
            .args(["-f", conf_path.as_str()])
            .current_dir(dir)
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("starting {program}"))?;
        let mut process = Self {
            address: address.to_owned(),
            child,
            log,
        };
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(address).await.is_err() {
            if let Some(status) = process.child.try_wait()? {
                bail!("{program} has ended ({status}):\n{}", process.log()?);
            }
            ensure!(
                Instant::now() < deadline,
                "{program} does not listen:\n{}",
                process.log()?
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(process)
    }

    pub(crate) fn port(&self) -> &str {
        port(&self.address)
    }

    pub(crate) fn log(&self) -> anyhow::Result<String> {
        Ok(fs::read_to_string(&self.log)?)
    }

    pub(crate) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let id = Pid::from_child(&self.child);
        Ok(kill_process(id, signal)?)
    }

    /// As if the machine had lost its power; nothing is left when this returns.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to end, and waits until it has.
    pub(crate) async fn terminate(&mut self) -> anyhow::Result<()> {
        self.signal(Signal::TERM)?;
        let status = self.ended().await?;
        ensure!(status.success(), "ended with {status}:\n{}", self.log()?);
        Ok(())
    }

    async fn ended(&mut self) -> anyhow::Result<ExitStatus> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            ensure!(Instant::now() < deadline, "does not end:\n{}", self.log()?);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Resident memory in KiB.
    pub(crate) fn memory(&self) -> anyhow::Result<u64> {
        let path = format!("/proc/{}/status", self.child.id());
        let text = fs::read_to_string(&path)?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let words = line.context("no VmRSS")?.split_whitespace().next();
        Ok(words.context("no VmRSS")?.parse()?)
    }
}

/// Of an address.
pub(crate) fn port(address: &str) -> &str {
    address.rsplit_once(':').map_or(address, |(_, port)| port)
}
