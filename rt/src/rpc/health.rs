//! What `grpc.health.v1` says: each service as the process is ready, and the process as a whole, under the empty name, for
//! as long as it lives. Who restarts what is not healthy asks for the latter.

use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::lifecycle::{Needs, Readiness};

#[derive(Clone)]
pub(super) struct Health {
    pub(super) reporter: HealthReporter,
    pub(super) services: Vec<&'static str>,
    pub(super) readiness: Readiness,
}

impl Health {
    /// Until dropped.
    pub(super) async fn follow(self, mut needs: Needs) {
        loop {
            needs.are_met().await;
            self.set(true).await;
            needs.are_missed().await;
            self.set(false).await;
        }
    }

    /// The first word, before anybody asks.
    pub(super) async fn begin(&self, needs: &Needs) {
        let process = ServingStatus::Serving;
        self.reporter.set_service_status("", process).await;
        self.set(needs.are_met_now()).await;
    }

    pub(super) async fn end(&self) {
        for name in self.services.iter().chain(&[""]) {
            let over = ServingStatus::NotServing;
            self.reporter.set_service_status(name, over).await;
        }
    }

    async fn set(&self, is_ready: bool) {
        self.readiness.set(is_ready);
        let status = if is_ready {
            ServingStatus::Serving
        } else {
            ServingStatus::NotServing
        };
        for name in &self.services {
            self.reporter.set_service_status(name, status).await;
        }
    }
}
