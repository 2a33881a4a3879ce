//! Views of a Helm chart: what is said of the chart, and the values that it begins with.

use serde::Serialize;

use super::deploy::{
    Egress, IngressClass, JwtSection, Peer, Probe, Replicas, Resources, RouteParent, Secrets,
    SignatureKey,
};
use super::scalar::Scalar;

/// `Chart.yaml`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    pub name: Scalar,
    pub app_version: String,
}

/// `values.yaml`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartValues {
    /// `service.namespace` on every span.
    pub system: Scalar,
    pub registry: Scalar,
    pub tag: String,
    pub uid: u32,
    /// Addresses, with whether services are found through them.
    pub etcd: EtcdSwitch,
    pub monitor: bool,
    pub gateway: Option<RouteParent>,
    pub ingress: Option<IngressClass>,
    pub workloads: Vec<ChartWorkload>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EtcdSwitch {
    pub enabled: bool,
    pub hosts: Vec<Scalar>,
}

/// One gateway or service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartWorkload {
    pub name: Scalar,
    pub component: String,
    /// `service.name` on every span.
    pub service_name: Scalar,
    pub config_file: Scalar,
    pub port: u16,
    pub dev_port: u16,
    pub replicas: Replicas,
    pub memory_target: Option<u32>,
    pub resources: Resources,
    pub probe: Probe,
    pub hosts: Vec<String>,
    pub secrets: Option<Secrets>,
    pub signature_key: Option<SignatureKey>,
    /// `true` where a container before the service brings the tables up to date; `None` without tables.
    pub migrates: Option<&'static str>,
    pub from: Peer,
    pub to: Vec<Egress>,
    pub config: ChartConfig,
}

/// The configuration, as a map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartConfig {
    pub name: Scalar,
    /// Of a service: the key under which it registers, where etcd is on.
    pub etcd_key: Option<Scalar>,
    pub clients: Vec<ChartClient>,
    pub jwts: Vec<JwtSection>,
    /// Where the key for the signatures of callers is mounted.
    pub signature: Option<String>,
    /// The variable with the data source, where there are tables, so a database and a cache.
    pub data_source: Option<&'static str>,
    /// Whether the process brings the tables up to date before it serves.
    pub migrates: bool,
}

/// A service that a gateway calls.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartClient {
    pub section: String,
    pub target: Scalar,
    pub etcd_key: Scalar,
}
