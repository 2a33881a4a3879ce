//! A gateway or two in front of several instances of the service, found through a real etcd or by address.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use camino::Utf8PathBuf;
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard, OnceCell};
use zgen::dev::receiver::Receiver;
use zgen::dev::span::{Kind, Span};

use crate::load::{Load, http};
use crate::ports::free_port;
use crate::process::{Process, port};
use crate::project::Fixture;
use crate::proxy::Proxy;
use crate::servers::{self, Server};
use crate::workspace::{Workspace, binary};

/// How the gateway finds the service.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    ByEtcd,
    ByAddress,
}

pub(crate) struct Fleet {
    pub(crate) gateways: Vec<Process>,
    pub(crate) services: Vec<Process>,
    /// None where nobody looks there.
    pub(crate) etcd: Option<Server>,
    pub(crate) receiver: Receiver,
    /// The way to it.
    pub(crate) collector: Option<Proxy>,
    /// Over the files of all processes.
    env: Vec<(String, String)>,
    /// Configuration of gateways beyond what is needed.
    gateway_conf: String,
    temp: TempDir,
    started: usize,
    _alone: MutexGuard<'static, ()>,
}

impl Fleet {
    /// Only etcd, if that is how services are found, and a receiver of spans.
    pub(crate) async fn new(found: Found) -> anyhow::Result<Self> {
        static ALONE: Mutex<()> = Mutex::const_new(());
        let alone = ALONE.lock().await;
        build().await?;
        let receiver = Receiver::start().await?;
        let target = receiver.endpoint().trim_start_matches("http://");
        let collector = Proxy::start(target, Duration::ZERO).await?;
        let endpoint = format!("http://{}", collector.address);
        let etcd = match found {
            Found::ByEtcd => Some(servers::etcd().await?),
            Found::ByAddress => None,
        };
        let env = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"),
            ("OTEL_METRICS_EXPORTER", "none"),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(Self {
            gateways: Vec::new(),
            services: Vec::new(),
            etcd,
            receiver,
            collector: Some(collector),
            env: env.to_vec(),
            gateway_conf: String::new(),
            temp: TempDir::new()?,
            started: 0,
            _alone: alone,
        })
    }

    /// Three instances behind one gateway, found and warm.
    pub(crate) async fn of_three(found: Found) -> anyhow::Result<Self> {
        let mut fleet = Self::new(found).await?;
        for _ in 0..3 {
            fleet.add_service().await?;
        }
        let addresses = fleet.services.iter().map(|service| service.address.clone());
        let addresses: Vec<_> = addresses.collect();
        fleet.add_gateway(&addresses).await?;
        fleet.all_found(3).await?;
        Ok(fleet)
    }

    pub(crate) fn configure_gateways(&mut self, conf: &str) {
        self.gateway_conf.push_str(conf);
    }

    pub(crate) async fn add_service(&mut self) -> anyhow::Result<()> {
        let address = format!("127.0.0.1:{}", free_port());
        let service = self.start_service(&address).await?;
        self.services.push(service);
        Ok(())
    }

    /// With a folder of its own, as after a move to another machine.
    pub(crate) async fn start_service(&mut self, address: &str) -> anyhow::Result<Process> {
        let mut conf = format!(
            "Name: order.rpc\nListenOn: {address}\nTimeout: 2000\nCpuThreshold: 0\n\
             Database:\n  DataSource: sqlite://orders.db\n"
        );
        if let Some(etcd) = &self.etcd {
            let address = &etcd.address;
            conf = format!("{conf}Etcd:\n  Hosts: [{address}]\n  Key: order.rpc\n");
        }
        self.start("order-rpc", &conf, address).await
    }

    /// `addresses` are of no importance where etcd knows them.
    pub(crate) async fn add_gateway(&mut self, addresses: &[String]) -> anyhow::Result<()> {
        let address = format!("127.0.0.1:{}", free_port());
        let gateway = self.start_gateway(&address, addresses).await?;
        self.gateways.push(gateway);
        Ok(())
    }

