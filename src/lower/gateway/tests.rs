//! The tests that a generated gateway starts with.

use super::Gateway;
use super::call::callee;
use super::handlers::has_claims;
use super::samples::Samples;
use crate::lower::deploy::{Plan, Process};
use crate::lower::{layout, names};
use crate::model::{Method, Presence, Route, Rpc, RpcMethod, Source, TableOp};
use crate::rust::gateway::{Crate, HttpTest, Refused, Shown, TraceTest};
use crate::rust::workspace::Example;

pub(super) fn http_test(gateway: &Gateway<'_>, view: &Crate) -> HttpTest {
    let uses = [layout::uses(&[
        ("axum::body", &["Body"]),
        ("axum::http", &["Request", "StatusCode"]),
        ("http_body_util", &["BodyExt as _"]),
        (view.module.as_str(), &["Config", "ServiceContext", "app"]),
        ("serde_json", &["Value"]),
        ("tower", &["ServiceExt as _"]),
        ("zgen_rt::config", &["ConfigFile"]),
    ])];
    HttpTest {
        uses: uses.to_vec(),
        config: config(view, None),
        unknown: shown(gateway, "\"not_found\"", "5"),
        refused: open_routes(gateway).find_map(|route| refused(gateway, route)),
    }
}

/// What the gateway cannot start without, but for one section.
fn config(view: &Crate, except: Option<&str>) -> Vec<String> {
    let mut lines = Vec::new();
    let clients = view.clients.iter().filter(|client| client.declares_config);
    for client in clients.filter(|client| Some(client.section.as_str()) != except) {
        lines.push(format!("{}:", client.section));
        lines.push("  Endpoints: ['127.0.0.1:1']".to_owned());
    }
    for jwt in &view.jwts {
        lines.push(format!("{}:", jwt.section));
        lines.push("  AccessSecret: only-for-tests".to_owned());
    }
    if view.has_signature {
        lines.push("Signature: {}".to_owned());
    }
    lines
}

/// An error by its name or, in an envelope, by its number.
fn shown(gateway: &Gateway<'_>, name: &'static str, number: &'static str) -> Shown {
    if gateway.envelope {
        return Shown {
            code: number,
            message: "msg",
        };
    }
    Shown {
        code: name,
        message: "message",
    }
}

/// Routes that anybody may call.
pub(super) fn open_routes<'a>(gateway: &Gateway<'a>) -> impl Iterator<Item = &'a Route> {
    let groups = gateway.model.groups.iter();
    let open = groups
        .filter(|group| !has_claims(group) && group.middleware.is_empty() && !group.signature);
    open.flat_map(|group| &group.routes)
        .filter(|route| !route.raw.request)
}

/// A route that refuses an empty body.
fn refused(gateway: &Gateway<'_>, route: &Route) -> Option<Refused> {
    let samples = Samples {
        scope: &gateway.scope,
        linked: None,
    };
    let found = samples.request(route)?;
    let is_missed = |source: Source, presence: &Presence| {
        source == Source::Json && *presence == Presence::Required
    };
    let field = found
        .fields
        .iter()
        .find(|field| is_missed(field.source, &field.presence))?;
    Some(Refused {
        test: format!("{}_names_what_is_missing", names::module(&route.handler)),
        shown: shown(gateway, "\"invalid_argument\"", "3"),
        method: route.method.as_http().to_owned(),
        path: samples.path(route),
        assertion: {
            let wire = field.wire.escape_default();
            let arguments = [
                format!("message.contains(\"{wire} is required\")"),
                "\"{message}\"".to_owned(),
            ];
            layout::call(4, "assert!", &arguments, ";")
        },
    })
}

