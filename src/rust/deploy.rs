//! Views of configuration and deployment files.

use serde::Serialize;

pub use super::chart::{Chart, ChartValues};
pub use super::kubernetes::{
    Component, Egress, IngressClass, Kustomization, KustomizedWorkload, Namespace, NetworkPolicy,
    Overlay, Peer, PodMonitor, Probe, Replicas, Resources, Route, RouteKind, RouteParent,
    RoutedGateway, Workload,
};
pub use super::observability::{Alerts, Dashboard, Prometheus};
pub use super::scalar::Scalar;

/// One variant per template under `templates/deploy` and `templates/etc`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Body {
    /// `etc/order-api.yaml`: a gateway on a laptop.
    GatewayConfig(GatewayConfig),
    /// `etc/order.yaml`: a service on a laptop.
    ServiceConfig(ServiceConfig),
    /// A gateway's configuration where it is deployed.
    MountedGatewayConfig(MountedGatewayConfig),
    /// A service's configuration where it is deployed.
    MountedServiceConfig(MountedServiceConfig),
    Dockerfile(Dockerfile),
    Dockerignore,
    Compose(Compose),
    Collector(Collector),
    /// Creates databases and users in a new `MySQL` container.
    MysqlUsers(Databases),
    /// Creates databases and users in a new `PostgreSQL` container.
    PostgresUsers(Databases),
    Readme(Readme),
    Kustomization(Kustomization),
    Namespace(Namespace),
    /// Network rules that hold for every pod.
    CommonPolicy,
    ServiceAccount(Workload),
    Deployment(Workload),
    /// The Kubernetes object of that name, not a gRPC service.
    Service(Workload),
    Autoscaler(Workload),
    DisruptionBudget(Workload),
    NetworkPolicy(NetworkPolicy),
    Overlay(Overlay),
    /// A part of a deployment that overlays switch on.
    Component(Component),
    Route(Route),
    PodMonitor(PodMonitor),
    /// The alerts as an object of the Prometheus operator.
    AlertsObject(Alerts),
    /// The alerts as a file of Prometheus.
    Alerts(Alerts),
    Dashboard(Dashboard),
    Prometheus(Prometheus),
    GrafanaSources,
    GrafanaFolders,
    /// Of the Helm chart.
    Chart(Chart),
    ChartValues(Box<ChartValues>),
    ChartPiece(ChartPiece),
}

/// The files of a Helm chart that are the same in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ChartPiece {
    Helpers,
    ConfigMap,
    Deployment,
    Container,
    Service,
    ServiceAccount,
    Autoscaler,
    DisruptionBudget,
    NetworkPolicy,
    Route,
    Monitor,
    Notes,
    Ignore,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GatewayConfig {
    pub name: Scalar,
    pub binary: String,
    /// Below the workspace's root.
    pub path: String,
    pub port: u16,
    pub dev_port: u16,
    pub clients: Vec<Client>,
    /// Sections with secrets of tokens.
    pub jwts: Vec<JwtSection>,
    /// Whether callers sign requests.
    pub has_signature: bool,
}

/// A section of the configuration about tokens; what signs them is in no file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JwtSection {
    pub section: String,
    /// The environment variable with the secret, such as `ORDER_API__AUTH__ACCESSSECRET`.
    pub variable: String,
}

/// A service that a gateway calls, at a fixed address.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Client {
    /// The section in the configuration, such as `OrderRpc`.
    pub section: String,
    pub address: String,
    pub etcd_key: Scalar,
    /// Whether the workspace contains the service.
    pub local: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceConfig {
    pub name: Scalar,
    pub binary: String,
    /// Below the workspace's root.
    pub path: String,
    pub port: u16,
    pub dev_port: u16,
    pub etcd_key: Scalar,
    pub database: Option<Database>,
}

/// Where a service keeps its tables.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Database {
    /// On a laptop: `sqlite://data/order.db`.
    pub sqlite: String,
    /// The server's database, such as `order_db`.
    pub name: String,
    /// The server's user, such as `order`.
    pub user: String,
    pub server: Server,
}

/// The kind of server that a service's queries are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Server {
    /// `MySQL`
    pub label: &'static str,
    /// Its container, and the folder with its files: `mysql`.
    pub host: &'static str,
    /// The variable with the data source: `MYSQL_DSN`.
    pub variable: &'static str,
    pub port: u16,
    pub is_postgres: bool,
}

pub const MYSQL: Server = Server {
    label: "MySQL",
    host: "mysql",
    variable: "MYSQL_DSN",
    port: 3306,
    is_postgres: false,
};

