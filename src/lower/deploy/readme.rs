//! `deploy/README.md`: the commands, with this system's names in them.

use crate::lower::deploy::image::{TAG, dockerfile, image};
use crate::lower::deploy::{Plan, file, mysql};
use crate::project::Options;
use crate::rust::File;
use crate::rust::deploy::{Address, Body, ClusterSecret, ImageBuild, Readme};

pub(super) fn files(plan: &Plan, options: &Options, out: &mut Vec<File>) {
    let images = (plan.processes())
        .map(|process| ImageBuild {
            dockerfile: dockerfile(process),
            image: format!("{}:{TAG}", image(process, options)),
        })
        .collect();
    let mut secrets: Vec<_> = (mysql::view(plan).databases.into_iter())
        .map(|database| database.secret)
        .collect();
    let cluster_secrets: Vec<_> = (plan.databases())
        .map(|(service, _)| ClusterSecret {
            name: service.process.host.clone(),
            file: mysql::variables(service),
        })
        .collect();
    if !secrets.is_empty() {
        secrets.insert(0, "mysql_root_password".to_owned());
        secrets.extend(cluster_secrets.iter().map(|secret| secret.file.clone()));
    }
    let gateways = (plan.gateways.iter())
        .map(|gateway| Address {
            name: gateway.process.host.clone(),
            port: gateway.process.port,
        })
        .collect();
    let readme = Readme {
        namespace: options.namespace.clone(),
        images,
        secrets,
        cluster_secrets,
        gateways,
        etcd: !plan.callees.is_empty(),
    };
    out.push(file("deploy/README.md", Body::Readme(readme)));
}
