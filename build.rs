//! Lists the runtime's files for `src/lower/runtime.rs`, and the templates for `src/emit/builtin.rs`: they are part of
//! what zgen writes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=rt/src");
    println!("cargo::rerun-if-changed=rt/Cargo.toml");
    println!("cargo::rerun-if-changed=templates");
    let mut runtime = vec![PathBuf::from("Cargo.toml")];
    collect("rt", Path::new("src"), "rs", &mut runtime)?;
    embed("RUNTIME", "rt", runtime, "runtime.rs")?;
    let mut templates = Vec::new();
    collect("templates", Path::new(""), "j2", &mut templates)?;
    embed("TEMPLATES", "templates", templates, "templates.rs")
}

/// Writes a table of names and texts, to be included.
fn embed(table: &str, folder: &str, mut paths: Vec<PathBuf>, file: &str) -> io::Result<()> {
    paths.sort();
    let mut out = format!("const {table}: &[(&str, &str)] = &[\n");
    for path in paths {
        let name = path.to_string_lossy().replace('\\', "/");
        // Relative to a variable: what this writes may outlive a move of the repository.
        let path = format!("/{folder}/{name}");
        let _ = writeln!(
            out,
            "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),"
        );
    }
    out.push_str("];\n");
    fs::write(Path::new(&variable("OUT_DIR")?).join(file), out)
}

fn collect(folder: &str, below: &Path, ending: &str, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    let root = Path::new(&variable("CARGO_MANIFEST_DIR")?).join(folder);
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect(folder, &path, ending, paths)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == ending)
        {
            paths.push(path);
        }
    }
    Ok(())
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(io::Error::other)
}
