//! (Stand-in.)

use std::io::Write;

use camino::Utf8Path;

#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub sample: bool,
    pub release: bool,
    pub color: bool,
}

pub fn run(dir: &Utf8Path, _: &Options, out: &mut dyn Write) -> anyhow::Result<bool> {
    writeln!(out, "dev in {dir}")?;
    Ok(true)
}
