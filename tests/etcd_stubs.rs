//! The etcd client of zgen-rt is generated once and checked in, so that generated workspaces build without protoc
//! and without a build script. This test says when it is stale; `UPDATE=1 cargo test -p zgen --test etcd_stubs`
//! writes it again.

use std::fmt::Write as _;
use std::path::Path;

const STUBS: &str = "rt/src/discovery/etcd/pb.rs";

/// Of the modules in the file; the generated code finds its neighbours through `super`.
const PACKAGES: [&str; 2] = ["mvccpb", "etcdserverpb"];

#[test]
fn stubs_are_those_of_the_proto() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let expected = generate(root)?;
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(root.join(STUBS), &expected)?;
    }
    let found = std::fs::read_to_string(root.join(STUBS))?;
    assert!(
        found == expected,
        "{STUBS} is not what rt/proto says: run `UPDATE=1 cargo test -p zgen --test etcd_stubs`"
    );
    Ok(())
}

fn generate(root: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let descriptors = protox::compile(["etcd.proto"], [root.join("rt/proto")])?;
    let out = tempfile::tempdir()?;
    tonic_prost_build::configure()
        .build_server(false)
        .build_transport(false)
        .emit_rerun_if_changed(false)
        .out_dir(out.path())
        // A password is not for logs.
        .skip_debug(["etcdserverpb.AuthenticateRequest"])
        .compile_fds(descriptors)?;
    let mut text =
        "// rustfmt::skip. Written from rt/proto by `UPDATE=1 cargo test -p zgen --test etcd_stubs`.\n"
            .to_owned();
    for package in PACKAGES {
        let module = std::fs::read_to_string(out.path().join(format!("{package}.rs")))?;
        write!(text, "\npub mod {package} {{\n{}\n}}\n", module.trim_end())?;
    }
    Ok(text)
}
