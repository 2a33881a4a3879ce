//! A real etcd, of one member, on loopback ports and in a directory of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::raw::Raw;
use crate::{eventually, free_address};

const MISSING: &str = "these tests need etcd, version 3.4 or later: install it \
    (`apt-get install etcd-server`, `brew install etcd`) so that `etcd` is found on PATH";

pub(crate) struct Cluster {
    process: Option<Child>,
    dir: PathBuf,
    address: String,
    peer: String,
    raw: Raw,
    /// Where it listens too, and further arguments.
    also: Option<String>,
    arguments: Vec<String>,
}

impl Cluster {
    /// Not started: nobody listens at its address.
    pub(crate) fn down() -> Self {
        let address = free_address();
        let name = format!("zgen-rt-{}-{address}", std::process::id()).replace([':', '.'], "-");
        Self {
            process: None,
            dir: std::env::temp_dir().join(name),
            peer: free_address(),
            raw: Raw::new(&address),
            address,
            also: None,
            arguments: Vec::new(),
        }
    }

    pub(crate) async fn start() -> Self {
        let mut cluster = Self::down();
        cluster.start_empty().await;
        cluster
    }

    /// With these arguments besides those that it needs.
    pub(crate) async fn start_with(arguments: &[&str]) -> Self {
        let mut cluster = Self::down();
        cluster.arguments = arguments.iter().map(ToString::to_string).collect();
        cluster.start_empty().await;
        cluster
    }

    /// One more address, at which it speaks TLS, and wants to know who calls.
    pub(crate) async fn start_with_tls(cert: &Path, key: &Path, ca: &Path) -> (Self, String) {
        let mut cluster = Self::down();
        let address = free_address();
        cluster.also = Some(format!("https://{address}"));
        let arguments = [
            ("--cert-file", cert),
            ("--key-file", key),
            ("--trusted-ca-file", ca),
        ];
        for (name, path) in arguments {
            cluster.arguments.push(format!("{name}={}", path.display()));
        }
        cluster.arguments.push("--client-cert-auth".to_owned());
        cluster.start_empty().await;
        (cluster, address)
    }

    /// At the same address, and with nothing in it.
    pub(crate) async fn start_empty(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
        std::fs::create_dir_all(&self.dir).unwrap();
        let client = format!("http://{}", self.address);
        let listen = match &self.also {
            Some(also) => format!("{client},{also}"),
            None => client.clone(),
        };
        let peer = format!("http://{}", self.peer);
        let log = || {
            File::options()
                .create(true)
                .append(true)
                .open(self.dir.join("log"))
                .unwrap()
        };
        let started = Command::new("etcd")
            .arg("--data-dir")
            .arg(self.dir.join("data"))
            .args([
                "--listen-client-urls",
                &listen,
                "--advertise-client-urls",
                &client,
            ])
            .args([
                "--listen-peer-urls",
                &peer,
                "--initial-advertise-peer-urls",
                &peer,
            ])
            .args(["--initial-cluster", &format!("default={peer}")])
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(log())
            .stderr(log())
            .spawn();
        let process = match started {
            Ok(process) => process,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => panic!("{MISSING}"),
            Err(error) => panic!("etcd does not start: {error}"),
        };
        self.process = Some(process);
        let raw = self.raw.clone();
        eventually(Duration::from_secs(20), async || {
            raw.is_up().await.then_some(())
        })
        .await;
    }

    /// As a crash does it.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    pub(crate) fn raw(&self) -> &Raw {
        &self.raw
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The section `Etcd` of a configuration.
    pub(crate) fn conf(&self, key: &str) -> Value {
        json!({"Hosts": [self.address], "Key": key})
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.kill();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
