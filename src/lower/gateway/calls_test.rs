//! The test of what routes ask of the services behind them.

use super::call::{callee, linked};
use super::samples::Samples;
use super::tests::{needs_more, open_routes};
use super::tree::function;
use super::types::member_type;
use super::{Gateway, convert};
use crate::lower::layout::{self, Imports};
use crate::lower::names::{self, Unique};
use crate::lower::proto::Message;
use crate::lower::{fake, proto};
use crate::model::{Method, Repetition, Route, Source, Type};
use crate::rust::Init;
use crate::rust::gateway::{CallsTest, Crate, TestedCall};

/// `None` where no route calls anything that can be made up.
pub(super) fn test(gateway: &Gateway<'_>, view: &Crate) -> Option<CallsTest> {
    let mut imports = Imports::default();
    let mut taken = Unique::default();
    let mut calls = Vec::new();
    // A name that two packages have would need another; such a route is left to be tested by hand.
    let mut owners: Vec<(String, String)> = Vec::new();
    for route in open_routes(gateway) {
        let mut needed = Vec::new();
        let Some(call) = tested(gateway, route, &mut needed) else {
            continue;
        };
        let clashes = needed.iter().any(|(module, name)| {
            let mut owners = owners.iter();
            RESERVED.contains(&name.as_str())
                || owners.any(|(owner, known)| known == name && owner != module)
        });
        if clashes {
            continue;
        }
        for (module, name) in &needed {
            imports.add(module, &[name]);
        }
        owners.extend(needed);
        let test = taken.take(call.test.clone());
        calls.push(TestedCall { test, ..call });
    }
    if calls.is_empty() {
        return None;
    }
    imports.add("axum::body", &["Body"]);
    imports.add("axum::http", &["Request", "StatusCode"]);
    imports.add(&view.module, &["Config", "ServiceContext", "app"]);
    imports.add("tower", &["ServiceExt as _"]);
    imports.add("zgen_rt::config", &["ConfigFile"]);
    let sections = view.clients.iter().filter(|client| client.declares_config);
    Some(CallsTest {
        uses: vec![imports.lines()],
        clients: sections.map(|client| client.section.clone()).collect(),
        jwts: view.jwts.iter().map(|jwt| jwt.section.clone()).collect(),
        calls,
    })
}

const RESERVED: &[&str] = &[
    "Body",
    "Config",
    "ConfigFile",
    "Request",
    "Result",
    "ServiceContext",
    "StatusCode",
    "String",
];

fn tested(
    gateway: &Gateway<'_>,
    route: &Route,
    needed: &mut Vec<(String, String)>,
) -> Option<TestedCall> {
    let call = linked(gateway, route)?;
    let (rpc, method) = callee(gateway, call)?;
    let service = rpc.service(&call.service)?;
    let client = gateway
        .clients
        .iter()
        .find(|client| client.rpc == rpc.name && client.full_name == service.full_name)?;
    let samples = Samples {
        scope: &gateway.scope,
        linked: Some((gateway, rpc)),
    };
    let body = samples.body(route);
    let has_body = samples.request(route).is_some_and(|found| {
        let mut fields = found.fields.iter();
        fields.any(|field| field.source == Source::Json)
    });
    let is_plain = matches!(
        route.method,
        Method::Get | Method::Post | Method::Put | Method::Patch | Method::Delete
    );
    if needs_more(&samples, route) || has_body && body.is_none() || !is_plain {
        return None;
    }
    let output = Message::of(rpc, &method.output);
    let input = Message::of(rpc, &method.input);
    // Under a name of its own, a message is best tested by hand.
    let is_renamed = |message: &Message<'_>| message.name != message.own_name;
    if is_renamed(&input) || is_renamed(&output) {
        return None;
    }
    let one = match &output.module {
        Some(module) => {
            needed.push((module.clone(), output.name.clone()));
            format!("{}::default()", output.name)
        }
        None if output.name == "()" => "()".to_owned(),
        None => return None,
    };
    let answer = if method.server_streaming {
        format!("vec![{one}]")
    } else {
        one
    };
    let fake = fake::name(rpc, service);
    let crate_name = proto::crate_name(&rpc.name).replace('-', "_");
    needed.push((format!("{crate_name}::fake"), fake.clone()));
    let field = names::value(&method.name);
    let asked = format!("fake.{field}.calls()");
    let assertion = match asked_for(gateway, route, &samples, &input) {
        Some(fields) => {
            let module = input.module.clone()?;
            needed.push((module, input.name.clone()));
            let literal = layout::literal(8, &input.name, &fields);
            if literal.contains('\n') {
                format!("assert_eq!(\n        {asked},\n        [{literal}]\n    );")
            } else {
                format!("assert_eq!({asked}, [{literal}]);")
            }
        }
        None => format!("assert_eq!({asked}.len(), 1);"),
    };
    Some(TestedCall {
        test: format!("{}_asks_{}", plain(&function(route)), plain(&client.field)),
        fake,
        field: client.field.clone(),
        method: field,
        answer,
        verb: route.method.as_http().to_owned(),
        path: samples.path(route),
        body,
        assertion,
    })
}

fn plain(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// The message that the sample request becomes, where each field is a plain value.
fn asked_for(
    gateway: &Gateway<'_>,
    route: &Route,
    samples: &Samples<'_>,
    input: &Message<'_>,
) -> Option<Vec<Init>> {
    let call = route.call.as_ref()?;
    let message = input.model?;
    let request = samples.request(route)?;
    if message.fields.is_empty() || !convert::is_flat(&call.request, Some(message)) {
        return None;
    }
    let mut out = Vec::new();
    for link in &call.request {
        let field = message.fields.iter().find(|field| field.name == link.to)?;
        let from = link.from.as_ref()?;
        let from = request.fields.iter().find(|field| field.name == *from)?;
        let is_optional = member_type(gateway, request, from).starts_with("Option<");
        if is_optional || field.repetition != Repetition::Single {
            return None;
        }
        let value = samples.field(from, &call.request, 0)?;
        let value = match from.ty {
            Type::String => format!("{value}.to_owned()"),
            Type::Float { .. } if !value.contains('.') => format!("{value}.0"),
            Type::Bool | Type::Int { .. } | Type::Float { .. } => {
                value.trim_matches('"').to_owned()
            }
            _ => return None,
        };
        out.push(Init {
            name: names::value(&link.to),
            value,
            comment: None,
        });
    }
    Some(out)
}
