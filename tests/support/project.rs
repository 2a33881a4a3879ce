//! The projects below `fixtures/projects/`.

// Every test takes its part of this.
#![allow(dead_code)]

use std::fs;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use zgen::project::{ModelInput, Project, RpcInput, TableOptions};

const ROOT: &str = "fixtures/projects";

/// One folder of fixtures. Paths are relative to the repository, where cargo runs tests.
pub(crate) struct Fixture {
    pub(crate) name: String,
    pub(crate) dir: Utf8PathBuf,
}

impl Fixture {
    pub(crate) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            dir: Utf8Path::new(ROOT).join(name),
        }
    }

    /// Every project, by name.
    pub(crate) fn all() -> anyhow::Result<Vec<Self>> {
        let mut names = Vec::new();
        for entry in Utf8Path::new(ROOT).read_dir_utf8()? {
            let entry = entry?;
            if entry.path().join("inputs").is_file() {
                names.push(entry.file_name().to_owned());
            }
        }
        names.sort();
        Ok(names.iter().map(|name| Self::named(name)).collect())
    }

    /// The generated workspace as it should be.
    pub(crate) fn expected(&self) -> Utf8PathBuf {
        self.dir.join("expected")
    }

    /// The lines of `inputs`, each the arguments of a command.
    pub(crate) fn commands(&self) -> anyhow::Result<Vec<Vec<String>>> {
        let path = self.dir.join("inputs");
        let text = fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
        Ok(text.lines().map(words).collect())
    }

    /// What the commands of `inputs` would leave in `zgen.yaml` of the expected workspace.
    pub(crate) fn project(&self) -> anyhow::Result<Project> {
        let mut project = Project::empty(self.expected());
        let path = |name: &String| self.dir.join(name);
        for command in self.commands()? {
            let words: Vec<&str> = command.iter().map(String::as_str).collect();
            match words[..] {
                ["api", _] => project.add_api(&path(&command[1]), &[])?,
                ["rpc", _] => project.add_rpc(&RpcInput::of(path(&command[1])))?,
                ["rpc", _, "--sql", _] => {
                    project.add_rpc(&RpcInput {
                        sql: vec![path(&command[3])],
                        ..RpcInput::of(path(&command[1]))
                    })?;
                }
                ["model", file, ref options @ ..] => {
                    let mut tables = TableOptions::default();
                    for option in options.chunks(2) {
                        match option {
                            ["--no-cache"] => tables.cache = Some(false),
                            ["--prefix", prefix] => tables.prefix = Some((*prefix).to_owned()),
                            ["--ignore-columns", names] => {
                                tables.ignore_columns =
                                    names.split(',').map(str::to_owned).collect();
                            }
                            _ => bail!("{}/inputs: {option:?} is not understood", self.dir),
                        }
                    }
                    project.add_model(&ModelInput {
                        name: file.trim_end_matches(".sql").to_owned(),
                        sql: vec![path(&command[1])],
                        dialect: None,
                        tables,
                    })?;
                }
                _ => bail!(
                    "{}/inputs: `{}` is not understood",
                    self.dir,
                    words.join(" ")
                ),
            }
        }
        Ok(project)
    }
}
