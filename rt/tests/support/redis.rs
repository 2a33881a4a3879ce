//! Redis for one test: one server, a cluster, servers that sentinels watch.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::ports::free_port;

/// A Redis of this test's own, gone when dropped with all that it has written.
pub(crate) struct Redis {
    pub(crate) port: u16,
    process: Child,
    dir: PathBuf,
}

impl Redis {
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let port = free_port();
        Self::start_at(port, arguments).await
    }

    pub(crate) async fn start_at(port: u16, arguments: &[&str]) -> Self {
        let port_text = port.to_string();
        let all = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        let all = [&all, &["--port", &port_text][..], arguments].concat();
        Self::run_at(port, folder(), &all).await
    }

    /// Speaks nothing but TLS.
    pub(crate) async fn start_with_tls(arguments: &[&str]) -> Self {
        let port = free_port();
        let port_text = port.to_string();
        let all = ["--bind", "127.0.0.1", "--save", "", "--port", "0"];
        let all = [&all, &["--tls-port", &port_text][..], arguments].concat();
        Self::run_at(port, folder(), &all).await
    }

    /// A sentinel by itself that calls the server at `port` `orders`, and another its successor after half a second.
    pub(crate) async fn sentinel_of(master: u16, lines: &str) -> Self {
        let (port, dir) = (free_port(), folder());
        let text = format!(
            "bind 127.0.0.1\nport {port}\n\
             sentinel monitor orders 127.0.0.1 {master} 1\n\
             sentinel down-after-milliseconds orders 500\n\
             sentinel failover-timeout orders 2000\n{lines}\n"
        );
        let file = dir.join("sentinel.conf");
        std::fs::write(&file, text).unwrap();
        let file = file.to_str().unwrap().to_owned();
        Self::run_at(port, dir, &[&file, "--sentinel"]).await
    }

    async fn run_at(port: u16, dir: PathBuf, arguments: &[&str]) -> Self {
        let process = Command::new("redis-server")
            .args(arguments)
            .current_dir(&dir)
            .stdout(Stdio::null())
            .spawn();
        let process = process.unwrap_or_else(|error| {
            panic!("redis-server: {error}; this test needs it (Debian: apt install redis-server)")
        });
        let redis = Self { port, process, dir };
        for _ in 0..500 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .is_ok()
            {
                return redis;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("redis-server does not listen on {port}");
    }

    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// `-STOP` and `-CONT`: it hangs, and goes on as if nothing had been.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.process.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    /// What `redis-cli` would print.
    pub(crate) async fn run(&self, command: &[&str]) -> redis::Value {
        let client = redis::Client::open(format!("redis://{}", self.host())).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut run = redis::cmd(command[0]);
        for argument in &command[1..] {
            run.arg(argument);
        }
        run.query_async(&mut connection).await.unwrap()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Three servers with a third of the keys each.
pub(crate) async fn cluster(arguments: &[&str]) -> Vec<Redis> {
    let mut nodes = Vec::new();
    for _ in 0..3 {
        let bus = free_port().to_string();
        let own = ["--cluster-enabled", "yes", "--cluster-port", &bus];
        nodes.push(Redis::start(&[&own, arguments].concat()).await);
    }
    let hosts = nodes.iter().map(Redis::host);
    let created = Command::new("redis-cli")
        .args(["--cluster", "create"])
        .args(hosts)
        .arg("--cluster-yes")
        .output()
        .unwrap();
    assert!(created.status.success(), "{created:?}");
    for node in &nodes {
        for _ in 0..200 {
            let info = node.run(&["CLUSTER", "INFO"]).await;
            if format!("{info:?}").contains("cluster_state:ok") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    nodes
}

fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("zgen-rt-redis-{}-{number}", std::process::id());
    let dir = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}
