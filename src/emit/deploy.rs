//! Prints the views of [`crate::rust::deploy`].

use super::Error;
use super::printer::{Printer, plain, templates};
use crate::rust::deploy::{
    Alerts, Body, Chart, ChartPiece, ChartValues, Collector, Component, Compose, Dashboard,
    Databases, Discovery, Dockerfile, GatewayConfig, Kustomization, MountedGatewayConfig,
    MountedServiceConfig, Namespace, NetworkPolicy, Overlay, Peer, PodMonitor, Probe, Prometheus,
    Readme, Route, RouteKind, ServiceConfig, Site, Workload,
};

templates! {
    GatewayConfigYaml, GatewayConfig, "etc/gateway.yaml.j2";
    ServiceConfigYaml, ServiceConfig, "etc/service.yaml.j2";
    MountedGatewayYaml, MountedGatewayConfig, "deploy/config/gateway.yaml.j2";
    MountedServiceYaml, MountedServiceConfig, "deploy/config/service.yaml.j2";
    DockerfileText, Dockerfile, "deploy/Dockerfile.j2";
    ComposeYaml, Compose, "deploy/docker-compose.yaml.j2";
    CollectorYaml, Collector, "deploy/otel-collector.yaml.j2";
    MysqlUsersSh, Databases, "deploy/mysql/databases.sh.j2";
    PostgresUsersSh, Databases, "deploy/postgres/databases.sh.j2";
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
    ComponentYaml, Component, "deploy/k8s/component.yaml.j2";
    RouteYaml, Route, "deploy/k8s/route.yaml.j2";
    PodMonitorYaml, PodMonitor, "deploy/k8s/pod-monitor.yaml.j2";
    AlertsObjectYaml, Alerts, "deploy/k8s/alerts.yaml.j2";
    AlertsYaml, Alerts, "deploy/observability/alerts.yaml.j2";
    DashboardJson, Dashboard, "deploy/observability/dashboard.json.j2";
    PrometheusYaml, Prometheus, "deploy/observability/prometheus.yaml.j2";
    ChartYaml, Chart, "deploy/helm/Chart.yaml.j2";
    ChartValuesYaml, ChartValues, "deploy/helm/values.yaml.j2";
}

plain! {
    DockerignoreText, "deploy/dockerignore.j2";
    CommonPolicyYaml, "deploy/k8s/common-policy.yaml.j2";
    GrafanaSourcesYaml, "deploy/observability/grafana/datasources.yaml.j2";
    GrafanaFoldersYaml, "deploy/observability/grafana/folders.yaml.j2";
    ChartHelpers, "deploy/helm/templates/_helpers.tpl.j2";
    ChartConfigMap, "deploy/helm/templates/configmap.yaml.j2";
    ChartDeployment, "deploy/helm/templates/deployment.yaml.j2";
    ChartContainer, "deploy/helm/templates/_container.tpl.j2";
    ChartService, "deploy/helm/templates/service.yaml.j2";
    ChartServiceAccount, "deploy/helm/templates/service-account.yaml.j2";
    ChartAutoscaler, "deploy/helm/templates/hpa.yaml.j2";
    ChartDisruptionBudget, "deploy/helm/templates/pdb.yaml.j2";
    ChartNetworkPolicy, "deploy/helm/templates/network-policy.yaml.j2";
    ChartRoute, "deploy/helm/templates/route.yaml.j2";
    ChartMonitor, "deploy/helm/templates/monitor.yaml.j2";
    ChartNotes, "deploy/helm/templates/NOTES.txt.j2";
    ChartIgnore, "deploy/helm/helmignore.j2";
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
        Body::PostgresUsers(v) => printer.print(&PostgresUsersSh { v }),
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
        Body::Component(v) => printer.print(&ComponentYaml { v }),
        Body::Route(v) => printer.print(&RouteYaml { v }),
        Body::PodMonitor(v) => printer.print(&PodMonitorYaml { v }),
        Body::AlertsObject(v) => printer.print(&AlertsObjectYaml { v }),
        Body::Alerts(v) => printer.print(&AlertsYaml { v }),
        Body::Dashboard(v) => printer.print(&DashboardJson { v }),
        Body::Prometheus(v) => printer.print(&PrometheusYaml { v }),
        Body::GrafanaSources => printer.print(&GrafanaSourcesYaml),
        Body::GrafanaFolders => printer.print(&GrafanaFoldersYaml),
        Body::Chart(v) => printer.print(&ChartYaml { v }),
        Body::ChartValues(v) => printer.print(&ChartValuesYaml { v }),
        Body::ChartPiece(piece) => render_piece(*piece, printer),
    }
}

fn render_piece(piece: ChartPiece, printer: &Printer<'_>) -> Result<String, Error> {
    match piece {
        ChartPiece::Helpers => printer.print(&ChartHelpers),
        ChartPiece::ConfigMap => printer.print(&ChartConfigMap),
        ChartPiece::Deployment => printer.print(&ChartDeployment),
        ChartPiece::Container => printer.print(&ChartContainer),
        ChartPiece::Service => printer.print(&ChartService),
        ChartPiece::ServiceAccount => printer.print(&ChartServiceAccount),
        ChartPiece::Autoscaler => printer.print(&ChartAutoscaler),
        ChartPiece::DisruptionBudget => printer.print(&ChartDisruptionBudget),
        ChartPiece::NetworkPolicy => printer.print(&ChartNetworkPolicy),
        ChartPiece::Route => printer.print(&ChartRoute),
        ChartPiece::Monitor => printer.print(&ChartMonitor),
        ChartPiece::Notes => printer.print(&ChartNotes),
        ChartPiece::Ignore => printer.print(&ChartIgnore),
    }
}
