//! Lines added to a `zgen.yaml` that the user has laid out. Nothing that is there changes.
//!
//! This knows block lists only. Its caller reads the result again and takes it only if it says what was meant,
//! so that an unusual layout ends in advice rather than in damage.

use camino::Utf8PathBuf;

use super::document::{self, render_api, render_model, render_rpc, render_tables};
use super::{ApiInput, Inputs, ModelInput, RpcInput, TableOptions};
use crate::model::Dialect;

/// `text`, which says `before`, with the lines that make it say `after`.
pub(super) fn grow(text: &str, before: &Inputs, after: &Inputs) -> Option<String> {
    let mut lines = Lines::of(text);
    for input in &after.api {
        match before.api.iter().find(|known| known.file == input.file) {
            None => lines.add_item("api", |indent| render_api(input, indent))?,
            Some(known) => {
                let item = Item("api", "file", input.file.as_str());
                lines.add_lists(item, &api_lists(known, input))?;
            }
        }
    }
    for input in &after.rpc {
        match before.rpc.iter().find(|known| known.file == input.file) {
            None => lines.add_item("rpc", |indent| render_rpc(input, indent))?,
            Some(known) => {
                let item = Item("rpc", "file", input.file.as_str());
                if input.serde && !known.serde {
                    lines.set(item, "serde", false, "true")?;
                }
                if let Some(name) = input.into.as_ref().filter(|_| known.into != input.into) {
                    let is_known = known.into.is_some();
                    lines.set(item, "into", is_known, &document::scalar(name))?;
                }
                lines.set_dialect(item, known.dialect, input.dialect)?;
                lines.add_lists(item, &rpc_lists(known, input))?;
                if known.tables != input.tables {
                    lines.add_tables(item, known.tables.is_default(), &input.tables)?;
                }
            }
        }
    }
    for input in &after.model {
        match (before.model.iter()).find(|known| known.name == input.name) {
            None => lines.add_item("model", |indent| render_model(input, indent))?,
            Some(known) => {
                let item = Item("model", "name", &input.name);
                lines.set_dialect(item, known.dialect, input.dialect)?;
                lines.add_lists(item, &model_lists(known, input))?;
                if known.tables != input.tables {
                    lines.add_tables(item, known.tables.is_default(), &input.tables)?;
                }
            }
        }
    }
    Some(lines.text())
}

/// `text` with `key: true` in a section at the top.
pub(super) fn switch_on(text: &str, section: &str, key: &str) -> String {
    let mut lines = Lines::of(text);
    let all = 0..lines.lines.len();
    let Some(head) = lines.key(all, 0, section) else {
        let gap = if text.trim().is_empty() { "" } else { "\n" };
        lines.insert(
            lines.lines.len(),
            &format!("{gap}{section}:\n  {key}: true\n"),
        );
        return lines.text();
    };
    let body = lines.body(head);
    let first = body.clone().find(|at| !is_silent(&lines.lines[*at]));
    let depth = first.map_or(2, |at| indent(&lines.lines[at]));
    let line = format!("{}{key}: true\n", " ".repeat(depth));
    match lines.key(body.clone(), depth, key) {
        Some(known) => {
            lines.lines.remove(known);
            lines.insert(known, &line);
        }
        None => lines.insert(head + 1, &line),
    }
    lines.text()
}

/// One of a section's list: the section, and the key and value that tell it.
#[derive(Clone, Copy)]
struct Item<'a>(&'static str, &'static str, &'a str);

type Lists<'a> = Vec<(&'static str, &'a [Utf8PathBuf], &'a [Utf8PathBuf])>;

fn api_lists<'a>(known: &'a ApiInput, input: &'a ApiInput) -> Lists<'a> {
    vec![("rpc", &known.rpc, &input.rpc)]
}

fn rpc_lists<'a>(known: &'a RpcInput, input: &'a RpcInput) -> Lists<'a> {
    vec![
        ("include", &known.include, &input.include),
        ("sql", &known.sql, &input.sql),
    ]
}

fn model_lists<'a>(known: &'a ModelInput, input: &'a ModelInput) -> Lists<'a> {
    vec![("sql", &known.sql, &input.sql)]
}

struct Lines {
    lines: Vec<String>,
    newline: &'static str,
}

