//! `zgen.yaml` as a document: its keys, and the layout that zgen gives it.

use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use super::{
    ApiInput, Deploy, Error, Inputs, ModelInput, Options, Patterns, RpcInput, TableOptions,
};

const HEADER: &str = "\
# What this workspace is generated from. zgen wrote this file; it is yours to edit, and `zgen gen` reads it.
# Paths are relative to this file.
";
const API: &str = "\
# One gateway for each .api file; `rpc` lists .proto files of services that live in another workspace, `calls` says
# `Handler: Service.Method` where a handler and the rpc method that answers it have different names.
";
const RPC: &str = "\
# One service for each .proto file; `include` lists import folders, `sql` the tables that the service owns. Files with
# the same `into: NAME` are one process; `serde: true` derives serde's traits for messages.
";
const MODEL: &str = "\
# One store for each list of .sql files: a library, NAME-store, for every crate of the workspace.
";
const OPTIONS: &str = "\
# Choices that shape what is written. `envelope: true` makes gateways answer {\"code\": 0, \"msg\": \"ok\", \"data\": ..}.
";
const OWN: &str = "\
# Files that zgen must leave alone, such as crates/order-api/src/generated/types.rs; `*` and `**` match as in a shell.
";

const TEMPLATES: &str = "\
# Templates that take the place of zgen's, by their names: see `zgen template`.
";

const DEPLOY: &str = "\
# How it is deployed: images, replicas, resources, hosts and more, see docs/deploy.md of zgen.
";
const HELM: &str = "\
deploy:
  helm: true
";

/// `api:` with nothing behind it is null in YAML, hence the options.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Document {
    api: Option<Vec<ApiInput>>,
    rpc: Option<Vec<RpcInput>>,
    model: Option<Vec<ModelInput>>,
    options: Option<Options>,
    deploy: Option<Deploy>,
    own: Option<Vec<String>>,
    templates: Option<Utf8PathBuf>,
}

impl Document {
    pub(super) fn of(
        inputs: &Inputs,
        options: &Options,
        own: &Patterns,
        templates: Option<&Utf8PathBuf>,
    ) -> Self {
        Self {
            templates: templates.cloned(),
            api: Some(inputs.api.clone()),
            rpc: Some(inputs.rpc.clone()),
            model: Some(inputs.model.clone()),
            options: Some(options.clone()),
            deploy: Some(options.deploy.clone()),
            own: Some(own.as_slice().to_vec()),
        }
    }

    pub(super) fn parse(path: &Utf8Path, text: &str) -> Result<Self, Error> {
        // A file of nothing but comments is null, not a map.
        let empty = (text.lines()).all(|line| line.trim().is_empty() || line.starts_with('#'));
        if empty {
            return Ok(Self::default());
        }
        serde_saphyr::from_str(text).map_err(|error| {
            let place = error.location();
            Error::Syntax {
                path: path.to_owned(),
                line: place.map_or(1, |place| place.line()),
                column: place.map_or(1, |place| place.column()),
                message: message(error.without_snippet()),
            }
        })
    }

    /// Sorted by file.
    pub(super) fn inputs(&self) -> Inputs {
        let mut inputs = Inputs {
            api: self.api.clone().unwrap_or_default(),
            rpc: self.rpc.clone().unwrap_or_default(),
            model: self.model.clone().unwrap_or_default(),
        };
        inputs.api.sort_by(|a, b| a.file.cmp(&b.file));
        inputs.rpc.sort_by(|a, b| a.file.cmp(&b.file));
        inputs.model.sort_by(|a, b| a.name.cmp(&b.name));
        inputs
    }

    pub(super) fn options(&self) -> Options {
        Options {
            deploy: self.deploy.clone().unwrap_or_default(),
            ..self.options.clone().unwrap_or_default()
        }
    }

    pub(super) fn own(&self) -> Patterns {
        Patterns::new(self.own.clone().unwrap_or_default())
    }

    pub(super) fn templates(&self) -> Option<Utf8PathBuf> {
        self.templates.clone()
    }

    /// Whether both say the same, in whatever order.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.inputs() == other.inputs()
            && self.options() == other.options()
            && self.own() == other.own()
            && self.templates == other.templates
    }

    /// zgen's own layout.
    pub(super) fn render(&self) -> String {
        let Options {
            namespace,
            registry,
            envelope,
            deploy,
        } = self.options();
        let mut out = format!("{HEADER}\n{}", self.render_inputs());
        let (namespace, registry) = (scalar(&namespace), scalar(&registry));
        let _ = write!(
            out,
            "\n{OPTIONS}options:\n  namespace: {namespace}\n  registry: {registry}\n  envelope: {envelope}\n\n{OWN}"
        );
        let own = self.own();
        list(&mut out, "", "own", own.as_slice());
        if own.as_slice().is_empty() {
            out.push_str("own: []\n");
        }
        if let Some(folder) = &self.templates {
            let folder = scalar(folder.as_str());
            let _ = write!(out, "\n{TEMPLATES}templates: {folder}\n");
        }
        // Its other values are only ever there because somebody wrote them, in a layout of their own.
        if deploy.helm {
            let _ = write!(out, "\n{DEPLOY}{HELM}");
        }
        out
    }

    /// The parts that zgen itself may have to add.
    pub(super) fn render_additions(&self) -> String {
        let helm = if self.options().deploy.helm { HELM } else { "" };
        format!("{}{helm}", self.render_inputs())
    }

    /// Only the part that lists the inputs.
    pub(super) fn render_inputs(&self) -> String {
        let inputs = self.inputs();
        let mut out = API.to_owned();
        out.push_str(if inputs.api.is_empty() {
            "api: []\n"
        } else {
            "api:\n"
        });
        for input in &inputs.api {
            out.push_str(&render_api(input, "  "));
        }
        out.push('\n');
        out.push_str(RPC);
        out.push_str(if inputs.rpc.is_empty() {
            "rpc: []\n"
        } else {
            "rpc:\n"
        });
        for input in &inputs.rpc {
            out.push_str(&render_rpc(input, "  "));
        }
        if !inputs.model.is_empty() {
            let _ = write!(out, "\n{MODEL}model:\n");
        }
        for input in &inputs.model {
            out.push_str(&render_model(input, "  "));
        }
        out
    }
}

