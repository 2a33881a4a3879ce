//! `zgen kube`: Kubernetes manifests, for kustomize and for Helm.

use camino::Utf8PathBuf;
use clap::ArgAction;

use super::{Console, Exit, regenerate, sync};

/// Below the workspace; `zgen.yaml` remembers the chart.
pub(super) const PATHS: &[&str] = &[
    "deploy/README.md",
    "deploy/helm",
    "deploy/k8s",
    "deploy/secrets",
    "zgen.yaml",
];

/// Generate Kubernetes manifests
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen kube                  kustomize base and overlays of the workspace in the current directory
  zgen kube --helm           a Helm chart too; zgen.yaml remembers it, so that `zgen gen` keeps it
  zgen kube out/ --check     exit 1 and a diff if they are not up to date

Images, replicas, resources, hosts and more come from `deploy:` in zgen.yaml.")]
pub(super) struct Args {
    /// The workspace, the folder with zgen.yaml
    #[arg(value_name = "DIR", default_value = ".")]
    dir: Utf8PathBuf,
    /// Write a Helm chart below deploy/helm/ too
    #[arg(long, action = ArgAction::SetTrue)]
    helm: bool,
    #[command(flatten)]
    mode: sync::Mode,
}

pub(super) fn run(args: &Args, console: &mut Console) -> anyhow::Result<Exit> {
    regenerate::expect_project(&args.dir)?;
    sync::run_within(Some(PATHS), &args.dir, args.mode, console, |project| {
        if args.helm {
            project.add_helm()
        } else {
            Ok(())
        }
    })
}
