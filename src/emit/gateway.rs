//! Prints the views of [`crate::rust::gateway`].

use super::Error;
use super::printer::{Printer, plain, templates};
use crate::rust::gateway::{
    Answer, Body, CallsTest, Conversions, Crate, ErrorType, Handlers, HttpTest, Logic, LogicMod,
    Manifest, Middleware, MiddlewareMod, Routes, TraceTest, Types,
};

templates! {
    ManifestToml, Manifest, "gateway/Cargo.toml.j2";
    MainRs, Crate, "gateway/src/main.rs.j2";
    LibRs, Crate, "gateway/src/lib.rs.j2";
    ConfigRs, Crate, "gateway/src/config.rs.j2";
    SvcRs, Crate, "gateway/src/svc.rs.j2";
    ErrorRs, ErrorType, "gateway/src/error.rs.j2";
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

plain! {
    ClaimsRs, "gateway/src/claims.rs.j2";
}

/// The text of one file.
pub(super) fn render(body: &Body, printer: &Printer<'_>) -> Result<String, Error> {
    match body {
        Body::Manifest(v) => printer.print(&ManifestToml { v }),
        Body::Main(v) => printer.print(&MainRs { v }),
        Body::Lib(v) => printer.print(&LibRs { v }),
        Body::Config(v) => printer.print(&ConfigRs { v }),
        Body::Svc(v) => printer.print(&SvcRs { v }),
        Body::Error(v) => printer.print(&ErrorRs { v }),
        Body::GeneratedMod(v) => printer.print(&GeneratedModRs { v }),
        Body::Clients(v) => printer.print(&ClientsRs { v }),
        Body::Conversions(v) => printer.print(&ConvertRs { v }),
        Body::Routes(v) => printer.print(&RoutesRs { v }),
        Body::Handlers(v) => printer.print(&HandlersRs { v }),
        Body::Types(v) => printer.print(&TypesRs { v }),
        Body::LogicMod(v) => printer.print(&LogicModRs { v }),
        Body::Logic(v) => printer.print(&LogicRs { v }),
        Body::Claims => printer.print(&ClaimsRs),
        Body::Middleware(v) => printer.print(&MiddlewareRs { v }),
        Body::MiddlewareMod(v) => printer.print(&MiddlewareModRs { v }),
        Body::HttpTest(v) => printer.print(&HttpTestRs { v }),
        Body::CallsTest(v) => printer.print(&CallsTestRs { v }),
        Body::TraceTest(v) => printer.print(&TraceTestRs { v }),
    }
}
