//! A Redis for one test.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::ports::free_port;

/// A Redis of this test's own, without files, gone when dropped.
pub(crate) struct Redis {
    pub(crate) port: u16,
    process: Child,
}

impl Redis {
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let port = free_port();
        Self::start_at(port, arguments).await
    }

    pub(crate) async fn start_at(port: u16, arguments: &[&str]) -> Self {
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--port", &port.to_string()])
            .args(arguments)
            .current_dir(std::env::temp_dir())
            .stdout(Stdio::null())
            .spawn();
        let process = process.unwrap_or_else(|error| {
            panic!("redis-server: {error}; this test needs it (Debian: apt install redis-server)")
        });
        let redis = Self { port, process };
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
    }
}