/// One request through gateway and service in one process: of the first route whose service is in this
/// workspace and whose request can be made up. Also the crate of that service.
pub(super) fn trace_test(
    gateway: &Gateway<'_>,
    view: &Crate,
    plan: &Plan<'_>,
) -> Option<(TraceTest, String)> {
    open_routes(gateway).find_map(|route| {
        let call = route.call.as_ref()?;
        let (rpc, method) = callee(gateway, call)?;
        let service = plan
            .services
            .iter()
            .find(|service| service.model.name == rpc.name)?;
        let samples = Samples {
            scope: &gateway.scope,
            linked: Some((gateway, rpc)),
        };
        let needs_more = needs_more(&samples, route);
        // A find would need a row first.
        let finds = method
            .call
            .as_ref()
            .is_some_and(|call| matches!(call.op, TableOp::Find { .. }));
        let streams = method.server_streaming;
        if needs_more || finds || streams || route.method != Method::Post {
            return None;
        }
        let client = gateway
            .clients
            .iter()
            .find(|client| client.rpc == rpc.name)?;
        let has_tables = !rpc.tables.is_empty();
        let full_name = rpc.service(&call.service)?;
        let answers = method.call.is_some();
        let test = TraceTest {
            module: view.module.clone(),
            service_module: service.process.crate_name.replace('-', "_"),
            section: client.section.clone(),
            gateway_config: config(view, Some(&client.section)),
            service_config: if has_tables {
                vec![
                    "Database:".to_owned(),
                    "  DataSource: 'sqlite::memory:'".to_owned(),
                ]
            } else {
                Vec::new()
            },
            method: route.method.as_http().to_owned(),
            path: samples.path(route),
            body: samples.body(route),
            status: if answers { 200 } else { 501 },
            tree: tree(gateway, route, rpc, &full_name.full_name, method),
        };
        Some((test, service.process.crate_name.clone()))
    })
}

/// Whether more than path and body has to be there.
pub(super) fn needs_more(samples: &Samples<'_>, route: &Route) -> bool {
    samples.request(route).is_some_and(|found| {
        let other = |source: Source| matches!(source, Source::Form | Source::Header);
        let required = |presence: &Presence| *presence == Presence::Required;
        found
            .fields
            .iter()
            .any(|field| other(field.source) && required(&field.presence))
    })
}

fn tree(
    gateway: &Gateway<'_>,
    route: &Route,
    rpc: &Rpc,
    service: &str,
    method: &RpcMethod,
) -> Vec<String> {
    let camel = names::ty(&route.handler);
    let path = gateway.parameters.axum_path(&route.path);
    let called = format!("{service}/{}", method.name);
    let mut lines = vec![
        (0, format!("SERVER {} {path}", route.method.as_http())),
        (1, format!("INTERNAL {camel}Handler")),
        (2, format!("INTERNAL {camel}Logic")),
        (3, format!("CLIENT {called}")),
        (4, format!("SERVER {called}")),
        (5, format!("INTERNAL {}Logic", names::ty(&method.name))),
    ];
    lines.extend(
        method
            .steps
            .iter()
            .map(|step| (6, format!("INTERNAL {step}"))),
    );
    if let Some(call) = &method.call {
        let table = rpc.tables.iter().find(|table| table.name == call.table);
        let row = table
            .map(|table| names::ty(&table.row_name()))
            .unwrap_or_default();
        lines.push((6, format!("CLIENT Insert{row}")));
        lines.push((6, "CLIENT UpdateCache".to_owned()));
    }
    lines
        .into_iter()
        .map(|(depth, text)| format!("{}{text}", "  ".repeat(depth)))
        .collect()
}

/// A request to try, for the README: the first route that takes a body, else the first.
pub(super) fn example(gateway: &Gateway<'_>, process: &Process) -> Option<Example> {
    let samples = Samples {
        scope: &gateway.scope,
        linked: None,
    };
    let routes = || gateway.model.groups.iter().flat_map(|group| &group.routes);
    let route = routes()
        .find(|route| route.method == Method::Post)
        .or_else(|| routes().next())?;
    Some(Example {
        method: route.method.as_http().to_owned(),
        url: format!("http://localhost:{}{}", process.port, samples.path(route)),
        body: samples.body(route),
    })
}
