//! Views of Kubernetes manifests and of what kustomize makes of them.

use serde::Serialize;

use super::deploy::{Secrets, SignatureKey};
use super::scalar::Scalar;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Namespace {
    pub name: Scalar,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kustomization {
    pub namespace: Scalar,
    pub workloads: Vec<KustomizedWorkload>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KustomizedWorkload {
    /// Folder and name.
    pub name: Scalar,
    pub config_map: Scalar,
    /// File name below `config/`.
    pub config: Scalar,
    pub manifests: Vec<String>,
}

/// A Deployment and what belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Workload {
    /// The Deployment, its container, Service and service account alike.
    pub name: Scalar,
    pub component: String,
    pub image: Scalar,
    /// `service.name` on every span.
    pub service_name: Scalar,
    /// `service.namespace` on every span.
    pub namespace: String,
    pub config_map: Scalar,
    /// File name of the configuration below `/etc/zgen`.
    pub config: String,
    pub uid: u32,
    pub port: u16,
    pub dev_port: u16,
    pub probe: Probe,
    /// The secret variables.
    pub secrets: Option<Secrets>,
    pub signature_key: Option<SignatureKey>,
    pub replicas: Replicas,
    /// Per cent of the requested memory above which pods are added.
    pub memory_target: Option<u32>,
    pub resources: Resources,
    /// Whether a container before the service brings the tables up to date.
    pub migrates: bool,
    /// A second Service whose DNS name lists every pod, for balancing in the client.
    pub headless: Option<Scalar>,
}

/// How many pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Replicas {
    pub min: u32,
    pub max: u32,
}

/// What a pod asks for, as YAML has quantities.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Resources {
    pub cpu: String,
    pub cpu_limit: String,
    pub memory: String,
}

/// How Kubernetes asks a workload for its health.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Probe {
    Http,
    Grpc {
        /// The full service name that readiness asks for; empty: the whole server.
        service: Scalar,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NetworkPolicy {
    pub name: Scalar,
    pub port: u16,
    pub dev_port: u16,
    pub from: Peer,
    pub to: Vec<Egress>,
}

/// Who may open a connection.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Peer {
    /// Any pod of any namespace: the ingress controller's is not known here.
    Cluster,
    /// The workloads of these names; none: any pod of the namespace.
    Workloads(Vec<Scalar>),
}

/// An allowed way out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Egress {
    /// What it is for.
    pub reason: String,
    /// The workload at the other end; `None`: any address.
    pub workload: Option<Scalar>,
    pub port: u16,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overlay {
    pub comment: String,
    pub namespace: Scalar,
    /// The namespace of the base.
    pub base_namespace: Scalar,
    pub environment: String,
    /// Share of traces that are kept.
    pub sampler: String,
    /// In place of those of the base.
    pub replicas: Option<Replicas>,
    pub images: Vec<Scalar>,
    pub tag: String,
    /// Folders below `components/`.
    pub components: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Component {
    pub comment: String,
    pub namespace: Scalar,
    pub resources: Vec<String>,
}

/// What leads from outside to the gateways.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Route {
    pub kind: RouteKind,
    pub gateways: Vec<RoutedGateway>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum RouteKind {
    Gateway(RouteParent),
    Ingress(IngressClass),
}

/// The `Gateway` of the Gateway API whose routes these are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RouteParent {
    pub namespace: Scalar,
    pub name: Scalar,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IngressClass {
    pub class: Scalar,
    /// The Secret of the certificate.
    pub tls: Option<Scalar>,
}

/// A gateway of the workspace as callers from outside know it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoutedGateway {
    pub name: Scalar,
    /// None: every host that leads here.
    pub hosts: Vec<String>,
}

/// What the Prometheus operator is to scrape.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PodMonitor {
    pub name: Scalar,
    pub workloads: Vec<Scalar>,
}
