//! A workspace in a temporary folder, and the ways to change it.

use std::collections::BTreeMap;
use std::fs;
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use zgen::emit::{FileTree, Owner};
use zgen::project::Patterns;
use zgen::write::{self, Disk, Guard, Lock, Plan, Rules, Summary};

pub(crate) type Files = &'static [(&'static str, Owner, &'static str)];

pub(crate) struct Workspace {
    dir: Utf8PathBuf,
    _folder: tempfile::TempDir,
}

impl Workspace {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let dir = Utf8PathBuf::try_from(folder.path().join("out")).expect("a UTF-8 path");
        Self {
            dir,
            _folder: folder,
        }
    }

    pub(crate) fn dir(&self) -> &Utf8Path {
        &self.dir
    }

    pub(crate) fn with(files: Files) -> Self {
        let workspace = Self::new();
        workspace.generate(files);
        workspace
    }

    pub(crate) fn plan(&self, files: Files, rules: &Rules) -> Plan {
        let disk = Disk::at(&self.dir);
        let lock = Lock::read(&disk).expect("a readable lock");
        write::plan(&tree(files), &disk, &lock, rules).expect("a plan")
    }

    /// A whole run that has no conflict.
    pub(crate) fn generate(&self, files: Files) -> Summary {
        self.run(files, &Rules::default())
    }

    pub(crate) fn run(&self, files: Files, rules: &Rules) -> Summary {
        let guard = Guard::acquire(&self.dir).expect("the guard");
        let ready = self.plan(files, rules).ready().expect("no conflict");
        write::apply(ready, &guard).expect("an applied plan")
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.dir.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a written file");
    }

    pub(crate) fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.dir.join(path)).ok()
    }

    /// Every file with its text and time.
    pub(crate) fn snapshot(&self) -> BTreeMap<Utf8PathBuf, (Vec<u8>, SystemTime)> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.dir.clone()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = folder.read_dir_utf8() else {
                continue;
            };
            for entry in entries.flatten() {
                let path = entry.path().to_owned();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let time = path
                        .metadata()
                        .and_then(|data| data.modified())
                        .expect("a time");
                    let name = path.strip_prefix(&self.dir).expect("inside").to_owned();
                    files.insert(name, (fs::read(&path).expect("bytes"), time));
                }
            }
        }
        files
    }

    /// As `snapshot`, without what depends on when and how it was written.
    pub(crate) fn texts(&self) -> BTreeMap<Utf8PathBuf, Vec<u8>> {
        let files = self.snapshot().into_iter();
        files.map(|(path, (bytes, _))| (path, bytes)).collect()
    }
}

pub(crate) fn tree(files: Files) -> FileTree {
    let mut tree = FileTree::default();
    for (path, owner, text) in files {
        tree.insert(*path, *owner, *text);
    }
    tree
}

pub(crate) fn rules(words: &[&str]) -> Rules {
    let own = words.iter().filter_map(|word| word.strip_prefix("own "));
    Rules {
        own: Patterns::new(own.map(str::to_owned).collect()),
        force: words.contains(&"force"),
        prune: words.contains(&"prune"),
        merge: words.contains(&"merge"),
        ..Rules::default()
    }
}
