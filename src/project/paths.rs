//! Paths between the workspace, the current directory and the descriptions.

use std::io;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

/// How `target` is written from inside the folder `base`; both are relative to the current directory.
pub(super) fn between(base: &Utf8Path, target: &Utf8Path) -> io::Result<Utf8PathBuf> {
    let typed = relative(&absolute(base)?, &absolute(target)?);
    // What was typed reads best, but `..` after a symlink leads elsewhere.
    if real(&base.join(&typed))? == real(target)? {
        return Ok(typed);
    }
    Ok(relative(&real(base)?, &real(target)?))
}

/// The shortest way to write `path` from the current directory.
pub(super) fn shown(path: &Utf8Path) -> Utf8PathBuf {
    let short = between(Utf8Path::new("."), path).unwrap_or_else(|_| path.to_owned());
    match absolute(path) {
        Ok(absolute) if climbs_to_root(&short, &absolute) => absolute,
        _ => short,
    }
}

/// Nobody types `../../../tmp/x` for `/tmp/x`.
fn climbs_to_root(short: &Utf8Path, absolute: &Utf8Path) -> bool {
    let mut rest = short
        .components()
        .skip_while(|part| *part == Utf8Component::ParentDir);
    let mut whole = absolute
        .components()
        .skip_while(|part| !matches!(part, Utf8Component::Normal(_)));
    short.starts_with("..") && rest.by_ref().eq(whole.by_ref())
}

fn absolute(path: &Utf8Path) -> io::Result<Utf8PathBuf> {
    let cwd = Utf8PathBuf::try_from(std::env::current_dir()?).map_err(io::Error::other)?;
    Ok(tidy(&cwd.join(path)))
}

/// Symlinks followed as far as the path exists.
fn real(path: &Utf8Path) -> io::Result<Utf8PathBuf> {
    let cwd = Utf8PathBuf::try_from(std::env::current_dir()?).map_err(io::Error::other)?;
    let path = cwd.join(path);
    for known in path.ancestors() {
        match known.canonicalize_utf8() {
            Ok(root) => {
                let rest = path.strip_prefix(known).unwrap_or(Utf8Path::new(""));
                return Ok(tidy(&root.join(rest)));
            }
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
            // `a.txt/b`: there is nothing to follow.
            Err(cause) if cause.kind() == io::ErrorKind::NotADirectory => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(tidy(&path))
}

/// Without `.` and `..`, by the letters alone.
fn tidy(path: &Utf8Path) -> Utf8PathBuf {
    let mut parts: Vec<Utf8Component<'_>> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Utf8Component::ParentDir, Some(Utf8Component::Normal(_))) => {
                parts.pop();
            }
            (Utf8Component::CurDir, _)
            | (Utf8Component::ParentDir, Some(Utf8Component::RootDir)) => {}
            _ => parts.push(part),
        }
    }
    parts.into_iter().collect()
}

/// From the folder `base` to `target`, both absolute and tidy; with `/` on every system.
fn relative(base: &Utf8Path, target: &Utf8Path) -> Utf8PathBuf {
    let base: Vec<_> = base.components().collect();
    let to: Vec<_> = target.components().collect();
    let shared = base.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return target.to_owned();
    }
    let up = base[shared..].iter().map(|_| "..");
    let down = to[shared..].iter().map(Utf8Component::as_str);
    let names: Vec<&str> = up.chain(down).collect();
    if names.is_empty() {
        return ".".into();
    }
    names.join("/").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_are_the_shortest() {
        let cases = [
            ("/w/out", "/w/fixtures/order.api", "../fixtures/order.api"),
            ("/w/out", "/w/out/order.api", "order.api"),
            ("/w", "/w", "."),
            ("/w/a/b", "/x/y", "../../../x/y"),
            ("/", "/x/y", "x/y"),
        ];
        for (base, target, expected) in cases {
            assert_eq!(
                relative(base.into(), target.into()),
                expected,
                "{base} {target}"
            );
        }
    }

    #[test]
    fn tidy_needs_no_disk() {
        let cases = [
            ("/a/./b/../c", "/a/c"),
            ("/../a", "/a"),
            ("a/../../b", "../b"),
            ("../../b", "../../b"),
        ];
        for (path, expected) in cases {
            assert_eq!(tidy(path.into()), expected, "{path}");
        }
    }

    #[test]
    fn a_way_through_the_root_is_written_absolute() {
        let cases = [
            ("../../tmp/x", "/tmp/x", true),
            ("../x", "/w/x", false),
            ("x", "/x", false),
        ];
        for (short, absolute, expected) in cases {
            assert_eq!(
                climbs_to_root(short.into(), absolute.into()),
                expected,
                "{short}"
            );
        }
    }

    #[test]
    fn paths_that_do_not_exist_are_compared_by_letter() {
        assert_eq!(
            between("no/out".into(), "no/fixtures/a.api".into()).ok(),
            Some("../fixtures/a.api".into())
        );
    }
}
