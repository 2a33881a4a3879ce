//! A PostgreSQL for one test.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A running one, with the superuser `zgen`, who needs no password. Killed when dropped.
pub(crate) struct Postgres {
    pub(crate) port: u16,
    dir: PathBuf,
    child: Child,
}

impl Postgres {
    pub(crate) fn start(port: u16) -> Self {
        let dir = std::env::temp_dir().join(format!("zgen-rt-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let data = dir.join("data");
        // It refuses to be root, so that the folder has to be somebody else's.
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(&dir).status();
            assert!(owned.unwrap().success());
        }
        let made = command("initdb")
            .args(["--auth=trust", "--username=zgen", "--no-sync", "-D"])
            .arg(&data)
            .output();
        let made = made.unwrap_or_else(|error| {
            panic!("initdb: {error}; this test needs it (Debian: apt install postgresql)")
        });
        assert!(made.status.success(), "{made:?}");
        let child = command("postgres")
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-c", "fsync=off", "-k"])
            .arg(&data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let child = child.unwrap();
        Self { port, dir, child }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// As the user of PostgreSQL where this one is root: in the place of `setpriv`, so that a kill finds it.
fn command(program: &str) -> Command {
    let mut command = Command::new(if is_root() { "setpriv" } else { program });
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        command.arg(program);
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let versions = (13..30).rev();
    let folders = versions.map(|version| format!("/usr/lib/postgresql/{version}/bin"));
    let folders: Vec<_> = std::iter::once(path).chain(folders).collect();
    command.env("PATH", folders.join(":"));
    command
}

fn is_root() -> bool {
    let user = Command::new("id").arg("-u").output();
    user.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