pub const POSTGRES: Server = Server {
    label: "PostgreSQL",
    host: "postgres",
    variable: "PG_DSN",
    port: 5432,
    is_postgres: true,
};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MountedGatewayConfig {
    pub site: Site,
    pub name: Scalar,
    pub port: u16,
    pub dev_port: u16,
    pub clients: Vec<MountedClient>,
    /// Sections with secrets of tokens.
    pub jwts: Vec<JwtSection>,
    /// Where the key for the signatures of callers is mounted, if they sign.
    pub signature: Option<String>,
}

/// A service that a gateway calls where both are deployed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MountedClient {
    /// The section in the configuration, such as `OrderRpc`.
    pub section: String,
    pub discovery: Discovery,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Discovery {
    /// Registered in etcd under this key.
    Etcd(EtcdKey),
    /// All addresses of a DNS name, such as `dns:///order-rpc-headless:8080`.
    Dns(Scalar),
}

/// A key in an etcd.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EtcdKey {
    /// Addresses with commas between them.
    pub hosts: String,
    pub key: Scalar,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MountedServiceConfig {
    pub site: Site,
    pub name: Scalar,
    pub port: u16,
    pub dev_port: u16,
    /// The key to register under, where etcd is used.
    pub etcd: Option<EtcdKey>,
    /// The variable with the data source, where there are tables, so a database and a cache.
    pub data_source: Option<&'static str>,
    /// Whether the process brings the tables up to date before it serves.
    pub migrates: bool,
}

/// What a mounted configuration is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Site {
    Compose,
    Kubernetes,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dockerfile {
    /// Crate and binary.
    pub name: String,
    /// Title in the image's labels, safe within double quotes.
    pub title: String,
    /// File name of the configuration below `/etc/zgen`.
    pub config: String,
    pub dockerfile: String,
    pub port: u16,
    pub dev_port: u16,
    pub uid: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compose {
    /// Name of the compose project.
    pub project: Scalar,
    /// `service.namespace` on every span.
    pub namespace: String,
    /// In the order of their names.
    pub containers: Vec<Container>,
    /// Gateways and services find each other through etcd.
    pub etcd: bool,
    /// The databases of one `MySQL` container; none: there is no such container.
    pub mysql: Databases,
    /// The same of `PostgreSQL`.
    pub postgres: Databases,
    /// Whether any service has tables, and so a cache.
    pub stores: bool,
    /// What is mounted from files that are in no version control.
    pub secrets: Vec<SecretFile>,
}

/// A file below `deploy/secrets/`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SecretFile {
    /// As containers name it.
    pub name: Scalar,
    pub file: String,
}

/// A gateway or service of the workspace under compose.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Container {
    pub name: Scalar,
    /// `service.name` on every span.
    pub service_name: String,
    pub dockerfile: String,
    pub config: String,
    pub image: Scalar,
    /// Published on the host's loopback address.
    pub published: Option<Published>,
    /// The secret variables.
    pub secrets: Option<Secrets>,
    pub signature_key: Option<SignatureKey>,
    /// Containers that must be healthy first.
    pub after: Vec<Scalar>,
}

/// A port of a container that a developer's machine can reach.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Published {
    /// The variable that moves it on the host, such as `ORDER_API_PORT`.
    pub variable: String,
    pub port: u16,
}

/// The secret variables of one process, given to it from outside of every file in version control.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Secrets {
    /// Of the Kubernetes Secret: the workload's own name.
    pub name: Scalar,
    /// The file with them below `deploy/secrets/`.
    pub file: String,
    /// Such as `MYSQL_DSN`, sorted.
    pub variables: Vec<String>,
}

/// The key for the signatures of a gateway's callers: a file that is in no version control, mounted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SignatureKey {
    /// Of the compose secret and the Kubernetes Secret.
    pub name: Scalar,
    /// Of the file below `deploy/secrets/`, and of the entry in the Kubernetes Secret.
    pub file: String,
    /// Folder and file in the container.
    pub folder: String,
}

/// What a container of a database server holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Databases {
    pub databases: Vec<ServedDatabase>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServedDatabase {
    pub name: String,
    pub user: String,
    /// The secret with the user's password.
    pub secret: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Collector {
    pub targets: Vec<ScrapeTarget>,
}

/// A `/metrics` endpoint.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScrapeTarget {
    pub host: Scalar,
    pub port: u16,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Readme {
    pub namespace: String,
    pub images: Vec<ImageBuild>,
    /// Kubernetes secrets to create by hand.
    pub cluster_secrets: Vec<Secrets>,
    /// The servers that services keep rows in; with any, there is a Redis for caches, too.
    pub servers: Vec<Server>,
    /// Keys for the signatures of callers, to make by hand.
    pub signature_keys: Vec<SignatureKey>,
    pub gateways: Vec<Address>,
    pub etcd: bool,
    /// The folder of the Helm chart, if there is one.
    pub chart: Option<Scalar>,
    /// Whether there is a way in from outside.
    pub has_route: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImageBuild {
    pub dockerfile: String,
    pub image: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Address {
    pub name: String,
    pub port: u16,
}
