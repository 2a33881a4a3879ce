//! How a workspace is deployed: the section `deploy` of `zgen.yaml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::values::{Address, Host, Name, Quantity, Tag};

/// Values that the manifests are made with; without the section, the defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Deploy {
    /// The tag of the images that manifests begin with.
    pub tag: Tag,
    /// How many pods a workload has.
    pub replicas: Replicas,
    pub resources: Resources,
    /// Per cent of the requested memory above which pods are added. Off by default: an allocator keeps what it once
    /// had, so that such a target only ever scales up.
    pub memory_target: Option<Percent>,
    /// Values of single workloads, by name, in place of those above.
    pub workloads: BTreeMap<String, Workload>,
    /// Addresses of an etcd through which services find each other in Kubernetes; none: the headless Services' DNS.
    pub etcd: Vec<Address>,
    /// Whether there is a Prometheus operator: a PodMonitor and the alerts as a PrometheusRule.
    pub monitor: bool,
    /// How callers from outside reach the gateways.
    pub route: Option<Route>,
    /// Whether a Helm chart is written.
    pub helm: bool,
    /// Who brings the tables up to date in Kubernetes.
    pub migrate: Migrate,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Migrate {
    /// Nobody that zgen writes.
    #[default]
    Never,
    /// A container that runs before the service in each new pod.
    Init,
    /// The service itself, at its start.
    Start,
}

impl Deploy {
    pub fn replicas(&self, workload: &str) -> Replicas {
        let own = self.workloads.get(workload);
        own.and_then(|own| own.replicas).unwrap_or(self.replicas)
    }

    pub fn resources(&self, workload: &str) -> &Resources {
        let own = self.workloads.get(workload);
        let own = own.and_then(|own| own.resources.as_ref());
        own.unwrap_or(&self.resources)
    }

    pub fn hosts(&self, workload: &str) -> &[Host] {
        let own = self.workloads.get(workload);
        own.map(|own| own.hosts.as_slice()).unwrap_or_default()
    }
}

/// What one workload has of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Workload {
    pub replicas: Option<Replicas>,
    pub resources: Option<Resources>,
    /// Names by which callers from outside know a gateway.
    pub hosts: Vec<Host>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawReplicas")]
pub struct Replicas {
    pub min: u32,
    pub max: u32,
}

impl Default for Replicas {
    fn default() -> Self {
        Self { min: 3, max: 10 }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReplicas {
    min: u32,
    max: u32,
}

impl TryFrom<RawReplicas> for Replicas {
    type Error = String;

    fn try_from(RawReplicas { min, max }: RawReplicas) -> Result<Self, String> {
        if min == 0 || min > max {
            return Err(format!(
                "expected 1 <= min <= max, found min {min} and max {max}"
            ));
        }
        Ok(Self { min, max })
    }
}

/// What a pod asks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Resources {
    pub cpu: Quantity,
    pub cpu_limit: Quantity,
    /// Request and limit: what is beyond the request is another pod's.
    pub memory: Quantity,
}

impl Default for Resources {
    fn default() -> Self {
        Self {
            cpu: Quantity::known("250m"),
            cpu_limit: Quantity::known("1"),
            memory: Quantity::known("256Mi"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct Percent(pub u32);

impl TryFrom<u32> for Percent {
    type Error = String;

    fn try_from(value: u32) -> Result<Self, String> {
        if (1..=100).contains(&value) {
            return Ok(Self(value));
        }
        Err(format!("expected 1 to 100 per cent, found {value}"))
    }
}

/// What leads from outside to the gateways.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawRoute")]
pub enum Route {
    /// An `HTTPRoute` of a `Gateway` that is there already, where TLS ends.
    Gateway { namespace: Name, name: Name },
    /// An `Ingress` of this class, with the Secret of its certificate.
    Ingress { class: Name, tls: Option<Name> },
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct RawRoute {
    gateway: Option<String>,
    ingress: Option<Name>,
    tls: Option<Name>,
}

impl TryFrom<RawRoute> for Route {
    type Error = String;

    fn try_from(raw: RawRoute) -> Result<Self, String> {
        match raw {
            RawRoute {
                gateway: Some(gateway),
                ingress: None,
                tls: None,
            } => {
                let (namespace, name) = (gateway.split_once('/'))
                    .ok_or("expected NAMESPACE/NAME of a Gateway, such as `public/shared`")?;
                let (namespace, name) = (namespace.to_owned(), name.to_owned());
                Ok(Self::Gateway {
                    namespace: namespace.try_into()?,
                    name: name.try_into()?,
                })
            }
            RawRoute {
                gateway: None,
                ingress: Some(class),
                tls,
            } => Ok(Self::Ingress { class, tls }),
            RawRoute {
                gateway: Some(_), ..
            } => Err("a `gateway` ends TLS itself; `ingress` and `tls` go without it".to_owned()),
            RawRoute { .. } => {
                Err("expected `gateway: NAMESPACE/NAME` or `ingress: CLASS`".to_owned())
            }
        }
    }
}
