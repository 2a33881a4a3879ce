//! Prints the views of [`crate::rust::gateway`].

use askama::Template;

use super::{finish, templates};
use crate::rust::gateway::{
    Answer, Body, CallsTest, Conversions, Crate, Handlers, HttpTest, Logic, LogicMod, Manifest,
    Middleware, MiddlewareMod, Routes, TraceTest, Types,
};

templates! {
    ManifestToml, Manifest, "gateway/Cargo.toml.j2";
    MainRs, Crate, "gateway/src/main.rs.j2";
    LibRs, Crate, "gateway/src/lib.rs.j2";
    ConfigRs, Crate, "gateway/src/config.rs.j2";
    SvcRs, Crate, "gateway/src/svc.rs.j2";
    GeneratedModRs, Crate, "gateway/src/generated/mod.rs.j2";
    ClientsRs, Crate, "gateway/src/generated/clients.rs.j2";
    ConvertRs, Conversions, "gateway/src/generated/convert.rs.j2";
    RoutesRs, Routes, "gateway/src/generated/routes.rs.j2";
    HandlersRs, Handlers, "gateway/src/generated/handler/group.rs.j2";
    TypesRs, Types, "gateway/src/generated/types.rs.j2";
    LogicModRs, LogicMod, "gateway/src/logic/mod.rs.j2";
    LogicRs, Logic, "gateway/src/logic/route.rs.j2";
    MiddlewareRs, Middleware, "gateway/src/middleware/layer.rs.j2";
    MiddlewareModRs, MiddlewareMod, "gateway/src/middleware/mod.rs.j2";
    HttpTestRs, HttpTest, "gateway/tests/http.rs.j2";
    CallsTestRs, CallsTest, "gateway/tests/calls.rs.j2";
    TraceTestRs, TraceTest, "gateway/tests/trace.rs.j2";
}

#[derive(Template)]
#[template(path = "gateway/src/error.rs.j2")]
struct ErrorRs;

#[derive(Template)]
#[template(path = "gateway/src/claims.rs.j2")]
struct ClaimsRs;

/// The text of one file.
pub(super) fn render(body: &Body) -> askama::Result<String> {
    let text = match body {
        Body::Manifest(v) => ManifestToml { v }.render(),
        Body::Main(v) => MainRs { v }.render(),
        Body::Lib(v) => LibRs { v }.render(),
        Body::Config(v) => ConfigRs { v }.render(),
        Body::Svc(v) => SvcRs { v }.render(),
        Body::Error => ErrorRs.render(),
        Body::GeneratedMod(v) => GeneratedModRs { v }.render(),
        Body::Clients(v) => ClientsRs { v }.render(),
        Body::Conversions(v) => ConvertRs { v }.render(),
        Body::Routes(v) => RoutesRs { v }.render(),
        Body::Handlers(v) => HandlersRs { v }.render(),
        Body::Types(v) => TypesRs { v }.render(),
        Body::LogicMod(v) => LogicModRs { v }.render(),
        Body::Logic(v) => LogicRs { v }.render(),
        Body::Claims => ClaimsRs.render(),
        Body::Middleware(v) => MiddlewareRs { v }.render(),
        Body::MiddlewareMod(v) => MiddlewareModRs { v }.render(),
        Body::HttpTest(v) => HttpTestRs { v }.render(),
        Body::CallsTest(v) => CallsTestRs { v }.render(),
        Body::TraceTest(v) => TraceTestRs { v }.render(),
    };
    text.map(|text| finish(&text))
}
