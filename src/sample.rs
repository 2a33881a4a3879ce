//! The order sample: descriptions that ship with zgen, and the workspace they describe.

use anyhow::{Context as _, bail};
use camino::Utf8Path;

use crate::project::{Project, RpcInput};
use crate::source;
use crate::write::{self, Disk, Guard, Lock, Rules};

/// Writes the order sample and the workspace generated from it into `dir`, or brings it up to date.
pub fn write(dir: &Utf8Path) -> anyhow::Result<()> {
    let guard = Guard::acquire(dir)?;
    write::sample(dir).with_context(|| format!("{dir}: the sample cannot be written"))?;
    let mut project = Project::open(dir)?;
    project.add_api(&dir.join("order.api"), &[])?;
    project.add_rpc(&RpcInput {
        sql: vec![dir.join("order.sql")],
        ..RpcInput::of(dir.join("order.proto"))
    })?;
    let generated = crate::generate(&project, &source::Disk);
    let Some(tree) = generated.tree else {
        bail!(
            "{dir}: the sample's descriptions were edited and have errors; `zgen gen {dir}` shows them"
        );
    };
    let disk = Disk::at(dir);
    let plan = write::plan(&tree, &disk, &Lock::read(&disk)?, &Rules::default())?;
    let Ok(ready) = plan.ready() else {
        bail!("{dir}: files of zgen's were edited; `zgen gen {dir}` shows them");
    };
    write::apply(ready, &guard)?;
    Ok(())
}
