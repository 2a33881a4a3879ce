//! The slow lane: services of third-party descriptions, and gateways linked to them, build and have no lint, before
//! anybody has touched them. A sample of what is odd; the example `corpus_services` takes all. `ZGEN_SLOW=0` skips it.

use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

use anyhow::ensure;
use camino::Utf8Path;

use crate::cargo;
use crate::services::{self, Repository};
use crate::support::{Corpus, say};

/// What each service has that the others have not, and a gateway that calls it, if there is one.
const SAMPLE: &[(&str, &str, &str)] = &[
    (
        "AoManoh+AI-Agent-GoZero/mcp/mcp.proto",
        "streams both ways, oneof",
        "",
    ),
    (
        "zeromicro+zero-examples/rpc/remote/stream/greet.proto",
        "a stream of go-zero's own examples",
        "",
    ),
    (
        "unitedrhino+things/service/dmsvr/proto/dm.proto",
        "ten services in one process, imports",
        "",
    ),
    (
        "yanshicheng+kube-nova/application/portal-rpc/portal.proto",
        "six services in one process",
        "",
    ),
    ("327674413+go-zero-dandan/app/im/rpc/im.proto", "maps", ""),
    (
        "lisuhang11+schill/service/content/rpc/content.proto",
        "checked conversions in the gateway",
        "lisuhang11+schill/service/content/api/content.api",
    ),
    (
        "fyerfyer-s-account+gozero-ecommerce/ecommerce/product/rpc/product.proto",
        "a gateway in front of many services",
        "fyerfyer-s-account+gozero-ecommerce/ecommerce/application/api.api",
    ),
];

#[test]
fn services_have_no_lint() -> anyhow::Result<()> {
    let Some(corpus) = Corpus::find() else {
        return Ok(());
    };
    if std::env::var_os("ZGEN_SLOW").is_some_and(|value| value == "0") {
        say("services of the corpus: skipped, ZGEN_SLOW=0");
        return Ok(());
    }
    let files = corpus.folder().join("files");
    let mut repositories: BTreeMap<String, Repository> = BTreeMap::new();
    for (proto, _, api) in SAMPLE {
        let name = proto.split('/').next().unwrap_or_default();
        let repository = repositories.entry(name.to_owned()).or_default();
        repository.protos.push(files.join(proto));
        let api = Some(api).filter(|api| !api.is_empty());
        repository.apis.extend(api.map(|api| files.join(api)));
    }
    let out = Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus-services");
    // What an earlier zgen has written may not be written any more.
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let written = services::write(&repositories, out.as_str())?;
    ensure!(written.refused.is_empty(), "{:#?}", written.refused);
    ensure!(written.services == SAMPLE.len(), "{written:?}");
    ensure!(written.linked > 0, "no route is linked: {written:?}");
    // The versions that the other workspaces are built with.
    fs::copy("fixtures/projects/order/Cargo.lock", out.join("Cargo.lock"))?;
    // As `zgen` leaves it: what is printed for names such as these is not always as rustfmt has it.
    cargo::cargo(&out, "fmt --all")?;
    let start = Instant::now();
    cargo::cargo(&out, "clippy --workspace --all-targets -- -D warnings")?;
    let seconds = start.elapsed().as_secs_f64();
    say(&format!(
        "services of the corpus: {} with {} gateways, {} of {} routes linked, without a lint, in {seconds:.1} s",
        written.services, written.gateways, written.linked, written.routes,
    ));
    Ok(())
}
