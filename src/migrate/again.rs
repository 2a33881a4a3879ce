//! What the next run makes of migrations that this one adds to: it has to find them whole.

use camino::Utf8PathBuf;

use super::{Wanted, migrations};
use crate::diag::{Diagnostic, Report};
use crate::model::{Content, Dialect, Migration, Migrations, Schema};
use crate::source::{Loader, SourceMap};

/// A store that a run writes a migration for.
#[derive(Debug, Clone)]
pub struct Grown {
    /// As in [`Wanted`].
    pub dir: Utf8PathBuf,
    pub name: String,
    pub dialect: Dialect,
    pub schema: Schema,
    /// What the run found, and adds.
    pub migrations: Migrations,
    /// What it had to say about them.
    pub said: Vec<Diagnostic>,
}

impl Grown {
    /// Whether a run that reads through `loader`, which has the new files, adds nothing and says the same.
    pub fn is_whole(&self, loader: &dyn Loader) -> bool {
        let wanted = Wanted {
            dir: &self.dir,
            name: &self.name,
            dialect: self.dialect,
            schema: &self.schema,
        };
        let mut report = Report::default();
        let found = migrations(wanted, loader, &mut SourceMap::default(), &mut report);
        report.iter().eq(&self.said)
            && follows(&self.migrations.server, &found.server)
            && follows(&self.migrations.sqlite, &found.sqlite)
    }
}

/// Whether the files are those of before, each of which is there now.
fn follows(before: &[Migration], now: &[Migration]) -> bool {
    let is_kept = |(before, now): (&Migration, &Migration)| {
        let is_kept = match (&before.content, &now.content) {
            (Content::New(_), Content::There(_)) => true,
            (before, now) => before == now,
        };
        is_kept && before.file == now.file && !matches!(now.content, Content::New(_))
    };
    before.len() == now.len() && before.iter().zip(now).all(is_kept)
}

/// Whether something is yet to be written.
pub fn is_growing(migrations: &Migrations) -> bool {
    let mut all = migrations.server.iter().chain(&migrations.sqlite);
    all.any(|migration| matches!(migration.content, Content::New(_)))
}
