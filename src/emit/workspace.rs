//! Prints the views of [`crate::rust::workspace`].

use super::Error;
use super::printer::{Printer, plain, templates};
use crate::rust::workspace::{
    Body, Descriptors, Manifest, ProtoFake, ProtoLib, ProtoManifest, Readme,
};

templates! {
    ManifestToml, Manifest, "workspace/Cargo.toml.j2";
    ReadmeMd, Readme, "workspace/README.md.j2";
    ProtoToml, ProtoManifest, "proto/Cargo.toml.j2";
    ProtoLibRs, ProtoLib, "proto/lib.rs.j2";
    ProtoFakeRs, ProtoFake, "proto/fake.rs.j2";
    ProtoDescriptorsRs, Descriptors, "proto/file_descriptor_set.rs.j2";
}

plain! {
    GitignoreText, "workspace/gitignore.j2";
    RustfmtToml, "workspace/rustfmt.toml.j2";
}

/// The text of one file.
pub(super) fn render(body: &Body, printer: &Printer<'_>) -> Result<String, Error> {
    match body {
        Body::Manifest(v) => printer.print(&ManifestToml { v }),
        Body::Readme(v) => printer.print(&ReadmeMd { v }),
        Body::ProtoManifest(v) => printer.print(&ProtoToml { v }),
        Body::ProtoLib(v) => printer.print(&ProtoLibRs { v }),
        Body::ProtoFake(v) => printer.print(&ProtoFakeRs { v }),
        Body::ProtoDescriptors(v) => printer.print(&ProtoDescriptorsRs { v }),
        Body::Gitignore => printer.print(&GitignoreText),
        Body::Rustfmt => printer.print(&RustfmtToml),
    }
}
