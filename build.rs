//! Lists the runtime's files for `src/lower/runtime.rs`: they are part of what zgen writes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=rt/src");
    println!("cargo::rerun-if-changed=rt/Cargo.toml");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("rt");
    let mut paths = vec![PathBuf::from("Cargo.toml")];
    collect(&root, Path::new("src"), &mut paths)?;
    paths.sort();
    let mut out = String::from("const RUNTIME: &[(&str, &str)] = &[\n");
    for path in paths {
        let name = path.to_string_lossy().replace('\\', "/");
        // Relative to a variable: what this writes may outlive a move of the repository.
        let path = format!("/rt/{name}");
        let _ = writeln!(
            out,
            "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),"
        );
    }
    out.push_str("];\n");
    let target = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(target.join("runtime.rs"), out)
}

fn collect(root: &Path, below: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect(root, &path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
    Ok(())
}
