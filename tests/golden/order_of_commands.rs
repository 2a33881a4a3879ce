//! The real commands on the order project: whichever comes first, the workspace is the same, and it is the golden one.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::SystemTime;

use anyhow::ensure;
use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use crate::files;
use crate::project::Fixture;

/// Where the commands write, beside the descriptions.
const OUT: &str = "projects/order/expected";

#[test]
fn the_order_of_the_commands_does_not_matter() -> anyhow::Result<()> {
    let fixture = Fixture::named("order");
    let mut commands = fixture.commands()?;
    let mut workspaces = Vec::new();
    for _ in 0..2 {
        let place = Place::new()?;
        for command in &commands {
            place.zgen(command)?;
        }
        let written = place.times()?;
        for command in commands.iter().rev().chain(&commands) {
            place.zgen(command)?;
            assert_eq!(place.times()?, written, "{command:?} again");
        }
        workspaces.push(files::below(&place.dir.join(OUT))?);
        commands.reverse();
    }
    let [first, second] = &workspaces[..] else {
        unreachable!("two orders")
    };
    assert!(first.keys().eq(second.keys()));
    for (path, bytes) in first {
        assert!(second[path] == *bytes, "{path} differs");
    }

    let golden = files::below(&fixture.expected())?;
    let mut bases = 0;
    for (path, bytes) in first {
        // What zgen remembers is no part of the golden tree.
        let base = path.strip_prefix(".zgen/base").ok();
        bases += usize::from(base.is_some());
        if path != "zgen.lock" {
            let path = base.unwrap_or(path);
            assert!(golden[path] == *bytes, "{path} is not the golden one");
        }
    }
    assert_eq!(first.len(), golden.len() + bases + 1);
    Ok(())
}

/// The descriptions and the workspace, placed as they are below `fixtures/`.
struct Place {
    dir: Utf8PathBuf,
    _temp: TempDir,
}

impl Place {
    fn new() -> anyhow::Result<Self> {
        let temp = TempDir::new()?;
        let dir = Utf8PathBuf::try_from(temp.path().to_owned())?;
        for name in ["order.api", "order.proto", "order.sql"] {
            let text = std::fs::read(Utf8Path::new("fixtures").join(name))?;
            files::write(&dir.join(name), &text)?;
        }
        std::fs::create_dir_all(dir.join("projects/order"))?;
        Ok(Self { dir, _temp: temp })
    }

    fn zgen(&self, command: &[String]) -> anyhow::Result<()> {
        let output = Command::new(env!("CARGO_BIN_EXE_zgen"))
            .args(command)
            .args(["-o", "expected"])
            .current_dir(self.dir.join("projects/order"))
            .output()?;
        ensure!(
            output.status.success(),
            "zgen {}: {}",
            command.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }

    fn times(&self) -> anyhow::Result<BTreeMap<Utf8PathBuf, SystemTime>> {
        let dir = self.dir.join(OUT);
        let mut times = BTreeMap::new();
        for path in files::below(&dir)?.into_keys() {
            let time = dir.join(&path).metadata()?.modified()?;
            times.insert(path, time);
        }
        Ok(times)
    }
}
