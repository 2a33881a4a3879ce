//! What a workspace is generated from: `zgen.yaml`, read, extended and written back.

mod deploy;
mod document;
mod edit;
mod error;
mod inputs;
mod paths;
mod patterns;
mod templates;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

pub use self::deploy::{Deploy, Migrate, Replicas, Resources, Route};
use self::document::Document;
pub use self::error::Error;
pub use self::inputs::{ApiInput, Inputs, ModelInput, Options, RpcInput, TableOptions};
pub use self::patterns::Patterns;
pub use self::values::{Address, Host, Quantity};

/// The file that holds a project, in the root of its workspace.
pub const FILE: &str = "zgen.yaml";

/// One workspace's `zgen.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The workspace's root, as the user typed it.
    pub dir: Utf8PathBuf,
    /// Sorted by file, so that the order of `zgen api` and `zgen rpc` does not matter. Paths are relative to `dir`.
    pub inputs: Inputs,
    pub options: Options,
    /// Files that zgen never writes.
    pub own: Patterns,
    /// Where templates of the user's own are, relative to `dir`.
    pub templates: Option<Utf8PathBuf>,
    /// What `zgen.yaml` has to say, in the user's own layout where there is one.
    text: String,
}

impl Project {
    /// A project that has no input yet.
    pub fn empty(dir: impl Into<Utf8PathBuf>) -> Self {
        Self::with(dir.into(), &Document::default(), None)
    }

