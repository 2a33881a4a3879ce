//! What a file is, by its name.

use anyhow::bail;
use camino::Utf8Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Api,
    Proto,
    Sql,
}

/// The kind of a description, or why it is none.
pub(super) fn of(file: &Utf8Path) -> anyhow::Result<Kind> {
    match file.extension() {
        Some("api") => Ok(Kind::Api),
        Some("proto") => Ok(Kind::Proto),
        Some("sql") => Ok(Kind::Sql),
        // It may hold a password, and is not repeated.
        _ if file.as_str().contains("://") => bail!("a database is named by `--database URL`"),
        _ => bail!("{file}: not a description: zgen reads .api, .proto and .sql files"),
    }
}

/// Catches files in the wrong place before `zgen.yaml` learns of them.
pub(super) fn expect(file: &Utf8Path, kind: Kind) -> anyhow::Result<()> {
    if of(file)? == kind {
        return Ok(());
    }
    let ending = match kind {
        Kind::Api => ".api",
        Kind::Proto => ".proto",
        Kind::Sql => ".sql",
    };
    bail!("{file}: expected a {ending} file here")
}
