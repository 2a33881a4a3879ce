//! Prints the views of [`crate::rust::service`].

use super::Error;
use super::printer::{Printer, templates};
use crate::rust::service::{Body, Crate, Logic, LogicMod, Manifest, Server};
use crate::rust::store::{Library, Methods, Migration, MigrationsMod, Rows, StoreMod, TableMod};

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
    TableModRs, TableMod, "service/src/store/table/mod.rs.j2";
    TableRowRs, Rows, "service/src/store/table/row.rs.j2";
    TableMethodsRs, Methods, "service/src/store/table/methods.rs.j2";
    TableOwnRs, TableMod, "service/src/store/table/own.rs.j2";
    MigrationsModRs, MigrationsMod, "service/src/store/migrations.rs.j2";
    MigrationSql, Migration, "service/src/store/migration.sql.j2";
    GrpcTestRs, Crate, "service/tests/grpc.rs.j2";
    LibraryToml, Library, "store/Cargo.toml.j2";
    LibraryLibRs, Library, "store/src/lib.rs.j2";
    LibraryConfigRs, Library, "store/src/config.rs.j2";
    LibraryTestRs, Library, "store/tests/store.rs.j2";
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
        Body::Server(v) => printer.print(&ServerRs { v }),
        Body::LogicMod(v) => printer.print(&LogicModRs { v }),
        Body::Logic(v) => printer.print(&LogicRs { v }),
        Body::StoreMod(v) => printer.print(&StoreModRs { v }),
        Body::TableMod(v) => printer.print(&TableModRs { v }),
        Body::TableRows(v) => printer.print(&TableRowRs { v }),
        Body::TableRead(v) | Body::TableWrite(v) => printer.print(&TableMethodsRs { v }),
        Body::TableOwn(v) => printer.print(&TableOwnRs { v }),
        Body::MigrationsMod(v) => printer.print(&MigrationsModRs { v }),
        Body::Migration(v) => printer.print(&MigrationSql { v }),
        Body::GrpcTest(v) => printer.print(&GrpcTestRs { v }),
        Body::LibraryManifest(v) => printer.print(&LibraryToml { v }),
        Body::LibraryLib(v) => printer.print(&LibraryLibRs { v }),
        Body::LibraryConfig(v) => printer.print(&LibraryConfigRs { v }),
        Body::LibraryTest(v) => printer.print(&LibraryTestRs { v }),
    }
}
