//! Which method answers a route, and what is said where none does.

use std::collections::BTreeMap;
use std::io;

use camino::Utf8Path;
use zgen::analyze;
use zgen::diag::{Format, Report, render};
use zgen::project::{ApiInput, Inputs, RpcInput};
use zgen::source::{Loader, SourceMap};

const PROTO: &str = r#"
syntax = "proto3";
package shop;
service Orders {
  rpc Create(Req) returns (Rep);
  rpc Get(Req) returns (Rep);
  rpc Watch(Req) returns (stream Rep);
  rpc Import(stream Req) returns (Rep);
}
service Users {
  rpc Get(Req) returns (Rep);
  rpc Ban(Req) returns (Rep);
}
message Req { int64 user_id = 1; }
message Rep { int64 user_id = 1; }
"#;

struct Files(BTreeMap<&'static str, String>);

impl Loader for Files {
    fn read(&self, path: &Utf8Path) -> io::Result<String> {
        let found = self.0.get(path.as_str()).cloned();
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// The method that the only route is linked to, and every finding.
fn linked(api: &str, proto: Option<&str>, calls: &[(&str, &str)]) -> (Option<String>, String) {
    let mut files = BTreeMap::from([("shop.api", api.to_owned())]);
    let mut inputs = Inputs::default();
    inputs.api.push(ApiInput {
        file: "shop.api".into(),
        calls: (calls.iter())
            .map(|(handler, method)| ((*handler).to_owned(), (*method).to_owned()))
            .collect(),
        ..ApiInput::default()
    });
    if let Some(proto) = proto {
        files.insert("shop.proto", proto.to_owned());
        inputs.rpc.push(RpcInput {
            file: "shop.proto".into(),
            ..RpcInput::default()
        });
    }
    let mut sources = SourceMap::default();
    let mut report = Report::default();
    let output = analyze::run(&inputs, &Files(files), &mut sources, &mut report);
    let findings = render(&report, &sources, Format::Human { color: false });
    let gateway = output.system.gateways.first();
    let gateway = gateway.unwrap_or_else(|| panic!("{findings}"));
    let call = gateway.groups[0].routes[0].call.as_ref();
    let call = call.map(|call| format!("{}.{}", call.service, call.method));
    (call, findings)
}

fn api(server: &str, doc: &str, handler: &str) -> String {
    format!(
        "type Req {{\n  UserId int64 `json:\"userId\"`\n}}\n\
         @server ({server}\n)\nservice shop-api {{\n@doc (\n{doc}\n)\n@handler {handler}\npost /x (Req) returns (Req)\n}}\n"
    )
}

#[test]
fn methods_are_found() {
    // `@server` keys, `@doc` keys, handler, table of zgen.yaml; method and finding.
    type Case<'a> = (
        &'a str,
        &'a str,
        &'a str,
        &'a [(&'a str, &'a str)],
        Option<&'a str>,
        &'a str,
    );
    let cases: &[Case<'_>] = &[
        ("", "", "Create", &[], Some("Orders.Create"), ""),
        ("", "", "Place", &[], None, ""),
        ("", "", "Get", &[], None, "link/ambiguous-method"),
        ("rpc: Users", "", "Get", &[], Some("Users.Get"), ""),
        ("rpc: Users", "", "Place", &[], None, ""),
        (
            "rpc: Users",
            "rpc: Orders.Get",
            "Get",
            &[],
            Some("Orders.Get"),
            "",
        ),
        ("", "rpc: Create", "Place", &[], Some("Orders.Create"), ""),
        (
            "",
            "rpc: shop.Users.Ban",
            "Place",
            &[],
            Some("Users.Ban"),
            "",
        ),
        ("", "rpc: none", "Create", &[], None, ""),
        (
            "",
            "rpc: Orders.Creat",
            "Place",
            &[],
            None,
            "did you mean `Orders.Create`?",
        ),
        ("", "rpc: Order.Create", "Place", &[], None, "shop.api:8:6"),
        (
            "",
            "rpc: Orders.Watch",
            "Place",
            &[],
            None,
            "link/streaming-method",
        ),
        // Streams belong to routes that stream, and the other way round.
        ("sse: true", "", "Watch", &[], Some("Orders.Watch"), ""),
        ("", "", "Watch", &[], None, "streams its answer"),
        ("sse: true", "", "Create", &[], None, "answers once"),
        ("sse: true", "", "Import", &[], None, "asked by a stream"),
        ("", "rpc: Import", "Place", &[], None, "shop.api:8:6"),
        ("", "rpc: none", "Import", &[], None, ""),
        (
            "",
            "",
            "Place",
            &[("Place", "Users.Ban")],
            Some("Users.Ban"),
            "",
        ),
        (
            "",
            "rpc: Orders.Create",
            "Place",
            &[("Place", "Users.Ban")],
            Some("Users.Ban"),
            "",
        ),
        (
            "group: a",
            "",
            "Place",
            &[("a/Place", "Users.Ban")],
            Some("Users.Ban"),
            "",
        ),
        (
            "",
            "",
            "Place",
            &[("Plce", "Users.Ban")],
            None,
            "did you mean `Place`?",
        ),
    ];
    for (server, doc, handler, calls, method, finding) in cases {
        let case = format!("{server} | {doc} | {handler} | {calls:?}");
        let (call, findings) = linked(&api(server, doc, handler), Some(PROTO), calls);
        assert_eq!(call.as_deref(), *method, "{case}\n{findings}");
        assert_eq!(
            findings.is_empty(),
            finding.is_empty(),
            "{case}\n{findings}"
        );
        assert!(findings.contains(finding), "{case}\n{findings}");
    }
}

/// The order of `zgen api` and `zgen rpc` does not matter: a service may come later.
#[test]
fn nothing_is_said_before_there_are_services() {
    let found = linked(&api("", "rpc: Orders.Create", "Place"), None, &[]);
    assert_eq!(found, (None, String::new()));
}

#[test]
fn what_does_not_fit_is_named() {
    for (field, message, said) in [
        ("Id []int64 `json:\"id\"`", "int64 id = 1;", "field `id`"),
        (
            "Id map[string]any `json:\"id\"`",
            "map<string, Req> id = 1;",
            "field `id`",
        ),
        ("In In `json:\"in\"`", "In in = 1;", "field `in.x`"),
        (
            "In []In `json:\"in\"`",
            "repeated In in = 1;",
            "field `in.x`",
        ),
        (
            "A string `json:\"a\"`",
            "oneof side { string a = 1; }",
            "field `a`",
        ),
        (
            "A string `json:\"a,optional\"`",
            "oneof side { string a = 1; }",
            "",
        ),
        (
            "B string `json:\"b\"`",
            "int64 id = 1;",
            "`id` of `shop.Req`",
        ),
        (
            "B string `json:\"b\"`",
            "int64 id = 1 [deprecated = true];",
            "",
        ),
    ] {
        let api = format!(
            "type In {{\n  X any `json:\"x\"`\n}}\ntype Req {{\n  {field}\n}}\nservice shop-api {{\n\
             @handler Create\npost /x (Req)\n}}\n"
        );
        let proto = format!(
            "syntax = \"proto3\";\npackage shop;\nservice Orders {{ rpc Create(Req) returns (Rep); }}\n\
             message In {{ string x = 1; }}\nmessage Req {{ {message} }}\nmessage Rep {{}}\n"
        );
        let (_, findings) = linked(&api, Some(&proto), &[]);
        assert!(findings.contains(said), "{field}: {findings}");
        assert_eq!(findings.is_empty(), said.is_empty(), "{field}: {findings}");
    }
}