pub(super) fn render_api(input: &ApiInput, indent: &str) -> String {
    let mut out = format!("{indent}- file: {}\n", scalar(input.file.as_str()));
    list_of_paths(&mut out, &format!("{indent}  "), "rpc", &input.rpc);
    if !input.calls.is_empty() {
        let _ = writeln!(out, "{indent}  calls:");
    }
    for (handler, method) in &input.calls {
        let (handler, method) = (scalar(handler), scalar(method));
        let _ = writeln!(out, "{indent}    {handler}: {method}");
    }
    out
}

pub(super) fn render_rpc(input: &RpcInput, indent: &str) -> String {
    let mut out = format!("{indent}- file: {}\n", scalar(input.file.as_str()));
    let inner = format!("{indent}  ");
    if let Some(name) = &input.into {
        let _ = writeln!(out, "{inner}into: {}", scalar(name));
    }
    if input.serde {
        let _ = writeln!(out, "{inner}serde: true");
    }
    list_of_paths(&mut out, &inner, "include", &input.include);
    list_of_paths(&mut out, &inner, "sql", &input.sql);
    if let Some(dialect) = input.dialect {
        let _ = writeln!(out, "{inner}dialect: {}", dialect.name());
    }
    out.push_str(&render_tables(&input.tables, &inner));
    out
}

pub(super) fn render_model(input: &ModelInput, indent: &str) -> String {
    let mut out = format!("{indent}- name: {}\n", scalar(&input.name));
    let inner = format!("{indent}  ");
    list_of_paths(&mut out, &inner, "sql", &input.sql);
    if let Some(dialect) = input.dialect {
        let _ = writeln!(out, "{inner}dialect: {}", dialect.name());
    }
    out.push_str(&render_tables(&input.tables, &inner));
    out
}

/// Nothing where they say nothing.
pub(super) fn render_tables(options: &TableOptions, indent: &str) -> String {
    if options.is_default() {
        return String::new();
    }
    let mut out = format!("{indent}tables:\n");
    let inner = format!("{indent}  ");
    list(&mut out, &inner, "only", &options.only);
    list(&mut out, &inner, "ignore-columns", &options.ignore_columns);
    if let Some(prefix) = &options.prefix {
        let _ = writeln!(out, "{inner}prefix: {}", scalar(prefix));
    }
    if let Some(cache) = options.cache {
        let _ = writeln!(out, "{inner}cache: {cache}");
    }
    out
}

pub(super) fn list_of_paths(out: &mut String, indent: &str, key: &str, paths: &[Utf8PathBuf]) {
    let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
    list(out, indent, key, &paths);
}

fn list(out: &mut String, indent: &str, key: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "{indent}{key}:");
    for item in items {
        let _ = writeln!(out, "{indent}  - {}", scalar(item));
    }
}

/// Plain where YAML cannot read anything else into it, quoted otherwise.
pub(super) fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '.')
        && (text.chars()).all(|c| c.is_ascii_alphanumeric() || "/._-@+:".contains(c))
        && !text.ends_with(':')
        && !is_word_of_yaml(text);
    if plain {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Words that some YAML reader takes for a boolean, null or number.
fn is_word_of_yaml(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "true", "false", "yes", "no", "on", "off", "null", "y", "n", ".inf", ".nan", ".",
    ];
    let lower = text.to_ascii_lowercase();
    WORDS.contains(&lower.as_str()) || lower.trim_start_matches('.').parse::<f64>().is_ok()
}

/// In the words of someone who edits the file; the place is ours to print, once, in front.
fn message(error: &serde_saphyr::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    let text = text.strip_prefix("error: ").unwrap_or(text).trim();
    match text {
        "expected sequence start" => "expected a list (lines that start with `- `)".to_owned(),
        "expected mapping start" => {
            "expected `key: value` lines, such as `file: order.api`".to_owned()
        }
        "expected string scalar" => "expected a text".to_owned(),
        "alias references unknown anchor" => "a text that starts with `*` needs quotes".to_owned(),
        other => other.to_owned(),
    }
}
