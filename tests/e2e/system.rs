//! Gateway, service and receiver of traces, running on free ports in a folder of their own.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;
use tokio::sync::{OnceCell, mpsc};
use tokio::time::Instant;
use zgen::dev::ports::{self as dev_ports, Launch};
use zgen::dev::process::Process;
use zgen::dev::receiver::Receiver;
use zgen::dev::services;
use zgen::dev::settings::variable;
use zgen::dev::span::Span;
use zgen::dev::tree;

use crate::client::Client;
use crate::files;
use crate::ports::free_port;
use crate::project::Fixture;
use crate::workspace::{Workspace, binary};

pub(crate) const GATEWAY: &str = "order-api";
pub(crate) const SERVICE: &str = "order-rpc";

/// For a process to listen, on a machine that has other things to do.
const START: Duration = Duration::from_secs(30);
/// For the last span of a trace.
pub(crate) const SPANS: Duration = Duration::from_secs(20);
/// For a process to end by itself.
const END: Duration = Duration::from_secs(20);

pub(crate) struct System {
    pub(crate) receiver: Receiver,
    pub(crate) gateway: Process,
    pub(crate) service: Process,
    dir: Utf8PathBuf,
    dev: BTreeMap<String, String>,
    _temp: TempDir,
    _notable: mpsc::Receiver<String>,
}

impl System {
    /// As on a laptop: the configuration of `etc/`, nothing else running.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        Self::start_with("etc", &[]).await
    }

    /// With the configurations in a folder of the workspace, and variables over them.
    pub(crate) async fn start_with(configs: &str, env: &[(&str, &str)]) -> anyhow::Result<Self> {
        let workspace = build().await?;
        let temp = TempDir::new()?;
        let dir = Utf8PathBuf::try_from(temp.path().to_owned())?;
        for (path, bytes) in files::below(&workspace.join(configs))? {
            files::write(&dir.join("etc").join(path), &bytes)?;
        }
        for package in [GATEWAY, SERVICE] {
            // What tells programs from libraries.
            files::write(&dir.join(format!("crates/{package}/src/main.rs")), b"")?;
        }
        let own = |name: &str| {
            let found = env.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let services = services::find(&dir, &own)?.services;
        let mut dev = BTreeMap::new();
        let receiver = Receiver::start().await?;
        let (sender, notable) = mpsc::channel(1);
        let mut processes = Vec::new();
        // Services come first.
        for mut launch in dev_ports::free(&services)? {
            let package = launch.service.package.clone();
            let port = free_port();
            let keys = ["DevServer", "Port"];
            let name = variable(&launch.service.name, &keys);
            launch.env.insert(name, port.to_string());
            // The machine of a test may be busy with other things for minutes.
            let name = variable(&launch.service.name, &["CpuThreshold"]);
            launch.env.insert(name, "0".to_owned());
            dev.insert(package.clone(), format!("127.0.0.1:{port}"));
            let env = env
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            launch.env.extend(env);
            let sender = sender.clone();
            processes.push(started(&dir, launch, &receiver, sender).await?);
        }
        let mut processes = processes.into_iter();
        let (Some(service), Some(gateway), None) =
            (processes.next(), processes.next(), processes.next())
        else {
            anyhow::bail!("the order workspace has a service and a gateway");
        };
        ensure!(service.package() == SERVICE && gateway.package() == GATEWAY);
        Ok(Self {
            receiver,
            gateway,
            service,
            dir,
            dev,
            _temp: temp,
            _notable: notable,
        })
    }

    /// Of the gateway.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.gateway.launch.address)
    }

    /// Of the port for operators.
    pub(crate) fn dev_client(&self, package: &str) -> Client {
        Client::new(&self.dev[package])
    }

    /// The lines that a process has logged so far.
    pub(crate) fn log(&self, process: &Process) -> anyhow::Result<Vec<String>> {
        let text = fs::read_to_string(self.dir.join(&process.log))?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// The spans of a trace, once it is complete.
    pub(crate) async fn trace(&self, id: &str) -> anyhow::Result<Vec<Span>> {
        let is_complete = |spans: &[Span]| tree::is_complete(&tree::of_trace(spans, id));
        let spans = self.receiver.wait_for(is_complete, SPANS).await;
        let spans = spans.with_context(|| {
            let arrived = tree::of_trace(&self.receiver.spans(), id);
            format!("trace {id} is not complete: {arrived:#?}")
        })?;
        Ok(tree::of_trace(&spans, id))
    }
}

async fn started(
    dir: &Utf8Path,
    launch: Launch,
    receiver: &Receiver,
    notable: mpsc::Sender<String>,
) -> anyhow::Result<Process> {
    let program = binary(&launch.service.package);
    let mut process = Process::start(dir, launch, &program, receiver.endpoint(), notable)?;
    process.ready(START).await?;
    Ok(process)
}

/// Waits for a process that was told to end.
pub(crate) async fn ended_well(process: &mut Process) -> anyhow::Result<()> {
    let status = process.wait(Instant::now() + END).await;
    let package = process.package();
    let status = status.with_context(|| format!("{package} does not end"))?;
    ensure!(status.success(), "{package} ended with {status}");
    Ok(())
}

/// The workspace with its programs built.
async fn build() -> anyhow::Result<Utf8PathBuf> {
    static BUILT: OnceCell<Utf8PathBuf> = OnceCell::const_new();
    let build = || async {
        let work = || {
            let workspace = Workspace::of(&Fixture::named("order"))?;
            workspace.cargo("build --workspace --bins")?;
            anyhow::Ok(workspace.dir)
        };
        tokio::task::spawn_blocking(work).await?
    };
    BUILT.get_or_try_init(build).await.cloned()
}
