//! Services for the tests: one in a process of its own, since a signal is how its life ends, and one in the test.

use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tonic::transport::server::TcpIncoming;
use zgen_rt::config::RpcServerConf;
use zgen_rt::lifecycle::Readiness;
use zgen_rt::rpc::{Server, Services};

/// Holds the configuration of the process that is to be a service.
const CONF: &str = "ZGEN_RT_TEST_SERVICE";

#[tokio::test]
#[ignore = "becomes the service that other tests start"]
async fn the_service() {
    let Ok(conf) = std::env::var(CONF) else {
        return;
    };
    let conf: RpcServerConf = serde_json::from_str(&conf).unwrap();
    let server = Server::bind(&conf).await.unwrap();
    server
        .serve(Services::new(), Readiness::default())
        .await
        .unwrap();
}

/// Killed when dropped.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(etcd: &Value, listen_on: &str, env: &[(&str, &str)]) -> Self {
        let conf = json!({
            "Name": "order.rpc",
            "ListenOn": listen_on,
            "Etcd": etcd,
            "Shutdown": {"WrapUpTime": "3s"},
        });
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["service::the_service", "--exact", "--ignored"])
            .env(CONF, conf.to_string())
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// Asks it to stop, as an orchestrator does.
    pub(crate) fn terminate(&self) {
        let pid = self.0.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The address of a server that says it is healthy, for as long as the test runs.
pub(crate) async fn health_server() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (_, health) = tonic_health::server::health_reporter();
    tokio::spawn(
        tonic::transport::Server::builder()
            .add_service(health)
            .serve_with_incoming(TcpIncoming::from(listener)),
    );
    address
}
