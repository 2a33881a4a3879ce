//! Prints the views of [`crate::rust::service`].

use askama::Template;

use super::{finish, templates};
use crate::rust::service::{
    Body, Crate, Logic, LogicMod, Manifest, Schema, Server, StoreMod, Table,
};

templates! {
    ManifestToml, Manifest, "service/Cargo.toml.j2";
    MainRs, Crate, "service/src/main.rs.j2";
    LibRs, Crate, "service/src/lib.rs.j2";
    ConfigRs, Crate, "service/src/config.rs.j2";
    SvcRs, Crate, "service/src/svc.rs.j2";
    ErrorRs, Crate, "service/src/error.rs.j2";
    GeneratedModRs, Crate, "service/src/generated/mod.rs.j2";
    ServerRs, Server, "service/src/generated/server.rs.j2";
    LogicModRs, LogicMod, "service/src/logic/mod.rs.j2";
    LogicRs, Logic, "service/src/logic/method.rs.j2";
    StoreModRs, StoreMod, "service/src/store/mod.rs.j2";
    TableRs, Table, "service/src/store/table.rs.j2";
    SchemaSql, Schema, "service/src/store/schema.sql.j2";
    GrpcTestRs, Crate, "service/tests/grpc.rs.j2";
}

/// The text of one file.
pub(super) fn render(body: &Body) -> askama::Result<String> {
    let text = match body {
        Body::Manifest(v) => ManifestToml { v }.render(),
        Body::Main(v) => MainRs { v }.render(),
        Body::Lib(v) => LibRs { v }.render(),
        Body::Config(v) => ConfigRs { v }.render(),
        Body::Svc(v) => SvcRs { v }.render(),
        Body::Error(v) => ErrorRs { v }.render(),
        Body::GeneratedMod(v) => GeneratedModRs { v }.render(),
        Body::Server(v) => ServerRs { v }.render(),
        Body::LogicMod(v) => LogicModRs { v }.render(),
        Body::Logic(v) => LogicRs { v }.render(),
        Body::StoreMod(v) => StoreModRs { v }.render(),
        Body::Store(v) => TableRs { v }.render(),
        Body::SqliteSchema(v) => SchemaSql { v }.render(),
        Body::GrpcTest(v) => GrpcTestRs { v }.render(),
    };
    text.map(|text| finish(&text))
}
