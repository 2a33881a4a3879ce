//! Generates one workspace with a service for every `.proto` file of a corpus that describes one, and a gateway for every
//! `.api` root beside them, linked to the services of its repository; to be checked by cargo in one go:
//!
//! ```text
//! cargo run --release --example corpus_services -- ../shared/corpus OUT [COUNT]
//! cd OUT && cargo clippy --workspace --all-targets -- -D warnings && cargo fmt --check
//! ```
//!
//! COUNT takes a sample of that many services, spread over the corpus, and of as many gateways. A corpus is a folder with a
//! `manifest.tsv` (repo, commit, path, sha256, bytes, kind) and the files below `files/<owner>+<repo>/`. Files with errors
//! are listed and left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use zgen::model::{Gateway, Rpc, System};
use zgen::project::{ApiInput, Inputs, Options, RpcInput};
use zgen::proto::Stub;
use zgen::{analyze, diag, emit, lower, source};

/// What one repository describes.
#[derive(Default)]
struct Repository {
    apis: Vec<Utf8PathBuf>,
    protos: Vec<Utf8PathBuf>,
}

type Stubs = Vec<(String, Vec<Stub>)>;

fn main() -> anyhow::Result<ExitCode> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (corpus, out, count) = match args.as_slice() {
        [corpus, out] => (corpus, out, usize::MAX),
        [corpus, out, count] => (corpus, out, count.parse().context("COUNT is a number")?),
        _ => {
            eprintln!("usage: corpus_services CORPUS OUT [COUNT]");
            return Ok(ExitCode::from(2));
        }
    };
    let repositories = repositories(Utf8Path::new(corpus), count)?;
    let mut whole = System::default();
    let mut all_stubs = Stubs::new();
    let (mut linked, mut routes) = (0, 0);
    for repository in repositories.values() {
        let (system, stubs) = read(repository, &whole);
        for route in (system.gateways.iter())
            .flat_map(|gateway| &gateway.groups)
            .flat_map(|group| &group.routes)
        {
            routes += 1;
            linked += usize::from(route.call.is_some());
        }
        // Each repository is a workspace of its own; only its crates come into the common one.
        print(&system, &stubs, out, |path| path.starts_with("crates"))?;
        whole.gateways.extend(system.gateways);
        whole.rpcs.extend(system.rpcs);
        all_stubs.extend(stubs);
    }
    print(&whole, &all_stubs, out, |path| !path.starts_with("crates"))?;
    println!(
        "{} services, {} gateways; {linked} of {routes} routes are linked",
        whole.rpcs.len(),
        whole.gateways.len(),
    );
    Ok(ExitCode::SUCCESS)
}

fn repositories(corpus: &Utf8Path, count: usize) -> anyhow::Result<BTreeMap<String, Repository>> {
    let manifest = fs::read_to_string(corpus.join("manifest.tsv")).context("read the corpus")?;
    let mut found: BTreeMap<String, Repository> = BTreeMap::new();
    for row in manifest.lines() {
        let [repo, _, path, _, _, kind] = row.split('\t').collect::<Vec<_>>()[..] else {
            continue;
        };
        let folder = corpus.join("files").join(repo.replace('/', "+"));
        let repository = found.entry(repo.to_owned()).or_default();
        match kind {
            "api-root" => repository.apis.push(folder.join(path)),
            "proto" => repository.protos.push(folder.join(path)),
            _ => {}
        }
    }
    found.retain(|_, repository| !repository.protos.is_empty());
    let total: usize = found.values().map(|it| it.protos.len()).sum();
    if count < total {
        let step = total / count.max(1);
        let mut number = 0;
        for repository in found.values_mut() {
            let before = number;
            repository.protos.retain(|_| {
                number += 1;
                (number - 1) % step == 0 && (number - 1) / step < count
            });
            repository
                .apis
                .truncate((number - before) / step + usize::from(before == 0));
        }
        found.retain(|_, repository| !repository.protos.is_empty());
    }
    Ok(found)
}

/// Services and linked gateways, their names made unique.
fn read(repository: &Repository, before: &System) -> (System, Stubs) {
    let mut system = System::default();
    let mut all_stubs = Stubs::new();
    let mut rpcs: Vec<RpcInput> = Vec::new();
    let mut packages = BTreeSet::new();
    for file in &repository.protos {
        let input = RpcInput {
            file: file.clone(),
            ..RpcInput::default()
        };
        let Some((mut found, mut stubs)) = run(Vec::new(), vec![input.clone()]) else {
            continue;
        };
        let Some(mut rpc) = found.rpcs.pop().filter(|rpc| !rpc.services.is_empty()) else {
            continue;
        };
        // Several services of one package in one workspace would be one; the first is linked.
        if packages.insert(rpc.package.clone()) {
            rpcs.push(input);
        }
        let name = unique(&rpc, before.rpcs.len() + system.rpcs.len());
        rpc.name.clone_from(&name);
        for (known, _) in &mut stubs {
            known.clone_from(&name);
        }
        system.rpcs.push(rpc);
        all_stubs.extend(stubs);
    }
    for file in &repository.apis {
        let input = ApiInput::of(file.clone());
        let Some((mut found, _)) = run(vec![input], rpcs.clone()) else {
            continue;
        };
        let Some(mut gateway) = found.gateways.pop() else {
            continue;
        };
        rename(&mut gateway, &system.rpcs);
        let number = before.gateways.len() + system.gateways.len();
        gateway.name = format!("g{number:03}-{}", gateway.name);
        system.gateways.push(gateway);
    }
    (system, all_stubs)
}

fn run(api: Vec<ApiInput>, rpc: Vec<RpcInput>) -> Option<(System, Stubs)> {
    let mut sources = source::SourceMap::default();
    let mut report = diag::Report::default();
    let inputs = Inputs { api, rpc };
    let output = analyze::run(&inputs, &source::Disk, &mut sources, &mut report);
    if report.has_errors() {
        let text = diag::render(&report, &sources, diag::Format::Short);
        for line in text.lines().filter(|line| line.contains("error")) {
            eprintln!("refused: {line}");
        }
        return None;
    }
    Some((output.system, output.stubs))
}

fn unique(rpc: &Rpc, number: usize) -> String {
    format!("s{number:03}.{}", rpc.package)
}

/// Calls and links name their services as those are called now.
fn rename(gateway: &mut Gateway, rpcs: &[Rpc]) {
    let name = |package: &String| {
        let found = rpcs.iter().find(|rpc| rpc.package == *package);
        found.map_or_else(|| package.clone(), |rpc| rpc.name.clone())
    };
    for route in (gateway.groups.iter_mut()).flat_map(|group| &mut group.routes) {
        if let Some(call) = &mut route.call {
            call.rpc = name(&call.rpc);
        }
    }
    for link in &mut gateway.links {
        link.rpc = name(&link.rpc);
    }
}

fn print(
    system: &System,
    stubs: &Stubs,
    out: &str,
    wanted: impl Fn(&Utf8Path) -> bool,
) -> anyhow::Result<()> {
    let workspace = lower::workspace(system, stubs, &Options::default());
    let tree = emit::workspace(&workspace)?;
    for (path, file) in &tree.0 {
        if wanted(path) {
            write(&Path::new(out).join(path), &file.text)?;
        }
    }
    Ok(())
}

/// Leaves equal files alone, so that cargo does, too.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| path.display().to_string())
}