    pub(crate) async fn start_gateway(
        &mut self,
        address: &str,
        addresses: &[String],
    ) -> anyhow::Result<Process> {
        let find = match &self.etcd {
            Some(etcd) => format!(
                "  Etcd:\n    Hosts: [{}]\n    Key: order.rpc\n",
                etcd.address
            ),
            None => format!("  Endpoints: [{}]\n", addresses.join(", ")),
        };
        let mut conf = format!(
            "Name: order-api\nHost: 127.0.0.1\nPort: {}\nTimeout: 3000\n\
             OrderRpc:\n{find}  Timeout: 2000\n",
            port(address)
        );
        conf += &self.gateway_conf;
        if !conf.contains("CpuThreshold") {
            // The machine of a test may be busy with other things for minutes.
            conf += "CpuThreshold: 0\n";
        }
        let gateway = self.start("order-api", &conf, address).await?;
        ready(address).await?;
        Ok(gateway)
    }

    async fn start(&mut self, package: &str, conf: &str, at: &str) -> anyhow::Result<Process> {
        self.started += 1;
        let dir = self.temp.path().join(format!("{package}-{}", self.started));
        let dir = Utf8PathBuf::try_from(dir)?;
        let env = self.env.iter();
        let env: Vec<_> = env.map(|(name, value)| (&**name, &**value)).collect();
        Process::start(&binary(package), &dir, conf, at, &env).await
    }

    /// Sends orders until so many instances have taken one, which also makes all connections.
    pub(crate) async fn all_found(&self, instances: usize) -> anyhow::Result<()> {
        let gateway = &self.gateways.last().context("no gateway")?.address;
        let client = http();
        for _ in 0..300 {
            let order = Load::order(&client, gateway).await;
            ensure!(order.is_ok(), "{order:?}\n{}", self.told()?);
            if self.shares(|_| true).len() >= instances {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("{:?} of {instances} instances found", self.shares(|_| true))
    }

    /// What all processes, those that have ended too, have logged besides requests.
    pub(crate) fn told(&self) -> anyhow::Result<String> {
        let mut told = Vec::new();
        for entry in std::fs::read_dir(self.temp.path())? {
            let path = Utf8PathBuf::try_from(entry?.path())?;
            let log = std::fs::read_to_string(path.join("log"))?;
            let lines = log
                .lines()
                .filter(|line| !line.contains("\"level\":\"info\""));
            for line in lines.take(12) {
                told.push(format!("{}: {line}", path.file_name().unwrap_or_default()));
            }
        }
        Ok(told.join("\n"))
    }

    /// How many calls each port got, of those calls that `which` chooses.
    pub(crate) fn shares(&self, which: impl Fn(&Span) -> bool) -> BTreeMap<String, usize> {
        let mut shares = BTreeMap::new();
        for span in self.receiver.spans() {
            if let Some(port) = called(&span).filter(|_| which(&span)) {
                *shares.entry(port).or_default() += 1;
            }
        }
        shares
    }

    /// Waits until the spans of what has happened so far have arrived.
    pub(crate) async fn settled(&self) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Waits until a gateway says that it is ready, as an orchestrator does.
async fn ready(gateway: &str) -> anyhow::Result<()> {
    let client = http();
    for _ in 0..200 {
        let url = format!("http://{gateway}/ready").parse()?;
        if client.get(url).await?.status().is_success() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("{gateway} does not get ready")
}

/// The port that a gateway's call went to.
pub(crate) fn called(span: &Span) -> Option<String> {
    let is_call = span.kind == Kind::Client && span.service == "order-api";
    let port = span.attributes.get("server.port").filter(|_| is_call)?;
    Some(port.as_int()?.to_string())
}

/// The workspace with its programs built, once.
async fn build() -> anyhow::Result<()> {
    static BUILT: OnceCell<()> = OnceCell::const_new();
    let build = || async {
        let work = || {
            let workspace = Workspace::of(&Fixture::named("order"))?;
            workspace.cargo("build --workspace --bins")
        };
        tokio::task::spawn_blocking(work).await?
    };
    BUILT.get_or_try_init(build).await.copied()
}
