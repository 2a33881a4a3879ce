//! A gateway as an OpenAPI 3.1 document: what its routes take, check and answer. Documented in `docs/openapi.md`.
//!
//! [`document`] is a pure function of the model. It says what the generated gateway does (`docs/binding.md`), and where
//! go-zero's swagger keys say something that the document has a place for, what they say.

mod bounds;
mod checks;
mod components;
mod document;
mod info;
mod keys;
mod operation;
mod paths;
mod request;
mod responses;
mod schema;
mod security;
mod text;
mod types;

pub use self::document::{
    Components, Contact, Document, Encoding, ExternalDocs, Flow, Info, License, MediaType,
    Operation, OrReference, Parameter, RequestBody, Response, SecurityScheme, Server, Tag,
};
pub use self::schema::Schema;
pub use self::text::{Format, render};

use crate::model::Gateway;

/// What a document depends on beside the description.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Answers are `{"code": .., "msg": .., "data": ..}`.
    pub envelope: bool,
}

/// Everything the document says of a gateway. Total: whatever passes the checks has one.
pub fn document(gateway: &Gateway, options: Options) -> Document {
    let mut components = components::Builder::of(gateway);
    let security = security::Security::of(gateway);
    let routes = paths::routes(gateway);
    let mut paths = indexmap::IndexMap::new();
    let context = operation::Context {
        gateway,
        options,
        security: &security,
    };
    for route in &routes {
        let operation = context.operation(route, &mut components);
        let item: &mut indexmap::IndexMap<_, _> = paths.entry(route.template.clone()).or_default();
        item.insert(route.method, operation);
    }
    let responses = responses::shared(&paths, options, &mut components);
    Document {
        openapi: "3.1.1",
        info: info::info(gateway),
        servers: info::servers(gateway),
        tags: info::tags(gateway),
        external_docs: keys::Keys(&gateway.info).external_docs(),
        components: Components {
            schemas: components.finish(),
            responses,
            security_schemes: security.used(&paths),
        },
        paths,
    }
}

/// Routes that OpenAPI has no word for, each as `METHOD /path`.
pub fn left_out(gateway: &Gateway) -> Vec<String> {
    let routes = gateway.groups.iter().flat_map(|group| &group.routes);
    let wordless = routes.filter(|route| paths::method(route.method).is_none());
    wordless
        .map(|route| format!("{} {}", route.method.as_http(), route.full_path()))
        .collect()
}
