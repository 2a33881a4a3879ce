//! A service with a database: ready from its first answer on, and where that is asked for, only while it answers. One
//! test, for what is not there concerns the whole process.
#![cfg(all(
    feature = "rpc-server",
    feature = "rpc-client",
    feature = "mysql",
    feature = "http"
))]

mod support;

use std::convert::Infallible;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use support::grpc::asking;
use support::mariadb::MariaDb;
use support::ports::free_port;
use support::{conf, rpc_conf};
use tonic::body::Body;
use tonic::server::NamedService;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use zgen_rt::lifecycle::Readiness;
use zgen_rt::rpc::{Server, Services};
use zgen_rt::sql::{Dialect, Migrations, Pool};

const SERVICE: &str = "it.Nothing";
/// For a MariaDB that starts on a busy machine.
const SOON: Duration = Duration::from_mins(1);

/// A service that nobody calls.
#[derive(Clone)]
struct Nothing;

impl NamedService for Nothing {
    const NAME: &'static str = SERVICE;
}

impl tower::Service<http::Request<Body>> for Nothing {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Request<Body>) -> Self::Future {
        std::future::ready(Ok(http::Response::default()))
    }
}

struct Observed {
    readiness: Readiness,
    channel: tonic::transport::Channel,
}

impl Observed {
    async fn status(&self, service: &str) -> ServingStatus {
        let mut client = HealthClient::new(self.channel.clone());
        client
            .check(asking(service))
            .await
            .unwrap()
            .into_inner()
            .status()
    }

    /// What is said of the service, and whether all say the same.
    async fn is_ready(&self) -> bool {
        let is_serving = self.status(SERVICE).await == ServingStatus::Serving;
        // Who asks whether the process lives is told that it does, or it would be restarted.
        assert_eq!(self.status("").await, ServingStatus::Serving);
        is_serving && self.readiness.is_ready()
    }

    async fn becomes(&self, is_ready: bool, what: &str) -> Duration {
        let begun = Instant::now();
        while self.is_ready().await != is_ready {
            assert!(begun.elapsed() < SOON, "{what}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        begun.elapsed()
    }

    async fn stays(&self, is_ready: bool, time: Duration, what: &str) {
        let begun = Instant::now();
        while begun.elapsed() < time {
            assert_eq!(self.is_ready().await, is_ready, "{what}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn a_service_waits_for_its_database() {
    let mariadb = MariaDb::install(free_port());
    let source = format!("mysql://root@127.0.0.1:{}/mysql", mariadb.port);
    let open = async |ready: &str| {
        let keys = format!("{{DataSource: '{source}', AcquireTimeout: 500, {ready}}}");
        Pool::open(&conf(&keys), Dialect::MySql, Migrations::default())
            .await
            .unwrap()
    };
    let _answered = open("").await;
    let server = Server::bind(&rpc_conf("Timeout: 2000")).await.unwrap();
    let address = server.address().unwrap();
    let readiness = Readiness::default();
    tokio::spawn(server.serve(Services::new().with(Nothing), readiness.clone()));
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{address}")).unwrap();
    let channel = loop {
        if let Ok(channel) = endpoint.connect().await {
            break channel;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let observed = Observed { readiness, channel };

    observed
        .stays(false, Duration::from_secs(2), "without a database")
        .await;
    let running = mariadb.start();
    observed.becomes(true, "the first answer").await;
    // All instances share it: they do not leave together.
    drop(running);
    observed
        .stays(true, Duration::from_secs(8), "the database is gone")
        .await;

    let _connected = open("Ready: connected").await;
    observed
        .becomes(false, "another database that is awaited")
        .await;
    let running = mariadb.start();
    observed.becomes(true, "it answers").await;
    // One late answer is no outage.
    running.signal("-STOP");
    observed
        .stays(true, Duration::from_millis(1500), "slow")
        .await;
    running.signal("-CONT");
    observed
        .stays(true, Duration::from_secs(6), "slow no more")
        .await;
    drop(running);
    let took = observed.becomes(false, "an outage").await;
    assert!(took < Duration::from_secs(30), "{took:?}");
    let _running = mariadb.start();
    observed.becomes(true, "it is back").await;
}
