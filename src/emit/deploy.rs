//! Prints the views of [`crate::rust::deploy`].

use askama::Template;

use super::{finish, templates};
use crate::rust::deploy::{
    Body, Collector, Compose, Discovery, Dockerfile, GatewayConfig, Kustomization,
    MountedGatewayConfig, MountedServiceConfig, Mysql, MysqlSchema, Namespace, NetworkPolicy,
    Overlay, Peer, Probe, Readme, ServiceConfig, Site, Workload,
};

templates! {
    GatewayConfigYaml, GatewayConfig, "etc/gateway.yaml.j2";
    ServiceConfigYaml, ServiceConfig, "etc/service.yaml.j2";
    MountedGatewayYaml, MountedGatewayConfig, "deploy/config/gateway.yaml.j2";
    MountedServiceYaml, MountedServiceConfig, "deploy/config/service.yaml.j2";
    DockerfileText, Dockerfile, "deploy/Dockerfile.j2";
    ComposeYaml, Compose, "deploy/docker-compose.yaml.j2";
    CollectorYaml, Collector, "deploy/otel-collector.yaml.j2";
    MysqlUsersSh, Mysql, "deploy/mysql/databases.sh.j2";
    MysqlSchemaSql, MysqlSchema, "deploy/mysql/schema.sql.j2";
    ReadmeMd, Readme, "deploy/README.md.j2";
    KustomizationYaml, Kustomization, "deploy/k8s/kustomization.yaml.j2";
    NamespaceYaml, Namespace, "deploy/k8s/namespace.yaml.j2";
    ServiceAccountYaml, Workload, "deploy/k8s/service-account.yaml.j2";
    DeploymentYaml, Workload, "deploy/k8s/deployment.yaml.j2";
    ServiceYaml, Workload, "deploy/k8s/service.yaml.j2";
    AutoscalerYaml, Workload, "deploy/k8s/hpa.yaml.j2";
    DisruptionBudgetYaml, Workload, "deploy/k8s/pdb.yaml.j2";
    NetworkPolicyYaml, NetworkPolicy, "deploy/k8s/network-policy.yaml.j2";
    OverlayYaml, Overlay, "deploy/k8s/overlay.yaml.j2";
}

#[derive(Template)]
#[template(path = "deploy/dockerignore.j2")]
struct DockerignoreText;

#[derive(Template)]
#[template(path = "deploy/k8s/common-policy.yaml.j2")]
struct CommonPolicyYaml;

/// The text of one file.
pub fn render(body: &Body) -> askama::Result<String> {
    let text = match body {
        Body::GatewayConfig(v) => GatewayConfigYaml { v }.render(),
        Body::ServiceConfig(v) => ServiceConfigYaml { v }.render(),
        Body::MountedGatewayConfig(v) => MountedGatewayYaml { v }.render(),
        Body::MountedServiceConfig(v) => MountedServiceYaml { v }.render(),
        Body::Dockerfile(v) => DockerfileText { v }.render(),
        Body::Dockerignore => DockerignoreText.render(),
        Body::Compose(v) => ComposeYaml { v }.render(),
        Body::Collector(v) => CollectorYaml { v }.render(),
        Body::MysqlUsers(v) => MysqlUsersSh { v }.render(),
        Body::MysqlSchema(v) => MysqlSchemaSql { v }.render(),
        Body::Readme(v) => ReadmeMd { v }.render(),
        Body::Kustomization(v) => KustomizationYaml { v }.render(),
        Body::Namespace(v) => NamespaceYaml { v }.render(),
        Body::CommonPolicy => CommonPolicyYaml.render(),
        Body::ServiceAccount(v) => ServiceAccountYaml { v }.render(),
        Body::Deployment(v) => DeploymentYaml { v }.render(),
        Body::Service(v) => ServiceYaml { v }.render(),
        Body::Autoscaler(v) => AutoscalerYaml { v }.render(),
        Body::DisruptionBudget(v) => DisruptionBudgetYaml { v }.render(),
        Body::NetworkPolicy(v) => NetworkPolicyYaml { v }.render(),
        Body::Overlay(v) => OverlayYaml { v }.render(),
    };
    text.map(|text| finish(&text))
}
