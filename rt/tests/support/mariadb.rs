//! A MariaDB for one test.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// What a server keeps, for as long as the test lives.
pub(crate) struct MariaDb {
    pub(crate) port: u16,
    dir: PathBuf,
}

/// A running one. Killed when dropped.
pub(crate) struct Running(Child);

impl MariaDb {
    /// Not started yet. Root needs no password.
    pub(crate) fn install(port: u16) -> Self {
        let dir = std::env::temp_dir().join(format!("zgen-rt-mariadb-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let mariadb = Self { port, dir };
        let installed = command("mariadb-install-db")
            .args(["--no-defaults", "--skip-test-db"])
            .arg("--auth-root-authentication-method=normal")
            .arg(format!("--datadir={}", mariadb.data().display()))
            .args(user())
            .output();
        let installed = installed.unwrap_or_else(|error| {
            panic!("mariadb-install-db: {error}; this test needs it (Debian: apt install mariadb-server)")
        });
        assert!(installed.status.success(), "{installed:?}");
        mariadb
    }

    pub(crate) fn start(&self) -> Running {
        let dir = self.dir.display();
        let child = command("mariadbd")
            .args(["--no-defaults", "--bind-address=127.0.0.1"])
            .arg(format!("--datadir={}", self.data().display()))
            .arg(format!("--port={}", self.port))
            .arg(format!("--socket={dir}/socket"))
            .arg(format!("--pid-file={dir}/pid"))
            .args(user())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Running(child.unwrap())
    }

    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

impl Running {
    /// `-STOP` and `-CONT`.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.0.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Debian keeps servers where only root looks.
fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{path}:/usr/sbin:/usr/local/sbin"));
    command
}

/// It refuses to be root unless it is told so.
fn user() -> Option<&'static str> {
    let is_root = Command::new("id").arg("-u").output();
    let is_root = is_root.is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    is_root.then_some("--user=root")
}