impl Lines {
    fn of(text: &str) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
            last.push_str(newline);
        }
        Self { lines, newline }
    }

    fn text(self) -> String {
        self.lines.concat()
    }

    /// A new item at the end of a top-level list.
    fn add_item(&mut self, section: &str, item: impl Fn(&str) -> String) -> Option<()> {
        let Some(head) = self.key(0..self.lines.len(), 0, section) else {
            self.insert(self.lines.len(), &format!("{section}:\n{}", item("  ")));
            return Some(());
        };
        let body = self.body(head);
        let dash = body.clone().find(|at| self.is_item(*at));
        if let Some(at) = dash {
            let indent = " ".repeat(indent(&self.lines[at]));
            self.insert(body.end, &item(&indent));
        } else {
            self.open_list(head)?;
            self.insert(head + 1, &item("  "));
        }
        Some(())
    }

    /// What is new in the lists of one item that is there already.
    fn add_lists(&mut self, of: Item<'_>, lists: &Lists<'_>) -> Option<()> {
        for (key, known, wanted) in lists {
            if known == wanted {
                continue;
            }
            // Only growth at the end is an insertion.
            let new = wanted.strip_prefix(*known)?;
            let item = self.item(of)?;
            let inner = indent(&self.lines[item.start]) + 2;
            if known.is_empty() {
                let mut text = String::new();
                document::list_of_paths(&mut text, &" ".repeat(inner), key, new);
                self.insert(item.end, &text);
                continue;
            }
            let head = self.key(item, inner, key)?;
            let body = self.body(head);
            let dash = body.clone().find(|at| self.is_item(*at))?;
            let indent = " ".repeat(indent(&self.lines[dash]));
            for path in new {
                let line = format!("{indent}- {}\n", document::scalar(path.as_str()));
                let end = self.body(head).end;
                self.insert(end, &line);
            }
        }
        Some(())
    }

    /// What is said of an item's tables for the first time; other changes are the user's to make.
    fn add_tables(&mut self, of: Item<'_>, is_first: bool, tables: &TableOptions) -> Option<()> {
        let item = self.item(of).filter(|_| is_first)?;
        let inner = " ".repeat(indent(&self.lines[item.start]) + 2);
        self.insert(item.end, &render_tables(tables, &inner));
        Some(())
    }

    /// A line below an item's `file:`, or in place of the one that says something else.
    fn set_dialect(
        &mut self,
        item: Item<'_>,
        known: Option<Dialect>,
        wanted: Option<Dialect>,
    ) -> Option<()> {
        match wanted.filter(|_| known != wanted) {
            Some(dialect) => self.set(item, "dialect", known.is_some(), dialect.name()),
            None => Some(()),
        }
    }

    fn set(&mut self, item: Item<'_>, key: &str, known: bool, wanted: &str) -> Option<()> {
        let item = self.item(item)?;
        let inner = indent(&self.lines[item.start]) + 2;
        let line = format!("{}{key}: {wanted}\n", " ".repeat(inner));
        if known {
            let head = self.key(item, inner, key)?;
            self.lines.remove(head);
            self.insert(head, &line);
        } else {
            self.insert(item.start + 1, &line);
        }
        Some(())
    }

    /// The line of `key:` at this indentation.
    fn key(&self, within: std::ops::Range<usize>, at: usize, key: &str) -> Option<usize> {
        within.into_iter().find(|&line| {
            let text = &self.lines[line];
            indent(text) == at
                && text
                    .trim_start()
                    .strip_prefix(key)
                    .is_some_and(|rest| rest.starts_with(':'))
        })
    }

    /// The lines that belong to the key at `head`, without blank lines and comments behind the last of them.
    fn body(&self, head: usize) -> std::ops::Range<usize> {
        let depth = indent(&self.lines[head]);
        let mut end = head + 1;
        for at in head + 1..self.lines.len() {
            if is_silent(&self.lines[at]) {
                continue;
            }
            let inside = indent(&self.lines[at]);
            // YAML lets the dashes of a list stand under its key.
            if inside < depth || (inside == depth && !self.is_item(at)) {
                break;
            }
            end = at + 1;
        }
        head + 1..end
    }

    /// The lines of the item with this `file:` or `name:`.
    fn item(&self, of: Item<'_>) -> Option<std::ops::Range<usize>> {
        let Item(section, key, wanted) = of;
        let body = self.body(self.key(0..self.lines.len(), 0, section)?);
        let depth = indent(&self.lines[body.clone().find(|at| self.is_item(*at))?]);
        let starts: Vec<usize> = body
            .clone()
            .filter(|at| self.is_item(*at) && indent(&self.lines[*at]) == depth)
            .collect();
        let nth = starts.iter().position(|at| {
            let line = self.lines[*at].trim_start().trim_start_matches('-').trim();
            let value = line
                .strip_prefix(key)
                .and_then(|rest| rest.strip_prefix(':'))
                .map(|value| value.split(" #").next().unwrap_or("").trim());
            value.map(|value| value.trim_matches(['"', '\''])) == Some(wanted)
        })?;
        let mut end = starts.get(nth + 1).copied().unwrap_or(body.end);
        while end > starts[nth] + 1 && is_silent(&self.lines[end - 1]) {
            end -= 1;
        }
        Some(starts[nth]..end)
    }

    fn is_item(&self, at: usize) -> bool {
        let text = self.lines[at].trim_start();
        text.starts_with("- ") || text.trim_end() == "-"
    }

    /// `api: []` becomes `api:`.
    fn open_list(&mut self, head: usize) -> Option<()> {
        let line = &self.lines[head];
        let (key, value) = line.split_once(':')?;
        let value = value.trim_start();
        let rest = value.strip_prefix("[]").unwrap_or(value).trim();
        if !rest.is_empty() && !rest.starts_with('#') {
            return None;
        }
        let space = if rest.is_empty() { "" } else { " " };
        self.lines[head] = format!("{key}:{space}{rest}{}", self.newline);
        Some(())
    }

    fn insert(&mut self, at: usize, text: &str) {
        let new = text.lines().map(|line| format!("{line}{}", self.newline));
        self.lines.splice(at..at, new);
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Blank or comment.
fn is_silent(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}
