//! Prints the views of [`crate::rust::deploy`].

use super::Error;
use super::printer::{Printer, plain, templates};
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

plain! {
    DockerignoreText, "deploy/dockerignore.j2";
    CommonPolicyYaml, "deploy/k8s/common-policy.yaml.j2";
}

/// The text of one file.
pub(super) fn render(body: &Body, printer: &Printer<'_>) -> Result<String, Error> {
    match body {
        Body::GatewayConfig(v) => printer.print(&GatewayConfigYaml { v }),
        Body::ServiceConfig(v) => printer.print(&ServiceConfigYaml { v }),
        Body::MountedGatewayConfig(v) => printer.print(&MountedGatewayYaml { v }),
        Body::MountedServiceConfig(v) => printer.print(&MountedServiceYaml { v }),
        Body::Dockerfile(v) => printer.print(&DockerfileText { v }),
        Body::Dockerignore => printer.print(&DockerignoreText),
        Body::Compose(v) => printer.print(&ComposeYaml { v }),
        Body::Collector(v) => printer.print(&CollectorYaml { v }),
        Body::MysqlUsers(v) => printer.print(&MysqlUsersSh { v }),
        Body::MysqlSchema(v) => printer.print(&MysqlSchemaSql { v }),
        Body::Readme(v) => printer.print(&ReadmeMd { v }),
        Body::Kustomization(v) => printer.print(&KustomizationYaml { v }),
        Body::Namespace(v) => printer.print(&NamespaceYaml { v }),
        Body::CommonPolicy => printer.print(&CommonPolicyYaml),
        Body::ServiceAccount(v) => printer.print(&ServiceAccountYaml { v }),
        Body::Deployment(v) => printer.print(&DeploymentYaml { v }),
        Body::Service(v) => printer.print(&ServiceYaml { v }),
        Body::Autoscaler(v) => printer.print(&AutoscalerYaml { v }),
        Body::DisruptionBudget(v) => printer.print(&DisruptionBudgetYaml { v }),
        Body::NetworkPolicy(v) => printer.print(&NetworkPolicyYaml { v }),
        Body::Overlay(v) => printer.print(&OverlayYaml { v }),
    }
}
