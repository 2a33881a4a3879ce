//! Configuration and deployment: what runs where, under which name, on which port.
//!
//! All of it is the user's: printed once from the description, then theirs.

mod compose;
mod config;
mod image;
mod kubernetes;
mod mysql;
mod plan;
mod readme;
mod secrets;

use camino::Utf8PathBuf;

pub use self::plan::{Callee, Gateway, Plan, Process, Service};
use crate::emit::Owner;
use crate::model::System;
use crate::project::Options;
use crate::rust::deploy::Body;
use crate::rust::{self, File};

/// Everything below `etc/` and `deploy/`, and `.dockerignore`.
pub fn files(system: &System, options: &Options) -> Vec<File> {
    let plan = Plan::new(system);
    if plan.gateways.is_empty() && plan.services.is_empty() {
        return Vec::new();
    }
    let mut out = Vec::new();
    config::files(&plan, &mut out);
    image::files(&plan, &mut out);
    compose::files(&plan, options, &mut out);
    mysql::files(&plan, &mut out);
    secrets::files(&plan, &mut out);
    kubernetes::files(&plan, options, &mut out);
    readme::files(&plan, options, &mut out);
    out
}

fn file(path: impl Into<Utf8PathBuf>, body: Body) -> File {
    File {
        path: path.into(),
        owner: Owner::User,
        body: rust::Body::Deploy(body),
    }
}

fn text(path: impl Into<Utf8PathBuf>, text: String) -> File {
    File {
        path: path.into(),
        owner: Owner::User,
        body: rust::Body::Text(text),
    }
}