    /// Reads `zgen.yaml` below `dir`; without one the project is empty.
    pub fn open(dir: &Utf8Path) -> Result<Self, Error> {
        let path = dir.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(dir, &text),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Self::empty(dir)),
            Err(cause) => Err(Error::Read { path, cause }),
        }
    }

    /// Reads `text` as the `zgen.yaml` of `dir`.
    pub fn parse(dir: &Utf8Path, text: &str) -> Result<Self, Error> {
        let document = Document::parse(&dir.join(FILE), text)?;
        Ok(Self::with(dir.to_owned(), &document, Some(text.to_owned())))
    }

    fn with(dir: Utf8PathBuf, document: &Document, text: Option<String>) -> Self {
        let text = text.unwrap_or_else(|| document.render());
        Self {
            dir,
            inputs: document.inputs(),
            options: document.options(),
            own: document.own(),
            templates: document.templates(),
            text,
        }
    }

    /// Adds a gateway, or changes the one of the same file; an empty `rpc` leaves what is there.
    /// Paths are relative to the current directory.
    pub fn add_api(&mut self, file: &Utf8Path, rpc: &[Utf8PathBuf]) -> Result<(), Error> {
        let file = self.stored(file)?;
        let rpc = self.stored_all(rpc)?;
        let mut inputs = self.inputs.clone();
        match inputs.api.iter_mut().find(|input| input.file == file) {
            Some(input) => replace(&mut input.rpc, rpc),
            None => inputs.api.push(ApiInput {
                file,
                rpc,
                ..ApiInput::default()
            }),
        }
        inputs.api.sort_by(|a, b| a.file.cmp(&b.file));
        self.grow(inputs)
    }

    /// Adds a service, or changes the one of the same file; what `wanted` leaves empty stays as it is.
    /// Paths are relative to the current directory.
    pub fn add_rpc(&mut self, wanted: &RpcInput) -> Result<(), Error> {
        let new = RpcInput {
            file: self.stored(&wanted.file)?,
            include: self.stored_all(&wanted.include)?,
            sql: self.stored_all(&wanted.sql)?,
            ..wanted.clone()
        };
        let mut inputs = self.inputs.clone();
        match inputs.rpc.iter_mut().find(|input| input.file == new.file) {
            Some(input) => {
                replace(&mut input.include, new.include);
                replace(&mut input.sql, new.sql);
                input.into = new.into.or_else(|| input.into.take());
                input.dialect = new.dialect.or(input.dialect);
                input.serde |= new.serde;
                input.tables = new.tables.or(input.tables.clone());
            }
            None => inputs.rpc.push(new),
        }
        inputs.rpc.sort_by(|a, b| a.file.cmp(&b.file));
        self.grow(inputs)
    }

    /// Adds a store without a service, or changes the one of the same name: files are added to those that it has.
    /// Paths are relative to the current directory.
    pub fn add_model(&mut self, wanted: &ModelInput) -> Result<(), Error> {
        let new = ModelInput {
            sql: self.stored_all(&wanted.sql)?,
            ..wanted.clone()
        };
        let mut inputs = self.inputs.clone();
        match (inputs.model.iter_mut()).find(|input| input.name == new.name) {
            Some(input) => {
                let more = new.sql.into_iter();
                let more = more.filter(|file| !input.sql.contains(file));
                let more: Vec<_> = more.collect();
                input.sql.extend(more);
                input.dialect = new.dialect.or(input.dialect);
                input.tables = new.tables.or(input.tables.clone());
            }
            None => inputs.model.push(new),
        }
        inputs.model.sort_by(|a, b| a.name.cmp(&b.name));
        self.grow(inputs)
    }

    /// Has a Helm chart written from now on.
    pub fn add_helm(&mut self) -> Result<(), Error> {
        if self.options.deploy.helm {
            return Ok(());
        }
        let mut options = self.options.clone();
        options.deploy.helm = true;
        let inputs = self.inputs.clone();
        self.change(inputs, options)
    }

    /// A path of `zgen.yaml`'s, as it can be opened from the current directory.
    pub fn shown(&self, stored: &Utf8Path) -> Utf8PathBuf {
        paths::shown(&self.dir.join(stored))
    }

    /// Whether a store that is made from this `.sql` file takes a table of this name.
    pub fn wants(&self, sql: &Utf8Path, table: &str) -> bool {
        let rpc = self.inputs.rpc.iter().map(|it| (&it.sql, &it.tables));
        let model = self.inputs.model.iter().map(|it| (&it.sql, &it.tables));
        let mut users = rpc
            .chain(model)
            .filter(|(files, _)| files.iter().any(|file| file == sql));
        users.any(|(_, tables)| tables.only.is_empty() || tables.names(table))
    }

    /// The inputs with paths that can be opened from the current directory, as short as one would type them.
    pub fn resolved_inputs(&self) -> Inputs {
        let resolve = |path: &Utf8PathBuf| self.shown(path);
        let all = |paths: &[Utf8PathBuf]| paths.iter().map(resolve).collect();
        Inputs {
            api: (self.inputs.api.iter())
                .map(|input| ApiInput {
                    file: resolve(&input.file),
                    rpc: all(&input.rpc),
                    calls: input.calls.clone(),
                })
                .collect(),
            rpc: (self.inputs.rpc.iter())
                .map(|input| RpcInput {
                    file: resolve(&input.file),
                    include: all(&input.include),
                    sql: all(&input.sql),
                    dialect: input.dialect,
                    into: input.into.clone(),
                    serde: input.serde,
                    tables: input.tables.clone(),
                })
                .collect(),
            model: (self.inputs.model.iter())
                .map(|input| ModelInput {
                    name: input.name.clone(),
                    sql: all(&input.sql),
                    dialect: input.dialect,
                    tables: input.tables.clone(),
                })
                .collect(),
        }
    }

    /// The templates of the user's own: each `.j2` file below [`Self::templates`], by its path there.
    pub fn own_templates(&self) -> Result<BTreeMap<String, String>, Error> {
        let mut texts = BTreeMap::new();
        if let Some(folder) = &self.templates {
            let root = paths::shown(&self.dir.join(folder));
            templates::collect(&root, Utf8Path::new(""), &mut texts)?;
        }
        Ok(texts)
    }

    /// A template of the user's own, as a path that can be opened from the current directory.
    pub fn own_template(&self, name: &str) -> Option<Utf8PathBuf> {
        let folder = self.templates.as_ref()?;
        Some(paths::shown(&self.dir.join(folder).join(name)))
    }

    /// The whole `zgen.yaml`: zgen's own layout, or the user's with the lines that this run added.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn grow(&mut self, inputs: Inputs) -> Result<(), Error> {
        if inputs == self.inputs {
            return Ok(());
        }
        self.change(inputs, self.options.clone())
    }

    fn change(&mut self, inputs: Inputs, options: Options) -> Result<(), Error> {
        let document =
            |inputs, options| Document::of(inputs, options, &self.own, self.templates.as_ref());
        let now = document(&self.inputs, &self.options);
        let next = document(&inputs, &options);
        // Sorting is part of zgen's own layout, so compare with the text's own content rendered.
        let untouched = now.render() == self.text;
        let text = if untouched {
            next.render()
        } else {
            edit::grow(&self.text, &self.inputs, &inputs)
                .map(|text| {
                    let is_new = options.deploy.helm != self.options.deploy.helm;
                    if is_new {
                        edit::switch_on(&text, "deploy", "helm")
                    } else {
                        text
                    }
                })
                .filter(|text| {
                    Document::parse(FILE.into(), text).is_ok_and(|read| read.same(&next))
                })
                .ok_or_else(|| Error::Edit {
                    path: self.dir.join(FILE),
                    snippet: next.render_additions(),
                })?
        };
        self.inputs = inputs;
        self.options = options;
        self.text = text;
        Ok(())
    }

    fn stored(&self, path: &Utf8Path) -> Result<Utf8PathBuf, Error> {
        paths::between(&self.dir, path).map_err(|cause| Error::Read {
            path: path.to_owned(),
            cause,
        })
    }

    fn stored_all(&self, paths: &[Utf8PathBuf]) -> Result<Vec<Utf8PathBuf>, Error> {
        paths.iter().map(|path| self.stored(path)).collect()
    }
}

fn replace(list: &mut Vec<Utf8PathBuf>, new: Vec<Utf8PathBuf>) {
    if !new.is_empty() {
        *list = new;
    }
}
