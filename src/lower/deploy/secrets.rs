//! What no file in version control may hold: which process needs which secret variable, and examples of their files.

use std::fmt::Write as _;

use crate::lower::deploy::{Gateway, Plan, Process, Service, databases, text};
use crate::rust::File;
use crate::rust::deploy::{Database, JwtSection, Scalar, Secrets, Server, SignatureKey};

/// In the examples, in the place of a secret.
const PLACEHOLDER: &str = "change-me";

pub(super) fn files(plan: &Plan, out: &mut Vec<File>) {
    let mut examples = Vec::new();
    for server in databases::servers(plan) {
        examples.push((databases::root_secret(server), line()));
    }
    for (_, database) in plan.databases() {
        examples.push((databases::secret(database), line()));
    }
    for gateway in &plan.gateways {
        let example = |secrets: Secrets| (secrets.file, tokens(gateway));
        examples.extend(of_gateway(gateway).map(example));
    }
    for (service, database) in plan.databases() {
        let example = |secrets: Secrets| (secrets.file, data_source(database));
        examples.extend(of_service(service).map(example));
    }
    let is_signed = (plan.gateways.iter()).any(|gateway| signature_key(gateway).is_some());
    if examples.is_empty() && !is_signed {
        return;
    }
    for (name, example) in examples {
        out.push(text(format!("deploy/secrets/{name}.example"), example));
    }
    // Only the examples belong into version control.
    let ignore = "*\n!.gitignore\n!*.example\n".to_owned();
    out.push(text("deploy/secrets/.gitignore", ignore));
}

/// The secrets of a gateway's tokens, if it has any.
pub(super) fn of_gateway(gateway: &Gateway) -> Option<Secrets> {
    let jwts = jwts(gateway);
    secrets(
        &gateway.process,
        jwts.into_iter().map(|jwt| jwt.variable).collect(),
    )
}

/// The data source of a service, if it has tables.
pub(super) fn of_service(service: &Service) -> Option<Secrets> {
    let variables = (service.database.iter()).map(|it| it.server.variable.to_owned());
    secrets(&service.process, variables.collect())
}

fn secrets(process: &Process, mut variables: Vec<String>) -> Option<Secrets> {
    variables.sort();
    variables.dedup();
    (!variables.is_empty()).then(|| Secrets {
        name: Scalar(process.host.clone()),
        file: format!("{}.env", process.host),
        variables,
    })
}

/// The sections with secrets of tokens, in the order of first mention.
pub(super) fn jwts(gateway: &Gateway) -> Vec<JwtSection> {
    let groups = gateway.model.groups.iter();
    let named = groups.flat_map(|group| [&group.jwt, &group.jwt_transition]);
    let mut out: Vec<JwtSection> = Vec::new();
    for section in named.flatten() {
        if out.iter().all(|known| known.section != *section) {
            out.push(JwtSection {
                variable: variable(&gateway.process.name, &[section, "AccessSecret"]),
                section: section.clone(),
            });
        }
    }
    out
}

/// The key for the signatures of callers, if they sign.
pub(super) fn signature_key(gateway: &Gateway) -> Option<SignatureKey> {
    let is_signed = gateway.model.groups.iter().any(|group| group.signature);
    let host = &gateway.process.host;
    is_signed.then(|| SignatureKey {
        name: Scalar(format!("{host}-signature")),
        file: format!("{host}-signature.pem"),
        folder: "/run/secrets".to_owned(),
    })
}

/// The environment variable over a key of the configuration of the process called `name`, as the runtime has it.
fn variable(name: &str, keys: &[&str]) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = name.chars().map(plain).collect();
    let parts: Vec<&str> = [name.as_str()]
        .into_iter()
        .chain(keys.iter().copied())
        .collect();
    parts.join("__").to_uppercase()
}

fn line() -> String {
    format!("{PLACEHOLDER}\n")
}

fn tokens(gateway: &Gateway) -> String {
    let mut out =
        "# Secrets of tokens: 8 characters or more, such as `openssl rand -hex 32` prints.\n"
            .to_owned();
    for jwt in jwts(gateway) {
        let _ = writeln!(out, "{}={PLACEHOLDER}", jwt.variable);
    }
    out
}

fn data_source(database: &Database) -> String {
    let Database { name, user, .. } = database;
    let secret = databases::secret(database);
    let Server {
        variable,
        host,
        port,
        ..
    } = database.server;
    let source = if database.server.is_postgres {
        format!("postgres://{user}:{PLACEHOLDER}@{host}:{port}/{name}")
    } else {
        format!("{user}:{PLACEHOLDER}@tcp({host}:{port})/{name}?charset=utf8mb4&parseTime=true")
    };
    format!("# The password is the one in {secret}.\n{variable}={source}\n")
}
