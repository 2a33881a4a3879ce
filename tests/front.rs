//! The front half: descriptions in, model and findings out.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};
use zgen::analyze::{self, Output};
use zgen::diag::{Format, Report, render};
use zgen::inspect;
use zgen::model::{Conversion, FieldLink, FieldPair, TableOp};
use zgen::project::{ApiInput, Inputs, RpcInput};
use zgen::proto;
use zgen::source::{Disk, SourceMap};
use zgen::sql;
use zgen::syntax;

/// Every file of `fixtures/syntax/err` is refused with the findings beside it, every file of `ok` is taken with what is
/// beside it: nothing, if there is no such file. Refreshed with `ZGEN_UPDATE=1`.
#[test]
fn fixtures() {
    let mut wrong = Vec::new();
    for (folder, must_fail) in [("ok", false), ("err", true)] {
        let folder = format!("fixtures/syntax/{folder}");
        let mut inputs = files(Utf8Path::new(&folder));
        // Imported by its neighbours; no root itself.
        inputs
            .retain(|path| path.extension() != Some("stderr") && !path.as_str().contains("/part"));
        assert!(inputs.len() > 5, "{folder} is nearly empty");
        for input in inputs {
            let (output, report, sources) = run(&inputs_of(&input));
            let found = render(&report, &sources, Format::Human { color: false });
            let beside = input.with_extension("stderr");
            if std::env::var_os("ZGEN_UPDATE").is_some() {
                if found.is_empty() {
                    let _ = fs::remove_file(&beside);
                } else {
                    fs::write(&beside, &found).unwrap();
                }
            }
            let expected = fs::read_to_string(&beside).unwrap_or_default();
            if found != expected {
                wrong.push(format!(
                    "== {input}: expected\n{expected}== found\n{found}\n"
                ));
            }
            if report.has_errors() != must_fail {
                wrong.push(format!(
                    "== {input}: errors: {}\n{found}\n",
                    report.has_errors()
                ));
            }
            // Whatever is wrong with it, it can be shown.
            assert!(inspect::json(&output.system, &sources).starts_with("{\n  \"version\": 1,"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
}

#[test]
fn the_order_sample_is_linked() {
    let inputs = Inputs {
        api: vec![ApiInput::of("fixtures/order.api")],
        rpc: vec![RpcInput {
            sql: vec!["fixtures/order.sql".into()],
            ..rpc("fixtures/order.proto")
        }],
        ..Inputs::default()
    };
    let (output, report, sources) = run(&inputs);
    let found = render(&report, &sources, Format::Short);
    assert_eq!(found, "");

    let gateway = &output.system.gateways[0];
    assert_eq!(
        (gateway.name.as_str(), gateway.file.as_str()),
        ("order-api", "order.api")
    );
    assert_eq!(gateway.info["version"], "v1.0");
    let group = &gateway.groups[0];
    assert_eq!(
        (group.group.as_deref(), group.prefix.as_str()),
        (Some("order"), "/api/v1")
    );
    let paths: Vec<_> = group
        .routes
        .iter()
        .map(zgen::model::Route::full_path)
        .collect();
    assert_eq!(paths, ["/api/v1/orders", "/api/v1/orders/:order_id"]);

    let create = group.routes[0].call.as_ref().unwrap();
    assert_eq!(
        (
            create.rpc.as_str(),
            create.service.as_str(),
            create.method.as_str()
        ),
        ("order", "Order", "CreateOrder")
    );
    assert_eq!(
        create.request,
        [
            link("user_id", "UserId"),
            link("product_id", "ProductId"),
            link("amount", "Amount")
        ]
    );
    assert_eq!(
        create.response,
        [
            link("OrderId", "order_id"),
            link("Status", "status"),
            link("CreatedAt", "created_at")
        ]
    );
    let get = group.routes[1].call.as_ref().unwrap();
    assert_eq!(get.request, [link("order_id", "OrderId")]);

    let rpc = &output.system.rpcs[0];
    assert!(rpc.serve);
    assert_eq!(rpc.sql_file.as_deref(), Some("order.sql"));
    let create = rpc.services[0].methods[0].call.as_ref().unwrap();
    assert_eq!(create.table, "orders");
    assert_eq!(
        create.op,
        TableOp::Insert {
            values: vec![
                pair("user_id", "user_id"),
                pair("product_id", "product_id"),
                pair("amount", "amount"),
                FieldPair {
                    to: "status".into(),
                    from: None
                },
                FieldPair {
                    to: "created_at".into(),
                    from: None
                },
            ]
        }
    );
    let get = rpc.services[0].methods[1].call.as_ref().unwrap();
    assert_eq!(
        get.op,
        TableOp::Find {
            key: vec![pair("order_id", "order_id")]
        }
    );
    assert_eq!(get.response.len(), 6);
    assert_eq!(output.code[0].1.stubs[0].package, "order");
}

/// A service that the gateway only calls has no tables, and the route is linked all the same.
#[test]
fn a_called_service_is_not_served() {
    let mut input = ApiInput::of("fixtures/order.api");
    input.rpc = vec!["./fixtures/order.proto".into()];
    let mut inputs = Inputs {
        api: vec![input],
        ..Inputs::default()
    };
    let (called, ..) = run(&inputs);
    assert!(!called.system.rpcs[0].serve);
    assert!(called.system.gateways[0].groups[0].routes[0].call.is_some());
    inputs.rpc = vec![rpc("fixtures/order.proto")];
    let (both, ..) = run(&inputs);
    assert_eq!(both.system.rpcs.len(), 1);
    assert!(both.system.rpcs[0].serve);
}

#[test]
fn every_code_is_documented() {
    let docs = fs::read_to_string("docs/diagnostics.md").unwrap();
    let documented: BTreeSet<String> = docs
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(str::to_owned)
        .collect();
    let mut used = BTreeSet::new();
    for path in files(Utf8Path::new("src")) {
        let text = fs::read_to_string(&path).unwrap();
        for word in text.split('"').skip(1) {
            let is_code = [
                "api/",
                "proto/",
                "sql/",
                "link/",
                "model/",
                "input/",
                "breaking/",
                "zgen/",
            ]
            .iter()
            .any(|family| word.strip_prefix(family).is_some_and(is_kebab));
            if is_code {
                used.insert(word.to_owned());
            }
        }
    }
    // A made-up one in a test of the renderer.
    used.remove("api/x");
    assert!(used.len() > 20);
    assert_eq!(documented, used);
}

fn is_kebab(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// Too deep or too large ends in a finding, not in a crash.
#[test]
fn hostile_files() {
    let cases = [
        format!("type A {{ X {}int }}", "[]".repeat(100_000)),
        format!("type A {{ X {}int }}", "*".repeat(100_000)),
        format!(
            "type A {{ X {}int{} }}",
            "map[".repeat(50_000),
            "]int".repeat(50_000)
        ),
        format!("type A {{ {} }}", "X { ".repeat(50_000)),
        format!("type A {{ {}{} }}", "X { ".repeat(200), "}".repeat(200)),
        "(".repeat(100_000),
        "/*".repeat(100_000),
        "`".repeat(99_999),
        format!("info(a: {})", "(".repeat(20_000)),
        format!("@server(a: b{}) service x {{}}", ", c".repeat(20_000)),
        " ".repeat(syntax::MAX_FILE_LEN + 1),
    ];
    for text in cases {
        let mut sources = SourceMap::default();
        let file = sources.add("a.api", text.as_str());
        let mut report = Report::default();
        let parsed = syntax::parse(file, &text, &mut report);
        let start: String = text.chars().take(40).collect();
        assert!(report.len() <= 1, "{start}");
        assert!(parsed.is_some() || report.has_errors(), "{start}");
    }
}

/// Files from public repositories, where they are at hand: each `.proto` and `.sql` file is read on its own, and what is
/// refused has a place. `tests/corpus` is about the `.api` files.
#[test]
fn corpus_of_protos_and_tables() {
    let Some(corpus) = corpus_folder() else {
        return;
    };
    let manifest = fs::read_to_string(corpus.join("manifest.tsv")).unwrap();
    let (mut protos, mut compiled, mut scripts, mut understood) = (0, 0, 0, 0);
    let mut failures = String::new();
    for row in manifest.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let folder = corpus.join("files").join(columns[0].replace('/', "+"));
        let path = Utf8PathBuf::from_path_buf(folder.join(columns[2])).unwrap();
        let mut sources = SourceMap::default();
        let mut report = Report::default();
        match columns[5] {
            "proto" => {
                protos += 1;
                let set = proto::compile(&[&path], &[], &Disk, &mut sources, &mut report);
                if let Some(set) = set {
                    proto::code(&set, true).unwrap();
                    compiled += 1;
                }
            }
            "sql" => {
                scripts += 1;
                let text = fs::read_to_string(&path).unwrap();
                let file = sources.add(&path, text.as_str());
                sql::parse(file, &text, &mut report);
                understood += usize::from(!report.has_errors());
            }
            _ => continue,
        }
        assert!(
            report.iter().all(|finding| finding.primary.is_some()),
            "{path}"
        );
        failures += &render(&report, &sources, Format::Short);
    }
    println!("{failures}");
    println!("protos compiled: {compiled}/{protos}, scripts read: {understood}/{scripts}");
}

fn corpus_folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    beside.join("verdicts.tsv").is_file().then_some(beside)
}

fn run(inputs: &Inputs) -> (Output, Report, SourceMap) {
    let mut sources = SourceMap::default();
    let mut report = Report::default();
    let output = analyze::run(inputs, &Disk, &mut sources, &mut report);
    (output, report, sources)
}

/// One file as the only input; a `.sql` file with the proto of its name.
fn inputs_of(path: &Utf8Path) -> Inputs {
    let mut inputs = Inputs::default();
    match path.extension() {
        Some("proto") => inputs.rpc.push(rpc(path.as_str())),
        Some("sql") => inputs.rpc.push(RpcInput {
            sql: vec![path.to_owned()],
            ..rpc("fixtures/order.proto")
        }),
        _ => inputs.api.push(ApiInput::of(path.as_str())),
    }
    inputs
}

fn rpc(file: &str) -> RpcInput {
    RpcInput {
        file: file.into(),
        ..RpcInput::default()
    }
}

fn link(to: &str, from: &str) -> FieldLink {
    FieldLink {
        to: to.into(),
        from: Some(from.into()),
        conversion: Conversion::Same,
    }
}

fn pair(to: &str, from: &str) -> FieldPair {
    FieldPair {
        to: to.into(),
        from: Some(from.into()),
    }
}

/// All files below a folder, sorted.
fn files(folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut out = Vec::new();
    for entry in folder.read_dir_utf8().unwrap() {
        let path = entry.unwrap().into_path();
        if path.is_dir() {
            out.extend(files(&path));
        } else {
            out.push(path);
        }
    }
    out.sort();
    out
}
