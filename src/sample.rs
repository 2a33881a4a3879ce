//! (to come)

use camino::Utf8Path;

/// Writes the order sample and the workspace generated from it into `dir`.
pub fn write(dir: &Utf8Path) -> anyhow::Result<()> {
    anyhow::bail!("the sample cannot be written to {dir} yet")
}
