//! The slow lane: gateways of third-party descriptions build and have no lint, before anybody has touched them.
//!
//! A sample of what is odd; `ZGEN_CORPUS_GATEWAYS=all` takes every root. `ZGEN_SLOW=0` skips it.

use std::env;
use std::fs;
use std::time::Instant;

use anyhow::ensure;
use camino::Utf8Path;

use crate::cargo;
use crate::gateways;
use crate::support::{Corpus, say};

/// What each has that the others have not.
const SAMPLE: &[(&str, &str)] = &[
    ("zeromicro+zero-examples/http/upload/upload.api", "no types"),
    (
        "zeromicro+zero-examples/http/timeout/timeout.api",
        "limits of time",
    ),
    (
        "hjkl9+carservice/api/carservice.api",
        "the older parser's syntax, empty groups",
    ),
    (
        "zjzjzjzj1874+best-practice-go-zero/task/task.api",
        "signatures",
    ),
    (
        "zjzjzjzj1874+best-practice-go-zero/my_zero/my_zero.api",
        "nested groups, paths with dashes",
    ),
    (
        "mingtaoli+Ai4EEMS-go/app/mediaprop/cmd/api/desc/mediaprop.api",
        "limits of size",
    ),
    (
        "bailuoyu+go-zero-yun/app/greet/rest/greet.api",
        "jwtTransition",
    ),
    (
        "NihilityHsiao+gozero-rag/restful/rag/rag.api",
        "events, patch",
    ),
    (
        "jayvynl+goctl-openapi/example/example.api",
        "headers, maps, embedded structs, options",
    ),
    (
        "kesonan+hey-go-zero/service/course/api/course.api",
        "ranges",
    ),
    (
        "cxlcxl+go-zero-move/app/marketing/api/apifiles/marketing.api",
        "lists of lists",
    ),
    ("jackluo2012+datacenter/datacenter.api", "inline structs"),
    ("327674413+go-zero-dandan/app/asset/api/asset.api", "bytes"),
    (
        "AoManoh+AI-Agent-GoZero/api/user/user.api",
        "pointers, several tokens",
    ),
    (
        "perfect-panel+server/apis/swagger_common.api",
        "interface{}, many headers",
    ),
    (
        "xh-polaris+meowchat-bff/meowchat.api",
        "imports below the root's folder",
    ),
];

#[test]
fn gateways_have_no_lint() -> anyhow::Result<()> {
    let Some(corpus) = Corpus::find() else {
        return Ok(());
    };
    if env::var_os("ZGEN_SLOW").is_some_and(|value| value == "0") {
        say("gateways of the corpus: skipped, ZGEN_SLOW=0");
        return Ok(());
    }
    let files = corpus.folder().join("files");
    let roots = match env::var("ZGEN_CORPUS_GATEWAYS") {
        Ok(which) if which == "all" => gateways::roots(corpus.folder())?,
        _ => SAMPLE.iter().map(|(root, _)| files.join(root)).collect(),
    };
    let out = Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus");
    let written = gateways::write(&roots, &out)?;
    for (root, findings) in &written.refused {
        say(&format!("refused: {root}\n{findings}"));
    }
    let verdicts = corpus.verdicts();
    for (root, findings) in &written.refused {
        let verdict = verdicts.iter().find(|verdict| verdict.path == *root);
        let is_accepted = verdict.is_some_and(|verdict| verdict.is_accepted);
        ensure!(!is_accepted, "goctl takes {root}\n{findings}");
    }
    // The versions that the other workspaces are built with.
    fs::copy("fixtures/projects/order/Cargo.lock", out.join("Cargo.lock"))?;
    // As `zgen` leaves it: what is printed for names such as these is not always as rustfmt has it.
    cargo::cargo(&out, "fmt --all")?;
    let start = Instant::now();
    cargo::cargo(&out, "clippy --workspace --all-targets -- -D warnings")?;
    let seconds = start.elapsed().as_secs_f64();
    say(&format!(
        "gateways of the corpus: {} of {}, {} lines without a lint, in {seconds:.1} s",
        written.gateways,
        roots.len(),
        written.lines,
    ));
    Ok(())
}
