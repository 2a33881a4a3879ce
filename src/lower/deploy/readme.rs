//! `deploy/README.md`: the commands, with this system's names in them.

use crate::lower::deploy::image::{dockerfile, tagged};
use crate::lower::deploy::{Plan, chart, databases, file, secrets};
use crate::project::Options;
use crate::rust::File;
use crate::rust::deploy::{Address, Body, ImageBuild, Readme, Scalar};

pub(super) fn files(plan: &Plan, options: &Options, out: &mut Vec<File>) {
    let images = (plan.processes())
        .map(|process| ImageBuild {
            dockerfile: dockerfile(process),
            image: tagged(process, options),
        })
        .collect();
    let of_gateways = plan.gateways.iter().filter_map(secrets::of_gateway);
    let of_services = plan.services.iter().filter_map(secrets::of_service);
    let gateways = (plan.gateways.iter())
        .map(|gateway| Address {
            name: gateway.process.host.clone(),
            port: gateway.process.port,
        })
        .collect();
    let readme = Readme {
        namespace: options.namespace.clone(),
        images,
        cluster_secrets: of_gateways.chain(of_services).collect(),
        servers: databases::servers(plan),
        gateways,
        signature_keys: (plan.gateways.iter())
            .filter_map(secrets::signature_key)
            .collect(),
        etcd: !plan.callees.is_empty(),
        chart: options.deploy.helm.then(|| Scalar(chart::name(plan))),
        has_route: options.deploy.route.is_some() && !plan.gateways.is_empty(),
    };
    out.push(file("deploy/README.md", Body::Readme(readme)));
}
