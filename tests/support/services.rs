//! One workspace with a service for each of many `.proto` files and gateways linked to them, to be checked by cargo in one
//! go.

// The example and the test each take their part of this.
#![allow(dead_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use zgen::model::{Gateway, Rpc, System};
use zgen::project::{ApiInput, Inputs, Options, RpcInput};
use zgen::proto::Code;
use zgen::{analyze, diag, emit, lower, source};

/// What has been written, and what has not.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) services: usize,
    pub(crate) gateways: usize,
    pub(crate) routes: usize,
    /// Those that a method answers.
    pub(crate) linked: usize,
    /// Findings that are errors, a line each.
    pub(crate) refused: Vec<String>,
}

/// Writes one workspace of all that these repositories describe.
pub(crate) fn write(
    repositories: &BTreeMap<String, Repository>,
    out: &str,
) -> anyhow::Result<Written> {
    let mut whole = System::default();
    let mut all_codes = Codes::new();
    let mut written = Written::default();
    for repository in repositories.values() {
        let (system, codes) = read(repository, &whole, &mut written.refused);
        for route in (system.gateways.iter())
            .flat_map(|gateway| &gateway.groups)
            .flat_map(|group| &group.routes)
        {
            written.routes += 1;
            written.linked += usize::from(route.call.is_some());
        }
        // Each repository is a workspace of its own; only its crates come into the common one.
        print(&system, &codes, out, |path| path.starts_with("crates"))?;
        whole.gateways.extend(system.gateways);
        whole.rpcs.extend(system.rpcs);
        all_codes.extend(codes);
    }
    print(&whole, &all_codes, out, |path| !path.starts_with("crates"))?;
    written.services = whole.rpcs.len();
    written.gateways = whole.gateways.len();
    Ok(written)
}

/// What one repository describes.
#[derive(Default)]
pub(crate) struct Repository {
    pub(crate) apis: Vec<Utf8PathBuf>,
    pub(crate) protos: Vec<Utf8PathBuf>,
}

type Codes = Vec<(String, Code)>;

/// The first COUNT of the corpus, spread over it.
pub(crate) fn repositories(
    corpus: &Utf8Path,
    count: usize,
) -> anyhow::Result<BTreeMap<String, Repository>> {
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
fn read(repository: &Repository, before: &System, refused: &mut Vec<String>) -> (System, Codes) {
    let mut system = System::default();
    let mut all_codes = Codes::new();
    let mut rpcs: Vec<RpcInput> = Vec::new();
    let mut packages = BTreeSet::new();
    for file in &repository.protos {
        let input = RpcInput {
            file: file.clone(),
            ..RpcInput::default()
        };
        let Some((mut found, mut codes)) = run(Vec::new(), vec![input.clone()], refused) else {
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
        for (known, _) in &mut codes {
            known.clone_from(&name);
        }
        system.rpcs.push(rpc);
        all_codes.extend(codes);
    }
    for file in &repository.apis {
        let input = ApiInput::of(file.clone());
        let Some((mut found, _)) = run(vec![input], rpcs.clone(), refused) else {
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
    (system, all_codes)
}

fn run(
    api: Vec<ApiInput>,
    rpc: Vec<RpcInput>,
    refused: &mut Vec<String>,
) -> Option<(System, Codes)> {
    let mut sources = source::SourceMap::default();
    let mut report = diag::Report::default();
    let inputs = Inputs {
        api,
        rpc,
        ..Inputs::default()
    };
    let output = analyze::run(&inputs, &source::Disk, &mut sources, &mut report);
    if report.has_errors() {
        let text = diag::render(&report, &sources, diag::Format::Short);
        let errors = text.lines().filter(|line| line.contains("error"));
        refused.extend(errors.map(str::to_owned));
        return None;
    }
    Some((output.system, output.code))
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
    codes: &Codes,
    out: &str,
    wanted: impl Fn(&Utf8Path) -> bool,
) -> anyhow::Result<()> {
    let workspace = lower::workspace(system, codes, &Options::default());
    let tree = emit::workspace(&workspace)?;
    for (path, file) in &tree.0 {
        if wanted(path) {
            put(&Path::new(out).join(path), &file.text)?;
        }
    }
    Ok(())
}

/// Leaves equal files alone, so that cargo does, too.
fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| path.display().to_string())
}
