//! Prints the views of [`crate::rust::workspace`].

use askama::Template;

use super::{finish, templates};
use crate::rust::workspace::{Body, Manifest, ProtoFake, ProtoLib, ProtoManifest, Readme};

templates! {
    ManifestToml, Manifest, "workspace/Cargo.toml.j2";
    ReadmeMd, Readme, "workspace/README.md.j2";
    ProtoToml, ProtoManifest, "proto/Cargo.toml.j2";
    ProtoLibRs, ProtoLib, "proto/lib.rs.j2";
    ProtoFakeRs, ProtoFake, "proto/fake.rs.j2";
}

#[derive(Template)]
#[template(path = "workspace/gitignore.j2")]
struct GitignoreText;

#[derive(Template)]
#[template(path = "workspace/rustfmt.toml.j2")]
struct RustfmtToml;

/// The text of one file.
pub(super) fn render(body: &Body) -> askama::Result<String> {
    let text = match body {
        Body::Manifest(v) => ManifestToml { v }.render(),
        Body::Readme(v) => ReadmeMd { v }.render(),
        Body::ProtoManifest(v) => ProtoToml { v }.render(),
        Body::ProtoLib(v) => ProtoLibRs { v }.render(),
        Body::ProtoFake(v) => ProtoFakeRs { v }.render(),
        Body::Gitignore => GitignoreText.render(),
        Body::Rustfmt => RustfmtToml.render(),
    };
    text.map(|text| finish(&text))
}
