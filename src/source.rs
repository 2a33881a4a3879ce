//! Source texts and places in them. Reading is behind [`Loader`], so that the core does no I/O.

use std::collections::BTreeMap;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// A range of bytes in one file, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        // Loading refuses files over 16 MiB, so offsets fit.
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            file,
            start: offset(start),
            end: offset(end),
        }
    }

    /// From the start of this to the end of `other`, which is in the same file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            end: other.end,
            ..self
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

/// Where texts come from: the disk, or a map in tests.
pub trait Loader {
    fn read(&self, path: &Utf8Path) -> io::Result<String>;

    /// The names of the files in a folder, in order.
    fn list(&self, _folder: &Utf8Path) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }
}

/// Reads from the file system.
#[derive(Debug, Default, Clone, Copy)]
pub struct Disk;

impl Disk {
    /// The text at a path, or the names in a folder, a line each, where the path ends in a slash.
    pub fn answer(self, path: &Utf8Path) -> io::Result<String> {
        if path.as_str().ends_with('/') {
            return Ok(self.list(path)?.join("\n"));
        }
        self.read(path)
    }
}

impl Loader for Disk {
    fn read(&self, path: &Utf8Path) -> io::Result<String> {
        std::fs::read_to_string(path)
    }

    fn list(&self, folder: &Utf8Path) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in folder.read_dir_utf8()? {
            let entry = entry?;
            if entry.path().is_file() {
                names.push(entry.file_name().to_owned());
            }
        }
        names.sort();
        Ok(names)
    }
}

/// A loader whose every answer is told to somebody else, too: of a folder, as [`Disk::answer`] has it.
pub struct Overheard<'a> {
    pub loader: &'a dyn Loader,
    pub heard: &'a dyn Fn(&Utf8Path, &io::Result<String>),
}

impl Loader for Overheard<'_> {
    fn read(&self, path: &Utf8Path) -> io::Result<String> {
        let answer = self.loader.read(path);
        (self.heard)(path, &answer);
        answer
    }

    fn list(&self, folder: &Utf8Path) -> io::Result<Vec<String>> {
        let answer = self.loader.list(folder);
        let text = match &answer {
            Ok(names) => Ok(names.join("\n")),
            Err(error) => Err(error.kind().into()),
        };
        (self.heard)(&folder.join(""), &text);
        answer
    }
}

/// Reads some texts from memory, as if they stood on the disk, and all others from there.
#[derive(Debug, Clone, Default)]
pub struct Above<'a>(pub BTreeMap<Utf8PathBuf, &'a str>);

impl Loader for Above<'_> {
    fn read(&self, path: &Utf8Path) -> io::Result<String> {
        match self.0.get(path) {
            Some(text) => Ok((*text).to_owned()),
            None => Disk.read(path),
        }
    }

    fn list(&self, folder: &Utf8Path) -> io::Result<Vec<String>> {
        let above = self.0.keys().filter(|path| path.parent() == Some(folder));
        let above = above.filter_map(|path| path.file_name());
        let mut names: Vec<String> = above.map(str::to_owned).collect();
        match Disk.list(folder) {
            Ok(there) => names.extend(there),
            Err(error) if error.kind() != io::ErrorKind::NotFound || names.is_empty() => {
                return Err(error);
            }
            Err(_) => {}
        }
        names.sort();
        names.dedup();
        Ok(names)
    }
}

/// Why a text could not be read, without the operating system's numbers.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}

/// Every text that was read in this run.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    /// The first file of each path.
    by_path: BTreeMap<Utf8PathBuf, FileId>,
}

#[derive(Debug)]
pub struct SourceFile {
    /// As the user would type it, for messages.
    pub path: Utf8PathBuf,
    pub text: String,
    line_starts: Vec<usize>,
}

impl SourceMap {
    pub fn add(&mut self, path: impl Into<Utf8PathBuf>, text: impl Into<String>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let text: String = text.into();
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        let path = path.into();
        self.by_path.entry(path.clone()).or_insert(id);
        self.files.push(SourceFile {
            path,
            text,
            line_starts,
        });
        id
    }

    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// The file that was read from this path in this run.
    pub fn find(&self, path: &Utf8Path) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// Gives every file that was read so far the name that `name` makes of its path. The same paths can then be read
    /// once more, as other files: an earlier state of a description has the paths of the present one.
    pub fn rename(&mut self, name: impl Fn(&Utf8Path) -> Utf8PathBuf) {
        self.by_path.clear();
        for (id, file) in (0..).map(FileId).zip(&mut self.files) {
            file.path = name(&file.path);
            self.by_path.entry(file.path.clone()).or_insert(id);
        }
    }

    /// Where a span is, in the terms that people and editors use.
    pub fn place(&self, span: Span) -> Option<Place<'_>> {
        let file = self.get(span.file)?;
        let (line, column) = file.line_column(span.start as usize);
        let (end_line, end_column) = file.line_column(span.end as usize);
        Some(Place {
            path: &file.path,
            line,
            column,
            end_line,
            end_column,
        })
    }
}

impl SourceFile {
    /// Line and column of a byte offset, both from 1; columns count characters.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let offset = self.text.floor_char_boundary(offset.min(self.text.len()));
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts[..line].last().copied().unwrap_or(0);
        (line, self.text[start..offset].chars().count() + 1)
    }
}

/// A span as path, lines and columns, all from 1; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    pub path: &'a Utf8Path,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}
